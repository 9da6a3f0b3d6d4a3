"""/api/v1: rounds as lists and one by one, and what the sending office does with them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from handover.application.facts import Handover
from handover.domain.ids import UUID7, HandoverId, MatterId, NodeId
from handover.web import asked, shown
from handover.web.calls import ApiRoute, Call, Called, answer, from_cursor, ident

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["handovers"])

Round = Annotated[str, Path(description="The round's id at this node.", max_length=64)]


def seen(call: Call, of: Handover) -> shown.HandoverShown:
    """Give what is shown of a round after a step."""
    return shown.handover(call.node.worklist.get(of.id, actor=call.actor))


@router.post("/handovers", status_code=201, response_model=shown.HandoverShown)
def prepare_offer(call: Called, new: asked.NewHandover) -> Response:
    """Prepare an offer; nothing has left this office yet. A second officer releases it."""
    return call.once(
        lambda: seen(
            call,
            call.node.offers.prepare(
                MatterId(new.matter),
                to=NodeId(new.to),
                fields=new.field_names,
                ground=UUID7(new.ground),
                deadline=new.deadline,
                actor=call.actor,
            ),
        ),
        status=201,
    )


@router.get("/handovers", response_model=shown.Page[shown.HandoverShown])
def list_handovers(call: Called, wanted: Annotated[asked.HandoversAsked, Query()]) -> Response:
    """List rounds in the order of their beginning, sent and received."""
    found = call.node.worklist.page(
        actor=call.actor,
        after=from_cursor(wanted.cursor),
        limit=wanted.limit + 1,
        role=wanted.role,
        state=wanted.state,
    )
    return call.page(
        found,
        wanted.limit,
        name=lambda each: each.handover.id,
        show=shown.handover,
        role=wanted.role,
        state=wanted.state,
    )


@router.get("/handovers/{handover}", response_model=shown.HandoverShown)
def read_handover(call: Called, handover: Round) -> Response:
    """Read a round: where it stands, whose turn it is, and what you can do now."""
    return answer(shown.handover(call.node.worklist.get(ident(HandoverId, handover), actor=call.actor)))


@router.get("/handovers/{handover}/preview", response_model=shown.Page[shown.SelectionShown])
def preview_offer(call: Called, handover: Round) -> Response:
    """Show what leaves this office: every field of the schema, disclosed or withheld and why; no values."""
    found = call.node.offers.preview(ident(HandoverId, handover), actor=call.actor)
    return answer({"data": [shown.selection(each) for each in found], "next_cursor": None})


@router.get("/handovers/{handover}/timeline", response_model=shown.Page[shown.LineShown])
def read_timeline(call: Called, handover: Round) -> Response:
    """Show every envelope of the round, how far it has come, and what officers wrote to one another."""
    found = call.node.handovers.timeline(ident(HandoverId, handover), actor=call.actor)
    return answer({"data": [shown.line(each) for each in found], "next_cursor": None})


@router.post("/handovers/{handover}/release", response_model=shown.HandoverShown)
def release_offer(call: Called, handover: Round) -> Response:
    """Release a prepared offer, as an officer other than the one who prepared it; it goes out."""
    id_ = ident(HandoverId, handover)
    return call.once(lambda: seen(call, call.node.offers.release(id_, actor=call.actor)))


@router.post("/releases", response_model=shown.Page[shown.HandoverShown])
def release_offers(call: Called, wanted: asked.Releases) -> Response:
    """Release up to 64 prepared offers in one transaction: all of them, or none."""
    ids = [HandoverId(each) for each in wanted.handovers]

    def release() -> shown.Page[shown.HandoverShown]:
        done = call.node.offers.release_many(ids, actor=call.actor)
        return {"data": [seen(call, each) for each in done], "next_cursor": None}

    return call.once(release)


@router.post("/handovers/{handover}/withdraw", response_model=shown.HandoverShown)
def withdraw_offer(call: Called, handover: Round) -> Response:
    """Take the offer back. After the deed nothing can be taken back by one side."""
    id_ = ident(HandoverId, handover)
    return call.once(lambda: seen(call, call.node.offers.withdraw(id_, actor=call.actor)))


@router.post("/handovers/{handover}/countersign", response_model=shown.HandoverShown)
def countersign_deed(call: Called, handover: Round) -> Response:
    """Give the deed, as an officer other than the one who released the offer; the ground is asked once more.

    Where the ground is gone or the deadline has passed, the offer is voided instead: look at `state`.
    """
    id_ = ident(HandoverId, handover)
    return call.once(lambda: seen(call, call.node.offers.countersign(id_, actor=call.actor)))
