"""A contact between two nodes: a hit without a person in it, words under grounds, a verdict of each side, one end."""

import pytest

from handover.application import verifier
from handover.application.contacts import ContactClosedError
from handover.application.hits import Rejection
from handover.application.verifier_report import Severity
from handover.application.verifier_report import Verdict as Verdict_
from handover.domain.consent import GroundError
from handover.domain.continuity import Verdict, VerdictReason
from handover.domain.handover import Act, EndReason, State
from handover.domain.searching import CandidateDecidedError, CandidateState
from handover.protocol import envelope as envelopes
from tracing.meeting import SPOKEN, Meeting

MARK = "Zzyzxname"


def judge(made: Meeting, node: object, verdict: Verdict) -> None:
    id_ = made.contact(node).id  # type: ignore[arg-type]
    why = VerdictReason.DETAILS_AGREE if verdict is Verdict.CONFIRMED else VerdictReason.DETAILS_DIFFER
    node.after.contacts.judge(id_, verdict, why, text="The child was heard.", actor=made.officer(node))  # type: ignore[attr-defined,arg-type]


def end(made: Meeting, node: object, reason: EndReason) -> None:
    id_ = made.contact(node).id  # type: ignore[arg-type]
    node.after.contacts.close(id_, reason, text="", actor=made.officer(node))  # type: ignore[attr-defined,arg-type]


def test_a_candidate_is_seen_at_the_holder_alone_until_it_is_released(met: Meeting) -> None:
    assert met.candidate().state is CandidateState.WAITING
    with met.asker.database.reading() as work:
        assert work.handovers.of_matter(met.request.id) == []


def test_a_hit_begins_a_contact_in_the_matter_that_asked_and_names_nobody(met: Meeting) -> None:
    met.release()
    here, there = met.look(met.asker), met.look(met.holder)
    assert (here.handover.state, there.handover.state) == (State.IN_CONTACT, State.CONTACTING)
    assert here.matter.id == met.request.id
    assert here.band == met.candidate().band
    assert "Yusuf" not in here.reach
    assert met.candidate().state is CandidateState.RELEASED


def test_a_candidate_is_released_once(met: Meeting) -> None:
    found = met.candidate()
    met.release()
    with pytest.raises(CandidateDecidedError):
        met.holder.after.hits.release(found.id, actor=met.officer(met.holder))


def test_a_rejected_candidate_tells_the_other_side_nothing_and_never_comes_again(met: Meeting) -> None:
    met.holder.after.hits.reject(met.candidate().id, Rejection.OTHER_PERSON, actor=met.officer(met.holder))
    met.settle()
    with met.asker.database.reading() as work:
        assert work.handovers.of_matter(met.request.id) == []
    met.rig.fed.clock.pass_(31 * 86400)
    met.rig.ask(met.asker, met.request, met.holder)
    met.rig.settle()
    assert [each.state for each in met.rig.candidates(met.holder, met.child)] == [CandidateState.REJECTED]


def test_a_node_whose_policy_it_is_releases_what_is_strong_by_itself(met: Meeting) -> None:
    for part in met.holder.after.beside_tracing(strong=False):
        part()
    assert met.candidate().state is CandidateState.WAITING
    for part in met.holder.after.beside_tracing(strong=True):
        part()
    met.settle()
    assert met.candidate().state is CandidateState.RELEASED
    assert met.candidate().decided_by is None
    [hit] = [each for each in met.envelopes(met.asker) if each.act is Act.HIT]
    assert envelopes.read(hit.data).claimed.by is None


def test_nothing_of_a_person_is_said_without_a_ground_for_it(contact: Meeting) -> None:
    with pytest.raises(GroundError):
        contact.ask(contact.asker, "What was the street called?")
    contact.ground(contact.asker, fields=SPOKEN[1:])
    with pytest.raises(GroundError):
        contact.ask(contact.asker, "What was the street called?")
    assert contact.texts(contact.holder) == []


def test_a_question_and_its_answer_go_each_under_a_ground_of_the_speaker(contact: Meeting) -> None:
    contact.ground(contact.asker)
    contact.ground(contact.holder)
    contact.ask(contact.asker, "What was the street called?")
    contact.settle()
    assert "answer" in contact.look(contact.holder).can
    contact.answer(contact.holder, "The street of the bakers.")
    contact.settle()
    expected = ["What was the street called?", "The street of the bakers."]
    assert contact.texts(contact.asker) == contact.texts(contact.holder) == expected
    with contact.holder.database.reading() as work:
        shown = work.disclosures.of_matter(contact.child.id)
    assert [(each.incoming, each.fields) for each in shown] == [(True, SPOKEN[:1]), (False, SPOKEN[:1])]


def test_that_one_may_not_say_it_needs_no_ground(contact: Meeting) -> None:
    contact.ground(contact.asker)
    contact.ask(contact.asker, "Where does he live?")
    contact.settle()
    contact.answer(contact.holder, "I may not say.", fields=())
    contact.settle()
    assert contact.texts(contact.asker)[-1] == "I may not say."


def test_both_sides_give_a_verdict_and_both_know_both(contact: Meeting) -> None:
    judge(contact, contact.holder, Verdict.UNSURE)
    judge(contact, contact.holder, Verdict.CONFIRMED)
    judge(contact, contact.asker, Verdict.CONFIRMED)
    assert not contact.look(contact.asker).agreed
    contact.settle()
    for node in (contact.asker, contact.holder):
        seen = contact.look(node)
        assert seen.agreed
        assert seen.own is not None
        assert seen.own.why is VerdictReason.DETAILS_AGREE


@pytest.mark.parametrize("why", [VerdictReason.UNSAFE, VerdictReason.NOT_WANTED])
def test_the_same_person_who_would_be_in_danger_is_no_case_for_bringing_together(
    contact: Meeting, why: VerdictReason
) -> None:
    judge(contact, contact.asker, Verdict.CONFIRMED)
    id_, actor = contact.contact(contact.holder).id, contact.officer(contact.holder)
    contact.holder.after.contacts.judge(
        id_, Verdict.CONFIRMED, why, text="She is afraid of him.", actor=actor
    )
    contact.settle()
    for node in (contact.asker, contact.holder):
        seen = contact.look(node)
        assert seen.own is not None
        assert seen.other is not None
        assert seen.own.verdict is seen.other.verdict is Verdict.CONFIRMED
        assert not seen.agreed


def test_an_end_is_known_to_both_and_what_was_told_is_destroyed(contact: Meeting) -> None:
    contact.ground(contact.asker)
    contact.ask(contact.asker, f"Is her name {MARK}?")
    contact.settle()
    judge(contact, contact.holder, Verdict.CONFIRMED)
    end(contact, contact.asker, EndReason.CONFIRMED)
    contact.settle()
    assert contact.contact(contact.asker).state is State.ENDED
    assert contact.contact(contact.holder).state is State.OVER
    for node in (contact.asker, contact.holder):
        assert contact.texts(node) == []
        seen = contact.look(node)
        assert seen.closed
        assert seen.can == ()
        with pytest.raises(ContactClosedError):
            contact.ask(node, "More?")
    assert contact.candidate().state is CandidateState.CONFIRMED
    given = contact.look(contact.asker).other
    assert given is not None
    assert given.verdict is Verdict.CONFIRMED


def test_a_rejection_by_the_one_who_asked_is_remembered_at_both_sides(contact: Meeting) -> None:
    judge(contact, contact.asker, Verdict.REJECTED)
    contact.settle()
    assert contact.candidate().state is CandidateState.REJECTED
    end(contact, contact.holder, EndReason.REJECTED)
    contact.settle()
    contact.rig.fed.clock.pass_(31 * 86400)
    contact.rig.ask(contact.asker, contact.request, contact.holder)
    contact.rig.settle()
    assert len(contact.rig.candidates(contact.holder, contact.child)) == 1


def test_a_hit_about_a_rejected_pair_is_refused_by_the_one_who_asked(contact: Meeting) -> None:
    judge(contact, contact.asker, Verdict.REJECTED)
    found = contact.candidate()
    with contact.holder.database.begin() as work:  # a holder that does not remember
        hit = contact.holder.after.hits._hit(work, found)
        contact.holder.after.hits._released.begin(work, found, hit, actor=contact.officer(contact.holder))
    contact.settle()
    with contact.asker.database.reading() as work:
        assert len(work.handovers.of_matter(contact.request.id)) == 1
    with contact.holder.database.reading() as work:
        problems = {
            each.problem for each in work.queue.of_handover(contact.contact(contact.holder).id).values()
        }
    assert problems == {"pair-rejected"}


def test_a_hit_for_a_question_that_was_taken_back_is_refused(met: Meeting) -> None:
    from handover.domain.searching import ClosingReason

    met.asker.tracing.askings.close(met.asking.id, ClosingReason.GIVEN_UP, actor=met.officer(met.asker))
    met.release()
    with met.asker.database.reading() as work:
        assert work.handovers.of_matter(met.request.id) == []


def test_the_evidence_of_both_sides_verifies_and_names_nobody(contact: Meeting) -> None:
    contact.ground(contact.asker)
    contact.ground(contact.holder)
    contact.ask(contact.asker, f"Is her name {MARK}?")
    contact.settle()
    contact.answer(contact.holder, f"Yes, {MARK}.")
    contact.settle()
    judge(contact, contact.holder, Verdict.CONFIRMED)
    judge(contact, contact.asker, Verdict.CONFIRMED)
    end(contact, contact.holder, EndReason.CONFIRMED)
    contact.settle()
    for node, of in ((contact.asker, contact.request), (contact.holder, contact.child)):
        bundle = node.evidence.export(of.id, actor=contact.officer(node))
        assert MARK.encode() not in bundle
        report = verifier.verify([bundle], root=node.pinned_root)
        grave = [each for each in report.findings if each.severity is not Severity.NOTE]
        assert report.verdict is Verdict_.VALID, grave


def test_acts_of_a_contact_come_in_order(contact: Meeting) -> None:
    end(contact, contact.holder, EndReason.UNDECIDED)
    contact.settle()
    assert contact.said(contact.asker) == [Act.HIT, Act.END, Act.END_RECEIPT]
