"""What of a description is compared: skeletons of names by role, years, places, the rest in small codes."""

from dataclasses import dataclass
from typing import Final

from handover.matching import dates, names, places, tables
from handover.matching.person import Person
from handover.matching.places import Place

Forms = tuple[str, ...]
MOST_NAMES: Final = 8  # of one role: a bag of more is a list of something else

TABLES: Final = tables.digest()

# calendars by the countries and languages of those who write in them
CALENDARS: Final = (
    ("solar", frozenset({"AF", "IR", "TJ", "fa", "ps", "prs", "haz"})),
    ("hijri", frozenset({"SA", "YE", "SY", "IQ", "JO", "PS", "LY", "SD", "SO", "ar", "so"})),
    ("ethiopian", frozenset({"ET", "ER", "am", "ti", "om", "tig"})),
)
# where a language is spoken that is spoken in few countries
SPOKEN: Final = {
    "am": ("ET",), "ti": ("ER", "ET"), "om": ("ET",), "tig": ("ER",), "so": ("SO",), "ps": ("AF", "PK"),
    "prs": ("AF",), "haz": ("AF",), "fa": ("AF", "IR"), "uk": ("UA",), "el": ("GR", "CY"), "bn": ("BD",),
    "rhg": ("MM", "BD"), "my": ("MM",), "ku": ("SY", "IQ", "TR"), "ckb": ("IQ",), "kmr": ("SY", "TR"),
    "tr": ("TR",), "ur": ("PK",), "wo": ("SN",), "bm": ("ML",), "ha": ("NG", "NE"), "yo": ("NG",), "ig": ("NG",),
    "ln": ("CD", "CG"), "rn": ("BI",), "rw": ("RW",), "sw": ("CD", "TZ", "KE"), "ka": ("GE",), "hy": ("AM",),
    "ar": ("SY", "IQ", "SD", "YE", "LY", "PS", "EG"),
}  # fmt: skip


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
    languages = tuple(sorted({code for code in map(_language, person.languages) if code}))
    nationality = places.country(person.nationality)
    homes = _homes(person, nationality, languages)
    lands = {nationality} if nationality else {place.country for place in homes}
    calendars = tuple(name for name, users in CALENDARS if users & (lands | set(languages)))
    born = dates.birth(
        person.birth_date, age=person.age, registered=person.registered_on, calendars=calendars
    )
    return View(
        given=_bag(person.given_name, joined=True),
        paternal=_bag(person.family_name, person.father_name, person.other_names, joined=True),
        mother=_bag(person.mother_name, joined=True),
        sex=person.sex if person.sex in {"m", "f"} else "",
        years=born.years,
        month=born.month,
        day=born.day,
        exact=born.day is not None,
        homes=homes,
        nationality=nationality,
        languages=languages,
        separated=dates.month(person.separated_on),
    )


def _bag(*texts: str, joined: bool = False) -> tuple[Forms, ...]:
    found = dict.fromkeys(forms for text in texts for forms in names.read(text, joined=joined))
    return tuple(found)[:MOST_NAMES]


def _homes(person: Person, nationality: str, languages: tuple[str, ...]) -> tuple[Place, ...]:
    """Return the places; each is read with the countries that the rest of the description speaks of."""
    told = (person.birth_place, person.last_residence)
    hints = [nationality, *(land for language in languages for land in SPOKEN.get(language, ()))]
    first = [places.read(text, hints=_known(hints)) for text in told]
    certain = [places.country_in(text) for text in told]
    both = [places.read(text, hints=_known([*hints, *certain])) for text in told] if any(certain) else first
    return tuple(dict.fromkeys(place for place in both if place != places.NOWHERE))


def _known(codes: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in codes if code))


def _language(text: str) -> str:
    code = text.strip().lower().replace("_", "-").split("-", 1)[0]
    return code if 2 <= len(code) <= 3 and code.isascii() and code.isalpha() else ""
