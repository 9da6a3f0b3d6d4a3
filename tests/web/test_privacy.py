"""Marked names go through everything and are found in no log, problem, metric, address, header or kept answer."""

import asyncio
import gc
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from handover.web import examples, journal
from handover.web.app import create_app
from handover.web.guard import Guard
from web.stage import Stage
from web.test_limits import name_of

MARK = "Zzyzx"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Give what a node writes to its log, set up as in a running one."""
    text = io.StringIO()
    monkeypatch.setattr(sys, "stderr", text)
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)  # both are put back
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    structlog.reset_defaults()
    journal.set_up()
    yield text
    logging.captureWarnings(capture=False)
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def marked(value: Any) -> Any:
    """Give the value with the mark in every text that is free."""
    if isinstance(value, dict):
        fixed = {
            "schema",
            "kind",
            "date",
            "precision",
            "sex",
            "script",
            "order",
            "absent",
            "answer",
            "outcome",
        }
        fixed |= {"assent", "language", "interpreter", "given_by", "protection_status"}
        return {name: inner if name in fixed else marked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [marked(inner) for inner in value]
    return f"{value} {MARK}" if isinstance(value, str) else value


def test_marked_names_are_in_no_log_problem_metric_or_address(own: Stage, written: io.StringIO) -> None:
    north, south = own.north, own.south
    matter = north.post("/matters", examples.NEW_MATTER)["id"]
    record = marked(examples.WRITE_RECORD)
    assert north.call("PUT", f"/matters/{matter}/record", record).status_code == 200
    ground = own.ground(matter, statement=marked(examples.NEW_GROUND["statement"]))
    wanted = {"matter": matter, "to": "de/hamburg", "fields": ["identity", "best-interests", "child-view"]}
    sent = north.post("/handovers", {**wanted, "ground": ground["id"]})["id"]
    north.post(f"/handovers/{sent}/release", by="second")
    own.fed.settle()
    got = south.get("/handovers")["data"][0]["id"]
    assert MARK in json.dumps(south.post(f"/handovers/{got}/open"))
    south.post(f"/handovers/{got}/question", {"text": MARK})
    south.post(f"/handovers/{got}/accept", marked(examples.ACCEPT))
    own.fed.settle()
    answers = [
        north.call("POST", f"/handovers/{got}/answer", {"text": MARK}),
        north.call("GET", f"/matters/{MARK}"),
        north.call("GET", f"/matters?{MARK}={MARK}"),
        north.call("GET", f"/matters?cursor={MARK}"),
        north.call("POST", "/matters", {"kind": MARK, MARK: MARK}),
        north.call("PUT", f"/matters/{matter}/record", {"schema": MARK, "sections": {MARK: {MARK: MARK}}}),
        north.client.post(f"/{MARK}", content=MARK, headers={"x-name": MARK}),
        north.client.post(
            "/federation/v1/envelopes",
            content=f'{{"{MARK}":1}}',
            headers={"content-type": "application/json"},
        ),
        north.client.get("/metrics", headers={"authorization": f"Bearer {north.hire('first')}"}),
        north.client.get("/readyz"),
        south.call("GET", "/queue"),
        south.call("GET", "/alarms"),
    ]
    assert not [answer for answer in answers if MARK in answer.text or MARK in str(answer.headers)]
    assert MARK not in written.getvalue()
    assert not [line for line in lines(written) if line.get("dropped")]
    routes = {line["route"] for line in lines(written) if line["event"] == "request"}
    assert {"/api/v1/matters/{matter}/record", "/federation/v1/envelopes", "none"} <= routes
    for office in (north, south):
        for path in office.node.settings.data.rglob("*"):
            assert not path.is_file() or MARK.encode() not in path.read_bytes(), path.name


def test_an_unforeseen_error_becomes_a_problem_without_details(own: Stage, written: io.StringIO) -> None:
    app = create_app(own.north.node)

    async def fails(_request: object) -> None:
        raise ValueError(f"could not read {MARK}")

    app.router.routes.insert(0, Route("/fails", fails))
    answer = TestClient(app).get(f"/fails?name={MARK}")
    assert name_of(answer) == "500 internal"
    assert answer.json()["detail"] == answer.json()["title"]
    [fault] = [line for line in lines(written) if line["event"] == "fault"]
    assert fault["error"] == "builtins.ValueError"
    assert fault["request"] == answer.headers["x-request-id"]
    assert fault["place"]
    assert MARK not in written.getvalue()


def test_what_is_not_on_the_list_is_not_logged(written: io.StringIO) -> None:
    structlog.get_logger().info("request", child_name=MARK, status=200)
    [line] = lines(written)
    assert line["dropped"] == ["child_name"]
    assert line["status"] == 200
    assert MARK not in written.getvalue()


def test_the_libraries_lines_come_without_what_was_put_into_them(written: io.StringIO) -> None:
    try:
        raise KeyError(MARK)
    except KeyError:
        logging.getLogger("uvicorn.error").exception("could not serve %s", MARK)
    logging.getLogger("sqlalchemy").warning("slow: %s", MARK)
    logging.getLogger("sqlalchemy").info("not written: %s", MARK)
    first, second = lines(written)
    assert (first["event"], first["error"], first["logger"]) == (
        "could not serve %s",
        "KeyError",
        "uvicorn.error",
    )
    assert second["event"] == "slow: %s"
    assert MARK not in written.getvalue()


def test_a_librarys_line_that_has_values_in_its_text_comes_without_the_text(written: io.StringIO) -> None:
    async def fails() -> None:
        raise ValueError(MARK)

    async def loses() -> None:
        lost = asyncio.create_task(fails())
        await asyncio.sleep(0)
        del lost

    asyncio.run(loses())
    gc.collect()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"old: {MARK}", UserWarning, stacklevel=1)
    lost, *_, warned = lines(written)
    assert (lost["logger"], lost["error"]) == ("asyncio", "ValueError")
    assert {lost["event"], warned["event"]} == {"said by a library"}
    assert lost["place"]
    assert warned["logger"] == "py.warnings"
    assert MARK not in written.getvalue()


def test_an_error_that_nobody_is_told_of_comes_without_its_text(written: io.StringIO) -> None:
    def fails(*_: object) -> None:
        raise ValueError(MARK)

    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    thrown_away = type("ThrownAway", (), {"__del__": fails})()
    del thrown_away
    gc.collect()
    assert [(line["part"], line["error"]) for line in lines(written)] == [
        ("thread", "builtins.ValueError"),
        ("python", "builtins.ValueError"),
    ]
    assert MARK not in written.getvalue()


def test_a_request_is_logged_with_its_template_and_without_who_asked(
    own: Stage, written: io.StringIO
) -> None:
    own.north.call("GET", f"/matters/{examples.MATTER}")
    line = lines(written)[-1]
    assert line.keys() == {
        *("event", "level", "timestamp", "method", "route", "status", "milliseconds", "bytes", "request"),
    }
    assert (line["route"], line["status"]) == ("/api/v1/matters/{matter}", 404)
    own.north.client.request("BREW", "/livez")
    assert lines(written)[-1]["method"] == "other"


def test_what_breaks_after_the_answer_began_is_logged_and_the_connection_ends(written: io.StringIO) -> None:
    async def breaks(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError(MARK)

    async def gone(scope: Scope, receive: Receive, send: Send) -> None:
        raise ClientDisconnect

    assert not TestClient(Guard(breaks, secure=False)).get("/").content
    fault, request = lines(written)
    assert (fault["event"], request["status"]) == ("fault", 200)
    with pytest.raises(AssertionError):  # the test's client misses an answer
        TestClient(Guard(gone, secure=False)).get("/")
    assert lines(written)[-1]["status"] == 499
    assert MARK not in written.getvalue()


def test_an_error_from_nowhere_has_no_place() -> None:
    assert journal.place_of(ValueError(MARK)) == ""
