"""What time alone makes worth a notice: deadlines that come near, and what was promised for a day."""

from collections.abc import Iterator
from typing import Final

from handover.application import following, notices
from handover.application.facts import Handover
from handover.application.notice import NoticeKind
from handover.application.ports import Database, UnitOfWork
from handover.domain.handover import State

EVERY: Final = 600
"""Seconds between two looks."""
KEPT: Final = 30 * 86400
"""Seconds for which a notice is kept."""
NEAR: Final = 86400
"""Seconds: a deadline is near in its last day, and where the whole term is short in its last quarter."""
_COUNTS: Final = frozenset({State.OFFERED, State.ACCEPTED, State.PENDING})
_AT_ONCE: Final = 100


class Reminders:
    """Called again and again by the worker."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looked = -EVERY

    def tick(self) -> None:
        """Look, if it is time to, and note what is new; forget notices that are old."""
        with self._database.reading() as work:
            now = work.now
            if 0 <= now - self._looked < EVERY:
                return
            near = [each for each in _near(work) if not work.notices.told(NoticeKind.DEADLINE, each.id)]
            untold = following.to_remind(work, _AT_ONCE)
        self._looked = now
        with self._database.begin() as work:
            for handover in near:
                found = work.handovers.get(handover.id)
                if found.state in _COUNTS:
                    notices.near(work, found)
            for promised in untold:
                following.remind(work, promised)
            work.notices.drop_before(work.now - KEPT)


def _near(work: UnitOfWork) -> Iterator[Handover]:
    after = (work.now, "")
    while True:
        page = work.handovers.unfinished(after=after, limit=_AT_ONCE)
        for each in page:
            left = each.deadline - work.now
            if left > NEAR:
                return
            if each.state in _COUNTS and left <= min(NEAR, (each.deadline - each.created_at) // 4):
                yield each
        if len(page) < _AT_ONCE:
            return
        after = (page[-1].deadline, page[-1].id)
