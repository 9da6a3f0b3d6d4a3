"""The node's private keys in one file, wrapped under a passphrase; and the keys that wrap data keys.

passphrase --argon2id--> master key --AES-256-GCM--> key-encryption keys, one per epoch --AES-256-GCM--> private keys
and data keys. The file also carries the incarnation: it is not part of a database backup (docs/spec/at-rest.md).
"""

import hmac
import os
import secrets
import tempfile
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from handover.adapters.cells import CellError
from handover.domain.errors import HandoverError, NotFoundError
from handover.domain.ids import NodeId
from handover.protocol import checkpoint, jwe, jws, strict
from handover.protocol.enrolment import Prover
from handover.protocol.node_key import KeyUse, NodeKey, new_key
from handover.protocol.strict import Json

_MEMORY, _PASSES, _LANES = 19456, 2, 1  # KiB, passes, lanes: OWASP's floor for argon2id
SEALING_LIFE: Final = 30 * 86400  # seconds until a sealing key should no longer be used
_FORMAT: Final = 1
_PUBLIC: Final = frozenset({KeyUse.SIG, KeyUse.SEAL, KeyUse.LOG, KeyUse.LOG_PQ})


class PassphraseError(HandoverError):
    """The vault does not open with this passphrase."""

    name = "passphrase"
    title = "The passphrase does not open the node's keys."
    advice = "Check HANDOVER_PASSPHRASE_FILE; the passphrase was chosen when the node was set up."


@dataclass(frozen=True, kw_only=True)
class Secret:
    """One private key: `use` says what for, `kid` which; times are seconds since 1970."""

    use: str
    kid: str
    not_before: int
    expires: int
    value: bytes = field(repr=False)


@dataclass(kw_only=True)
class _Content:
    node: NodeId
    incarnation: int
    salt: bytes
    keks: dict[int, bytes]  # epoch -> key, unwrapped
    secrets: list[Secret]


class FileVault:
    """Opens the file once and holds what it needs in memory; hands out ways to use keys."""

    def __init__(self, path: Path, master: bytes, content: _Content) -> None:
        self._path = path
        self._master = master
        self._content = content
        self._wrappers = {epoch: AESGCM(key) for epoch, key in content.keks.items()}
        self._openers = {
            each.kid: jwe.SealingKey(each.value) for each in content.secrets if each.use == "seal"
        }
        self._signer = jws.Ed25519Signer(self._newest("sig").value)
        self._log_signer = checkpoint.LogSigner(
            origin=f"{content.node}/log",
            ed25519=self._newest("log").value,
            mldsa44=self._newest("log-pq").value,
        )

    @classmethod
    def create(cls, path: Path, passphrase: str, node: NodeId, now: int) -> Self:
        """Make a new vault with fresh keys; refuses to replace one."""
        if path.exists():
            raise HandoverError(f"there is a vault already: {path.name}")
        salt = secrets.token_bytes(16)
        content = _Content(node=node, incarnation=1, salt=salt, keks={1: secrets.token_bytes(32)}, secrets=[])
        for use in ("sig", "log", "log-pq", "pseudonym"):
            content.secrets.append(_new_secret(use, now))
        content.secrets.append(_new_secret("seal", now))
        vault = cls(path, _stretch(passphrase, salt), content)
        vault.save()
        return vault

    @classmethod
    def open(cls, path: Path, passphrase: str) -> Self:
        """Open the vault.

        Raises:
            PassphraseError: wrong passphrase, or the file was changed.
        """
        value = strict.loads(path.read_bytes(), limit=2**20)
        form, node, incarnation, salt, keks, kept = strict.members(
            value, "format", "node", "incarnation", "salt", "keks", "secrets"
        )
        if form != _FORMAT:
            raise HandoverError("the vault was written by another version")
        master = _stretch(passphrase, strict.unb64(strict.text(salt), length=16))
        try:
            content = _Content(
                node=NodeId(strict.text(node)),
                incarnation=strict.integer(incarnation, 1),
                salt=strict.unb64(strict.text(salt)),
                keks=_open_keks(keks, master),
                secrets=[],
            )
            content.secrets = [_open_secret(each, content.keks) for each in strict.array(kept, 256)]
        except InvalidTag as error:
            raise PassphraseError from error
        return cls(path, master, content)

    def save(self) -> None:
        """Write the file whole, or not at all."""
        content = self._content
        document: dict[str, Json] = {
            "format": _FORMAT,
            "node": content.node,
            "incarnation": content.incarnation,
            "salt": strict.b64(content.salt),
            "keks": [
                {"epoch": epoch, "wrapped": _wrap(self._master, key, f"kek|{epoch}")}
                for epoch, key in content.keks.items()
            ],
            "secrets": [_secret_to_json(each, content.keks) for each in content.secrets],
        }
        handle, temporary = tempfile.mkstemp(dir=self._path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(strict.dumps(document))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(self._path)

    @property
    def node(self) -> NodeId:
        """The node whose keys these are."""
        return self._content.node

    @property
    def incarnation(self) -> int:
        """The generation of the node's database."""
        return self._content.incarnation

    @property
    def signer(self) -> jws.Signer:
        """Signs envelopes, records and consents."""
        return self._signer

    @property
    def log_signer(self) -> checkpoint.LogSigner:
        """Signs checkpoints."""
        return self._log_signer

    def secrets(self) -> list[Secret]:
        """Give all secrets (for `handover keys` and enrolment: their dates and public halves)."""
        return list(self._content.secrets)

    def node_keys(self) -> list[NodeKey]:
        """Give the public halves, as the node's entry in the registry lists them."""
        return [
            new_key(
                use=KeyUse(each.use), public=_public(each), not_before=each.not_before, expires=each.expires
            )
            for each in self._content.secrets
            if each.use in _PUBLIC
        ]

    def provers(self) -> dict[str, Prover]:
        """Give, by `kid`, what proves the possession of each further key that can sign."""
        listed = {key.public: key.kid for key in self.node_keys()}
        return {
            listed[_public(each)]: _prover(each)
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
        secret = _new_secret("seal", now)
        self._content.secrets.append(secret)
        self._openers[secret.kid] = jwe.SealingKey(secret.value)
        self.save()
        return secret.kid

    def destroy_sealing_keys(self, *, before: int) -> int:
        """Destroy sealing keys whose end lies before *before*; give their number."""
        kept = [each for each in self._content.secrets if each.use != "seal" or each.expires >= before]
        gone = len(self._content.secrets) - len(kept)
        if gone:
            self._content.secrets = kept
            self._openers = {each.kid: jwe.SealingKey(each.value) for each in kept if each.use == "seal"}
            self.save()
        return gone

    def pseudonym(self, matter: str, officer: str) -> str:
        """Give the officer's pseudonym for this matter."""
        secret = self._newest("pseudonym").value
        return strict.b64(hmac.digest(secret, f"{matter}|{officer}".encode(), sha256)[:16])

    def wrap(self, key: bytes, owner: str) -> tuple[int, bytes]:
        """Give epoch and wrapped data key."""
        epoch = max(self._wrappers)
        nonce = secrets.token_bytes(12)
        return epoch, nonce + self._wrappers[epoch].encrypt(nonce, key, f"data|{owner}".encode())

    def unwrap(self, epoch: int, wrapped: bytes, owner: str) -> bytes:
        """Give the data key.

        Raises:
            CellError: the epoch's key is gone, or the bytes were changed.
        """
        try:
            return self._wrappers[epoch].decrypt(wrapped[:12], wrapped[12:], f"data|{owner}".encode())
        except (KeyError, InvalidTag, ValueError) as error:
            raise CellError from error

    def change_passphrase(self, passphrase: str) -> None:
        """Wrap the key-encryption keys under a new passphrase."""
        self._content.salt = secrets.token_bytes(16)
        self._master = _stretch(passphrase, self._content.salt)
        self.save()

    def _newest(self, use: str) -> Secret:
        return max(
            (each for each in self._content.secrets if each.use == use), key=lambda each: each.not_before
        )


def _public(secret: Secret) -> bytes:
    match secret.use:
        case KeyUse.SEAL:
            return jwe.SealingKey(secret.value).public
        case KeyUse.LOG_PQ:
            return MLDSA44PrivateKey.from_seed_bytes(secret.value).public_key().public_bytes_raw()
        case _:
            return jws.Ed25519Signer(secret.value).public


def _prover(secret: Secret) -> Prover:
    if secret.use == KeyUse.LOG_PQ:
        return MLDSA44PrivateKey.from_seed_bytes(secret.value).sign
    return jws.Ed25519Signer(secret.value).sign


def _new_secret(use: str, now: int) -> Secret:
    value = jwe.SealingKey.generate().private if use == "seal" else secrets.token_bytes(32)
    expires = now + (SEALING_LIFE if use == "seal" else 2 * 366 * 86400)
    secret = Secret(use=use, kid="", not_before=now, expires=expires, value=value)
    return replace(secret, kid=_kid(use, value))


def _kid(use: str, value: bytes) -> str:
    match use:
        case "sig":
            return jws.Ed25519Signer(value).kid
        case "seal":
            return jwe.SealingKey(value).kid
        case _:
            return strict.digest(use.encode() + sha256(value).digest())


def _stretch(passphrase: str, salt: bytes) -> bytes:
    return hash_secret_raw(
        passphrase.encode(),
        salt,
        time_cost=_PASSES,
        memory_cost=_MEMORY,
        parallelism=_LANES,
        hash_len=32,
        type=Type.ID,
    )


def _wrap(key: bytes, value: bytes, place: str) -> str:
    nonce = secrets.token_bytes(12)
    return strict.b64(nonce + AESGCM(key).encrypt(nonce, value, place.encode()))


def _unwrap(key: bytes, text: Json, place: str) -> bytes:
    data = strict.unb64(strict.text(text, 16384))
    return AESGCM(key).decrypt(data[:12], data[12:], place.encode())


def _open_keks(value: Json, master: bytes) -> dict[int, bytes]:
    keks = {}
    for each in strict.array(value, 64):
        epoch, wrapped = strict.members(each, "epoch", "wrapped")
        number = strict.integer(epoch)
        keks[number] = _unwrap(master, wrapped, f"kek|{number}")
    return keks


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
