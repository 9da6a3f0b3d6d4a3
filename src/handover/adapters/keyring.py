"""The private keys of a vault, ready for use, and which of them the node signs with (docs/spec/at-rest.md, section 5).

A node signs with the newest key that the registry, as the node knows it, lists for use now; a key that is made
beside it waits until then. How the keys are kept is in `vault` and `vault_file`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from handover.adapters.vault_file import Secret
from handover.domain.errors import NotFoundError, UnreachableError
from handover.domain.ids import NodeId
from handover.protocol import jwe, jws
from handover.protocol.checkpoint import LogKey, LogSigner
from handover.protocol.enrolment import Prover
from handover.protocol.log_origin import LogOrigin
from handover.protocol.node_entry import NodeEntry
from handover.protocol.node_key import FOR_EVIDENCE, KeyStatus, KeyUse, NodeKey, new_key

SHARE: Final = "share"
_PUBLIC: Final = frozenset({KeyUse.SIG, KeyUse.SEAL, KeyUse.LOG, KeyUse.LOG_PQ})
_Rank = tuple[int, bool, int, str]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What the registry lists for this node, if it names it, and the present time."""

    entry: NodeEntry | None = None
    now: int = 2**53 - 1

    @classmethod
    def asked(
        cls, node: NodeId, entry: Callable[[NodeId, int], NodeEntry], clock: Callable[[], int]
    ) -> "Listing":
        """Give what *entry*, the registry's answer for a node and a time, says now."""
        now = clock()
        try:
            return cls(entry=entry(node, now), now=now)
        except (NotFoundError, UnreachableError):  # no registry yet, or it does not name this node
            return cls(now=now)

    def of(self, key: NodeKey) -> NodeKey | None:
        """Give the key as the registry lists it, if it does."""
        listed = self.entry.keys if self.entry else ()
        return next((each for each in listed if each.kid == key.kid), None)

    def rank(self, key: NodeKey) -> _Rank:
        """Give what grows with how well the node signs with the key.

        Best is a listed key in its time, then a listed one out of it: a request can still be signed with it. An
        unlisted one comes before one that was taken out of use.
        """
        found = self.of(key)
        if found is None:
            return 1, key.not_before <= self.now, key.not_before, key.kid
        if found.status is not KeyStatus.ACTIVE:
            return 0, True, key.not_before, key.kid
        return 3 if found.usable(self.now) else 2, True, key.not_before, key.kid


class KeyRing:
    """What one reading of the vault's file holds; it does not change."""

    def __init__(self, origin: LogOrigin, secrets: Sequence[Secret]) -> None:
        self._origin = str(origin)
        self.public = tuple(
            new_key(
                use=KeyUse(each.use), public=each.public, not_before=each.not_before, expires=each.expires
            )
            for each in secrets
            if each.use in _PUBLIC
        )
        found = {each.public: each for each in secrets if each.use in _PUBLIC}
        self._secrets = {key.kid: found[key.public] for key in self.public}
        self.openers = {key.kid: jwe.SealingKey(self._value(key)) for key in self._of(KeyUse.SEAL)}
        self._signers = {key.kid: jws.Ed25519Signer(self._value(key)) for key in self._of(KeyUse.SIG)}
        partners = {key.not_before: key for key in self._of(KeyUse.LOG_PQ)}
        self._pairs = [(key, partners[key.not_before]) for key in self._of(KeyUse.LOG)]
        self._log_signers = {plain.kid: self._log_signer(plain, other) for plain, other in self._pairs}

    def _of(self, use: KeyUse) -> list[NodeKey]:
        return [key for key in self.public if key.use is use]

    def _value(self, key: NodeKey) -> bytes:
        return self._secrets[key.kid].value

    def _log_signer(self, plain: NodeKey, other: NodeKey) -> LogSigner:
        return LogSigner(origin=self._origin, ed25519=self._value(plain), mldsa44=self._value(other))

    def provers(self) -> dict[str, Prover]:
        """Give, by `kid`, what proves the possession of each key that can sign."""
        return {key.kid: self._secrets[key.kid].prover for key in self.public if key.use in FOR_EVIDENCE}

    def several(self, use: KeyUse) -> bool:
        """Tell whether there is more than one key of the use, so that the registry has to be asked."""
        return len(self._of(use)) > 1

    def signer(self, listing: Listing) -> jws.Ed25519Signer:
        """Give what envelopes, records and consents are signed with."""
        return self._signers[max(self._of(KeyUse.SIG), key=listing.rank).kid]

    def log_signer(self, listing: Listing) -> LogSigner:
        """Give what checkpoints are signed with; a pair is worth what the worse of its two keys is."""
        best = max(self._pairs, key=lambda pair: min(listing.rank(key) for key in pair))
        return self._log_signers[best[0].kid]

    def log_keys(self) -> tuple[LogKey, ...]:
        """Give the public halves of every pair that is here."""
        return tuple(each.key for each in self._log_signers.values())
