"""What goes wrong on a question's way: nothing is lost, nothing is found that may not be, what waits is seen."""

from dataclasses import replace

import pytest

from handover.application.answering import AskerQuotaError, NotAskedError
from handover.application.question_post import QUESTIONS
from handover.application.registry import MandateMissingError
from handover.application.tracing import Terms
from handover.domain.errors import UntrustedError
from handover.domain.searching import (
    AskedBeforeError,
    AskingState,
    CandidateState,
    ClosingReason,
    NothingToAskError,
    QuestionState,
    RouteError,
)
from handover.domain.traceable import NotPermittedError, ProtectedError, ProtectionReason
from handover.node import Node
from handover.protocol import question, question_withdrawal, strict
from handover.protocol.question_header import OtherHolderError
from peer import flipped
from tracing.permitted import CHILD, DAY, REQUEST, UNTOLD, matter, permit, write
from tracing.rig import Rig, told
from two_nodes.test_withdrawal_lost import struck_off


def sent(made: Rig, asker: Node, holder: Node) -> bytes:
    """Give the bytes of a question that one node has asked another, which has not got it."""
    made.fed.wire.down.add(holder.id)
    _, asking = made.asked(asker, holder)
    made.fed.wire.down.discard(holder.id)
    asker.tracing.tick()
    made.fed.wire.down.add(holder.id)
    made.fed.clock.pass_(1000)
    asker.tracing.tick()
    made.fed.wire.down.discard(holder.id)
    [asked] = made.questions(asker, asking)
    assert asked.state is QuestionState.SEALED
    with asker.database.reading() as work:
        return work.tracing.askings.data(asked)


def test_consent_that_is_withdrawn_between_question_and_answer_leaves_nothing_to_be_found(two: Rig) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens)
    two.settle(2)
    two.asked(hamburg, athens)
    hamburg.tracing.tick()
    hamburg.tracing.tick()
    [permission] = athens.tracing.permissions.of_matter(child.id, actor=two.officer(athens))
    athens.tracing.permissions.withdraw(child.id, permission.id, actor=two.officer(athens))
    two.settle()
    assert two.candidates(athens, child) == []


def test_consent_that_is_withdrawn_at_the_asker_takes_the_question_back(two: Rig) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens)
    two.settle(2)
    request, asking = two.asked(hamburg, athens)
    two.settle()
    [permission] = hamburg.tracing.permissions.of_matter(request.id, actor=two.officer(hamburg))
    hamburg.tracing.permissions.withdraw(request.id, permission.id, actor=two.officer(hamburg))
    two.settle()
    [asked] = two.questions(hamburg, asking)
    assert asked.state is QuestionState.ERASED
    [found] = two.candidates(athens, child)
    assert found.state is CandidateState.CLOSED
    with athens.database.reading() as work, pytest.raises(Exception, match="erased"):
        work.tracing.heard.data(work.tracing.heard.of_asker(hamburg.id, since=0, limit=1)[0])


def test_a_protected_child_is_found_by_nobody_and_asked_for_by_nobody(two: Rig) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens, {**CHILD, "protection.not_to_be_told": UNTOLD})
    two.settle(2)
    assert athens.tracing.permissions.standing(child.id, actor=two.officer(athens)).indexed == 0
    two.asked(hamburg, athens)
    two.settle()
    assert two.candidates(athens, child) == []
    with pytest.raises(ProtectedError):
        two.ask(athens, child, hamburg)


def test_protecting_a_child_that_was_found_closes_what_waits(two: Rig) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens)
    two.settle(2)
    two.asked(hamburg, athens)
    two.settle()
    athens.tracing.protections.protect(
        child.id, ProtectionReason.FAMILY_THREAT, "The uncle.", actor=two.officer(athens)
    )
    [found] = two.candidates(athens, child)
    assert found.state is CandidateState.CLOSED
    assert athens.tracing.permissions.standing(child.id, actor=two.officer(athens)).indexed == 0


@pytest.mark.parametrize("excluded", ["de", "de/hamburg"])
def test_an_excluded_asker_finds_nothing(two: Rig, excluded: str) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens)
    athens.tracing.protections.exclude(child.id, [excluded], actor=two.officer(athens))
    two.settle(2)
    two.asked(hamburg, athens)
    two.settle()
    assert two.candidates(athens, child) == []


def test_a_child_that_is_registered_later_meets_the_question_that_stands(two: Rig) -> None:
    hamburg, athens = two.nodes
    two.asked(hamburg, athens)
    two.settle()
    child = two.child(athens)
    two.settle()
    [found] = two.candidates(athens, child)
    assert found.state is CandidateState.WAITING


def test_nobody_is_asked_for_without_permission(two: Rig) -> None:
    hamburg, athens = two.nodes
    request = matter(two.fed, hamburg, REQUEST)
    with pytest.raises(NotPermittedError):
        two.ask(hamburg, request, athens)


def test_the_same_is_asked_once_in_thirty_days_and_changed_data_at_once(two: Rig) -> None:
    hamburg, athens = two.nodes
    request, asking = two.asked(hamburg, athens)
    with pytest.raises(AskedBeforeError):
        two.ask(hamburg, request, athens)
    write(two.fed, hamburg, request, {**REQUEST, "inquirer.names": CHILD["identity.names"]})
    two.ask(hamburg, request, athens)
    first, second = hamburg.tracing.askings.of_matter(request.id, actor=two.officer(hamburg))
    assert (first.id, first.reason) == (asking.id, ClosingReason.ASKED_ANEW)
    assert second.state is AskingState.OPEN


def test_all_nodes_are_asked_with_a_second_officer_alone(three: Rig) -> None:
    hamburg, *others = three.nodes
    request = three.child(hamburg, REQUEST)
    with pytest.raises(RouteError):
        three.ask(hamburg, request, *others, hamburg)
    asking = three.ask(hamburg, request, *others, broadcast=True)
    three.settle(1)
    assert {each.state for each in three.questions(hamburg, asking)} == {QuestionState.WAITING}
    hamburg.tracing.askings.release(asking.id, actor=three.officer(hamburg, "second"))
    three.settle()
    assert {each.state for each in three.questions(hamburg, asking)} == {QuestionState.RECEIVED}


def test_a_person_of_whom_nothing_is_known_is_not_asked_for(two: Rig) -> None:
    hamburg, athens = two.nodes
    named = {"names": [{"script": "Latn", "order": "single_name", "full": "Ali"}]}
    request = two.child(hamburg, {"sought.persons": [named]})
    with pytest.raises(NothingToAskError):
        two.ask(hamburg, request, athens)


def test_questions_wait_while_the_key_holders_are_away_and_say_so(two: Rig) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens)
    two.keys.away = True
    _, asking = two.asked(hamburg, athens)
    two.settle(2)
    [asked] = two.questions(hamburg, asking)
    assert (asked.state, asked.problem) == (QuestionState.WAITING, "holders-away")
    assert hamburg.tracing.sums.status(actor=two.officer(hamburg)).waiting == {athens.id: 1}
    two.keys.away = False
    two.fed.clock.pass_(1000)
    two.settle()
    assert len(two.candidates(athens, child)) == 1


def test_a_question_of_an_epoch_that_has_ended_is_asked_anew_and_answered_in_the_next(two: Rig) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens)
    end = two.keys.epochs[0].ends
    two.keys.begin(2, begins=end, ends=end + 90 * DAY)
    two.fed.clock.now = end - 10 * DAY  # the lead: everybody is indexed for the next one
    two.settle()
    assert athens.tracing.permissions.standing(child.id, actor=two.officer(athens)).indexed == 2
    _, asking = two.asked(hamburg, athens)
    two.settle()
    [before] = two.candidates(athens, child)
    two.fed.clock.now = end + 3600
    two.settle()
    states = sorted((each.state, each.epoch) for each in two.questions(hamburg, asking))
    assert states == [(QuestionState.ERASED, 1), (QuestionState.RECEIVED, 2)]
    after, closed = two.candidates(athens, child)
    assert (closed.id, closed.state, after.state) == (
        before.id,
        CandidateState.CLOSED,
        CandidateState.WAITING,
    )
    assert after.pair == before.pair
    two.fed.clock.now = end + 2 * DAY
    two.settle()
    assert athens.tracing.permissions.standing(child.id, actor=two.officer(athens)).indexed == 1


def test_a_question_of_the_old_epoch_is_answered_within_its_grace(two: Rig) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens)
    two.settle(2)
    end = two.keys.epochs[0].ends
    two.keys.begin(2, begins=end, ends=end + 90 * DAY)
    two.fed.clock.now = end - 3600
    two.settle(2)
    data = sent(two, hamburg, athens)
    two.fed.clock.now = end + 3600
    athens.tracing.answering.receive(data)
    athens.tracing.tick()
    assert [each.state for each in two.candidates(athens, child)] == [CandidateState.WAITING]


def test_other_tables_are_said_to_the_asker_and_are_never_a_silent_miss(two: Rig) -> None:
    hamburg, athens = two.nodes
    two.child(athens)
    two.settle(2)
    data = sent(two, hamburg, athens)
    with athens.database.begin() as work:
        made = work.tracing.index.epoch(1)
        assert made is not None
        work.tracing.index.begin(replace(made, size=made.size * 4))
    with pytest.raises(UntrustedError):
        athens.tracing.answering.receive(data[:-1])
    with pytest.raises(Exception, match="versions of the tables"):
        athens.tracing.answering.receive(data)


def test_a_question_that_names_an_outgrown_class_is_made_anew_by_itself(two: Rig) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens)
    two.settle(2)
    _, asking = two.asked(hamburg, athens)
    hamburg.tracing.tick()
    with athens.database.begin() as work:
        made = work.tracing.index.epoch(1)
        assert made is not None
        work.tracing.index.begin(replace(made, size=made.size * 4))
    hamburg.tracing.tick()
    [asked] = two.questions(hamburg, asking)
    assert (asked.state, asked.problem) == (QuestionState.WAITING, "question-tables")
    two.settle(8)
    [asked] = two.questions(hamburg, asking)
    assert (asked.state, asked.problem) == (QuestionState.RECEIVED, None)
    assert len(two.candidates(athens, child)) == 1


def test_a_question_that_the_holder_refuses_for_good_ends_with_an_alarm(two: Rig) -> None:
    hamburg, athens = two.nodes
    two.fed.wire.paths[QUESTIONS] = told(_refuse)
    _, asking = two.asked(hamburg, athens)
    two.settle(3)
    [asked] = two.questions(hamburg, asking)
    assert (asked.state, asked.due, asked.problem) == (QuestionState.REFUSED, None, "mandate-missing")
    assert [each.kind for each in hamburg.watch.alarms(actor=two.officer(hamburg))] == ["tracing-refused"]


def _refuse(_node: Node, _body: bytes) -> bytes:
    raise MandateMissingError


def test_a_receipt_that_does_not_hold_is_none(two: Rig) -> None:
    hamburg, athens = two.nodes
    two.fed.wire.paths[QUESTIONS] = lambda node, body: flipped(node.tracing.answering.receive(body), -1)
    _, asking = two.asked(hamburg, athens)
    two.settle(3)
    [asked] = two.questions(hamburg, asking)
    assert asked.state is QuestionState.SEALED
    assert asked.problem is not None


def test_an_epoch_with_other_tables_indexes_and_asks_nothing_and_an_alarm_says_so(two: Rig) -> None:
    hamburg, athens = two.nodes
    two.keys.epochs.clear()
    two.keys.begin(1, begins=two.fed.clock.now, ends=two.fed.clock.now + 90 * DAY, tables=bytes(32))
    child = two.child(athens)
    _, asking = two.asked(hamburg, athens)
    two.settle(2)
    assert athens.tracing.permissions.standing(child.id, actor=two.officer(athens)).indexed == 0
    [asked] = two.questions(hamburg, asking)
    assert (asked.state, asked.problem) == (QuestionState.WAITING, "question-epoch")
    assert [each.kind for each in hamburg.watch.alarms(actor=two.officer(hamburg))] == ["tracing-tables"]


def test_a_holder_that_left_the_registry_keeps_nothing_else_from_being_asked(three: Rig) -> None:
    hamburg, athens, rome = three.nodes
    _, asking = three.asked(hamburg, athens, rome)
    struck_off(three.fed, athens)
    three.settle(3)
    gone, there = three.questions(hamburg, asking)
    assert (gone.holder, gone.state, gone.problem) == (athens.id, QuestionState.WAITING, "unknown-node")
    assert there.state is QuestionState.RECEIVED


def test_a_replayed_question_gets_the_same_receipt_and_is_compared_once(two: Rig) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens)
    two.settle(2)
    data = sent(two, hamburg, athens)
    first = athens.tracing.answering.receive(data)
    athens.tracing.tick()
    assert athens.tracing.answering.receive(data) == first
    two.settle()
    assert len(two.candidates(athens, child)) == 1


def test_a_question_for_another_node_is_refused_and_so_is_one_with_a_changed_label(three: Rig) -> None:
    hamburg, athens, rome = three.nodes
    data = sent(three, hamburg, athens)
    with pytest.raises(OtherHolderError):
        rome.tracing.answering.receive(data)
    header = question.read(data).claimed.header
    label = replace(header, holder=header.holder[::-1]).encode()
    with pytest.raises(UntrustedError):
        rome.tracing.answering.receive(label + data[len(label) :])


def test_a_question_that_was_taken_back_before_it_came_is_receipted_and_not_kept(two: Rig) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens)
    two.settle(2)
    data = sent(two, hamburg, athens)
    back = question_withdrawal.sign(
        strict.digest(data), issued=two.fed.clock.now, signer=hamburg.vault.signer
    )
    erased = athens.tracing.answering.take_back(back)
    assert len(athens.tracing.answering.receive(data)) == len(erased)
    two.settle()
    assert two.candidates(athens, child) == []
    assert athens.tracing.answering.take_back(back) == erased


def test_nobody_takes_back_what_another_has_asked(three: Rig) -> None:
    hamburg, athens, rome = three.nodes
    data = sent(three, hamburg, athens)
    athens.tracing.answering.receive(data)
    back = question_withdrawal.sign(strict.digest(data), issued=three.fed.clock.now, signer=rome.vault.signer)
    with pytest.raises(NotAskedError):
        athens.tracing.answering.take_back(back)


def test_a_holder_that_the_registry_does_not_name_keeps_its_question_waiting(two: Rig) -> None:
    hamburg, athens = two.nodes
    two.fed.wire.down.add(athens.id)
    _, asking = two.asked(hamburg, athens)
    two.settle(1)
    [asked] = two.questions(hamburg, asking)
    assert (asked.state, asked.problem, asked.failures) == (QuestionState.WAITING, "unreachable", 1)
    assert asked.due is not None


def test_an_asker_that_asks_more_than_a_day_allows_waits_and_an_alarm_says_so(two: Rig) -> None:
    hamburg, athens = two.nodes
    two.tracing(athens, Terms(most=1))
    athens.tracing.answering.receive(sent(two, hamburg, athens))
    with pytest.raises(AskerQuotaError):
        athens.tracing.answering.receive(sent(two, hamburg, athens))
    assert "tracing-quota" in [each.kind for each in athens.watch.alarms(actor=two.officer(athens))]


def test_a_pair_that_was_rejected_is_never_a_candidate_again(two: Rig) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens)
    two.settle(2)
    request, _ = two.asked(hamburg, athens)
    two.settle()
    [found] = two.candidates(athens, child)
    with athens.database.begin() as work:
        athens.tracing.candidates.reject(work, found, by=two.officer(athens).officer)
    write(
        two.fed, hamburg, request, {**REQUEST, "separation.date": {"date": "2026-01", "precision": "month"}}
    )
    two.ask(hamburg, request, athens)
    two.settle()
    assert [each.state for each in two.candidates(athens, child)] == [CandidateState.REJECTED]


def test_a_hit_is_opened_against_a_root_that_stood_in_the_log(two: Rig) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens)
    two.settle(2)
    two.asked(hamburg, athens)
    two.settle()
    athens.clockwork.tick()
    [found] = two.candidates(athens, child)
    with athens.database.begin() as work:
        shown = athens.tracing.candidates.opening(work, found)
    assert set(shown) == {"opening", "statement", "logged"}


def test_an_erased_record_is_in_no_index_and_its_candidates_are_gone(two: Rig) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens)
    permit(two.fed, athens, child)
    two.settle(2)
    write(two.fed, athens, child, {**CHILD, "family.tracing_status": "reunified"})
    two.settle(2)
    assert athens.tracing.permissions.standing(child.id, actor=two.officer(athens)).indexed == 0
    two.asked(hamburg, athens)
    two.settle()
    assert two.candidates(athens, child) == []
