"""The persons of a record, as the matcher reads them: the child of a child's record, each one sought by a request."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, cast

from handover.domain.countries import COUNTRIES
from handover.domain.record import MatterKind, Record
from handover.domain.searching import Clues
from handover.matching.person import Person

_DONE: Final = frozenset({"verified", "reunified", "closed"})
"""States of a search in which nobody is sought any more."""
_SEX: Final = {"male": "m", "female": "f"}
_PARENTS: Final = ("mother", "father")
Group = Mapping[str, object]


def persons(record: Record) -> tuple[tuple[int, Person], ...]:
    """Give the persons of a record who can be sought or found, each with its number in the record."""
    if record.schema.kind is MatterKind.GUARDIANSHIP:
        found = [] if record.values["family.tracing_status"] in _DONE else [(0, _child(record))]
    elif record.values["actions.tracing_status"] in _DONE:
        found = []
    else:
        sought = _groups(record.values["sought.persons"])
        found = [
            (number, _sought(record, each))
            for number, each in enumerate(sought)
            if each.get("status") not in _DONE
        ]
    return tuple((number, person) for number, person in found if person.given_name or person.family_name)


def clues(record: Record, number: int) -> Clues:
    """Give the countries that a record names for the person of that number."""
    values = record.values
    if record.schema.kind is MatterKind.GUARDIANSHIP:
        family = _groups(values["family.members"])
        return Clues(
            last_known=_countries([_of(values["status.separation"], "last_home")]),
            separation=_countries([_of(values["status.separation"], "place")]),
            nationalities=_codes(
                [*_list(values["identity.nationalities"]), values["identity.country_of_origin"]]
            ),
            family=_countries([each.get("place") for each in family]),
        )
    person = _groups(values["sought.persons"])[number]
    return Clues(
        last_known=_countries([person.get("last_place"), values["last_news.place"]]),
        separation=_countries([person.get("separation_place"), values["separation.place"]]),
        nationalities=_codes(_list(person.get("nationalities"))),
        family=_countries([values["inquirer.place"]]),
    )


def _child(record: Record) -> Person:
    values = record.values
    names, separation = _groups(values["identity.names"]), values["status.separation"]
    parents = {
        relation: [each for each in _groups(values["family.members"]) if each.get("relation") == relation]
        for relation in _PARENTS
    }
    return _person(
        names,
        others=_groups(values["identity.other_names"]),
        father=_joined(_given(each) for each in parents["father"]),
        mother=_joined(_given(each) for each in parents["mother"]),
        sex=values["identity.sex"],
        birth=values["identity.birth_date"],
        age=values["identity.age"],
        places=(_of(separation, "last_home"), _of(separation, "place")),
        nationalities=[*_list(values["identity.nationalities"]), values["identity.country_of_origin"]],
        languages=_list(values["identity.languages"]),
        separated=values["status.since"],
    )


def _sought(record: Record, person: Group) -> Person:
    values = record.values
    inquirer = {"names": values["inquirer.names"]}
    relation = person.get("relation")
    return _person(
        _groups(person.get("names")),
        others=_groups(person.get("other_names")),
        father=_given(inquirer) if relation == "father" else "",
        mother=_given(inquirer) if relation == "mother" else "",
        sex=person.get("sex"),
        birth=person.get("birth_date"),
        age=person.get("age"),
        places=(
            person.get("last_place") or values["last_news.place"],
            person.get("separation_place") or values["separation.place"],
        ),
        nationalities=_list(person.get("nationalities")),
        languages=_list(person.get("languages")),
        separated=person.get("separated_on") or values["separation.date"],
    )


def _person(
    names: Sequence[Group],
    *,
    others: Sequence[Group],
    father: str,
    mother: str,
    sex: object,
    birth: object,
    age: object,
    places: tuple[object, object],
    nationalities: Iterable[object],
    languages: Iterable[object],
    separated: object,
) -> Person:
    years, registered = _age(age)
    return Person(
        given_name=_joined(_given_of(each) for each in names),
        family_name=_joined(_part(each, "family") or _rest(each) for each in names),
        other_names=_joined(
            [
                *(_part(each, name) for each in names for name in ("middle", "grandfather")),
                *(str(each.get("full", "")) for each in others),
            ]
        ),
        father_name=_joined([*(_part(each, "father") for each in names), father]),
        mother_name=mother,
        sex=_SEX.get(str(sex), ""),
        birth_date=_date(birth),
        age=years,
        registered_on=registered,
        birth_place=_place(places[0]),
        last_residence=_place(places[1]),
        nationality=next(iter(sorted(_codes(nationalities))), "").upper(),
        languages=tuple(str(each) for each in languages),
        separated_on=_date(separated)[:7],
    )


def _given(person: Group) -> str:
    return _joined(_given_of(each) for each in _groups(person.get("names")))


def _given_of(name: Group) -> str:
    """Give the given name; of a name that is not in parts, the word that its order says."""
    stated = _part(name, "given")
    words = str(name.get("full", "")).split()
    if stated or not words:
        return stated
    return words[-1] if name.get("order") == "family_given" and len(words) > 1 else words[0]


def _rest(name: Group) -> str:
    """Give what is beside the given name in a name that is not in parts."""
    if any(_part(name, part) for part in ("given", "family", "father", "grandfather")):
        return ""
    words = str(name.get("full", "")).split()
    return " ".join(words[:-1] if name.get("order") == "family_given" else words[1:])


def _part(name: Group, part: str) -> str:
    return str(name.get(part) or "")


def _date(value: object) -> str:
    """Give a date as far as it is known: YYYY, YYYY-MM or YYYY-MM-DD; of an estimate the year alone."""
    if not isinstance(value, dict):
        return ""
    return str(value["date"])[:4] if value["precision"] == "estimated" else str(value["date"])


def _age(value: object) -> tuple[int | None, str]:
    if not isinstance(value, dict) or not value.get("as_of"):
        return None, ""
    return int(value["years"]), str(value["as_of"])


def _place(value: object) -> str:
    """Give a place as one text, the smallest level first."""
    if not isinstance(value, dict):
        return ""
    country = COUNTRIES.codes.get(str(value.get("country", "")), "")
    return ", ".join(text for text in (value.get("locality"), value.get("region"), country) if text)


def _of(group: object, name: str) -> object:
    return group.get(name) if isinstance(group, dict) else None


def _countries(places: Iterable[object]) -> frozenset[str]:
    return _codes(place.get("country") for place in places if isinstance(place, dict))


def _codes(values: Iterable[object]) -> frozenset[str]:
    return frozenset(value.lower() for value in values if isinstance(value, str) and len(value) == 2)


def _groups(value: object) -> list[Group]:
    return cast("list[Group]", value) if isinstance(value, list) else []


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _joined(texts: Iterable[str]) -> str:
    """Give texts of several scripts as one, each once."""
    return " ".join(dict.fromkeys(text for text in texts if text))
