"""What an officer typed outlives the session, the step-up and the question why: for that officer alone, once."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pyotp
import pytest
from starlette.testclient import TestClient

from application.door import PHRASE
from handover.application.facts import OfficerRole
from handover.domain.ids import HandoverId
from pages.office import COOKIE, Browser, Offices, hidden, offices

TYPED = {"question": "Where does the aunt “live”?\r\n<b>Which</b> street & number?"}
SHOWN = "Where does the aunt “live”?"


class Keys:
    """Passwords and codes of the officers of one module."""

    def __init__(self, made: Offices) -> None:
        self.made = made
        self.secrets: dict[str, str] = {}

    def give(self, browser: Browser, login: str) -> None:
        accounts = browser.node.reception.accounts
        accounts.set_password(browser.node.sessions.find(browser.cookie), login, PHRASE)
        self.secrets[login] = accounts.offer_codes(browser.node.sessions.find(browser.cookie)).secret
        cookie = accounts.confirm_codes(browser.node.sessions.find(browser.cookie), self.code(login))
        browser.take(cookie)
        self.made.fed.clock.pass_(30)

    def code(self, login: str) -> str:
        return pyotp.TOTP(self.secrets[login]).at(self.made.fed.clock.now)

    def proof(self, login: str) -> dict[str, str]:
        return {"login": login, "password": PHRASE, "code": self.code(login)}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keys]:
    with offices(tmp_path_factory.mktemp("kept")) as found:
        yield Keys(found)


@pytest.fixture(scope="module")
def round_(keys: Keys) -> str:
    return f"/office/handovers/{keys.made.offered()[0]}"


@pytest.fixture
def asked(keys: Keys, round_: str) -> tuple[Browser, httpx2.Response]:
    """Give a browser that has sent a question just after its session ended, and the answer."""
    browser = signed_in(keys, "eleni")
    return browser, ended_while_typing(browser, round_)


def signed_in(keys: Keys, name: str, *, passkey: bool = False) -> Browser:
    browser = keys.made.browser(keys.made.north, name, passkey=passkey)
    if not passkey and name not in keys.secrets:
        keys.give(browser, name)
    return browser


def ended_while_typing(browser: Browser, round_: str) -> httpx2.Response:
    token = browser.token(round_)
    browser.node.sessions.end(browser.cookie)
    return browser.client.post(f"{round_}/question", data={"csrf": token, **TYPED})


def questions(keys: Keys, round_: str) -> str:
    browser = keys.made.browser(keys.made.north, "watches")
    with browser.node.database.reading() as work:
        browser.say_why(work.handovers.get(HandoverId(round_.rpartition("/")[2])).matter)
    return browser.get(round_)


def test_whoever_signs_in_with_password_and_code_goes_on_where_the_session_ended(
    keys: Keys, round_: str, asked: tuple[Browser, httpx2.Response]
) -> None:
    browser, page = asked
    assert page.status_code == 401
    assert "Your session has ended. What you typed is kept" in page.text
    assert SHOWN not in page.text  # it is sealed
    resumed = browser.again(page, "/office/sign-in/password", **keys.proof("eleni"))
    keys.made.fed.clock.pass_(30)
    assert resumed.status_code == 200
    assert "Nothing that you typed is lost" in resumed.text
    assert [each.replace("\r\n", "\n") for each in hidden(resumed.text)["question"]] == [
        TYPED["question"].replace("\r\n", "\n")
    ]
    assert SHOWN not in questions(keys, round_)
    sent = browser.again(resumed, f"{round_}/question")
    assert sent.status_code == 303
    assert SHOWN in questions(keys, round_)


def test_whoever_signs_in_with_a_passkey_goes_on_where_the_session_ended(keys: Keys, round_: str) -> None:
    browser = signed_in(keys, "nikos", passkey=True)
    page = ended_while_typing(browser, round_)
    resumed = browser.confirm(page, "/office/sign-in/passkey")
    assert resumed.status_code == 200
    assert SHOWN in resumed.text
    assert browser.again(resumed, f"{round_}/question").status_code == 303


def test_another_officer_does_not_get_what_was_typed(
    keys: Keys, asked: tuple[Browser, httpx2.Response]
) -> None:
    browser, page = asked
    signed_in(keys, "maria")
    other = browser.again(page, "/office/sign-in/password", **keys.proof("maria"))
    keys.made.fed.clock.pass_(30)
    assert other.status_code == 303
    assert SHOWN not in browser.get("/office/work")


def test_a_wrong_code_loses_nothing(keys: Keys, asked: tuple[Browser, httpx2.Response]) -> None:
    browser, page = asked
    proof = keys.proof("eleni")
    refused = browser.again(page, "/office/sign-in/password", **{**proof, "code": "000000"})
    assert refused.status_code == 401
    resumed = browser.again(refused, "/office/sign-in/password", **proof)
    keys.made.fed.clock.pass_(30)
    assert SHOWN in resumed.text


def test_what_was_kept_is_worth_nothing_after_half_a_day(
    keys: Keys, asked: tuple[Browser, httpx2.Response]
) -> None:
    browser, page = asked
    keys.made.fed.clock.pass_(12 * 3600 + 60)
    assert browser.again(page, "/office/sign-in/password", **keys.proof("eleni")).status_code == 303
    keys.made.fed.clock.pass_(30)


@pytest.mark.parametrize("kept", ["x", "é", "gAAAAA==", "\N{WHITE SMILING FACE}", "A" * 10_000])
def test_what_is_not_sealed_here_is_nothing(keys: Keys, kept: str) -> None:
    browser = signed_in(keys, "eleni")
    browser.node.sessions.end(browser.cookie)
    page = browser.client.get("/office/sign-in")
    answer = browser.again(page, "/office/sign-in/password", **keys.proof("eleni"), kept=kept)
    keys.made.fed.clock.pass_(30)
    assert (answer.status_code, answer.headers["location"]) == (303, "/office")


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_a_form_of_another_site_is_not_kept_for_an_officer_whose_session_has_ended(
    keys: Keys, round_: str, headers: dict[str, str]
) -> None:
    browser = signed_in(keys, "eleni")
    token = browser.token(round_)
    browser.node.sessions.end(browser.cookie)
    page = browser.client.post(f"{round_}/question", data={"csrf": token, **TYPED}, headers=headers)
    assert page.status_code == 401
    assert "kept" not in hidden(page.text)


@pytest.mark.parametrize("csrf", ["", "x", "A" * 86])
def test_a_form_without_the_token_of_the_ended_session_is_not_kept(
    keys: Keys, round_: str, csrf: str
) -> None:
    browser = signed_in(keys, "eleni")
    browser.node.sessions.end(browser.cookie)
    page = browser.client.post(f"{round_}/question", data={"csrf": csrf, **TYPED})
    assert page.status_code == 401
    assert "kept" not in hidden(page.text)


def test_a_form_of_whoever_was_never_signed_in_is_not_kept(keys: Keys, round_: str) -> None:
    client = TestClient(keys.made.north.client.app, base_url=keys.made.north.node.settings.address)
    page = client.post(f"{round_}/question", data=TYPED)
    assert page.status_code == 401
    assert "kept" not in hidden(page.text)


def test_a_step_up_by_password_and_code_keeps_what_was_typed(keys: Keys) -> None:
    made = keys.made
    sent = f"/office/handovers/{made.prepared()['id']}"
    browser = signed_in(keys, "eleni")
    made.fed.clock.pass_(301)  # the proof at sign-in is too old now
    page = browser.post(f"{sent}/release", page=f"{sent}/release")
    assert page.status_code == 401
    assert "This step weighs much" in page.text
    old = browser.cookie
    resumed = browser.again(page, "/office/step-up", password=PHRASE, code=keys.code("eleni"))
    made.fed.clock.pass_(30)
    assert "Nothing that you typed is lost" in resumed.text
    assert browser.cookie != old
    assert browser.again(resumed, f"{sent}/release").headers["location"].endswith("?said=released")
    stale = TestClient(made.north.client.app, base_url=browser.node.settings.address)
    stale.cookies.set(COOKIE, old)
    assert (
        stale.get("/office/work", follow_redirects=False).status_code == 303
    )  # the cookie before is worth nothing


def test_a_wrong_step_up_changes_nothing_and_loses_nothing(keys: Keys) -> None:
    made = keys.made
    sent = f"/office/handovers/{made.prepared()['id']}"
    browser = signed_in(keys, "eleni")
    made.fed.clock.pass_(301)
    page = browser.post(f"{sent}/release", page=f"{sent}/release")
    refused = browser.again(page, "/office/step-up", **{**keys.proof("eleni"), "password": "no"})
    assert refused.status_code == 401
    assert hidden(refused.text)["kept"] == hidden(page.text)["kept"]
    assert made.north.get(f"/handovers/{sent.rpartition('/')[2]}")["state"] == "PREPARED"


def test_what_was_typed_before_the_reason_was_said_comes_back(keys: Keys) -> None:
    made = keys.made
    matter = made.matter()
    browser = signed_in(keys, "eleni")
    path = f"/office/matters/{matter}/record/health"
    sent: dict[str, Any] = {
        "csrf": browser.token("/office/account"),
        "version": "1",
        "health.urgent_needs": SHOWN,
    }
    page = browser.client.post(path, data=sent)
    assert page.status_code == 403
    assert "What you typed is kept: say why, and send it again." in page.text
    missing = browser.again(page, f"/office/matters/{matter}/reason")
    assert missing.status_code == 422
    resumed = browser.again(missing, f"/office/matters/{matter}/reason", reason="case-work")
    assert SHOWN in resumed.text
    assert browser.again(resumed, path).status_code == 303
    assert SHOWN in browser.get(f"/office/matters/{matter}/record")


def test_a_session_found_in_a_browser_before_sign_in_is_worth_nothing_after(keys: Keys) -> None:
    signed_in(keys, "eleni")
    client = TestClient(keys.made.north.client.app, base_url=keys.made.north.node.settings.address)
    planted = "A" * 43
    client.cookies.set(COOKIE, planted, domain=client.base_url.host, path="/")
    page = client.get("/office/sign-in")
    sent = {**hidden(page.text), **keys.proof("eleni")}
    answer = client.post("/office/sign-in/password", data=sent, follow_redirects=False)
    keys.made.fed.clock.pass_(30)
    assert answer.status_code == 303
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if each.startswith(COOKIE)]
    assert planted not in cookie
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= set(cookie.lower().split("; "))
    other = TestClient(keys.made.north.client.app, base_url=keys.made.north.node.settings.address)
    other.cookies.set(COOKIE, planted)
    assert other.get("/office/work", follow_redirects=False).status_code == 303


def test_whoever_signs_out_leaves_a_cookie_that_is_worth_nothing(keys: Keys) -> None:
    browser = keys.made.browser(keys.made.north, "leaves", (OfficerRole.CASEWORKER,))
    cookie = browser.cookie
    assert browser.post("/office/sign-out").status_code == 303
    browser.take(cookie)
    assert browser.client.get("/office/work", follow_redirects=False).status_code == 303
