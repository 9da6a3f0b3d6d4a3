"""The chapters on federation and API name every path, limit, gauge and shape that there is."""

import re

import web_tables
from documents import ROOT
from handover.application.worklist import Waits
from handover.protocol.attachment import LONGEST_FILE
from handover.web import limits, server
from handover.web.doorstep import PIECE
from handover.web.federation import WAITING
from handover.web.quota import BURST, RATE, READ_RATE, READS, SHARE
from web.stage import Stage

FEDERATION = (ROOT / "docs/spec/federation.md").read_text("utf-8")
API = (ROOT / "docs/spec/api.md").read_text("utf-8")


def spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def test_every_path_without_the_framework_has_its_line(shared: Stage) -> None:
    routes = shared.north.client.app.routes  # type: ignore[attr-defined]
    for route in routes:
        path = re.sub(r":path}", "}", route.path)
        federal = ("/federation", "/registry", "/log", "/.well-known", "/witness")
        page = FEDERATION if path.startswith(federal) else API
        if not path.startswith(("/api/v1", "/api/docs/")):
            assert f" {path}`" in page, path


def test_the_limits_named_are_those_that_hold() -> None:
    for text in (
        f"{limits.MOST_FIELDS}, and {spaced(limits.FIELDS_LIMIT)} bytes together",
        f"{limits.ADDRESS_LIMIT} bytes",
        f"{server.Protocol.head_seconds:.0f} seconds, {spaced(server.Protocol.head_bytes)} bytes",
        f"{limits.SECONDS:.0f} seconds from its first byte",
        f"{BURST:.0f} at once, {RATE:.0f} more each second",
        f"for one address or /64 | {READS:.0f} at once, {READ_RATE:.0f} more each second",
        f"one more for each {spaced(PIECE)} bytes",
        f"{server.Protocol.ahead} requests that wait for the answers before",
        f"{server.Protocol.rest_seconds:.0f} seconds after its answer",
        f"{spaced(server.Protocol.take_bytes)} bytes in {server.Protocol.take_seconds:.0f} seconds",
        f"deliveries that wait | {WAITING} in all, {WAITING // SHARE} from one address",
        f"{server.Protocol.per_address} from one address, {server.CONNECTIONS} in all",
    ):
        assert text in FEDERATION, text
    for limit in (limits.API_LIMIT, limits.DOCUMENT_LIMIT, LONGEST_FILE):
        assert spaced(limit) in API


def test_every_gauge_and_every_turn_has_its_word(shared: Stage) -> None:
    headers = {"authorization": f"Bearer {shared.north.hire('first')}"}
    shown = shared.north.client.get("/metrics", headers=headers).text
    for name in re.findall(r"^# TYPE (handover_\S+)", shown, re.MULTILINE):
        assert f"`{name}`" in API, name
    for word in Waits:
        assert f"`{word}`" in API


def test_every_route_is_in_the_table() -> None:
    table = web_tables.routes_table()
    assert all(f"`{route.path.removeprefix('/api/v1')}`" in table for route in web_tables.routes())
    assert "| – |" in table
    assert "| file |" in table
