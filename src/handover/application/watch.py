"""What is watched over: the queue to each peer, alarms, and the figures that a monitoring system reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from handover.application.facts import Actor, Alarm, Delivery, Depth, Queued
from handover.application.permissions import Right, require
from handover.application.ports import Database
from handover.application.registry import Registry, RegistryMissingError
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, NodeId


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One reading of the gauges; ages in seconds. `key_days` is by use; None and absent: not known."""

    depths: tuple[Depth, ...]
    now: int
    log_size: int
    registry_age: int | None
    registry_fresh: bool
    key_days: Mapping[str, int]


class Watch:
    """The desk of those who keep the node running, and of those who wait for an answer."""

    def __init__(self, database: Database, registry: Registry, node: NodeId) -> None:
        self._database = database
        self._registry = registry
        self._node = node

    def queue(self, *, actor: Actor, delivery: Delivery | None = None, limit: int = 100) -> list[Queued]:
        """Give what waits to be delivered, or all of one kind, oldest first."""
        require(actor, Right.WATCH)
        with self._database.reading() as work:
            return work.queue.list(delivery=delivery, limit=limit)

    def retry(self, peer: NodeId, *, actor: Actor) -> int:
        """Make everything for *peer* due now, what it refused for good included; give the number of envelopes."""
        require(actor, Right.RETRY)
        with self._database.begin() as work:
            return work.queue.again(peer, now=work.now)

    def alarms(self, *, actor: Actor, limit: int = 100, seen: bool | None = None) -> list[Alarm]:
        """Give the newest alarms; with *seen*, those at which somebody has looked, or nobody."""
        require(actor, Right.WATCH)
        with self._database.reading() as work:
            return work.alarms.all(limit, seen=seen)

    def look_at(self, alarm: UUID7, *, actor: Actor) -> None:
        """Note that *actor* has looked at an alarm: it is open no more, and stays with who looked first, and when.

        Raises:
            NotFoundError: there is no such alarm.
        """
        require(actor, Right.RETRY)
        with self._database.begin() as work:
            if not work.alarms.see(alarm, by=actor.officer, at=work.now):
                raise NotFoundError

    def figures(self, *, actor: Actor) -> Figures:
        """Give what the gauges show now; none of it concerns a person."""
        require(actor, Right.WATCH)
        with self._database.reading() as work:
            depths, size, now = work.queue.depths(), work.log.head().size, work.now
        return Figures(
            depths=tuple(depths),
            now=now,
            log_size=size,
            registry_age=self._registry_age(now),
            registry_fresh=self._registry.fresh(now),
            key_days=self._key_days(now),
        )

    def _registry_age(self, now: int) -> int | None:
        try:
            return max(0, now - self._registry.current(now).issued)
        except RegistryMissingError:
            return None

    def _key_days(self, now: int) -> dict[str, int]:
        """Give the days until a new key is needed: for each use, of the key that ends last."""
        try:
            entry = self._registry.entry(self._node, now)
        except (NotFoundError, RegistryMissingError):
            return {}
        days: dict[str, int] = {}
        for key in entry.keys:
            if key.usable(now):
                days[key.use] = max(days.get(key.use, 0), (key.expires - now) // 86400)
        return days
