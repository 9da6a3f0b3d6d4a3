"""The description of the API is complete, its examples fit, its page needs nothing from outside, a fuzzer agrees."""

import gzip
import hashlib
import re
from importlib import resources
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis import checks as known
from schemathesis.specs.openapi import checks as openapi_checks
from starlette.routing import Route

from handover.web import asked, asked_after, asked_contacts, asked_referrals, asked_tracing
from handover.web.calls import ApiRoute
from handover.web.openapi import describe
from handover.web.problems import STATUS
from web.stage import Stage

ORIGINALS: Final = {
    "swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    "swagger-ui.css": "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
}


def operations(stage: Stage) -> list[tuple[str, str, dict[str, Any]]]:
    description: Any = stage.north.client.get("/api/openapi.json").json()
    return [
        (method, path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_route_of_the_api_is_described(shared: Stage) -> None:
    described = {(method.upper(), path) for method, path, _ in operations(shared)}
    routes = shared.north.client.app.routes  # type: ignore[attr-defined]
    served = {
        (method, route.path)
        for route in routes
        if isinstance(route, Route) and route.path.startswith("/api/v1")
        for method in route.methods or ()
    }
    assert described == served
    assert all(isinstance(route, ApiRoute) for route in routes if route.path.startswith("/api/v1"))


def test_every_operation_says_what_it_needs_and_how_it_may_be_refused(shared: Stage) -> None:
    for method, path, operation in operations(shared):
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["security"] == [{"key": []}]
        refused = {int(status) for status in operation["responses"] if not status.startswith("2")}
        assert refused == set(STATUS.values())
        parameters = [each.get("$ref") for each in operation.get("parameters", [])]
        asks = path in ("/api/v1/matters/find", "/api/v1/matters/{matter}/tracing/route")
        needed = method in ("post", "put") and not asks
        assert ("#/components/parameters/IdempotencyKey" in parameters) == needed


def test_the_description_is_whole(shared: Stage) -> None:
    description: Any = shared.north.client.get("/api/openapi.json").json()
    assert description["openapi"] == "3.1.0"
    names = set(re.findall(r'"#/components/([a-zA-Z]+/[a-zA-Z0-9_]+)"', str(description).replace("'", '"')))
    for name in names:
        kind, _, part = name.partition("/")
        assert part in description["components"][kind], name
    shapes = description["components"]["schemas"]
    assert "HTTPValidationError" not in shapes
    for _, path, operation in operations(shared):
        content = operation.get("requestBody", {}).get("content", {})
        shape = content.get("application/json", {}).get("schema", {}).get("$ref", "")
        assert not shape or shapes[shape.rpartition("/")[2]]["examples"], path


@pytest.mark.parametrize(
    "shape",
    dict.fromkeys(
        each
        for module in (asked, asked_after, asked_referrals, asked_tracing)
        for module in (asked, asked_after, asked_contacts, asked_tracing)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, asked.Asked)
    ),
    ids=lambda shape: shape.__name__,
)
def test_every_example_has_the_shape_that_it_stands_for(shape: type[asked.Asked]) -> None:
    extra: Any = shape.model_config.get("json_schema_extra") or {}
    examples = extra.get("examples", [])
    assert examples or shape in (asked.Asked, asked.Statement, asked.Responsible)
    for example in examples:
        shape.model_validate(example)


def test_the_page_needs_nothing_from_outside_and_no_inline_code_without_its_nonce(shared: Stage) -> None:
    client = shared.north.client
    page, again = client.get("/api/docs"), client.get("/api/docs")
    policy = page.headers["content-security-policy"]
    [nonce] = re.findall(r"script-src 'nonce-([\w-]+)';", policy)
    assert page.text.count(f'nonce="{nonce}"') == page.text.count("<script") == 2
    assert nonce not in again.text
    assert "unsafe" not in policy
    assert "//" not in page.text.replace("</", "")
    for found in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert client.get(found).status_code == 200
    assert client.get("/api/docs/index.html").status_code == 404


@pytest.mark.parametrize("name", ORIGINALS)
def test_the_pages_files_are_the_published_ones(shared: Stage, name: str) -> None:
    kept = (resources.files("handover.web") / "static" / f"{name}.gz").read_bytes()
    assert hashlib.sha256(gzip.decompress(kept)).hexdigest() == ORIGINALS[name]
    plain = shared.north.client.get(f"/api/docs/{name}", headers={"accept-encoding": "identity"})
    assert hashlib.sha256(plain.content).hexdigest() == ORIGINALS[name]
    small = shared.north.client.get(f"/api/docs/{name}", headers={"accept-encoding": "br, gzip"})
    assert small.headers["content-encoding"] == "gzip"
    licence = (resources.files("handover.web") / "static" / "swagger-ui.LICENSE").read_text("utf-8")
    assert "Apache License" in licence


EXAMPLES: Final = 5  # for each operation, once of what is described and once of what is not
CHECKS: Final = [
    known.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]


def texts(value: Any) -> set[str]:
    """Give every text in a value, names of members included."""
    if isinstance(value, dict):
        return {text for item in value.items() for part in item for text in texts(part)}
    if isinstance(value, list):
        return {text for part in value for text in texts(part)}
    return {value} if isinstance(value, str) else set()


@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value
)
def test_whatever_comes_is_answered_as_described_and_never_repeated(
    shared: Stage, mode: GenerationMode
) -> None:
    app: Any = shared.north.client.app
    described, problems = str(describe(app)), 0
    headers = {"authorization": f"Bearer {shared.north.hire('first')}"}
    for found in schemathesis.openapi.from_asgi("/api/openapi.json", app).get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def answered(case: schemathesis.Case[Any]) -> None:
            nonlocal problems
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=CHECKS, headers=headers)
            if answer.status_code < 400:
                return
            problems += 1
            assert answer.headers["content-type"] == ["application/problem+json"]
            said = texts([case.body if isinstance(case.body, (dict, list)) else None, dict(case.query or {})])
            repeated = {
                text for text in said if len(text) > 7 and text not in described and text in answer.text
            }
            assert not repeated

        answered()
    assert problems
