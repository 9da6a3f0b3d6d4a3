"""Logs, problems and metrics: lines that strangers write themselves, values and secrets that must not be there."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from urllib.parse import quote

import httpx2
import pytest

from attacks.attack import Attack, Leaves, Strike, against
from attacks.house import SIGN_IN, House, house
from handover.web.journal import FIELDS
from pages.office import COOKIE, hidden
from web.stage import API, JSON
from web.test_privacy import written  # noqa: F401 - a fixture

MARK = "Zzyzx"
LINE = f'{MARK}\r\n{{"event":"request","status":200}}\n\x1b[31mroot has signed in\x1b[0m'
Does = Callable[[], list[httpx2.Response]]
Prepared = Callable[[House], Does]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("logs")) as made:
        yield made


def seen(door: House, log: io.StringIO, does: Does) -> str:
    """Do it; tell whether a mark, or a line that is none of the node's, is in its log, heads, problems or metrics."""
    key = door.office.hire("reads the metrics")
    answers = does()
    metrics = door.office.client.get("/metrics", headers={"authorization": f"Bearer {key}"})
    assert metrics.status_code == 200
    text = log.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]
    assert len([line for line in lines if line["event"] == "request"]) > len(answers)
    odd = [line for line in lines if not line.keys() <= FIELDS or line.get("dropped")]
    told = [answer.text for answer in answers if answer.headers.get("content-type") == PROBLEM]
    heads = [str(answer.headers) for answer in answers]
    everywhere = [text, metrics.text, *told, *heads]
    marked = [each for each in everywhere if MARK in each or key in each or "\x1b" in each]
    return "something" if odd or marked else "nothing"


PROBLEM = "application/problem+json"


def asking(method: str, path: str, **headers: str) -> Prepared:
    """Send a request without a body, as a stranger and as an officer."""
    named = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}

    def prepare(door: House) -> Does:
        clients = (door.stranger(), door.browser().client)
        return lambda: [
            client.request(method, path, headers=named, follow_redirects=False) for client in clients
        ]

    return prepare


def calling(method: str, path: str, body: object) -> Prepared:
    """Call the API."""
    return lambda door: lambda: [door.office.call(method, path, body, by="calls")]


def posting(path: str, content: str) -> Prepared:
    """Send bytes to what peers use."""
    return lambda door: lambda: [door.office.client.post(path, content=content.encode(), headers=JSON)]


def at_the_door(**fields: str) -> Prepared:
    """Fill the form of sign-in name and password."""

    def prepare(door: House) -> Does:
        client = door.stranger()
        form = hidden(client.get(SIGN_IN).text)
        sent = {**form, "login": "eleni.p", "password": "x", "code": "1", **fields}
        return lambda: [client.post(f"{SIGN_IN}/password", data=sent)]

    return prepare


def with_a_link(door: House) -> Does:
    client = door.stranger()
    form = hidden(client.get("/office/welcome").text)
    return lambda: [client.post("/office/welcome", data={**form, "secret": LINE})]


def with_a_cookie(door: House) -> Does:
    client = door.stranger()
    headers = {b"cookie": f"{COOKIE}={MARK}; __Host-handover-device={MARK}; {MARK}=1".encode()}
    return lambda: [client.get("/office/work", headers=headers, follow_redirects=False)]


def with_a_form(door: House) -> Does:
    browser = door.browser()
    sent = {"csrf": browser.token("/office/matters/new"), MARK: LINE, "reference": LINE, "kind": LINE}
    return lambda: [browser.client.post("/office/matters/new", data=sent)]


def with_a_file(door: House) -> Does:
    browser, matter = door.browser(), door.made.matter()
    browser.say_why(matter)
    at = f"/office/matters/{matter}"
    sent = {"csrf": browser.token(f"{at}/files"), "kind": "photo", "title": LINE[:6]}
    file = {"file": (f"{MARK}.exe", MARK.encode() * 9, f"image/{MARK}")}
    return lambda: [browser.client.post(f"{at}/files", data=sent, files=file)]


def with_a_record(door: House) -> Does:
    matter = door.made.matter()
    record = {"schema": "guardianship/1", "sections": {"identity": {"sex": MARK, MARK: MARK}}}
    return lambda: [door.office.call("PUT", f"/matters/{matter}/record", record, by="calls")]


def by_a_line_of_its_own(door: House) -> Does:
    """Let a library complain of what somebody has sent."""

    def complain() -> list[httpx2.Response]:
        try:
            raise ValueError(LINE)
        except ValueError:
            logging.getLogger("uvicorn.error").exception("Invalid HTTP request received: %s", LINE)
        return []

    return complain


CHANNELS: dict[str, tuple[str, Prepared, Leaves]] = {
    "the-path": ("the path of a page", asking("GET", f"/office/{quote(LINE)}"), Leaves.NOTHING),
    "the-path-of-the-api": (
        "the path of the API",
        asking("GET", f"{API}/matters/{quote(LINE)}"),
        Leaves.NOTHING,
    ),
    "the-query": (
        "the query",
        asking("GET", f"/office/help?said={quote(LINE)}&{quote(LINE)}=1"),
        Leaves.NOTHING,
    ),
    "the-method": ("the method", asking(f"{MARK.upper()}{MARK}", "/office/help"), Leaves.NOTHING),
    "the-browsers-name": (
        "the browser's name",
        asking("GET", "/office/help", user_agent=f"{MARK}\x1b[31m"),
        Leaves.NOTHING,
    ),
    "the-referrer": (
        "the address that it comes from",
        asking("GET", "/office/help", referer=f"https://{MARK}/"),
        Leaves.NOTHING,
    ),
    "the-hosts-name": (
        "the host's name",
        asking("GET", "/office/help", host=f"{MARK}.example"),
        Leaves.NOTHING,
    ),
    "the-way": (
        "the addresses that proxies add",
        asking("GET", "/office/help", x_forwarded_for=f"{MARK}\x1b[31m"),
        Leaves.NOTHING,
    ),
    "the-requests-number": (
        "the number of a request",
        asking("GET", "/office/help", x_request_id=MARK),
        Leaves.NOTHING,
    ),
    "the-language": (
        "the language",
        asking("GET", "/office/help", accept_language=f"{MARK}\x1b[31m"),
        Leaves.NOTHING,
    ),
    "the-key": (
        "a key of the API",
        asking("GET", f"{API}/matters", authorization=f"Bearer ho_{MARK}"),
        Leaves.NOTHING,
    ),
    "a-cookie": ("cookies", with_a_cookie, Leaves.NOTHING),
    "a-members-envelope": (
        "names of an envelope's members",
        posting("/federation/v1/envelopes", f'{{"{MARK}":["{MARK}"]}}'),
        Leaves.NOTHING,
    ),
    "a-case-system": (
        "names and values of the API",
        calling("POST", "/matters", {"kind": LINE, MARK: LINE}),
        Leaves.NOTHING,
    ),
    "a-record": ("a field of a record that has none such", with_a_record, Leaves.NOTHING),
    "a-form": ("a form with faults", with_a_form, Leaves.NOTHING),
    "a-file": ("the name, the kind and the bytes of a file that is refused", with_a_file, Leaves.NOTHING),
    "a-sign-in-name": ("the sign-in name", at_the_door(login=LINE), Leaves.COUNTED),
    "a-password": ("the password", at_the_door(password=LINE), Leaves.COUNTED),
    "a-code": ("the code", at_the_door(code=MARK), Leaves.COUNTED),
    "a-link": ("the secret of a one-time link", with_a_link, Leaves.NOTHING),
    "a-library": ("what a library complains of", by_a_line_of_its_own, Leaves.NOTHING),
}


@against(
    *(
        Attack(
            f"log-line-by-{name}",
            f"Somebody writes a name, a line of a log and colours of a terminal into {what}.",
            "nothing",
            leaves,
            with_=prepare,
        )
        for name, (what, prepare, leaves) in CHANNELS.items()
    )
)
def test_nobody_writes_into_the_log(door: House, written: io.StringIO, case: Attack) -> Strike:  # noqa: F811
    does = case.with_(door)
    for name in ("reads the metrics", "calls"):
        door.office.hire(name)
    return door.strike(lambda: seen(door, written, does))
