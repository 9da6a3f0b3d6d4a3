"""How rare names are among this node's own records: counted in memory, kept nowhere."""

import threading
from collections import Counter
from typing import Final

from handover.application import indexing
from handover.application.ports import UnitOfWork, Vault
from handover.domain.ids import MatterId
from handover.matching import rarity
from handover.matching.rarity import Rarity
from handover.matching.view import View

MOST: Final = 10_000
"""Records that are counted; of a larger register so many are taken as they come, and stand for the others."""
_GROWTH: Final = 1.25  # the counts are made anew when the register has grown by so much


class RarityKeeper:
    """Counts again when the register has grown."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._known: Rarity | None = None
        self._lock = threading.Lock()

    def of(self, work: UnitOfWork, epoch: int) -> Rarity:
        """Give what is known of the register now."""
        size = max(1, work.tracing.index.largest())
        with self._lock:
            known = self._known
        if known is not None and known.size / _GROWTH <= size <= known.size * _GROWTH:
            return known
        made = self._counted(work, epoch, size)
        with self._lock:
            self._known = made
        return made

    def _counted(self, work: UnitOfWork, epoch: int, size: int) -> Rarity:
        views: list[View] = []
        held: dict[MatterId, object] = {}
        for entry in work.tracing.index.sample(epoch, limit=MOST):
            if entry.matter not in held:
                found = indexing.traced(work, self._vault, entry.matter)
                held[entry.matter] = found
                views += [] if found is None else found[1].values()
        counted = rarity.of(views)
        if size <= MOST or counted.size == 0:
            return Rarity(size, counted.counts)
        share = size / counted.size
        return Rarity(size, Counter({met: round(number * share) for met, number in counted.counts.items()}))
