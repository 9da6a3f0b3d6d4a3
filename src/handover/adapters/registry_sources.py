"""Where a node may have the registry from: folders, addresses, and its peers' mirrors."""

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from handover.adapters.peers import HTTPPeers
from handover.adapters.registry import folder
from handover.application.ports import Clock
from handover.application.registry import Registry, RegistryMissingError
from handover.domain.errors import MalformedError, NotFoundError
from handover.domain.ids import NodeId
from handover.protocol.node_key import KeyUse
from handover.protocol.registry_files import Read

_PEERS: Final = 3  # peers that are asked, beside the sources that the operator has named


class UnknownSourceError(MalformedError):
    """A source of the registry is a folder, a node's name, or the bare origin of an HTTPS server."""

    name = "registry-source"
    title = "The registry cannot be had from a place of that kind."
    advice = (
        "Name a folder that is there, a node such as gr/athens, or an address such as https://peer.example."
    )


class Sources:
    """Gives readers of the registry's files: the named *places* first, then some peers by chance."""

    def __init__(
        self, peers: HTTPPeers, registry: Registry, *, node: NodeId, places: Sequence[str], clock: Clock
    ) -> None:
        self._peers = peers
        self._registry = registry
        self._node = node
        self._places = places
        self._clock = clock

    def __call__(self) -> list[Read]:
        """Give all readers, in the order in which they are asked."""
        return [*map(self._late, self._places), *map(self._of_node, self._some_peers())]

    def named(self, place: str) -> Read:
        """Give the reader of one place.

        Raises:
            UnknownSourceError: it is no folder, node or address.
            NotFoundError: the registry does not name the node.
        """
        if place.startswith(("https://", "http://")):
            return self._of_address(place.rstrip("/"))
        path = Path(place)
        if path.is_dir():  # what is published, or the operators' working folder around it
            return folder(path / "public" if (path / "public").is_dir() else path)
        try:
            node = NodeId(place)
        except MalformedError:
            raise UnknownSourceError(place) from None
        return self._of_node(node)

    def _late(self, place: str) -> Read:
        """A place that is not there today (a stick, a share) is one source that failed, and no more."""
        return lambda name, limit: self.named(place)(name, limit)

    def _of_node(self, node: NodeId) -> Read:
        return self._read(node, self._registry.entry(node, self._clock()).address)

    def _of_address(self, address: str) -> Read:
        try:
            entries = self._registry.current(self._clock()).entries
        except RegistryMissingError:
            entries = {}
        owner = next((node for node, entry in entries.items() if entry.address == address), None)
        return self._read(owner, address)

    def _read(self, node: NodeId | None, address: str) -> Read:
        return lambda name, limit: self._peers.get(node, address, f"/registry/{name}", limit)

    def _some_peers(self) -> list[NodeId]:
        try:
            nodes = [*self._registry.current(self._clock()).entries]
        except RegistryMissingError:
            return []
        others = [node for node in nodes if node != self._node]
        return secrets.SystemRandom().sample(others, min(_PEERS, len(others)))


def pinned_keys(registry: Registry, clock: Clock, node: NodeId) -> frozenset[bytes]:
    """Give the keys that the registry pins for the server of *node*; none where it knows nothing of it."""
    try:
        keys = registry.entry(node, clock()).usable_keys(KeyUse.TLS, clock())
    except (NotFoundError, RegistryMissingError):
        return frozenset()
    return frozenset(key.public for key in keys)
