"""What a handover costs when much is stored already: matters, rounds, envelopes, receipts and log entries."""

import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench import stage
from bench.meter import Row, memory_of
from bench.subjects.handover import NAMES, Handover
from handover.application.facts import Handover as Kept
from handover.application.facts import KeptEnvelope, KeptReceipt, KeptRecord, Matter
from handover.application.ports import UnitOfWork
from handover.application.sealing import new_id, new_token
from handover.domain.consent import Purpose
from handover.domain.handover import Act, Claim, Role, State
from handover.domain.ids import Digest, HandoverId, MatterId, NodeId, PairId, RoundId
from handover.domain.record import MatterKind
from handover.protocol import strict
from handover.protocol.entry import EntryKind

SIZES: Final = (1_000, 10_000, 100_000)
MILLION: Final = 1_000_000
_STEP: Final = 500  # matters a transaction
_RECORD: Final = b"r" * 1024  # sealed like a record; nothing reads it again
_ENVELOPE: Final = 1600  # bytes


def measure(folder: Path, sizes: Sequence[int], count: int, rounds: int) -> list[tuple[int, Row, float]]:
    """Give for each size what a batched handover costs then, and the larger node's memory in MiB.

    A pair of nodes for each size; their rounds are interleaved, so that a busy hour of the machine meets all alike.
    """
    pairs = [(size, _pair(folder / str(size), size)) for size in sizes]
    rows = [Row(subject=f"handover, {size} stored", mode="batched") for size in sizes]
    try:
        for number in range(rounds + 1):
            for row, (_, subject) in zip(rows, pairs, strict=True):
                subject.prepare(count)
                measured = subject.measure("batched", count)
                if number:  # the first one warms up
                    row.rounds.append(measured)
        memory = [max(map(memory_of, subject.pids())) for _, subject in pairs]
    finally:
        for _, subject in pairs:
            subject.stop()
    return list(zip(sizes, rows, memory, strict=True))


def _pair(folder: Path, size: int) -> Handover:
    folder.mkdir(parents=True)
    subject = Handover()
    subject.start(folder)
    subject.stop()
    for place, role in zip(subject.places, (Role.SENDER, Role.RECEIVER), strict=True):
        fill(place.folder, role, size)
    subject.run()
    return subject


def fill(folder: Path, role: Role, count: int) -> None:
    """Store *count* settled matters through the shelves, each with a round, an envelope, a receipt, two entries."""
    with stage.opened(folder) as at:
        for start in range(0, count, _STEP):
            with at.database.begin() as work:
                for _ in range(min(_STEP, count - start)):
                    _store(work, at.id, role)
                work.log.checkpoint(work.now)


def _store(work: UnitOfWork, node: NodeId, role: Role) -> None:
    now = work.now
    peer = NodeId(NAMES[1] if role is Role.SENDER else NAMES[0])
    matter, round_ = MatterId(new_id(now)), HandoverId(new_id(now))
    work.matters.expect_new(matter)
    work.matters.add(
        Matter(
            id=matter,
            kind=MatterKind.GUARDIANSHIP,
            claim=Claim.NONE if role is Role.SENDER else Claim.HOLDER,
            holder=peer if role is Role.SENDER else node,
            created_at=now,
        )
    )
    work.records.add(
        KeptRecord(
            matter=matter,
            version=1,
            schema="guardianship/1",
            document=_RECORD,
            source="bench",
            recorded_by="bench",
            recorded_at=now,
        )
    )
    kept = _envelope(round_, peer, role, now)
    handover = _round(round_, matter, peer, role, kept)
    work.handovers.add(handover)
    work.envelopes.add(kept)
    work.log.append(EntryKind.SENT, stream=handover.pair, object_=kept.digest, now=now)
    index = work.log.append(EntryKind.RECEIVED, stream=handover.pair, object_=kept.digest, now=now)
    work.envelopes.add_receipts([_receipt(kept, index)])


def _envelope(round_: HandoverId, peer: NodeId, role: Role, now: int) -> KeptEnvelope:
    data = strict.b64(secrets.token_bytes(_ENVELOPE * 3 // 4)).encode()
    return KeptEnvelope(
        digest=strict.digest(data),
        handover=round_,
        incoming=role is Role.RECEIVER,
        act=Act.OFFER,
        peer=peer,
        round=RoundId(new_token()),
        incarnation=1,
        seq=1,
        stored_at=now,
        data=data,
    )


def _round(id_: HandoverId, matter: MatterId, peer: NodeId, role: Role, kept: KeptEnvelope) -> Kept:
    return Kept(
        id=id_,
        matter=matter,
        kind=MatterKind.GUARDIANSHIP,
        role=role,
        peer=peer,
        round=kept.round,
        pair=PairId(new_token()),
        epoch=1,
        state=State.TRANSFERRED if role is Role.SENDER else State.HOLDING,
        deadline=int(time.time()),
        purpose=Purpose.CHILD_PROTECTION,
        schema="guardianship/1",
        fields=(),
        created_at=kept.stored_at,
        updated_at=kept.stored_at,
        offer=kept.digest,
    )


def _receipt(kept: KeptEnvelope, index: int) -> KeptReceipt:
    note = b"de/hamburg/log\n1\n\n"  # one note for all: receipts of one batch share theirs too
    path = tuple(secrets.token_bytes(32) for _ in range(12))
    return KeptReceipt(
        envelope=Digest(kept.digest), document=b"e" * 230, index=index, path=path, checkpoint=note
    )
