"""What the registry's operators decide: who holds which role, which nodes there are, what becomes of them.

Every act prepares the next version of a page and lets it wait in the working folder; nothing counts before
enough holders have signed it (`publication`).
"""

from collections.abc import Sequence
from dataclasses import replace

from tuf.api.metadata import DelegatedRole, Delegations, Metadata, Role, Root, Targets

from handover.adapters.drafts import CeremonyError, Drafts, delegated, expiry
from handover.adapters.holder_keys import HolderKey
from handover.adapters.repository import Repository
from handover.domain.ids import NodeId
from handover.protocol import enrolment
from handover.protocol import registry_metadata as pages
from handover.protocol.enrolment import Enrolment
from handover.protocol.node_entry import NodeEntry, NodeStatus
from handover.protocol.node_key import KeyStatus, KeyUse, NodeKey


class Ceremony:
    """Prepares pages in the operators' working folder."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._drafts = Drafts(repository)

    def init(self, *, holders: Sequence[HolderKey], threshold: int, online: HolderKey, now: int) -> None:
        """Prepare the first root and top page; *threshold* holders sign both, *online* the short-lived pages.

        Raises:
            CeremonyError: there is a registry in the folder already, or fewer holders than the threshold.
        """
        if self._repository.public.exists() or self._repository.pending():
            raise CeremonyError("there is a registry in this folder already")
        keyids = self._roll(holders, threshold)
        self._repository.remember(online.keyid, online.name)
        if online.keyid in keyids:
            raise CeremonyError("the online key is nobody's holder key")
        roles = {role: Role(list(keyids), threshold) for role in ("root", "targets")}
        roles |= {role: Role([online.keyid], 1) for role in ("snapshot", "timestamp")}
        keys = {holder.keyid: holder.tuf() for holder in (*holders, online)}
        root = Root(
            version=1,
            spec_version=pages.SPECIFICATION,
            expires=expiry("root", now),
            keys=dict(keys),
            roles=roles,
        )
        top = Targets(
            version=1,
            spec_version=pages.SPECIFICATION,
            expires=expiry("targets", now),
            delegations=Delegations(keys={}, roles={}),
        )
        self._drafts.keep("root", Metadata(root))
        self._drafts.keep("targets", Metadata(top))

    def add_country(self, country: str, *, holders: Sequence[HolderKey], threshold: int, now: int) -> None:
        """Prepare the delegation of `COUNTRY/*` to its own holders, and the country's first page.

        Raises:
            CeremonyError: not a country's code, it is there already, or fewer holders than the threshold.
        """
        if pages.COUNTRY.fullmatch(country) is None:
            raise CeremonyError("a country is named by its ISO 3166-1 alpha-2 code in lower case, or int")
        keyids = self._roll(holders, threshold)
        page = self._drafts.top(now)
        delegations, roles = delegated(page)
        if country in roles:
            raise CeremonyError("the country is there already; rotate changes its holders")
        delegations.keys.update({holder.keyid: holder.tuf() for holder in holders})
        roles[country] = DelegatedRole(
            country, list(keyids), threshold, terminating=True, paths=[f"{country}/*"]
        )
        self._drafts.keep("targets", page)
        first = Targets(version=1, spec_version=pages.SPECIFICATION, expires=expiry(country, now))
        self._drafts.keep(country, Metadata(first))

    def admit(self, request: bytes, *, now: int) -> Enrolment:
        """Prepare the admission of the node that made the enrolment request, and return what it asked for.

        Raises:
            UntrustedError: the request or one of its keys is not sound, or a key is not proved.
            CeremonyError: its country is not there, the node is, or a key is listed for another node.
        """
        found = enrolment.read(request)
        enrolment.require_complete(found.entry, now)
        page = self._drafts.country(found.entry.country, now)
        if f"{found.entry.node}.json" in page.signed.targets:
            raise CeremonyError("the node is there already; rotate changes its entry")
        if any(key.status is not KeyStatus.ACTIVE for key in found.entry.keys):
            raise CeremonyError("a new node has no old keys")
        self._require_own_keys(found.entry)
        self._drafts.enter(page, replace(found.entry, status=NodeStatus.ACTIVE))
        return found

    def replace_entry(self, request: bytes, *, now: int) -> Enrolment:
        """Prepare a changed entry (new keys, another address) and return what was asked for.

        The request is signed by a signing key that the registry lists as active. Where none is left (all were
        compromised), it counts as an admission: the operators make sure who sent it.

        Raises:
            UntrustedError: the request is not sound, or gives up or revives an old key.
            CeremonyError: the node is not there, or the request is not signed by a key listed as active.
        """
        found = enrolment.read(request)
        enrolment.require_complete(found.entry, now)
        page = self._drafts.country(found.entry.country, now)
        old = self._drafts.entry(page, found.entry.node)
        active = [key.kid for key in old.keys if key.use is KeyUse.SIG and key.status is KeyStatus.ACTIVE]
        if active and found.signed_by not in active:
            raise CeremonyError(
                "the request is not signed by a signing key that the registry lists as active"
            )
        enrolment.require_successor(old, found.entry)
        self._require_own_keys(found.entry)
        self._drafts.enter(page, replace(found.entry, status=old.status))
        return found

    def suspend(self, node: NodeId, *, now: int) -> None:
        """Prepare the node's suspension; raises CeremonyError when the node is not there."""
        self._set_status(node, NodeStatus.SUSPENDED, now)

    def lift(self, node: NodeId, *, now: int) -> None:
        """Prepare the end of the node's suspension; raises CeremonyError when the node is not there."""
        self._set_status(node, NodeStatus.ACTIVE, now)

    def mark_compromised(self, node: NodeId, kid: str | None, *, since: int, now: int) -> None:
        """Prepare that nothing counts that the key (None: any key of the node's vault) made from *since* on.

        Raises:
            CeremonyError: the node or the key is not there.
        """
        page = self._drafts.country(node.country, now)
        entry = self._drafts.entry(page, node)
        stolen = {key.kid for key in entry.keys if kid in (None, key.kid) and key.use is not KeyUse.TLS}
        if not stolen:
            raise CeremonyError("the registry lists no such key for this node")
        keys = tuple(
            _stolen(key, since, again=kid is not None) if key.kid in stolen else key for key in entry.keys
        )
        self._drafts.enter(page, replace(entry, keys=keys))

    def renew(self, role: str, *, now: int) -> None:
        """Prepare the same page with a later expiry; *role* is `root`, `targets` or a country.

        Raises:
            CeremonyError: there is no such role.
        """
        if role == "root":
            self._drafts.keep(role, self._drafts.root(now))
        elif role == "targets":
            self._drafts.keep(role, self._drafts.top(now))
        else:
            self._drafts.keep(role, self._drafts.country(role, now))

    def rotate_holders(
        self,
        role: str,
        *,
        out: Sequence[HolderKey],
        into: Sequence[HolderKey],
        threshold: int | None,
        now: int,
    ) -> None:
        """Prepare that other keys hold a role: `root` (with `targets`), `online`, or a country.

        Raises:
            CeremonyError: no such role, a key that does not hold it, or fewer holders than the threshold.
        """
        for holder in into:
            self._repository.remember(holder.keyid, holder.name)
        if role in ("root", "online"):
            page = self._drafts.root(now)
            held = ("root", "targets") if role == "root" else ("snapshot", "timestamp")
            for name in held:
                _exchange(page.signed, name, out, into, threshold)
            self._drafts.keep("root", page)
            if role == "root":
                self.renew("targets", now=now)  # the holders of now sign what those of before signed
            return
        top = self._drafts.top(now)
        if role not in delegated(top)[1]:
            raise CeremonyError("there is no such role in this registry")
        _exchange(top.signed, role, out, into, threshold)
        self._drafts.keep("targets", top)
        self.renew(role, now=now)

    def _roll(self, holders: Sequence[HolderKey], threshold: int) -> tuple[str, ...]:
        keyids = tuple(holder.keyid for holder in holders)
        if len(set(keyids)) != len(keyids):
            raise CeremonyError("a key is named twice")
        if not 0 < threshold <= len(keyids):
            raise CeremonyError("the threshold is between one and the number of holders")
        for holder in holders:
            self._repository.remember(holder.keyid, holder.name)
        return keyids

    def _set_status(self, node: NodeId, status: NodeStatus, now: int) -> None:
        page = self._drafts.country(node.country, now)
        self._drafts.enter(page, replace(self._drafts.entry(page, node), status=status))

    def _require_own_keys(self, entry: NodeEntry) -> None:
        kids = {key.kid for key in entry.keys}
        for node, other in self._drafts.entries().items():
            if node != entry.node and not kids.isdisjoint(key.kid for key in other.keys):
                raise CeremonyError("a key is listed for another node already")


def _stolen(key: NodeKey, since: int, *, again: bool) -> NodeKey:
    """Of a key that was reported before, the earlier time stays, unless that key is marked *again* by its name."""
    if key.compromised_since is not None and not again:
        since = min(since, key.compromised_since)
    return replace(key, status=KeyStatus.COMPROMISED, compromised_since=since)


def _exchange(
    page: Root | Targets,
    role: str,
    out: Sequence[HolderKey],
    into: Sequence[HolderKey],
    threshold: int | None,
) -> None:
    held = page.get_delegated_role(role)
    for holder in out:
        if holder.keyid not in held.keyids:
            raise CeremonyError("a key to be taken out does not hold the role")
        page.revoke_key(holder.keyid, role)
    for holder in into:
        page.add_key(holder.tuf(), role)
    held.threshold = held.threshold if threshold is None else threshold
    if not 0 < held.threshold <= len(held.keyids):
        raise CeremonyError("the threshold is between one and the number of holders")
