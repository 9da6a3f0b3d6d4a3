"""Identifiers, each a string whose type says that its one spelling was checked. Nothing here is random."""

import re
from typing import Final, Self

from handover.domain.errors import MalformedError

_NODE: Final = re.compile(r"(?:[a-z]{2}|int)/[a-z0-9]+(?:-[a-z0-9]+)*")
_QUARTER: Final = re.compile(r"2[0-9]{3}-Q[1-4]")
_UUID7: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
# The last letter of 16 bytes carries 4 bits, that of 32 bytes 2: these classes make the spelling canonical.
_128_BITS: Final = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")
_256_BITS: Final = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


class _Identifier(str):
    """A string of exactly one accepted spelling."""

    __slots__ = ()
    _pattern: re.Pattern[str]
    _wrong: str
    _longest = 64

    def __new__(cls, value: str) -> Self:
        if len(value) > cls._longest or cls._pattern.fullmatch(value) is None:
            raise MalformedError(cls._wrong)
        return super().__new__(cls, value)

    @classmethod
    def known(cls, value: str) -> Self:
        """Give the identifier that this node itself has made, or kept after it was checked, without a second look."""
        return super().__new__(cls, value)


class NodeId(_Identifier):
    """A node's name: ISO 3166-1 alpha-2 code or ``int``, a slash, a slug (docs/spec/names.md)."""

    __slots__ = ()
    _pattern = _NODE
    _wrong = "not a node's name"

    @property
    def country(self) -> str:
        """The part before the slash, for example ``gr``."""
        return self.partition("/")[0]


class UUID7(_Identifier):
    """A time-ordered UUID (RFC 9562, section 5.7) in lower case: message and local identifiers."""

    __slots__ = ()
    _pattern = _UUID7
    _wrong = "not a UUID of version 7 in lower case"


class MatterId(UUID7):
    """A matter's name inside one node; it never leaves the node."""

    __slots__ = ()


class HandoverId(UUID7):
    """One round as this node's officers and its case system name it; it never leaves the node."""

    __slots__ = ()


class RoundId(_Identifier):
    """128 random bits, base64url: one offer and all that follows from it."""

    __slots__ = ()
    _pattern = _128_BITS
    _wrong = "not 128 bits in base64url"


class PairId(_Identifier):
    """128 random bits, base64url: the matter's pseudonym between one pair of nodes."""

    __slots__ = ()
    _pattern = _128_BITS
    _wrong = "not 128 bits in base64url"


class Digest(_Identifier):
    """A SHA-256 digest (32 bytes) in base64url without padding."""

    __slots__ = ()
    _pattern = _256_BITS
    _wrong = "not a SHA-256 digest in base64url"


class Pseudonym(_Identifier):
    """An officer's pseudonym for one matter: 128 bits of an HMAC, base64url."""

    __slots__ = ()
    _pattern = _128_BITS
    _wrong = "not 128 bits in base64url"


class Quarter(_Identifier):
    """A quarter of a year, in UTC, for example ``2026-Q4``; later ones sort after earlier ones."""

    __slots__ = ()
    _pattern = _QUARTER
    _wrong = "not a quarter of a year"
