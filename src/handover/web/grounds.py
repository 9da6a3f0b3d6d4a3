"""/api/v1: consents and other legal bases."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from handover.application.consents import Terms
from handover.domain.ids import UUID7, MatterId, NodeId
from handover.domain.record import schema
from handover.web import asked, asked_after, shown
from handover.web.calls import ApiRoute, Called, answer, ident
from handover.web.matters import Matter

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["grounds"])


@router.post("/matters/{matter}/grounds", status_code=201, response_model=shown.GroundShown)
def record_ground(call: Called, matter: Matter, new: asked.NewGround) -> Response:
    """Record a consent or another legal basis, with the sealed statement behind it."""
    id_, of, terms = ident(MatterId, matter), schema(new.schema_name), _terms(new)
    statement = new.statement.model_dump()

    def record() -> shown.GroundShown:
        kept = call.node.consents.record(id_, of, terms, statement, actor=call.actor)
        return shown.ground(kept, kept.recorded_at)

    return call.once(record, status=201)


@router.get("/matters/{matter}/grounds", response_model=shown.Page[shown.GroundShown])
def list_grounds(call: Called, matter: Matter) -> Response:
    """List the grounds of a matter, all of them, oldest first; statements are not shown."""
    id_ = ident(MatterId, matter)
    with call.node.database.reading() as work:
        now = work.now
    call.node.cases.matter(id_, actor=call.actor)
    found = call.node.consents.of_matter(id_, actor=call.actor)
    return answer({"data": [shown.ground(each, now) for each in found], "next_cursor": None})


@router.post("/grounds/{ground}/withdraw", response_model=shown.GroundShown)
def withdraw_ground(
    call: Called,
    ground: Annotated[str, Path(max_length=64)],
    new: asked_after.GroundWithdrawal = asked_after.GroundWithdrawal(),  # noqa: B008 - frozen
) -> Response:
    """Withdraw a ground for good, or every consent of the matter: open offers are voided, every holder is told."""
    id_ = ident(UUID7, ground)

    def withdraw() -> shown.GroundShown:
        kept = call.node.consents.withdraw(id_, scope=new.scope, text=new.text, actor=call.actor)
        return shown.ground(kept, kept.ground.withdrawn_at or 0)

    return call.once(withdraw)


def _terms(new: asked.NewGround) -> Terms:
    return Terms(
        basis=new.basis,
        recipients=tuple(NodeId(name) for name in new.recipients),
        purposes=tuple(new.purposes),
        fields=tuple(new.field_names),
        valid_from=new.valid_from,
        valid_until=new.valid_until,
        onward=new.onward,
        review_at=new.review_at,
        second_officer=None if new.second_officer is None else UUID7(new.second_officer),
        urgency=new.urgency,
    )
