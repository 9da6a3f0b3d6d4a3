"""The answer to a question: of one size, and a proof that it was stored."""

import pytest

from handover.domain.errors import HandoverError, MalformedError
from handover.domain.ids import Digest
from handover.protocol import entry, question_receipt, receipt, strict
from handover.protocol.jws import Ed25519Signer, SignatureError
from handover.protocol.question_receipt import SIZE
from handover.protocol.receipt import ReceiptMismatchError
from protocol import log_vectors
from protocol.test_receipt import ENVELOPES, NOW, RECEIPTS

SIGNER = Ed25519Signer(bytes(32))
LOG = log_vectors.log_signer("athens").key
QUESTION = ENVELOPES[5]
PROOF = receipt.to_proof(RECEIPTS[5])
DATA = question_receipt.sign(QUESTION, PROOF, stored_at=NOW, signer=SIGNER)


def verified(data: bytes, question: Digest = QUESTION) -> entry.Entry:
    return question_receipt.read(data).verify(SIGNER.public, question=question, log=LOG)


def test_a_receipt_has_one_size_and_proves_that_the_question_is_in_the_log() -> None:
    assert len(DATA) == SIZE == 8192
    assert verified(DATA).object == QUESTION
    claimed = question_receipt.read(DATA).claimed
    assert (claimed.question, claimed.kid, claimed.stored_at) == (QUESTION, SIGNER.kid, NOW)


def test_a_receipt_is_for_one_question() -> None:
    with pytest.raises(ReceiptMismatchError):
        verified(DATA, ENVELOPES[6])
    lying = question_receipt.sign(ENVELOPES[6], PROOF, stored_at=NOW, signer=SIGNER)
    with pytest.raises(ReceiptMismatchError):
        verified(lying, ENVELOPES[6])


def test_the_signature_is_the_nodes() -> None:
    with pytest.raises(SignatureError):
        question_receipt.read(DATA).verify(Ed25519Signer(bytes([1]) * 32).public, question=QUESTION, log=LOG)


@pytest.mark.parametrize("at", [*range(0, SIZE, 401), SIZE - 1])
def test_every_changed_byte_is_refused(at: int) -> None:
    data = bytearray(DATA)
    data[at] ^= 1
    with pytest.raises(HandoverError):
        verified(bytes(data))


@pytest.mark.parametrize(
    "data", [b"", DATA[:-1], DATA + b"\0", b"HOr2" + DATA[4:], DATA[:76] + b"\xff\xff" + DATA[78:]]
)
def test_another_size_or_version_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        question_receipt.read(data)


def test_padding_is_zero() -> None:
    body = DATA[:-65] + b"\1"
    with pytest.raises(MalformedError):
        question_receipt.read(body + SIGNER.sign(body))


def test_a_proof_longer_than_any_is_not_signed() -> None:
    with pytest.raises(MalformedError):
        question_receipt.sign(strict.digest(b""), bytes(SIZE), stored_at=NOW, signer=SIGNER)
