"""The tables of docs/spec/problems.md and docs/spec/api.md, made from errors and routes as the program has them."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Final

import handover
from handover.web.app import ROUTERS
from handover.web.calls import ApiRoute, DocumentRoute
from handover.web.problems import catalogue, status_of


def load_everything() -> None:
    """Import every module, so that every class of error is known."""
    for found in pkgutil.walk_packages(handover.__path__, "handover."):
        if not found.name.endswith("__main__") and ".migrations." not in found.name:
            importlib.import_module(found.name)


def problems_table() -> str:
    """Give a line for each error: name, status, meaning, whether to repeat, what to do."""
    load_everything()
    rows = ["| name | status | what happened | retry | what to do |", "| --- | --- | --- | --- | --- |"]
    for name, kind in catalogue().items():
        again = "yes" if kind.retry else "no"
        rows.append(f"| `{name}` | {status_of(kind)} | {kind.title} | {again} | {kind.advice} |")
    return "\n".join(rows) + "\n"


def routes() -> Iterator[ApiRoute]:
    """Give every described route of the API, by path."""
    found = [route for router in ROUTERS for route in router.routes if isinstance(route, ApiRoute)]
    yield from sorted((each for each in found if each.include_in_schema), key=lambda each: each.path)


def routes_table() -> str:
    """Give a line for each route: method, path, whether it takes a key, and what it does."""
    rows = ["| method | path under /api/v1 | body | what it does |", "| --- | --- | --- | --- |"]
    for route in routes():
        method = ", ".join(route.methods or ())
        first = inspect.getdoc(route.endpoint)
        text = (first or "").split("\n\n")[0].replace("\n", " ")
        rows.append(f"| {method} | `{route.path.removeprefix('/api/v1')}` | {_body(route)} | {text} |")
    return "\n".join(rows) + "\n"


def _body(route: ApiRoute) -> str:
    if isinstance(route, DocumentRoute):
        return "JSON document" if route.media_types == ("application/json",) else "file"
    if route.body_field is None:
        return "–"
    return f"`{route.body_field.field_info.annotation.__name__}`"  # type: ignore[union-attr]


WEB_PARTS: Final[dict[str, Callable[[], str]]] = {"problems": problems_table, "api-routes": routes_table}
