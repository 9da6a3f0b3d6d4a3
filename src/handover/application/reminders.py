"""What time alone makes worth a notice: deadlines that come near, and keys of this node that end soon."""

from collections.abc import Iterator, Mapping
from typing import Final

from handover.application import following, notices
from handover.application.facts import Handover
from handover.application.notice import NoticeKind
from handover.application.ports import Database, UnitOfWork
from handover.application.registry import Registry, RegistryMissingError
from handover.domain.errors import NotFoundError
from handover.domain.handover import State
from handover.domain.ids import NodeId
from handover.protocol.node_key import KeyUse

EVERY: Final = 600
"""Seconds between two looks."""
KEPT: Final = 30 * 86400
"""Seconds for which a notice is kept."""
NEAR: Final = 86400
"""Seconds: a deadline is near in its last day, and where the whole term is short in its last quarter."""
_DAYS: Final[Mapping[KeyUse, tuple[int, ...]]] = {KeyUse.SEAL: (7, 2)}  # a sealing key lives thirty days
_OTHER_DAYS: Final = (60, 30, 7)
_COUNTS: Final = frozenset({State.OFFERED, State.ACCEPTED, State.PENDING})
_AT_ONCE: Final = 100


class Reminders:
    """Called again and again by the worker."""

    def __init__(self, database: Database, registry: Registry, node: NodeId) -> None:
        self._database = database
        self._registry = registry
        self._node = node
        self._looked = -EVERY

    def tick(self) -> None:
        """Look, if it is time to, and note what is new; forget notices that are old."""
        with self._database.reading() as work:
            now = work.now
            if 0 <= now - self._looked < EVERY:
                return
            near = [each for each in _near(work) if not work.notices.told(NoticeKind.DEADLINE, each.id)]
            untold = following.to_remind(work, _AT_ONCE)
            keys = [each for each in self._keys(now) if not work.notices.told(NoticeKind.KEYS, each)]
        self._looked = now
        with self._database.begin() as work:
            for handover in near:
                found = work.handovers.get(handover.id)
                if found.state in _COUNTS:
                    notices.near(work, found)
            for promised in untold:
                following.remind(work, promised)
            for each in keys:
                notices.keys(work, each)
            work.notices.drop_before(work.now - KEPT)

    def _keys(self, now: int) -> Iterator[str]:
        """Give, for each use whose last key ends soon, what tells this end and this warning from others."""
        try:
            entry = self._registry.entry(self._node, now)
        except (NotFoundError, RegistryMissingError):
            return
        last: dict[KeyUse, int] = {}
        for key in entry.keys:
            if key.usable(now):
                last[key.use] = max(last.get(key.use, 0), key.expires)
        for use, expires in last.items():
            passed = [days for days in _DAYS.get(use, _OTHER_DAYS) if expires - now <= days * 86400]
            if passed:
                yield f"{use} {expires} {min(passed)}"


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
