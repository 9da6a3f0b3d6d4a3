"""The node's private keys, and the keys that wrap data keys; hands out ways to use them, never a key.

The file also carries the incarnation: it is not part of a database backup (docs/spec/at-rest.md).
"""

import hmac
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from handover.adapters import vault_file
from handover.adapters.cells import CellError
from handover.adapters.vault_file import SEALING_LIFE, Content, PassphraseError, Secret, new_secret
from handover.domain.errors import HandoverError, NotFoundError, UnreachableError
from handover.domain.ids import Digest, NodeId
from handover.protocol import checkpoint, jwe, jws, strict
from handover.protocol.enrolment import Prover
from handover.protocol.log_origin import LogOrigin
from handover.protocol.node_key import KeyUse, NodeKey, new_key

__all__ = ["SEALING_LIFE", "FileVault", "KeyEpochGoneError", "PassphraseError", "Secret"]

_SHARE: Final = "share"
_PUBLIC: Final = frozenset({KeyUse.SIG, KeyUse.SEAL, KeyUse.LOG, KeyUse.LOG_PQ})


class KeyEpochGoneError(UnreachableError):
    """A value's data key is wrapped under a key-encryption key that was destroyed."""

    name = "key-epoch-gone"
    title = "The key under which this value was kept has been destroyed."
    advice = (
        "If the node's keys were renewed at this moment, load it again. A database that was put back from an older "
        "backup does not open any more: what was erased since must not come back."
    )


class FileVault:
    """Opens the file once and holds what it needs in memory; hands out ways to use keys.

    Of what other processes change in the file it follows the key-encryption keys alone.
    """

    def __init__(self, path: Path, master: bytes, content: Content) -> None:
        self._path = path
        self._master = master
        self._lock = threading.RLock()
        self._seen: tuple[int, int, int] | None = None
        self._shares: dict[str, Secret] = {}
        self._shares_seen: tuple[int, int, int] | None = None
        self._take(content)
        self._signer = jws.Ed25519Signer(self._newest("sig").value)
        self._log_signer = self._signs_log()

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
        vault_file.write(self._path, self._master, self._content)
        self._seen = vault_file.stamp(self._path)

    def _take(self, content: Content) -> None:
        self._content = content
        self._wrappers = {epoch: AESGCM(key) for epoch, key in content.keks.items()}
        self._openers = {
            each.kid: jwe.SealingKey(each.value) for each in content.secrets if each.use == "seal"
        }

    @contextmanager
    def _changing(self) -> Iterator[Content]:
        """Give what the file holds now, to be changed; it is written at the end of the block."""
        with self._lock, vault_file.alone(self._path):
            self._take(vault_file.read_again(self._path, self._master))
            yield self._content
            self.save()
            self._take(self._content)

    def _follow(self) -> None:
        """Take over the key-encryption keys that another process has made or destroyed since."""
        seen = vault_file.stamp(self._path)
        if seen == self._seen:
            return
        with self._lock:
            keks = vault_file.keks(self._path, self._master, self._content.keks)
            self._content.keks = keks
            self._wrappers = {epoch: AESGCM(key) for epoch, key in keks.items()}
            self._seen = seen

    @property
    def node(self) -> NodeId:
        """The node whose keys these are."""
        return self._content.node

    @property
    def incarnation(self) -> int:
        """The generation of the node's database."""
        return self._content.incarnation

    def raise_incarnation(self) -> int:
        """Begin the next generation of the database, before anything of it is there; give its number."""
        with self._changing() as content:
            content.incarnation += 1
        self._log_signer = self._signs_log()
        return self.incarnation

    @property
    def log_origin(self) -> LogOrigin:
        """The name of the node's log: each incarnation has its own."""
        return LogOrigin(node=self.node, incarnation=self.incarnation)

    @property
    def signer(self) -> jws.Signer:
        """Signs envelopes, records and consents."""
        return self._signer

    @property
    def log_signer(self) -> checkpoint.LogSigner:
        """Signs checkpoints."""
        return self._log_signer

    def secrets(self) -> list[Secret]:
        """Give all secrets of the node's own (for `handover keys` and enrolment: their dates and public halves)."""
        return [each for each in self._content.secrets if each.use != _SHARE]

    def node_keys(self) -> list[NodeKey]:
        """Give the public halves, as the node's entry in the registry lists them."""
        return [
            new_key(
                use=KeyUse(each.use), public=each.public, not_before=each.not_before, expires=each.expires
            )
            for each in self._content.secrets
            if each.use in _PUBLIC
        ]

    def provers(self) -> dict[str, Prover]:
        """Give, by `kid`, what proves the possession of each further key that can sign."""
        listed = {key.public: key.kid for key in self.node_keys()}
        return {
            listed[each.public]: each.prover
            for each in self._content.secrets
            if each.use in (KeyUse.SIG, KeyUse.LOG, KeyUse.LOG_PQ)
        }

    def opener(self, kid: str) -> jwe.Opener:
        """Give what opens payloads sealed to *kid*.

        Raises:
            NotFoundError: the key is not here, or gone.
        """
        found = self._openers.get(kid)
        if found is None:
            raise NotFoundError
        return found

    def add_sealing_key(self, now: int) -> str:
        """Make the next sealing key and give its kid; the older ones stay to open what was sealed to them."""
        secret = new_secret("seal", now)
        with self._changing() as content:
            content.secrets.append(secret)
        return secret.kid

    def destroy_sealing_keys(self, *, before: int) -> int:
        """Destroy sealing keys whose end lies before *before*; give their number."""
        with self._changing() as content:
            kept = [each for each in content.secrets if each.use != "seal" or each.expires >= before]
            gone = len(content.secrets) - len(kept)
            content.secrets = kept
        return gone

    def keep_share(self, epoch: Digest, share: bytes, *, begins: int, until: int) -> None:
        """Keep this node's share of a tracing epoch's key, named by its document, until its end."""
        secret = Secret(use=_SHARE, kid=epoch, not_before=begins, expires=until, value=share)
        with self._changing() as content:
            content.secrets = [each for each in content.secrets if each.kid != epoch] + [secret]

    def share(self, epoch: Digest) -> bytes:
        """Give the share, also one that another process has kept since.

        Raises:
            NotFoundError: this node has none, or it was destroyed.
        """
        found = self._follow_shares().get(epoch)
        if found is None:
            raise NotFoundError
        return found.value

    def destroy_shares(self, *, before: int) -> int:
        """Destroy the shares whose time ended before *before*; give their number."""
        ended = {each.kid for each in self._follow_shares().values() if each.expires < before}
        if ended:
            with self._changing() as content:
                content.secrets = [each for each in content.secrets if each.kid not in ended]
        return len(ended)

    def _follow_shares(self) -> dict[str, Secret]:
        """Give the shares by the epochs' documents, as the file holds them now."""
        seen = vault_file.stamp(self._path)
        if seen != self._shares_seen:
            with self._lock:
                found = vault_file.read_again(self._path, self._master).secrets
                self._shares = {each.kid: each for each in found if each.use == _SHARE}
                self._shares_seen = seen
        return self._shares

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

    def _signs_log(self) -> checkpoint.LogSigner:
        return checkpoint.LogSigner(
            origin=str(self.log_origin),
            ed25519=self._newest("log").value,
            mldsa44=self._newest("log-pq").value,
        )

    def _newest(self, use: str) -> Secret:
        return max(
            (each for each in self._content.secrets if each.use == use), key=lambda each: each.not_before
        )
