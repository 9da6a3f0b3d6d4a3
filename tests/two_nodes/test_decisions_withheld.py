"""A decision that was to answer a question and does not leave answers nothing: the question waits for an officer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from continuing import Case, handed_over, judged
from federation import federation
from handover.application.verifier_report import Rule, Severity, Verdict
from handover.domain.continuity import DecisionKind
from handover.domain.handover import Act
from handover.domain.ids import Digest
from handover.protocol.delivery import decode_delivery, encode_answer
from two_nodes import rotation
from two_nodes.test_decisions import ORDER, end_ground, record, register
from two_nodes.test_withdrawal_crossing import faults, go_on


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """A case in which Hamburg has asked Rome, and Rome's answer waits because Hamburg is down."""
    with federation(tmp_path, "gr/athens", "it/rome", "de/hamburg") as (fed, [athens, rome, hamburg]):
        found = handed_over(fed, athens, rome)
        record(found, rome, ORDER)
        found.hand_over(hamburg)
        actor = found.officer(hamburg)
        kinds = [DecisionKind.GUARDIANSHIP]
        hamburg.after.decisions.ask(found.round(hamburg, rome).id, kinds, text="For the plan.", actor=actor)
        hamburg.outbox.deliver_due()
        fed.wire.down.add(hamburg.id)
        yield found


def question(case: Case) -> Digest:
    """Give the one question that Rome has to answer."""
    waiting = case.path[1].after.holders.waiting(actor=case.officer(case.path[1]))
    [found] = [each.demand for each in waiting if each.demand.act is Act.DECISIONS_WANTED]
    return found.envelope


def back(case: Case) -> None:
    case.fed.wire.down.clear()
    go_on(case.fed)


def test_a_question_whose_answer_lost_its_ground_while_it_waited_is_answered_by_an_officer(
    case: Case,
) -> None:
    _, rome, hamburg = case.path
    end_ground(case, rome, hamburg)
    back(case)
    assert [each.open for each in case.demands(hamburg) if each.act is Act.DECISIONS_WANTED] == [True]
    actor = case.officer(rome)
    rome.after.decisions.answer(question(case), [], text="The consent has ended.", actor=actor)
    go_on(case.fed)
    [asked] = [each for each in case.demands(hamburg) if each.act is Act.DECISIONS_WANTED]
    assert asked.answered is Act.DECISION
    assert hamburg.after.decisions.question(asked.envelope, actor=case.officer(hamburg)).answer == (
        "The consent has ended."
    )
    assert [each for each in register(case, hamburg) if not each.own] == []
    assert faults(rome) == faults(hamburg) == []
    report = judged(case, *case.path)
    assert report.verdict is Verdict.VALID, report.findings
    assert [each.severity for each in report.findings if each.rule is Rule.OMITTED] == [Severity.NOTE]


def test_it_waits_for_an_officer_also_where_the_ground_ended_before_it_was_signed_anew(case: Case) -> None:
    _, rome, hamburg = case.path
    packed = rome.outbox.pack(hamburg.id)
    rotation.new_sealing_key(case.fed, hamburg)
    answer = encode_answer(hamburg.inbox.receive(decode_delivery(packed)))
    end_ground(case, rome, hamburg)
    rome.outbox.unpack(packed, answer)
    assert question(case)


def test_a_question_whose_answer_was_erased_while_it_waited_can_be_answered_with_nothing(
    case: Case,
) -> None:
    _, rome, hamburg = case.path
    rome.retention.erase(case.matter(rome), actor=case.officer(rome))
    asked = question(case)
    actor = case.officer(rome)
    opened = rome.after.decisions.question(asked, actor=actor)
    assert (opened.text, opened.found) == ("", ())
    rome.after.decisions.answer(asked, [], text="It was erased here.", actor=actor)
    back(case)
    [asked_] = [each for each in case.demands(hamburg) if each.act is Act.DECISIONS_WANTED]
    assert asked_.answered is Act.DECISION


def test_what_has_come_stays_answered_when_its_ground_ends(case: Case) -> None:
    _, rome, hamburg = case.path
    back(case)
    end_ground(case, rome, hamburg)
    go_on(case.fed)
    [asked] = [each for each in case.demands(rome) if each.act is Act.DECISIONS_WANTED]
    assert asked.answered is Act.DECISION
