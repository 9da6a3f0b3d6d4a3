"""A question leaves only while it may; what others send about it does not make it vanish, or be answered by a guess."""

from dataclasses import replace

import pytest

from handover.application import contact_ends
from handover.application.answering import AskerQuotaError
from handover.application.tracing import Terms
from handover.domain.handover import Course, State
from handover.domain.ids import HandoverId, PairId, RoundId
from handover.domain.searching import QuestionState, RouteError
from handover.protocol import committed_index, question, question_withdrawal, strict
from handover.protocol.committed_index import OpeningError
from tracing.meeting import Meeting
from tracing.permitted import REQUEST, UNTOLD, write
from tracing.rig import Rig
from tracing.test_faults import sent


def test_who_takes_back_what_it_has_not_asked_keeps_no_question_from_being_heard(three: Rig) -> None:
    hamburg, athens, rome = three.nodes
    child = three.child(athens)
    three.settle(2)
    data = sent(three, hamburg, athens)
    back = question_withdrawal.sign(strict.digest(data), issued=three.fed.clock.now, signer=rome.vault.signer)
    athens.tracing.answering.take_back(back)
    athens.tracing.answering.receive(data)
    three.settle()
    assert len(three.candidates(athens, child)) == 1


def test_taking_back_what_never_came_counts_as_asking(two: Rig) -> None:
    hamburg, athens = two.nodes
    two.tracing(athens, Terms(most=2))
    for number in range(3):
        digest = strict.digest(b"never asked %d" % number)
        back = question_withdrawal.sign(digest, issued=two.fed.clock.now, signer=hamburg.vault.signer)
        if number < 2:
            athens.tracing.answering.take_back(back)
    with pytest.raises(AskerQuotaError):
        athens.tracing.answering.take_back(back)


def test_a_node_that_is_never_told_of_a_record_is_not_asked_about_it(three: Rig) -> None:
    hamburg, athens, rome = three.nodes
    of, asking = three.asked(hamburg, athens, rome)
    three.settle(3)
    hamburg.tracing.protections.exclude(of.id, ["gr"], actor=three.officer(hamburg))
    assert athens.id not in {
        *(each.node for each in hamburg.tracing.routes.propose(of.id, actor=three.officer(hamburg)).stops),
        *hamburg.tracing.routes.propose(of.id, actor=three.officer(hamburg)).others,
    }
    three.settle(2)
    assert [each.state for each in three.questions(hamburg, asking)] == [
        QuestionState.ERASED,
        QuestionState.RECEIVED,
    ]
    write(three.fed, hamburg, of, {**REQUEST, "separation.date": {"date": "2026-01", "precision": "month"}})
    with pytest.raises(RouteError):
        three.ask(hamburg, of, athens)


def test_a_sealed_question_does_not_leave_once_its_record_is_protected(two: Rig) -> None:
    hamburg, athens = two.nodes
    of, asking = two.asked(hamburg, athens)
    hamburg.tracing.tick()
    assert two.questions(hamburg, asking)[0].state is QuestionState.SEALED
    write(two.fed, hamburg, of, {**REQUEST, "limits.not_to_be_told": UNTOLD})
    hamburg.tracing.questioning.tick()
    assert two.questions(hamburg, asking)[0].state is QuestionState.WITHDRAWING
    with athens.database.reading() as work:
        assert work.tracing.heard.numbers(since=0) == {}


def test_a_hit_that_opens_an_address_which_was_not_asked_is_refused(
    met: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder, of = met.holder, met.candidate()
    with holder.database.reading() as work:
        heard = work.tracing.heard.find(of.question)
        assert heard is not None
        rows = question.read(work.tracing.heard.data(heard)).claimed.rows
        asked = {address for address, _ in rows}
        [entry] = work.tracing.index.of_matter(met.child.id)
        guess = next(each for each in entry.keys if each not in asked)
        bound = committed_index.binding(entry.salt, entry.name, guess)
        _, opening = holder.tracing.committing.opening(work, met.rig.keys.get(entry.epoch), guess, bound)
        hit = holder.after.hits._hit(work, of)
    monkeypatch.setattr(holder.after.hits, "_hit", lambda *_: replace(hit, opening=opening))
    made = met.release()
    with met.asker.database.reading() as work:
        assert work.handovers.of_matter(met.request.id) == []
    with holder.database.reading() as work:
        problems = {each.problem for each in work.queue.of_handover(made.id).values()}
    assert problems == {OpeningError.name}


def test_a_contact_ends_by_itself_however_many_have_ended_before_it(
    contact: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_ends, "AT_ONCE", 1)
    holder, found = contact.holder, contact.contact(contact.holder)
    with holder.database.begin() as work:
        earlier = replace(
            found,
            id=HandoverId("00000000-0000-7000-8000-000000000001"),
            round=RoundId("A" * 22),
            pair=PairId("A" * 22),
            state=State.OVER,
            course=Course.CONTACT,
        )
        work.handovers.add(earlier)
    holder.tracing.protections.exclude(contact.child.id, [contact.asker.id], actor=contact.officer(holder))
    assert [each.id for each in holder.after.contacts.open(actor=contact.officer(holder))] == [found.id]
    assert holder.after.contact_ends.tick() == 1
