"""Two offices whose officers use the pages: as in tests/web/stage.py, with browsers in place of case systems."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient

from authenticator import Authenticator
from confirming import authenticator, enrol
from federation import ALL, Federation
from handover.application.access import PASSKEY, PASSWORD
from handover.application.facts import Actor, OfficerRole
from handover.domain.ids import UUID7
from handover.node import Node
from handover.pages.routes import routes
from handover.web.app import create_app
from web.stage import Office, Stage, WebWire

_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_OPTIONS = re.compile(r'data-options="([^"]+)"')
NAMES = {
    "gr/athens": {"en": "Child protection Athens", "el": "Προστασία παιδιού Αθήνας"},
    "de/hamburg": {"en": "Youth office Hamburg", "el": "Υπηρεσία νέων Αμβούργου"},
}
COOKIE = "__Host-handover-session"
Fields = Mapping[str, str | Sequence[str]]


@dataclass
class Browser:
    """One officer's browser at one node, signed in."""

    node: Node
    client: TestClient
    officer: str
    key: Authenticator | None = None

    @property
    def cookie(self) -> str:
        """The value of the session's cookie."""
        return next(each.value or "" for each in self.client.cookies.jar if each.name == COOKIE)

    def take(self, cookie: str) -> None:
        """Go on with this value of the session's cookie."""
        self.client.cookies.set(COOKIE, cookie, domain=self.client.base_url.host, path="/")

    @property
    def actor(self) -> Actor:
        """Who this browser is for the node."""
        return self.node.sessions.find(self.cookie).actor

    def get(self, path: str, *, status: int = 200) -> str:
        """Give the page at *path*."""
        answer = self.client.get(path, follow_redirects=False)
        assert answer.status_code == status, answer.text
        return answer.text

    def post(
        self,
        path: str,
        data: Fields | None = None,
        *,
        page: str | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> httpx2.Response:
        """Send a form as the page at *page* (the same path, if none is named) made it."""
        sent = {"csrf": self.token(page or path), **(data or {})}
        return self.client.post(path, data=sent, files=files, follow_redirects=False)

    def again(self, answer: httpx2.Response, path: str, **changes: str) -> httpx2.Response:
        """Send what a page carries unseen: a confirmation, or a form that was kept."""
        return self.client.post(path, data={**hidden(answer.text), **changes}, follow_redirects=False)

    def confirm(self, answer: httpx2.Response, path: str, **changes: Any) -> httpx2.Response:
        """Answer a page that asks for the passkey's signature; *changes* are those of the answer."""
        assert self.key is not None
        return self.again(answer, path, credential=self.key.answer(options(answer.text), **changes))

    def say_why(self, matter: str) -> None:
        """Say why the matter's record is opened, if it has to be said."""
        if "why do you open this record" in self.client.get(f"/office/matters/{matter}/record").text.lower():
            sent = {"reason": "case-work", "to": f"/office/matters/{matter}"}
            page = f"/office/matters/{matter}/record"
            assert self.post(f"/office/matters/{matter}/reason", sent, page=page).status_code == 303

    def token(self, page: str) -> str:
        """Give the token of the forms of a page."""
        return token(self.client.get(page).text)


def token(page: str) -> str:
    """Give the token that stands in a page."""
    found = _TOKEN.search(page)
    assert found, "the page has no form"
    return found[1]


def hidden(page: str) -> dict[str, list[str]]:
    """Give what a page's forms carry unseen."""
    found: dict[str, list[str]] = {}
    for name, value in _HIDDEN.findall(page):
        if name != "csrf" or name not in found:
            found.setdefault(html.unescape(name), []).append(html.unescape(value))
    return found


def options(page: str) -> str:
    """Give what a page asks a passkey."""
    found = _OPTIONS.search(page)
    assert found, "the page asks for no passkey"
    return html.unescape(found[1])


@dataclass
class Offices(Stage):
    """A federation of two offices with pages."""

    def browser(
        self, office: Office, name: str, roles: tuple[OfficerRole, ...] = ALL, *, passkey: bool = False
    ) -> Browser:
        """Give the browser of an officer who is signed in, with a passkey or with password and code."""
        office.hire(name, roles)
        node, officer = office.node, office.ids[name]
        with node.database.begin() as work:
            auth = PASSKEY if passkey else PASSWORD
            cookie = node.sessions.begin(work, UUID7(officer), auth=auth, browser="test")
        client = TestClient(office.client.app, base_url=node.settings.address, raise_server_exceptions=False)
        found = Browser(node, client, officer)
        found.take(cookie)
        if passkey:
            found.key = authenticator(node, f"{node.id} {name}")
            with node.database.reading() as work:
                known = work.accounts.passkeys(UUID7(officer))
            if found.key.credential not in {each.credential for each in known}:
                enrol(node, found.actor, found.key)
        return found


@contextmanager
def offices(folder: Path) -> Iterator[Offices]:
    """Give two offices with pages, Athens and Hamburg."""
    wire = WebWire()
    fed = Federation(folder, wire=wire)
    with ExitStack() as stack:
        made = []
        for name, names in NAMES.items():
            node = fed.add(name, names=names)
            stack.callback(node.close)
            client = stack.enter_context(TestClient(create_app(node, routes(node))))
            wire.clients[node.id] = client
            made.append(Office(node, client))
        yield Offices(fed, *made)
