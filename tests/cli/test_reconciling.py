"""`handover reconcile` between two nodes on real sockets: what is lost is named, who is down is said to be."""

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
import uvicorn

import cases
from cli.stage import Call, Stage
from handover import config, node
from handover.application.facts import Actor, OfficerRole
from handover.application.reconciled import Difference, Finding, Reconciled
from handover.cli.checks_of_reconciliation import LATE, peers
from handover.cli.findings import Level
from handover.domain.handover import Act
from handover.domain.ids import Digest, NodeId, RoundId
from handover.node import Node
from handover.web import server
from web.test_server import until

HAMBURG = "de/hamburg"


@contextmanager
def opened(stage: Stage, name: str) -> Iterator[Node]:
    found = node.open_node(config.load(stage.data(name)))
    try:
        yield found
    finally:
        found.close()


@contextmanager
def served(stage: Stage, port: int) -> Iterator[None]:
    """Serve Hamburg at its address."""
    with structlog.testing.capture_logs(), opened(stage, HAMBURG) as hamburg:
        running = uvicorn.Server(server.config_of(hamburg))
        sockets = [server.listening(f"127.0.0.1:{port}")]
        thread = threading.Thread(target=running.run, args=(sockets,))
        thread.start()
        try:
            until(lambda: running.started)
            yield
        finally:
            running.should_exit = True
            thread.join()


@pytest.fixture
def port(stage: Stage) -> int:
    """Give the port of Hamburg, which is admitted beside Athens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = int(free.getsockname()[1])
    stage.set_up(HAMBURG, port=found)
    stage.admit(HAMBURG)
    stage.call("refresh", "--data", stage.data(), "--from", stage.public)
    return found


def said(stage: Stage, number: int) -> list[str]:
    """Let Athens make offers and deliver them; give the digests, in order."""
    with opened(stage, "gr/athens") as athens:
        officers = []
        for name in ("Maria", "Nikos"):
            made = athens.officers.add(name, tuple(OfficerRole))
            officers.append(Actor(officer=made.id, roles=made.roles, auth="api-key"))
        fed: Any = SimpleNamespace(clock=SimpleNamespace(now=athens.clock()))
        rounds = [cases.offer(fed, athens, HAMBURG, *officers) for _ in range(number)]
        assert [each.error for each in athens.outbox.deliver_due()] == [None]
        with athens.database.reading() as work:
            return [work.envelopes.of_handover(each.id)[0].digest for each in rounds]


def test_what_one_of_two_nodes_has_lost_is_named(stage: Stage, port: int, call: Call) -> None:
    reconcile = ("reconcile", HAMBURG, "--data", stage.data())
    with served(stage, port):
        digests = said(stage, 3)
        assert "both have the same" in call(*reconcile).out
        found: Any = call(*reconcile, "--json").json
        assert (found["outcome"], found["sent"], found["differences"]) == ("agrees", 3, [])
        assert found["agreed"]["own"] == found["log"]["own"]
        lost = digests[1]
        connection = sqlite3.connect(stage.data(HAMBURG) / "handover.db")
        with connection:
            rows = connection.execute("SELECT id, digest FROM envelope ORDER BY id").fetchall()
            connection.execute("DELETE FROM envelope WHERE id = ?", (rows[1][0],))
        connection.close()
        text = call(*reconcile, expect=1).out
        assert "denied" in text
        assert lost in text
        found = call(*reconcile, "--json", expect=1).json
    assert [(each["digest"], each["finding"], each["says"]) for each in found["differences"]] == [
        (lost, "denied", "offer")
    ]
    assert found["agreed"]["time"], "when both had the same the last time stays known"
    found = call(*reconcile, "--json", expect=2).json
    assert (found["outcome"], found["problem"]) == ("could-not", "peer-unreachable")
    assert [each["digest"] for each in found["differences"]] == [lost], "what was found last stays known"
    assert "could not be compared" in call(*reconcile, expect=2).out
    checks: Any = call("doctor", "--offline", "--json", "--data", stage.data(), expect=None).json
    named = [each for each in checks["checks"] if each["name"] == "reconciliation"]
    assert [each["level"] for each in named] == ["warning"]
    assert HAMBURG in named[0]["text"]


def test_a_peer_that_nobody_knows_cannot_be_compared_with(stage: Stage, call: Call) -> None:
    assert "unknown-node" in call("reconcile", "it/roma", "--data", stage.data(), expect=2).out
    assert "not a node's name" in call("reconcile", "roma", "--data", stage.data(), expect=1).err


NOW = 1_790_000_000
KNOWN = (NodeId("de/hamburg"), NodeId("fr/lyon"), NodeId("es/barcelona"))


def compared(peer: NodeId, **changes: Any) -> Reconciled:
    return Reconciled(**{"peer": peer, "tried_at": NOW, "done_at": NOW, **changes})


def checked(*found: Reconciled) -> list[tuple[Level, str]]:
    return [(each.level, str(each.text)) for each in peers(found, KNOWN, NOW)]


def test_the_operator_is_told_what_was_not_compared_for_days_and_what_differs() -> None:
    lost = Difference(
        digest=Digest("A" * 43), finding=Finding.LOST_HERE, round=RoundId("A" * 22), act=Act.DEED
    )
    assert checked() == [(Level.OK, "Peers with which all that was said was compared: 0.")]
    assert [level for level, _ in checked(compared(KNOWN[0]))] == [Level.OK]
    (late,) = checked(compared(KNOWN[0], done_at=NOW - LATE - 1, problem="unreachable"), compared(KNOWN[1]))
    assert late == (Level.WARNING, "Nothing was compared for days with: de/hamburg.")
    (never,) = checked(compared(KNOWN[0], done_at=None, problem="unreachable"))
    assert never == (Level.WARNING, "Nothing was ever compared with: de/hamburg.")
    (differing,) = checked(compared(KNOWN[1], differences=(lost,)))
    assert differing == (Level.WARNING, "Messages that are at one side only, with: fr/lyon.")
    (older,) = checked(compared(KNOWN[2], done_at=None, problem="reconciliation-unsupported"))
    assert older[0] is Level.NOTE
    assert checked(compared(NodeId("it/roma"), done_at=None, problem="unknown-node")) == checked()
