"""A passkey in software: it signs what it is asked to, as an authenticator and a browser do it, or wrongly."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from handover.protocol import strict
from handover.protocol.passkey import Signed

PRESENT: Final = 0x01
VERIFIED: Final = 0x04
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(kw_only=True)
class Authenticator:
    """One passkey, made of a seed. `count` is its count of signatures: 0 where it keeps none."""

    seed: bytes = b"a passkey"
    rp_id: str = "localhost"
    origin: str = "http://localhost:8700"
    edwards: bool = False
    count: int = 0

    @property
    def credential(self) -> bytes:
        """The credential's identifier."""
        return sha256(b"credential " + self.seed).digest()[:16]

    @property
    def key(self) -> bytes:
        """The COSE public key."""
        if self.edwards:
            raw = self._ed25519().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            return bytes.fromhex("a4010103272006215820") + raw
        point = self._p256().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return bytes.fromhex("a5010203262001215820") + point[1:33] + bytes.fromhex("225820") + point[33:]

    def client_data(self, challenge: bytes, /, **changes: Any) -> bytes:
        """Give what the browser says of the page, a member changed or, with None, left out."""
        found: dict[str, Any] = {
            "type": "webauthn.get",
            "challenge": strict.b64(challenge),
            "origin": self.origin,
            "crossOrigin": False,
        }
        found = {name: value for name, value in (found | changes).items() if value is not None}
        return json.dumps(found, separators=(",", ":")).encode()

    def data(self, *, flags: int = PRESENT | VERIFIED) -> bytes:
        """Give the authenticator data; the count goes up where there is one."""
        self.count += self.count > 0
        return sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def sign(self, challenge: bytes, /, *, flags: int = PRESENT | VERIFIED, **changes: Any) -> Signed:
        """Answer a challenge."""
        return self.over(self.data(flags=flags), self.client_data(challenge, **changes))

    def answer(self, options: str, *, flags: int = PRESENT | VERIFIED, **changes: Any) -> str:
        """Give what a page sends back: `PublicKeyCredential.toJSON()` of the answer to the options of a request."""
        asked = json.loads(options)
        signed = self.sign(strict.unb64(asked["challenge"]), flags=flags, **changes)
        named = strict.b64(self.credential)
        response = {
            "authenticatorData": strict.b64(signed.authenticator_data),
            "clientDataJSON": strict.b64(signed.client_data),
            "signature": strict.b64(signed.signature),
            "userHandle": None,
        }
        return json.dumps({"id": named, "rawId": named, "type": "public-key", "response": response})

    def over(self, data: bytes, client_data: bytes) -> Signed:
        """Sign the given bytes, whatever they are."""
        signed = data + sha256(client_data).digest()
        if self.edwards:
            signature = self._ed25519().sign(signed)
        else:
            signature = self._p256().sign(signed, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        return Signed(authenticator_data=data, client_data=client_data, signature=signature)

    def _ed25519(self) -> ed25519.Ed25519PrivateKey:
        return ed25519.Ed25519PrivateKey.from_private_bytes(sha256(self.seed).digest())

    def _p256(self) -> ec.EllipticCurvePrivateKey:
        number = int.from_bytes(sha256(self.seed).digest(), "big") % (_ORDER - 1) + 1
        return ec.derive_private_key(number, ec.SECP256R1())
