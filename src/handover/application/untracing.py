"""What ends tracing: the index forgets, questions are taken back at every holder, candidates go."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from handover.application import counting
from handover.application.ports import UnitOfWork
from handover.application.traced import KeptAsking, KeptCandidate, KeptQuestion
from handover.domain.ids import MatterId
from handover.domain.searching import AskingState, CandidateState, ClosingReason, QuestionState

_TAKEN_BACK: Final = {
    QuestionState.WAITING: QuestionState.DROPPED,
    QuestionState.SEALED: QuestionState.WITHDRAWING,
    QuestionState.RECEIVED: QuestionState.WITHDRAWING,
}
"""One that was sealed may have arrived though its receipt has not: it is taken back as well."""


def forget(work: UnitOfWork, matter: MatterId, reason: ClosingReason) -> None:
    """End all tracing of a matter in both directions: from the next answer on it is not there."""
    work.tracing.index.forget(matter)
    for asking in work.tracing.askings.of_matter(matter):
        close(work, asking, reason)
    drop(work, matter, lambda _: True)
    work.tracing.permissions.touch(matter)


def drop(work: UnitOfWork, matter: MatterId, gone: Callable[[KeptCandidate], bool]) -> None:
    """Close the candidates of a matter that wait for an officer, and may not be told of any more."""
    for each in work.tracing.heard.of_matter(matter):
        if each.state is CandidateState.WAITING and gone(each):
            work.tracing.heard.turn(each, replace(each, state=CandidateState.CLOSED))


def close(work: UnitOfWork, asking: KeptAsking, reason: ClosingReason) -> KeptAsking:
    """End an asking, and take its questions back; one that has ended stays as it is."""
    if asking.state is AskingState.CLOSED:
        return asking
    new = replace(asking, state=AskingState.CLOSED, closed_at=work.now, reason=reason)
    work.tracing.askings.change(asking, new)
    work.tracing.askings.keep_outputs(asking, {})
    counting.searched(work, asking, reason)
    for question in work.tracing.askings.questions(asking.id):
        take_back(work, question)
    return new


def take_back(work: UnitOfWork, question: KeptQuestion) -> None:
    """Take one question back, unless that was done or the holder has refused it."""
    state = _TAKEN_BACK.get(question.state)
    if state is not None:
        due = work.now if state is QuestionState.WITHDRAWING else None
        work.tracing.askings.turn(question, replace(question, state=state, due=due, failures=0, problem=None))
        work.tracing.askings.fill(question, None)
