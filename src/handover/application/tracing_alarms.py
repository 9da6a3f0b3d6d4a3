"""Alarms of tracing: who asks far more than others, asks about names one after the other, or has used up its quota."""

from collections import Counter
from statistics import median
from typing import Final

from handover.application.alarms import raise_alarm
from handover.application.ports import UnitOfWork
from handover.application.traced import HeardQuestion
from handover.domain.errors import NotFoundError, UntrustedError
from handover.domain.ids import NodeId
from handover.protocol import question

DAY: Final = 86400
WEEK: Final = 7 * DAY
FAR_ABOVE: Final = 10
"""So many times as much as others ask in a week is far above them."""
FEW: Final = 50
"""Questions in a week that are nothing to look at, whatever others ask."""
ALIKE: Final = 8
"""So many addresses in common make two questions alike."""
MANY_ALIKE: Final = 10
"""So many questions of one asker, each like some other one, are to be looked at."""
_LOOKED_AT: Final = 500
QUOTA, ABOVE, SERIES = "tracing-quota", "tracing-above-others", "tracing-series"


class TracingWatch:
    """Looks at what was asked. It counts; it does not know what is in a question."""

    def __init__(self) -> None:
        self._looked = 0

    def exhausted(self, work: UnitOfWork, asker: NodeId) -> None:
        """Put before a person that an asker has used up what it may ask in a day."""
        raise_alarm(work, QUOTA, peer=asker, handover=None)

    def due(self, now: int) -> bool:
        """Tell whether it is time to look: once an hour."""
        return now - self._looked >= 3600

    def look(self, work: UnitOfWork) -> None:
        """Look at the last week, if it is time to."""
        if not self.due(work.now):
            return
        self._looked = work.now
        numbers = work.tracing.heard.numbers(since=work.now - WEEK)
        for asker, number in numbers.items():
            others = [count for node, count in numbers.items() if node != asker]
            if number > FEW and number > FAR_ABOVE * (median(others) if others else 0):
                raise_alarm(work, ABOVE, peer=asker, handover=None)
            if number > MANY_ALIKE and self._series(work, asker):
                raise_alarm(work, SERIES, peer=asker, handover=None)

    def _series(self, work: UnitOfWork, asker: NodeId) -> bool:
        """Tell whether many of an asker's questions are like one another: names that are tried one by one."""
        asked = [
            addresses
            for each in work.tracing.heard.of_asker(asker, since=work.now - WEEK, limit=_LOOKED_AT)
            if (addresses := _addresses(work, each))
        ]
        seen = Counter(address for addresses in asked for address in addresses)
        alike = sum(sum(seen[address] > 1 for address in addresses) >= ALIKE for addresses in asked)
        return alike > MANY_ALIKE


def _addresses(work: UnitOfWork, heard: HeardQuestion) -> frozenset[bytes]:
    try:
        asked = question.read(work.tracing.heard.data(heard)).claimed
    except (NotFoundError, UntrustedError):
        return frozenset()
    return frozenset(address for address, _ in asked.rows)
