"""The auditor's page: one file that checks evidence in the browser. Nobody is asked who they are, and nothing is sent.

The same file works from a disk. Served, it comes under a policy that names its own script and style by their digests
and lets it reach nothing.
"""

import base64
import gzip
import re
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from handover.web.guard import PlainRoute

PATH: Final = "/verify"
_INLINE: Final = "<{0}>(.*?)</{0}>"
_POLICY: Final = (
    "default-src 'none'; script-src {script}; style-src {style}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


@cache
def content() -> str:
    """Give the page."""
    return (resources.files("handover.pages") / "static" / "verify.html").read_text(encoding="utf-8")


@cache
def policy() -> str:
    """Give the content security policy under which the page is served."""
    return _POLICY.format(script=_digest("script"), style=_digest("style"))


def _digest(element: str) -> str:
    """Give the digest by which a policy names the page's only element of that kind."""
    (inside,) = re.findall(_INLINE.format(element), content(), re.DOTALL)
    return f"'sha256-{base64.b64encode(sha256(inside.encode()).digest()).decode('ascii')}'"


@cache
def _packed() -> bytes:
    return gzip.compress(content().encode(), 9)


async def _serve(request: Request) -> Response:
    headers = {"content-security-policy": policy(), "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(content(), media_type="text/html", headers=headers)
    return Response(_packed(), media_type="text/html", headers=headers | {"content-encoding": "gzip"})


ROUTES: Final = [PlainRoute(PATH, _serve, methods=["GET"])]
