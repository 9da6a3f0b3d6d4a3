"""Who is out there: the competent authorities that the registry names, and this node itself as they see it."""

from dataclasses import dataclass

from handover.application.facts import Actor, Peer
from handover.application.permissions import Right, require
from handover.application.ports import Database, Vault
from handover.application.registry import Registry, RegistryMissingError
from handover.domain.errors import NotFoundError
from handover.domain.ids import NodeId
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.node_entry import Mandate, NodeEntry, NodeStatus
from handover.protocol.node_key import KeyUse


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A node of the registry, with what this node remembers of it. `seals_until`: the end of its newest sealing key.

    `barred`: suspended, or its country's page has expired: no new offers either way.
    """

    entry: NodeEntry
    known: Peer
    barred: bool
    signs: bool
    seals_until: int | None


@dataclass(frozen=True, kw_only=True)
class Own:
    """This node. `authority` is None until the registry names it; times are seconds since 1970."""

    node: NodeId
    incarnation: int
    authority: Authority | None
    registry_version: int | None
    registry_issued: int | None
    registry_fresh: bool
    log: Checkpoint


class Authorities:
    """Reads the registry for officers."""

    def __init__(self, database: Database, registry: Registry, vault: Vault) -> None:
        self._database = database
        self._registry = registry
        self._vault = vault

    def page(
        self,
        *,
        actor: Actor,
        after: str = "",
        limit: int = 50,
        country: str | None = None,
        mandate: Mandate | None = None,
    ) -> list[Authority]:
        """Give the other nodes in order of their names, from behind *after*."""
        require(actor, Right.LOOK_UP)
        with self._database.reading() as work:
            now, known = work.now, {peer.node: peer for peer in work.peers.all()}
        entries = self._registry.current(now).entries
        found = (
            entry
            for node, entry in sorted(entries.items())
            if node > after
            and node != self._vault.node
            and (country is None or entry.country == country)
            and (mandate is None or mandate in entry.mandates)
        )
        return [self._authority(entry, known, now) for entry, _ in zip(found, range(limit), strict=False)]

    def named(self, node: NodeId, *, actor: Actor) -> NodeEntry | None:
        """Give what the registry says of a node, or None where it does not name it."""
        require(actor, Right.LOOK_UP)
        with self._database.reading() as work:
            now = work.now
        try:
            return self._registry.entry(node, now)
        except (NotFoundError, RegistryMissingError):
            return None

    def own(self, *, actor: Actor) -> Own:
        """Give this node as its peers see it."""
        require(actor, Right.LOOK_UP)
        with self._database.reading() as work:
            now, log = work.now, work.log.head()
        try:
            current = self._registry.current(now)
        except RegistryMissingError:
            current = None
        try:
            authority = self._authority(self._registry.entry(self._vault.node, now), {}, now)
        except (NotFoundError, RegistryMissingError):
            authority = None
        return Own(
            node=self._vault.node,
            incarnation=self._vault.incarnation,
            authority=authority,
            registry_version=None if current is None else current.version,
            registry_issued=None if current is None else current.issued,
            registry_fresh=self._registry.fresh(now),
            log=log,
        )

    def _authority(self, entry: NodeEntry, known: dict[NodeId, Peer], now: int) -> Authority:
        sealing = entry.usable_keys(KeyUse.SEAL, now)
        lapsed = self._registry.current(now).lapsed(entry.country, now)
        return Authority(
            entry=entry,
            known=known.get(entry.node, Peer(node=entry.node)),
            barred=entry.status is NodeStatus.SUSPENDED or lapsed,
            signs=bool(entry.usable_keys(KeyUse.SIG, now)),
            seals_until=max((key.expires for key in sealing), default=None),
        )
