"""The statistics of one node for one quarter, signed once and never again (docs/spec/statistics.md).

Which subjects, tables and cells there are is the signer's to say, so that new ones need no new version; that small
counts are withheld is everybody's to check.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from handover.domain.errors import MalformedError
from handover.domain.ids import NodeId, Quarter
from handover.domain.statistics import end_of
from handover.domain.suppression import THRESHOLD, Shown, require_protected
from handover.protocol import jws, strict
from handover.protocol.strict import Json

_T = TypeVar("_T")
TYPE: Final = "handover-statistics+jwt"
MEMBERS: Final = ("iss", "iat", "quarter", "threshold", "subjects")
LARGEST_THRESHOLD: Final = 1000
MOST_SUBJECTS: Final = 16
MOST_TABLES: Final = 16
MOST_CELLS: Final = 300
LONGEST_WORD: Final = 48
WORD: Final = "[a-z0-9]+(?:-[a-z0-9]+)*"
_WORD: Final = re.compile(WORD)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a node publishes of one quarter; `issued` (seconds since 1970) is when it was signed, after its end."""

    node: NodeId
    issued: int
    quarter: Quarter
    subjects: Mapping[str, Mapping[str, Shown]]
    threshold: int = THRESHOLD

    def __post_init__(self) -> None:
        if self.issued < end_of(self.quarter):
            raise MalformedError("a quarter is published after its end")
        for tables in self.subjects.values():
            for shown in tables.values():
                require_protected(shown, self.threshold)


@dataclass(frozen=True, kw_only=True)
class Unverified:
    """A part whose shape was checked and whose signature was not."""

    kid: str
    claimed: Part
    signed: jws.Unverified

    def verify(self, public: bytes) -> Part:
        """Give the part that the holder of *public* signed.

        Raises:
            UntrustedError: the signature does not fit.
        """
        self.signed.verify(public)
        return self.claimed


def sign(part: Part, *, signer: jws.Signer) -> bytes:
    """Give the signed bytes of *part*."""
    claims: dict[str, Json] = {
        "iss": part.node,
        "iat": part.issued,
        "quarter": part.quarter,
        "threshold": part.threshold,
        "subjects": [
            {
                "name": name,
                "tables": [
                    {"name": table, "cells": [{"name": cell, "count": n} for cell, n in cells.items()]}
                    for table, cells in tables.items()
                ],
            }
            for name, tables in part.subjects.items()
        ],
    }
    return jws.sign(strict.dumps(claims), typ=TYPE, signer=signer)


def read(data: bytes) -> Unverified:
    """Give the part that *data* claims to be.

    Raises:
        MalformedError: the bytes do not have the one shape.
        UnprotectedError: it shows what has to be withheld.
    """
    signed = jws.read(data, typ=TYPE)
    iss, iat, quarter, threshold, subjects = strict.members(strict.loads_compact(signed.payload), *MEMBERS)
    claimed = Part(
        node=NodeId(strict.text(iss)),
        issued=strict.moment(iat),
        quarter=Quarter(strict.text(quarter)),
        threshold=strict.integer(threshold, THRESHOLD, LARGEST_THRESHOLD),
        subjects=_named(subjects, MOST_SUBJECTS, ("name", "tables"), _tables),
    )
    return Unverified(kid=signed.kid, claimed=claimed, signed=signed)


def _tables(tables: Json) -> Mapping[str, Shown]:
    return _named(tables, MOST_TABLES, ("name", "cells"), _cells)


def _cells(cells: Json) -> Shown:
    return _named(cells, MOST_CELLS, ("name", "count"), _count)


def _count(value: Json) -> int | None:
    return None if value is None else strict.integer(value)


def _named(value: Json, most: int, members: tuple[str, ...], read_: Callable[..., _T]) -> dict[str, _T]:
    """Give what the items of an array hold, by their names, in their order."""
    found: dict[str, _T] = {}
    for item in strict.array(value, most):
        name, *rest = strict.members(item, *members)
        word = strict.text(name, LONGEST_WORD)
        if _WORD.fullmatch(word) is None or word in found:
            raise MalformedError("not a word, or a name twice")
        found[word] = read_(*rest)
    return found
