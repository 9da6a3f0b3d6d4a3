"""What strangers, other sites and odd clients send to the pages: it is refused in the same words; nothing changes."""

import httpx2
import pytest
from starlette.testclient import TestClient

from handover.pages.routes import PAGES
from handover.pages.visit import inside
from pages.office import COOKIE, Browser, Offices, hidden

OUTSIDE = (
    "//evil.example", "https://evil.example", "https:evil.example", "\\\\evil.example", "/\\evil.example",
    "/office//evil.example", "/office/\\evil.example", "/office@evil.example", "https://x@evil.example/office",
    "/%2f%2fevil.example", "/office/%2e%2e/%2fevil.example", "%68ttps://evil.example", "javascript:alert(1)",
    "/office\r\nlocation: https://evil.example", "/officer.evil.example", " //evil.example", "/office/work#@evil",
    "data:text/html,x", "\t//evil.example", "/office?next=//evil.example", "http:///evil.example", "",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser(shared: Offices) -> Browser:
    return shared.browser(shared.north, "works")


@pytest.fixture(scope="module")
def round_(shared: Offices) -> str:
    return f"/office/handovers/{shared.offered()[0]}"


@pytest.fixture
def stranger(shared: Offices) -> TestClient:
    node = shared.north.node
    return TestClient(shared.north.client.app, base_url=node.settings.address, raise_server_exceptions=False)


def raw(client: TestClient, path: str, content: bytes, **headers: str) -> httpx2.Response:
    """Send bytes as a form, whatever they are."""
    sent = {"content-type": "application/x-www-form-urlencoded", **headers}
    return client.post(path, content=content, headers=sent, follow_redirects=False)


@pytest.mark.parametrize("to", OUTSIDE)
def test_no_way_leads_to_another_site(to: str) -> None:
    assert inside(to) == "/office"


@pytest.mark.parametrize("to", ["/office", "/office/work", "/office/matters/0-a/record?said=saved"])
def test_a_way_inside_is_kept(to: str) -> None:
    assert inside(to) == to


@pytest.mark.parametrize("to", OUTSIDE)
def test_no_form_sends_a_browser_to_another_site(shared: Offices, browser: Browser, to: str) -> None:
    matter = shared.matter()
    page = f"/office/matters/{matter}/record"
    sent = {"reason": "case-work", "to": to}
    answer = browser.post(f"/office/matters/{matter}/reason", sent, page=page)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/office"


def test_what_is_to_follow_is_a_field_and_never_a_link(browser: Browser, stranger: TestClient) -> None:
    for address in ("/office/sign-in", "/office/step-up"):
        for to in ("//evil.example", "javascript:alert(1)", '"><script>alert(1)</script>'):
            client = stranger if address.endswith("in") else browser.client
            text = client.get(address, params={"next": to}).text
            assert 'href="//evil' not in text
            assert 'href="javascript' not in text
            assert "<script>alert" not in text


def test_every_answer_is_framed_cached_and_sniffed_by_nobody(browser: Browser, stranger: TestClient) -> None:
    paths = [f"/office{page.path}" for page in PAGES if "{" not in page.path]
    paths += ["/office/nothing", "/office/matters/x", "/", "/office/matters/x/record"]
    for client in (browser.client, stranger):
        for path in paths:
            for method in ("GET", "POST"):
                if path.endswith("sign-out") and method == "POST":
                    continue
                answer = client.request(method, path, follow_redirects=False)
                assert answer.status_code < 500 or path.endswith("provider"), (method, path)
                found = answer.headers
                assert found["cache-control"] == "no-store", path
                assert found["x-frame-options"] == "DENY", path
                assert "frame-ancestors 'none'" in found["content-security-policy"], path
                assert "unsafe" not in found["content-security-policy"], path
                assert found["x-content-type-options"] == "nosniff", path
                assert found["referrer-policy"] in ("same-origin", "no-referrer"), path
                assert "max-age" in found["strict-transport-security"], path
                assert "server" not in found, path
                assert "access-control-allow-origin" not in found, path


def test_only_the_words_of_the_table_are_said(browser: Browser) -> None:
    text = browser.get("/office/help?said=<script>alert(1)</script>&said=released")
    assert "<script>alert" not in text


FORGED = (
    {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "http://gr-athens.example.evil.example"},
    {"origin": "https://gr-athens.example:8443"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "x"}, {"origin": "https://gr-athens.example@evil.example"}, {"origin": "\u00e9"},
    {"origin": "http://gr-athens.example"},
)  # fmt: skip


@pytest.mark.parametrize("headers", FORGED)
def test_a_form_from_elsewhere_changes_nothing_even_with_a_token(
    shared: Offices, browser: Browser, round_: str, headers: dict[str, str]
) -> None:
    token = browser.token(round_)
    data = {"csrf": token}
    sent = {name.encode(): value.encode() for name, value in headers.items()}
    answer = browser.client.post(f"{round_}/withdraw", data=data, headers=sent, follow_redirects=False)
    assert answer.status_code == 403
    assert shared.north.get(f"/handovers/{round_.rpartition('/')[2]}")["state"] == "OFFERED"


def test_a_form_of_ours_says_where_it_is_from(browser: Browser, round_: str) -> None:
    data = {"csrf": browser.token(round_), "question": "?"}
    headers = {"origin": "https://gr-athens.example", "sec-fetch-site": "same-origin"}
    answer = browser.client.post(f"{round_}/question", data=data, headers=headers, follow_redirects=False)
    assert answer.status_code == 303


@pytest.mark.parametrize("token", ["", "x", "A" * 86, "\u00e9" * 86, "=" * 86])
def test_a_token_that_was_never_given_is_worth_nothing(browser: Browser, round_: str, token: str) -> None:
    answer = browser.client.post(f"{round_}/withdraw", data={"csrf": token}, follow_redirects=False)
    assert answer.status_code == 403


def test_the_token_stands_differently_in_each_page(browser: Browser) -> None:
    assert browser.token("/office/account") != browser.token("/office/account")


def test_the_token_of_before_signing_in_is_worth_nothing_after(
    shared: Offices, stranger: TestClient, round_: str
) -> None:
    token = hidden(stranger.get("/office/sign-in").text)["csrf"]
    stranger.cookies.set(COOKIE, shared.browser(shared.north, "works").cookie)
    answer = stranger.post(f"{round_}/withdraw", data={"csrf": token}, follow_redirects=False)
    assert answer.status_code == 403


def test_signing_in_needs_a_form_of_ours_so_that_nobody_is_signed_in_as_another(stranger: TestClient) -> None:
    data = {"login": "x", "password": "y", "code": "000000"}
    for path in ("/office/sign-in/password", "/office/sign-in/passkey", "/office/welcome"):
        assert stranger.post(path, data=data).status_code == 403


def test_who_has_an_account_and_who_has_not_get_the_same_answer(
    shared: Offices, stranger: TestClient
) -> None:
    known = shared.browser(shared.north, "known")
    visitor = shared.north.node.sessions.find(known.cookie)
    shared.north.node.reception.accounts.set_password(visitor, "is.there", "long enough for everybody")
    bodies = set()
    for login in ("is.there", "not.here"):
        page = stranger.get("/office/sign-in")
        sent = {**hidden(page.text), "login": login, "password": "wrong", "code": "123456"}
        answer = stranger.post("/office/sign-in/password", data=sent)
        assert answer.status_code == 401
        bodies.add(answer.text.partition("error-summary")[2].partition("</h1>")[0])
    assert len(bodies) == 1


def test_whoever_guesses_by_the_page_has_to_wait(stranger: TestClient) -> None:
    page = stranger.get("/office/sign-in")
    sent = {**hidden(page.text), "login": "guessed.at", "password": "wrong", "code": "123456"}
    said = [stranger.post("/office/sign-in/password", data=sent).text for _ in range(12)]
    assert "Too many attempts to sign in have failed" not in said[0]
    assert "Too many attempts to sign in have failed" in said[-1]


@pytest.mark.parametrize(
    "body",
    [
        b"%00", b"a=%00b", b"a=%ff%fe", b"\xff\xfe=1", b"a=" + b"b" * 900_000, b"&".join([b"a=b"] * 2999), b"=&=&=",
        b"a=%ED%A0%80", b"%", b"a=%", b"a=%zz", b"csrf=x&csrf=y", b"{}", b"--x\r\n", b"a\r\nb: c",
    ],
    ids=range(15),
)  # fmt: skip
def test_an_odd_form_is_refused_and_is_no_fault_of_the_node(
    browser: Browser, round_: str, body: bytes
) -> None:
    for path in (f"{round_}/withdraw", "/office/matters/new", "/office/sign-in/password"):
        assert raw(browser.client, path, body).status_code in ((413,) if len(body) > 500_000 else (400, 403))


def test_an_odd_form_with_its_token_is_refused_as_well(browser: Browser, round_: str) -> None:
    token = browser.token(round_).encode()
    for text in (b"%00", b"x%00y", b"%ED%A0%80", b"%ff"):
        answer = raw(browser.client, f"{round_}/question", b"csrf=" + token + b"&question=" + text)
        assert answer.status_code == 400, text
        assert "<h1" in answer.text


def test_a_form_of_many_fields_or_many_bytes_is_refused_in_time(browser: Browser, round_: str) -> None:
    many = b"&".join(b"a%d=b" % number for number in range(5000))
    refused = raw(browser.client, f"{round_}/question", many)
    assert refused.status_code == 400
    assert "<h1" in refused.text
    large = b"question=" + b"x" * 5_000_000
    assert raw(browser.client, f"{round_}/question", large).status_code == 413
    chunked = browser.client.post(
        f"{round_}/question",
        content=(b"x" * 100_000 for _ in range(50)),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert chunked.status_code == 413


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_a_form_of_another_kind_is_refused(browser: Browser, round_: str, kind: str) -> None:
    assert raw(browser.client, f"{round_}/withdraw", b"{}", **{"content-type": kind}).status_code == 415


def test_of_two_values_of_a_field_the_first_counts_everywhere(
    shared: Offices, browser: Browser, round_: str
) -> None:
    token = browser.token(round_)
    body = f"csrf={token}&question=Which+one%3F&question=Another+one%3F&csrf=x".encode()
    assert raw(browser.client, f"{round_}/question", body).status_code == 303
    browser.say_why(shared.north.get(f"/handovers/{round_.rpartition('/')[2]}")["matter"])
    text = browser.get(round_)
    assert "Which one?" in text
    assert "Another one?" not in text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD"])
def test_other_methods_do_nothing(browser: Browser, round_: str, method: str) -> None:
    answer = browser.client.request(method, f"{round_}/withdraw")
    assert answer.status_code in (405, 415)
    assert browser.client.request("HEAD", "/office/work").status_code == 200


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "\u00e9", '"', "A" * 4000, "../..", "%00"])
def test_a_cookie_that_is_none_is_nobody(stranger: TestClient, cookie: str) -> None:
    headers = {
        b"cookie": f"{COOKIE}={cookie}; __Host-handover-form={cookie}; __Host-handover-device={cookie}".encode()
    }
    answer = stranger.get("/office/work", headers=headers, follow_redirects=False)
    assert answer.status_code == 303


def test_a_cookie_without_the_mark_of_this_host_is_none(shared: Offices, stranger: TestClient) -> None:
    cookie = shared.browser(shared.north, "works").cookie
    for name in ("handover-session", "Host-handover-session", "__Secure-handover-session"):
        answer = stranger.get("/office/work", headers={"cookie": f"{name}={cookie}"}, follow_redirects=False)
        assert answer.status_code == 303
