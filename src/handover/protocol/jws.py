"""Compact JWS with Ed25519 (RFC 7515, RFC 9864): one algorithm, one header (docs/spec/jws.md).

The header is compared, not interpreted: nothing in it can be negotiated. Private keys are kept elsewhere.
"""

import hashlib
from dataclasses import dataclass
from typing import Final, Protocol

from nacl import bindings
from nacl.exceptions import BadSignatureError

from handover.domain.errors import MalformedError, UntrustedError
from handover.domain.ids import Digest
from handover.protocol import strict

PUBLIC_BYTES: Final = 32
SEED_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64


class SignatureError(UntrustedError):
    """The signature was not made over these bytes by the holder of the key."""

    name = "signature"
    title = "The signature does not fit the key that the registry names."
    advice = (
        "Check that the sending node's entry in the registry is current; the bytes may have been changed."
    )


class Signer(Protocol):
    """Signs with one Ed25519 key that stays where it is kept."""

    @property
    def kid(self) -> str:
        """The thumbprint of the public key."""

    def sign(self, data: bytes) -> bytes:
        """Give the 64 bytes of signature over *data*."""


class Ed25519Signer:
    """Signs with the key of a 32-byte seed (RFC 8032, section 5.1.5) held in memory."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise MalformedError("an Ed25519 seed has %(length)s bytes", length=SEED_BYTES)
        self._public, self._secret = bindings.crypto_sign_seed_keypair(seed)
        self._kid = kid_of_ed25519(self._public)

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return self._public

    @property
    def kid(self) -> str:
        """The thumbprint of the public key."""
        return self._kid

    def sign(self, data: bytes) -> bytes:
        """Give the 64 bytes of signature over *data*."""
        return bindings.crypto_sign(data, self._secret)[:SIGNATURE_BYTES]


@dataclass(frozen=True, kw_only=True)
class Unverified:
    """A JWS whose shape was checked and whose signature was not: `payload` is what somebody claims."""

    kid: str
    payload: bytes
    signing_input: bytes
    signature: bytes

    def verify(self, public: bytes) -> bytes:
        """Give the payload that the holder of *public* signed.

        Raises:
            SignatureError: the signature does not fit.
        """
        verify(self.signing_input, signature=self.signature, public=public)
        return self.payload


def sign(payload: bytes, *, typ: str, signer: Signer) -> bytes:
    """Give the compact JWS of *payload*."""
    signing_input = b".".join((strict.b64_ascii(_header(typ, signer.kid)), strict.b64_ascii(payload)))
    return b".".join((signing_input, strict.b64_ascii(signer.sign(signing_input))))


def read(compact: bytes, *, typ: str, limit: int = strict.PART_LIMIT) -> Unverified:
    """Give what *compact*, of at most *limit* bytes, claims; nothing is verified yet.

    Raises:
        MalformedError: not three canonical parts, or a header other than the one for *typ*.
    """
    if len(compact) > limit:
        raise MalformedError("longer than %(limit)s bytes", limit=limit)
    parts = compact.split(b".", 3)
    if len(parts) != 3:
        raise MalformedError("not a compact JWS")
    return Unverified(
        kid=_kid(strict.unb64(parts[0]), typ),
        payload=strict.unb64(parts[1]),
        signing_input=compact[: -len(parts[2]) - 1],
        signature=strict.unb64(parts[2], length=SIGNATURE_BYTES),
    )


def verify(data: bytes, *, signature: bytes, public: bytes) -> None:
    """Do nothing if the holder of *public* signed *data* (RFC 8032, section 5.1.7; no odd encodings).

    Raises:
        SignatureError: the signature does not fit, or signature or key have a wrong length.
    """
    if len(signature) != SIGNATURE_BYTES or len(public) != PUBLIC_BYTES:
        raise SignatureError
    try:
        bindings.crypto_sign_open(signature + data, public)
    except BadSignatureError as error:
        raise SignatureError from error


def check_public_key(public: bytes) -> None:
    """Do nothing if *public* is a canonical Ed25519 point of the prime-order subgroup.

    Raises:
        MalformedError: wrong length, not canonical, not on the curve, or of small or mixed order.
    """
    if len(public) != PUBLIC_BYTES or not bindings.crypto_core_ed25519_is_valid_point(public):
        raise MalformedError("not a sound Ed25519 key")


def kid_of_ed25519(public: bytes) -> str:
    """Give the RFC 7638 thumbprint of the key as a JWK of RFC 8037."""
    jwk = f'{{"crv":"Ed25519","kty":"OKP","x":"{strict.b64(public)}"}}'
    return strict.b64(hashlib.sha256(jwk.encode("ascii")).digest())


def _header(typ: str, kid: str) -> bytes:
    return f'{{"alg":"Ed25519","typ":"{typ}","kid":"{kid}"}}'.encode("ascii")


def _kid(header: bytes, typ: str) -> str:
    """Give the `kid` of the one header that *typ* can have."""
    start = len(_header(typ, "")) - 2
    try:
        kid = Digest(header[start:-2].decode("ascii"))
    except UnicodeDecodeError:
        raise MalformedError("not the header that belongs here") from None
    if header != _header(typ, kid):
        raise MalformedError("not the header that belongs here")
    return kid
