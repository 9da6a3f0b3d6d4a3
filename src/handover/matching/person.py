"""What a file of records says of one person, as it was written down; nothing is read into it here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from handover.domain.errors import MalformedError

LONGEST: Final = 65536  # of one line of a file: far more than any record, and a bound for the parser
OLDEST: Final = 150


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A description of a person: names in any script, dates and places as far as they are known."""

    id: str = ""
    given_name: str = ""
    family_name: str = ""
    other_names: str = ""
    father_name: str = ""
    mother_name: str = ""
    sex: str = ""
    birth_date: str = ""
    age: int | None = None
    registered_on: str = ""
    birth_place: str = ""
    last_residence: str = ""
    nationality: str = ""
    languages: tuple[str, ...] = ()
    separated_on: str = ""


_TEXTS: Final = tuple(field.name for field in fields(Person) if field.name not in {"age", "languages"})


def read(line: bytes) -> Person:
    """Return the person of one *line* of a file of records; members that we do not know are passed over.

    Raises:
        MalformedError: It is no object of JSON with members of the right types.
    """
    if len(line) > LONGEST:
        raise MalformedError("a record is longer than 65536 bytes")
    try:
        members = json.loads(line.decode())
    except (ValueError, RecursionError) as error:
        raise MalformedError("a record is not JSON in UTF-8") from error
    if not isinstance(members, dict):
        raise MalformedError("a record is not an object")
    texts = {name: _text(members, name) for name in _TEXTS}
    return Person(**texts, age=_age(members), languages=_languages(members))


def _text(members: Mapping[str, object], name: str) -> str:
    value = members.get(name)
    if name == "id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None or isinstance(value, str):
        return value or ""
    raise MalformedError(f"the member {name} is not text")


def _age(members: Mapping[str, object]) -> int | None:
    value = members.get("age")
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value <= OLDEST else None
    raise MalformedError("the member age is not a whole number")


def _languages(members: Mapping[str, object]) -> tuple[str, ...]:
    value = members.get("languages")
    if value is None or value == "":
        return ()
    if isinstance(value, list) and all(isinstance(language, str) for language in value):
        return tuple(value)
    raise MalformedError("the member languages is not a list of texts")
