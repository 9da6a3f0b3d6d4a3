"""/api/v1: the evidence of one matter, for an auditor."""

from fastapi import APIRouter
from starlette.responses import Response

from handover.domain.ids import MatterId
from handover.web.calls import ApiRoute, Called, ident
from handover.web.matters import Matter

MEDIA_TYPE = "application/vnd.handover.evidence"

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["evidence"])


@router.get(
    "/matters/{matter}/evidence",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}},
)
def export_evidence(call: Called, matter: Matter) -> Response:
    """Give the evidence bundle of a matter: no personal value is in it, and `handover verify` needs no node."""
    id_ = ident(MatterId, matter)
    bundle = call.node.evidence.export(id_, actor=call.actor)
    headers = {"content-disposition": f'attachment; filename="{id_}.handover"'}
    return Response(bundle, media_type=MEDIA_TYPE, headers=headers)
