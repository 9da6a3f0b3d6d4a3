"""/api/v1: photographs and documents, byte for byte; a record names them by their digest."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from handover.application.attachments import MEDIA_TYPES
from handover.domain.ids import Digest, HandoverId, MatterId
from handover.web import shown
from handover.web.calls import ApiRoute, Called, FileRoute, ident
from handover.web.matters import Matter
from handover.web.offers import Round

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["attachments"])
keeping = APIRouter(prefix="/api/v1", route_class=FileRoute, tags=["attachments"])

File = Annotated[str, Path(description="The SHA-256 digest of the file, base64url.", max_length=64)]
_CONTENT: dict[str, Any] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES}
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": _CONTENT}}


@keeping.post("/matters/{matter}/attachments", status_code=201, response_model=shown.FileShown)
def keep_file(call: Called, matter: Matter) -> Response:
    """Keep a file with the matter (its bytes as the body); the record names it by the digest that is answered."""
    id_ = ident(MatterId, matter)

    def keep() -> shown.FileShown:
        digest = call.node.attachments.add(id_, call.media_type, call.body, actor=call.actor)
        return {"digest": digest, "media_type": call.media_type, "size": len(call.body)}

    return call.once(keep, status=201)


@router.get("/matters/{matter}/attachments/{file}", response_class=Response, responses=_FILE)
def read_file(call: Called, matter: Matter, file: File) -> Response:
    """Read a file of a matter; the reading is entered in the log."""
    found = call.node.attachments.read(ident(MatterId, matter), ident(Digest, file), actor=call.actor)
    return _download(*found)


@router.get("/handovers/{handover}/attachments/{file}", response_class=Response, responses=_FILE)
def read_offered_file(call: Called, handover: Round, file: File) -> Response:
    """Read a file of an offer that was opened; the reading is entered in the log."""
    id_, digest = ident(HandoverId, handover), ident(Digest, file)
    return _download(*call.node.attachments.read_offered(id_, digest, actor=call.actor))


def _download(media_type: str, data: bytes) -> Response:
    """What came from elsewhere is never shown in a page, and has no name; there are no ranges."""
    headers = {"content-disposition": "attachment", "accept-ranges": "none"}
    return Response(data, media_type=media_type, headers=headers)
