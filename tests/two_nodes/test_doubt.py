"""After a restore a node acts, and decides nothing about a matter until its peers have said what it has forgotten."""

from collections.abc import Iterator

import pytest

import cases
from federation import Federation, federation
from handover.application import lifting
from handover.application.doubt import Restoration
from handover.application.facts import Handover
from handover.domain.errors import HandoverError
from handover.domain.handover import Act, Claim, InDoubtError, State
from handover.domain.ids import MatterId, NodeId
from handover.domain.retention import StillResponsibleError
from handover.node import Node
from handover.protocol.delivery import Problem
from handover.protocol.receipt import Receipt
from peer import ANY, Peer, deliver

DAY = 86400
ATHENS, FREIBURG = NodeId("gr/athens"), NodeId("de/freiburg")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    with federation(tmp_path_factory.mktemp("doubt"), ATHENS, FREIBURG) as (fed, _):
        yield fed


@pytest.fixture
def fed(made: Federation) -> Iterator[Federation]:
    now = made.clock.now
    yield made
    made.clock.now = now
    for node in made.wire.nodes.values():
        end(node)


@pytest.fixture
def athens(fed: Federation) -> Node:
    return next(each for each in fed.wire.nodes.values() if each.id == ATHENS)


@pytest.fixture
def freiburg(fed: Federation) -> Node:
    return next(each for each in fed.wire.nodes.values() if each.id == FREIBURG)


def restored(node: Node) -> int:
    """Mark every matter of a node, as a restore does; give how many."""
    with node.database.begin() as work:
        restore = Restoration(incarnation=1, restored_at=node.clock(), made_at=node.clock() - DAY, log_size=1)
        return work.doubts.begin(restore)


def lift(node: Node, matter: MatterId) -> None:
    with node.database.begin() as work:
        lifting.lift(work, node.inbox._rounds, node.vault, matter)


def end(node: Node) -> bool:
    """Lift every doubt that stands."""
    with node.database.begin() as work:
        for matter in work.doubts.page(after="", limit=1000):
            work.doubts.lift(matter)
        return work.doubts.finish(work.now)


def offered(fed: Federation, athens: Node) -> Handover:
    officers = [fed.officer(athens, name) for name in ("first", "second")]
    return cases.offer(fed, athens, FREIBURG, officers[0], officers[1])


def found(node: Node, handover: Handover) -> tuple[Handover, Claim]:
    """Give the round as a node keeps it, and what it claims of the matter."""
    peer = FREIBURG if node.id == ATHENS else ATHENS
    with node.database.reading() as work:
        [round_] = list(work.handovers.find(peer, [handover.round]).values())
        return round_, work.matters.get(round_.matter).claim


def accept(fed: Federation, freiburg: Node, handover: Handover) -> Handover:
    round_ = handover if handover.peer == ATHENS else found(freiburg, handover)[0]
    officer = fed.officer(freiburg, "receiving")
    freiburg.handovers.open(round_.id, actor=officer)
    responsible = {"name": "Anna", "organisation": "Jugendamt", "contact": ""}
    return freiburg.handovers.accept(round_.id, responsible=responsible, plan="Met.", actor=officer)


def bound(fed: Federation, athens: Node, freiburg: Node) -> Handover:
    """Give an offer that the other side has accepted."""
    sent = offered(fed, athens)
    fed.settle()
    accept(fed, freiburg, sent)
    fed.settle()
    return sent


def test_a_node_in_doubt_acts_and_makes_no_offer(fed: Federation, athens: Node) -> None:
    first, second = (fed.officer(athens, name) for name in ("first", "second"))
    matter = cases.begin(fed, athens, first)
    ground = cases.consent(fed, athens, matter, to=FREIBURG, actor=first)
    chosen = ground.ground.fields
    prepared = athens.offers.prepare(matter.id, to=FREIBURG, fields=chosen, ground=ground.id, actor=first)
    assert restored(athens) > 0
    with pytest.raises(InDoubtError):
        athens.offers.release(prepared.id, actor=second)
    assert found(athens, prepared)[1] is Claim.HOLDER
    assert athens.cases.begin(matter.kind, reference="A-2", actor=first).claim is Claim.HOLDER
    lift(athens, matter.id)
    assert athens.offers.release(prepared.id, actor=second).state is State.OFFERED


def test_a_node_in_doubt_gives_no_deed(fed: Federation, athens: Node, freiburg: Node) -> None:
    sent = bound(fed, athens, freiburg)
    restored(athens)
    with pytest.raises(InDoubtError):
        athens.offers.countersign(sent.id, actor=fed.officer(athens, "third"))
    with pytest.raises(InDoubtError):
        athens.offers.withdraw(sent.id, actor=fed.officer(athens, "first"))
    assert found(athens, sent) == (
        athens.worklist.get(sent.id, actor=fed.officer(athens, "first")).handover,
        Claim.HOLDER,
    )


def test_the_clock_ends_no_offer_in_doubt_and_lifting_voids_it(
    fed: Federation, athens: Node, freiburg: Node
) -> None:
    sent = bound(fed, athens, freiburg)
    restored(athens)
    fed.clock.now = sent.deadline + 1
    fed.settle()
    assert found(athens, sent)[0].state is State.ACCEPTED
    lift(athens, sent.matter)
    voiding, claim = found(athens, sent)
    assert (voiding.state, voiding.reason, claim) == (State.VOIDING, "restored", Claim.HOLDER)
    fed.settle()
    assert (found(athens, sent)[0].state, found(freiburg, sent)[0].state) == (State.VOIDED, State.CLOSED)


def test_a_withdrawn_consent_is_not_refused_in_doubt(fed: Federation, athens: Node) -> None:
    sent = offered(fed, athens)
    restored(athens)
    assert sent.ground is not None
    athens.consents.withdraw(sent.ground, actor=fed.officer(athens, "first"))
    assert found(athens, sent)[0].state is State.OFFERED
    lift(athens, sent.matter)
    assert found(athens, sent)[0].state is State.VOIDING


def test_what_a_round_hears_in_doubt_comes_again(fed: Federation, athens: Node, freiburg: Node) -> None:
    sent = offered(fed, athens)
    fed.settle()
    restored(athens)
    accept(fed, freiburg, sent)
    fed.settle(2)
    assert found(athens, sent)[0].state is State.OFFERED
    queued = freiburg.watch.queue(actor=fed.officer(freiburg, "receiving"))
    assert "in-doubt" in {each.problem for each in queued}
    lift(athens, sent.matter)
    fed.clock.pass_(120)
    fed.settle()
    assert (found(athens, sent)[0].state, found(freiburg, sent)[0].state) == (State.VOIDED, State.CLOSED)


def test_a_deed_is_stored_and_receipted_and_taken_up_when_it_is_certain(
    fed: Federation, athens: Node, freiburg: Node
) -> None:
    sent = bound(fed, athens, freiburg)
    restored(freiburg)
    athens.offers.countersign(sent.id, actor=fed.officer(athens, "third"))
    fed.settle()
    here, claim = found(freiburg, sent)
    assert (here.state, claim) == (State.BOUND, Claim.NONE)
    assert found(athens, sent)[0].state is State.RELIEVING
    with athens.database.reading() as work:
        deed = work.handovers.get(sent.id).deed
        assert deed is not None
        assert deed in work.envelopes.receipts([deed])
    with freiburg.database.reading() as work:
        assert [each.digest for each in work.doubts.waiting(here.matter)] == [deed]
    lift(freiburg, here.matter)
    fed.settle()
    assert found(freiburg, sent)[1] is Claim.HOLDER
    assert (found(athens, sent)[0].state, found(freiburg, sent)[0].state) == (
        State.TRANSFERRED,
        State.HOLDING,
    )
    with freiburg.database.reading() as work:
        assert list(work.doubts.waiting(here.matter)) == []


def test_a_deed_that_was_voided_meanwhile_is_not_taken_up(
    fed: Federation, athens: Node, freiburg: Node
) -> None:
    round_ = Peer(own=athens, to=freiburg).round()
    assert isinstance(deliver(freiburg, round_.offer()).results[0], Receipt)
    with freiburg.database.reading() as work:
        here = work.handovers.find(athens.id, [round_.round])[round_.round]
    accept(fed, freiburg, here)
    with freiburg.database.reading() as work:
        [acceptance] = [
            each.data for each in work.envelopes.of_handover(here.id) if each.act is Act.ACCEPTANCE
        ]
    restored(freiburg)
    assert isinstance(deliver(freiburg, round_.deed(acceptance)).results[0], Receipt)
    assert isinstance(deliver(freiburg, round_.void()).results[0], Receipt)
    lift(freiburg, here.matter)
    with freiburg.database.reading() as work:
        assert work.handovers.get(here.id).state is State.CLOSED
        assert work.matters.get(here.matter).claim is Claim.NONE
        assert "stray-deed" in {each.kind for each in work.alarms.of_handovers([here.id])}


def test_a_forgotten_round_is_not_called_unknown_while_a_restore_is_not_over(
    fed: Federation, athens: Node, freiburg: Node
) -> None:
    offered(fed, athens)
    restored(freiburg)
    round_ = Peer(own=athens, to=freiburg).round()
    question = round_.say(Act.QUESTION, re=ANY)
    problem = deliver(freiburg, question).results[0]
    assert isinstance(problem, Problem)
    assert (problem.name, problem.retry) == ("in-doubt", True)
    end(freiburg)
    problem = deliver(freiburg, question).results[0]
    assert isinstance(problem, Problem)
    assert (problem.name, problem.retry) == ("unknown-round", False)


def test_a_restore_is_over_when_nothing_is_in_doubt(fed: Federation, athens: Node) -> None:
    matter = cases.begin(fed, athens, fed.officer(athens, "first"))
    marked = restored(athens)
    assert restored(athens) == marked
    with athens.database.begin() as work:
        assert work.doubts.stands(matter.id)
        assert work.doubts.among([matter.id]) == {matter.id}
        assert not work.doubts.finish(work.now)
        restore = work.doubts.restoration()
        assert restore is not None
        assert restore.made_at < restore.restored_at
    assert end(athens)
    with athens.database.reading() as work:
        assert work.doubts.restoration() is None
        assert not work.doubts.stands(matter.id)
        assert work.doubts.among([matter.id]) == frozenset()


def test_being_in_doubt_is_said_with_a_name_and_passes() -> None:
    assert (InDoubtError.name, InDoubtError.retry) == ("in-doubt", True)
    assert issubclass(InDoubtError, HandoverError)


def test_nothing_is_erased_in_doubt(fed: Federation, athens: Node, freiburg: Node) -> None:
    officer = fed.officer(athens, "first")
    sent = bound(fed, athens, freiburg)
    athens.offers.countersign(sent.id, actor=fed.officer(athens, "third"))
    fed.settle()
    restored(athens)
    with pytest.raises(StillResponsibleError):
        athens.retention.erase(sent.matter, actor=officer)
    lift(athens, sent.matter)
    athens.retention.erase(sent.matter, actor=officer)


def test_a_matter_in_doubt_is_shown_as_such(fed: Federation, athens: Node, freiburg: Node) -> None:
    sent, officer = bound(fed, athens, freiburg), fed.officer(athens, "first")
    restored(athens)
    assert athens.cases.shown(sent.matter, actor=officer).claim is Claim.IN_DOUBT
    assert athens.cases.matter(sent.matter, actor=officer).claim is Claim.HOLDER
    assert {each.claim for each in athens.cases.page(actor=officer)} == {Claim.IN_DOUBT}
    assert athens.cases.newest(actor=officer)[0].claim is Claim.IN_DOUBT
    assert athens.worklist.look(sent.id, actor=officer).matter.claim is Claim.IN_DOUBT
    lift(athens, sent.matter)
    assert athens.cases.shown(sent.matter, actor=officer).claim is Claim.HOLDER
    assert {each.matter.claim for each in athens.worklist.unfinished(actor=officer)} >= {Claim.HOLDER}
