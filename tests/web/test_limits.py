"""What stacks like this one take by default and this one refuses, each with one clear answer that repeats nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from starlette.types import Message, Receive, Scope, Send

from handover.protocol.delivery import BODY_LIMIT
from handover.web import limits
from handover.web.limits import Limits
from handover.web.problems import TooLargeError, TooSlowError
from web.stage import JSON, Stage

MARK = "Zzyzx"
DELIVERIES = "/federation/v1/envelopes"
MATTERS = "/api/v1/matters"


def name_of(answer: httpx2.Response) -> str:
    """Give status and name of a problem document."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert MARK not in answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem.keys() >= {"type", "title", "status", "detail", "advice", "retry"}
    return f"{answer.status_code} {problem['type'].removeprefix('https://handover.example/problems/')}"


def sent(stage: Stage, body: bytes, *, path: str = MATTERS, **headers: str) -> httpx2.Response:
    """Give the answer to a body of our choosing, sent by an officer."""
    known = {
        "authorization": f"Bearer {stage.north.hire('first')}",
        "content-type": "application/json",
        "idempotency-key": "0123456789",
    }
    extra = {key.replace("_", "-"): value for key, value in headers.items()}
    return stage.north.client.post(path, content=body, headers=known | extra)


def matter(**changes: object) -> bytes:
    """Give a body that is good but for *changes*, which are written as they are."""
    members: dict[str, object] = {"kind": '"guardianship"', "reference": '"A-1"', **changes}
    return ("{" + ",".join(f'"{name}":{text}' for name, text in members.items()) + "}").encode()


@pytest.mark.parametrize(
    "body",
    [
        b'{"kind":"guardianship","kind":"tracing"}',
        matter(reference=f'"{MARK}","reference":"{MARK}"'),
        matter().decode().encode("utf-16"),
        b"\xef\xbb\xbf" + matter(),
        matter(reference="NaN"),
        matter(reference="Infinity"),
        matter(reference='"\\ud800"'),
        matter(reference="1.0"),
        matter(reference="1e3"),
        matter(reference="9007199254740993"),
        matter(reference="9" * 5000),
        matter(reference="-0"),
        matter(reference=f'"{MARK}\\u0000"'),
        matter(reference=f'"{MARK}\x1b[31m"'),
        b"[" * 200_000,
        matter(reference="[" * 20 + "]" * 20),
        f'{{"{MARK}":'.encode(),
        b"\xff\xfe",
        matter()[:-1],
        matter() + b"{}",
    ],
    ids=[
        *("kind-twice", "reference-twice", "utf-16", "bom", "nan", "infinity", "lone-surrogate", "point", "exponent"),
        *("beyond-2-53", "5000-digits", "minus-zero", "nul", "escape", "200000-levels", "20-levels", "cut"),
        *("no-utf-8", "unclosed", "two-values"),
    ],
)  # fmt: skip
def test_what_is_not_strict_json_is_malformed(shared: Stage, body: bytes) -> None:
    assert name_of(sent(shared, body)) == "400 malformed"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (matter(kind="7"), "/kind"),
        (matter(kind='"custody"'), "/kind"),
        (matter(reference="7"), "/reference"),
        (matter(reference="true"), "/reference"),
        (matter(reference="null"), "/reference"),
        (matter(reference=f'"{MARK * 40}"'), "/reference"),
        (matter(**{MARK: f'"{MARK}"'}), ""),
        (b"{}", "/kind"),
        (f'["{MARK}"]'.encode(), ""),
        (f'"{MARK}"'.encode(), ""),
        (b"7", ""),
    ],
)
def test_shapes_are_strict_and_errors_point_without_repeating(shared: Stage, body: bytes, place: str) -> None:
    answer = sent(shared, body)
    assert name_of(answer) == "422 invalid-request"
    assert place in {error["pointer"] for error in answer.json()["errors"]}


def test_text_is_not_taken_for_a_number_nor_a_number_for_text(shared: Stage) -> None:
    good = {"matter": "x", "to": "de/hamburg", "fields": ["identity"], "ground": "x", "deadline": "7"}
    answer = shared.north.call("POST", "/handovers", good)
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/matter", "/ground", "/deadline"}
    answer = shared.north.call("POST", "/handovers", {**good, "deadline": True, "fields": [1]})
    assert {"/deadline", "/fields/0"} <= {error["pointer"] for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/json; charset=utf-8; version=1",
        "application/problem+json",
        "application/json, text/plain",
        "",
    ],
)
@pytest.mark.parametrize("path", [MATTERS, DELIVERIES])
def test_only_json_is_read(shared: Stage, path: str, media_type: str) -> None:
    assert name_of(sent(shared, matter(), path=path, content_type=media_type)) == "415 media-type"


@pytest.mark.parametrize(
    "media_type", ["application/json;charset=utf-8", 'Application/JSON; charset="UTF-8"']
)
def test_utf_8_may_be_said(shared: Stage, media_type: str) -> None:
    assert sent(shared, matter(), content_type=media_type).status_code == 201


@pytest.mark.parametrize("coding", ["gzip", "identity", "br, gzip"])
def test_no_content_encoding_is_taken(shared: Stage, coding: str) -> None:
    assert name_of(sent(shared, matter(), content_encoding=coding)) == "415 media-type"


@pytest.mark.parametrize(
    ("path", "limit"),
    [(MATTERS, limits.API_LIMIT), (DELIVERIES, BODY_LIMIT), ("/livez", 0), ("/registry/x", 0)],
)
def test_a_body_over_the_limit_of_its_path_is_refused_unread(shared: Stage, path: str, limit: int) -> None:
    answer = sent(shared, b"[" * (limit + 1), path=path)
    assert name_of(answer) == "413 too-large"
    assert answer.headers["connection"] == "close"


def test_a_body_without_a_stated_length_is_cut_off_at_the_limit(shared: Stage) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(300):
            yield b" " * 1024

    headers = {
        "authorization": f"Bearer {shared.north.hire('first')}",
        **JSON,
        "idempotency-key": "0123456789",
    }
    answer = shared.north.client.post(MATTERS, content=pieces(), headers=headers)
    assert name_of(answer) == "413 too-large"


@pytest.mark.parametrize(
    "headers",
    [
        [("content-length", "12"), ("transfer-encoding", "chunked")],
        [("content-length", "12"), ("content-length", "12")],
        [("content-length", "12"), ("content-length", "13")],
        [("content-length", "+12")],
        [("content-length", "0x0c")],
        [("content-length", "-1")],
        [("transfer-encoding", "gzip, chunked")],
        [("transfer-encoding", "chunked"), ("transfer-encoding", "identity")],
    ],
)
def test_a_body_has_one_length(shared: Stage, headers: list[tuple[str, str]]) -> None:
    all_ = [("content-type", "application/json"), *headers]
    request = shared.north.client.build_request("POST", DELIVERIES, content=b'{"items":[]}')
    for name in ("content-length", "content-type", "transfer-encoding"):
        request.headers.pop(name, None)
    request.headers = httpx2.Headers([*request.headers.multi_items(), *all_])
    assert name_of(shared.north.client.send(request)) == "400 framing"


@pytest.mark.parametrize(
    "headers",
    [
        [("x-long", "x" * limits.FIELDS_LIMIT)],
        [(f"x-{number}", "x") for number in range(limits.MOST_FIELDS + 1)],
        [("x-name", MARK * 4000)],
    ],
    ids=["one-long", "many", "marked"],
)
def test_header_fields_are_few_and_short(shared: Stage, headers: list[tuple[str, str]]) -> None:
    answer = shared.north.client.get("/livez", headers=headers)
    assert name_of(answer) == "431 headers-too-large"


def test_an_address_is_short(shared: Stage) -> None:
    assert name_of(shared.north.client.get("/registry/" + "x" * 2048)) == "431 headers-too-large"
    assert name_of(shared.north.client.get("/livez?" + "x" * 2048)) == "431 headers-too-large"


async def _collect(seconds: float, messages: AsyncIterator[Message]) -> int:
    """Give how many bytes an application behind the limits could read."""
    read = 0

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        nonlocal read
        more = True
        while more:
            message = await receive()
            read += len(message["body"])
            more = message["more_body"]

    async def send(_message: Message) -> None:
        return

    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": DELIVERIES,
        "query_string": b"",
        "headers": [(b"transfer-encoding", b"chunked"), (b"content-type", b"application/json")],
    }
    await Limits(app, seconds=seconds)(scope, messages.__anext__, send)
    return read


async def _drops(pause: float, number: int = 1000, size: int = 1) -> AsyncIterator[Message]:
    for left in range(number - 1, -1, -1):
        await asyncio.sleep(pause)
        yield {"type": "http.request", "body": b" " * size, "more_body": left > 0}


def test_a_body_that_never_ends_is_given_up() -> None:
    with pytest.raises(TooSlowError):
        asyncio.run(_collect(0.05, _drops(0.01)))
    with pytest.raises(TooSlowError):
        asyncio.run(_collect(0.05, _drops(10)))


def test_a_slow_body_in_time_is_read_whole() -> None:
    assert asyncio.run(_collect(5, _drops(0.001, number=20))) == 20
    with pytest.raises(TooLargeError):
        asyncio.run(_collect(5, _drops(0, number=3, size=BODY_LIMIT // 2)))


def test_every_answer_carries_the_security_headers(shared: Stage) -> None:
    for answer in (
        shared.north.client.get("/livez"),
        shared.north.client.get("/nothing"),
        shared.north.call("GET", "/matters"),
        sent(shared, b"{"),
    ):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert "server" not in answer.headers


def test_the_host_that_a_request_names_decides_nothing(shared: Stage) -> None:
    client = shared.north.client
    headers = {
        "authorization": f"Bearer {shared.north.hire('first')}",
        "host": f"{MARK}.example",
        "x-forwarded-host": MARK,
    }
    shared.matter()
    shared.matter()
    page = client.get("/api/v1/matters?limit=1", headers=headers)
    assert page.headers["link"].startswith("<https://gr-athens.example/api/v1/matters?limit=1&cursor=")
    assert MARK not in str(page.headers)
    for path in ("/livez/", "//livez", "/api/v1/matters/"):
        answer = client.get(path, headers=headers, follow_redirects=False)
        assert name_of(answer) == "404 no-such-path"


def test_an_address_takes_only_its_methods(shared: Stage) -> None:
    answer = shared.north.call("DELETE", "/matters")
    assert name_of(answer) == "405 method-not-allowed"
    assert answer.headers["allow"] == "GET, POST"
    assert shared.north.client.request("TRACE", "/livez").status_code == 405
