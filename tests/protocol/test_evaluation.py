"""What a key-holder is asked and answers: fixed sizes, signed by both, and nothing that cannot be."""

from dataclasses import replace

import pytest

from handover.domain.errors import HandoverError, MalformedError
from handover.domain.ids import Digest
from handover.protocol import evaluation, ristretto, threshold
from handover.protocol.evaluation import ANSWER_SIZE, KEYS, SIZE, Basis, Kind, Request
from handover.protocol.jws import Ed25519Signer, SignatureError
from handover.protocol.threshold import Batch

ASKER, HOLDER = Ed25519Signer(bytes(32)), Ed25519Signer(bytes([1]) * 32)
BATCH = Batch.of([b"%d" % number for number in range(KEYS[Kind.QUESTION])])
REQUEST = Request(
    kind=Kind.QUESTION,
    basis=Basis.CONSENT,
    epoch=3,
    place=2,
    places=(1, 2, 5),
    records=0,
    issued=1_790_000_000,
    reference=bytes(range(16)),
    asker=Digest(ASKER.kid),
    elements=BATCH.elements,
)
DATA = evaluation.sign(REQUEST, signer=ASKER)
GIVEN = threshold.evaluate(12345, 2, (1, 2, 5), BATCH.elements)
ANSWER = evaluation.answer(DATA, GIVEN, signer=HOLDER)


def test_a_request_has_one_size_for_each_kind() -> None:
    assert len(DATA) == SIZE[Kind.QUESTION] == 1702
    assert len(ANSWER) == ANSWER_SIZE[Kind.QUESTION] == 1700
    assert (
        3 * (len(DATA) + len(ANSWER)) <= 10_240
    )  # what one question costs on the wire, all holders together
    many = Batch.of([b"%d" % number for number in range(256)]).elements
    indexed = replace(REQUEST, kind=Kind.INDEX, records=256, basis=Basis.EITHER, elements=many)
    data = evaluation.sign(indexed, signer=ASKER)
    assert len(data) == SIZE[Kind.INDEX] == 8358
    assert evaluation.read(data).verify(ASKER.public) == indexed
    assert indexed.evaluations == 256
    assert SIZE[Kind.RECORD] == 2214


def test_what_is_signed_is_what_is_read() -> None:
    assert evaluation.read(DATA).verify(ASKER.public) == REQUEST
    assert evaluation.read_answer(ANSWER, Kind.QUESTION).verify(DATA, [HOLDER.public]) == GIVEN


@pytest.mark.parametrize("at", [*range(0, len(DATA), 61), len(DATA) - 1])
def test_every_changed_byte_of_a_request_is_refused(at: int) -> None:
    data = bytearray(DATA)
    data[at] ^= 1
    with pytest.raises(HandoverError):
        evaluation.read(bytes(data)).verify(ASKER.public)


@pytest.mark.parametrize("at", [*range(0, len(ANSWER), 61), len(ANSWER) - 1])
def test_every_changed_byte_of_an_answer_is_refused(at: int) -> None:
    data = bytearray(ANSWER)
    data[at] ^= 1
    with pytest.raises(HandoverError):
        evaluation.read_answer(bytes(data), Kind.QUESTION).verify(DATA, [HOLDER.public])


def test_an_answer_is_to_one_request_by_one_holder() -> None:
    found = evaluation.read_answer(ANSWER, Kind.QUESTION)
    with pytest.raises(SignatureError):
        found.verify(evaluation.sign(replace(REQUEST, reference=bytes(16)), signer=ASKER), [HOLDER.public])
    with pytest.raises(SignatureError):
        found.verify(DATA, [ASKER.public])
    with pytest.raises(SignatureError):
        found.verify(DATA, [])
    assert found.verify(DATA, [ASKER.public, HOLDER.public]) == GIVEN


@pytest.mark.parametrize(
    "changed",
    [
        {"place": 3},
        {"places": (1, 2)},
        {"places": (1, 2, 2)},
        {"places": (2, 1, 5)},
        {"places": (1, 2, 6)},
        {"places": (1, 2, 3, 4)},
        {"records": 1},
        {"kind": Kind.INDEX},
        {"kind": Kind.INDEX, "records": 257},
        {"kind": Kind.INDEX, "records": 3},
        {"kind": Kind.RECORD, "records": 2},
        {"kind": Kind.INDEX, "records": 1},
        {"basis": Basis.EITHER},
        {"elements": BATCH.elements[:48]},
        {"reference": bytes(15)},
        {"epoch": 0},
        {"issued": 0},
    ],
)
def test_a_request_that_cannot_be_is_neither_written_nor_read(changed: dict[str, object]) -> None:
    with pytest.raises(MalformedError):
        evaluation.sign(replace(REQUEST, **changed), signer=ASKER)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "value"),
    [(0, b"HOe2"), (4, b"\0"), (4, b"\2"), (4, b"\3"), (5, b"\0"), (5, b"\3"), (10, b"\7"), (11, b"\x27")],
)
def test_a_head_that_cannot_be_is_refused(at: int, value: bytes) -> None:
    body = DATA[:at] + value + DATA[at + len(value) : -64]
    with pytest.raises(MalformedError):
        evaluation.read(body + ASKER.sign(body))


@pytest.mark.parametrize("element", [bytes(32), b"\xff" * 32])
def test_the_identity_and_other_spellings_are_refused_on_both_sides(element: bytes) -> None:
    body = DATA[:70] + element + DATA[102:-64]
    with pytest.raises(ristretto.ElementError):
        evaluation.read(body + ASKER.sign(body))
    with pytest.raises(ristretto.ElementError):
        evaluation.read_answer(ANSWER[:4] + element + ANSWER[36:], Kind.QUESTION)


@pytest.mark.parametrize("data", [b"", DATA[:-1], DATA + b"\0"])
def test_another_size_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        evaluation.read(data)
    with pytest.raises(MalformedError):
        evaluation.read_answer(data, Kind.QUESTION)
