"""/api/v1: what is erased when, legal holds, and erasing by decision."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from handover.application.holds import Wanted
from handover.domain.ids import UUID7, HandoverId, MatterId
from handover.web import asked, shown, shown_retention
from handover.web.calls import ApiRoute, Called, answer, from_cursor, ident
from handover.web.matters import Matter
from handover.web.problems import InvalidRequestError

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["retention"])

_Hold = Annotated[str, Path(description="The hold's id.", max_length=64)]
_Round = Annotated[str, Path(description="The round's id at this node.", max_length=64)]


@router.get("/retention", response_model=shown.Page[shown_retention.PlannedShown])
def list_planned(call: Called, paging: Annotated[asked.Paging, Query()]) -> Response:
    """List what is erased when, by date; held things stand there too."""
    after = _place(from_cursor(paging.cursor))
    found = call.node.retention.calendar(actor=call.actor, after=after, limit=paging.limit + 1)
    now = _now(call)
    return call.page(
        found,
        paging.limit,
        name=lambda each: f"{each.due} {each.ended.name}",
        show=lambda each: shown_retention.planned(each, now),
    )


@router.get("/matters/{matter}/holds", response_model=shown.Page[shown_retention.HoldShown])
def list_holds(call: Called, matter: Matter) -> Response:
    """List the legal holds of a matter, lifted ones too, oldest first; reasons are not shown."""
    found, now = call.node.holds.of_matter(ident(MatterId, matter), actor=call.actor), _now(call)
    return answer({"data": [shown_retention.hold(each, now) for each in found], "next_cursor": None})


@router.post("/matters/{matter}/holds", status_code=201, response_model=shown_retention.HoldShown)
def place_hold(call: Called, matter: Matter, new: asked.NewHold) -> Response:
    """Place a legal hold: nothing of the matter is erased while it is in force."""
    id_ = ident(MatterId, matter)
    wanted = Wanted(
        ground=new.ground, reason=new.reason, until=new.until, second_officer=UUID7(new.second_officer)
    )

    def place() -> shown_retention.HoldShown:
        kept = call.node.holds.place(id_, wanted, actor=call.actor)
        return shown_retention.hold(kept, kept.hold.placed_at)

    return call.once(place, status=201)


@router.get("/holds/{hold}/reason", response_model=shown_retention.ReasonShown)
def read_hold(call: Called, hold: _Hold) -> Response:
    """Read why a hold was placed; the reading is entered in the log."""
    kept = call.node.holds.open(ident(UUID7, hold), actor=call.actor)
    return answer({"id": kept.id, "reason": kept.reason})


@router.post("/holds/{hold}/lift", response_model=shown_retention.HoldShown)
def lift_hold(call: Called, hold: _Hold) -> Response:
    """Lift a hold: what is due goes with the next night."""
    id_ = ident(UUID7, hold)

    def lift() -> shown_retention.HoldShown:
        kept = call.node.holds.lift(id_, actor=call.actor)
        return shown_retention.hold(kept, kept.hold.lifted_at or 0)

    return call.once(lift)


@router.post("/matters/{matter}/erase", response_model=shown_retention.ErasedShown)
def erase_matter(call: Called, matter: Matter) -> Response:
    """Destroy every value of a matter at this node now; refused while this node is responsible for it."""
    id_ = ident(MatterId, matter)

    def erase() -> shown_retention.ErasedShown:
        call.node.retention.erase(id_, actor=call.actor)
        return {"erased": id_}

    return call.once(erase)


@router.post("/handovers/{handover}/erase", response_model=shown_retention.ErasedShown)
def erase_round(call: Called, handover: _Round) -> Response:
    """Destroy what was said in one settled round at this node now; the matter's record stays."""
    id_ = ident(HandoverId, handover)

    def erase() -> shown_retention.ErasedShown:
        call.node.retention.erase_round(id_, actor=call.actor)
        return {"erased": id_}

    return call.once(erase)


def _now(call: Called) -> int:
    with call.node.database.reading() as work:
        return work.now


def _place(cursor: str) -> tuple[int, str]:
    """Give date and name, from behind which the list goes on."""
    due, _, name = cursor.partition(" ")
    if not cursor:
        return 0, ""
    if not (due.isascii() and due.isdecimal() and len(due) <= 12):
        raise InvalidRequestError(errors=({"parameter": "cursor", "rule": "is not a cursor of this API"},))
    return int(due), name
