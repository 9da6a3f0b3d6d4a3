"""/api/v1: what was told without consent because a life was at stake, and its review."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic needs this one on Python 3.11

from handover.application.overrides import KeptOverride, Told
from handover.domain.continuity import OverrideReason
from handover.domain.ids import UUID7, MatterId
from handover.web import asked, shown
from handover.web.calls import ApiRoute, Called, answer, ident
from handover.web.matters import Matter

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["overrides"])
_Override = Annotated[str, Path(description="The override's id.", max_length=64)]


class OverrideShown(TypedDict):
    """What was told without consent; its words are read apart. Times are seconds since 1970."""

    id: str
    matter: str
    ground: str | None
    reason: OverrideReason
    schema: str
    fields: list[str]
    recorded_by: str
    second_officer: str
    at: int
    review_at: int
    reviewed_by: str | None
    reviewed_at: int | None
    child_told: bool | None


class OverrideWords(TypedDict):
    """The words of an override and of its review; null where there are none, or they were erased."""

    id: str
    to: str | None
    text: str | None
    review: str | None


def _shown(of: KeptOverride) -> OverrideShown:
    found = of.override
    return {
        "id": of.id,
        "matter": of.matter,
        "ground": of.ground,
        "reason": found.reason,
        "schema": found.schema,
        "fields": list(found.fields),
        "recorded_by": found.recorded_by,
        "second_officer": found.second_officer,
        "at": found.at,
        "review_at": found.review_at,
        "reviewed_by": found.reviewed_by,
        "reviewed_at": found.reviewed_at,
        "child_told": found.child_told,
    }


@router.post("/matters/{matter}/overrides", status_code=201, response_model=OverrideShown)
def record_override(call: Called, matter: Matter, new: asked.NewOverride) -> Response:
    """Record that somebody outside the federation was told without consent; who showed it is told so."""
    id_ = ident(MatterId, matter)
    told = Told(
        to=new.to,
        fields=tuple(new.field_names),
        reason=new.reason,
        text=new.text,
        second_officer=UUID7(new.second_officer),
    )
    desk = call.node.after.overrides
    return call.once(lambda: _shown(desk.tell(id_, told, actor=call.actor)), status=201)


@router.get("/matters/{matter}/overrides", response_model=shown.Page[OverrideShown])
def list_overrides(call: Called, matter: Matter) -> Response:
    """List what was told without consent in a matter, oldest first."""
    found = call.node.after.overrides.of_matter(ident(MatterId, matter), actor=call.actor)
    return answer({"data": [_shown(each) for each in found], "next_cursor": None})


@router.get("/overrides", response_model=shown.Page[OverrideShown])
def list_unreviewed(call: Called) -> Response:
    """List what nobody has reviewed yet, the oldest first, at most 100."""
    found = call.node.after.overrides.to_review(actor=call.actor)
    return answer({"data": [_shown(each) for each in found], "next_cursor": None})


@router.get("/matters/{matter}/overrides/{override}/words", response_model=OverrideWords)
def read_override(call: Called, matter: Matter, override: _Override) -> Response:
    """Read the words of an override and of its review; the reading is entered in the log."""
    found = call.node.after.overrides.open(ident(MatterId, matter), ident(UUID7, override), actor=call.actor)
    return answer({"id": found.id, "to": found.to, "text": found.text, "review": found.review})


@router.post("/matters/{matter}/overrides/{override}/review", response_model=OverrideShown)
def review_override(call: Called, matter: Matter, override: _Override, new: asked.Review) -> Response:
    """Review it, as an officer who was neither of the two."""
    id_, which = ident(MatterId, matter), ident(UUID7, override)
    desk = call.node.after.overrides
    return call.once(
        lambda: _shown(desk.review(id_, which, text=new.text, child_told=new.child_told, actor=call.actor))
    )
