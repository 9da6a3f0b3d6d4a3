"""The node's private keys, and the keys that wrap data keys; hands out ways to use them, never a key.

The file also carries the incarnation: it is not part of a database backup (docs/spec/at-rest.md).
"""

import hmac
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from handover.adapters import vault_file
from handover.adapters.cells import CellError
from handover.adapters.keyring import SHARE, KeyRing, Listing
from handover.adapters.vault_file import SEALING_LIFE, Content, PassphraseError, Secret, new_secret
from handover.domain.errors import HandoverError, NotFoundError, UnreachableError
from handover.domain.ids import Digest, NodeId
from handover.protocol import checkpoint, jwe, jws, strict
from handover.protocol.enrolment import Prover
from handover.protocol.log_origin import LogOrigin
from handover.protocol.node_entry import NodeEntry
from handover.protocol.node_key import KeyUse, NodeKey

__all__ = ["SEALING_LIFE", "FileVault", "KeyEpochGoneError", "PassphraseError", "Secret"]

_MADE_FOR: Final = {
    KeyUse.SIG: (KeyUse.SIG,),
    KeyUse.SEAL: (KeyUse.SEAL,),
    KeyUse.LOG: (KeyUse.LOG, KeyUse.LOG_PQ),
}
"""The keys that are made together: those of a log come in pairs."""


class KeyEpochGoneError(UnreachableError):
    """A value's data key is wrapped under a key-encryption key that was destroyed."""

    name = "key-epoch-gone"
    title = "The key under which this value was kept has been destroyed."
    advice = (
        "If the node's keys were renewed at this moment, load it again. A database that was put back from an older "
        "backup does not open any more: what was erased since must not come back."
    )


class FileVault:
    """Opens the file and holds what it needs in memory; hands out ways to use keys.

    What others change in the file it takes over at the next use; of a file of another incarnation it uses no key.
    """

    def __init__(self, path: Path, master: bytes, content: Content) -> None:
        self.path = path
        self._master = master
        self._lock = threading.RLock()
        self._seen: tuple[int, int, int] | None = None
        self.listing: Callable[[], Listing] = Listing
        self._held: tuple[int, frozenset[str]] = (0, frozenset())
        self._take(content)

    @classmethod
    def create(cls, path: Path, passphrase: str, node: NodeId, now: int) -> Self:
        """Make a new vault with fresh keys; refuses to replace one."""
        if path.exists():
            raise HandoverError(f"there is a vault already: {path.name}")
        salt = secrets.token_bytes(16)
        content = Content(node=node, incarnation=1, salt=salt, keks={1: secrets.token_bytes(32)}, secrets=[])
        for use in ("sig", "log", "log-pq", "pseudonym"):
            content.secrets.append(new_secret(use, now))
        content.secrets.append(new_secret("seal", now))
        vault = cls(path, vault_file.stretch(passphrase, salt), content)
        vault.save()
        return vault

    @classmethod
    def open(cls, path: Path, passphrase: str) -> Self:
        """Open the vault.

        Raises:
            PassphraseError: wrong passphrase, or the file was changed.
        """
        master, content = vault_file.read(path, passphrase)
        return cls(path, master, content)

    def save(self) -> None:
        """Write the file whole, or not at all."""
        vault_file.write(self.path, self._master, self._content)
        self._seen = vault_file.stamp(self.path)

    def _take(self, content: Content) -> None:
        self._content = content
        self._wrappers = {epoch: AESGCM(key) for epoch, key in content.keks.items()}
        held = content.incarnation, frozenset(each.kid for each in content.secrets)
        if held != self._held:
            self._ring, self._held = KeyRing(self.log_origin, content.secrets), held

    @contextmanager
    def _changing(self, *, anew: bool = False) -> Iterator[Content]:
        """Give what the file holds now, to be changed; it is written at the end. Only *anew* is of another restore."""
        with self._lock, vault_file.alone(self.path):
            self._take(vault_file.read_again(self.path, self._master, None if anew else self.incarnation))
            yield self._content
            self.save()
            self._take(self._content)

    def _follow(self) -> None:
        """Take over the keys that another process has made since, and let go of those that it has destroyed."""
        seen = vault_file.stamp(self.path)
        if seen == self._seen:
            return
        with self._lock:
            self._take(vault_file.followed(self.path, self._master, self._content))
            self._seen = seen

    def go_by(self, entry: Callable[[NodeId, int], NodeEntry], clock: Callable[[], int]) -> None:
        """Sign with keys that the registry lists from now on; *entry* gives a node's entry in it at a time."""
        self.listing = partial(Listing.asked, self.node, entry, clock)

    def _choosing(self, use: KeyUse) -> tuple[KeyRing, Listing]:
        self._follow()
        ring = self._ring
        return ring, self.listing() if ring.several(use) else Listing()

    @property
    def node(self) -> NodeId:
        """The node whose keys these are."""
        return self._content.node

    @property
    def incarnation(self) -> int:
        """The generation of the node's database."""
        return self._content.incarnation

    def raise_incarnation(self, *, above: int = 0) -> int:
        """Begin the next generation of the database, before anything of it is there; give its number."""
        with self._changing(anew=True) as content:
            content.incarnation = max(content.incarnation, above) + 1
        return self.incarnation

    @property
    def log_origin(self) -> LogOrigin:
        """The name of the node's log: each incarnation has its own."""
        return LogOrigin(node=self.node, incarnation=self.incarnation)

    @property
    def signer(self) -> jws.Ed25519Signer:
        """Signs envelopes, records and consents: with the newest key that the registry lists for use now."""
        ring, listing = self._choosing(KeyUse.SIG)
        return ring.signer(listing)

    @property
    def log_signer(self) -> checkpoint.LogSigner:
        """Signs checkpoints: with the newest pair of keys that the registry lists for use now."""
        ring, listing = self._choosing(KeyUse.LOG)
        return ring.log_signer(listing)

    def log_keys(self) -> tuple[checkpoint.LogKey, ...]:
        """Give the public halves of every pair of log keys that is here."""
        self._follow()
        return self._ring.log_keys()

    def secrets(self) -> list[Secret]:
        """Give all secrets of the node's own (for `handover keys` and enrolment: their dates and public halves)."""
        self._follow()
        return [each for each in self._content.secrets if each.use != SHARE]

    def node_keys(self) -> list[NodeKey]:
        """Give the public halves, as the node's entry in the registry lists them."""
        self._follow()
        return list(self._ring.public)

    def provers(self) -> dict[str, Prover]:
        """Give, by `kid`, what proves the possession of each further key that can sign."""
        self._follow()
        return self._ring.provers()

    def opener(self, kid: str) -> jwe.Opener:
        """Give what opens payloads sealed to *kid*.

        Raises:
            NotFoundError: the key is not here, or gone.
        """
        self._follow()
        found = self._ring.openers.get(kid)
        if found is None:
            raise NotFoundError
        return found

    def add_keys(self, use: KeyUse, *, begins: int) -> tuple[str, ...]:
        """Make the next key of a use (for the log: a pair), from *begins* on; the older ones stay. Give the `kid`s."""
        with self._changing() as content:
            before = {key.kid for key in self._ring.public}
            taken = {each.not_before + vault_file.SKEW for each in content.secrets if each.use == use}
            begins = next(each for each in count(begins) if each not in taken)  # no two pairs begin together
            content.secrets += [new_secret(each, begins) for each in _MADE_FOR[use]]
        return tuple(key.kid for key in self._ring.public if key.kid not in before)

    def destroy_sealing_keys(self, *, before: int) -> int:
        """Destroy sealing keys whose end lies before *before*; give their number. Every process lets go of them."""
        return self._destroy(KeyUse.SEAL, before)

    def _destroy(self, use: str, before: int) -> int:
        self._follow()
        ended = {each.kid for each in self._content.secrets if each.use == use and each.expires < before}
        if ended:
            with self._changing() as content:
                content.secrets = [each for each in content.secrets if each.kid not in ended]
        return len(ended)

    def keep_share(self, epoch: Digest, share: bytes, *, begins: int, until: int) -> None:
        """Keep this node's share of a tracing epoch's key, named by its document, until its end."""
        secret = Secret(use=SHARE, kid=epoch, not_before=begins, expires=until, value=share)
        with self._changing() as content:
            content.secrets = [each for each in content.secrets if each.kid != epoch] + [secret]

    def share(self, epoch: Digest) -> bytes:
        """Give the share, also one that another process has kept since.

        Raises:
            NotFoundError: this node has none, or it was destroyed.
        """
        self._follow()
        for each in self._content.secrets:
            if each.use == SHARE and each.kid == epoch:
                return each.value
        raise NotFoundError

    def destroy_shares(self, *, before: int) -> int:
        """Destroy the shares whose time ended before *before*; give their number."""
        return self._destroy(SHARE, before)

    def epochs(self) -> tuple[int, ...]:
        """Give the epochs of the key-encryption keys that are alive, the newest last."""
        self._follow()
        return tuple(sorted(self._wrappers))

    def add_epoch(self) -> None:
        """Make the key-encryption key of the next epoch; all that is wrapped from now on is wrapped under it."""
        with self._changing() as content:
            content.keks[max(content.keks) + 1] = secrets.token_bytes(32)

    def destroy_epochs(self, *, before: int) -> None:
        """Destroy the key-encryption keys of epochs before *before*: nothing wrapped under them opens again."""
        with self._changing() as content:
            content.keks = {epoch: key for epoch, key in content.keks.items() if epoch >= before}

    def pseudonym(self, matter: str, officer: str) -> str:
        """Give the officer's pseudonym for this matter."""
        secret = self._newest("pseudonym").value
        return strict.b64(hmac.digest(secret, f"{matter}|{officer}".encode(), sha256)[:16])

    def mark(self, use: str, value: str) -> bytes:
        """Give a digest of *value* by which it can be found again, keyed with a node secret: one for each use."""
        key = hmac.digest(self._newest("pseudonym").value, f"mark|{use}".encode(), sha256)
        return hmac.digest(key, value.encode(), sha256)

    def wrap(self, key: bytes, owner: str) -> tuple[int, bytes]:
        """Give epoch and wrapped data key; the epoch is the newest that there is, whoever made it."""
        self._follow()
        wrappers = self._wrappers
        epoch = max(wrappers)
        nonce = secrets.token_bytes(12)
        return epoch, nonce + wrappers[epoch].encrypt(nonce, key, f"data|{owner}".encode())

    def unwrap(self, epoch: int, wrapped: bytes, owner: str) -> bytes:
        """Give the data key.

        Raises:
            KeyEpochGoneError: the epoch's key was destroyed.
            CellError: the bytes were changed.
        """
        if epoch not in self._wrappers:
            self._follow()
        wrapper = self._wrappers.get(epoch)
        if wrapper is None:
            raise KeyEpochGoneError
        try:
            return wrapper.decrypt(wrapped[:12], wrapped[12:], f"data|{owner}".encode())
        except (InvalidTag, ValueError) as error:
            raise CellError from error

    def change_passphrase(self, passphrase: str) -> None:
        """Wrap the key-encryption keys under a new passphrase."""
        with self._changing() as content:
            content.salt = secrets.token_bytes(16)
            self._master = vault_file.stretch(passphrase, content.salt)

    def _newest(self, use: str) -> Secret:
        return max(
            (each for each in self._content.secrets if each.use == use), key=lambda each: each.not_before
        )
