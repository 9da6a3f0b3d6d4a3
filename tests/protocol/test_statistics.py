"""Published statistics: every vector, round trips, and no changed byte that passes."""

import json
from dataclasses import replace
from typing import Any

import pytest

from handover.domain.errors import HandoverError, MalformedError
from handover.domain.suppression import UnprotectedError
from handover.protocol import statistics, strict
from protocol import act_vectors, log_vectors
from vectors.made import SIGNER
from vectors.statistics_cases import PART, TOKEN


def outcome(given: dict[str, Any]) -> dict[str, Any]:
    """Give what this code makes of a case."""
    token = given["jws"].encode()
    unverified = statistics.read(token)
    found = unverified.verify(bytes.fromhex(given["public_hex"]))
    payload = statistics.sign(found, signer=SIGNER).split(b".")[1].decode()
    return {
        "kid": unverified.kid,
        "digest": strict.digest(token),
        "claims": json.loads(strict.unb64(payload)),
    }


@pytest.mark.parametrize("case", log_vectors.cases("statistics"))
def test_vectors(case: dict[str, Any]) -> None:
    act_vectors.check(case, outcome)


def test_the_kept_files_are_those_of_the_script() -> None:
    act_vectors.check_kept("statistics")


def test_what_was_signed_is_read_again() -> None:
    unverified = statistics.read(TOKEN)
    assert unverified.kid == SIGNER.kid
    assert unverified.verify(SIGNER.public) == PART


def test_no_changed_byte_passes() -> None:
    for changed in act_vectors.changes(TOKEN):
        with pytest.raises(HandoverError):
            statistics.read(changed).verify(SIGNER.public)


def test_a_node_cannot_make_a_part_that_others_refuse() -> None:
    with pytest.raises(UnprotectedError):
        replace(PART, subjects={"guardianship": {"sex": {"female": 4, "male": None}}})
    with pytest.raises(MalformedError):
        replace(PART, issued=PART.issued - 1)
