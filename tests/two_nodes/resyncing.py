"""A handover played step by step, with a copy of both databases after each; one node is put back to one of them."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cases
from federation import PASSPHRASE, Federation, federation
from handover.adapters.database import SQLDatabase
from handover.adapters.vault import FileVault
from handover.application import restored as told
from handover.application.facts import Actor, Handover
from handover.domain.errors import NotFoundError
from handover.domain.handover import Claim, State
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol.delivery import decode_delivery

ATHENS, HAMBURG = NodeId("gr/athens"), NodeId("de/hamburg")
NAMES = {"A": ATHENS, "B": HAMBURG}
HOLDS = frozenset({Claim.HOLDER, Claim.RELIEVING})


def copy(source: Path, target: Path) -> None:
    """Copy a database as it is committed, whoever has it open."""
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)


def vault_file_copy(data: Path, kept: Path) -> None:
    """Begin with the keys as they were before any restore."""
    if not kept.exists():
        shutil.copy(data / "vault.json", kept)
    shutil.copy(kept, data / "vault.json")


def put_back(fed: Federation, name: NodeId, kept: Path, *, restored: bool, made_at: int = 0) -> Node:
    """Let a node go on from a copy of its database: as after a crash, or as after a restore."""
    old = fed.wire.nodes[name]
    old.close()
    data = old.settings.data
    for each in data.glob("handover.db*"):
        each.unlink()
    shutil.copy(kept, data / "handover.db")
    if restored:
        vault = FileVault.open(data / "vault.json", PASSPHRASE)
        vault.raise_incarnation()
        database = SQLDatabase(old.settings.url, vault, fed.clock)
        with database.begin() as work:
            told.begin(work, vault, made_at=made_at or work.now, noted=())
        database.close()
    return fed.reopen(name)


@dataclass
class Play:
    """One round between Athens, which offers, and Hamburg; `kept` has a copy of both databases after each step."""

    fed: Federation
    folder: Path
    kept: list[dict[str, Path]] = field(default_factory=list)
    air: list[tuple[NodeId, bytes]] = field(default_factory=list)
    ended: int = 0

    def __post_init__(self) -> None:
        """Begin: officers, then a matter, then a round that nobody else has heard of, each with a copy before it."""
        athens = self.node("A")
        for side in NAMES:
            for name in ("first", "second"):
                self.fed.officer(self.node(side), name)
        self.keep()
        first = self._at("A")
        matter = cases.begin(self.fed, athens, first)
        ground = cases.consent(self.fed, athens, matter, to=HAMBURG, actor=first)
        self.keep()
        fields = ground.ground.fields
        self.sent = athens.offers.prepare(matter.id, to=HAMBURG, fields=fields, ground=ground.id, actor=first)
        self.keep()

    def play(self, *steps: str) -> None:
        """Carry out *steps*, with a copy after each; what waits in the end is in the air, and may come late."""
        for step in steps:
            self.do(step)
            self.keep()
        self.fed.wire.down = set(NAMES.values())
        for side in NAMES:
            self.deliver(side)
        self.fed.wire.down = set()
        self.air, self.ended = list(self.fed.wire.posted), self.fed.clock.now

    def restore(self, side: str, number: int) -> None:
        """Begin where the story has ended, but for one side, which has lost all since copy *number*."""
        self.fed.clock.now = self.ended + 3600
        for each, name in NAMES.items():
            restored = each == side
            data = self.node(each).settings.data
            if restored:
                vault_file_copy(data, self.folder / f"{each}.vault")
            put_back(
                self.fed,
                name,
                self.kept[number if restored else -1][each],
                restored=restored,
                made_at=self.ended,
            )

    def arrive_late(self) -> None:
        """Let everything that was posted before the restore come once more."""
        for peer, body in self.air:
            self.fed.wire.nodes[peer].inbox.receive(decode_delivery(body))

    def settle(self, side: str) -> None:
        """Let the restored side ask, and both deliver, until all is said."""
        for _ in range(4):
            self.node(side).resync.tick()
            self.fed.settle()
            self.fed.clock.pass_(1000)

    def node(self, side: str) -> Node:
        return self.fed.wire.nodes[NAMES[side]]

    def deliver(self, side: str) -> None:
        """Let one side deliver what it has to say, once."""
        self.node(side).outbox.deliver_due()

    def do(self, step: str) -> None:
        """Carry out one step: an arrow delivers what waits, everything else is what an officer does."""
        steps: dict[str, Callable[[], object]] = {
            "offer": self._release,
            "A>B": lambda: self.deliver("A"),
            "B>A": lambda: self.deliver("B"),
            "accept": self._accept,
            "decline": self._decline,
            "countersign": lambda: self.node("A").offers.countersign(self.sent.id, actor=self._at("A")),
            "withdraw": lambda: self.node("A").offers.withdraw(self.sent.id, actor=self._at("A")),
        }
        steps[step]()
        self.fed.clock.pass_(1)

    def keep(self) -> None:
        """Keep both databases as they are now."""
        number, now = len(self.kept), {}
        for side in NAMES:
            now[side] = self.folder / f"{side}{number}.db"
            copy(self.node(side).settings.data / "handover.db", now[side])
        self.kept.append(now)

    def moments(self, side: str) -> list[int]:
        """Give the copies to which a side can be put back, of those that are alike the last."""
        known = [each[side].read_bytes() for each in self.kept]
        later = [*known[1:], None]
        return [number for number, data in enumerate(known) if data != later[number]]

    def states(self) -> tuple[State, State]:
        """Give where both sides are."""
        found = (self.round("A"), self.round("B"))
        a, b = (State.UNKNOWN if each is None else each.state for each in found)
        return a, b

    def round(self, side: str) -> Handover | None:
        peer = NAMES["B" if side == "A" else "A"]
        with self.node(side).database.reading() as work:
            return work.handovers.find(peer, [self.sent.round]).get(self.sent.round)

    def claim(self, side: str) -> Claim:
        """Give what a side claims of the matter."""
        found = self.round(side)
        matter = found.matter if found else self.sent.matter if side == "A" else None
        if matter is None:
            return Claim.NONE
        with self.node(side).database.reading() as work:
            try:
                return work.matters.get(matter).claim
            except NotFoundError:
                return Claim.NONE

    def doubts(self, side: str) -> bool:
        with self.node(side).database.reading() as work:
            return work.doubts.restoration() is not None

    def _at(self, side: str, name: str = "first") -> Actor:
        return self.fed.officer(self.node(side), name)

    def _release(self) -> None:
        self.node("A").offers.release(self.sent.id, actor=self._at("A", "second"))

    def _accept(self) -> None:
        found, officer = self.round("B"), self._at("B")
        assert found is not None
        self.node("B").handovers.open(found.id, actor=officer)
        responsible = {"name": "Anna", "organisation": "Jugendamt", "contact": ""}
        self.node("B").handovers.accept(found.id, responsible=responsible, plan="Met.", actor=officer)

    def _decline(self) -> None:
        found, officer = self.round("B"), self._at("B")
        assert found is not None
        self.node("B").handovers.decline(found.id, code="no-capacity", text="No place.", actor=officer)


@contextmanager
def played(folder: Path, *steps: str) -> Iterator[Play]:
    """Give a story that was played to its end."""
    with federation(folder, ATHENS, HAMBURG) as (fed, _):
        play = Play(fed, folder)
        play.play(*steps)
        yield play
