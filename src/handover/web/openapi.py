"""The description of the API (OpenAPI 3.1) and the page that shows it, all served by this node itself."""

import functools
import gzip
import secrets
from http import HTTPStatus
from importlib import resources
from typing import Any, Final

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response

from handover.domain.errors import NotFoundError
from handover.web.calls import ApiRoute, DocumentRoute
from handover.web.guard import PlainRoute
from handover.web.problems import MEDIA_TYPE, STATUS, TYPES, catalogue, status_of

Description = dict[str, Any]

_ABOUT: Final = """For case systems: matters, records, grounds, and every step of a handover.

Each request carries `Authorization: Bearer KEY`; the key acts for one officer, and that officer's roles decide. Each
POST and PUT that changes something carries `Idempotency-Key`: repeated with the same key and bytes, it is carried out
once and answered the same, with `Idempotent-Replayed: true`. Times are whole seconds since 1970. Every refusal is a
problem document; docs/spec/problems.md lists all of them."""
_FILES: Final = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Handover API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<div id="description"></div>
<script nonce="{nonce}" src="/api/docs/swagger-ui-bundle.js"></script>
<script nonce="{nonce}">
SwaggerUIBundle({{url: "/api/openapi.json", dom_id: "#description", validatorUrl: null, deepLinking: true}});
</script>
"""
_PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def routes(app: FastAPI) -> list[PlainRoute]:
    """Give the routes of the description and its page."""

    async def description(_request: Request) -> Response:
        return Response(orjson.dumps(describe(app)), media_type="application/json")

    return [
        PlainRoute("/api/openapi.json", description, methods=["GET"]),
        PlainRoute("/api/docs", _page, methods=["GET"]),
        PlainRoute("/api/docs/{name}", _file, methods=["GET"]),
    ]


async def _page(_request: Request) -> Response:
    nonce = secrets.token_urlsafe(16)
    headers = {"content-security-policy": _PAGE_POLICY.format(nonce=nonce)}
    return Response(_PAGE.format(nonce=nonce), media_type="text/html", headers=headers)


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _FILES:
        raise NotFoundError
    packed, data = _content(name)
    headers = {"cache-control": "public, max-age=86400", "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        data = packed
    return Response(data, media_type=_FILES[name], headers=headers)


@functools.cache
def _content(name: str) -> tuple[bytes, bytes]:
    """Give compressed content and content of a file: to unpack it takes long, and anybody may ask."""
    packed = (resources.files("handover.web") / "static" / f"{name}.gz").read_bytes()
    return packed, gzip.decompress(packed)


def describe(app: FastAPI) -> Description:
    """Give the description of the API, made once."""
    if app.openapi_schema is None:
        found = get_openapi(
            title="Handover", version="1", openapi_version="3.1.0", description=_ABOUT, routes=app.routes
        )
        _components(found)
        for route in app.routes:
            if isinstance(route, ApiRoute) and route.include_in_schema:
                for method in route.methods or ():
                    _operation(found["paths"][route.path_format][method.lower()], route)
        app.openapi_schema = found
    return app.openapi_schema


def _components(found: Description) -> None:
    components = found["components"]
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    components["schemas"]["Problem"] = _PROBLEM
    components["responses"] = {
        f"Problem{status}": _response(status) for status in sorted(set(STATUS.values()))
    }
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key."}
    }
    components["parameters"] = {"IdempotencyKey": _KEY}


def _operation(operation: Description, route: ApiRoute) -> None:
    operation["operationId"] = route.name
    operation["security"] = [{"key": []}]
    responses = {code: kept for code, kept in operation["responses"].items() if code.startswith("2")}
    responses |= {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in _statuses()}
    operation["responses"] = responses
    if route.changes and {"POST", "PUT"} & set(route.methods or ()):
        operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
    if isinstance(route, DocumentRoute):
        content = {kind: {"schema": _schema_of(kind)} for kind in route.media_types}
        operation["requestBody"] = {"required": True, "content": content}


def _schema_of(media_type: str) -> Description:
    return {"type": "object"} if media_type == "application/json" else {"type": "string", "format": "binary"}


@functools.cache
def _statuses() -> list[int]:
    return sorted(set(STATUS.values()))


def _response(status: int) -> Description:
    names = [name for name, kind in catalogue().items() if status_of(kind) == status]
    phrase = HTTPStatus(status).phrase
    return {
        "description": f"{phrase}. One of: {', '.join(names)}.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


_KEY: Final[Description] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Anew for each request, the same for its repetition: 8 to 128 visible ASCII characters.",
    "schema": {"type": "string", "pattern": "^[!-~]{8,128}$"},
    "example": "0b9f2a9e-6a0e-4a3c-9c55-3f1d7c8f4e21",
}
_PROBLEM: Final[Description] = {
    "type": "object",
    "title": "Problem",
    "description": "Why the request was refused (RFC 9457). Nothing of the request is repeated.",
    "required": ["type", "title", "status", "detail", "advice", "retry"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": f"Stable: {TYPES} and a name."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "advice": {"type": "string", "description": "What a person should do."},
        "retry": {"type": "boolean", "description": "Whether the same request can succeed later, unchanged."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["rule"],
                "properties": {
                    "pointer": {"type": "string", "description": "Where in the body (RFC 6901)."},
                    "parameter": {"type": "string", "description": "Which parameter of the address."},
                    "rule": {"type": "string"},
                },
            },
        },
    },
    "examples": [
        {
            "type": f"{TYPES}ground-missing",
            "title": "No consent or other legal basis covers this disclosure.",
            "status": 403,
            "detail": "No consent or other legal basis covers this disclosure.",
            "advice": "Ask for consent, or record another legal basis with a second officer.",
            "retry": False,
        }
    ],
}
