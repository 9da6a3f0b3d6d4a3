"""What a peer may answer: a question that this node has asked it, and that still stands."""

from handover.application.ports import UnitOfWork
from handover.application.traced import KeptQuestion
from handover.domain.errors import OutOfOrderError
from handover.domain.ids import Digest, MatterId, NodeId
from handover.domain.searching import AskingState, QuestionState

_THERE = frozenset({QuestionState.SEALED, QuestionState.RECEIVED})


class UnknownQuestionError(OutOfOrderError):
    """A hit names a question that was asked of whoever tells it, and that was not taken back."""

    name = "question-not-asked"
    title = "This question was not asked of that node, or it was taken back."
    advice = "Nothing is to be done: the search has ended, or the node has answered another one."


def require_open(work: UnitOfWork, question: Digest, peer: NodeId) -> KeptQuestion:
    """Give the question of that digest, if *peer* was asked it and may still answer.

    Raises:
        UnknownQuestionError: it was not, or the search has ended.
    """
    found = work.tracing.askings.question(question)
    if found is None or found.holder != peer or found.state not in _THERE:
        raise UnknownQuestionError
    if work.tracing.askings.get(found.asking).state is not AskingState.OPEN:
        raise UnknownQuestionError
    return found


def matter_of(work: UnitOfWork, question: Digest, peer: NodeId) -> MatterId:
    """Give the matter for which *peer* was asked.

    Raises:
        UnknownQuestionError: it was not asked, or the search has ended.
    """
    return require_open(work, question, peer).matter
