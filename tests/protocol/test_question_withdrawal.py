"""The withdrawal of a question has one size and one spelling, and only who has asked can sign it."""

import pytest

from handover.domain.errors import MalformedError, UntrustedError
from handover.domain.ids import Digest
from handover.protocol import question_withdrawal, strict
from handover.protocol.jws import Ed25519Signer
from handover.protocol.question_withdrawal import SIZE

SIGNER = Ed25519Signer(bytes(32))
QUESTION = Digest("A" * 43)


def test_a_withdrawal_says_which_question_by_whose_key_and_when() -> None:
    data = question_withdrawal.sign(QUESTION, issued=1_790_000_000, signer=SIGNER)
    found = question_withdrawal.read(data)
    assert len(data) == SIZE == 140
    assert found.verify(SIGNER.public) == found.claimed
    assert (found.claimed.question, found.claimed.asker) == (QUESTION, SIGNER.kid)
    assert found.claimed.issued == 1_790_000_000
    assert found.digest == strict.digest(data)


@pytest.mark.parametrize("place", [4, 40, 70, 100])
def test_a_changed_byte_is_not_signed(place: int) -> None:
    data = bytearray(question_withdrawal.sign(QUESTION, issued=1_790_000_000, signer=SIGNER))
    data[place] ^= 1
    with pytest.raises(UntrustedError):
        question_withdrawal.read(bytes(data)).verify(SIGNER.public)


def test_other_shapes_are_malformed() -> None:
    data = question_withdrawal.sign(QUESTION, issued=1_790_000_000, signer=SIGNER)
    for wrong in (data[:-1], data + b"\0", b"HOw2" + data[4:], data[:68] + bytes(8) + data[76:]):
        with pytest.raises(MalformedError):
            question_withdrawal.read(wrong)
