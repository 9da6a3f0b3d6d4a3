"""/api/v1: what the receiving office does with a round, and what both say to each other."""

from fastapi import APIRouter
from starlette.responses import Response

from handover.domain.ids import HandoverId
from handover.domain.record import schema
from handover.web import asked, shown
from handover.web.calls import ApiRoute, Called, ident
from handover.web.offers import Round, seen

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["handovers"])


@router.post("/handovers/{handover}/open", response_model=shown.OpenedShown)
def open_offer(call: Called, handover: Round) -> Response:
    """Read an offer; the sender is told that a named officer has. Each reading is entered in the log.

    The answer holds values, so it is not kept: a repeat under the same key reads them anew.
    """
    id_ = ident(HandoverId, handover)

    def read() -> shown.OpenedShown:
        values = call.node.handovers.open(id_, actor=call.actor)
        found = call.node.worklist.get(id_, actor=call.actor)
        of = schema(found.handover.schema)
        return {"handover": shown.handover(found), "sections": shown.sections(of, values)}

    return call.once(read, keeps=False)


@router.post("/handovers/{handover}/accept", response_model=shown.HandoverShown)
def accept_offer(call: Called, handover: Round, said: asked.Accept) -> Response:
    """Bind this node to take the case, naming the guardian (or the responsible officer) and the plan."""
    id_ = ident(HandoverId, handover)
    responsible = said.responsible.model_dump()
    return call.once(
        lambda: seen(
            call,
            call.node.handovers.accept(
                id_,
                responsible=responsible,
                plan=said.plan,
                follow_ups=said.follow_ups,
                actor=call.actor,
            ),
        )
    )


@router.post("/handovers/{handover}/decline", response_model=shown.HandoverShown)
def decline_offer(call: Called, handover: Round, said: asked.Decline) -> Response:
    """Say no with a reason; who is bound already asks to be released, and stays bound until a void or a deed."""
    id_ = ident(HandoverId, handover)
    return call.once(
        lambda: seen(call, call.node.handovers.decline(id_, code=said.code, text=said.text, actor=call.actor))
    )


@router.post("/handovers/{handover}/question", response_model=shown.HandoverShown)
def ask_question(call: Called, handover: Round, said: asked.Say) -> Response:
    """Ask the other side something."""
    id_ = ident(HandoverId, handover)
    return call.once(lambda: seen(call, call.node.handovers.ask(id_, text=said.text, actor=call.actor)))


@router.post("/handovers/{handover}/answer", response_model=shown.HandoverShown)
def answer_question(call: Called, handover: Round, said: asked.Say) -> Response:
    """Answer the newest question of the other side."""
    id_ = ident(HandoverId, handover)
    return call.once(lambda: seen(call, call.node.handovers.answer(id_, text=said.text, actor=call.actor)))


@router.post("/handovers/{handover}/arrival", response_model=shown.HandoverShown)
def confirm_arrival(call: Called, handover: Round, said: asked.Arrived) -> Response:
    """Confirm that the child has arrived."""
    id_ = ident(HandoverId, handover)
    return call.once(
        lambda: seen(call, call.node.handovers.arrival(id_, date=said.date, text=said.text, actor=call.actor))
    )


@router.post("/handovers/{handover}/non-arrival", response_model=shown.HandoverShown)
def report_non_arrival(call: Called, handover: Round, said: asked.Arrived) -> Response:
    """Report that the child has not come: an alarm at both nodes."""
    id_ = ident(HandoverId, handover)
    return call.once(
        lambda: seen(
            call, call.node.handovers.non_arrival(id_, date=said.date, text=said.text, actor=call.actor)
        )
    )
