"""What is not certain since a restore, in the database."""

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Final

from sqlalchemy import delete, func, insert, select, update

from handover.adapters import statements, tables
from handover.adapters.access_tables import challenge, invitation, session
from handover.adapters.doubt_tables import doubt, restoration, waiting_deed
from handover.adapters.resync_tables import resync
from handover.adapters.unit import Unit
from handover.application.doubt import FormerLog, Restoration, WaitingDeed
from handover.domain.ids import Digest, HandoverId, MatterId
from handover.protocol import strict
from handover.protocol.log_origin import FIRST

_STANDS: Final = select(doubt.c.matter).where(statements.given(doubt.c.matter, "matter"))
_AMONG: Final = select(doubt.c.matter).where(statements.among(doubt.c.matter, "matters"))
_RESTORATION: Final = (
    select(restoration).where(restoration.c.over_at.is_(None)).order_by(restoration.c.incarnation.desc())
)


class DoubtShelf:
    """The marks on matters, and the deeds that wait."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    @cached_property
    def _restoration(self) -> Restoration | None:
        """Read once a transaction: most nodes were never restored."""
        rows = self._unit.peek(_RESTORATION)
        members = ("incarnation", "restored_at", "made_at", "log_size")
        return Restoration(**{name: getattr(rows[0], name) for name in members}) if rows else None

    def restoration(self) -> Restoration | None:
        """Give the restore that is not over."""
        return self._restoration

    def former(self) -> list[FormerLog]:
        """Give the logs that ended with a restore, the newest first, as peers have shown them."""
        seen = func.max(resync.c.held).label("seen")
        shown = select(resync.c.incarnation, seen).group_by(resync.c.incarnation).subquery()
        query = (
            select(restoration, shown.c.seen)
            .outerjoin(shown, shown.c.incarnation == restoration.c.incarnation)
            .order_by(restoration.c.incarnation.desc())
        )
        return [
            FormerLog(
                incarnation=row.incarnation,
                restored_at=row.restored_at,
                made_at=row.made_at,
                had=row.log_size,
                seen=row.seen,
            )
            for row in self._unit.rows(query)
        ]

    def incarnation(self) -> int:
        """Give the incarnation for which the database was made: the first, or that of its last restore."""
        found: int | None = self._unit.peek(select(func.max(restoration.c.incarnation)))[0][0]
        return found or FIRST

    def begin(self, restored: Restoration) -> int:
        """Mark every matter and end all sessions; an earlier restore goes on in this one."""
        self._end(restored.restored_at)
        self._unit.upsert(restoration, {**vars(restored), "over_at": None})
        known = select(doubt.c.matter)
        every = select(tables.matter.c.id).where(tables.matter.c.id.not_in(known))
        self._unit.run(insert(doubt).from_select(["matter"], every))
        for door in (session, invitation, challenge):  # who was let in may have lost the right since
            self._unit.run(delete(door))
        return self.count()

    def finish(self, now: int) -> bool:
        """Note that the restore is over, unless a matter is in doubt still; tell which."""
        over = self.count() == 0
        if over:
            self._end(now)
        return over

    def _end(self, now: int) -> None:
        self._unit.run(update(restoration).where(restoration.c.over_at.is_(None)).values(over_at=now))
        vars(self).pop("_restoration", None)

    def stands(self, matter: MatterId) -> bool:
        """Tell whether the matter is in doubt."""
        return self._restoration is not None and bool(self._unit.peek(_STANDS, {"matter": matter}))

    def among(self, matters: Collection[MatterId]) -> frozenset[MatterId]:
        """Give those of *matters* that are in doubt."""
        if not matters or self._restoration is None:
            return frozenset()
        rows = self._unit.peek(_AMONG, {"matters": list(matters)})
        return frozenset(MatterId.known(row.matter) for row in rows)

    def page(self, *, after: str, limit: int) -> list[MatterId]:
        """Give matters in doubt, in order, from behind *after*."""
        query = select(doubt.c.matter).where(doubt.c.matter > after).order_by(doubt.c.matter).limit(limit)
        return [MatterId.known(row.matter) for row in self._unit.rows(query)]

    def count(self) -> int:
        """Give how many matters are in doubt."""
        return int(self._unit.rows(select(func.count()).select_from(doubt))[0][0])

    def lift(self, matter: MatterId) -> None:
        """Take the mark away."""
        self._unit.run(delete(doubt).where(doubt.c.matter == matter))

    def keep(self, matter: MatterId, deed: WaitingDeed) -> None:
        """Let a deed wait."""
        row = {"digest": strict.unb64(deed.digest, length=32), "handover": deed.handover, "matter": matter}
        self._unit.insert(waiting_deed, row)

    def waiting(self, matter: MatterId) -> Sequence[WaitingDeed]:
        """Give the deeds that wait, in the order in which they came."""
        query = select(waiting_deed).where(waiting_deed.c.matter == matter).order_by(waiting_deed.c.id)
        return [
            WaitingDeed(digest=Digest.known(strict.b64(row.digest)), handover=HandoverId.known(row.handover))
            for row in self._unit.rows(query)
        ]

    def release(self, deed: WaitingDeed) -> None:
        """Let a deed wait no more."""
        digest = strict.unb64(deed.digest, length=32)
        self._unit.run(delete(waiting_deed).where(waiting_deed.c.digest == digest))
