"""The cases of docs/spec/jws.md."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha512

from nacl import bindings

from handover.protocol import jws, strict
from vectors.made import OTHER_SIGNER, SIGNER, Case, accepted, refused

TYPE = "handover-envelope+jwt"
PAYLOAD = b'{"suite":"HO1","act":"opened"}'
HEADER: dict[str, object] = {"alg": "Ed25519", "typ": TYPE, "kid": SIGNER.kid}
ORDER = 2**252 + 27742317777372353535851937790883648493  # of the group of Ed25519's base point


def compact(header: bytes, payload: bytes = PAYLOAD, signer: jws.Signer = SIGNER) -> str:
    """Give the JWS over any header."""
    signing_input = f"{strict.b64(header)}.{strict.b64(payload)}"
    return f"{signing_input}.{strict.b64(signer.sign(signing_input.encode('ascii')))}"


def spelled(header: Mapping[str, object]) -> bytes:
    """Give a header in compact JSON."""
    return json.dumps(header, separators=(",", ":")).encode()


def cases() -> dict[str, Case]:
    """Give the chapter's cases by name."""
    found: dict[str, Case] = {}
    for name, description, payload in (
        ("signed", "A JWS as it is sent.", PAYLOAD),
        ("empty-payload", "The payload may be empty.", b""),
        ("bytes", "The payload is any bytes.", bytes(range(256))),
    ):
        token = jws.sign(payload, typ=TYPE, signer=SIGNER).decode("ascii")
        expected = {"kid": SIGNER.kid, "payload_hex": payload.hex()}
        found[name] = accepted(description, _input(token), expected, _steps(token))
    for name, description, header in _headers():
        found[name] = refused(description, _input(compact(header)), "malformed")
    for name, description, token in _spellings():
        found[name] = refused(description, _input(token), "malformed")
    for name, description, token, public in _signatures():
        found[name] = refused(description, _input(token, public), "signature")
    return found


def _steps(token: str) -> Case:
    signing_input, _, signature = token.rpartition(".")
    return {
        "seed_hex": bytes(range(32)).hex(),
        "header": strict.unb64(signing_input.partition(".")[0]).decode("ascii"),
        "signing_input": signing_input,
        "signature_hex": strict.unb64(signature).hex(),
    }


def _input(token: str, public: bytes = SIGNER.public) -> Case:
    return {"jws": token, "typ": TYPE, "public_hex": public.hex()}


def _headers() -> Iterator[tuple[str, str, bytes]]:
    right = spelled(HEADER)
    kid = SIGNER.kid
    yield "alg-none", "No signature asked for.", spelled(HEADER | {"alg": "none"})
    yield "alg-eddsa", "The name that RFC 9864 has replaced.", spelled(HEADER | {"alg": "EdDSA"})
    yield "alg-hs256", "A keyed hash under the public key.", spelled(HEADER | {"alg": "HS256"})
    yield "alg-case", "Names are compared byte for byte.", spelled(HEADER | {"alg": "ed25519"})
    yield "alg-missing", "No algorithm.", spelled({"typ": TYPE, "kid": kid})
    yield "alg-twice", "Two algorithms.", right.replace(b'{"alg"', b'{"alg":"none","alg"')
    yield "alg-twice-behind", "Two algorithms.", right.replace(b'"}', b'","alg":"none"}')
    yield "typ-missing", "No type.", spelled({"alg": "Ed25519", "kid": kid})
    yield (
        "typ-of-a-consent",
        "A consent token is no envelope.",
        spelled(HEADER | {"typ": "handover-consent+jwt"}),
    )
    yield "typ-jwt", "A type that says nothing.", spelled(HEADER | {"typ": "JWT"})
    yield "typ-long-form", "The type in its long form.", spelled(HEADER | {"typ": f"application/{TYPE}"})
    yield "kid-missing", "No key is named.", spelled({"alg": "Ed25519", "typ": TYPE})
    yield "kid-short", "A thumbprint that lacks a letter.", spelled(HEADER | {"kid": kid[:-1]})
    yield (
        "kid-second-spelling",
        "A thumbprint with spare bits set.",
        spelled(HEADER | {"kid": kid[:-1] + "B"}),
    )
    yield (
        "kid-escaped",
        "A thumbprint with an escape.",
        right.replace(kid[:1].encode(), rb"\u%04x" % ord(kid[0])),
    )
    yield (
        "kid-not-ascii",
        "A thumbprint with a foreign letter.",
        right.replace(kid[-2:].encode(), "é".encode()),
    )
    yield "kid-number", "A thumbprint that is a number.", spelled(HEADER | {"kid": 7})
    yield "crit", "A list of extensions.", spelled(HEADER | {"crit": ["b64"], "b64": True})
    yield "b64-false", "An unencoded payload.", spelled(HEADER | {"b64": False})
    yield "jwk", "A key in the header.", spelled(HEADER | {"jwk": {"kty": "OKP"}})
    yield "jku", "A place where a key is said to be.", spelled(HEADER | {"jku": "https://example.com/"})
    yield "zip", "Compression.", spelled(HEADER | {"zip": "DEF"})
    yield "cty", "A member more.", spelled(HEADER | {"cty": "json"})
    yield "header-order", "The members in another order.", spelled(dict(sorted(HEADER.items())))
    yield "header-space", "White space in the header.", right.replace(b",", b", ")
    yield "header-line-feed", "A line feed behind the header.", right + b"\n"
    yield "header-array", "A header that is no object.", b"[" + right + b"]"
    yield "header-empty", "An empty header.", b"{}"
    yield "header-nothing", "No header.", b""


def _spellings() -> Iterator[tuple[str, str, str]]:
    token = compact(spelled(HEADER))
    header, payload, signature = token.split(".")
    yield "empty", "Nothing.", ""
    yield "two-parts", "The signature is missing.", f"{header}.{payload}"
    yield "four-parts", "A part too many.", f"{token}.{signature}"
    yield "empty-signature", "An empty signature.", f"{header}.{payload}."
    yield "signature-short", "A signature of 63 bytes.", f"{header}.{payload}.{strict.b64(bytes(63))}"
    yield "signature-long", "A signature of 65 bytes.", f"{header}.{payload}.{strict.b64(bytes(65))}"
    yield "signature-padded", "Padding behind the signature.", f"{token}=="
    yield "signature-second-spelling", "Spare bits are set.", token[:-1] + chr(ord(token[-1]) + 1)
    yield "header-padded", "Padding behind the header.", f"{header}=.{payload}.{signature}"
    yield "payload-padded", "Padding behind the payload.", f"{header}.{payload}==.{signature}"
    yield "space-before", "A space before the token.", f" {token}"
    yield "line-feed-behind", "A line feed behind the token.", f"{token}\n"
    yield "not-ascii", "A letter that is not ASCII.", f"{header}.{payload}é.{signature}"
    yield (
        "json-serialisation",
        "The JSON serialisation.",
        json.dumps({"payload": payload, "protected": header, "signature": signature}),
    )


def _signatures() -> Iterator[tuple[str, str, str, bytes]]:
    token = compact(spelled(HEADER))
    header, payload, signature = token.split(".")
    made = strict.unb64(signature)
    malleable = made[:32] + (int.from_bytes(made[32:], "little") + ORDER).to_bytes(32, "little")
    other = strict.b64(PAYLOAD.replace(b"opened", b"offer"))
    identity = b"\x01" + bytes(31)
    yield (
        "payload-changed",
        "Another payload under the signature.",
        f"{header}.{other}.{signature}",
        SIGNER.public,
    )
    yield (
        "other-key",
        "Signed with another key.",
        compact(spelled(HEADER), signer=OTHER_SIGNER),
        SIGNER.public,
    )
    yield "checked-with-other-key", "Checked with another key.", token, OTHER_SIGNER.public
    yield "signature-zero", "64 zero bytes.", f"{header}.{payload}.{strict.b64(bytes(64))}", SIGNER.public
    yield (
        "signature-malleable",
        "S is raised by the order of the group.",
        f"{header}.{payload}.{strict.b64(malleable)}",
        SIGNER.public,
    )
    yield (
        "small-order-key",
        "The neutral element as key: this signature would fit every message.",
        f"{header}.{payload}.{strict.b64(identity + bytes(32))}",
        identity,
    )
    yield "key-short", "A key of 31 bytes.", token, SIGNER.public[:-1]
    signing_input = f"{header}.{payload}"
    torsion = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
    for name, described, nonce, share in (
        ("signature-torsion", "R is off by a point of order eight.", 12345, torsion),
        ("signature-neutral-r", "R is the neutral element.", 0, identity),
    ):
        signature = strict.b64(_signature(signing_input.encode("ascii"), nonce, share))
        yield name, described, f"{signing_input}.{signature}", SIGNER.public


def _signature(data: bytes, nonce: int, share: bytes) -> bytes:
    """Give what only the holder of the key can make: a signature for which verifiers differ unless told."""
    secret = int.from_bytes(sha512(bytes(range(32))).digest()[:32], "little") & ((1 << 254) - 8) | 1 << 254
    r = share
    if nonce:
        base = bindings.crypto_scalarmult_ed25519_base_noclamp(nonce.to_bytes(32, "little"))
        r = bindings.crypto_core_ed25519_add(base, share)
    k = int.from_bytes(sha512(r + SIGNER.public + data).digest(), "little")
    return r + ((nonce + k * secret) % ORDER).to_bytes(32, "little")
