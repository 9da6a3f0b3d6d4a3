"""A receiver is gone for good after the deed: two officers of its giver resolve the round, and the case goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from federation import federation
from handover.application.facts import Handover, OfficerRole
from handover.application.permissions import ForbiddenError, SameOfficerError
from handover.application.registry import RegistryStaleError
from handover.application.verifier import verify
from handover.application.verifier_report import Rule, Verdict
from handover.domain.errors import NotFoundError, OutOfOrderError
from handover.domain.handover import (
    Act,
    Claim,
    DeedNotOverdueError,
    NotResponsibleError,
    RoundResolvedError,
    State,
    VoidReason,
)
from handover.domain.resolution import (
    TAKE_UP_TERM,
    NotProposedError,
    ResolutionOutcome,
    ResolutionProposedError,
    ResolutionReason,
)
from handover.node import Node
from handover.protocol import entry as entries
from handover.protocol import envelope as envelopes
from handover.protocol.entry import EntryKind
from stories import rules, told
from two_nodes import resyncing, rotation
from two_nodes.scene import alarms_of
from two_nodes.stage import TAKEN_UP, Stage

GONE = ResolutionReason.DESTROYED
RESOLVED = (State.VOIDING, Claim.HOLDER)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with federation(tmp_path, "gr/athens", "de/hamburg", "fr/lyon") as (fed, [north, south, _]):
        yield Stage(fed, north, south)


def relieving(stage: Stage, *, taken_up: bool) -> Handover:
    """Give a round whose deed was given; its receiver has it, or not, and nobody hears of either any more."""
    sent = stage.offer()
    stage.settle()
    stage.accept(sent)
    stage.settle()
    stage.countersign(sent)
    if taken_up:
        stage.north.outbox.deliver_due()
    stage.fed.wire.down |= {stage.north.id, stage.south.id}
    stage.settle()
    assert stage.at_north(sent).state is State.RELIEVING
    assert stage.at_south(sent).state is (State.HOLDING if taken_up else State.BOUND)
    return sent


def resolve(stage: Stage, sent: Handover) -> Handover:
    rotation.suspend(stage.fed, stage.south)
    first, second = (stage.fed.officer(stage.north, name) for name in ("first", "second"))
    stage.north.after.resolving.propose(sent.id, reason=GONE, actor=first)
    return stage.north.after.resolving.confirm(sent.id, actor=second)


def back(stage: Stage) -> None:
    """Let the receiver come back: it was not gone."""
    stage.fed.ceremony.lift(stage.south.id, now=stage.fed.clock.now)
    stage.fed.publish()
    stage.fed.wire.down.clear()
    stage.fed.clock.pass_(1000)
    stage.settle()


def claim(node: Node, handover: Handover) -> Claim:
    with node.database.reading() as work:
        return work.matters.get(handover.matter).claim


def test_two_officers_resolve_it_and_the_next_deed_of_the_same_number_goes_to_a_third(stage: Stage) -> None:
    sent = relieving(stage, taken_up=False)
    done = resolve(stage, sent)
    assert (done.state, claim(stage.north, sent)) == RESOLVED
    assert done.reason == VoidReason.RESOLVED
    with stage.north.database.reading() as work:
        queued = work.queue.of_handover(sent.id)
        acts = {work.envelopes.get(each).act for each, waiting in queued.items() if waiting.due}
        logged = [entries.decode(document) for _, document in work.log.entries(sent.pair)]
        matter = work.matters.get(sent.matter)
    assert acts == {Act.VOID}  # the deed is not said any more
    assert [each.object for each in logged if each.kind is EntryKind.RESOLVED] == [done.deed]
    assert (matter.epoch, matter.chain) == (0, ())
    [void] = stage.said(stage.north, sent, Act.VOID)
    assert void.by is not None
    assert void.by.prepared != void.by.released
    third = stage.fed.wire.nodes[[*stage.fed.wire.nodes][-1]]
    stage.fed.wire.down.discard(stage.north.id)
    again = cases.offer(
        stage.fed,
        stage.north,
        third.id,
        *(stage.fed.officer(stage.north, name) for name in ("first", "second")),
        matter=matter,
    )
    onward = Stage(stage.fed, stage.north, third)
    onward.settle()
    onward.accept(again)
    onward.settle()
    onward.countersign(again)
    onward.settle()
    assert onward.outcome(again) == TAKEN_UP
    [first], [second] = (stage.said(stage.north, each, Act.DEED) for each in (sent, again))
    assert first.epoch == second.epoch == 1
    assert not alarms_of(third)


def test_who_comes_back_before_its_take_up_closes_the_round_and_erases(stage: Stage) -> None:
    sent = relieving(stage, taken_up=False)
    [deed] = stage.said(stage.north, sent, Act.DEED)
    resolve(stage, sent)
    back(stage)
    assert stage.outcome(sent) == (State.VOIDED, State.CLOSED, Claim.HOLDER, Claim.NONE)
    got = stage.at_south(sent)
    assert got.reason == VoidReason.RESOLVED
    with stage.south.database.reading() as work, pytest.raises(NotFoundError):
        work.envelopes.plaintext(got.offer or deed.re)  # type: ignore[arg-type]
    assert not [each for node in (stage.north, stage.south) for each in alarms_of(node)]


def test_a_deed_that_comes_after_the_void_is_refused_by_its_own_name_and_accuses_nobody(stage: Stage) -> None:
    sent = relieving(stage, taken_up=False)
    late = [body for peer, body in stage.fed.wire.posted if peer == stage.south.id][-1]
    resolve(stage, sent)
    back(stage)
    with pytest.raises(RoundResolvedError):
        _post(stage, late)
    assert stage.at_south(sent).state is State.CLOSED
    assert not alarms_of(stage.south)


def _post(stage: Stage, body: bytes) -> None:
    from handover.protocol.delivery import Problem, decode_delivery

    for each in stage.south.inbox.receive(decode_delivery(body)).results:
        if isinstance(each, Problem) and each.name == RoundResolvedError.name:
            raise RoundResolvedError


def test_who_comes_back_and_had_taken_it_up_is_refused_and_both_sides_are_told(stage: Stage) -> None:
    sent = relieving(stage, taken_up=True)
    resolve(stage, sent)
    back(stage)
    assert stage.outcome(sent) == (State.VOIDING, State.HOLDING, Claim.HOLDER, Claim.HOLDER)
    for node, act in ((stage.north, Act.TAKE_UP_RECEIPT), (stage.south, Act.VOID)):
        alarms = alarms_of(node)
        assert {each.kind for each in alarms} == {"two-responsible"}
        assert len(alarms) <= 2
        assert act in {envelopes.read(part).claimed.act for each in alarms for part in each.evidence}
    with stage.south.database.reading() as work:
        problems = {each.problem for each in work.queue.of_handover(stage.at_south(sent).id).values()}
    assert RoundResolvedError.name in problems


def test_an_offer_on_the_deed_that_was_resolved_is_refused_and_alarms_both(stage: Stage) -> None:
    sent = relieving(stage, taken_up=True)
    resolve(stage, sent)
    stage.fed.ceremony.lift(stage.south.id, now=stage.fed.clock.now)
    stage.fed.publish()
    got = stage.at_south(sent)
    officers = [stage.fed.officer(stage.south, name) for name in ("receiving", "other")]
    with stage.south.database.reading() as work:
        matter = work.matters.get(got.matter)
    first, second = officers
    cases.offer(stage.fed, stage.south, stage.north.id, first, second, matter=matter, fields=cases.NEEDED)
    with stage.south.database.begin() as work:
        work.queue.retire(got.id, [Act.TAKE_UP_RECEIPT])  # the offer is all that comes
    stage.fed.wire.down.clear()
    stage.fed.clock.pass_(1000)
    stage.south.outbox.deliver_due()
    for node in (stage.north, stage.south):
        assert {each.kind for each in alarms_of(node)} == {"two-responsible"}


def test_between_two_that_hold_themselves_responsible_no_round_goes_and_each_shows_what_was_signed(
    stage: Stage,
) -> None:
    """What the guide tells the two offices: they agree outside of the system, and their evidence shows why."""
    sent = relieving(stage, taken_up=True)
    resolve(stage, sent)
    back(stage)
    first, second = (stage.fed.officer(stage.north, name) for name in ("first", "second"))
    with stage.north.database.reading() as work:
        matter = work.matters.get(sent.matter)
    again = cases.offer(stage.fed, stage.north, stage.south.id, first, second, matter=matter)
    stage.settle()
    with stage.north.database.reading() as work:
        problems = {each.problem for each in work.queue.of_handover(again.id).values()}
    assert problems == {"mismatch"}  # the receiver is responsible for the matter itself
    stage.north.offers.withdraw(again.id, actor=first)
    stage.settle()
    assert (claim(stage.north, sent), claim(stage.south, stage.at_south(sent))) == (
        Claim.HOLDER,
        Claim.HOLDER,
    )
    for node in (stage.north, stage.south):
        assert "two-responsible" in {each.kind for each in alarms_of(node)}


def test_the_evidence_of_both_sides_says_what_was_resolved(stage: Stage) -> None:
    sent = relieving(stage, taken_up=False)
    resolve(stage, sent)
    stage.fed.clock.pass_(5)
    root = stage.fed.repository.pinned()
    auditor = stage.fed.officer(stage.north, "first")
    alone = verify([stage.north.evidence.export(sent.matter, actor=auditor)], root=root)
    assert alone.verdict is Verdict.VALID, told(alone)
    assert alone.matters[0].responsible == stage.north.id
    back(stage)
    got = stage.at_south(sent)
    files = [
        stage.north.evidence.export(sent.matter, actor=auditor),
        stage.south.evidence.export(got.matter, actor=stage.fed.officer(stage.south, "receiving")),
    ]
    both = verify(files, root=root)
    assert both.verdict is Verdict.VALID, told(both)
    assert both.matters[0].responsible == stage.north.id


def test_the_evidence_of_who_took_it_up_after_all_says_that_two_hold_themselves_responsible(
    stage: Stage,
) -> None:
    sent = relieving(stage, taken_up=True)
    resolve(stage, sent)
    back(stage)
    stage.fed.clock.pass_(5)
    root = stage.fed.repository.pinned()
    for node, matter, name in (
        (stage.north, sent.matter, "first"),
        (stage.south, stage.at_south(sent).matter, "receiving"),
    ):
        report = verify([node.evidence.export(matter, actor=stage.fed.officer(node, name))], root=root)
        assert report.verdict is Verdict.INCOMPLETE, told(report)
        assert Rule.RESOLVED in rules(report)
        assert Rule.EQUIVOCATION not in rules(report)


def test_a_receiver_that_was_put_back_hears_of_the_resolution_and_takes_nothing_up(
    stage: Stage, tmp_path: Path
) -> None:
    sent = stage.offer()
    stage.settle()
    stage.accept(sent)
    stage.settle()
    resyncing.copy(stage.south.settings.data / "handover.db", tmp_path / "kept.db")
    made_at = stage.fed.clock.now
    stage.countersign(sent)
    stage.north.outbox.deliver_due()
    stage.fed.wire.down |= {stage.north.id, stage.south.id}
    stage.settle()
    assert stage.at_south(sent).state is State.HOLDING
    resolve(stage, sent)
    kept = tmp_path / "kept.db"
    stage.south = resyncing.put_back(stage.fed, stage.south.id, kept, restored=True, made_at=made_at)
    stage.fed.refresh(stage.south)
    stage.fed.ceremony.lift(stage.south.id, now=stage.fed.clock.now)
    stage.fed.publish()
    stage.fed.wire.down.clear()
    for _ in range(3):
        stage.south.resync.tick()
        stage.settle()
        stage.fed.clock.pass_(1000)
    assert stage.outcome(sent) == (State.VOIDED, State.CLOSED, Claim.HOLDER, Claim.NONE)


def test_what_goes_on_after_the_deed_does_not_leave_any_more(stage: Stage) -> None:
    sent = relieving(stage, taken_up=True)
    resolve(stage, sent)
    back(stage)
    got, officer = stage.at_south(sent), stage.fed.officer(stage.south, "receiving")
    stage.south.handovers.arrival(got.id, date="2026-11-01", text="", actor=officer)
    stage.settle()
    assert stage.at_north(sent).arrived_at is None


def test_one_officer_alone_resolves_nothing(stage: Stage) -> None:
    sent = relieving(stage, taken_up=False)
    desk, first = stage.north.after.resolving, stage.fed.officer(stage.north, "first")
    second = stage.fed.officer(stage.north, "second")
    rotation.suspend(stage.fed, stage.south)
    with pytest.raises(NotProposedError):
        desk.confirm(sent.id, actor=second)
    desk.propose(sent.id, reason=GONE, actor=first)
    with pytest.raises(ResolutionProposedError):
        desk.propose(sent.id, reason=GONE, actor=second)
    with pytest.raises(SameOfficerError):
        desk.confirm(sent.id, actor=first)
    caseworker = stage.fed.officer(stage.north, "caseworker", (OfficerRole.CASEWORKER,))
    for act in (desk.confirm, desk.drop):
        with pytest.raises(ForbiddenError):
            act(sent.id, actor=caseworker)
    assert desk.look(sent.id, actor=first).can == ("withdraw",)
    assert desk.look(sent.id, actor=second).can == ("confirm", "refuse")
    assert desk.look(sent.id, actor=caseworker).can == ()
    assert desk.drop(sent.id, actor=first).outcome is ResolutionOutcome.WITHDRAWN
    desk.propose(sent.id, reason=ResolutionReason.CEASED, actor=first)
    assert desk.drop(sent.id, actor=second).outcome is ResolutionOutcome.REFUSED
    with pytest.raises(NotProposedError):
        desk.confirm(sent.id, actor=second)
    assert [each.reason for each in desk.look(sent.id, actor=first).proposals] == [
        GONE,
        ResolutionReason.CEASED,
    ]
    assert (stage.at_north(sent).state, claim(stage.north, sent)) == (State.RELIEVING, Claim.RELIEVING)


def test_a_deed_is_waited_for_until_the_term_is_over(stage: Stage) -> None:
    sent = relieving(stage, taken_up=False)
    desk, clock = stage.north.after.resolving, stage.fed.clock
    first, second = (stage.fed.officer(stage.north, name) for name in ("first", "second"))
    with pytest.raises(DeedNotOverdueError):
        desk.propose(sent.id, reason=GONE, actor=first)
    due = desk.look(sent.id, actor=first).overdue_at
    assert due is not None
    clock.now = due - 1
    stage.fed.publish()
    assert desk.look(sent.id, actor=first).can == ()
    clock.now = due
    assert desk.look(sent.id, actor=first).can == ("propose",)
    desk.propose(sent.id, reason=ResolutionReason.UNREACHABLE, actor=first)
    clock.now = due + TAKE_UP_TERM
    with pytest.raises(RegistryStaleError):
        desk.confirm(sent.id, actor=second)  # a node that is cut off itself cannot tell who is gone
    stage.fed.publish()
    assert desk.confirm(sent.id, actor=second).state is State.VOIDING
    assert claim(stage.north, sent) is Claim.HOLDER


def test_a_take_up_that_comes_before_the_second_officer_wins(stage: Stage) -> None:
    sent = relieving(stage, taken_up=True)
    desk = stage.north.after.resolving
    first, second = (stage.fed.officer(stage.north, name) for name in ("first", "second"))
    rotation.suspend(stage.fed, stage.south)
    desk.propose(sent.id, reason=GONE, actor=first)
    back(stage)
    assert stage.outcome(sent) == TAKEN_UP
    assert desk.look(sent.id, actor=second).can == ("refuse",)
    with pytest.raises(OutOfOrderError):
        desk.confirm(sent.id, actor=second)
    desk.drop(sent.id, actor=second)


def test_a_receiver_whose_suspension_was_lifted_is_waited_for_again(stage: Stage) -> None:
    sent = relieving(stage, taken_up=False)
    desk, first = stage.north.after.resolving, stage.fed.officer(stage.north, "first")
    rotation.suspend(stage.fed, stage.south)
    desk.propose(sent.id, reason=GONE, actor=first)
    stage.fed.ceremony.lift(stage.south.id, now=stage.fed.clock.now)
    stage.fed.publish()
    with pytest.raises(DeedNotOverdueError):
        desk.confirm(sent.id, actor=stage.fed.officer(stage.north, "second"))


def test_a_receiver_whose_keys_are_all_stolen_is_not_waited_for(stage: Stage) -> None:
    sent = relieving(stage, taken_up=True)
    rotation.compromise(stage.fed, stage.south, stage.south.vault.signer.kid)
    desk = stage.north.after.resolving
    first, second = (stage.fed.officer(stage.north, name) for name in ("first", "second"))
    assert desk.look(sent.id, actor=first).lost
    desk.propose(sent.id, reason=ResolutionReason.COMPROMISED, actor=first)
    assert desk.confirm(sent.id, actor=second).state is State.VOIDING
    stage.fed.wire.down.clear()
    stage.south = rotation.new_signing_key(stage.fed, stage.south, retire=False)
    stage.fed.clock.pass_(1000)
    stage.settle()
    assert {each.kind for each in alarms_of(stage.north)} == {"two-responsible"}


def test_only_the_deed_of_this_very_round_is_resolved(stage: Stage) -> None:
    desk, first = stage.north.after.resolving, stage.fed.officer(stage.north, "first")
    sent = stage.offer()
    stage.settle()
    with pytest.raises(OutOfOrderError):
        desk.propose(sent.id, reason=GONE, actor=first)
    with pytest.raises(OutOfOrderError):
        stage.south.after.resolving.propose(
            stage.at_south(sent).id, reason=GONE, actor=stage.fed.officer(stage.south, "receiving")
        )
    stage.accept(sent)
    stage.settle()
    stage.countersign(sent)
    with stage.north.database.begin() as work:
        from dataclasses import replace

        matter = work.matters.get(sent.matter)
        work.matters.change(matter, replace(matter, claim=Claim.HOLDER, relieving_for=None))
    with pytest.raises(NotResponsibleError):
        desk.propose(sent.id, reason=GONE, actor=first)
