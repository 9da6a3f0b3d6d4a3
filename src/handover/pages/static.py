"""Styles and scripts, under addresses that change with their content, so that a browser asks for each only once."""

import gzip
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from handover.domain.errors import NotFoundError
from handover.web.guard import PlainRoute

KINDS: Final = {
    "handover.ltr.css": "text/css",
    "handover.rtl.css": "text/css",
    "govuk-frontend.js": "text/javascript",
    "office.js": "text/javascript",
}
_FOREVER: Final = "public, max-age=31536000, immutable"


@cache
def _files() -> dict[str, tuple[bytes, bytes]]:
    """Give content and compressed content of each file."""
    folder = resources.files("handover.pages") / "static"
    found = {name: (folder / name).read_bytes() for name in KINDS}
    return {name: (data, gzip.compress(data, 9)) for name, data in found.items()}


@cache
def _mark() -> str:
    """Give what changes whenever a file does; one for all, for scripts name one another by their place."""
    return sha256(b"".join(data for data, _ in _files().values())).hexdigest()[:16]


def asset(name: str) -> str:
    """Give the address of a file."""
    return f"/office/assets/{_mark()}/{name}"


async def _serve(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in KINDS or request.path_params["mark"] != _mark():
        raise NotFoundError
    plain, packed = _files()[name]
    headers = {"cache-control": _FOREVER, "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        plain = packed
    return Response(plain, media_type=KINDS[name], headers=headers)


ROUTES: Final = [PlainRoute("/office/assets/{mark}/{name}", _serve, methods=["GET"])]
