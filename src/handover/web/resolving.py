"""/api/v1: two officers resolve a handover whose receiver is gone for good."""

from fastapi import APIRouter
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic needs this one on Python 3.11

from handover.domain.ids import HandoverId
from handover.domain.resolution import Resolution, ResolutionOutcome, ResolutionReason
from handover.web import asked_after, shown
from handover.web.calls import ApiRoute, Called, answer, ident
from handover.web.offers import Round, seen

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["handovers"])


class ResolutionShown(TypedDict):
    """One officer's proposal and what became of it; `outcome` is null while it is open. Times are in seconds."""

    id: str
    handover: str
    deed: str
    reason: ResolutionReason
    proposed_by: str
    proposed_at: int
    outcome: ResolutionOutcome | None
    decided_by: str | None
    decided_at: int | None


class ResolvableShown(TypedDict):
    """The proposals of a round, oldest first, and whether its deed is waited for still; `can` is for this officer."""

    handover: str
    overdue_at: int | None
    lost: bool
    can: list[str]
    proposals: list[ResolutionShown]


def _shown(of: Resolution) -> ResolutionShown:
    return {
        "id": of.id,
        "handover": of.handover,
        "deed": of.deed,
        "reason": of.reason,
        "proposed_by": of.proposed_by,
        "proposed_at": of.proposed_at,
        "outcome": of.outcome,
        "decided_by": of.decided_by,
        "decided_at": of.decided_at,
    }


@router.get("/handovers/{handover}/resolution", response_model=ResolvableShown)
def read_resolution(call: Called, handover: Round) -> Response:
    """Show whether the take-up of a deed is waited for still, what was proposed, and what you can do now."""
    found = call.node.after.resolving.look(ident(HandoverId, handover), actor=call.actor)
    shows: ResolvableShown = {
        "handover": found.handover.id,
        "overdue_at": found.overdue_at,
        "lost": found.lost,
        "can": list(found.can),
        "proposals": [_shown(each) for each in found.proposals],
    }
    return answer(shows)


@router.post("/handovers/{handover}/resolution", status_code=201, response_model=ResolutionShown)
def propose_resolution(call: Called, handover: Round, new: asked_after.NewResolution) -> Response:
    """Propose to resolve a handover whose receiver is gone for good; a second officer confirms it."""
    id_, desk = ident(HandoverId, handover), call.node.after.resolving
    return call.once(lambda: _shown(desk.propose(id_, reason=new.reason, actor=call.actor)), status=201)


@router.post("/handovers/{handover}/resolution/confirm", response_model=shown.HandoverShown)
def confirm_resolution(call: Called, handover: Round) -> Response:
    """Resolve the handover, as an officer other than the one who proposed it: its deed counts no more."""
    id_, desk = ident(HandoverId, handover), call.node.after.resolving
    return call.once(lambda: seen(call, desk.confirm(id_, actor=call.actor)))


@router.post("/handovers/{handover}/resolution/drop", response_model=ResolutionShown)
def drop_resolution(call: Called, handover: Round) -> Response:
    """Refuse what another officer has proposed, or withdraw what you have; the deed stands."""
    id_, desk = ident(HandoverId, handover), call.node.after.resolving
    return call.once(lambda: _shown(desk.drop(id_, actor=call.actor)))
