"""The vault's file: what is in it, and how it is read and written whole (docs/spec/at-rest.md).

passphrase --argon2id--> master key --AES-256-GCM--> key-encryption keys, one per epoch --AES-256-GCM--> private keys.
"""

import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from handover.adapters.files import sync_folder
from handover.adapters.incarnation import require_same
from handover.domain.errors import HandoverError, UnreachableError
from handover.domain.ids import NodeId
from handover.protocol import jwe, jws, strict
from handover.protocol.enrolment import Prover
from handover.protocol.node_key import KeyUse
from handover.protocol.strict import Json

SEALING_LIFE: Final = 30 * 86400  # seconds until a sealing key should no longer be used
KEY_LIFE: Final = 2 * 366 * 86400  # seconds, for all other keys
_MEMORY, _PASSES, _LANES = 19456, 2, 1  # KiB, passes, lanes: OWASP's floor for argon2id
SKEW: Final = 600  # seconds by which the clocks of others may be behind ours
_FORMAT: Final = 1


class PassphraseError(HandoverError):
    """The vault does not open with this passphrase."""

    name = "passphrase"
    title = "The passphrase does not open the node's keys."
    advice = "Check HANDOVER_PASSPHRASE_FILE; the passphrase was chosen when the node was set up."


class KeysAwayError(UnreachableError):
    """The vault's file cannot be looked at."""

    name = "keys-away"
    title = "The file that holds the node's keys cannot be read now."
    advice = "Look at the disk of the data folder; the request can be repeated as it is."


@dataclass(frozen=True, kw_only=True)
class Secret:
    """One private key: `use` says what for, `kid` which; times are seconds since 1970."""

    use: str
    kid: str
    not_before: int
    expires: int
    value: bytes = field(repr=False)

    @property
    def public(self) -> bytes:
        """The public half, as the node's entry in the registry lists it."""
        match self.use:
            case KeyUse.SEAL:
                return jwe.SealingKey(self.value).public
            case KeyUse.LOG_PQ:
                return MLDSA44PrivateKey.from_seed_bytes(self.value).public_key().public_bytes_raw()
            case _:
                return jws.Ed25519Signer(self.value).public

    @property
    def prover(self) -> Prover:
        """What signs a proof that this node has the key."""
        if self.use == KeyUse.LOG_PQ:
            return MLDSA44PrivateKey.from_seed_bytes(self.value).sign
        return jws.Ed25519Signer(self.value).sign


def new_secret(use: str, now: int) -> Secret:
    """Give a fresh private key for *use*."""
    sealing = use == KeyUse.SEAL
    value = jwe.SealingKey.generate().private if sealing else secrets.token_bytes(32)
    expires = now + (SEALING_LIFE if sealing else KEY_LIFE)
    return Secret(use=use, kid=_kid(use, value), not_before=now - SKEW, expires=expires, value=value)


def _kid(use: str, value: bytes) -> str:
    match use:
        case KeyUse.SIG:
            return jws.Ed25519Signer(value).kid
        case KeyUse.SEAL:
            return jwe.SealingKey(value).kid
        case _:
            return strict.digest(use.encode() + sha256(value).digest())


@dataclass(kw_only=True)
class Content:
    """What the file holds, opened: `keks` are the key-encryption keys by epoch."""

    node: NodeId
    incarnation: int
    salt: bytes
    keks: dict[int, bytes] = field(repr=False)
    secrets: list[Secret] = field(default_factory=list)


def stretch(passphrase: str, salt: bytes) -> bytes:
    """Give the master key: argon2id (RFC 9106) over the passphrase."""
    return hash_secret_raw(
        passphrase.encode(),
        salt,
        time_cost=_PASSES,
        memory_cost=_MEMORY,
        parallelism=_LANES,
        hash_len=32,
        type=Type.ID,
    )


def read(path: Path, passphrase: str) -> tuple[bytes, Content]:
    """Give master key and content.

    Raises:
        PassphraseError: wrong passphrase, or the file was changed.
    """
    document = _document(path)
    master = stretch(passphrase, document.salt)
    return master, _opened(document, master)


def read_again(path: Path, master: bytes, incarnation: int | None = None) -> Content:
    """Give the content, which another process may have changed, but not its *incarnation*, if one is given.

    Raises:
        PassphraseError: it is under another passphrase now.
        OtherIncarnationError: the node was restored since.
    """
    document = _document(path)
    require_same(document.incarnation, incarnation or document.incarnation)
    return _opened(document, master)


def followed(path: Path, master: bytes, known: Content) -> Content:
    """Give *known* with the keys that the file holds now; only new ones are opened.

    Raises:
        PassphraseError: a key-encryption key is new, and the file is under another passphrase.
        KeysAwayError: the file cannot be read.
        OtherIncarnationError: the node was restored since.
    """
    try:
        document = _document(path)
    except OSError as error:
        raise KeysAwayError from error
    require_same(document.incarnation, known.incarnation)
    held = {(each.use, each.kid): each for each in known.secrets}
    try:
        keks = {
            epoch: known.keks.get(epoch) or _unwrap(master, wrapped, f"kek|{epoch}")
            for epoch, wrapped in document.keks.items()
        }
        found = [held.get(_name(each)) or _open_secret(each, keks) for each in document.secrets]
    except InvalidTag as error:
        raise PassphraseError from error
    return replace(known, keks=keks, secrets=found)


def stamp(path: Path) -> tuple[int, int, int]:
    """Give what changes whenever the file is written.

    Raises:
        KeysAwayError: the file cannot be looked at.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise KeysAwayError from error
    return found.st_ino, found.st_mtime_ns, found.st_size


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let nobody else change the file during the block."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True, kw_only=True)
class _Document:
    """The file as it is, still closed."""

    node: NodeId
    incarnation: int
    salt: bytes
    keks: Mapping[int, Json]
    secrets: list[Json]


def _document(path: Path) -> _Document:
    value = strict.loads(path.read_bytes(), limit=2**20)
    form, node, incarnation, salt, listed, kept = strict.members(
        value, "format", "node", "incarnation", "salt", "keks", "secrets"
    )
    if form != _FORMAT:
        raise HandoverError("the vault was written by another version")
    pairs = (strict.members(each, "epoch", "wrapped") for each in strict.array(listed, 64))
    return _Document(
        node=NodeId(strict.text(node)),
        incarnation=strict.integer(incarnation, 1),
        salt=strict.unb64(strict.text(salt), length=16),
        keks={strict.integer(epoch): wrapped for epoch, wrapped in pairs},
        secrets=strict.array(kept, 256),
    )


def _opened(document: _Document, master: bytes) -> Content:
    try:
        opened = {epoch: _unwrap(master, wrapped, f"kek|{epoch}") for epoch, wrapped in document.keks.items()}
        found = [_open_secret(each, opened) for each in document.secrets]
    except InvalidTag as error:
        raise PassphraseError from error
    return Content(
        node=document.node,
        incarnation=document.incarnation,
        salt=document.salt,
        keks=opened,
        secrets=found,
    )


def write(path: Path, master: bytes, content: Content) -> None:
    """Write the file whole, or not at all."""
    document: dict[str, Json] = {
        "format": _FORMAT,
        "node": content.node,
        "incarnation": content.incarnation,
        "salt": strict.b64(content.salt),
        "keks": [
            {"epoch": epoch, "wrapped": _wrap(master, key, f"kek|{epoch}")}
            for epoch, key in content.keks.items()
        ],
        "secrets": [_secret_to_json(each, content.keks) for each in content.secrets],
    }
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(strict.dumps(document))
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
    sync_folder(path.parent)  # what rows are wrapped under must be durable before they are


def _wrap(key: bytes, value: bytes, place: str) -> str:
    nonce = secrets.token_bytes(12)
    return strict.b64(nonce + AESGCM(key).encrypt(nonce, value, place.encode()))


def _unwrap(key: bytes, text: Json, place: str) -> bytes:
    data = strict.unb64(strict.text(text, 16384))
    return AESGCM(key).decrypt(data[:12], data[12:], place.encode())


def _secret_to_json(secret: Secret, keks: dict[int, bytes]) -> Json:
    epoch = max(keks)
    return {
        "use": secret.use,
        "kid": secret.kid,
        "not_before": secret.not_before,
        "expires": secret.expires,
        "epoch": epoch,
        "wrapped": _wrap(keks[epoch], secret.value, f"secret|{secret.use}|{secret.kid}"),
    }


def _name(value: Json) -> tuple[str, str]:
    use, kid, *_ = strict.members(value, "use", "kid", "not_before", "expires", "epoch", "wrapped")
    return strict.text(use), strict.text(kid)


def _open_secret(value: Json, keks: dict[int, bytes]) -> Secret:
    use, kid, start, end, epoch, wrapped = strict.members(
        value, "use", "kid", "not_before", "expires", "epoch", "wrapped"
    )
    use_, kid_ = strict.text(use), strict.text(kid)
    return Secret(
        use=use_,
        kid=kid_,
        not_before=strict.integer(start),
        expires=strict.integer(end),
        value=_unwrap(keks[strict.integer(epoch)], wrapped, f"secret|{use_}|{kid_}"),
    )
