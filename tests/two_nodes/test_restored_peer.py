"""A peer that was restored: its log goes on under another name, its old one counts no more, and people are told."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import cases
from federation import Federation, federation
from handover.application.facts import Peer
from handover.application.outbox import Round
from handover.node import Node
from handover.protocol import checkpoint as checkpoints
from handover.protocol.checkpoint import Checkpoint, LogSigner
from handover.protocol.log_origin import LogOrigin
from peer import Peer as Hostile
from peer import deliver
from two_nodes.scene import alarms_of

Pair = tuple[Federation, Node, Node]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Give a sender and a receiver of which the sender knows the log."""
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        said(fed, athens, hamburg)
        assert known(athens, hamburg).log_size > 0
        yield fed, athens, hamburg


def said(fed: Federation, athens: Node, hamburg: Node) -> Round:
    first, second = (fed.officer(athens, name) for name in ("first", "second"))
    cases.offer(fed, athens, hamburg.id, first, second)
    return athens.outbox.deliver_to(hamburg.id)


def known(at: Node, of: Node) -> Peer:
    with at.database.reading() as work:
        return work.peers.get(of.id)


def as_of(incarnation: int, hamburg: Node) -> Callable[[bytes], bytes]:
    """Let Hamburg's answers rest on the log of another incarnation."""

    def named(note: bytes) -> bytes:
        head = checkpoints.verify(note, hamburg.vault.log_signer.key)
        origin = str(LogOrigin(node=hamburg.id, incarnation=incarnation))
        secrets = {each.use: each.value for each in hamburg.vault.secrets()}
        signer = LogSigner(origin=origin, ed25519=secrets["log"], mldsa44=secrets["log-pq"])
        signed = Checkpoint(origin=origin, size=head.size, root=head.root)
        return checkpoints.sign(signed, signer, hamburg.clock())

    def bend(body: bytes) -> bytes:
        answer = json.loads(body)
        answer["checkpoints"] = [named(note.encode()).decode() for note in answer["checkpoints"]]
        return json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode()

    return bend


def test_the_log_of_a_restored_peer_begins_anew_and_people_are_told(pair: Pair) -> None:
    fed, athens, hamburg = pair
    before = known(athens, hamburg)
    fed.wire.bend = as_of(2, hamburg)
    assert said(fed, athens, hamburg).receipted == 1
    after = known(athens, hamburg)
    assert (before.fence, after.fence) == (1, 2)
    [alarm] = alarms_of(athens)
    assert (alarm.kind, alarm.peer) == ("restored", hamburg.id)
    [last] = alarm.evidence  # the old log's last checkpoint, under its own name
    assert checkpoints.verify(last, hamburg.vault.log_signer.key).size == before.log_size
    assert said(fed, athens, hamburg).receipted == 1  # from here on the new log is held to itself
    assert known(athens, hamburg).log_size > after.log_size
    assert alarms_of(athens) == [alarm]


def test_the_log_from_before_the_restore_is_refused_afterwards(pair: Pair) -> None:
    fed, athens, hamburg = pair
    fed.wire.bend = as_of(3, hamburg)
    said(fed, athens, hamburg)
    for stale in (1, 2):
        fed.wire.bend = None if stale == 1 else as_of(2, hamburg)
        at = known(athens, hamburg)
        assert said(fed, athens, hamburg).error == "stale-log"
        assert known(athens, hamburg).log_size == at.log_size
        fed.clock.pass_(900)


def test_the_new_log_is_held_to_what_it_showed(pair: Pair) -> None:
    fed, athens, hamburg = pair
    fed.wire.bend = as_of(2, hamburg)
    said(fed, athens, hamburg)
    good = as_of(2, hamburg)
    fed.wire.bend = lambda body: good(body).replace(b'"consistency":["', b'"consistency":["AAAA')
    assert said(fed, athens, hamburg).error is not None
    assert known(athens, hamburg).failures == 1


def test_the_log_of_somebody_else_is_none_of_the_peers(pair: Pair) -> None:
    fed, athens, hamburg = pair
    good = as_of(2, hamburg)
    fed.wire.bend = lambda body: good(body).replace(b"de/hamburg/log/2", b"de/bremen/log/2")
    assert said(fed, athens, hamburg).error == "checkpoint-origin"


def test_an_envelope_of_a_new_incarnation_begins_the_log_anew_as_well(pair: Pair) -> None:
    _, athens, hamburg = pair
    before = known(athens, hamburg)
    answer = deliver(athens, Hostile(hamburg, athens).round().offer(incarnation=2))
    assert not hasattr(answer.results[0], "name")
    after = known(athens, hamburg)
    assert (after.fence, after.log_size, after.log_root) == (2, 0, b"")
    [alarm] = alarms_of(athens)
    assert alarm.kind == "restored"
    assert checkpoints.verify(alarm.evidence[0], hamburg.vault.log_signer.key).size == before.log_size


def test_a_peer_that_was_restored_before_it_was_ever_heard_of_is_no_alarm(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (_, [athens, hamburg]):
        deliver(athens, Hostile(hamburg, athens).round().offer(incarnation=4))
        assert known(athens, hamburg).fence == 4
        assert not alarms_of(athens)
