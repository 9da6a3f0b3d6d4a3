"""The cases of docs/spec/assertion.md: statements, assertions of passkeys over them, and whose keys they are."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from authenticator import PRESENT, VERIFIED, Authenticator
from handover.domain.handover import VoidReason
from handover.domain.ids import NodeId, RoundId
from handover.protocol import assertion, jws, statement, strict
from handover.protocol import envelope as envelopes
from handover.protocol.assertion import Assertion, Attestation
from handover.protocol.passkey import Signed
from handover.protocol.statement import AssertedAct, Statement
from vectors import apart, one_round
from vectors.made import OTHER_SIGNER, SIGNER, Case, accepted, refused
from vectors.one_round import NORTH, SOUTH

RP_ID = "pages.athens.example"
ORIGIN = f"https://{RP_ID}"
NONCE = bytes(range(16))
MADE = one_round.T0 + 3590
KEY = Authenticator(seed=b"second officer", rp_id=RP_ID, origin=ORIGIN)
EDWARDS = replace(KEY, edwards=True)
BACKED_UP = 0x18
NOTES = {
    "offer": "To release the offer of the chapter envelope.",
    "acceptance": "To accept it.",
    "deed": "To countersign the deed.",
    "resolution": "To resolve the deed as the second officer: said as a void.",
    "export": "To take a matter's evidence out of the node: an act of no round.",
}


def cases() -> dict[str, Case]:
    """Give the chapter's cases by name."""
    said = statements()
    found = {f"statement-{name}": _stated(note, said[name]) for name, note in NOTES.items()}
    for name, note, passkey, options in _good():
        found[name] = _whole(note, passkey, options)
    for name, note, given in _bad():
        found[name] = refused(note, given, "passkey")
    for name, note, text in (*_statements(), *_documents()):
        found[name] = refused(note, text, "malformed")
    for name, note, given, error in _attestations():
        found[name] = refused(note, given, error)
    return found


def statements() -> dict[str, Statement]:
    """Give a statement of each act."""
    said = one_round.said() | apart.said()
    found = {
        name: statement.of_envelope(said[name].envelope, made=MADE, nonce=NONCE)
        for name in ("offer", "acceptance", "deed", "referral")
    }
    void = replace(said["void"].envelope, reason=VoidReason.RESOLVED.value, by=said["deed"].envelope.by)
    found["resolution"] = statement.of_envelope(void, made=MADE, nonce=NONCE)
    found["export"] = Statement(
        iss=NORTH, act=AssertedAct.EXPORT, matter=one_round.jti(170), made=MADE, nonce=NONCE
    )
    return {name: each for name, each in found.items() if each is not None}


def attestation(**changes: Any) -> Attestation:
    """Give the word of the node that the passkey is that of the officer who released the offer."""
    claims: dict[str, Any] = {
        "iss": NORTH, "iat": MADE, "matter": one_round.PAIR, "officer": one_round.RELEASED, "rp_id": RP_ID,
        "key": KEY.key,
    }  # fmt: skip
    return Attestation(**(claims | changes))


def asserted(signed: Signed, attested: bytes, /, **changes: Any) -> Assertion:
    """Give the assertion over the offer."""
    made = Assertion(
        attestation=strict.digest(attested),
        officer=one_round.RELEASED,
        statement=statements()["offer"],
        signed=signed,
    )
    return replace(made, **changes)


def _stated(note: str, of: Statement) -> Case:
    text = statement.encode(of).decode()
    return accepted(note, {"statement": text}, {"challenge": strict.b64(of.challenge)})


def _input(made: Assertion, attested: bytes) -> Case:
    return {
        "document": assertion.encode(made).decode(),
        "attestation": attested.decode(),
        "public_hex": SIGNER.public.hex(),
    }


def _whole(note: str, passkey: Authenticator, options: dict[str, Any]) -> Case:
    rp_id = passkey.rp_id
    attested = assertion.attest(attestation(key=passkey.key, rp_id=rp_id), signer=SIGNER)
    signed = passkey.sign(statements()["offer"].challenge, **options)
    made = asserted(signed, attested)
    document = assertion.encode(made)
    count = int.from_bytes(signed.authenticator_data[33:], "big")
    steps = {
        "claims": strict.unb64(attested.decode().split(".")[1]).decode(),
        "client_data": signed.client_data.decode(),
        "authenticator_data_hex": signed.authenticator_data.hex(),
    }
    return accepted(note, _input(made, attested), {"digest": strict.digest(document), "count": count}, steps)


def _good() -> Iterator[tuple[str, str, Authenticator, dict[str, Any]]]:
    flags = PRESENT | VERIFIED | BACKED_UP
    local = replace(KEY, rp_id="localhost", origin="http://localhost:8700")
    yield "es256", "A passkey on P-256.", KEY, {}
    yield "ed25519", "A passkey on Ed25519.", EDWARDS, {}
    yield "counting", "A passkey that counts its signatures.", replace(KEY, count=41), {}
    yield "backed-up", "A passkey that is kept in more than one place.", KEY, {"flags": flags}
    yield "port", "A port belongs to the origin, not to the relying party.", KEY, {"origin": f"{ORIGIN}:8443"}
    yield "local", "On one's own machine, without TLS.", local, {}
    yield "member-unknown", "Browsers add members that say nothing.", KEY, {"hint": "do not compare"}
    yield "cross-origin-absent", "Older browsers leave it out.", KEY, {"crossOrigin": None}


def _bad() -> Iterator[tuple[str, str, Case]]:
    said, attested = statements(), assertion.attest(attestation(), signer=SIGNER)
    offer = said["offer"]
    good = KEY.sign(offer.challenge)

    def signed(**options: Any) -> Case:
        return _input(asserted(KEY.sign(offer.challenge, **options), attested), attested)

    def other(**changes: Any) -> Case:
        return _input(asserted(good, attested, **changes), attested)

    def attest(**changes: Any) -> Case:
        word = assertion.attest(attestation(**changes), signer=SIGNER)
        return _input(asserted(good, word), word)

    yield "nobody-verified", "The authenticator asked for no PIN and no finger.", signed(flags=PRESENT)
    yield "nobody-present", "Nobody touched it.", signed(flags=VERIFIED)
    yield "no-flags", "Neither.", signed(flags=0)
    yield "type-create", "Made when a passkey was registered.", signed(type="webauthn.create")
    yield "type-none", "No type.", signed(type=7 * "x")
    yield "another-challenge", "Signed at sign-in.", signed(challenge=strict.b64(bytes(32)))
    yield "cross-origin", "In a page inside another page.", signed(crossOrigin=True)
    yield "cross-origin-text", "No boolean.", signed(crossOrigin="false")
    yield "top-origin", "In a page inside another page.", signed(topOrigin=ORIGIN)
    for name, origin in (
        ("http", f"http://{RP_ID}"), ("subdomain", f"https://www.{RP_ID}"), ("other-host", "https://athens.example"),
        ("suffix", f"{ORIGIN}.evil.example"), ("slash", f"{ORIGIN}/"), ("port-zero", f"{ORIGIN}:0"),
        ("port-empty", f"{ORIGIN}:"), ("userinfo", f"{ORIGIN}:443@evil.example"), ("null", "null"),
    ):  # fmt: skip
        yield f"origin-{name}", "The page was not one of the relying party.", signed(origin=origin)
    yield "another-rp", "A passkey of another relying party.", attest(rp_id="athens.example")
    yield "another-key", "Another passkey.", attest(key=replace(KEY, seed=b"another").key)
    yield "another-kind-of-key", "Another kind of key.", attest(key=EDWARDS.key)
    yield "attested-for-another-officer", "Attested for somebody else.", attest(officer=one_round.PREPARED)
    yield "attested-for-another-matter", "Attested in another matter.", attest(matter=one_round.ROUND)
    yield "attested-by-another-node", "Attested by another node.", attest(iss=SOUTH)
    yield "another-officer", "Another officer's name is put to it.", other(officer=one_round.PREPARED)
    yield "another-act", "Lifted to the deed.", other(statement=said["deed"])
    yield (
        "another-round",
        "Lifted to another round.",
        other(statement=replace(offer, round=RoundId(one_round.PAIR))),
    )
    yield (
        "another-recipient",
        "Lifted to another recipient.",
        other(statement=replace(offer, to=NodeId("fr/lyon"))),
    )
    yield "another-consent", "Other terms.", other(statement=replace(offer, consent=strict.digest(b"")))
    yield "another-nonce", "Another moment.", other(statement=replace(offer, nonce=bytes(16)))
    yield "another-time", "Another time.", other(statement=replace(offer, made=MADE + 1))
    long = replace(good, signature=good.signature + bytes(3))
    yield "signature-long", "Bytes behind the signature.", other(signed=long)
    yield "signature-empty", "No signature.", other(signed=replace(good, signature=b""))
    raw = replace(good, signature=EDWARDS.sign(offer.challenge).signature)
    yield "signature-of-another-kind", "A signature of another kind.", other(signed=raw)
    edwards = assertion.attest(attestation(key=EDWARDS.key), signer=SIGNER)
    yield "es256-under-ed25519", "And the other way round.", _input(asserted(good, edwards), edwards)


def _statements() -> Iterator[tuple[str, str, Case]]:
    offer, export = (json.loads(statement.encode(statements()[name])) for name in ("offer", "export"))
    for name, note, base, changes in (
        ("typ", "Another type.", offer, {"typ": "handover-act/2"}),
        ("act-void", "Nobody confirms a void.", offer, {"act": "void"}),
        ("act-number", "A word.", offer, {"act": 1}),
        ("to-null", "An offer has a recipient.", offer, {"to": None}),
        ("to-address", "A node's name.", offer, {"to": "https://hamburg.example"}),
        ("round-short", "A round has 128 bits.", offer, {"round": one_round.ROUND[:-1]}),
        ("epoch-zero", "Deeds are counted from 1.", offer, {"epoch": 0}),
        ("purpose-enforcement", "No such purpose can be said.", offer, {"purpose": "enforcement"}),
        ("schema-spelling", "The name of a schema.", offer, {"schema": "guardianship/01"}),
        ("fields-spelling", "One spelling.", offer, {"fields": "AB"}),
        ("fields-null", "An offer discloses fields.", offer, {"fields": None}),
        ("re", "An offer answers nothing.", offer, {"re": strict.digest(b"")}),
        ("deadline-null", "An offer has a deadline.", offer, {"deadline": None}),
        ("deadline-text", "A time is a number.", offer, {"deadline": "2026-09-28"}),
        ("nonce-short", "16 bytes.", offer, {"nonce": strict.b64(bytes(15))}),
        ("made-zero", "A time.", offer, {"made": 0}),
        ("matter-local", "A round has a pseudonym.", offer, {"matter": one_round.jti(170)}),
        ("by", "No other member.", offer, {"by": None}),
        ("export-round", "An export is of no round.", export, {"round": one_round.ROUND}),
        ("export-pseudonym", "An export is of one node's matter.", export, {"matter": one_round.PAIR}),
    ):  # fmt: skip
        text = json.dumps(base | changes, separators=(",", ":"))
        yield f"statement-{name}", note, {"statement": text}
    text = json.dumps(dict(reversed(offer.items())), separators=(",", ":"))
    yield "statement-order", "One order.", {"statement": text}


def _documents() -> Iterator[tuple[str, str, Case]]:
    attested = assertion.attest(attestation(), signer=SIGNER)
    offer = statements()["offer"]
    good = KEY.sign(offer.challenge)
    data, client_data = good.authenticator_data, good.client_data

    def over(data: bytes = data, client_data: bytes = client_data) -> Case:
        return _input(asserted(KEY.over(data, client_data), attested), attested)

    spaced = client_data.replace(b"{", b'{"type":"webauthn.get",', 1)
    yield "data-short", "36 bytes.", over(data[:-1])
    yield "data-long", "Extensions were not asked for.", over(data + b"\xa0")
    yield "flag-of-extensions", "Extensions were not asked for.", over(data[:32] + b"\x85" + data[33:])
    yield "flag-of-a-key", "No key is attested here.", over(data[:32] + b"\x45" + data[33:])
    yield "flag-unknown", "A flag that means nothing.", over(data[:32] + b"\x07" + data[33:])
    yield "flag-backed-up", "Kept twice, and cannot be.", over(data[:32] + b"\x15" + data[33:])
    yield "client-data-twice", "A member twice.", over(client_data=spaced)
    yield "client-data-array", "No object.", over(client_data=b"[]")
    yield "client-data-empty", "Nothing.", over(client_data=b"")
    yield "client-data-bytes", "No UTF-8.", over(client_data=client_data.replace(b"get", b"g\xfft"))
    yield "client-data-long", "Too long.", over(client_data=client_data[:-1] + b" " * 2048 + b"}")
    yield "challenge-padded", "One spelling.", over(client_data=client_data.replace(b'","orig', b'=","orig'))
    yield "challenge-none", "No challenge.", over(client_data=b'{"type":"webauthn.get"}')
    yield (
        "origin-number",
        "No text.",
        over(client_data=client_data[: client_data.index(b'"origin"')] + b'"origin":1}'),
    )
    whole = _input(asserted(good, attested), attested)
    text = str(whole["document"])
    for name, note, changed in (
        ("document-space", "A space.", text.replace(",", ", ", 1)),
        ("document-typ", "Another type.", text.replace("handover-assertion/1", "handover-assertion/2")),
        ("document-member-more", "No other member.", text.replace("{", '{"credential":"",', 1)),
        ("document-officer", "A pseudonym, no name.", text.replace(one_round.RELEASED, "B. Officer", 1)),
        ("document-signature", "One spelling.", text.replace('"}', '="}')),
    ):
        yield name, note, whole | {"document": changed}


def _attestations() -> Iterator[tuple[str, str, Case, str]]:
    base = json.loads(strict.unb64(assertion.attest(attestation(), signer=SIGNER).decode().split(".")[1]))
    x = KEY.key

    def signed(**changes: Any) -> Case:
        payload = json.dumps(base | changes, separators=(",", ":")).encode()
        word = jws.sign(payload, typ=assertion.ATTESTATION, signer=SIGNER)
        return {"attestation": word.decode(), "public_hex": SIGNER.public.hex()}

    order = x[:1] + x[3:5] + x[1:3] + x[5:]
    for name, note, key in (
        ("rsa", "No algorithm of this version.", bytes.fromhex("a401030339010020430102032143010001")),
        ("order", "One order.", order),
        ("curve", "A point that is not on the curve.", x[:-1] + bytes([x[-1] ^ 1])),
        ("compressed", "A coordinate is missing.", x[:42]),
        ("longer", "Bytes behind it.", x + b"\x00"),
        ("empty", "No key.", b""),
        ("small-order", "A key of small order.", EDWARDS.key[:10] + b"\x01" + bytes(31)),
        ("ed25519-short", "31 bytes.", EDWARDS.key[:-1]),
    ):
        yield f"key-{name}", note, signed(key=strict.b64(key)), "malformed"
    for name, host in (
        ("capital", "Pages.athens.example"), ("address", ORIGIN), ("port", f"{RP_ID}:443"), ("dot", f"{RP_ID}."),
        ("empty", ""), ("long", ".".join(["a" * 60] * 5)),
    ):  # fmt: skip
        yield f"rp-{name}", "A host name, in lower case.", signed(rp_id=host), "malformed"
    yield "attestation-matter", "A matter.", signed(matter="A-1"), "malformed"
    yield "attestation-officer", "A pseudonym.", signed(officer="B. Officer"), "malformed"
    yield "attestation-more", "No other member.", signed(label="my phone"), "malformed"
    good = signed()
    yield (
        "attestation-signed-by-another",
        "Another node.",
        good | {"public_hex": OTHER_SIGNER.public.hex()},
        "signature",
    )
    other = jws.sign(json.dumps(base).encode(), typ=envelopes.TYPE, signer=SIGNER)
    yield "attestation-typ", "The type of an envelope.", good | {"attestation": other.decode()}, "malformed"
