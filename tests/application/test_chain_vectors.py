"""The published chains of deeds: each leads to whoever offers, and a stolen key counts as its taker's log says."""

import json
from dataclasses import replace
from typing import Any

import pytest

from handover.application import chains
from handover.application.registry import Registry
from handover.domain.errors import HandoverError
from handover.domain.ids import NodeId
from handover.protocol import envelope as envelopes
from handover.protocol import node_entry
from handover.protocol.node_entry import NodeEntry
from handover.protocol.node_key import KeyStatus
from handover.protocol.registry_set import UnknownNodeError
from protocol import log_vectors

LISTED = {
    NodeId(name): node_entry.decode(text.encode())
    for name, text in json.loads((log_vectors.VECTORS / "chain-nodes.json").read_text("utf-8")).items()
}
OFFER = log_vectors.read("envelope", "offer")["input"]["jws"].encode()


class Known(Registry):
    """What a registry lists whose operators were told of stolen keys."""

    def __init__(self, stolen: dict[str, dict[str, int | None]]) -> None:
        self._entries = {name: _marked(entry, stolen.get(name, {})) for name, entry in LISTED.items()}

    def entry(self, node: NodeId, now: int) -> NodeEntry:
        del now
        if node not in self._entries:
            raise UnknownNodeError
        return self._entries[node]

    def _barred(self, entry: NodeEntry, now: int) -> bool:
        del entry, now
        return False


def _marked(entry: NodeEntry, stolen: dict[str, int | None]) -> NodeEntry:
    def marked(since: int | None) -> dict[str, Any]:
        status = KeyStatus.RETIRED if since is None else KeyStatus.COMPROMISED
        return {"status": status, "compromised_since": since}

    keys = (replace(key, **marked(stolen[key.use])) if key.use in stolen else key for key in entry.keys)
    return replace(entry, keys=tuple(keys))


def outcome(given: dict[str, Any]) -> dict[str, Any]:
    """Give what this code makes of a case."""
    offer = replace(envelopes.read(OFFER).claimed, **given["offer"])
    evidence = tuple(each.encode() for each in given["evidence"])
    return {"deeds": list(chains.require(Known(given["stolen"]), offer, evidence, now=0))}


@pytest.mark.parametrize("case", log_vectors.cases("chain"))
def test_vectors(case: dict[str, Any]) -> None:
    if "error" not in case:
        assert outcome(case["input"]) == case["expected"]
        return
    with pytest.raises(HandoverError) as caught:
        outcome(case["input"])
    assert caught.value.name == case["error"]


def test_most_vectors_are_refusals() -> None:
    assert log_vectors.more_refusals_than_successes("chain")
