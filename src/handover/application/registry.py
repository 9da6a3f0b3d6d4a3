"""The registry as this node uses it: who may be sent what, whose signature counts, is it fresh enough.

An old registry never stops a node: it goes on receiving and closing rounds. Only acts of weight (an offer, a
deed) wait until a fresh timestamp is there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from handover.domain.consent import Purpose
from handover.domain.errors import (
    HandoverError,
    NotFoundError,
    RefusedError,
    UnreachableError,
    UntrustedError,
)
from handover.domain.ids import Digest, NodeId
from handover.protocol import registry_set
from handover.protocol.node_entry import Mandate, NodeEntry, NodeStatus, UnknownKeyError
from handover.protocol.node_key import KeyStatus, KeyUse, NodeKey
from handover.protocol.registry_files import Read
from handover.protocol.registry_set import SKEW, Digests, MetadataSet, UnknownNodeError

FRESH: Final = 86_400  # seconds: how old a timestamp may be when an act of weight rests on it
_LOOK_AGAIN: Final = 5  # seconds until it is asked again whether another process has stored a newer set


class RegistryStaleError(UnreachableError):
    """The newest timestamp that could be had is too old for an act of weight."""

    name = "registry-stale"
    title = "The registry is too old for this act."
    advice = "The act waits until the registry is refreshed; all else goes on. Tell this node's operator."


class RegistryMissingError(UnreachableError):
    """This node has not accepted any registry yet."""

    name = "registry-missing"
    title = "This node has no registry yet."
    advice = "Refresh the registry from a peer or from files; the pinned root is enough to begin."


class MandateMissingError(RefusedError):
    """The registry gives the node no mandate for the purpose."""

    name = "mandate-missing"
    title = "The recipient has no mandate for this purpose."
    advice = "Choose an authority whose mandate covers the purpose."


class SchemaUnsupportedError(RefusedError):
    """The node does not read records of this schema."""

    name = "schema-unsupported"
    title = "The recipient does not support this kind of record."
    advice = "Ask the other authority's operator to update, or choose another authority."


class NodeSuspendedError(RefusedError):
    """The registry's operators have suspended the node, or its country's page has expired."""

    name = "node-suspended"
    title = "The registry does not let this node take part in new offers at present."
    advice = "Rounds that are open can still be closed. Telephone the authority before anything else."


class UnknownSenderError(UntrustedError):
    """The registry names no such node or key."""

    name = "unknown-sender"


class KeyCompromisedError(UntrustedError):
    """The registry says that the key may be in other hands."""

    name = "key-compromised"
    title = "The key has been reported as compromised."
    advice = "The message was refused. Two officers resolve the round by telephone."


class KeyNotUsableError(UntrustedError):
    """The key was retired, or its time has not begun or is over."""

    name = "key-not-usable"
    title = "The key is not in use at this time."
    advice = "The sender signs the same act anew with its present key."


class RegistryStore(Protocol):
    """Where the sets that this node accepted are kept; nothing is stored before all of it was verified."""

    def load(self) -> MetadataSet:
        """Give the set accepted last; raises NotFoundError when there is none yet."""
        ...

    def marker(self) -> str:
        """Give a text that changes when any process has accepted another set; empty while there is none."""
        ...

    def update(self, source: Read, *, now: int) -> MetadataSet:
        """Fetch what is newer from *source*, verify, store, and give the set that is current then.

        Raises:
            UntrustedError: the source's set does not verify, or is older; nothing was stored.
            UnreachableError: the source does not answer.
        """
        ...

    def at(self, timestamp: Digest) -> MetadataSet:
        """Give the set that was accepted with this timestamp page; raises NotFoundError."""
        ...


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What a refresh brought: digests of newly accepted pages, for the log, and why sources failed."""

    roots: tuple[Digest, ...] = ()
    timestamp: Digest | None = None
    failed: tuple[HandoverError, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who signed, with which key; *barred* from new offers but not from closing rounds."""

    entry: NodeEntry
    key: NodeKey
    barred: bool


class Registry:
    """Answers from the set accepted last. *root* is the pinned root page, *bound* in seconds."""

    def __init__(self, store: RegistryStore, *, root: bytes, bound: int = FRESH) -> None:
        self._store = store
        self._root = root
        self._bound = bound
        self._marker = ""
        self._looked = -_LOOK_AGAIN
        self._current: registry_set.Registry | None = None

    def current(self, now: int) -> registry_set.Registry:
        """Return the registry that this node goes by, stale or not.

        Raises:
            RegistryMissingError: none has been accepted yet.
        """
        if self._current is None or not 0 <= now - self._looked < _LOOK_AGAIN:
            self._looked = now
            marker = self._store.marker()
            if self._current is None or marker != self._marker:
                self._current, self._marker = self._load(), marker
        return self._current

    def metadata(self, timestamp: Digest) -> MetadataSet:
        """Return the set that was accepted with this timestamp page, for evidence; raises NotFoundError."""
        return self._store.at(timestamp)

    def refresh(self, sources: Iterable[Read], *, now: int) -> Accepted:
        """Ask one source after the other until one has a newer timestamp, and say what was newly accepted.

        A source that fails or lies is passed over; what was accepted before stays in use.
        """
        known, failed = self._digests(now), []
        for source in sources:
            try:
                self._store.update(source, now=now)
            except HandoverError as error:
                failed.append(error)
                continue
            self._looked = now - _LOOK_AGAIN
            found = self.current(now).digests
            if found != known:
                return _difference(known, found, failed)
        return Accepted(failed=tuple(failed))

    def fresh(self, now: int) -> bool:
        """Tell whether an act of weight may rest on the registry at *now*."""
        try:
            return now - self.current(now).issued < self._bound
        except RegistryMissingError:
            return False

    def require_fresh(self, now: int) -> None:
        """Do nothing if an act of weight may rest on the registry at *now*.

        Raises:
            RegistryStaleError: the timestamp is older than the bound.
        """
        if not self.fresh(now):
            raise RegistryStaleError

    def entry(self, node: NodeId, now: int) -> NodeEntry:
        """Return the node's entry, whatever its status: for what closes a round, and for old evidence.

        Raises:
            UnknownNodeError: the registry does not name it.
        """
        return self.current(now).entry(node)

    def recipient(self, node: NodeId, purpose: Purpose, schema: str, *, now: int) -> NodeEntry:
        """Return the entry of a node that may be offered a record of this schema for this purpose.

        Raises:
            UnknownNodeError: the registry does not name it.
            RefusedError: it is suspended, has no mandate for the purpose, or does not read the schema.
        """
        entry = self.entry(node, now)
        if self._barred(entry, now):
            raise NodeSuspendedError
        if Mandate(purpose.value) not in entry.mandates:
            raise MandateMissingError
        if schema not in entry.schemas:
            raise SchemaUnsupportedError
        return entry

    def sealing_key(self, node: NodeId, now: int, *, ended: bool = False) -> NodeKey:
        """Return the key to which a payload for the node is sealed at *now*; with *ended*, else its last one.

        Raises:
            NotFoundError: the registry does not name the node, or it has no such key.
        """
        return self.entry(node, now).sealing_key(now, ended=ended)

    def sender(self, node: NodeId, kid: str, *, now: int) -> Sender:
        """Return who speaks when *node* signs with *kid* at *now*.

        Raises:
            UnknownSenderError: the registry lists no such node or key.
            KeyCompromisedError: the key is marked as compromised.
            KeyNotUsableError: the key is retired, not begun or over.
        """
        found = self.listed(node, kid, now=now)
        require_usable(found.key, now)
        return found

    def listed(self, node: NodeId, kid: str, *, now: int) -> Sender:
        """Return whose key *kid* is, whether or not it may still be used: who holds it is told why it is refused.

        Raises:
            UnknownSenderError: the registry lists no such node or key.
        """
        try:
            return self._named(node, kid, now)
        except UnknownSenderError:
            self._looked = now - _LOOK_AGAIN  # another process may just have stored the set that names it
            return self._named(node, kid, now)

    def _named(self, node: NodeId, kid: str, now: int) -> Sender:
        try:
            entry = self.entry(node, now)
            key = entry.key(kid, KeyUse.SIG)
        except (UnknownNodeError, UnknownKeyError) as error:
            raise UnknownSenderError from error
        return Sender(entry=entry, key=key, barred=self._barred(entry, now))

    def barred(self, node: NodeId, now: int) -> bool:
        """Tell whether the node takes part in nothing new: suspended, or its country's page has expired."""
        return self._barred(self.entry(node, now), now)

    def _barred(self, entry: NodeEntry, now: int) -> bool:
        return entry.status is NodeStatus.SUSPENDED or self.current(now).lapsed(entry.country, now)

    def _load(self) -> registry_set.Registry:
        try:
            metadata = self._store.load()
        except NotFoundError as error:
            raise RegistryMissingError from error
        # It was verified for the present when it was stored; what has aged since must still be readable.
        return registry_set.verify(metadata, root=self._root, at=registry_set.claimed_issue(metadata))

    def _digests(self, now: int) -> Digests | None:
        try:
            return self.current(now).digests
        except RegistryMissingError:
            return None


def require_usable(key: NodeKey, now: int) -> None:
    """Do nothing if the key may sign something new at *now*.

    Raises:
        KeyCompromisedError: the key is marked as compromised.
        KeyNotUsableError: the key is retired, not begun or over.
    """
    if key.status is KeyStatus.COMPROMISED:
        raise KeyCompromisedError
    if not (key.usable(now) or key.usable(now - SKEW) or key.usable(now + SKEW)):
        raise KeyNotUsableError


def _difference(known: Digests | None, found: Digests, failed: list[HandoverError]) -> Accepted:
    old = known.roots if known else ()
    new = None if known and known.timestamp == found.timestamp else found.timestamp
    roots = tuple(root for root in found.roots if root not in old)
    return Accepted(roots=roots, timestamp=new, failed=tuple(failed))
