"""A mother's request meets her child's record at another node, across scripts; nothing of either is told."""

from handover.domain.searching import CandidateState, ClosingReason, QuestionState
from tracing.rig import Rig


def test_a_question_finds_the_record_of_the_child_and_an_officer_is_told(two: Rig) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens)
    two.settle(2)
    _, asking = two.asked(hamburg, athens)
    two.settle()
    [asked] = two.questions(hamburg, asking)
    assert asked.state is QuestionState.RECEIVED
    [found] = two.candidates(athens, child)
    assert (found.asker, found.question, found.state) == (hamburg.id, asked.digest, CandidateState.WAITING)
    assert found.band in ("strong", "likely")
    assert "given" in athens.tracing.candidates.open(found.id, actor=two.officer(athens))


def test_closing_takes_the_question_back_everywhere(two: Rig) -> None:
    hamburg, athens = two.nodes
    child = two.child(athens)
    two.settle(2)
    _, asking = two.asked(hamburg, athens)
    two.settle()
    hamburg.tracing.askings.close(asking.id, ClosingReason.GIVEN_UP, actor=two.officer(hamburg))
    two.settle()
    [asked] = two.questions(hamburg, asking)
    assert asked.state is QuestionState.ERASED
    [found] = two.candidates(athens, child)
    assert found.state is CandidateState.CLOSED


def test_strong_candidates_are_released_by_the_worker_where_that_is_the_policy_alone(two: Rig) -> None:
    _, athens = two.nodes
    release = athens.after.hits.tick
    assert release in athens.after.beside_tracing(strong=True)
    assert release not in athens.after.beside_tracing(strong=False)
