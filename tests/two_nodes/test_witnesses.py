"""A node asks others to vouch for its log: at most once a minute, nobody waits, and what it has lost it is told."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from federation import Federation, federation
from handover.application.witnesses import Witnesses
from handover.cli import checks_of_witnesses
from handover.domain.errors import NotFoundError, UnreachableError, UntrustedError
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol import checkpoint as checkpoints
from handover.protocol import cosignature, note, witness
from handover.protocol.checkpoint import LogSigner
from handover.web.app import create_app
from two_nodes.scene import alarms_of
from two_nodes.test_witness import grow, head

NAMES = ("gr/athens", "de/hamburg", "fr/lyon", "uk/kyiv")
OTHERS = frozenset(map(NodeId, NAMES[1:]))


@dataclass
class Lines:
    """Carries requests to the witnesses of one process."""

    nodes: dict[NodeId, Node]
    down: set[NodeId] = field(default_factory=set)
    bent: dict[NodeId, bytes] = field(default_factory=dict)
    asked: list[NodeId] = field(default_factory=list)

    def cosign(self, peer: NodeId, address: str, body: bytes) -> bytes:
        del address
        self.asked.append(peer)
        if peer in self.down:
            raise UnreachableError
        return self.bent.get(peer) or self.nodes[peer].witness.add(body)

    def get(self, peer: NodeId | None, address: str, path: str, limit: int) -> bytes:
        assert peer is not None
        if peer in self.down:
            raise UnreachableError
        found = self.nodes[peer].witness.newest(path.removeprefix("/witness/checkpoint/"))
        assert len(found) <= limit
        return found


@dataclass
class Asking:
    """A node that asks, and all that it can ask."""

    fed: Federation
    node: Node
    lines: Lines

    def desk(self, wanted: int = 2) -> Witnesses:
        return self.node.cosigning(self.lines, wanted)

    def newest(self) -> bytes | None:
        with self.node.database.reading() as work:
            found = work.cosigned.newest(work.log.head().origin)
            return None if found is None else found.note

    def said(self) -> dict[NodeId, int]:
        """Give who has cosigned the newest checkpoint, and when; each verified with the registry's keys."""
        signed = self.newest()
        assert signed is not None
        checkpoints.verify(signed, self.node.vault.log_signer.key)
        found = {}
        for each in cosignature.claimed(note.read(signed)):
            entry = self.node.registry.entry(each, self.fed.clock.now)
            found[each], _ = cosignature.verify_first(signed, each, entry.log_keys())
        return found


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with federation(tmp_path, *NAMES) as (fed, [athens, *_]):
        grow(athens, 3)
        yield Asking(fed, athens, Lines(fed.wire.nodes))


def test_two_nodes_of_other_countries_cosign_and_are_shown(asking: Asking) -> None:
    assert asking.desk().ask() == 2
    said = asking.said()
    assert len(said) == 2
    assert all(each.country != "gr" for each in said)
    assert set(said.values()) == {asking.fed.clock.now}
    client = TestClient(create_app(asking.node))
    assert client.get("/log/checkpoint").content == asking.newest()


def test_a_log_that_has_not_grown_asks_nobody_and_one_that_has_asks_each_once(asking: Asking) -> None:
    desk = asking.desk()
    desk.ask()
    asked = list(asking.lines.asked)
    desk.ask()
    assert asking.lines.asked == asked
    grow(asking.node, 7)
    assert desk.ask() == 2
    assert asking.lines.asked == [*asked, *asked]
    again = (
        asking.desk()
    )  # after a restart it does not know what they have seen: one is told, and asks once more
    grow(asking.node, 7)
    assert again.ask() == 2
    assert len(asking.lines.asked) == len(asked) * 4


def test_who_is_silent_is_passed_over_and_left_alone_for_a_while(asking: Asking) -> None:
    desk = asking.desk()
    desk.ask()
    first = asking.lines.asked[0]
    asking.lines.down.add(first)
    grow(asking.node)
    assert desk.ask() == 2
    assert set(asking.said()) == OTHERS - {first}
    for number in range(3):
        grow(asking.node)
        asking.fed.clock.pass_(1)
        desk.ask()
        assert asking.lines.asked.count(first) == 2, number
    asking.fed.clock.pass_(61)
    asking.lines.down.clear()
    grow(asking.node)
    desk.ask()
    assert first in asking.said()


def test_when_all_are_silent_the_log_is_shown_as_it_is_signed(asking: Asking) -> None:
    desk, client = asking.desk(), TestClient(create_app(asking.node))
    desk.ask()
    old = asking.newest()
    asking.lines.down.update(asking.fed.wire.nodes)
    grow(asking.node)
    assert desk.ask() == 0
    assert client.get("/log/checkpoint").content == old
    asking.fed.clock.pass_(601)
    shown = client.get("/log/checkpoint").content
    assert checkpoints.verify(shown, asking.node.vault.log_signer.key) == head(asking.node)


def test_one_that_was_missing_is_added_to_the_same_checkpoint(asking: Asking) -> None:
    names = sorted(OTHERS)
    asking.lines.down.update(names[1:])
    desk = asking.desk(3)
    assert desk.ask() == 1
    asking.lines.down.clear()
    asking.fed.clock.pass_(3600)
    assert desk.ask() == 3
    assert sorted(asking.said()) == sorted(names)
    assert len(set(asking.said().values())) == 2


def test_lines_that_are_not_those_of_the_witness_are_not_kept(asking: Asking) -> None:
    other = LogSigner(origin="de/hamburg/log", ed25519=bytes(32), mldsa44=bytes(32))
    lines = cosignature.WitnessSigner(other).cosign(head(asking.node), 5)
    for bent in (note.write_lines(lines), b"nonsense", "\u2014 x eA==\n".encode() * 3):
        asking.lines.bent = dict.fromkeys(OTHERS, bent)
        assert asking.desk().ask() == 0
    assert asking.newest() is None


def test_the_worker_asks_a_minute_after_its_start_and_once_a_minute(asking: Asking) -> None:
    desk = asking.desk()
    desk.tick()
    asking.fed.clock.pass_(59)
    desk.tick()
    assert asking.lines.asked == []
    asking.fed.clock.pass_(1)
    desk.tick()
    assert len(asking.lines.asked) == 2
    grow(asking.node)
    asking.fed.clock.pass_(59)
    desk.tick()
    assert len(asking.lines.asked) == 2
    asking.fed.clock.pass_(1)
    desk.tick()
    assert len(asking.lines.asked) == 4
    nobody = asking.desk(0)
    nobody.tick()
    asking.fed.clock.pass_(600)
    nobody.tick()
    assert len(asking.lines.asked) == 4


def test_a_node_whose_database_was_put_back_learns_it_from_its_witnesses(
    asking: Asking, tmp_path: Path
) -> None:
    folder = asking.node.settings.data
    asking.node.close()
    shutil.copy(folder / "handover.db", tmp_path / "old.db")
    asking.node = asking.fed.reopen("gr/athens")
    grow(asking.node, 6 if head(asking.node).size + 5 == 8 else 5)  # a power of two would show nothing
    asking.desk().ask()
    signed, before = asking.newest(), head(asking.node)
    asking.node.close()
    for name in ("handover.db-wal", "handover.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "old.db", folder / "handover.db")
    asking.node = asking.fed.reopen("gr/athens")
    asking.lines.down.update(OTHERS - set(asking.lines.asked))
    assert asking.desk().ask() == 0
    alarms = [each for each in alarms_of(asking.node) if each.kind == "log-behind"]
    assert len(alarms) == 2
    for alarm in alarms:
        shown = checkpoints.verify(alarm.evidence[0], asking.node.vault.log_signer.key)
        assert (shown, signed is not None) == (before, True)
    grow(asking.node, 30)  # it has overtaken what they saw, by another way
    asking.fed.clock.pass_(3600)
    assert asking.desk().ask() == 0
    kinds = [alarm.kind for each in OTHERS for alarm in alarms_of(asking.fed.wire.nodes[each])]
    assert kinds == ["split-view"] * 2


def test_a_witness_that_lies_about_the_size_raises_nothing(asking: Asking) -> None:
    class Liars(Lines):
        def cosign(self, peer: NodeId, address: str, body: bytes) -> bytes:
            raise witness.WitnessSizeError(10**9)

        def get(self, peer: NodeId | None, address: str, path: str, limit: int) -> bytes:
            raise NotFoundError if peer == "fr/lyon" else UntrustedError

    desk = asking.node.cosigning(Liars(asking.fed.wire.nodes), 2)
    assert desk.ask() == 0
    assert alarms_of(asking.node) == []


def test_doctor_says_who_vouches_and_what_is_missing(asking: Asking) -> None:
    def said(possible: int = 3, wanted: int = 2) -> tuple[str, str]:
        now = asking.fed.clock.now
        [found] = checks_of_witnesses.witnesses(asking.node.database, possible, wanted, now)
        return found.level.name, str(found.text)

    assert said(wanted=0) == ("NOTE", "This node asks nobody to witness its log.")
    assert said(possible=0)[0] == "OK"
    assert said() == ("NOTE", "No other node has cosigned this node's log yet.")
    asking.lines.down.update(sorted(OTHERS)[1:])
    asking.desk().ask()
    assert said() == ("NOTE", "Witnesses of this node's log: 1 of 2.")
    assert said(possible=1) == ("OK", "This node's log is witnessed by: de/hamburg.")
    grow(asking.node)
    asking.fed.clock.pass_(3601)
    assert said()[0] == "WARNING"


def test_of_old_cosigned_checkpoints_one_of_each_day_stays(asking: Asking) -> None:
    asking.fed.clock.pass_(86_400 - asking.fed.clock.now % 86_400)
    for _ in range(20):
        for _ in range(3):
            grow(asking.node)
            assert asking.desk(1).ask() == 1
            asking.fed.clock.pass_(3600)
        asking.fed.clock.pass_(86_400 - 3 * 3600)
    origin = head(asking.node).origin
    with asking.node.database.reading() as work:
        kept = {work.cosigned.covering(origin, index) for index in range(head(asking.node).size)}
        newest = work.cosigned.newest(origin)
        assert work.cosigned.covering(origin, head(asking.node).size) is None
    days = sorted(each.cosigned_at // 86_400 for each in kept if each is not None)
    assert newest in kept
    assert len(set(days)) == 20
    assert [days.count(day) for day in sorted(set(days))] == [1] * 12 + [2] + [3] * 7
