"""The registry for the operators' eyes: what is published, what waits, and what a signature would change."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

from tuf.api.metadata import Metadata, Role, Root, Targets

from handover.adapters.drafts import delegated
from handover.adapters.publication import Publication, load
from handover.adapters.repository import Repository
from handover.domain.errors import NotFoundError
from handover.domain.ids import NodeId
from handover.protocol import node_entry
from handover.protocol import registry_metadata as pages
from handover.protocol.node_entry import NodeEntry, NodeStatus
from handover.protocol.node_key import KeyUse
from handover.protocol.registry_set import Registry, fingerprint

_HEAD: Final = 2  # lines before what changes
Page = Metadata[Root] | Metadata[Targets]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A page that waits: who signed it, and how many signatures are missing.

    `before` are the role's former holders, where a new root needs enough of them, too: how many of whom.
    """

    version: int
    signed: tuple[str, ...]
    missing: int
    before: str | None = None


@dataclass(frozen=True, kw_only=True)
class RoleState:
    """One role: its published page, if any, who holds it, and the page that waits, if any. `expires` in seconds."""

    role: str
    version: int | None
    expires: int | None
    threshold: int
    holders: tuple[str, ...]
    waiting: Waiting | None


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The whole registry; `fingerprint` and `registry` are None until it has been published for the first time."""

    fingerprint: str | None
    registry: Registry | None
    roles: tuple[RoleState, ...]


class NoRegistryError(NotFoundError):
    """The folder holds no registry."""

    name = "no-registry"
    title = "There is no registry in this folder."
    advice = "Name the operators' working folder with --dir; `handover registry init` begins a new registry."


class Review:
    """Reads the operators' working folder; changes nothing."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._publication = Publication(repository)

    def overview(self) -> Overview:
        """Return the state of every role.

        Raises:
            NoRegistryError: there is no registry in the folder.
        """
        try:
            registry, shown = self._repository.registry(), fingerprint(self._repository.pinned())
        except NotFoundError:
            registry, shown = None, None
        try:
            root = pages.load_root(self._repository.page("root")).signed
        except NotFoundError as error:
            raise NoRegistryError from error
        top = pages.load_targets(self._repository.page("targets"))
        roles = [self._state(role, root, registry) for role in ("root", "targets", "snapshot", "timestamp")]
        roles += [self._state(country, top.signed, registry) for country in sorted(delegated(top)[1])]
        return Overview(fingerprint=shown, registry=registry, roles=tuple(roles))

    def changes(self, role: str) -> tuple[str, ...]:
        """Return in words what the waiting page changes; raises NotFoundError when none waits."""
        new = self._publication.waiting(role)
        try:
            old = load(role, self._repository.published_page(role))
        except NotFoundError:
            old = None
        lines = [f"version {old.signed.version if old else 'none'} -> {new.signed.version}"]
        lines.append(f"expires {new.signed.expires:%Y-%m-%d}")
        if isinstance(new.signed, Root):
            lines += self._holders(("root", "targets", "snapshot", "timestamp"), new.signed, old)
        elif role == "targets":
            lines += self._holders(tuple(delegated(new)[1]), new.signed, old)
        else:
            lines += self._nodes(new, old)
        if len(lines) == _HEAD:
            lines.append("nothing else changes")
        return tuple(lines)

    def _state(self, role: str, by: Root | Targets, registry: Registry | None) -> RoleState:
        held = by.get_delegated_role(role)
        waiting = self._waiting(role, held) if role in self._repository.pending() else None
        return RoleState(
            role=role,
            version=self._version(role),
            expires=registry.terms.get(role) if registry else None,
            threshold=held.threshold,
            holders=self._names(held.keyids),
            waiting=waiting,
        )

    def _waiting(self, role: str, held: Role) -> Waiting:
        page = self._publication.waiting(role)
        former = self._former(role, held)
        keyids = dict.fromkeys((*held.keyids, *(former.keyids if former else ())))
        return Waiting(
            version=page.signed.version,
            signed=self._names([keyid for keyid in keyids if keyid in page.signatures]),
            missing=_missing(page, held, former),
            before=self._held(former) if former else None,
        )

    def _former(self, role: str, held: Role) -> Role | None:
        """Give who held the root before, where that is somebody else: nodes ask for their signatures, too."""
        if role != "root":
            return None
        try:
            former = pages.load_root(self._repository.published_page(role)).signed.get_delegated_role(role)
        except NotFoundError:
            return None
        return None if (former.threshold, former.keyids) == (held.threshold, held.keyids) else former

    def _held(self, role: Role) -> str:
        return f"{role.threshold} of {', '.join(self._names(role.keyids))}"

    def _version(self, role: str) -> int | None:
        try:
            found = self._repository.published()
        except NotFoundError:
            return None
        if role == "timestamp":
            return int(pages.load_timestamp(found.timestamp).signed.version)
        if role == "snapshot":
            return int(pages.load_snapshot(found.snapshot).signed.version)
        data = {"root": found.root_chain[-1], "targets": found.targets, **found.roles}.get(role)
        return None if data is None else int(load(role, data).signed.version)

    def _names(self, keyids: list[str]) -> tuple[str, ...]:
        return tuple(self._repository.name(keyid) for keyid in keyids)

    def _holders(self, roles: tuple[str, ...], new: Root | Targets, old: Page | None) -> Iterator[str]:
        for role in roles:
            held = new.get_delegated_role(role)
            after = self._held(held)
            try:
                former = old.signed.get_delegated_role(role) if old else None
            except ValueError:
                former = None
            if former is None:
                yield f"{role}: {after}"
            elif (former.threshold, former.keyids) != (held.threshold, held.keyids):
                yield f"{role}: {self._held(former)} -> {after}"

    def _nodes(self, new: Page, old: Page | None) -> Iterator[str]:
        after, before = self._entries(new), self._entries(old)
        for node, entry in after.items():
            former = before.get(node)
            if former is None:
                keys = ", ".join(f"{key.use} {key.kid}" for key in entry.keys if key.use is KeyUse.SIG)
                stands = "" if entry.status is NodeStatus.ACTIVE else f", {entry.status}"
                said = f"{entry.name('en')}, {', '.join(entry.mandates)}, {entry.address}, {keys}"
                yield f"{node}: admitted as {said}{stands}"
            elif former != entry:
                yield f"{node}: {'; '.join(_differences(former, entry))}"

    def _entries(self, page: Page | None) -> dict[NodeId, NodeEntry]:
        if page is None or isinstance(page.signed, Root):
            return {}
        entries = self._repository.entries(page)
        return {node: node_entry.decode(data) for node, data in entries.items()}


def _missing(page: Page, held: Role, former: Role | None) -> int:
    """Give how many signatures are missing at least: one of a holder of before and of now counts for both."""
    lacking = [
        max(0, role.threshold - sum(keyid in page.signatures for keyid in role.keyids))
        for role in (held, former)
        if role is not None
    ]
    return max(lacking)


def _differences(old: NodeEntry, new: NodeEntry) -> Iterator[str]:
    for name in (field.name for field in fields(NodeEntry)):
        if name != "keys" and getattr(old, name) != getattr(new, name):
            yield f"{name} {_shown(getattr(old, name))} -> {_shown(getattr(new, name))}"
    before = {key.kid: key for key in old.keys}
    for key in new.keys:
        former = before.pop(key.kid, None)
        if former is None:
            yield f"new {key.use} key {key.kid}"
        elif former != key:
            yield f"{key.use} key {key.kid} {former.status} -> {key.status}"
    for key in before.values():
        yield f"{key.use} key {key.kid} no longer listed"


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
