"""The web application of one node: every route, behind the limits and the guard."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from handover.domain.errors import HandoverError, NotFoundError
from handover.web import (
    asked,
    asked_after,
    asked_referrals,
    asked_tracing,
    askings,
    attachments,
    contacts,
    corrections,
    decisions,
    demands,
    desk,
    evidence,
    followups,
    grounds,
    matters,
    offers,
    openapi,
    operate,
    overrides,
    petitions,
    referrals,
    resolving,
    retention,
    rounds,
    tracing,
)
from handover.web.doorstep import Doorstep
from handover.web.federation import Federation
from handover.web.federation_tracing import TracingPaths
from handover.web.federation_witness import WitnessPaths
from handover.web.guard import Guard, answer, known
from handover.web.limits import Limits
from handover.web.parts import Node
from handover.web.problems import InternalError, InvalidRequestError
from handover.web.proxies import Proxies

THREADS: Final = 8  # requests of the API that are worked on at a time; connections to the database are few
ROUTERS: Final = (
    operate.router,
    desk.router,
    matters.reading,
    matters.router,
    matters.documents,
    grounds.router,
    corrections.router,
    offers.router,
    rounds.router,
    resolving.router,
    retention.router,
    overrides.router,
    demands.router,
    petitions.router,
    followups.router,
    contacts.router,
    decisions.router,
    referrals.router,
    tracing.router,
    askings.router,
    evidence.router,
    attachments.keeping,
    attachments.router,
)
_NAMES: Final = frozenset(
    name
    for module in (asked, asked_after, asked_referrals, asked_tracing)
    for shape in vars(module).values()
    if isinstance(shape, type) and issubclass(shape, BaseModel)
    for field, about in shape.model_fields.items()
    for name in (field, about.alias)
    if name
)
_RULES: Final = {
    "missing": "is missing",
    "extra_forbidden": "holds a member that is not described",
    "string_pattern_mismatch": "has not the described spelling",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "too_short": "has too few items",
    "too_long": "has too many items",
    "enum": "is none of the described words",
    "literal_error": "is none of the described words",
}


def create_app(node: Node, pages: Sequence[Route] = ()) -> FastAPI:
    """Give the application that serves *node*, its *pages* included."""
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would be built from the request's Host
        lifespan=_lifespan,
        exception_handlers={
            HandoverError: _refuse,
            HTTPException: _refuse,
            RequestValidationError: _refuse_shape,
        },
    )
    app.state.node = node
    app.router.routes[:] = [
        *Federation(node).routes(),
        *TracingPaths(node).routes(),
        *WitnessPaths(node).routes(),
        *operate.Health(node).routes(),
        *openapi.routes(app),
        *pages,
    ]
    for router in ROUTERS:
        app.router.routes.extend(router.routes)
    app.add_middleware(Limits)
    app.add_middleware(Doorstep)
    app.add_middleware(Guard, secure=node.settings.address.startswith("https://"))
    app.add_middleware(Proxies, proxies=node.settings.proxies)
    return app


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = THREADS
    yield


async def _refuse(request: Request, error: Exception) -> Response:
    found = known(error) or InternalError()
    headers: dict[str, str] = {}
    if isinstance(error, HTTPException) and error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_methods(request)))
    return answer(found, request.scope, headers)


def _methods(request: Request) -> set[str]:
    """Give the methods of every route with this path; the router itself names those of the first alone."""
    return {
        method
        for route in request.app.routes
        if isinstance(route, Route) and route.path_regex.match(request.scope["path"])
        for method in route.methods or ()
    }


async def _refuse_shape(request: Request, error: Exception) -> Response:
    problems: Sequence[Mapping[str, Any]] = (
        error.errors() if isinstance(error, RequestValidationError) else ()
    )
    if any(each["loc"][0] == "path" for each in problems):
        return answer(NotFoundError(), request.scope)
    errors = [_error(each) for each in problems[:20]]
    return answer(InvalidRequestError(errors=errors), request.scope)


def _error(problem: Mapping[str, Any]) -> dict[str, str]:
    """Give place and rule, in our words: the library's may hold what was sent, and so may a member's name."""
    place, *steps = problem["loc"]
    kept = [str(step) for step in steps if isinstance(step, int) or step in _NAMES]
    rule = _RULES.get(problem["type"], "has not the described type or range")
    if place == "query":
        return {"parameter": kept[0] if kept else "", "rule": rule}
    return {"pointer": "".join(f"/{step}" for step in kept), "rule": rule}
