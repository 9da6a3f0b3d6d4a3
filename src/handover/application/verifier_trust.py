"""Whom to believe at which time: the registry as a bundle proves it to whoever has the pinned root.

The present plays no part: a set is judged at the time at which it was issued, an act by the sets of its own time, and
only the compromise of a key by the newest registry that is there (docs/spec/evidence.md, section 4).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from handover.application.verifier_report import Findings, Rule
from handover.domain.errors import HandoverError, NotFoundError
from handover.domain.ids import NodeId
from handover.domain.sentences import Sentence, sentence
from handover.protocol import evidence_registry, registry_set, strict
from handover.protocol import registry_metadata as pages
from handover.protocol.checkpoint import LogKey
from handover.protocol.evidence import Word
from handover.protocol.evidence_registry import Shelf
from handover.protocol.log_origin import LogOrigin
from handover.protocol.node_entry import NodeEntry
from handover.protocol.node_key import KeyUse, NodeKey
from handover.protocol.registry_set import SKEW, MetadataSet, Registry, fingerprint

GIVEN_ROOT: Final = "the root that was given"  # the place of a finding about it

MOST_STATES: Final = 256
FRESH: Final = 86_400  # seconds: how old a registry may be on which an act of weight rests


class Lined(Protocol):
    """A file that holds states of the registry."""

    @property
    def lines(self) -> Mapping[Word, tuple[bytes, ...]]:
        """Its parts, by what they are."""
        ...


@dataclass(kw_only=True)
class Trust:
    """Every registry that was proved, oldest first. `newest` decides about compromise and display names."""

    root: str | None
    sets: Sequence[Registry]
    newest: Registry | None
    _log_keys: dict[LogOrigin, tuple[LogKey, ...]] = field(default_factory=dict)

    def window(self, begin: int, end: int) -> list[Registry]:
        """Give the sets on which an act between *begin* and *end* may have rested, the newest first.

        That is the newest one issued by then and those not older than a day, and the version before these: until the
        next was issued it may have been dated anew. Where there is none, the oldest that was issued within the ten
        minutes by which clocks may differ.
        """
        issued = [each for each in self.sets if each.issued <= end]
        if not issued:
            return [each for each in self.sets[:1] if each.issued <= end + SKEW]
        found = [each for each in reversed(issued) if each is issued[-1] or each.issued > begin - FRESH]
        oldest = found[-1]
        if oldest.issued > begin - FRESH:
            found += [each for each in reversed(issued) if each.version == oldest.version - 1][:1]
        return found

    def whole(self, window: Sequence[Registry], begin: int) -> bool:
        """Tell whether *window* has each state, less than a day old, on which an act at *begin* may have rested."""
        versions = [each.version for each in window]
        oldest = window[-1]
        if versions != list(range(versions[0], versions[0] - len(versions), -1)):
            return False
        before = {each.version for each in self.sets} | {0}
        return oldest.issued <= begin - FRESH or oldest.version - 1 in before

    def entry(self, node: NodeId) -> NodeEntry | None:
        """Give the newest entry of a node that any set has."""
        known = [self.newest, *reversed(self.sets)] if self.newest else []
        for each in known:
            if each is not None and node in each.entries:
                return each.entries[node]
        return None

    def name(self, node: NodeId) -> str:
        """Give the node's display name, or its identifier where no set has it."""
        entry = self.entry(node)
        return str(node) if entry is None else entry.name("en")

    def key(self, node: NodeId, kid: str, registries: Iterable[Registry]) -> NodeKey | None:
        """Give a signing key of *node* as the first of *registries* lists it."""
        for each in registries:
            try:
                return each.entry(node).key(kid, KeyUse.SIG)
            except NotFoundError:
                continue
        return None

    def latest_key(self, node: NodeId, kid: str) -> NodeKey | None:
        """Give a signing key as the newest registry lists it."""
        return self.key(node, kid, [self.newest] if self.newest else [])

    def log_keys(self, log: LogOrigin) -> tuple[LogKey, ...]:
        """Give every pair of keys that any set lists for that log of the node."""
        if log not in self._log_keys:
            entries = [each.entries[log.node] for each in reversed(self.sets) if log.node in each.entries]
            found = [key for entry in entries for key in entry.log_keys(log.incarnation)]
            self._log_keys[log] = tuple(dict.fromkeys(found))
        return self._log_keys[log]

    def log_sound(self, node: NodeId, key: LogKey, at: int) -> bool:
        """Tell whether what the log's key signed at *at* still counts by the newest registry."""
        entry = None if self.newest is None else self.newest.entries.get(node)
        listed = () if entry is None else entry.keys
        publics = (key.ed25519, key.mldsa44)
        return all(
            each.sound(at)
            for each in listed
            if each.use in (KeyUse.LOG, KeyUse.LOG_PQ) and each.public in publics
        )


def build(
    bundles: Sequence[Lined], *, root: bytes | None, registry: MetadataSet | None, findings: Findings
) -> Trust:
    """Give whom to believe; what could not be believed is among the findings."""
    chain = _chain(bundles, findings)
    pin, shown = _pin(chain, root, findings)
    files = [text for each in bundles for word in (Word.PAGE, Word.NODE) for text in each.lines[word]]
    shelf = evidence_registry.shelf(roots=chain, files=files)
    timestamps = list(dict.fromkeys(text for each in bundles for text in each.lines[Word.TIMESTAMP]))
    if len(timestamps) > MOST_STATES:
        findings.invalid(
            Rule.FORM, "registry", sentence("more than %(most)s states of the registry", most=MOST_STATES)
        )
        timestamps = timestamps[-MOST_STATES:]
    found = [_verified(shelf, text, pin, findings) for text in timestamps] if pin is not None else []
    sets = sorted((each for each in found if each is not None), key=lambda each: (each.issued, each.version))
    if shelf.unused():
        findings.invalid(
            Rule.SUPERFLUOUS,
            "registry",
            sentence("%(number)s pages or entries that nothing names", number=shelf.unused()),
        )
    newest = sets[-1] if sets else None
    given = _given(registry, pin, findings)
    if given is not None and (newest is None or given.issued >= newest.issued):
        newest = given
    if newest is None:
        findings.incomplete(
            Rule.REGISTRY, "registry", sentence("no state of the registry is proved; no key can be believed")
        )
    else:
        findings.note(Rule.AS_OF, "registry", _judged_by(newest))
    return Trust(root=shown, sets=sets, newest=newest)


def _judged_by(registry: Registry) -> Sentence:
    return sentence(
        "judged by version %(version)s of the registry, under its root page %(root)s",
        version=registry.version,
        root=registry.root,
    )


def _chain(bundles: Sequence[Lined], findings: Findings) -> tuple[bytes, ...]:
    chains = [each.lines[Word.ROOT] for each in bundles]
    longest = max(chains, key=len, default=())
    if any(longest[: len(chain)] != chain for chain in chains):
        findings.invalid(Rule.ROOT, "registry", sentence("the bundles rest on different chains of roots"))
    return longest


def _pin(chain: Sequence[bytes], root: bytes | None, findings: Findings) -> tuple[bytes | None, str | None]:
    """Give the root to begin with, and its fingerprint if it was the auditor's own."""
    if not chain:
        findings.incomplete(Rule.ROOT, "registry", sentence("the bundle holds no root of the registry"))
        return None, None if root is None else fingerprint(root)
    if root is None:
        text = sentence(
            "no root was given; the bundle's own is %(fingerprint)s: compare it with one you trust",
            fingerprint=fingerprint(chain[0]),
        )
        findings.incomplete(Rule.ROOT, "registry", text)
        return chain[0], None
    if root in chain:
        return root, fingerprint(root)
    try:
        later = pages.load_root(root).signed.version > len(chain)
    except HandoverError:
        findings.invalid(Rule.ROOT, GIVEN_ROOT, sentence("not a root page of a registry"))
        return chain[0], None
    if later:
        text = sentence(
            "the root that was given is newer than the bundle: give the root that was pinned before it"
        )
        findings.incomplete(Rule.ROOT, "registry", text)
    else:
        text = sentence(
            "the bundle rests on another registry than the root that was given: %(fingerprint)s",
            fingerprint=fingerprint(chain[0]),
        )
        findings.invalid(Rule.ROOT, "registry", text)
    return chain[0], fingerprint(root)


def _verified(shelf: Shelf, timestamp: bytes, pin: bytes, findings: Findings) -> Registry | None:
    place = f"timestamp {strict.digest(timestamp)}"
    try:
        found = shelf.set_of(timestamp)
        return registry_set.verify(found, root=pin, at=registry_set.claimed_issue(found))
    except registry_set.RegistryRollbackError as error:
        findings.incomplete(
            Rule.REGISTRY,
            place,
            sentence("it is older than the root that was given: %(error)s", error=error.sentence),
        )
    except HandoverError as error:
        findings.invalid(Rule.REGISTRY, place, error.sentence)
    return None


def _given(registry: MetadataSet | None, pin: bytes | None, findings: Findings) -> Registry | None:
    if registry is None or pin is None:
        return None
    try:
        return registry_set.verify(registry, root=pin, at=registry_set.claimed_issue(registry))
    except HandoverError as error:
        findings.incomplete(Rule.REGISTRY, "the registry that was given", error.sentence)
        return None
