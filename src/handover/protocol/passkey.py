"""What a passkey signs, and whether it did: WebAuthn assertions, ES256 or Ed25519 (docs/spec/assertion.md, section 3).

Two kinds of public key, each in one spelling: a key is compared with a template, not interpreted. Registering a
passkey is not in here.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from handover.domain.errors import MalformedError, UntrustedError
from handover.protocol import jws, strict

CLIENT_DATA_LIMIT: Final = 2048  # bytes; browsers write some 150
AUTHENTICATOR_DATA_BYTES: Final = 37
SIGNATURE_LIMIT: Final = 72  # bytes of a P-256 signature in DER, at most
CHALLENGE_BYTES: Final = 32
TYPE: Final = "webauthn.get"
LOCAL: Final = "localhost"
# CTAP2 canonical CBOR of the two COSE keys (RFC 9053, section 7): what stands before, between and behind coordinates.
_ES256: Final = (bytes.fromhex("a5010203262001215820"), bytes.fromhex("225820"))
_ED25519: Final = bytes.fromhex("a4010103272006215820")
_COORDINATE: Final = 32
_UNCOMPRESSED: Final = b"\x04"
_PRESENT, _VERIFIED, _ELIGIBLE, _BACKED_UP = 0x01, 0x04, 0x08, 0x10
_KNOWN: Final = _PRESENT | _VERIFIED | _ELIGIBLE | _BACKED_UP
_RP_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_LONGEST_RP_ID: Final = 253
_PORT: Final = re.compile(r"(?::[1-9][0-9]{0,4})?")


class PasskeyError(UntrustedError):
    """What was presented is not the signature of that passkey, of a person who is there, over that challenge."""

    name = "passkey"
    title = "The passkey has not signed this."
    advice = (
        "Ask the officer to confirm once more with the passkey, on the address under which it was registered."
    )


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What a browser gives for one challenge, byte for byte as it came from the authenticator."""

    authenticator_data: bytes
    client_data: bytes
    signature: bytes


def check_rp_id(rp_id: str) -> str:
    """Give *rp_id* if it is the host name of a relying party, in lower case.

    Raises:
        MalformedError: it is none.
    """
    if len(rp_id) > _LONGEST_RP_ID or _RP_ID.fullmatch(rp_id) is None:
        raise MalformedError("not the host name of a relying party")
    return rp_id


def check_key(cose: bytes) -> bytes:
    """Give *cose* if it is a COSE public key for ES256 or Ed25519 in its one spelling, on its curve.

    Raises:
        MalformedError: another kind of key, another spelling, or no sound point.
    """
    point = _p256(cose)
    if point is not None:
        _p256_key(point)
    else:
        jws.check_public_key(_ed25519(cose))
    return cose


def claimed_challenge(client_data: bytes) -> bytes:
    """Give the challenge that *client_data* claims to answer; nothing is verified but its form.

    Raises:
        MalformedError: not the client data of an assertion.
    """
    return _challenge(_members(client_data))


def verify(signed: Signed, *, key: bytes, rp_id: str, challenge: bytes) -> int:
    """Give the authenticator's count of signatures, if the passkey with the COSE public *key* answered *challenge*.

    Raises:
        MalformedError: not the one shape.
        PasskeyError: another challenge, relying party or key, or nobody was there or nobody was verified.
    """
    _check_client_data(signed.client_data, rp_id=check_rp_id(rp_id), challenge=challenge)
    count = _check_authenticator_data(signed.authenticator_data, rp_id=rp_id)
    data = signed.authenticator_data + sha256(signed.client_data).digest()
    point = _p256(key)
    if point is None:
        _verify_ed25519(data, signed.signature, _ed25519(key))
    else:
        _verify_p256(data, signed.signature, point)
    return count


def _check_client_data(client_data: bytes, *, rp_id: str, challenge: bytes) -> None:
    found = _members(client_data)
    if strict.text(found.get("type")) != TYPE:
        raise PasskeyError("it was not made to confirm anything")
    if _challenge(found) != challenge:
        raise PasskeyError("it answers another challenge")
    if found.get("crossOrigin", False) is not False or "topOrigin" in found:
        raise PasskeyError("it was made inside a page of another origin")
    schemes = ("https://", "http://") if rp_id == LOCAL else ("https://",)
    origin = strict.text(found.get("origin"))
    if not any(_is_origin(origin, f"{scheme}{rp_id}") for scheme in schemes):
        raise PasskeyError("it was made on a page of another origin")


def _is_origin(origin: str, base: str) -> bool:
    return origin.startswith(base) and _PORT.fullmatch(origin.removeprefix(base)) is not None


def _members(client_data: bytes) -> dict[str, strict.Json]:
    # Browsers may add members, and one does so at random: those that are not named here say nothing.
    found = strict.loads(client_data, limit=CLIENT_DATA_LIMIT)
    if not isinstance(found, dict):
        raise MalformedError("not the client data of an assertion")
    return found


def _challenge(found: dict[str, strict.Json]) -> bytes:
    return strict.unb64(strict.text(found.get("challenge")), length=CHALLENGE_BYTES)


def _check_authenticator_data(data: bytes, *, rp_id: str) -> int:
    """Attested keys and extensions are not asked for, so the length is exact and their flags are refused."""
    if len(data) != AUTHENTICATOR_DATA_BYTES:
        raise MalformedError(
            "authenticator data of %(length)s bytes belong here", length=AUTHENTICATOR_DATA_BYTES
        )
    if data[:32] != sha256(rp_id.encode()).digest():
        raise PasskeyError("it is for another relying party")
    flags = data[32]
    if flags & ~_KNOWN or (flags & _BACKED_UP and not flags & _ELIGIBLE):
        raise MalformedError("flags that do not belong here")
    if not flags & _PRESENT:
        raise PasskeyError("nobody was present")
    if not flags & _VERIFIED:
        raise PasskeyError("nobody was verified")
    return int.from_bytes(data[33:], "big")


def _p256(cose: bytes) -> bytes | None:
    """Give the point of a key for ES256 in the uncompressed form, or None where it is not spelled as one."""
    (begin, middle), end = _ES256, len(cose)
    x, y = cose[len(begin) : len(begin) + _COORDINATE], cose[end - _COORDINATE :]
    return _UNCOMPRESSED + x + y if cose == begin + x + middle + y and len(x + y) == 2 * _COORDINATE else None


def _ed25519(cose: bytes) -> bytes:
    public = cose[len(_ED25519) :]
    if cose != _ED25519 + public or len(public) != jws.PUBLIC_BYTES:
        raise MalformedError("not a COSE key for ES256 or Ed25519 in its one spelling")
    return public


def _p256_key(point: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise MalformedError("not a point of P-256") from None


def _verify_p256(data: bytes, signature: bytes, point: bytes) -> None:
    if len(signature) > SIGNATURE_LIMIT:
        raise PasskeyError("no signature of that key")
    try:
        _p256_key(point).verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise PasskeyError("no signature of that key") from None


def _verify_ed25519(data: bytes, signature: bytes, public: bytes) -> None:
    jws.check_public_key(public)
    try:
        jws.verify(data, signature=signature, public=public)
    except jws.SignatureError:
        raise PasskeyError("no signature of that key") from None
