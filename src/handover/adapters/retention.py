"""Legal holds in the database, and what comes up to be erased there."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select, tuple_, update

from handover.adapters import endings, tables
from handover.adapters.doubt_tables import doubt
from handover.adapters.retention_tables import erasure, hold, upkeep
from handover.adapters.unit import Unit
from handover.application.keeping import Ended, KeptHold
from handover.application.owners import TALK
from handover.domain.errors import NotFoundError
from handover.domain.handover import SETTLED, Claim, Role, State
from handover.domain.ids import UUID7, HandoverId, MatterId
from handover.domain.retention import Hold, HoldGround, Keeping
from handover.domain.schema import MatterKind

_matters, _rounds, _keys = tables.matter, tables.handover, tables.data_key
_others: Final = tables.handover.alias("other")
_GIVEN_UP: Final = (State.VOIDED, State.DISCARDED)


def _talk(rounds: Any) -> ColumnElement[bool]:
    """Tell whether what was said in the round is still kept."""
    return exists().where(_keys.c.owner == rounds.c.id + TALK)


_KEPT: Final = or_(
    exists().where(_keys.c.owner == _matters.c.id),
    exists().where(_others.c.matter == _matters.c.id, _talk(_others)),
)
_HANDED_OVER: Final = exists().where(
    _others.c.matter == _matters.c.id, _others.c.role == Role.SENDER, _others.c.state == State.TRANSFERRED
)
_OPEN: Final = exists().where(_others.c.matter == _matters.c.id, _others.c.state.not_in(list(SETTLED)))
_CERTAIN: Final = ~exists().where(doubt.c.matter == _matters.c.id)
_SINCE: Final = func.max(_rounds.c.updated_at)


def _whole() -> Select[Any]:
    """Give matters of others of which something is kept, with the time of the last act of their rounds."""
    return (
        select(_matters.c.id, _matters.c.kind, _SINCE.label("since"), _HANDED_OVER.label("handed_over"))
        .join(_rounds, _rounds.c.matter == _matters.c.id)
        .where(_matters.c.claim == Claim.NONE, _CERTAIN, _KEPT, ~_OPEN)
        .group_by(_matters.c.id, _matters.c.kind)
    )


_BY_DATE: Final = tuple_(_rounds.c.updated_at, _rounds.c.matter)
_LATER: Final = exists().where(
    _others.c.matter == _matters.c.id,
    tuple_(_others.c.updated_at, _others.c.id) > tuple_(_rounds.c.updated_at, _rounds.c.id),
)
# The same matters by date, each at its last round: read along an index, and only as many as are asked for.
_LAST: Final = (
    select(
        _matters.c.id, _matters.c.kind, _rounds.c.updated_at.label("since"), _HANDED_OVER.label("handed_over")
    )
    .select_from(_rounds)
    .join(_matters, _matters.c.id == _rounds.c.matter)
    .where(_matters.c.claim == Claim.NONE, _CERTAIN, _KEPT, ~_OPEN, ~_LATER)
    .order_by(_rounds.c.updated_at, _rounds.c.matter)
)


class RetentionShelf:
    """Holds, and what is at its end."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, kept: KeptHold) -> None:
        """Keep a hold, its reason under the matter's data key."""
        reason = (kept.reason or "").encode()
        sealed = self._unit.cells.seal(kept.matter, f"hold|{kept.id}", reason)
        row = {"id": kept.id, "matter": kept.matter, "sealed": sealed} | vars(kept.hold)
        self._unit.insert(hold, row)
        self._unit.ended.append(endings.placed(SimpleNamespace(**row)))

    def get(self, id_: UUID7) -> KeptHold:
        """Give the hold with its reason; raises NotFoundError."""
        rows = self._unit.rows(select(hold).where(hold.c.id == id_))
        if not rows:
            raise NotFoundError
        reason = None
        if rows[0].sealed is not None:
            reason = self._unit.cells.open(rows[0].matter, f"hold|{id_}", rows[0].sealed).decode()
        return _kept(rows[0], reason)

    def of_matter(self, matter: MatterId) -> list[KeptHold]:
        """Give the holds of *matter*, oldest first, without their reasons."""
        rows = self._unit.rows(select(hold).where(hold.c.matter == matter).order_by(hold.c.id))
        return [_kept(row, None) for row in rows]

    def of_matters(self, matters: Sequence[MatterId]) -> dict[MatterId, list[Hold]]:
        """Give the holds of *matters* that were not lifted."""
        found: dict[MatterId, list[Hold]] = {}
        query = select(hold).where(hold.c.matter.in_(matters), hold.c.lifted_at.is_(None))
        for row in self._unit.rows(query.order_by(hold.c.id)):
            found.setdefault(MatterId.known(row.matter), []).append(_hold(row))
        return found

    def lift(self, id_: UUID7, *, by: UUID7) -> None:
        """End a hold."""
        values = {"lifted_by": by, "lifted_at": self._unit.now}
        self._unit.run(update(hold).where(hold.c.id == id_).values(values))
        self._unit.ended.append(endings.lifted(id_, by))

    def ended(self, kind: MatterKind, keeping: Keeping, *, after: tuple[int, str], limit: int) -> list[Ended]:
        """Give what is at its end and still kept, by the time of its end, from behind *after*."""
        if keeping is Keeping.VOID_TALK:
            return self._void_talk(kind, after=after, limit=limit)
        # Whoever has given nothing away has no such round: of those who gave much away few have to be looked at.
        former = keeping is Keeping.FORMER
        of = (tables.SETTLED_ROUND, _HANDED_OVER) if former else (tables.NOT_TAKEN_ROUND, ~_HANDED_OVER)
        query = _LAST.where(_rounds.c.kind == kind, after < _BY_DATE, *of)
        return [_ended(row) for row in self._unit.rows(query.limit(limit))]

    def _void_talk(self, kind: MatterKind, *, after: tuple[int, str], limit: int) -> list[Ended]:
        query = (
            select(_rounds.c.id, _rounds.c.matter, _rounds.c.updated_at)
            .where(
                tables.NOT_TAKEN_ROUND,
                _rounds.c.kind == kind,
                _rounds.c.role == Role.SENDER,
                _rounds.c.state.in_(_GIVEN_UP),
                _talk(_rounds),
                tuple_(_rounds.c.updated_at, _rounds.c.id) > tuple_(*after),
            )
            .order_by(_rounds.c.updated_at, _rounds.c.id)
        )
        return [
            Ended(
                matter=MatterId.known(row.matter),
                handover=HandoverId.known(row.id),
                kind=kind,
                keeping=Keeping.VOID_TALK,
                since=row.updated_at,
            )
            for row in self._unit.rows(query.limit(limit))
        ]

    def standing(self, matter: MatterId) -> Ended | None:
        """Give since when *matter* is at its end, if it is and anything of it is still kept."""
        rows = self._unit.rows(_whole().where(_matters.c.id == matter))
        return _ended(rows[0]) if rows else None

    def erased(self, matter: MatterId) -> int | None:
        """Give when the values of *matter* were destroyed, if nothing of it was kept since."""
        query = select(func.max(erasure.c.erased_at)).where(erasure.c.owner == matter)
        living = exists().where(_keys.c.owner == matter)
        found = self._unit.rows(query.where(~living))[0][0]
        return None if found is None else int(found)

    def said(self, matter: MatterId) -> list[HandoverId]:
        """Give the rounds of *matter* of whose talk something is still kept, oldest first."""
        query = select(_rounds.c.id).where(_rounds.c.matter == matter, _talk(_rounds))
        return [HandoverId.known(row.id) for row in self._unit.rows(query.order_by(_rounds.c.id))]

    def looked_after(self) -> tuple[int, int]:
        """Give when due erasures were last carried out, and how many come up within the time of warning."""
        rows = self._unit.rows(select(upkeep))
        return (rows[0].ran_at, rows[0].near) if rows else (0, 0)

    def look_after(self, *, near: int) -> None:
        """Note that due erasures were carried out now."""
        self._unit.upsert(upkeep, {"id": 1, "ran_at": self._unit.now, "near": near})


def _ended(row: Row[Any]) -> Ended:
    return Ended(
        matter=MatterId.known(row.id),
        handover=None,
        kind=MatterKind(row.kind),
        keeping=Keeping.FORMER if row.handed_over else Keeping.NOT_TAKEN,
        since=row.since,
    )


def _hold(row: Row[Any]) -> Hold:
    return Hold(
        ground=HoldGround(row.ground),
        placed_by=row.placed_by,
        second_officer=row.second_officer,
        placed_at=row.placed_at,
        until=row.until,
        lifted_by=row.lifted_by,
        lifted_at=row.lifted_at,
    )


def _kept(row: Row[Any], reason: str | None) -> KeptHold:
    return KeptHold(id=UUID7.known(row.id), matter=MatterId.known(row.matter), hold=_hold(row), reason=reason)
