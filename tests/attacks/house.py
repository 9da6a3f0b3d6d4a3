"""An authority with pages and officers in browsers, for attacks on its door: who comes in, and as whom."""

import html
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient

from attacks.attack import Strike
from attacks.siege import named
from authenticator import Authenticator
from confirming import authenticator, enrol
from federation import ALL
from handover.application.facts import OfficerRole
from handover.node import Node
from handover.web.problems import catalogue
from pages.office import COOKIE, Browser, Offices, hidden, offices, options
from web.stage import Office

SIGN_IN = "/office/sign-in"


@dataclass
class House:
    """Two authorities with pages; the one in the north is attacked. Every officer of an attack is a new one."""

    made: Offices
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def office(self) -> Office:
        return self.made.north

    @property
    def node(self) -> Node:
        return self.made.north.node

    def name(self) -> str:
        return f"officer {next(self._names)}"

    def browser(
        self, roles: tuple[OfficerRole, ...] = ALL, *, passkey: bool = False, at: Office | None = None
    ) -> Browser:
        """Give the browser of a new officer, who is signed in."""
        return self.made.browser(at or self.office, self.name(), roles, passkey=passkey)

    def stranger(self, at: Office | None = None) -> TestClient:
        """Give a browser in which nobody is signed in."""
        where = at or self.office
        address = where.node.settings.address
        return TestClient(where.client.app, base_url=address, raise_server_exceptions=False)

    def bearing(self, cookie: str) -> TestClient:
        """Give a browser that was given a value for the session's cookie."""
        client = self.stranger()
        client.cookies.set(COOKIE, cookie, domain=client.base_url.host, path="/")
        return client

    def keyed(self, **changes: Any) -> tuple[Browser, Authenticator]:
        """Give an officer's browser, and a passkey of the officer's with these peculiarities."""
        browser = self.browser()
        key = authenticator(self.node, f"key of {browser.officer}", **changes)
        enrol(self.node, browser.actor, key)
        return browser, key

    def strike(self, run: Callable[[], str]) -> Strike:
        return Strike(node=self.node, run=run)

    def at(self, seconds: int, run: Callable[[], str]) -> Strike:
        """Give the strike that is carried out so many seconds later."""
        clock = self.made.fed.clock

        def later() -> str:
            before = clock.now
            clock.pass_(seconds)
            try:
                return run()
            finally:
                clock.now = before

        return self.strike(later)


def asked(client: TestClient) -> tuple[str, dict[str, list[str]]]:
    """Give what the sign-in page asks a passkey, and what its forms carry unseen."""
    page = client.get(SIGN_IN).text
    return options(page), hidden(page)


def with_passkey(client: TestClient, answer: str, form: dict[str, list[str]], **more: str) -> httpx2.Response:
    """Send a passkey's answer to the sign-in page."""
    sent = {**form, "credential": answer, **more}
    return client.post(f"{SIGN_IN}/passkey", data=sent, follow_redirects=False)


def signed_in(client: TestClient, key: Authenticator, **more: str) -> httpx2.Response:
    """Sign in with a passkey, as its officer does."""
    prompt, form = asked(client)
    answer = with_passkey(client, key.answer(prompt), form, **more)
    assert answer.status_code == 303, answer.text
    return answer


def cookie_of(client: TestClient) -> str:
    """Give the value of the session's cookie that a browser has."""
    return next(each.value or "" for each in client.cookies.jar if each.name == COOKIE)


def told(answer: httpx2.Response) -> str:
    """Give a page's answer in short: its status, and the name of the refusal whose words stand in it."""
    if answer.headers.get("content-type") == "application/problem+json":
        return named(answer)
    if answer.headers.get("location", "").startswith(SIGN_IN):
        return f"{answer.status_code} signed-out"
    text = html.unescape(answer.text)
    if "Confirm that it is you" in text:
        return f"{answer.status_code} step-up"
    found = [each for each in catalogue().values() if each.title in text]
    if found:
        return f"{answer.status_code} {max(found, key=lambda each: len(each.title)).name}"
    asks = f'action="{SIGN_IN}/passkey"' in text
    return f"{answer.status_code} signed-out" if asks else str(answer.status_code)


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """Give two authorities, Athens and Hamburg; whatever was tried, an officer of the first comes in as before."""
    with offices(folder) as made:
        found = House(made)
        yield found
        _, key = found.keyed()
        assert signed_in(found.stranger(), key).headers["location"] == "/office"
