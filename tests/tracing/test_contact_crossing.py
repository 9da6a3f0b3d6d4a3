"""What crosses in a contact: verdicts, a withdrawal, a rejection and a question, an end and an answer, a replay."""

from handover.domain.continuity import Verdict, VerdictReason, WithdrawalScope
from handover.domain.handover import Act, EndReason, State
from handover.domain.searching import CandidateState
from handover.node import Node
from handover.protocol.delivery import Delivery, Item
from handover.protocol.receipt import Receipt
from tracing.meeting import Meeting


def judge(made: Meeting, node: Node, verdict: Verdict) -> None:
    why, actor = VerdictReason.RECOGNISED, made.officer(node)
    node.after.contacts.judge(made.contact(node).id, verdict, why, text="Heard.", actor=actor)


def end(made: Meeting, node: Node, reason: EndReason) -> None:
    node.after.contacts.close(made.contact(node).id, reason, text="", actor=made.officer(node))


def test_both_verdicts_at_once_are_both_known_to_both(contact: Meeting) -> None:
    judge(contact, contact.asker, Verdict.CONFIRMED)
    judge(contact, contact.holder, Verdict.REJECTED)
    contact.settle()
    for node in (contact.asker, contact.holder):
        seen = contact.look(node)
        assert seen.own is not None
        assert seen.other is not None
        assert {seen.own.verdict, seen.other.verdict} == {Verdict.CONFIRMED, Verdict.REJECTED}
        assert not seen.agreed
    assert contact.candidate().state is CandidateState.REJECTED


def test_a_ground_that_is_withdrawn_ends_the_contact_and_destroys_what_was_told(contact: Meeting) -> None:
    ground = contact.ground(contact.asker)
    contact.ask(contact.asker, "Which street?")
    contact.settle()
    actor = contact.officer(contact.asker)
    contact.asker.consents.withdraw(ground.id, scope=WithdrawalScope.GROUND, text="", actor=actor)
    contact.settle()
    for node in (contact.asker, contact.holder):
        assert contact.look(node).closed
        assert contact.contact(node).reason == EndReason.CONSENT_WITHDRAWN
        assert contact.texts(node) == []


def test_what_waits_when_its_ground_is_withdrawn_never_leaves(contact: Meeting) -> None:
    ground = contact.ground(contact.asker)
    contact.ask(contact.asker, "Which street?")
    actor = contact.officer(contact.asker)
    contact.asker.consents.withdraw(ground.id, scope=WithdrawalScope.GROUND, text="", actor=actor)
    contact.settle()
    assert Act.QUESTION not in contact.said(contact.holder)


def test_a_rejection_that_crosses_a_question_is_remembered_and_the_question_is_taken(
    contact: Meeting,
) -> None:
    contact.ground(contact.asker)
    judge(contact, contact.holder, Verdict.REJECTED)
    contact.ask(contact.asker, "Which street?")
    contact.settle()
    assert contact.texts(contact.holder) == ["Which street?"]
    assert contact.candidate().state is CandidateState.REJECTED
    seen = contact.look(contact.asker)
    assert seen.other is not None
    assert seen.other.verdict is Verdict.REJECTED


def test_an_answer_that_crosses_the_end_is_not_taken_and_kept_nowhere(contact: Meeting) -> None:
    for node in (contact.asker, contact.holder):
        contact.ground(node)
    contact.ask(contact.asker, "Which street?")
    contact.settle()
    contact.answer(contact.holder, "The bakers' street.")
    end(contact, contact.asker, EndReason.UNDECIDED)
    contact.settle()
    for node in (contact.asker, contact.holder):
        assert contact.look(node).closed
        assert contact.texts(node) == []
    assert Act.ANSWER not in contact.said(contact.asker)


def test_two_ends_at_once_leave_both_sides_over_and_a_rejection_counts(contact: Meeting) -> None:
    end(contact, contact.asker, EndReason.REJECTED)
    end(contact, contact.holder, EndReason.UNDECIDED)
    contact.settle()
    over = {State.ENDED, State.OVER}
    assert {contact.contact(node).state for node in (contact.asker, contact.holder)} <= over
    contact.rig.fed.clock.pass_(31 * 86400)
    contact.rig.ask(contact.asker, contact.request, contact.holder)
    contact.rig.settle()
    assert len(contact.rig.candidates(contact.holder, contact.child)) == 1


def test_a_hit_that_is_replayed_changes_nothing_and_gets_its_receipt_again(contact: Meeting) -> None:
    hit = next(each for each in contact.envelopes(contact.holder) if each.act is Act.HIT)
    before = contact.said(contact.asker)
    answer = contact.asker.inbox.receive(Delivery(items=(Item(envelope=hit.data, payload=None),), log_size=0))
    assert isinstance(answer.results[0], Receipt)
    assert contact.said(contact.asker) == before
