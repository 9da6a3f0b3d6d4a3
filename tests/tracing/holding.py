"""A federation with five key-holders and two who ask; its key ceremony is carried out as operators would."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from federation import Federation, federation
from handover.application.facts import Alarm
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol import threshold
from handover.protocol.entry import EntryKind
from handover.protocol.epoch import Epoch
from handover.protocol.oprf import VOPRF
from handover.protocol.ristretto import ORDER, scalar
from two_nodes.scene import entries_of

HOLDERS = ("gr/athens", "it/lampedusa", "de/hamburg", "fr/calais", "int/redcross")
TABLES, WEIGHTS = bytes([7]) * 32, bytes([8]) * 32
DAYS = 86400


@dataclass
class Scene:
    """Five holders, and askers beside them."""

    fed: Federation
    holders: list[Node]
    asker: Node
    other: Node

    @property
    def all(self) -> list[Node]:
        return [*self.holders, self.asker, self.other]

    @property
    def now(self) -> int:
        return self.fed.clock.now

    @property
    def next(self) -> int:
        """The number of the next epoch."""
        return 1 + max(
            (kept.number for each in self.all for kept in each.tracing_keys.epochs.all()), default=0
        )

    def plan(self, number: int | None = None, *, begins: int | None = None, days: int = 90) -> bytes:
        start = self.now if begins is None else begins
        return self.holders[0].tracing_keys.ceremonies.plan(
            number=number or self.next, begins=start, ends=start + days * DAYS, tables=TABLES, weights=WEIGHTS
        )

    def signatures(self, plan: bytes) -> list[bytes]:
        contributions = [each.tracing_keys.ceremonies.contribute(plan) for each in self.holders]
        return [each.tracing_keys.ceremonies.conclude(plan, contributions) for each in self.holders]

    def ceremony(self, *, begins: int | None = None, days: int = 90) -> Epoch:
        """Carry one out, and let everybody accept its document."""
        number = self.next
        signatures = self.signatures(self.plan(number, begins=begins, days=days))
        document = self.holders[3].tracing_keys.ceremonies.join(signatures[::-1])
        for each in self.all:
            each.tracing_keys.epochs.accept(document)
        return self.asker.tracing_keys.epochs.get(number)

    def key(self, epoch: Epoch) -> int:
        """Give the whole key, which nobody has: three holders would have to collude, as this test does."""
        places = (1, 2, 3)
        shares = [scalar(self.holders[place - 1].vault.share(epoch.digest)) for place in places]
        return sum(s * threshold.coefficient(p, places) for s, p in zip(shares, places, strict=True)) % ORDER

    def outputs(self, epoch: Epoch, inputs: list[bytes]) -> list[bytes]:
        key = self.key(epoch)
        return [VOPRF.output_of(key, each) for each in inputs]


@contextmanager
def scene(folder: Path, **options: object) -> Iterator[Scene]:
    with federation(folder) as (fed, _):
        named: dict[str, object] = {"tracing_holders": list(HOLDERS), **options}
        holders = [fed.add(name, **named) for name in HOLDERS]  # type: ignore[arg-type]
        asker, other = (fed.add(name, **named) for name in ("es/madrid", "se/malmo"))  # type: ignore[arg-type]
        yield Scene(fed, holders, asker, other)


def alarms(node: Node) -> list[Alarm]:
    with node.database.reading() as work:
        return work.alarms.all()


def logged(node: Node, kind: EntryKind) -> list[str]:
    return [each.object for each in entries_of(node) if each.kind is kind]


def holder_ids() -> tuple[NodeId, ...]:
    return tuple(map(NodeId, HOLDERS))
