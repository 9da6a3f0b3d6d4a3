"""/api/v1: for an auditor, the evidence of one matter, and the proof that a log contradicts itself."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from handover.domain.ids import UUID7, MatterId
from handover.web.calls import ApiRoute, Called, ident
from handover.web.matters import Matter

MEDIA_TYPE = "application/vnd.handover.evidence"

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["evidence"])


_FILE = {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}


@router.get("/matters/{matter}/evidence", response_class=Response, responses={200: _FILE})
def export_evidence(call: Called, matter: Matter) -> Response:
    """Give the evidence bundle of a matter: no personal value is in it, and `handover verify` needs no node."""
    id_ = ident(MatterId, matter)
    bundle = call.node.evidence.export(id_, actor=call.actor)
    return _file(bundle, id_)


@router.get("/alarms/{alarm}/evidence", response_class=Response, responses={200: _FILE})
def export_log_proof(
    call: Called, alarm: Annotated[str, Path(description="The alarm's identifier.")]
) -> Response:
    """Give the proof behind an alarm `split-view` or `log-rolled-back`; `handover verify` names who did what."""
    id_ = ident(UUID7, alarm)
    return _file(call.node.log_proofs.export(id_, actor=call.actor), id_)


def _file(data: bytes, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}.handover"'}
    return Response(data, media_type=MEDIA_TYPE, headers=headers)
