"""A node behind its web application, and a hostile member with valid keys that wants in; an honest one looks on."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient

from attacks.attack import Strike
from federation import ALL, federation
from handover.application.facts import OfficerRole
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol import strict
from handover.protocol.delivery import Delivery, Item, Problem, decode_answer, encode_delivery
from handover.web.app import create_app
from peer import Peer
from two_nodes.scene import Scene
from web.stage import JSON, Office

ENVELOPES = "/federation/v1/envelopes"
LOCAL = ("127.0.0.1", 1)  # no address is made to wait here; what has to wait is attacked by itself


class Desk(Office):
    """An office whose officers have other names than those of the scene."""

    def hire(self, name: str, roles: tuple[OfficerRole, ...] = ALL, **options: Any) -> str:
        if name not in self.secrets:
            officer = self.node.officers.add(f"{name}, with a key", roles)
            self.ids[name] = officer.id
            self.secrets[name] = self.node.officers.issue_key(officer.id, **options)[1]
        return self.secrets[name]


@dataclass
class Siege(Scene):
    """The scene of three nodes, of which the attacked one, `node`, is reached over HTTP."""

    offices: dict[NodeId, Office] = field(default_factory=dict)

    @property
    def office(self) -> Office:
        """Give the attacked node's web application and officers."""
        return self.offices[self.node.id]

    @property
    def client(self) -> TestClient:
        """Give what speaks HTTP to the attacked node."""
        return self.office.client

    def answered(self, *items: Item, at: NodeId | None = None) -> list[str]:
        """Post envelopes to a node, the attacked one; give, for each, `receipt` or the name of the problem."""
        answer = self.offices[at or self.node.id].client.post(
            ENVELOPES, content=encode_delivery(Delivery(log_size=0, items=items)), headers=JSON
        )
        assert answer.status_code == 200, answer.text
        results = decode_answer(answer.content, expected=len(items)).results
        return [each.name if isinstance(each, Problem) else "receipt" for each in results]

    def posts(self, item: Item) -> Strike:
        """Give the strike that posts one envelope to the attacked node; no alarm of before stands any more."""
        self.clear()
        return Strike(
            node=self.node,
            run=lambda: self.answered(item)[0],
            object=strict.digest(item.envelope),
        )

    def posts_at(self, now: int, item: Item) -> Strike:
        """Give the strike that posts one envelope while it is *now* at the attacked node."""
        return self.at(now, self.posts(item))

    def at(self, now: int, strike: Strike) -> Strike:
        """Give the strike carried out while it is *now* at the attacked node."""

        def run() -> str:
            before, self.fed.clock.now = self.fed.clock.now, now
            try:
                return strike.run()
            finally:
                self.fed.clock.now = before

        return replace(strike, run=run)

    def sends(self, body: bytes, path: str = ENVELOPES, headers: Mapping[str, str] | None = None) -> Strike:
        """Give the strike that posts whatever bytes to the attacked node."""
        return Strike(
            node=self.node,
            run=lambda: named(self.client.post(path, content=body, headers=JSON | dict(headers or {}))),
        )


def named(answer: httpx2.Response) -> str:
    """Give an answer in short: its status, and the name of its problem where it is one."""
    if answer.headers.get("content-type") != "application/problem+json":
        return str(answer.status_code)
    return f"{answer.status_code} {answer.json()['type'].rpartition('/')[2]}"


@contextmanager
def siege(folder: Path, *more: str, **options: Any) -> Iterator[Siege]:
    """Give a hostile member at Lyon, the attacked node at Hamburg, an honest member at Barcelona, and *more*."""
    with ExitStack() as stack:
        fed, nodes = stack.enter_context(
            federation(folder, "fr/lyon", "de/hamburg", "es/barcelona", *more, **options)
        )
        hostile, node, honest = nodes[:3]
        made = Siege(fed, node, Peer(hostile, node), Peer(honest, node), offices=_laid(stack, nodes))
        for each in (made.peer, made.neighbour):
            assert made.answered(each.round().offer()) == ["receipt"]
        began = fed.clock.now
        yield made
        fed.clock.now = began
        # whatever was tried, an honest member is served as before
        assert made.answered(made.neighbour.round().offer()) == ["receipt"]


def _laid(stack: ExitStack, nodes: list[Node]) -> dict[NodeId, Office]:
    return {
        node.id: Desk(node, stack.enter_context(TestClient(create_app(node), client=LOCAL))) for node in nodes
    }
