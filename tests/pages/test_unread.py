"""What is too much, or a stranger's, is refused before it is read; who asked for a page is told so on one."""

import asyncio
from collections.abc import Iterator

import pytest
from starlette.types import Message

from handover.pages.routes import routes
from handover.web.app import create_app
from handover.web.limits import FORM_LIMIT, UPLOAD_LIMIT
from pages.office import COOKIE, Browser, Offices

HTML = {"accept": "text/html,application/xhtml+xml"}
UPLOAD = {"content-type": "multipart/form-data; boundary=x"}
FILES = "/office/matters/01900000-0000-7000-8000-000000000000/files"


@pytest.fixture
def browser(shared: Offices) -> Browser:
    return shared.browser(shared.north, "loads up")


def status(browser: Browser, cookie: str) -> tuple[int, int]:
    """Post the head of an upload and wait with the body; give the status, and how often the body was asked for."""
    said: list[Message] = []
    asked = 0

    async def receive() -> Message:
        nonlocal asked
        asked += 1
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    fields = {
        **UPLOAD, "content-length": "5000000", "host": "gr-athens.example", "cookie": f"{COOKIE}={cookie}",
    }  # fmt: skip
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "https",
        "path": FILES, "raw_path": FILES.encode(), "query_string": b"", "root_path": "", "client": ("::1", 5),
        "server": ("gr-athens.example", 443),
        "headers": [(name.encode(), value.encode()) for name, value in fields.items()],
    }  # fmt: skip
    asyncio.run(create_app(browser.node, routes(browser.node))(scope, receive, send))
    return said[0]["status"], asked


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "é"])
def test_nothing_is_read_of_what_a_stranger_uploads(browser: Browser, cookie: str) -> None:
    assert status(browser, cookie) == (401, 0)


def test_what_an_officer_sends_whose_session_ended_is_read(browser: Browser) -> None:
    browser.node.sessions.end(browser.cookie)
    found, asked = status(browser, browser.cookie)
    assert found == 401
    assert asked > 0


@pytest.mark.parametrize(("path", "size"), [("/office/account", FORM_LIMIT + 1), (FILES, UPLOAD_LIMIT + 1)])
@pytest.mark.parametrize("declared", [True, False])
def test_a_browser_is_told_on_a_page_that_something_is_too_large(
    browser: Browser, path: str, size: int, declared: bool
) -> None:
    kind = UPLOAD if path == FILES else {"content-type": "application/x-www-form-urlencoded"}
    part = b"a" * 65536

    def slowly() -> Iterator[bytes]:
        yield b"--x\r\ncontent-disposition: form-data; name=a; filename=b\r\n\r\n" if path == FILES else b"a="
        for _ in range(size // len(part) + 1):
            yield part

    sent = b"a" * size if declared else slowly()
    answer = browser.client.post(path, content=sent, headers={**HTML, **kind})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "What you sent is larger than this page takes." in answer.text
    assert 'href="/office/account"' in answer.text  # the officer is still signed in


def test_a_program_is_told_in_its_own_words(browser: Browser) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = browser.client.post("/office/account", content=b"a" * (FORM_LIMIT + 1), headers=kind)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    api = browser.client.post("/api/v1/matters", content=b"a" * (FORM_LIMIT + 1), headers={**HTML, **kind})
    assert (api.status_code, api.headers["content-type"]) == (413, "application/problem+json")


def test_a_form_of_a_kind_that_no_page_sends_is_refused_on_a_page(browser: Browser) -> None:
    answer = browser.client.post(
        "/office/account", content=b"{}", headers={**HTML, "content-type": "text/plain"}
    )
    assert answer.status_code == 415
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
