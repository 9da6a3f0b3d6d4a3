"""What of a description is compared: skeletons of names by role, years, places, the rest in small codes."""

from dataclasses import dataclass
from typing import Final

from handover.matching import dates, names, places, tables
from handover.matching.person import Person
from handover.matching.places import Place

Forms = tuple[str, ...]
MOST_NAMES: Final = 8  # of one role: a bag of more is a list of something else

TABLES: Final = tables.digest()


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A description as another one is compared with it: no text of the description is left in it."""

    given: tuple[Forms, ...] = ()
    paternal: tuple[Forms, ...] = ()
    mother: tuple[Forms, ...] = ()
    sex: str = ""
    years: tuple[int, ...] = ()
    month: int | None = None
    day: int | None = None
    exact: bool = False
    homes: tuple[Place, ...] = ()
    nationality: str = ""
    languages: tuple[str, ...] = ()
    separated: tuple[int, int] | None = None


def view(person: Person) -> View:
    """Return what is compared of *person*; nothing in a description makes this fail."""
    born = dates.birth(person.birth_date, age=person.age, registered=person.registered_on)
    return View(
        given=_bag(person.given_name, joined=True),
        paternal=_bag(person.family_name, person.father_name, person.other_names, joined=True),
        mother=_bag(person.mother_name, joined=True),
        sex=person.sex if person.sex in {"m", "f"} else "",
        years=born.years,
        month=born.month,
        day=born.day,
        exact=born.day is not None,
        homes=_homes(person),
        nationality=places.country(person.nationality),
        languages=tuple(sorted({code for code in map(_language, person.languages) if code})),
        separated=dates.month(person.separated_on),
    )


def _bag(*texts: str, joined: bool = False) -> tuple[Forms, ...]:
    found = dict.fromkeys(forms for text in texts for forms in names.read(text, joined=joined))
    return tuple(found)[:MOST_NAMES]


def _homes(person: Person) -> tuple[Place, ...]:
    told = (person.birth_place, person.last_residence)
    nationality = places.country(person.nationality)
    hints = (nationality,) if nationality else ()
    read = (places.read(text, hints=hints) for text in told)
    return tuple(dict.fromkeys(place for place in read if place != places.NOWHERE))


def _language(text: str) -> str:
    code = text.strip().lower().replace("_", "-").split("-", 1)[0]
    return code if 2 <= len(code) <= 3 and code.isascii() and code.isalpha() else ""
