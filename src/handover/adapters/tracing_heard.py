"""What peers ask, in the database: each question under a data key of its own, candidates under their matter's."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, or_, select, update

from handover.adapters.tracing_tables import candidate, heard, rejection
from handover.adapters.unit import Unit
from handover.application.traced import HeardQuestion, KeptCandidate
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, Digest, HandoverId, MatterId, NodeId
from handover.domain.searching import CandidateState
from handover.protocol import strict
from handover.protocol.strict import Json


class HeardShelf:
    """Questions of peers, and candidates."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, new: HeardQuestion, data: bytes) -> None:
        """Keep a question, its bytes, if they are still wanted, under a data key of its own."""
        self._unit.expect_no_keys([_owner(new)])
        sealed = self._unit.cells.seal(_owner(new), "question", data) if data else None
        self._unit.insert(heard, {**vars(new), "sealed": sealed})

    def drop(self, old: HeardQuestion) -> None:
        """Forget that a question was taken back which had not come."""
        self._unit.run(delete(heard).where(heard.c.digest == old.digest))

    def find(self, digest: Digest) -> HeardQuestion | None:
        """Give the question of that digest, if it came."""
        return next(iter(self._list(select(heard).where(heard.c.digest == digest))), None)

    def data(self, of: HeardQuestion) -> bytes:
        """Give its bytes; raises NotFoundError where they were erased."""
        rows = self._unit.rows(select(heard.c.sealed).where(heard.c.digest == of.digest))
        return self._unit.cells.open(_owner(of), "question", rows[0].sealed)

    def change(self, old: HeardQuestion, new: HeardQuestion) -> None:
        """Write *new* if *old* stands."""
        self._unit.change(heard, vars(new), guard={"asker": old.asker})

    def erase(self, of: HeardQuestion) -> None:
        """Destroy its bytes, and what was kept of evidence."""
        self._unit.destroy_key(_owner(of))
        self._unit.run(update(heard).where(heard.c.digest == of.digest).values(sealed=None))

    def uncompared(self, epoch: int, number: int, *, limit: int) -> list[HeardQuestion]:
        """Give open questions of an epoch that were not compared with root *number* yet, oldest first."""
        behind = or_(heard.c.compared.is_(None), heard.c.compared < number)
        query = select(heard).where(heard.c.epoch == epoch, heard.c.closed_at.is_(None), behind)
        return self._list(query.order_by(heard.c.heard_at, heard.c.digest).limit(limit))

    def ending(self, epochs: Sequence[int], *, limit: int) -> list[HeardQuestion]:
        """Give open questions whose time is over, or whose epoch is none of these."""
        over = or_(heard.c.until <= self._unit.now, heard.c.epoch.not_in(epochs))
        return self._list(select(heard).where(heard.c.closed_at.is_(None), over).limit(limit))

    def of_asker(self, asker: NodeId, *, since: int, limit: int) -> list[HeardQuestion]:
        """Give what one peer has asked since a time, newest first."""
        query = select(heard).where(heard.c.asker == asker, heard.c.heard_at >= since)
        return self._list(query.order_by(heard.c.heard_at.desc(), heard.c.digest).limit(limit))

    def numbers(self, *, since: int) -> Mapping[NodeId, int]:
        """Give how many questions each peer has asked since a time."""
        query = (
            select(heard.c.asker, func.count().label("number"))
            .where(heard.c.heard_at >= since)
            .group_by(heard.c.asker)
        )
        return {NodeId.known(row.asker): row.number for row in self._unit.rows(query)}

    def offer(self, new: KeptCandidate, reasons: Sequence[str], *, root: int, opening: bytes) -> None:
        """Keep a candidate with its reasons and its opening, under its matter's data key."""
        words: Json = {"reasons": list(reasons), "root": root, "opening": strict.b64(opening)}
        sealed = self._unit.cells.seal(new.matter, _place(new), strict.dumps(words))
        self._unit.insert(candidate, {**vars(new), "sealed": sealed})

    def candidate(self, id_: UUID7) -> KeptCandidate:
        """Give it; raises NotFoundError."""
        rows = self._unit.rows(select(candidate).where(candidate.c.id == id_))
        if not rows:
            raise NotFoundError
        return _candidate(rows[0])

    def words(self, of: KeptCandidate) -> tuple[Sequence[str], int, bytes]:
        """Give the reasons, the root's number and the opening; raises NotFoundError where they were erased."""
        rows = self._unit.rows(select(candidate.c.sealed).where(candidate.c.id == of.id))
        found = strict.loads(self._unit.cells.open(of.matter, _place(of), rows[0].sealed))
        reasons, root, opening = strict.members(found, "reasons", "root", "opening")
        told = [strict.text(each) for each in strict.array(reasons, 64)]
        return told, strict.integer(root), strict.unb64(strict.text(opening, 4096))

    def turn(self, old: KeptCandidate, new: KeptCandidate) -> None:
        """Write *new* if *old* stands."""
        self._unit.change(candidate, vars(new), guard={"state": old.state})

    def candidates(self, *states: CandidateState, bands: Sequence[str], limit: int) -> list[KeptCandidate]:
        """Give candidates of *bands* in these states, newest first."""
        query = select(candidate).where(candidate.c.state.in_(states), candidate.c.band.in_(bands))
        rows = self._unit.rows(query.order_by(candidate.c.at.desc(), candidate.c.id.desc()).limit(limit))
        return [_candidate(row) for row in rows]

    def of_matter(self, matter: MatterId) -> list[KeptCandidate]:
        """Give the candidates of a matter, newest first."""
        query = select(candidate).where(candidate.c.matter == matter).order_by(candidate.c.id.desc())
        return [_candidate(row) for row in self._unit.rows(query)]

    def paired(self, pair: bytes) -> list[KeptCandidate]:
        """Give the candidates of one request and record, newest first."""
        query = select(candidate).where(candidate.c.pair == pair).order_by(candidate.c.id.desc())
        return [_candidate(row) for row in self._unit.rows(query)]

    def of_question(self, question: Digest) -> list[KeptCandidate]:
        """Give the candidates that a question brought."""
        query = select(candidate).where(candidate.c.question == question).order_by(candidate.c.id)
        return [_candidate(row) for row in self._unit.rows(query)]

    def reject(self, mark: bytes) -> None:
        """Remember a pair that was rejected, by its mark."""
        self._unit.upsert(rejection, {"mark": mark, "at": self._unit.now})

    def rejected(self, mark: bytes) -> bool:
        """Tell whether a pair was rejected."""
        return bool(self._unit.rows(select(rejection.c.at).where(rejection.c.mark == mark)))

    def _list(self, query: Any) -> list[HeardQuestion]:
        return [_heard(row) for row in self._unit.rows(query)]


def _owner(of: HeardQuestion) -> str:
    return f"tracing {of.digest}"


def _place(of: KeptCandidate) -> str:
    return f"tracing-candidate|{of.id}"


def _heard(row: Row[Any]) -> HeardQuestion:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    del values["sealed"]
    values |= {"digest": Digest.known(row.digest), "asker": NodeId.known(row.asker)}
    return HeardQuestion(**values)


def _candidate(row: Row[Any]) -> KeptCandidate:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    del values["sealed"]
    values |= {"id": UUID7.known(row.id), "matter": MatterId.known(row.matter)}
    values |= {"asker": NodeId.known(row.asker), "question": Digest.known(row.question)}
    values |= {"pair": bytes(row.pair), "handover": row.handover and HandoverId.known(row.handover)}
    return KeptCandidate(**values | {"state": CandidateState(row.state)})
