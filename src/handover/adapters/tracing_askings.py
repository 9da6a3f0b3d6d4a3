"""What this node asks, in the database; a question's bytes are under the matter's data key until they are away."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select, update

from handover.adapters.tracing_tables import DUE, asking, question
from handover.adapters.unit import Unit
from handover.application.traced import KeptAsking, KeptQuestion
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, Digest, MatterId, NodeId
from handover.domain.searching import AskingState, ClosingReason, QuestionState


class AskingShelf:
    """Askings and their questions."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, new: KeptAsking, questions: Sequence[KeptQuestion]) -> None:
        """Keep a new asking with its questions."""
        self._unit.insert(asking, {**vars(new), "sealed": None})
        for each in questions:
            self.more(each)

    def change(self, old: KeptAsking, new: KeptAsking) -> None:
        """Write *new* if *old* stands."""
        self._unit.change(asking, vars(new), guard={"state": old.state})

    def get(self, id_: UUID7) -> KeptAsking:
        """Give it; raises NotFoundError."""
        rows = self._unit.rows(select(asking).where(asking.c.id == id_))
        if not rows:
            raise NotFoundError
        return _asking(rows[0])

    def of_matter(self, matter: MatterId) -> list[KeptAsking]:
        """Give those of a matter, oldest first."""
        query = select(asking).where(asking.c.matter == matter).order_by(asking.c.id)
        return [_asking(row) for row in self._unit.rows(query)]

    def page(self, *, after: str, limit: int) -> list[KeptAsking]:
        """Give askings, oldest first, from behind *after*."""
        query = select(asking).where(asking.c.id > after).order_by(asking.c.id).limit(limit)
        return [_asking(row) for row in self._unit.rows(query)]

    def ending(self, *, limit: int) -> list[KeptAsking]:
        """Give askings that are open or proposed, and whose time is over."""
        over = asking.c.until <= self._unit.now
        query = select(asking).where(asking.c.state != AskingState.CLOSED, over).limit(limit)
        return [_asking(row) for row in self._unit.rows(query)]

    def questions(self, id_: UUID7) -> list[KeptQuestion]:
        """Give the questions of an asking, in the order of the holders' names."""
        query = select(question).where(question.c.asking == id_).order_by(question.c.holder)
        return [_question(row) for row in self._unit.rows(query)]

    def question(self, digest: Digest) -> KeptQuestion | None:
        """Give the question that has this digest."""
        rows = self._unit.rows(select(question).where(question.c.digest == digest))
        return _question(rows[0]) if rows else None

    def more(self, new: KeptQuestion) -> None:
        """Keep one more question of an asking."""
        self._unit.insert(question, {**vars(new), "sealed": None})

    def turn(self, old: KeptQuestion, new: KeptQuestion) -> None:
        """Write *new* if *old* stands."""
        self._unit.change(question, vars(new), guard={"state": old.state})

    def fill(self, of: KeptQuestion, data: bytes | None) -> None:
        """Keep the bytes that are to be sent, or destroy them."""
        sealed = None if data is None else self._unit.cells.seal(of.matter, _place(of), data)
        self._unit.run(update(question).where(question.c.id == of.id).values(sealed=sealed))

    def data(self, of: KeptQuestion) -> bytes:
        """Give the bytes that are to be sent; raises NotFoundError where they were erased."""
        rows = self._unit.rows(select(question.c.sealed).where(question.c.id == of.id))
        return self._unit.cells.open(of.matter, _place(of), rows[0].sealed)

    def due(self, *, limit: int) -> list[KeptQuestion]:
        """Give questions that are to be sealed, sent or withdrawn now, those that wait longest first."""
        query = select(question).where(DUE, question.c.due <= self._unit.now)
        return [_question(row) for row in self._unit.rows(query.order_by(question.c.due).limit(limit))]

    def waiting(self) -> Mapping[NodeId, int]:
        """Give how many questions wait, by holder."""
        query = select(question.c.holder, func.count().label("number")).where(DUE).group_by(question.c.holder)
        return {NodeId.known(row.holder): row.number for row in self._unit.rows(query)}

    def outputs(self, of: KeptAsking) -> Mapping[str, Sequence[bytes]]:
        """Give the evaluated keys of an asking that are kept, by epoch and class."""
        rows = self._unit.rows(select(asking.c.sealed).where(asking.c.id == of.id))
        if not rows or rows[0].sealed is None:
            return {}
        found = json.loads(self._unit.cells.open(of.matter, f"tracing-asking|{of.id}", rows[0].sealed))
        return {name: [bytes.fromhex(each) for each in outputs] for name, outputs in found.items()}

    def keep_outputs(self, of: KeptAsking, outputs: Mapping[str, Sequence[bytes]]) -> None:
        """Keep evaluated keys under the matter's data key until the asking ends; none: destroy them."""
        sealed = None
        if outputs:
            data = json.dumps({name: [each.hex() for each in found] for name, found in outputs.items()})
            sealed = self._unit.cells.seal(of.matter, f"tracing-asking|{of.id}", data.encode())
        self._unit.run(update(asking).where(asking.c.id == of.id).values(sealed=sealed))

    def of_epochs_but(self, epochs: Sequence[int], *, limit: int) -> list[KeptQuestion]:
        """Give questions that holders have in other epochs than these."""
        there = question.c.state.in_((QuestionState.SEALED, QuestionState.RECEIVED))
        query = select(question).where(there, question.c.epoch.not_in(epochs)).limit(limit)
        return [_question(row) for row in self._unit.rows(query)]


def _place(of: KeptQuestion) -> str:
    return f"tracing-question|{of.id}"


def _asking(row: Row[Any]) -> KeptAsking:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    del values["sealed"]
    values |= {"id": UUID7.known(row.id), "matter": MatterId.known(row.matter), "data": bytes(row.data)}
    values |= {"permission": UUID7.known(row.permission), "state": AskingState(row.state)}
    return KeptAsking(**values | {"reason": row.reason and ClosingReason(row.reason)})


def _question(row: Row[Any]) -> KeptQuestion:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    del values["sealed"]
    values |= {"id": UUID7.known(row.id), "asking": UUID7.known(row.asking)}
    values |= {"matter": MatterId.known(row.matter), "holder": NodeId.known(row.holder)}
    values |= {"state": QuestionState(row.state), "digest": row.digest and Digest.known(row.digest)}
    return KeptQuestion(**values)
