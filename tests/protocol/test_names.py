"""Identifiers: every vector of docs/spec/names.md, and no text but its one spelling."""

from contextlib import suppress
from datetime import MAXYEAR, UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.errors import HandoverError, MalformedError
from handover.domain.ids import UUID7, Digest, MatterId, NodeId, PairId, Pseudonym, RoundId
from handover.protocol import jws, strict
from protocol import act_vectors, log_vectors

CHAPTER = (Path(__file__).resolve().parents[2] / "docs" / "spec" / "names.md").read_text("utf-8")
KINDS = {
    "node": (NodeId,),
    "uuid": (UUID7, MatterId),
    "bits": (RoundId, PairId, Pseudonym),
    "digest": (Digest,),
}


def outcome(given_: dict[str, Any]) -> dict[str, Any]:
    """Give what this code makes of a case."""
    ((kind, text),) = given_.items()
    if kind == "public_hex":
        return {"text": jws.kid_of_ed25519(bytes.fromhex(text))}
    (found,) = {each(text) for each in KINDS[kind]}
    return {"text": str(found)}


@pytest.mark.parametrize("case", log_vectors.cases("names"))
def test_the_code_agrees_with_the_vectors(case: dict[str, Any]) -> None:
    act_vectors.check(case, outcome)


def test_the_vectors_are_as_their_script_makes_them() -> None:
    act_vectors.check_kept("names")


@given(st.text(max_size=70) | st.text(alphabet="abz09-_/AQgw=", max_size=70))
def test_any_text_raises_only_our_errors(text: str) -> None:
    for kinds in KINDS.values():
        for kind in kinds:
            with suppress(HandoverError):
                assert kind(text) == text


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32))
def test_every_value_has_a_spelling(short: bytes, long: bytes) -> None:
    assert strict.unb64(RoundId(strict.b64(short)), length=16) == short
    assert strict.unb64(Digest(strict.b64(long)), length=32) == long


def test_the_chapter_says_which_time_is_the_last() -> None:
    assert f"{strict.LATEST:,}".replace(",", " ") in CHAPTER
    assert datetime.fromtimestamp(strict.LATEST, UTC).year == MAXYEAR
    assert strict.moment(strict.LATEST) == strict.LATEST
    with pytest.raises(MalformedError):
        strict.moment(strict.LATEST + 1)
