"""Encryption at rest: each value under the data key of its owner (a matter, a round, or the node), bound to its place.

AES-256-GCM; nonce (12 bytes) before the ciphertext; associated data = table, row and column. A data key is wrapped
under a key-encryption key of the vault. Destroying the wrapped key erases all values under it (docs/spec/at-rest.md).
"""

import secrets
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from handover.domain.errors import HandoverError, NotFoundError

NODE: Final = "node"  # owner of what belongs to no matter: officers' names, kept answers


class CellError(HandoverError):
    """A stored value does not decrypt: the database was changed from outside, or belongs to another node."""

    name = "storage-damaged"
    title = "A stored value cannot be read."
    advice = "Stop the node and restore from a backup; the operator's guide says how."


class ErasedError(NotFoundError):
    """The value was erased."""

    name = "erased"
    title = "The value has been erased."
    advice = "The signed evidence still stands; the value cannot be had any more."


class KeyWrapper(Protocol):
    """Wraps data keys under the newest key-encryption key."""

    def wrap(self, key: bytes, owner: str) -> tuple[int, bytes]:
        """Give epoch and wrapped key."""
        ...

    def unwrap(self, epoch: int, wrapped: bytes, owner: str) -> bytes:
        """Give the key; raises CellError."""
        ...


class WrappedKeys(Protocol):
    """Where wrapped data keys are kept."""

    def load(self, owner: str) -> tuple[int, bytes] | None:
        """Give epoch and wrapped key of *owner*, if it was not destroyed."""
        ...

    def store(self, owner: str, epoch: int, wrapped: bytes) -> None:
        """Keep a new wrapped key."""
        ...


class Cells:
    """Seals and opens values for one transaction; keeps the data keys it has unwrapped no longer than that."""

    def __init__(self, wrapper: KeyWrapper, keys: WrappedKeys) -> None:
        self._wrapper = wrapper
        self._keys = keys
        self._open: dict[str, AESGCM] = {}

    def seal(self, owner: str, place: str, value: bytes) -> bytes:
        """Give *value* encrypted under the key of *owner*, which is made when there is none."""
        nonce = secrets.token_bytes(12)
        return nonce + self._cipher(owner, make=True).encrypt(nonce, value, place.encode())

    def open(self, owner: str, place: str, sealed: bytes | None) -> bytes:
        """Give the value.

        Raises:
            ErasedError: the value or its key was destroyed.
            CellError: the bytes were changed or moved.
        """
        if sealed is None:
            raise ErasedError
        cipher = self._cipher(owner, make=False)
        try:
            return cipher.decrypt(sealed[:12], sealed[12:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise CellError from error

    def forget(self, owner: str) -> None:
        """Drop the unwrapped key of *owner*."""
        self._open.pop(owner, None)

    def _cipher(self, owner: str, *, make: bool) -> AESGCM:
        cipher = self._open.get(owner)
        if cipher is not None:
            return cipher
        found = self._keys.load(owner)
        if found is not None:
            key = self._wrapper.unwrap(*found, owner)
        elif make:
            key = secrets.token_bytes(32)
            self._keys.store(owner, *self._wrapper.wrap(key, owner))
        else:
            raise ErasedError
        cipher = self._open[owner] = AESGCM(key)
        return cipher
