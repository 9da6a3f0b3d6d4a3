"""Two offices that know each other by HTTP alone: each node behind its web application, joined in one process."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient

from federation import ALL, Federation, Wire
from handover.application.facts import OfficerRole
from handover.domain.errors import UnreachableError
from handover.domain.ids import Digest, NodeId
from handover.node import Node
from handover.protocol import strict
from handover.web import examples
from handover.web.app import create_app

API = "/api/v1"
JSON = {"content-type": "application/json"}
_keys = itertools.count()


@dataclass
class WebWire(Wire):
    """Carries what nodes say through their web applications, as it would go over the network."""

    clients: dict[NodeId, TestClient] = field(default_factory=dict)

    def post(self, peer: NodeId, address: str, body: bytes) -> bytes:
        self.posted.append((peer, body))
        if peer in self.down:
            raise UnreachableError("cut")
        answer = self.clients[peer].post("/federation/v1/envelopes", content=body, headers=JSON)
        assert answer.status_code == 200, answer.text
        return answer.content

    def push(self, peer: NodeId, address: str, sealed: Digest, offset: int, part: bytes) -> int:
        headers = {"content-type": "application/octet-stream", "upload-offset": str(offset)}
        path = f"/federation/v1/attachments/{sealed}"
        answer = self.clients[peer].put(path, content=part, headers=headers)
        if answer.status_code != 200:
            raise UnreachableError(answer.text)
        (have,) = strict.members(strict.loads(answer.content), "have")
        return strict.integer(have)


@dataclass
class Office:
    """One node behind its web application, and the API keys of its officers."""

    node: Node
    client: TestClient
    secrets: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def hire(self, name: str, roles: tuple[OfficerRole, ...] = ALL, **options: Any) -> str:
        """Give the secret of an officer, made at the first call."""
        if name not in self.secrets:
            officer = self.node.officers.add(name, roles)
            self.ids[name] = officer.id
            self.secrets[name] = self.node.officers.issue_key(officer.id, **options)[1]
        return self.secrets[name]

    def call(
        self, method: str, path: str, body: object = None, *, by: str = "first", key: str | None = None
    ) -> httpx2.Response:
        """Give the answer to a request of one officer."""
        headers = {"authorization": f"Bearer {self.hire(by)}"}
        if method in ("POST", "PUT"):
            headers["idempotency-key"] = key or f"key-{next(_keys):08}"
        if body is None:
            return self.client.request(method, API + path, headers=headers)
        return self.client.request(method, API + path, json=body, headers=headers)

    def get(self, path: str, *, by: str = "first") -> Any:
        answer = self.call("GET", path, by=by)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: object = None, *, by: str = "first") -> Any:
        answer = self.call("POST", path, body, by=by)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def put(self, path: str, body: object, *, by: str = "first") -> Any:
        answer = self.call("PUT", path, body, by=by)
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class Stage:
    """A federation of two offices."""

    fed: Federation
    north: Office
    south: Office

    def ground(self, matter: str, **changes: object) -> Any:
        """Give a consent for Hamburg."""
        now = self.fed.clock.now
        terms = {**examples.NEW_GROUND, "valid_from": now, "valid_until": now + 30 * 86400, **changes}
        return self.north.post(f"/matters/{matter}/grounds", terms)

    def matter(self) -> str:
        """Give the id of a matter whose record may be offered."""
        made = self.north.post("/matters", examples.NEW_MATTER)
        self.north.put(f"/matters/{made['id']}/record", examples.WRITE_RECORD)
        return str(made["id"])

    def prepared(self, matter: str | None = None) -> Any:
        """Give an offer that waits for its second officer."""
        matter = matter or self.matter()
        ground = self.ground(matter)
        wanted = {**examples.NEW_HANDOVER, "matter": matter, "ground": ground["id"]}
        return self.north.post("/handovers", {**wanted, "deadline": self.fed.clock.now + 86400})

    def offered(self) -> tuple[str, str]:
        """Give a round's ids at both offices, the offer delivered."""
        sent = self.prepared()["id"]
        self.north.post(f"/handovers/{sent}/release", by="second")
        self.fed.settle()
        return sent, self.south.get("/handovers?limit=100")["data"][-1]["id"]

    def accepted(self) -> tuple[str, str]:
        """Give a round that waits for the deed."""
        sent, got = self.offered()
        self.south.post(f"/handovers/{got}/open")
        self.south.post(f"/handovers/{got}/accept", examples.ACCEPT)
        self.fed.settle()
        return sent, got


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Give two offices, Athens and Hamburg."""
    wire = WebWire()
    fed = Federation(folder, wire=wire)
    with ExitStack() as stack:
        offices = []
        for name in ("gr/athens", "de/hamburg"):
            node = fed.add(name)
            stack.callback(node.close)
            client = stack.enter_context(TestClient(create_app(node)))
            wire.clients[node.id] = client
            offices.append(Office(node, client))
        yield Stage(fed, *offices)
