"""/api/v1: how a child is after a handover: what was promised, what was told, and telling it."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic needs this one on Python 3.11

from handover.application.facts import Delivery
from handover.application.followups import Dated, Told
from handover.domain.continuity import FollowUpState
from handover.domain.followup import Stage
from handover.domain.ids import Digest, HandoverId
from handover.web import shown
from handover.web.asked_after import NewFollowUp
from handover.web.calls import ApiRoute, Called, answer, ident
from handover.web.offers import Round

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["follow-ups"])
_Envelope = Annotated[str, Path(description="The digest of a follow-up's envelope.", max_length=64)]


class DateShown(TypedDict):
    """A promised date. `owed`: this node tells. `envelope` has answered it, `waiting` is an answer on its way."""

    handover: str
    day: int
    due: int
    owed: bool
    stage: Stage
    envelope: str | None
    waiting: str | None


class ToldShown(TypedDict):
    """A follow-up without what it says. `day` is null once it was erased."""

    envelope: str
    day: int | None
    at: int
    incoming: bool
    delivery: Delivery | None
    problem: str | None


class PlanShown(TypedDict):
    """What was promised in a round and what was told. `hindered`: the error that telling more now would meet."""

    owed: bool
    may_tell: bool
    hindered: str | None
    dates: list[DateShown]
    told: list[ToldShown]


class SaidShown(TypedDict):
    """The envelope of a follow-up that was told."""

    envelope: str


class FollowUpShown(TypedDict):
    """What a follow-up says."""

    due: int
    date: str
    state: FollowUpState
    text: str


def _date(of: Dated) -> DateShown:
    return {
        "handover": of.kept.handover,
        "day": of.kept.day,
        "due": of.kept.due,
        "owed": of.kept.owed,
        "stage": of.stage,
        "envelope": of.kept.envelope,
        "waiting": None if of.waiting is None else of.waiting.digest,
    }


def _told(of: Told) -> ToldShown:
    return {
        "envelope": of.digest,
        "day": of.day,
        "at": of.at,
        "incoming": of.incoming,
        "delivery": of.delivery,
        "problem": of.problem,
    }


@router.get("/follow-ups", response_model=shown.Page[DateShown])
def list_due(call: Called) -> Response:
    """List what this office tells within 14 days, and what is told too late, by date, at most 100."""
    found = call.node.after.follow_ups.due(actor=call.actor)
    return answer({"data": [_date(each.dated) for each in found], "next_cursor": None})


@router.get("/handovers/{handover}/follow-ups", response_model=PlanShown)
def show_plan(call: Called, handover: Round) -> Response:
    """Show what was promised in a round, what was told, and whether more can be told now."""
    plan = call.node.after.follow_ups.plan(ident(HandoverId, handover), actor=call.actor)
    made: PlanShown = {
        "owed": plan.owed,
        "may_tell": plan.may_tell,
        "hindered": None if plan.hindered is None else plan.hindered.name,
        "dates": [_date(each) for each in plan.dates],
        "told": [_told(each) for each in plan.told],
    }
    return answer(made)


@router.post("/handovers/{handover}/follow-ups", status_code=201, response_model=SaidShown)
def tell_follow_up(call: Called, handover: Round, new: NewFollowUp) -> Response:
    """Tell whoever handed the child over how it is, under a ground of this office that covers `plan.follow_ups`."""
    id_ = ident(HandoverId, handover)

    def tell() -> SaidShown:
        said = call.node.after.follow_ups.tell(
            id_, due=new.due, date=new.date, state=new.state, text=new.text, actor=call.actor
        )
        return {"envelope": said}

    return call.once(tell, status=201)


@router.get("/handovers/{handover}/follow-ups/{envelope}", response_model=FollowUpShown)
def read_follow_up(call: Called, handover: Round, envelope: _Envelope) -> Response:
    """Read what a follow-up says; the reading is entered in the log."""
    id_, told = ident(HandoverId, handover), ident(Digest, envelope)
    return answer(call.node.after.follow_ups.read(id_, told, actor=call.actor))
