"""Two offices whose officers use the pages: as in tests/web/stage.py, with browsers in place of case systems."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from starlette.testclient import TestClient

from federation import ALL, Federation
from handover.application.access import PASSWORD
from handover.application.facts import OfficerRole
from handover.domain.ids import UUID7
from handover.node import Node
from handover.pages.routes import routes
from handover.web.app import create_app
from web.stage import Office, Stage, WebWire

_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Browser:
    """One officer's browser at one node, signed in."""

    node: Node
    client: TestClient
    officer: str

    def get(self, path: str, *, status: int = 200) -> str:
        """Give the page at *path*."""
        answer = self.client.get(path, follow_redirects=False)
        assert answer.status_code == status, answer.text
        return answer.text

    def post(
        self, path: str, data: dict[str, str] | None = None, *, page: str | None = None
    ) -> httpx2.Response:
        """Send a form as the page at *page* (the same path, if none is named) made it."""
        sent = {"csrf": self.token(page or path), **(data or {})}
        return self.client.post(path, data=sent, follow_redirects=False)

    def token(self, page: str) -> str:
        """Give the token of the forms of a page."""
        token = _TOKEN.search(self.client.get(page).text)
        assert token, "the page has no form"
        return token[1]


@dataclass
class Offices(Stage):
    """A federation of two offices with pages."""

    def browser(self, office: Office, name: str, roles: tuple[OfficerRole, ...] = ALL) -> Browser:
        """Give the browser of an officer who is signed in."""
        office.hire(name, roles)
        node, officer = office.node, office.ids[name]
        with node.database.begin() as work:
            cookie = node.sessions.begin(work, UUID7(officer), auth=PASSWORD, browser="test")
        client = TestClient(office.client.app, base_url=node.settings.address)
        client.cookies.set("__Host-handover-session", cookie)
        return Browser(node, client, officer)


@contextmanager
def offices(folder: Path) -> Iterator[Offices]:
    """Give two offices with pages, Athens and Hamburg."""
    wire = WebWire()
    fed = Federation(folder, wire=wire)
    with ExitStack() as stack:
        made = []
        for name in ("gr/athens", "de/hamburg"):
            node = fed.add(name)
            stack.callback(node.close)
            client = stack.enter_context(TestClient(create_app(node, routes(node))))
            wire.clients[node.id] = client
            made.append(Office(node, client))
        yield Offices(fed, *made)
