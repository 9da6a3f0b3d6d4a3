"""Payloads sealed to one node: flattened JWE (RFC 7516) with hybrid HPKE key encryption (docs/spec/jwe.md).

`HPKE-9-KE` is ML-KEM-768 with X25519, SHAKE256 and AES-256-GCM. AES-GCM does not commit to its key: what a
ciphertext must open to stands in the envelope. Padding is the work of message.py.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from handover.domain.errors import MalformedError, UntrustedError
from handover.domain.ids import Digest
from handover.protocol import strict

ALGORITHM: Final = "HPKE-9-KE"
PLAINTEXT_LIMIT: Final = 192 * 1024  # bytes
SEALED_LIMIT: Final = 264 * 1024  # bytes: the longest plaintext in base64url, and all that stands around it
SEED_BYTES: Final = 32
PUBLIC_BYTES: Final = 1184 + 32  # ML-KEM-768, then X25519
ENCAPSULATED_BYTES: Final = 1120
KEY_BYTES: Final = 32
ENCRYPTED_KEY_BYTES: Final = 48
IV_BYTES: Final = 12
TAG_BYTES: Final = 16
CONTEXT_BYTES: Final = 32

_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.SHAKE256, AEAD.AES_256_GCM)
# JOSE-HPKE, recipient structure: these words, the content algorithm, and recipient_extra_info.
_INFO: Final = b"JOSE-HPKE rcpt\xffA256GCM\xff"
_BEGINNING: Final = re.compile(
    rb'\{"protected":"([\w-]{2188})","encrypted_key":"([\w-]{64})","iv":"([\w-]{16})","ciphertext":"'
)
# 69 bytes of header, up to the end of the kid, are just 92 characters.
_START_CHARACTERS: Final = slice(len(b'{"protected":"'), len(b'{"protected":"') + 92)
_START: Final = re.compile(rb'\{"alg":"HPKE-9-KE","kid":"([\w-]{43})')
_END: Final = re.compile(rb'","tag":"([\w-]{22})"\}')
_END_BYTES: Final = 33
_HEADER: Final = re.compile(
    rb'\{"alg":"HPKE-9-KE","kid":"([\w-]{43})","enc":"A256GCM","ek":"([\w-]{1494})","ctx":"([\w-]{43})"\}'
)


class DecryptionError(UntrustedError):
    """The payload does not open with this key in this place; which of the reasons holds is not told."""

    name = "undecryptable"
    title = "The payload does not open."
    advice = (
        "Check that the sender used this node's current sealing key, and send the payload as it was sealed."
    )


class Opener(Protocol):
    """Opens what was encrypted to one sealing key that stays where it is kept."""

    @property
    def kid(self) -> str:
        """The thumbprint of the public key."""

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        """Give the plaintext of single-shot HPKE (RFC 9180, section 6.1): encapsulated key, then ciphertext.

        Raises:
            DecryptionError: it does not open.
        """


class SealingKey:
    """A hybrid key pair held in memory; `private` is its 32-byte seed."""

    def __init__(self, private: bytes) -> None:
        if len(private) != SEED_BYTES:
            raise MalformedError(f"a sealing key's seed has {SEED_BYTES} bytes")
        expanded = hashlib.shake_256(private).digest(96)
        lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        curve = X25519PrivateKey.from_private_bytes(expanded[64:])
        self._key = MLKEM768X25519PrivateKey(lattice, curve)
        self._private = private
        self._public = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
        self._kid = kid_of_sealing(self._public)

    @classmethod
    def generate(cls) -> Self:
        """Give a fresh key pair."""
        return cls(secrets.token_bytes(SEED_BYTES))

    @property
    def private(self) -> bytes:
        """The 32 bytes of the seed, to be wrapped and kept."""
        return self._private

    @property
    def public(self) -> bytes:
        """The 1216 bytes of the public key."""
        return self._public

    @property
    def kid(self) -> str:
        """The thumbprint of the public key."""
        return self._kid

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        """Give the plaintext of single-shot HPKE: encapsulated key, then ciphertext.

        Raises:
            DecryptionError: it does not open.
        """
        try:
            return _SUITE.decrypt(sealed, self._key, info=info)
        except (InvalidTag, ValueError):
            raise DecryptionError from None


def seal(
    plaintext: bytes,
    *,
    public: bytes,
    kid: str,
    context: bytes,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> bytes:
    """Give the JWE that opens with the private key of *public* and only where *context* is expected.

    Raises:
        MalformedError: the plaintext is over 192 KiB, the context is not 32 bytes, or key or kid is none.
    """
    if len(plaintext) > PLAINTEXT_LIMIT or len(context) != CONTEXT_BYTES:
        raise MalformedError("a payload has at most 192 KiB, and a context of 32 bytes")
    key, iv = random(KEY_BYTES), random(IV_BYTES)
    try:
        wrapped = _SUITE.encrypt(key, _public_key(public), info=_INFO + context)
    except ValueError:
        raise MalformedError("not a sealing key") from None
    ek, ctx = strict.b64(wrapped[:ENCAPSULATED_BYTES]), strict.b64(context)
    header = f'{{"alg":"{ALGORITHM}","kid":"{Digest(kid)}","enc":"A256GCM","ek":"{ek}","ctx":"{ctx}"}}'
    protected = strict.b64(header.encode("ascii"))
    sealed = AESGCM(key).encrypt(iv, plaintext, protected.encode("ascii"))
    parts = {
        "protected": protected,
        "encrypted_key": strict.b64(wrapped[ENCAPSULATED_BYTES:]),
        "iv": strict.b64(iv),
        "ciphertext": strict.b64(sealed[:-TAG_BYTES]),
        "tag": strict.b64(sealed[-TAG_BYTES:]),
    }
    return ("{" + ",".join(f'"{name}":"{part}"' for name, part in parts.items()) + "}").encode("ascii")


def recipient(sealed: bytes) -> str:
    """Give the `kid` of the key that *sealed* says it opens with; what follows the kid is not looked at.

    Raises:
        MalformedError: the bytes do not begin as a sealed payload does.
    """
    start = _START.match(strict.unb64(sealed[_START_CHARACTERS])) if len(sealed) <= SEALED_LIMIT else None
    if start is None:
        raise MalformedError("not the beginning of a sealed payload")
    return Digest(start[1].decode("ascii"))


def open_sealed(sealed: bytes, *, opener: Opener, context: bytes) -> bytes:
    """Give the plaintext, if *sealed* was made for this key and this context (32 bytes).

    Raises:
        MalformedError: not the one shape of a sealed payload.
        DecryptionError: made for another key or context, or changed.
    """
    outside = _split(sealed)
    header = _header(outside.protected)
    if header.kid != opener.kid or header.context != context:
        raise DecryptionError
    key = opener.open(header.encapsulated + outside.encrypted_key, info=_INFO + context)
    try:
        return AESGCM(key).decrypt(outside.iv, outside.ciphertext + outside.tag, outside.protected)
    except (InvalidTag, ValueError):
        raise DecryptionError from None


@dataclass(frozen=True, kw_only=True)
class _Outside:
    protected: bytes  # as it stands in the JWE: the additional authenticated data
    encrypted_key: bytes
    iv: bytes
    ciphertext: bytes
    tag: bytes


@dataclass(frozen=True, kw_only=True)
class _Header:
    kid: str
    encapsulated: bytes
    context: bytes


def _split(sealed: bytes) -> _Outside:
    if len(sealed) > SEALED_LIMIT:
        raise MalformedError(f"longer than {SEALED_LIMIT} bytes")
    beginning, end = _BEGINNING.match(sealed), _END.fullmatch(sealed, max(0, len(sealed) - _END_BYTES))
    if beginning is None or end is None or beginning.end() > end.start():
        raise MalformedError("not the shape of a sealed payload")
    protected, encrypted_key, iv = beginning.groups()
    return _Outside(
        protected=protected,
        encrypted_key=strict.unb64(encrypted_key, length=ENCRYPTED_KEY_BYTES),
        iv=strict.unb64(iv, length=IV_BYTES),
        ciphertext=strict.unb64(sealed[beginning.end() : end.start()]),
        tag=strict.unb64(end[1], length=TAG_BYTES),
    )


def _header(protected: bytes) -> _Header:
    found = _HEADER.fullmatch(strict.unb64(protected))
    if found is None:
        raise MalformedError("not the header of a sealed payload")
    kid, encapsulated, context = found.groups()
    return _Header(
        kid=Digest(kid.decode("ascii")),
        encapsulated=strict.unb64(encapsulated, length=ENCAPSULATED_BYTES),
        context=strict.unb64(context, length=CONTEXT_BYTES),
    )


@lru_cache(maxsize=256)
def _public_key(public: bytes) -> MLKEM768X25519PublicKey:
    if len(public) != PUBLIC_BYTES:
        raise ValueError
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(public[:-32]), X25519PublicKey.from_public_bytes(public[-32:])
    )


def kid_of_sealing(public: bytes) -> str:
    """Give the RFC 7638 thumbprint of the key as an AKP JWK (RFC 9964)."""
    jwk = f'{{"alg":"{ALGORITHM}","kty":"AKP","pub":"{strict.b64(public)}"}}'
    return strict.b64(hashlib.sha256(jwk.encode("ascii")).digest())
