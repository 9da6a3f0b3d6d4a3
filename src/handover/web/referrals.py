"""/api/v1: referrals: a record shown for one task and one time, at both sides."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import JsonValue
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic needs this one on Python 3.11

from handover.application.facts import Handover
from handover.application.referred import Referred
from handover.application.referring import Wanted
from handover.domain.continuity import ReferralTask
from handover.domain.courses import EndReason
from handover.domain.handover import Role, State
from handover.domain.ids import UUID7, HandoverId, MatterId, NodeId
from handover.domain.record import schema
from handover.web import asked_referrals as asked
from handover.web import shown
from handover.web.calls import ApiRoute, Call, Called, answer, from_cursor, ident
from handover.web.matters import Matter

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["referrals"])
_Referral = Annotated[str, Path(description="The referral's id at this node.", max_length=64)]


class ReferralShown(TypedDict):
    """A referral as this side keeps it. `held_until`: it is over, and a hold keeps it at the receiver until then."""

    id: str
    matter: str
    role: Role
    peer: str
    round: str
    state: State
    deadline: int
    schema: str
    fields: list[str]
    ground: str | None
    prepared_by: str | None
    released_by: str | None
    reason: str | None
    alarm: str | None
    opened_at: int | None
    created_at: int
    updated_at: int
    held_until: int | None


class TaskShown(TypedDict):
    """For what a matter was referred."""

    task: ReferralTask
    text: str


class ReferralOpenedShown(TypedDict):
    """A referral that was opened: the values that were shown, by section and field."""

    referral: ReferralShown
    sections: dict[str, dict[str, JsonValue]]


def _shown(of: Referred) -> ReferralShown:
    found = of.handover
    return {
        "id": found.id,
        "matter": found.matter,
        "role": found.role,
        "peer": found.peer,
        "round": found.round,
        "state": found.state,
        "deadline": found.deadline,
        "schema": found.schema,
        "fields": list(found.fields),
        "ground": found.ground,
        "prepared_by": found.prepared_by,
        "released_by": found.released_by,
        "reason": found.reason,
        "alarm": found.alarm,
        "opened_at": found.opened_at,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "held_until": of.held_until,
    }


def _seen(call: Call, of: Handover) -> ReferralShown:
    return _shown(call.node.after.referrals.get(of.id, actor=call.actor))


@router.post("/matters/{matter}/referrals", status_code=201, response_model=ReferralShown)
def prepare_referral(call: Called, matter: Matter, new: asked.NewReferral) -> Response:
    """Prepare a referral; nothing has left this office yet. A second officer releases it."""
    wanted = Wanted(
        to=NodeId(new.to),
        task=new.task,
        text=new.text,
        fields=new.field_names,
        ground=UUID7(new.ground),
        deadline=new.deadline,
    )
    id_ = ident(MatterId, matter)
    return call.once(
        lambda: _seen(call, call.node.after.referring.prepare(id_, wanted, actor=call.actor)), status=201
    )


@router.get("/referrals", response_model=shown.Page[ReferralShown])
def list_referrals(call: Called, wanted: Annotated[asked.ReferralsAsked, Query()]) -> Response:
    """List referrals in the order of their beginning, sent and received."""
    found = call.node.after.referrals.page(
        actor=call.actor, after=from_cursor(wanted.cursor), limit=wanted.limit + 1, role=wanted.role
    )
    return call.page(found, wanted.limit, name=lambda each: each.handover.id, show=_shown, role=wanted.role)


@router.get("/referrals/{referral}", response_model=ReferralShown)
def show_referral(call: Called, referral: _Referral) -> Response:
    """Show where a referral stands."""
    return answer(_shown(call.node.after.referrals.get(ident(HandoverId, referral), actor=call.actor)))


@router.get("/referrals/{referral}/task", response_model=TaskShown)
def show_task(call: Called, referral: _Referral) -> Response:
    """Read for what a matter was referred: a word, and the text of whoever referred it."""
    body = call.node.after.referrals.asks(ident(HandoverId, referral), actor=call.actor)
    return answer({"task": body["task"], "text": body["text"]})


@router.post("/referrals/{referral}/release", response_model=ReferralShown)
def release_referral(call: Called, referral: _Referral) -> Response:
    """Release a referral, as an officer other than the one who prepared it."""
    id_ = ident(HandoverId, referral)
    return call.once(lambda: _seen(call, call.node.after.referring.release(id_, actor=call.actor)))


@router.post("/referrals/{referral}/again", status_code=201, response_model=ReferralShown)
def refer_again(call: Called, referral: _Referral, new: asked.ReferAgain) -> Response:
    """Prepare a referral like an earlier one, for a further time: that is how one is extended."""
    id_ = ident(HandoverId, referral)
    return call.once(
        lambda: _seen(call, call.node.after.referring.again(id_, deadline=new.deadline, actor=call.actor)),
        status=201,
    )


@router.post("/referrals/{referral}/end", response_model=ReferralShown)
def end_referral(call: Called, referral: _Referral, said: asked.EndReferral) -> Response:
    """End a referral of this office early; before its release it is merely discarded."""
    id_ = ident(HandoverId, referral)
    return call.once(
        lambda: _seen(call, call.node.after.referring.end(id_, text=said.text, actor=call.actor))
    )


@router.post("/referrals/{referral}/open", response_model=ReferralOpenedShown)
def open_referral(call: Called, referral: _Referral) -> Response:
    """Read what was referred; the sender is told that a named officer has. Each reading is entered in the log.

    The answer holds values, so it is not kept: a repeat under the same key reads them anew.
    """
    id_ = ident(HandoverId, referral)

    def read() -> ReferralOpenedShown:
        values = call.node.after.referrals.open(id_, actor=call.actor)
        found = call.node.after.referrals.get(id_, actor=call.actor)
        of = schema(found.handover.schema)
        return {"referral": _shown(found), "sections": shown.sections(of, values)}

    return call.once(read, keeps=False)


@router.post("/referrals/{referral}/finish", response_model=ReferralShown)
def finish_referral(call: Called, referral: _Referral, said: asked.FinishReferral) -> Response:
    """Say that what was asked for is done, or is not taken on; what was shown is destroyed here."""
    id_ = ident(HandoverId, referral)
    return call.once(
        lambda: _seen(
            call,
            call.node.after.referrals.finish(
                id_, reason=EndReason(said.reason), text=said.text, actor=call.actor
            ),
        )
    )


@router.post("/referrals/{referral}/question", response_model=ReferralShown)
def ask_about_referral(call: Called, referral: _Referral, said: asked.TellReferral) -> Response:
    """Ask the other side; what the question tells of a person rests on a ground for its fields."""
    id_ = ident(HandoverId, referral)
    return call.once(
        lambda: _seen(
            call,
            call.node.after.referrals.ask(id_, text=said.text, fields=said.field_names, actor=call.actor),
        )
    )


@router.post("/referrals/{referral}/answer", response_model=ReferralShown)
def answer_referral(call: Called, referral: _Referral, said: asked.TellReferral) -> Response:
    """Answer the newest question or, at the receiver, the referral itself: with its advice or its result."""
    id_ = ident(HandoverId, referral)
    return call.once(
        lambda: _seen(
            call,
            call.node.after.referrals.answer(id_, text=said.text, fields=said.field_names, actor=call.actor),
        )
    )
