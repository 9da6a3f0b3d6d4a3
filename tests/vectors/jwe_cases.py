"""The cases of docs/spec/jwe.md.

Encapsulation is random, so `opens.json` is made once and kept; the other cases take its encapsulated key, under
which the content key is known, and differ in what they say.
"""

import json
from collections.abc import Iterator
from functools import cache
from hashlib import sha3_256, sha256, shake_256

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from handover.protocol import jwe, strict
from vectors.made import FOLDER, Case, accepted, refused

KEY = jwe.SealingKey(bytes(range(32)))
OTHER_KEY = jwe.SealingKey(bytes(range(1, 33)))
CONTENT_KEY = sha256(b"content key").digest()
IV = sha256(b"iv").digest()[:12]
CONTEXT = sha256(b"context").digest()
OTHER_CONTEXT = sha256(b"another context").digest()
PLAINTEXT = b'{"body":{"text":"When does the train arrive?"}}'
INFO = b"JOSE-HPKE rcpt\xffA256GCM\xff" + CONTEXT
ORDER = ("protected", "encrypted_key", "iv", "ciphertext", "tag")


def cases() -> dict[str, Case]:
    """Give the chapter's cases by name."""
    again = sealed(_header())
    found = {
        "opens": accepted("A payload as it is sent.", _input(_kept()), _opened(PLAINTEXT), _steps(_kept())),
        "opens-again": accepted("The same content key, encrypted anew.", _input(again), _opened(PLAINTEXT)),
        "empty": accepted("The plaintext may be empty.", _input(sealed(_header(), b"")), _opened(b"")),
    }
    for name, description, header in _headers():
        found[name] = refused(description, _input(sealed(header)), "malformed")
    for name, description, document in _spellings(again):
        found[name] = refused(description, _input(document), "malformed")
    for name, description, document in _changed(again):
        found[name] = refused(description, _input(document), "undecryptable")
    for name, description, changes in _elsewhere():
        found[name] = refused(description, _input(again) | changes, "undecryptable")
    return found


def sealed(header: bytes, plaintext: bytes = PLAINTEXT) -> str:
    """Give the JWE with any header, encrypted under the content key that the encapsulated key gives."""
    protected = strict.b64(header)
    ciphertext = AESGCM(CONTENT_KEY).encrypt(IV, plaintext, protected.encode("ascii"))
    parts = (
        protected,
        _parts()[1],
        strict.b64(IV),
        strict.b64(ciphertext[:-16]),
        strict.b64(ciphertext[-16:]),
    )
    return _joined(dict(zip(ORDER, parts, strict=True)))


@cache
def _kept() -> str:
    path = FOLDER / "jwe" / "opens.json"
    if path.exists():
        return str(json.loads(path.read_text("utf-8"))["input"]["jwe"])
    chance = iter((CONTENT_KEY, IV))
    made = jwe.seal(PLAINTEXT, public=KEY.public, kid=KEY.kid, context=CONTEXT, random=lambda _: next(chance))
    return made.decode("ascii")


def _parts() -> tuple[dict[str, object], str]:
    document = json.loads(_kept())
    return json.loads(strict.unb64(document["protected"])), str(document["encrypted_key"])


def _header(**changes: object) -> bytes:
    return _spelled(_parts()[0] | changes)


def _spelled(header: object) -> bytes:
    return json.dumps(header, separators=(",", ":")).encode()


def _joined(parts: dict[str, str]) -> str:
    return json.dumps(parts, separators=(",", ":"))


def _input(document: str) -> Case:
    return {"jwe": document, "private_hex": KEY.private.hex(), "context_hex": CONTEXT.hex()}


def _opened(plaintext: bytes) -> Case:
    return {"kid": KEY.kid, "plaintext": plaintext.decode("ascii")}


def _steps(document: str) -> Case:
    parts = json.loads(document)
    header = json.loads(strict.unb64(parts["protected"]))
    return {
        "public": strict.b64(KEY.public),
        "thumbprint_input": f'{{"alg":"HPKE-9-KE","kty":"AKP","pub":"{strict.b64(KEY.public)}"}}',
        "header": strict.unb64(parts["protected"]).decode("ascii"),
        "encapsulated": header["ek"],
        "info_hex": INFO.hex(),
        "shared_secret_hex": shared_secret(strict.unb64(header["ek"])).hex(),
        "key_hex": schedule(strict.unb64(header["ek"]))[0].hex(),
        "base_nonce_hex": schedule(strict.unb64(header["ek"]))[1].hex(),
        "content_key_hex": CONTENT_KEY.hex(),
        "iv_hex": IV.hex(),
    }


def shared_secret(encapsulated: bytes) -> bytes:
    """Give what the KEM gives, from ML-KEM-768, X25519 and SHA3-256 alone (docs/spec/jwe.md, section 3.1)."""
    expanded = shake_256(KEY.private).digest(96)
    share, public = encapsulated[1088:], KEY.public[1184:]
    lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:64]).decapsulate(encapsulated[:1088])
    curve = X25519PrivateKey.from_private_bytes(expanded[64:]).exchange(
        X25519PublicKey.from_public_bytes(share)
    )
    return sha3_256(lattice + curve + share + public + b"\\.//^\\").digest()


def schedule(encapsulated: bytes) -> tuple[bytes, bytes]:
    """Give the key and the nonce under which the content key is encrypted, from SHAKE256 alone."""
    secrets = bytes(2) + (32).to_bytes(2, "big") + shared_secret(encapsulated)
    suite = b"HPKE" + bytes.fromhex("647a00110002")
    label = (6).to_bytes(2, "big") + b"secret" + (108).to_bytes(2, "big")
    place = bytes(1) + bytes(2) + len(INFO).to_bytes(2, "big") + INFO
    derived = shake_256(secrets + b"HPKE-v1" + suite + label + place).digest(108)
    return derived[:32], derived[32:44]


def _headers() -> Iterator[tuple[str, str, bytes]]:
    right, kid = _parts()[0], KEY.kid
    ek = str(right["ek"])
    yield "alg-integrated", "HPKE without a content key of its own.", _header(alg="HPKE-9")
    yield "alg-classical", "HPKE with X25519 alone.", _header(alg="HPKE-3-KE")
    yield "alg-other-hybrid", "Another hybrid.", _header(alg="HPKE-8-KE")
    yield "alg-dir", "A key agreed beforehand.", _header(alg="dir")
    yield "enc-shorter", "A shorter content key.", _header(enc="A128GCM")
    yield "enc-cbc", "Another mode.", _header(enc="A256CBC-HS512")
    yield "zip", "Compression inside encryption.", _header(zip="DEF")
    yield "crit", "A list of extensions.", _header(crit=["ctx"])
    yield "apu", "A member more.", _header(apu="AA")
    yield "psk-id", "A key agreed beforehand.", _header(psk_id="AA")
    yield "header-typ", "A type.", _header(typ="JWE")
    yield "ctx-missing", "No context.", _spelled({name: right[name] for name in right if name != "ctx"})
    yield "ctx-short", "A context of 31 bytes.", _header(ctx=strict.b64(bytes(31)))
    yield (
        "ctx-second-spelling",
        "A context with spare bits set.",
        _header(ctx=strict.b64(bytes(32))[:-1] + "B"),
    )
    yield "kid-missing", "No key is named.", _spelled({name: right[name] for name in right if name != "kid"})
    yield "kid-second-spelling", "A thumbprint with spare bits set.", _header(kid=kid[:-1] + "B")
    yield "kid-short", "A thumbprint that lacks a letter.", _header(kid=kid[:-1])
    yield "ek-short", "An encapsulated key of 1119 bytes.", _header(ek=strict.b64(strict.unb64(ek)[:-1]))
    yield "ek-long", "An encapsulated key of 1121 bytes.", _header(ek=strict.b64(strict.unb64(ek) + b"\0"))
    yield "ek-classical", "An encapsulated key of X25519.", _header(ek=strict.b64(bytes(32)))
    yield "ek-second-spelling", "An encapsulated key with spare bits set.", _header(ek=ek[:-1] + "_")
    yield "header-order", "The members in another order.", _spelled(dict(sorted(right.items())))
    yield "header-space", "White space in the header.", json.dumps(right).encode()
    yield "header-twice", "Two contexts.", _header().replace(b'"ctx"', b'"ctx":"","ctx"')


def _spellings(document: str) -> Iterator[tuple[str, str, str]]:
    parts = json.loads(document)
    yield "nothing", "Nothing.", ""
    yield "member-missing", "No tag.", _joined({name: parts[name] for name in ORDER[:-1]})
    yield "member-order", "The members in another order.", _joined(dict(sorted(parts.items())))
    yield "white-space", "White space between members.", json.dumps(parts)
    yield "line-feed-behind", "A line feed behind the document.", document + "\n"
    yield "member-twice", "Two tags.", document[:-1] + f',"tag":"{parts["tag"]}"}}'
    yield "aad", "Data beside the header.", document[:-1] + ',"aad":"AA"}'
    yield "unprotected", "A header that nothing protects.", document[:-1] + ',"unprotected":{}}'
    yield "recipients", "The general form, with a list of recipients.", _general(parts)
    yield "compact", "The compact form.", ".".join(parts[name] for name in ORDER)
    for name, size, wrong in (("encrypted_key", 48, 47), ("iv", 12, 16), ("tag", 16, 12)):
        described = f"{wrong} bytes where {size} belong."
        yield f"{name.replace('_', '-')}-length", described, _joined(parts | {name: strict.b64(bytes(wrong))})
    yield "tag-second-spelling", "Spare bits are set.", _joined(parts | {"tag": parts["tag"][:-1] + "B"})
    yield "tag-padded", "Padding.", _joined(parts | {"tag": parts["tag"] + "=="})
    yield "ciphertext-padded", "Padding.", _joined(parts | {"ciphertext": parts["ciphertext"] + "="})
    yield "ciphertext-escaped", "An escape.", document.replace('"ciphertext":"', '"ciphertext":"\\u0041')


def _general(parts: dict[str, str]) -> str:
    outside = {name: value for name, value in parts.items() if name != "encrypted_key"}
    return json.dumps(outside | {"recipients": [{"encrypted_key": parts["encrypted_key"]}]})


def _changed(document: str) -> Iterator[tuple[str, str, str]]:
    parts = json.loads(document)
    for name in ORDER[1:]:
        changed = bytearray(strict.unb64(parts[name]))
        changed[0] ^= 1
        described = f"One bit of the member {name} is changed."
        yield (
            f"{name.replace('_', '-')}-changed",
            described,
            _joined(parts | {name: strict.b64(bytes(changed))}),
        )
    encapsulated = strict.unb64(str(_parts()[0]["ek"]))
    for name, place in (("lattice", 0), ("curve", 1100)):
        changed = bytearray(encapsulated)
        changed[place] ^= 1
        yield (
            f"ek-{name}-changed",
            "One bit of the encapsulated key is changed.",
            sealed(_header(ek=strict.b64(bytes(changed)))),
        )
    small = encapsulated[:1088] + bytes(32)
    yield "ek-small-order", "The curve's share is zero.", sealed(_header(ek=strict.b64(small)))
    yield "ciphertext-cut", "The ciphertext is empty.", _joined(parts | {"ciphertext": ""})
    header = _header(ctx=strict.b64(OTHER_CONTEXT))
    yield "ctx-other", "The header names another context.", sealed(header)
    yield "kid-other", "The header names another key.", sealed(_header(kid=OTHER_KEY.kid))
    yield (
        "header-exchanged",
        "Another header over the same ciphertext.",
        _joined(parts | {"protected": strict.b64(header)}),
    )


def _elsewhere() -> Iterator[tuple[str, str, Case]]:
    yield "lifted", "The payload of another envelope.", {"context_hex": OTHER_CONTEXT.hex()}
    yield "private-other", "Opened with another key.", {"private_hex": OTHER_KEY.private.hex()}
