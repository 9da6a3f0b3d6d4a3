"""Reads a file of Primero: bytes in, single documents with their places out. Nothing is mapped here.

The reader is strict about JSON itself, and takes each shape in which Primero and the programs around it put
documents: one object, a list of objects, or either of them under ``data``.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn

from handover.domain.errors import MalformedError

LONGEST: Final = 16 * 1024 * 1024  # bytes
DEEPEST: Final = 24  # levels


class ProfileError(MalformedError):
    """The file is no profile of a deployment."""

    name = "profile"
    title = "This file is not the profile of a deployment."
    advice = "Write the objects `fields` and `codes`, as docs/guide/primero.md shows them."


class UnreadableDocumentError(MalformedError):
    """The file is not the JSON document that it should be; the detail says where."""

    name = "unreadable-document"
    title = "The file cannot be read as a JSON document of a case system."
    advice = "Export the case again; the detail names the line and the column of the first mistake."


@dataclass(frozen=True, kw_only=True)
class Found:
    """One document of the file; `place` is its JSON pointer (RFC 6901)."""

    place: str
    content: dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """All of one file: the documents in it, and the leaves that belong to none of them."""

    documents: tuple[Found, ...]
    around: tuple[tuple[str, object], ...]


def open_file(data: bytes) -> Opened:
    """Give the documents of a file.

    Raises:
        UnreadableDocumentError: broken, too long, too deep, or not made of objects.
    """
    content = _parse(data)
    place, body = "", content
    around: tuple[tuple[str, object], ...] = ()
    if isinstance(content, dict) and isinstance(content.get("data"), dict | list):
        place, body = "/data", content["data"]
        around = tuple(
            leaf
            for name, value in content.items()
            if name != "data"
            for leaf in leaves(value, f"/{_escape(name)}")
        )
    if isinstance(body, dict):
        return Opened(documents=(Found(place=place, content=body),), around=around)
    if not isinstance(body, list) or not body:
        raise UnreadableDocumentError("the file holds no case: a case is an object, or an object in a list")
    documents: list[Found] = []
    for index, item in enumerate(body):
        if not isinstance(item, dict):
            raise UnreadableDocumentError(f"item {index} of the list is not an object")
        documents.append(Found(place=f"{place}/{index}", content=item))
    return Opened(documents=tuple(documents), around=around)


def leaves(value: object, place: str) -> Iterator[tuple[str, object]]:
    """Give every value that holds no other value, with its JSON pointer; an empty object or list is one."""
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from leaves(part, f"{place}/{_escape(name)}")
    elif isinstance(value, list) and value:
        for index, part in enumerate(value):
            yield from leaves(part, f"{place}/{index}")
    else:
        yield place, value


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def pointer(place: str, name: str) -> str:
    """Give the JSON pointer of the member *name* of the object at *place*."""
    return f"{place}/{_escape(name)}"


def _parse(data: bytes) -> object:
    if len(data) > LONGEST:
        raise UnreadableDocumentError(f"the file has more than {LONGEST} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableDocumentError(f"byte {error.start + 1} is not UTF-8") from None
    try:
        content: object = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        words = error.msg.partition(":")[0].lower()
        raise UnreadableDocumentError(f"line {error.lineno}, column {error.colno}: {words}") from None
    except RecursionError:
        raise UnreadableDocumentError(f"the document is nested deeper than {DEEPEST} levels") from None
    except ValueError:  # a number with more digits than Python converts
        raise UnreadableDocumentError("a number has too many digits") from None
    _require_shallow(content)
    return content


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise UnreadableDocumentError("an object names one member twice")
    for name in content:
        if any("\ud800" <= letter <= "\udfff" for letter in name):
            raise UnreadableDocumentError("the name of a member is not Unicode text")
    return content


def _refuse_constant(_: str) -> NoReturn:
    raise UnreadableDocumentError("NaN and Infinity are no JSON numbers")


def _require_shallow(content: object) -> None:
    level = [content]
    for _ in range(DEEPEST):
        level = [
            part
            for value in level
            if isinstance(value, dict | list)
            for part in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise UnreadableDocumentError(f"the document is nested deeper than {DEEPEST} levels")
