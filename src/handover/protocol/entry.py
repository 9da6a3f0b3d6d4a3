"""Entries of a log, and the leaves that hide them (docs/spec/log.md).

An entry document holds identifiers and digests, never a personal value, and stays with those it concerns. The
log holds its leaf: a digest over the document, whose salt keeps it from being guessed.
"""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from handover.domain.errors import MalformedError
from handover.domain.ids import UUID7, Digest, PairId
from handover.protocol import strict

DOCUMENT_LIMIT: Final = 512
"""The longest entry document, in bytes."""

SALT_LENGTH: Final = 16
_MEMBERS: Final = ("kind", "time", "matter", "n", "prev", "object", "salt")
_LOCAL_LENGTH: Final = 36
_LEAF_HEADER: Final = "handover-entry/1"


class EntryKind(StrEnum):
    """What happened; docs/spec/log.md says for each kind what its `object` is the digest of."""

    SENT = "sent"
    """This node has signed an envelope."""
    RECEIVED = "received"
    """A peer's envelope was stored. This is the entry that a receipt opens."""
    RECEIPTED = "receipted"
    """A peer's receipt was verified and kept."""
    OPENED = "opened"
    """A named officer has read, for the first time, what a peer sent."""
    DISCLOSED = "disclosed"
    """Values were shown to an officer."""
    REFUSED = "refused"
    """A member's envelope was refused."""
    DECIDED = "decided"
    """An officer decided."""
    ASSERTED = "asserted"
    """An officer's passkey has signed the statement of an act."""
    ATTESTED = "attested"
    """This node vouches for an officer's public key."""
    GROUND = "ground"
    """A consent or another legal basis was recorded or changed."""
    WITHDRAWN = "withdrawn"
    """A consent was withdrawn."""
    ERASED = "erased"
    """Values were destroyed."""
    REGISTRY_ACCEPTED = "registry-accepted"
    """A root or timestamp of the registry was accepted."""
    EQUIVOCATION = "equivocation"
    """A peer has signed two things that exclude each other."""
    SPLIT_VIEW = "split-view"
    """A peer's log has shown two trees that contradict each other."""
    RESTORED = "restored"
    """This node's database came from a backup."""
    EXPORTED = "exported"
    """A bundle of evidence left this node."""
    PUBLISHED = "published"
    """The statistics of a quarter were signed."""
    EPOCH = "epoch"
    """This node has contributed to the key of a tracing epoch, or accepted its document."""
    EVALUATED = "evaluated"
    """Blinded keys of a tracing index or question were evaluated, or were sent to be."""
    INDEXED = "indexed"
    """The index of tracing has changed."""
    RESOLVED = "resolved"
    """Two officers have resolved a deed of this node that nobody took up: it counts no more."""


CARRIED: Final = frozenset({EntryKind.SENT, EntryKind.RECEIVED})
"""The kinds whose `object` is an envelope that was said or heard."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing that happened. `n` counts the entries of the same `matter` from 1; `prev` is the one before.

    `matter` is the pseudonym for the pair of nodes where a peer is concerned, a local identifier where
    none is, and empty for what concerns the node as a whole. `time` is in seconds since 1970.
    """

    kind: EntryKind
    time: int
    matter: str
    n: int
    prev: Digest | None
    object: Digest
    salt: bytes

    def __post_init__(self) -> None:
        strict.moment(self.time, 1)
        strict.integer(self.n, lowest=1)
        if (self.prev is None) != (self.n == 1):
            raise MalformedError("the first entry of a matter, and no other, has none before it")
        if len(self.salt) != SALT_LENGTH:
            raise MalformedError("a salt is %(length)s bytes", length=SALT_LENGTH)
        if self.matter:
            UUID7(self.matter) if len(self.matter) == _LOCAL_LENGTH else PairId(self.matter)


_KINDS: Final = {kind.value: kind for kind in EntryKind}


def encode(entry: Entry) -> bytes:
    """Return the entry's document: its one encoding."""
    return strict.dumps(
        {
            "kind": entry.kind.value,
            "time": entry.time,
            "matter": entry.matter,
            "n": entry.n,
            "prev": entry.prev,
            "object": entry.object,
            "salt": strict.b64(entry.salt),
        }
    )


def decode(document: bytes) -> Entry:
    """Return the entry that a document holds.

    Raises:
        MalformedError: it is not the one encoding of an entry.
    """
    found = strict.members(strict.loads(document, limit=DOCUMENT_LIMIT), *_MEMBERS)
    kind, time, matter, n, prev, digest, salt = found
    known = _KINDS.get(strict.text(kind))
    if known is None:
        raise MalformedError("not a kind of entry")
    entry = Entry(
        kind=known,
        time=strict.moment(time),
        matter=strict.text(matter),
        n=strict.integer(n),
        prev=None if prev is None else Digest(strict.text(prev)),
        object=Digest(strict.text(digest)),
        salt=strict.unb64(strict.text(salt)),
    )
    if encode(entry) != document:
        raise MalformedError("not the one encoding of an entry")
    return entry


def leaf(document: bytes) -> bytes:
    """Return the data of the leaf that stands in the log for an entry's document."""
    return f"{_LEAF_HEADER}\n{strict.b64std(sha256(document).digest())}\n".encode()
