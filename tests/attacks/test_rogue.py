"""A rogue country: its holders enter an authority that must not be, or a key with which anybody can sign."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from attacks.attack import Attack, Strike, against
from attacks.siege import ENVELOPES, LOCAL
from attacks.test_registry import GERMANY, Ground, entered, newer, serving
from handover.domain.ids import NodeId
from handover.protocol import jws, node_entry, strict
from handover.protocol.delivery import Delivery, Item, Problem, decode_answer, encode_delivery
from handover.protocol.node_key import KeyUse
from handover.web.app import create_app
from peer import Peer
from web.stage import JSON

IDENTITY = b"\x01" + bytes(31)  # the neutral point: any message verifies with R = identity and S = 0


class Nobody(jws.Ed25519Signer):
    """Signs without a private key, for the point of order 1."""

    def __init__(self) -> None:
        super().__init__(bytes(32))

    @property
    def kid(self) -> str:
        return jws.kid_of_ed25519(IDENTITY)

    def sign(self, data: bytes) -> bytes:
        return IDENTITY + bytes(32)


def changed(entry: bytes, name: str, members: dict[str, Any]) -> bytes:
    """Give an entry like that of Hamburg, under another name and with whatever in it, in the one spelling."""
    return strict.dumps(json.loads(entry) | {"node": name} | members)


def weak(entry: bytes) -> bytes:
    """Give the entry of another node whose signing key is the neutral point."""
    found = node_entry.decode(entry)
    keys = tuple(
        replace(each, public=IDENTITY, kid=Nobody().kid) if each.use is KeyUse.SIG else each
        for each in found.keys
    )
    return node_entry.encode(replace(found, node=NodeId("de/weak"), keys=keys))


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Give a node that has accepted a registry in which Germany's holders have entered all that."""
    made = Ground(tmp_path_factory.mktemp("rogue"))
    entry, found = made.now.entries[NodeId("de/hamburg")], made.now
    for name, data in (
        ("de/ausweisung", changed(entry, "de/ausweisung", {"mandates": ["immigration-enforcement"]})),
        ("de/plain", changed(entry, "de/plain", {})),
        ("de/weak", weak(entry)),
    ):
        found = replace(found, **entered(found, *GERMANY, path=f"{name}.json", data=data))
    accepted = made.node.registry.refresh([serving(newer(found))], now=made.node.clock())
    assert not accepted.failed
    assert accepted.timestamp is not None
    yield made
    made.lyon.close()
    made.node.close()


def test_what_is_entered_as_it_must_be_counts(ground: Ground) -> None:
    """The attacks fail for what is in the entries, and not for how the tests make them."""
    entries = ground.node.registry.current(ground.node.clock()).entries
    assert {NodeId("de/plain"), NodeId("de/weak")} <= entries.keys()
    assert NodeId("de/ausweisung") not in entries


@against(
    Attack(
        "authority-of-enforcement",
        "The holders of a country enter an authority with a mandate of enforcement, and it asks for a child.",
        "untrusted",
        with_=lambda peer: peer.round().offer(iss=NodeId("de/ausweisung")),
    ),
    Attack(
        "key-of-small-order",
        "The holders of a country enter a key under which anybody's signature verifies, and somebody uses it.",
        "untrusted",
        with_=lambda peer: peer.round().offer(iss=NodeId("de/weak"), signer=Nobody()),
    ),
)
def test_who_cannot_be_a_node_is_a_stranger(ground: Ground, case: Attack) -> Strike:
    item: Item = case.with_(Peer(ground.node, ground.node))
    client = TestClient(create_app(ground.node), client=LOCAL)

    def run() -> str:
        body = encode_delivery(Delivery(log_size=0, items=(item,)))
        answer = client.post(ENVELOPES, content=body, headers=JSON)
        [result] = decode_answer(answer.content, expected=1).results
        return result.name if isinstance(result, Problem) else "receipt"

    return Strike(node=ground.node, run=run)
