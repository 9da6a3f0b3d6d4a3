"""What the demonstration tells of: made-up cases of the package, a drawn picture, and the file that was given."""

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files as shipped
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from handover.adapters import files, primero
from handover.adapters.primero_file import LONGEST
from handover.demo.output import DemoError
from handover.domain.errors import HandoverError
from handover.domain.record import MatterKind, schema

Sections = dict[str, dict[str, JsonValue]]
_SIDE: Final = 96  # pixels
_NAMES: Final = frozenset({"full", "given", "middle", "family", "father", "grandfather"})


@dataclass(frozen=True, kw_only=True)
class Case:
    """A record in its plain form."""

    schema: str
    sections: Sections

    @property
    def called(self) -> str:
        """The child's (or the inquirer's) names, one for each script, the one that most can read first."""
        section = self.sections.get("identity") or self.sections["inquirer"]
        names = section["names"]
        found = [each for each in names if isinstance(each, dict)] if isinstance(names, list) else []
        found.sort(key=lambda each: each["script"] != "Latn")
        return " · ".join(str(each["full"]) for each in found)

    def names(self) -> set[str]:
        """Every name of a person in it: what must be nowhere in a log."""
        return _long(_names(self.sections))


@dataclass(frozen=True, kw_only=True)
class Document:
    """A Primero document: its bytes, and which of its cases is meant."""

    data: bytes = field(repr=False)
    which: int
    of: int

    def names(self) -> set[str]:
        """Every name in it: what must be nowhere in a log."""
        return _long(_named(json.loads(self.data)))


def made_up(name: str) -> Case:
    """Give a case of the package."""
    found = json.loads(_shipped(f"{name}.json"))
    return Case(schema=found["schema"], sections=found["record"])


def renamed(like: Case, given: str) -> Case:
    """Give a request like another, for somebody with another given name: how a node would try names."""
    text = json.dumps(like.sections).replace("\u064a\u0648\u0633\u0641", given)
    return Case(schema=like.schema, sections=json.loads(text))


def shipped_document() -> Document:
    """Give the made-up Primero document of the package."""
    return Document(data=_shipped("primero-1.json"), which=0, of=1)


def given(path: Path) -> Document:
    """Give the Primero document in a file, and in it the first child's case.

    Raises:
        DemoError: it cannot be read, or holds no child's case.
    """
    try:
        data = files.read(path, LONGEST)
        drafts = primero.import_cases(data).drafts
    except HandoverError as error:
        raise DemoError(
            f"{path}: {error.title} {error.detail or ''}".rstrip(), advice=error.advice
        ) from error
    for number, draft in enumerate(drafts):
        if draft.schema.kind is MatterKind.GUARDIANSHIP:
            return Document(data=data, which=number, of=len(drafts))
    raise DemoError(
        f"{path} holds no child's case.",
        advice="Give a file with a case; a tracing request does not do here.",
    )


def completed(imported: Sections) -> tuple[Sections, list[str]]:
    """Give an imported record with what an officer adds before it can be offered, and the names of those fields."""
    missing = made_up("completion").sections
    whole = {name: dict(fields) for name, fields in imported.items()}
    added = []
    for section, fields in missing.items():
        for name, value in fields.items():
            kept = whole.setdefault(section, {}).get(name)
            # What the finding and the child's own words lack is stated whole, by one officer on one day.
            if _absent(kept) or section in ("best_interests", "child_view"):
                whole[section][name] = value
                added.append(f"{section}.{name}")
    return whole, added


def stated(sections: Mapping[str, Mapping[str, JsonValue]]) -> int:
    """Count the fields that have a value."""
    return sum(not _absent(value) for fields in sections.values() for value in fields.values())


def fields_of(name: str) -> int:
    """Count the fields of a schema."""
    return len(schema(name).fields)


def picture() -> bytes:
    """Draw the picture that stands for a photograph: a PNG of two hills under a sun, and nobody in it."""
    rows = b"".join(b"\0" + b"".join(_pixel(x, y) for x in range(_SIDE)) for y in range(_SIDE))
    head = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _pixel(x: int, y: int) -> bytes:
    if (x - 66) ** 2 + (y - 26) ** 2 < 144:
        return bytes((250, 200, 80))
    if y > 58 + (x - 24) ** 2 // 40 or y > 66 + (x - 78) ** 2 // 30:
        return bytes((70, 130 + y // 3, 90))
    return bytes((150 + y // 2, 200, 235))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _absent(value: object) -> bool:
    return value is None or (isinstance(value, dict) and "absent" in value)


def _names(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _NAMES and isinstance(inner, str):
                yield inner
            else:
                yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)


def _named(value: object) -> Iterator[str]:
    """Give the texts under members such as `name`, `name_first`, `relation_name`."""
    if isinstance(value, dict):
        for member, inner in value.items():
            parts = member.split("_")
            if isinstance(inner, str) and "name" in (parts[0], parts[-1]):
                yield inner
            else:
                yield from _named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner)


def _long(names: Iterable[str]) -> set[str]:
    """Give those that do not occur by chance in a million random bytes."""
    return {name for name in names if len(name.encode()) > 5}


def _shipped(name: str) -> bytes:
    return shipped("handover.demo").joinpath("cases", name).read_bytes()
