"""Questions of tracing: one size, for one holder, opened by an equal key alone, and to one evidence alone."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha512

import pytest

from handover.domain.errors import HandoverError, MalformedError
from handover.domain.ids import Digest, NodeId
from handover.protocol import question
from handover.protocol.jws import Ed25519Signer, SignatureError
from handover.protocol.question import EVIDENCE_BYTES, ROWS, SIZE, Question
from handover.protocol.question_header import (
    FUTURE,
    LONGEST_LIFE,
    Header,
    OtherEpochError,
    OtherHolderError,
    OtherTablesError,
    QuestionOverError,
    name_of,
    row,
)

NOW = 1_790_000_000
ASKER = Ed25519Signer(bytes(32))
OTHER = Ed25519Signer(bytes([1]) * 32)
HOLDER, ELSEWHERE = NodeId("gr/athens"), NodeId("gr/lesvos")
TABLES = bytes([7]) * 32
OUTPUTS = [sha512(b"%d" % number).digest() for number in range(20)]
HEADER = Header(
    id=bytes(range(16)),
    epoch=3,
    tables=TABLES,
    asker=Digest(ASKER.kid),
    holder=name_of(HOLDER),
    issued=NOW,
    expires=NOW + 86400,
)


def evidence(salt: bytes) -> bytes:
    return salt.ljust(EVIDENCE_BYTES, b"e")


def sealed(**changed: object) -> bytes:
    header = replace(HEADER, **changed)  # type: ignore[arg-type]
    return question.seal(OUTPUTS, evidence, header=header, holder=HOLDER, signer=ASKER)


def verified(data: bytes, signer: Ed25519Signer = ASKER) -> Question:
    return question.read(data).verify(signer.public)


def index_of(*outputs: bytes, holder: NodeId = HOLDER, epoch: int = 3) -> Callable[[bytes], bytes | None]:
    rows = [row(each, holder=holder, epoch=epoch) for each in outputs]
    return {each.address: each.wrap for each in rows}.get


DATA = sealed()


def test_a_question_has_one_size_however_many_keys_it_has() -> None:
    full = [sha512(b"full %d" % number).digest() for number in range(ROWS)]
    for outputs in (OUTPUTS[:1], OUTPUTS, full):
        data = question.seal(outputs, evidence, header=HEADER, holder=HOLDER, signer=ASKER)
        assert len(data) == SIZE == 2024
        assert len(verified(data).rows) == ROWS


def test_one_equal_key_opens_the_evidence_and_no_other_does() -> None:
    for output in OUTPUTS:
        found = question.opened(verified(DATA), index_of(output))
        assert found is not None
        assert found.evidence == evidence(found.salt)
        assert found.addresses == (row(output, holder=HOLDER, epoch=3).address,)
    assert question.opened(verified(DATA), index_of(sha512(b"another").digest())) is None
    assert question.opened(verified(DATA), index_of()) is None


def test_all_addresses_that_open_are_told() -> None:
    found = question.opened(verified(DATA), index_of(*OUTPUTS[:3]))
    assert found is not None
    assert sorted(found.addresses) == sorted(
        row(each, holder=HOLDER, epoch=3).address for each in OUTPUTS[:3]
    )


def test_two_holders_cannot_link_what_they_were_asked() -> None:
    there = question.seal(
        OUTPUTS,
        evidence,
        header=replace(HEADER, id=bytes(16), holder=name_of(ELSEWHERE)),
        holder=ELSEWHERE,
        signer=ASKER,
    )
    here, away = verified(DATA), verified(there)
    assert not {a for a, _ in here.rows} & {a for a, _ in away.rows}
    assert not {w for _, w in here.rows} & {w for _, w in away.rows}
    found, other = (
        question.opened(here, index_of(*OUTPUTS)),
        question.opened(away, index_of(*OUTPUTS, holder=ELSEWHERE)),
    )
    assert found is not None
    assert other is not None
    assert found.salt != other.salt
    assert question.opened(away, index_of(*OUTPUTS)) is None


def test_the_next_epoch_has_other_addresses() -> None:
    assert row(OUTPUTS[0], holder=HOLDER, epoch=4) != row(OUTPUTS[0], holder=HOLDER, epoch=3)
    assert question.opened(verified(DATA), index_of(*OUTPUTS, epoch=4)) is None


def test_who_opens_one_question_cannot_open_the_next_by_what_the_first_told() -> None:
    # Opening tells the key, and with it the pads of all rows of this question: they are of no use for another.
    first, second = verified(DATA), verified(sealed(id=bytes(16)))
    addresses = {address for address, _ in first.rows} & {address for address, _ in second.rows}
    assert len(addresses) == len(OUTPUTS)
    one, two = dict(first.rows), dict(second.rows)
    differences = {bytes(a ^ b for a, b in zip(one[each], two[each], strict=True)) for each in addresses}
    assert len(differences) == len(addresses)


def test_real_rows_and_random_ones_stand_in_one_order() -> None:
    addresses = [address for address, _ in verified(DATA).rows]
    assert addresses == sorted(addresses)


@pytest.mark.parametrize("at", [*range(0, SIZE, 97), SIZE - 1])
def test_every_changed_byte_is_refused(at: int) -> None:
    data = bytearray(DATA)
    data[at] ^= 1
    with pytest.raises(HandoverError):
        verified(bytes(data))


@pytest.mark.parametrize("data", [b"", DATA[:-1], DATA + b"\0", b"HOq2" + DATA[4:]])
def test_another_size_or_version_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        question.read(data)


def test_rows_that_are_not_in_order_or_come_twice_are_refused() -> None:
    at = SIZE - 64 - 256 - ROWS * 32
    for rows in (DATA[at + 32 : at + 64] + DATA[at : at + 32], DATA[at : at + 32] * 2):
        with pytest.raises(MalformedError):
            question.read(DATA[:at] + rows + DATA[at + 64 :])


def test_another_key_than_the_one_that_signed_does_not_verify() -> None:
    with pytest.raises(SignatureError):
        verified(DATA, OTHER)


def test_a_question_that_is_relabelled_and_signed_anew_opens_for_nobody() -> None:
    """Whoever got hold of a question cannot ask it as its own, nor again under another identifier or time."""
    for changed in ({"asker": OTHER.kid}, {"id": bytes(16)}, {"expires": NOW + 86401}, {"tables": bytes(32)}):
        head = replace(HEADER, **changed).encode()
        body = head + DATA[len(head) : -64]
        found = verified(body + OTHER.sign(body), OTHER)
        assert question.opened(found, index_of(*OUTPUTS)) is None


def test_a_question_is_for_one_holder_time_epoch_and_version_of_the_tables() -> None:
    asked = verified(DATA)
    asked.header.require(holder=HOLDER, epoch=3, tables=TABLES, now=NOW)
    asked.header.require(holder=HOLDER, epoch=3, tables=TABLES, now=NOW - FUTURE)
    with pytest.raises(OtherHolderError):
        asked.header.require(holder=ELSEWHERE, epoch=3, tables=TABLES, now=NOW)
    with pytest.raises(OtherEpochError):
        asked.header.require(holder=HOLDER, epoch=4, tables=TABLES, now=NOW)
    with pytest.raises(OtherTablesError):
        asked.header.require(holder=HOLDER, epoch=3, tables=bytes(32), now=NOW)
    for now in (NOW - FUTURE - 1, NOW + 86400):
        with pytest.raises(QuestionOverError):
            asked.header.require(holder=HOLDER, epoch=3, tables=TABLES, now=now)


def test_a_question_opens_to_no_second_evidence() -> None:
    """An asker that wraps two keys under two rows finds that one of them counts as none."""
    head = HEADER.encode()
    asked = verified(DATA)
    good = row(OUTPUTS[0], holder=HOLDER, epoch=3)
    bad = row(OUTPUTS[1], holder=HOLDER, epoch=3)
    rows = [(a, bytes(16) if a == bad.address else w) for a, w in asked.rows]
    body = head + asked.commitment + b"".join(a + w for a, w in rows) + asked.sealed
    made = verified(body + ASKER.sign(body))
    # The second key is no key of this question; the first opens nothing, for the rows were changed after sealing.
    assert question.opened(made, {bad.address: bad.wrap}.get) is None
    assert question.opened(made, {good.address: good.wrap}.get) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"id": b"short"},
        {"tables": b""},
        {"holder": b""},
        {"issued": 0},
        {"expires": NOW},
        {"expires": NOW + LONGEST_LIFE + 1},
        {"epoch": 0},
        {"epoch": 2**32},
    ],
)
def test_a_header_that_no_question_has_is_not_written(changed: dict[str, object]) -> None:
    with pytest.raises(MalformedError):
        replace(HEADER, **changed).encode()  # type: ignore[arg-type]


@pytest.mark.parametrize("outputs", [[], OUTPUTS[:1] * 2, [sha512(b"%d" % n).digest() for n in range(49)]])
def test_a_question_has_one_to_forty_eight_different_keys(outputs: list[bytes]) -> None:
    with pytest.raises(MalformedError):
        question.seal(outputs, evidence, header=HEADER, holder=HOLDER, signer=ASKER)


def test_what_is_sealed_has_the_right_sizes_and_holder() -> None:
    with pytest.raises(MalformedError):
        question.seal(OUTPUTS, lambda _: b"short", header=HEADER, holder=HOLDER, signer=ASKER)
    with pytest.raises(MalformedError):
        question.seal(OUTPUTS, evidence, header=HEADER, holder=ELSEWHERE, signer=ASKER)
    with pytest.raises(MalformedError):
        row(b"short", holder=HOLDER, epoch=3)


def test_a_question_is_known_by_its_digest() -> None:
    assert verified(DATA).digest != verified(sealed(id=bytes(16))).digest
    assert question.read(DATA).kid == ASKER.kid
