"""Officers who sign in at their authority's own provider: what they typed and wanted comes back with them."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

import provider
from application.door import Door, door
from authenticator import Authenticator
from confirming import authenticator, enrol
from handover import config, node
from handover.pages.routes import routes
from handover.web.app import create_app
from pages.office import Browser, hidden, token

TYPED = {"reference": "2026/17 “A” & <b>", "kind": "guardianship"}
_ON = re.compile(r'<meta http-equiv="refresh" content="0; url=([^"]+)">')


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    secret = tmp_path_factory.mktemp("secret") / "client"
    secret.write_text("of the client")
    with provider.running() as issuer, door(tmp_path_factory.mktemp("elsewhere")) as opened:
        asked = {
            "issuer": issuer,
            "client_id": "handover",
            "client_secret_file": secret,
            "groups": provider.GROUPS,
        }
        oidc = config.ProviderSettings.model_validate(asked)
        settings = opened.node.settings.model_copy(update={"oidc": oidc})
        opened.node.close()
        again = node.open_node(settings, clock=opened.fed.clock, wire=opened.fed.wire)
        yield replace(opened, node=again)
        again.close()


@pytest.fixture
def browser(made: Door) -> Browser:
    client = TestClient(create_app(made.node, routes(made.node)), base_url=made.node.settings.address)
    return Browser(made.node, client, "")


def by_way_of_provider(browser: Browser, page: str, person: str, **more: str) -> httpx2.Response:
    """Send the form of *page* that leads to the provider, sign in there as *person*, and come back."""
    leaving = browser.client.post("/office/sign-in/provider", data={**hidden(page), **more})
    found = _ON.search(leaving.text)
    assert found, leaving.text
    address = html.unescape(found[1])
    assert f'href="{found[1]}"' in leaving.text  # whoever's browser does not go on by itself
    back = urlsplit(httpx2.post(address, data={"sub": person}, trust_env=False).headers["location"])
    return browser.client.get(f"{back.path}?{back.query}", follow_redirects=False)


def signed_in(browser: Browser, person: str) -> Browser:
    page = browser.client.get("/office/sign-in").text
    assert by_way_of_provider(browser, page, person).status_code == 303
    return browser


def ended_while_typing(browser: Browser) -> str:
    """Give the page that a form gets whose session has just ended."""
    sent = {"csrf": token(browser.get("/office/matters/new")), **TYPED}
    browser.node.sessions.end(browser.cookie)
    answer = browser.client.post("/office/matters/new", data=sent)
    assert answer.status_code == 401
    assert html.escape(TYPED["reference"]) not in answer.text
    return answer.text


def test_the_page_that_was_wanted_is_reached(browser: Browser) -> None:
    page = browser.client.get("/office/sign-in?next=/office/matters").text
    assert by_way_of_provider(browser, page, "eleni").headers["location"] == "/office/matters"


def test_what_was_typed_is_there_after_signing_in_elsewhere(browser: Browser) -> None:
    page = ended_while_typing(signed_in(browser, "eleni"))
    resumed = by_way_of_provider(browser, page, "eleni")
    assert resumed.status_code == 200
    assert "Nothing that you typed is lost" in resumed.text
    assert hidden(resumed.text)["reference"] == [TYPED["reference"]]


def test_what_was_typed_is_shown_to_nobody_else(browser: Browser) -> None:
    page = ended_while_typing(signed_in(browser, "eleni"))
    other = by_way_of_provider(browser, page, "nikos")
    assert (other.status_code, other.headers["location"]) == (303, "/office")


def test_what_was_typed_is_kept_where_signing_in_elsewhere_fails(browser: Browser) -> None:
    page = ended_while_typing(signed_in(browser, "eleni"))
    refused = by_way_of_provider(browser, page, "cook")
    assert refused.status_code == 401
    resumed = by_way_of_provider(browser, refused.text, "eleni")
    assert hidden(resumed.text)["reference"] == [TYPED["reference"]]


@pytest.mark.parametrize("more", [{"kept": "x" * 1000}, {"kept": "é"}, {"to": "https://elsewhere.example/"}])
def test_nothing_that_is_not_ours_waits_here_nor_leads_away(browser: Browser, more: dict[str, str]) -> None:
    page = browser.client.get("/office/sign-in").text
    answer = by_way_of_provider(browser, page, "eleni", **more)
    assert (answer.status_code, answer.headers["location"]) == (303, "/office")


def waited(made: Door, browser: Browser) -> str:
    """Give the page that asks to confirm, some time after signing in."""
    made.fed.clock.pass_(301)
    page = browser.client.get("/office/account/passkey").text
    assert "Confirm that it is you" in page
    return page


def test_who_has_nothing_to_confirm_with_is_told_what_to_do_and_can_do_it(
    made: Door, browser: Browser
) -> None:
    page = waited(made, signed_in(browser, "nikos"))
    assert "You have no passkey here with which to confirm." in page
    assert 'name="password"' not in page
    assert hidden(page)["anew"] == ["1"]
    answer = by_way_of_provider(browser, page, "nikos")
    assert answer.headers["location"] == "/office/account/passkey"
    assert "data-passkey" in browser.get("/office/account/passkey")
    assert "With a passkey of your own you confirm steps that weigh much here" in browser.get(
        "/office/account"
    )


def test_a_passkey_of_ones_own_confirms_in_a_session_that_began_elsewhere(
    made: Door, browser: Browser
) -> None:
    browser = signed_in(browser, "inspector")
    key: Authenticator = authenticator(made.node, "inspector")
    enrol(made.node, browser.actor, key)
    browser.key = key
    page = waited(made, browser)
    assert "You have no passkey" not in page
    answer = browser.confirm(httpx2.Response(200, text=page), "/office/step-up")
    assert (answer.status_code, answer.headers["location"]) == (303, "/office/account/passkey")
    assert "data-passkey" in browser.get("/office/account/passkey")
