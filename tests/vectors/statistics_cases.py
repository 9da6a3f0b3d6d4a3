"""The cases of docs/spec/statistics.md: what a node publishes of a quarter, and what nobody keeps."""

import json
from collections.abc import Iterator
from typing import Any, Final

from handover.domain.ids import NodeId, Quarter
from handover.protocol import jws, statistics, strict
from handover.protocol.statistics import Part
from vectors.made import OTHER_SIGNER, SIGNER, Case, accepted, refused

ISSUED: Final = 1_790_812_800  # the first second after the quarter
SHOWN: Final[dict[str, dict[str, dict[str, int | None]]]] = {
    "guardianship": {
        "route": {"de": 19, "fr": None, "other": None},
        "sex": {"female": 11, "male": 20, "other": None, "unknown": None},
    },
    "tracing": {"route": {"de": None, "fr": None, "other": None}},
}
PART: Final = Part(node=NodeId("gr/athens"), issued=ISSUED, quarter=Quarter("2026-Q3"), subjects=SHOWN)
TOKEN: Final = statistics.sign(PART, signer=SIGNER)


def cases() -> dict[str, Case]:
    """Give the chapter's cases by name."""
    nothing = Part(node=PART.node, issued=ISSUED, quarter=PART.quarter, subjects={})
    found = {
        "part": _whole("A quarter of Athens.", TOKEN),
        "part-without-subjects": _whole("Nothing is counted.", statistics.sign(nothing, signer=SIGNER)),
        "part-of-a-higher-threshold": _whole(
            "A node may withhold more.", _signed(threshold=10, subjects=_tables([["a", 10], ["b", None]]))
        ),
    }
    for name, note, changes in _claims():
        found[name] = refused(note, _input(_signed(**changes)), "malformed")
    for name, note, changes in _unprotected():
        found[name] = refused(note, _input(_signed(**changes)), "statistics-unprotected")
    for name, note, data, error in _tokens():
        found[name] = refused(note, _input(data), error)
    return found


def _input(token: bytes) -> Case:
    return {"jws": token.decode(), "public_hex": SIGNER.public.hex()}


def _payload(token: bytes) -> str:
    return strict.unb64(token.split(b".")[1].decode()).decode()


def _whole(note: str, token: bytes) -> Case:
    expected = {"kid": SIGNER.kid, "digest": strict.digest(token), "claims": json.loads(_payload(token))}
    return accepted(note, _input(token), expected, {"payload": _payload(token)})


def _signed(**changes: Any) -> bytes:
    claims = json.loads(_payload(TOKEN)) | changes
    kept = {name: value for name, value in claims.items() if value != "left out"}
    return jws.sign(json.dumps(kept, separators=(",", ":")).encode(), typ=statistics.TYPE, signer=SIGNER)


def _tables(cells: list[list[Any]], table: str = "route", subject: str = "guardianship") -> list[Any]:
    named = [{"name": name, "count": count} for name, count in cells]
    return [{"name": subject, "tables": [{"name": table, "cells": named}]}]


def _claims() -> Iterator[tuple[str, str, Case]]:
    yield "iss-address", "An address is no node.", {"iss": "https://athens.example"}
    yield "iat-in-the-quarter", "A quarter is published after its end.", {"iat": ISSUED - 1}
    yield "iat-text", "A time is a number.", {"iat": str(ISSUED)}
    yield "quarter-five", "A year has four.", {"quarter": "2026-Q5"}
    yield "quarter-month", "A month is no quarter.", {"quarter": "2026-07"}
    yield "threshold-low", "The threshold is at least 5.", {"threshold": 4}
    yield "threshold-left-out", "It is always stated.", {"threshold": "left out"}
    yield "member-more", "No other member.", {"total": 31}
    yield "subjects-object", "Subjects are an array.", {"subjects": {}}
    yield "subject-twice", "A subject comes once.", {"subjects": 2 * _tables([["a", 9], ["b", None]])}
    yield "subject-total", "No total is published.", {
        "subjects": [{"name": "guardianship", "total": 31, "tables": []}]
    }  # fmt: skip
    yield "cell-twice", "A cell comes once.", {"subjects": _tables([["a", 9], ["a", None]])}
    yield (
        "cell-formula",
        "A name is a word, and no formula.",
        {"subjects": _tables([["=1+1", 9], ["b", None]])},
    )
    yield "cell-capital", "Words are lower case.", {"subjects": _tables([["DE", 9], ["b", None]])}
    yield "count-negative", "A count is no negative number.", {"subjects": _tables([["a", -9], ["b", None]])}
    yield "count-text", "A count is a number.", {"subjects": _tables([["a", "9"], ["b", None]])}
    yield "cells-301", "At most 300 cells.", {"subjects": _tables([[f"c{n}", None] for n in range(301)])}


def _unprotected() -> Iterator[tuple[str, str, Case]]:
    yield "count-small", "Four children.", {"subjects": _tables([["a", 4], ["b", None]])}
    yield "count-nothing", "That there is nobody is as small.", {"subjects": _tables([["a", 0], ["b", None]])}
    yield "all-shown", "With all cells the sum is known.", {"subjects": _tables([["a", 9], ["b", 8]])}
    yield "no-cells", "A table without cells.", {"subjects": _tables([])}
    yield "below-its-own-threshold", "It withholds what it says that it does.", {"threshold": 20}


def _tokens() -> Iterator[tuple[str, str, bytes, str]]:
    yield "signed-by-another", "Another key.", statistics.sign(PART, signer=OTHER_SIGNER), "signature"
    other = jws.sign(_payload(TOKEN).encode(), typ="handover-consent+jwt", signer=SIGNER)
    yield "typ-of-a-consent", "The type is its own.", other, "malformed"
    spaced = jws.sign(_payload(TOKEN).replace(",", ", ").encode(), typ=statistics.TYPE, signer=SIGNER)
    yield "white-space", "The claims have one spelling.", spaced, "malformed"
    yield "two-parts", "A part is missing.", TOKEN.rpartition(b".")[0], "malformed"
