"""What a peer may answer: a question that this node has asked it, and that still stands."""

from handover.application.ports import UnitOfWork
from handover.application.traced import KeptQuestion
from handover.domain.errors import OutOfOrderError
from handover.domain.ids import Digest, NodeId
from handover.domain.searching import AskingState, QuestionState
from handover.protocol.committed_index import OpeningError
from handover.protocol.question_header import row
from handover.protocol.tracing_hit import Hit

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


def require_met(work: UnitOfWork, question: KeptQuestion, hit: Hit) -> None:
    """Do nothing if what a hit opens is an address of the question, in the epoch in which it was asked.

    Raises:
        OpeningError: it is another one: a guess, or a record that meets something else.
    """
    kept = work.tracing.askings.outputs(work.tracing.askings.get(question.asking))
    epoch = hit.statement.epoch
    asked = {
        row(output, holder=question.holder, epoch=epoch).address
        for name, outputs in kept.items()
        if name.startswith(f"{question.epoch}:")
        for output in outputs
    }
    if epoch != question.epoch or hit.opening.address not in asked:
        raise OpeningError
