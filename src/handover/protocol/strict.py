"""Strict parsing for all chapters: JSON, base64 and digests in one accepted spelling (docs/spec/strict.md).

Bytes become values here and nowhere else. No error repeats any part of the input.
"""

import hashlib
import re
from collections.abc import Iterable
from typing import Final, TypeAlias, cast

import orjson

from handover.domain.errors import MalformedError
from handover.domain.ids import Digest
from handover.protocol.base64 import b64, b64_ascii, b64_rows, b64std, unb64, unb64_each, unb64std

__all__ = [
    "DEPTH_LIMIT",
    "LARGEST",
    "PART_LIMIT",
    "Json",
    "array",
    "b64",
    "b64_ascii",
    "b64_rows",
    "b64std",
    "boolean",
    "digest",
    "dumps",
    "dumps_each",
    "integer",
    "loads",
    "loads_compact",
    "loads_each",
    "members",
    "text",
    "unb64",
    "unb64_each",
    "unb64std",
]

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

PART_LIMIT: Final = 65536  # bytes of one part: an envelope, a record, a node entry
DEPTH_LIMIT: Final = 12  # arrays and objects inside one another
LARGEST: Final = 2**53 - 1  # beyond it, parsers that use binary64 read another number (RFC 8259, section 6)
LATEST: Final = (
    253_402_300_799  # seconds since 1970: the last second of the year 9999, the last that calendars know
)

# All C0 controls except LF and TAB; a raw one is no JSON, so an escape is the only way to write one.
_CONTROL: Final = re.compile(rb"\\(?:[bfr]|u00(?:0[0-8b-fB-F]|1[0-9a-fA-F]))")


def loads(data: bytes, *, limit: int = PART_LIMIT) -> Json:
    """Give the value of a JSON document of at most *limit* bytes.

    Raises:
        MalformedError: not UTF-8, not JSON (RFC 8259), a member twice, a fraction or exponent, minus zero, an
            integer beyond 2^53-1, a lone surrogate, a C0 control but LF and TAB, too deep, or too long.
    """
    value = _parse(data, limit)
    names = _names([value])
    if orjson.dumps(value) == data:  # the compact spelling can hide nothing
        _check_escapes(data)
        return value
    outside = _outside_strings(data)
    if outside.count(b":") != names:
        raise MalformedError("a member comes twice")
    if b"-0" in outside:
        raise MalformedError("minus zero")
    return value


def loads_compact(data: bytes, *, limit: int = PART_LIMIT) -> Json:
    """Give the value of a JSON document that is spelled just as `dumps` spells it.

    Raises:
        MalformedError: as for `loads`, or another spelling.
    """
    value = _parse(data, limit)
    _check_compact([data], [value])
    return value


def loads_each(documents: list[bytes]) -> list[Json]:
    """Give the values of many small documents, each spelled just as `dumps` spells it.

    Raises:
        MalformedError: as for `loads_compact`, in any of them.
    """
    # Parsed at once, which is quicker; that each encodes to its own document shows that none ran into the next.
    values = _parse(b"[" + b",".join(documents) + b"]", PART_LIMIT)
    _check_compact(documents, cast("list[Json]", values))
    return cast("list[Json]", values)


def dumps(value: Json) -> bytes:
    """Give the compact UTF-8 document of *value*, members in their order.

    Raises:
        MalformedError: the value is one that `loads` would refuse.
    """
    return dumps_each([value])[0]


def dumps_each(values: list[Json]) -> list[bytes]:
    """Give the compact documents of many values.

    Raises:
        MalformedError: one of the values is one that `loads` would refuse.
    """
    _names(values)
    try:
        documents = [orjson.dumps(value) for value in values]
    except TypeError:
        raise MalformedError("a value that strict JSON cannot carry") from None
    _check_escapes(b"".join(documents))
    return documents


def _parse(data: bytes, limit: int) -> Json:
    if len(data) > limit:
        raise MalformedError("longer than %(limit)s bytes", limit=limit)
    try:
        return cast(Json, orjson.loads(data))
    except orjson.JSONDecodeError as error:
        # Not chained: the library's error holds the whole input.
        raise MalformedError(
            "not JSON: line %(line)s, column %(column)s", line=error.lineno, column=error.colno
        ) from None


def _check_compact(documents: list[bytes], values: list[Json]) -> None:
    _names(values)
    # A second member of one name, minus zero and white space do not survive this either.
    if [orjson.dumps(value) for value in values] != documents:
        raise MalformedError("not the compact spelling")
    _check_escapes(b"".join(documents))


def _check_escapes(text: bytes) -> None:
    if _CONTROL.search(text) is not None:
        _without_pairs(text)  # it may be no escape, but follow an escaped backslash


def _outside_strings(data: bytes) -> bytes:
    """Give what stands outside the strings of valid JSON; raises MalformedError for an escaped control."""
    if b"\\" in data:
        data = _without_pairs(data).replace(b'\\"', b"")
    return b"".join(data.split(b'"')[::2])


def _without_pairs(data: bytes) -> bytes:
    # Once escaped backslashes are gone, each backslash left begins an escape.
    if b"\\\\" in data:
        data = data.replace(b"\\\\", b"")
    if _CONTROL.search(data) is not None:
        raise MalformedError("a control character in a string")
    return data


def _names(values: list[Json]) -> int:
    """Give the number of members in all objects; raises MalformedError for what no document may hold."""
    names = 0
    level: list[list[Json] | dict[str, Json]] = [values]
    for _ in range(DEPTH_LIMIT + 1):
        inner: list[list[Json] | dict[str, Json]] = []
        for container in level:
            items: Iterable[Json] = container
            if type(container) is dict:
                names += len(container)
                items = container.values()
            for item in items:
                kind = type(item)
                if kind is dict or kind is list:
                    inner.append(item)  # type: ignore[arg-type]
                elif kind is not str and kind is not bool:
                    _check_scalar(item)
        if not inner:
            return names
        level = inner
    raise MalformedError("deeper than %(limit)s", limit=DEPTH_LIMIT)


def _check_scalar(value: Json) -> None:
    if type(value) is int:
        if not -LARGEST <= value <= LARGEST:
            raise MalformedError("an integer beyond 2^53-1")
    elif value is not None and not isinstance(value, str | bool):
        raise MalformedError("neither text, integer, boolean, null, array nor object")


def digest(data: bytes) -> Digest:
    """Give the SHA-256 digest."""
    return Digest.known(b64(hashlib.sha256(data).digest()))


def members(value: Json, *names: str) -> tuple[Json, ...]:
    """Give the values of an object that has exactly the members *names*, in that order.

    Raises:
        MalformedError: not an object, a member missing, or one too many.
    """
    if not isinstance(value, dict) or len(value) != len(names):
        raise MalformedError("not an object with exactly the members that belong here")
    try:
        return tuple([value[name] for name in names])
    except KeyError:
        raise MalformedError("not an object with exactly the members that belong here") from None


def text(value: Json, longest: int = 256) -> str:
    """Give a string of at most *longest* characters.

    Raises:
        MalformedError: another type, or longer.
    """
    if not isinstance(value, str) or len(value) > longest:
        raise MalformedError("not a text of at most %(longest)s characters", longest=longest)
    return value


def integer(value: Json, lowest: int = 0, highest: int = LARGEST) -> int:
    """Give an integer in the range; a boolean is none.

    Raises:
        MalformedError: another type, or outside the range.
    """
    if type(value) is not int or not lowest <= value <= highest:
        raise MalformedError("not an integer from %(lowest)s to %(highest)s", lowest=lowest, highest=highest)
    return value


def moment(value: Json, earliest: int = 0) -> int:
    """Give a time in seconds since 1970, which a calendar can show.

    Raises:
        MalformedError: another type, or outside the range.
    """
    return integer(value, earliest, LATEST)


def boolean(value: Json) -> bool:
    """Give a boolean.

    Raises:
        MalformedError: another type.
    """
    if not isinstance(value, bool):
        raise MalformedError("not a boolean")
    return value


def array(value: Json, longest: int) -> list[Json]:
    """Give an array of at most *longest* items.

    Raises:
        MalformedError: another type, or longer.
    """
    if not isinstance(value, list) or len(value) > longest:
        raise MalformedError("not an array of at most %(longest)s items", longest=longest)
    return value
