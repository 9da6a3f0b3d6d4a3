"""A log shows each of two witnesses another tree: neither sees it alone, and they find it by asking one another."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from contradicting import tree
from federation import Federation, federation
from handover.application.alarms import raise_alarm
from handover.application.facts import Actor, OfficerRole
from handover.application.sealing import new_id
from handover.application.verifier import verify
from handover.application.verifier_report import Report, Severity, Verdict
from handover.application.worker import Worker
from handover.domain.errors import NotFoundError, UnreachableError
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol import checkpoint as checkpoints
from handover.protocol import witness
from handover.protocol.checkpoint import Checkpoint, LogSigner
from handover.web.app import create_app
from two_nodes.scene import alarms_of
from two_nodes.test_witness import asked, grow, head

NAMES = ("gr/athens", "de/hamburg", "fr/lyon", "uk/kyiv")
ATHENS, HAMBURG, LYON, KYIV = map(NodeId, NAMES)


@dataclass
class Web:
    """Carries requests for files to the nodes of one process, through their own web layer."""

    fed: Federation
    down: set[NodeId] = field(default_factory=set)
    bent: dict[str, bytes] = field(default_factory=dict)
    read: list[tuple[NodeId | None, str]] = field(default_factory=list)

    def cosign(self, peer: NodeId, address: str, body: bytes) -> bytes:
        raise NotImplementedError

    def get(self, peer: NodeId | None, address: str, path: str, limit: int) -> bytes:
        assert peer is not None
        self.read.append((peer, path))
        if peer in self.down:
            raise UnreachableError
        answer = TestClient(create_app(self.fed.wire.nodes[peer])).get(path)
        if answer.status_code == 404:
            raise NotFoundError
        assert answer.status_code == 200
        assert len(answer.content) <= limit
        return next((data[:limit] for part, data in self.bent.items() if part in path), answer.content)


@dataclass
class Scene:
    """A log that lies, and two nodes that witness it."""

    fed: Federation
    athens: Node
    hamburg: Node
    lyon: Node
    web: Web

    def signer(self) -> LogSigner:
        secrets = {each.use: each.value for each in self.athens.vault.secrets()}
        return LogSigner(origin="gr/athens/log", ed25519=secrets["log"], mldsa44=secrets["log-pq"])

    def show(self, to: Node, checkpoint: Checkpoint) -> None:
        """Show a witness a checkpoint that the log has signed; it has seen none before."""
        signed = checkpoints.sign(checkpoint, self.signer(), self.fed.clock.now)
        to.witness.add(witness.encode_request(old_size=0, proof=(), signed=signed))

    def compare(self, node: Node) -> list[str]:
        """Let a node compare; give the alarms that it has about the log."""
        node.views(self.web).compare()
        return [each.kind for each in alarms_of(node) if each.peer == ATHENS]

    def proved(self, node: Node) -> Report:
        """Give what the file says that the node gives out."""
        actor = auditor(node)
        [found] = node.log_proofs.all(actor=actor)
        return verify([node.log_proofs.export(found.id, actor=actor)], root=node.pinned_root)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with federation(tmp_path, *NAMES) as (fed, [athens, hamburg, lyon, _]):
        grow(athens, 11 - head(athens).size)
        yield Scene(fed, athens, hamburg, lyon, Web(fed))


def auditor(node: Node) -> Actor:
    return Actor(officer=new_id(node.clock()), roles=(OfficerRole.AUDITOR,), auth="cli", scopes=("read",))


def accused(report: Report) -> str:
    assert report.verdict is Verdict.VALID, [each.text for each in report.findings]
    [found] = [each.text for each in report.findings if each.severity is Severity.PROVED]
    return found


def test_two_trees_of_one_size_are_found_whoever_of_the_witnesses_asks(scene: Scene) -> None:
    own = head(scene.athens)
    scene.show(scene.hamburg, own)
    scene.show(scene.lyon, replace(own, root=tree(own.size).root()))
    assert alarms_of(scene.hamburg) == alarms_of(scene.lyon) == []
    for node in (scene.hamburg, scene.lyon):
        assert scene.compare(node) == ["split-view"]
        said = accused(scene.proved(node))
        assert f"(gr/athens) signed two different logs of {own.size} entries" in said
        assert scene.compare(node) == ["split-view"]  # found once is enough


@pytest.mark.parametrize("seen", [15, 16])  # from a power of two a proof of consistency does not say the root
def test_a_log_that_lives_twice_is_found_where_each_life_has_another_witness(
    scene: Scene, tmp_path: Path, seen: int
) -> None:
    """The database is put back, goes on by another way, and shows that to a witness that knows nothing of the first."""
    folder = scene.athens.settings.data
    scene.athens.close()
    shutil.copy(folder / "handover.db", tmp_path / "old.db")
    scene.athens = scene.fed.reopen("gr/athens")
    grow(scene.athens, seen - head(scene.athens).size)
    scene.hamburg.witness.add(asked(scene.athens, 0))
    scene.athens.close()
    for name in ("handover.db-wal", "handover.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "old.db", folder / "handover.db")
    scene.athens = scene.fed.reopen("gr/athens")
    grow(scene.athens, 300)
    scene.lyon.witness.add(asked(scene.athens, 0))
    assert alarms_of(scene.hamburg) == alarms_of(scene.lyon) == []
    assert scene.compare(scene.lyon) == ["split-view"]
    assert "does not begin with them" in accused(scene.proved(scene.lyon))
    assert scene.compare(scene.hamburg) == ["split-view"]


def test_a_log_that_went_back_is_found_by_the_times_that_it_signed(scene: Scene) -> None:
    own = head(scene.athens)
    scene.show(scene.hamburg, replace(own, size=own.size + 5, root=tree(own.size + 5).root()))
    scene.fed.clock.pass_(3600)
    scene.show(scene.lyon, own)
    assert scene.compare(scene.hamburg) == ["log-rolled-back"]
    assert "entries were taken away" in accused(scene.proved(scene.hamburg))
    assert scene.compare(scene.lyon) == ["log-rolled-back"]


def test_an_honest_log_is_not_accused_however_differently_it_was_seen(scene: Scene) -> None:
    scene.hamburg.witness.add(asked(scene.athens, 0))
    for more in (1, 5, 300):
        scene.fed.clock.pass_(3600)
        grow(scene.athens, more)
        scene.lyon.witness.add(asked(scene.athens, head(scene.athens).size - more if more > 1 else 0))
        assert scene.compare(scene.hamburg) == scene.compare(scene.lyon) == []


def test_who_is_silent_or_lies_about_a_log_accuses_nobody(scene: Scene) -> None:
    """Whatever a witness or the log itself shows that the log has not signed is passed over."""
    scene.hamburg.witness.add(asked(scene.athens, 0))
    grow(scene.athens, 9)
    scene.lyon.witness.add(asked(scene.athens, 0))
    stranger = LogSigner(origin="gr/athens/log", ed25519=bytes(32), mldsa44=bytes(32))
    forged = checkpoints.sign(replace(head(scene.athens), root=bytes(32)), stranger, scene.fed.clock.now)
    for part in ("/witness/checkpoint/", "/log/checkpoint", "/log/tile/"):
        for bent in (forged, b"", b"nonsense", bytes(32)):
            scene.web.bent = {part: bent}
            assert scene.compare(scene.hamburg) == []
    scene.web.bent = {}
    for down in (ATHENS, LYON):
        scene.web.down = {down}
        assert scene.compare(scene.hamburg) == []


def test_a_stolen_key_of_a_log_accuses_nobody(scene: Scene) -> None:
    own, now = head(scene.athens), scene.fed.clock.now
    scene.show(scene.hamburg, own)
    scene.show(scene.lyon, replace(own, root=tree(own.size).root()))
    for key in scene.athens.registry.entry(ATHENS, now).keys:
        if key.use.value.startswith("log"):
            scene.fed.ceremony.mark_compromised(ATHENS, key.kid, since=now, now=now)
    scene.fed.publish()
    assert scene.compare(scene.hamburg) == []


def test_each_hour_those_are_asked_whom_the_log_asks_and_two_more_in_turn(scene: Scene) -> None:
    scene.hamburg.witness.add(asked(scene.athens, 0))
    views = scene.hamburg.views(scene.web)
    views.tick()
    assert {peer for peer, _ in scene.web.read} == {LYON, KYIV}
    assert {path for _, path in scene.web.read} == {"/witness/checkpoint/gr/athens/log"}
    scene.fed.clock.pass_(3599)
    views.tick()
    assert len(scene.web.read) == 2
    scene.fed.clock.pass_(1)
    views.tick()
    assert len(scene.web.read) == 4


def test_what_was_kept_before_with_another_evidence_or_is_not_there_is_not_given_out(scene: Scene) -> None:
    actor = auditor(scene.hamburg)
    with pytest.raises(NotFoundError):
        scene.hamburg.log_proofs.export(new_id(scene.fed.clock.now), actor=actor)
    with scene.hamburg.database.begin() as work:
        for evidence in ((b"nonsense", b"nonsense"), (b"one",)):
            raise_alarm(work, "split-view", peer=ATHENS, handover=None, evidence=evidence)
    assert scene.hamburg.log_proofs.all(actor=actor) == []


def test_a_log_that_does_not_answer_is_asked_once_each_time(scene: Scene) -> None:
    """What it has signed for others differs in size, so that each time it has to show how it has grown."""
    scene.show(scene.hamburg, head(scene.athens))
    for node in (scene.lyon, scene.fed.wire.nodes[KYIV]):
        grow(scene.athens)
        scene.show(node, head(scene.athens))
    scene.web.down = {ATHENS}
    for number in (1, 2):
        assert scene.compare(scene.hamburg) == []
        assert [peer for peer, _ in scene.web.read].count(ATHENS) == number, scene.web.read


def test_who_is_slow_when_logs_are_compared_keeps_no_log_from_being_cosigned(scene: Scene) -> None:
    """A member whose server answers slowly, once for each of its logs, would hold the asking for hours."""
    cosigned, stop = threading.Event(), threading.Event()
    plain = scene.hamburg.worker
    worker = Worker(
        *(plain._outbox, plain._clockwork, plain._refresher, plain._attachments),
        witnesses=cosigned.set,
        views=lambda: cosigned.wait(60),
    )
    runs = threading.Thread(target=worker.run, args=(stop, lambda *fault: None))
    runs.start()
    try:
        assert cosigned.wait(60)
    finally:
        stop.set()
        worker.wake()
        runs.join()
    assert plain._views is not None
    assert plain._witnesses is not None
