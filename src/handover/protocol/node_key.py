"""A node's public keys as its entry in the registry lists them (docs/spec/registry.md, section 4).

One algorithm for each use, no choice: the use decides which bytes the key has, how its thumbprint is made and
how it is checked. Private keys are not here.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from handover.domain.errors import MalformedError, UntrustedError
from handover.protocol import jws, strict
from handover.protocol.strict import Json

LONGEST_LIFE: Final = 10 * 366 * 86400  # seconds; a key with a longer life is a slip of the pen
_MLKEM_BYTES: Final = 1184


class KeyUse(StrEnum):
    """The one thing that a key is for."""

    SIG = "sig"
    SEAL = "seal"
    LOG = "log"
    LOG_PQ = "log-pq"
    TLS = "tls"


class KeyStatus(StrEnum):
    """Whether a key may still be used, or stays only so that old evidence verifies."""

    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


ALGORITHM: Final = {
    KeyUse.SIG: "Ed25519",
    KeyUse.SEAL: "HPKE-9-KE",
    KeyUse.LOG: "Ed25519",
    KeyUse.LOG_PQ: "ML-DSA-44",
    KeyUse.TLS: "SPKI-SHA256",
}
LENGTH: Final = {
    KeyUse.SIG: 32,
    KeyUse.SEAL: _MLKEM_BYTES + 32,
    KeyUse.LOG: 32,
    KeyUse.LOG_PQ: 1312,
    KeyUse.TLS: 32,
}
FOR_EVIDENCE: Final = frozenset({KeyUse.SIG, KeyUse.LOG, KeyUse.LOG_PQ})  # these stay listed for ever


class WeakKeyError(UntrustedError):
    """The bytes are no acceptable public key: wrong form, small order, or not reduced."""

    name = "weak-key"
    title = "A public key is not acceptable."
    advice = "Make a new key pair; this one could be misused by anyone."


@dataclass(frozen=True, kw_only=True)
class NodeKey:
    """One public key, its thumbprint and the time in which it may be used (seconds since 1970).

    For `tls`, `public` is the SHA-256 digest of the server key's SubjectPublicKeyInfo (RFC 5280), not the
    key.
    """

    kid: str
    use: KeyUse
    public: bytes
    not_before: int
    expires: int
    status: KeyStatus = KeyStatus.ACTIVE
    compromised_since: int | None = None

    @property
    def alg(self) -> str:
        """The only algorithm that a key of this use may be used with."""
        return ALGORITHM[self.use]

    def usable(self, now: int) -> bool:
        """Tell whether something new may be made with the key at *now*."""
        return self.status is KeyStatus.ACTIVE and self.not_before <= now < self.expires

    def sound(self, at: int) -> bool:
        """Tell whether what the key made at *at* still counts: it was not yet in other hands then."""
        return self.compromised_since is None or at < self.compromised_since


def new_key(*, use: KeyUse, public: bytes, not_before: int, expires: int) -> NodeKey:
    """Return an active key with its thumbprint.

    Raises:
        WeakKeyError: the bytes are no acceptable key of this use.
    """
    check_public(use, public)
    return NodeKey(
        kid=thumbprint(use, public), use=use, public=public, not_before=not_before, expires=expires
    )


def thumbprint(use: KeyUse, public: bytes) -> str:
    """Return the `kid`: an RFC 7638 thumbprint (members as in RFC 8037 and RFC 9964), or the pin itself."""
    value = strict.b64(public)
    if use is KeyUse.TLS:
        return value
    if ALGORITHM[use] == "Ed25519":
        jwk = f'{{"crv":"Ed25519","kty":"OKP","x":"{value}"}}'
    else:
        jwk = f'{{"alg":"{ALGORITHM[use]}","kty":"AKP","pub":"{value}"}}'
    return strict.b64(hashlib.sha256(jwk.encode("ascii")).digest())


def check_public(use: KeyUse, public: bytes) -> None:
    """Do nothing if the bytes are a sound public key of that use.

    Raises:
        WeakKeyError: wrong length, small order or not canonical (Ed25519, X25519), or not reduced (ML-KEM).
    """
    if len(public) != LENGTH[use]:
        raise WeakKeyError("a %(use)s key has %(length)s bytes", use=use, length=LENGTH[use])
    try:
        if ALGORITHM[use] == "Ed25519":
            jws.check_public_key(public)
        elif use is KeyUse.LOG_PQ:
            MLDSA44PublicKey.from_public_bytes(public)
        elif use is KeyUse.SEAL:
            _try_sealing(public)
    except (UntrustedError, ValueError) as error:
        raise WeakKeyError("not an acceptable %(use)s key", use=use) from error


def _try_sealing(public: bytes) -> None:
    MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_BYTES]).encapsulate()
    # A point of small order gives the same shared secret to everyone; the exchange refuses it.
    X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(public[_MLKEM_BYTES:]))


def to_json(key: NodeKey) -> Json:
    """Return the key as the member of a node entry."""
    return {
        "kid": key.kid,
        "use": key.use.value,
        "alg": key.alg,
        "public": strict.b64(key.public),
        "not_before": key.not_before,
        "expires": key.expires,
        "status": key.status.value,
        "compromised_since": key.compromised_since,
    }


def from_json(value: Json) -> NodeKey:
    """Return the key that a member of a node entry describes.

    Raises:
        MalformedError: another shape, algorithm, length, thumbprint or order of times.
    """
    kid, use, alg, public, not_before, expires, status, since = strict.members(
        value, "kid", "use", "alg", "public", "not_before", "expires", "status", "compromised_since"
    )
    try:
        use, status = KeyUse(strict.text(use)), KeyStatus(strict.text(status))
    except ValueError as error:
        raise MalformedError("a key has an unknown use or status") from error
    key = NodeKey(
        kid=strict.text(kid),
        use=use,
        public=strict.unb64(strict.text(public, 2048), length=LENGTH[use]),
        not_before=strict.moment(not_before),
        expires=strict.moment(expires),
        status=status,
        compromised_since=None if since is None else strict.moment(since),
    )
    if alg != key.alg or key.kid != thumbprint(use, key.public):
        raise MalformedError("a key's algorithm or thumbprint is not that of its use and bytes")
    if not 0 < key.expires - key.not_before <= LONGEST_LIFE:
        raise MalformedError("a key ends after it begins, at most ten years later")
    if (key.status is KeyStatus.COMPROMISED) != (key.compromised_since is not None):
        raise MalformedError("a compromised key, and no other, says since when")
    return key
