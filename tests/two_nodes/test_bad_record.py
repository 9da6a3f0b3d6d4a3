"""Bad input, part four: the record, its disclosures, and what an offer must carry."""

from collections.abc import Callable
from typing import Any

import pytest

import cases
from handover.domain.consent import Purpose
from handover.domain.handover import Act, State
from handover.domain.ids import NodeId, PairId
from handover.domain.record import Absent, Value, schema
from handover.protocol import jws, sdjwt, strict
from handover.protocol.message import Message
from handover.protocol.sdjwt import Issued
from peer import ANY, BODIES, FIELDS, Round, flipped, rewritten, signed_anyhow
from registrar import seed
from two_nodes.scene import Scene

STRANGER = jws.Ed25519Signer(seed("nobody"))
GUARDIANSHIP = schema("guardianship/1")
SECRET = "Zzyzx is looked for"
SALT = strict.b64(bytes(16))


def test_a_record_signed_by_a_stranger_is_refused(scene: Scene) -> None:
    round_ = scene.peer.round()
    scene.refused(round_.offer(issued=round_.issued(signer=STRANGER)), "unknown-sender")


def test_a_record_signed_with_another_members_key_is_refused(scene: Scene) -> None:
    round_ = scene.peer.round()
    scene.refused(round_.offer(issued=round_.issued(signer=scene.neighbour.signer)), "unknown-sender")


CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": NodeId("es/barcelona")},
    "another matter": {"matter": PairId("A" * 22)},
}


@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS)
def test_the_record_is_of_this_issuer_and_matter(scene: Scene, claims: dict[str, Any]) -> None:
    round_ = scene.peer.round()
    scene.refused(round_.offer(issued=round_.issued(**claims)), "mismatch")


def test_the_record_is_of_the_schema_that_the_envelope_names(scene: Scene) -> None:
    round_ = scene.peer.round()
    tracing = scene.peer.round(of="tracing/1", pair=round_.pair).issued({})
    scene.refused(round_.offer(issued=tracing, fields=(), bitmap="AAAAAAAAAAA"), "mismatch")


def test_a_purpose_belongs_to_its_kind_of_record(scene: Scene) -> None:
    scene.refused(scene.peer.round(purpose=Purpose.FAMILY_TRACING).offer(), "mismatch")
    tracing = scene.peer.round(of="tracing/1", purpose=Purpose.CHILD_PROTECTION)
    scene.refused(tracing.offer(issued=tracing.issued({}), fields=()), "mismatch")


def test_the_envelope_names_the_record_that_came(scene: Scene) -> None:
    scene.refused(scene.peer.round().offer(record=ANY), "mismatch")


@pytest.mark.parametrize(
    "named", [(*FIELDS, "health.urgent_needs"), FIELDS[1:], ()], ids=["more", "fewer", "none"]
)
def test_the_envelope_names_the_fields_that_came(scene: Scene, named: tuple[str, ...]) -> None:
    scene.refused(scene.peer.round().offer(bitmap=strict.b64(GUARDIANSHIP.bitmap(named))), "mismatch")


@pytest.mark.parametrize("bitmap", ["AA", "_______A", "AAAAAAAAAAAAAAAA"], ids=["short", "shorter", "long"])
def test_the_bitmap_has_the_length_of_the_schema(scene: Scene, bitmap: str) -> None:
    scene.refused(scene.peer.round().offer(bitmap=bitmap), "malformed-record")


def test_a_spare_bit_of_the_bitmap_is_refused(scene: Scene) -> None:
    bits = bytearray(GUARDIANSHIP.bitmap(FIELDS))
    bits[-1] |= 1
    assert len(GUARDIANSHIP.fields) % 8
    scene.refused(scene.peer.round().offer(bitmap=strict.b64(bytes(bits))), "malformed-record")


@pytest.mark.parametrize("part", ["record", "consent"])
def test_an_offer_holds_a_record_and_a_ground(scene: Scene, part: str) -> None:
    round_ = scene.peer.round()
    parts: dict[str, Any] = {"record": sdjwt.present(round_.issued(), FIELDS), "consent": round_.token()}
    parts[part] = None
    content = Message(nonce=bytes(32), body=BODIES[Act.OFFER], **parts)
    bitmap = strict.b64(GUARDIANSHIP.bitmap(FIELDS))
    scene.refused(round_.say(Act.OFFER, content=content, record=ANY, consent=ANY, fields=bitmap), "mismatch")


def presented(issued: Issued, change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    """Give a presentation with its disclosures changed."""
    shown = [issued.disclosures[path] for path in issued.disclosures if path in FIELDS]
    return b"~".join([issued.jwt, *change(shown), b""])


def withheld(issued: Issued) -> bytes:
    return issued.disclosures["health.urgent_needs"]


DISCLOSURES: dict[str, tuple[Callable[[Issued, list[bytes]], list[bytes]], str]] = {
    "one twice": (lambda issued, shown: [shown[0], *shown], "disclosure"),
    "one twice, at the end": (lambda issued, shown: [*shown, shown[-1]], "disclosure"),
    "another order": (lambda issued, shown: shown[::-1], "disclosure"),
    "of no field": (
        lambda issued, shown: [*shown, strict.b64_ascii(b'["%s","x"]' % SALT.encode())],
        "disclosure",
    ),
    "in the place of another": (lambda issued, shown: [withheld(issued), *shown[1:]], "disclosure"),
    "one more than named": (lambda issued, shown: sorted_in([*shown, withheld(issued)], issued), "mismatch"),
    "one fewer than named": (lambda issued, shown: shown[1:], "mismatch"),
    "with its value changed": (
        lambda issued, shown: [strict.b64_ascii(flipped(strict.unb64(shown[0]), 40)), *shown[1:]],
        "disclosure",
    ),
    "padded": (lambda issued, shown: [shown[0] + b"=", *shown[1:]], "disclosure"),
    "cut": (lambda issued, shown: [shown[0][:-4], *shown[1:]], "disclosure"),
    "shifted": (lambda issued, shown: [shown[0][1:], *shown[1:]], "disclosure"),
    "empty": (lambda issued, shown: [b"", *shown], "disclosure"),
}


def sorted_in(shown: list[bytes], issued: Issued) -> list[bytes]:
    return [part for part in issued.disclosures.values() if part in shown]


@pytest.mark.parametrize(("change", "name"), DISCLOSURES.values(), ids=DISCLOSURES)
def test_disclosures_are_those_of_the_fields_each_once_and_in_order(
    scene: Scene, change: Callable[[Issued, list[bytes]], list[bytes]], name: str
) -> None:
    round_ = scene.peer.round()
    issued = round_.issued()
    presentation = presented(issued, lambda shown: change(issued, shown))
    scene.refused(round_.offer(issued=issued, presentation=presentation), name)


def test_a_disclosure_of_another_record_does_not_fit(scene: Scene) -> None:
    round_ = scene.peer.round()
    one, two = round_.issued(), round_.issued()
    mixed = presented(one, lambda shown: [two.disclosures[FIELDS[0]], *shown[1:]])
    scene.refused(round_.offer(issued=one, presentation=mixed), "disclosure")


OUTSIDE: dict[str, Callable[[bytes], bytes]] = {
    "no tilde at the end": lambda text: text[:-1],
    "a key binding behind": lambda text: text + b"a.b.c",
    "shifted": lambda text: text[1:],
    "over 64 KiB": lambda text: text + b"A" * strict.PART_LIMIT + b"~",
    "no record at all": lambda text: b"~",
}


@pytest.mark.parametrize("change", OUTSIDE.values(), ids=OUTSIDE)
def test_a_presentation_has_one_shape(scene: Scene, change: Callable[[bytes], bytes]) -> None:
    round_ = scene.peer.round()
    issued = round_.issued()
    presentation = change(sdjwt.present(issued, FIELDS))
    scene.refused(round_.offer(issued=issued, presentation=presentation), "malformed")


def test_a_signed_record_is_not_an_envelope_or_a_consent(scene: Scene) -> None:
    round_ = scene.peer.round()
    scene.refused(round_.offer(presentation=round_.token() + b"~"), "malformed")


def forged(round_: Round, path: str, value: bytes) -> tuple[Issued, bytes]:
    """Give a record that is really signed over any JSON in one field, and its presentation."""
    issued = round_.issued()
    disclosure = strict.b64_ascii(b'["' + SALT.encode() + b'",' + value + b"]")
    old = strict.digest(issued.disclosures[path])
    payload = strict.unb64(issued.jwt.split(b".")[1])
    changed = payload.replace(old.encode(), strict.digest(disclosure).encode())
    header = {"alg": "Ed25519", "typ": sdjwt.TYPE, "kid": round_.peer.signer.kid}
    jwt = signed_anyhow(changed, header, round_.peer.signer)
    made = Issued(jwt=jwt, disclosures={**issued.disclosures, path: disclosure})
    return made, sdjwt.present(made, FIELDS)


VALUES: dict[str, tuple[bytes, str]] = {
    "a value that its field does not take": (f'["{SECRET}"]'.encode(), "malformed-record"),
    "a word of no list": (f'"{SECRET}"'.encode(), "malformed-record"),
    "null": (b"null", "malformed-record"),
    "empty": (b'""', "malformed-record"),
    "withheld, said as absent": (b'{"absent":"withheld"}', "malformed-record"),
    "a member twice": (b'{"absent":"unknown","absent":"unknown"}', "malformed"),
    "not a number": (b"NaN", "malformed"),
    "a fraction": (b"1.5", "malformed"),
    "deep": (b"[" * 12 + b"]" * 12, "malformed"),
}


@pytest.mark.parametrize(("value", "name"), VALUES.values(), ids=VALUES)
def test_a_value_fits_its_field_and_is_never_echoed(scene: Scene, value: bytes, name: str) -> None:
    round_ = scene.peer.round()
    issued, presentation = forged(round_, "identity.sex", value)
    problem = scene.refused(round_.offer(issued=issued, presentation=presentation), name)
    assert SECRET not in problem.detail
    assert "Zzyzx" not in problem.detail


def test_a_skeleton_has_every_field_and_no_other(scene: Scene) -> None:
    round_ = scene.peer.round()
    issued = round_.issued()
    header = {"alg": "Ed25519", "typ": sdjwt.TYPE, "kid": scene.peer.signer.kid}
    payload = strict.unb64(issued.jwt.split(b".")[1])
    digest = strict.digest(issued.disclosures["identity.sex"]).encode()
    field = b',"sex":[{"...":"' + digest + b'"}]'
    changes = (
        payload.replace(field, b""),
        payload.replace(field, field + field.replace(b"sex", b"entry_offence")),
        payload.replace(field, b',"sex":"male"'),
        payload.replace(b'"sha-256"', b'"sha-512"'),
        payload.replace(b'"guardianship/1"', b'"guardianship/2"'),
        payload.replace(b"{", b"{ ", 1),
    )
    for change in changes:
        assert change != payload
        made = Issued(jwt=signed_anyhow(change, header, scene.peer.signer), disclosures=issued.disclosures)
        name = "unknown-schema" if b"guardianship/2" in change else "malformed"
        scene.refused(round_.offer(issued=made, counts=False), name)


def test_a_record_whose_signed_bytes_were_changed_is_refused(scene: Scene) -> None:
    round_ = scene.peer.round()
    issued = round_.issued()
    claims = rewritten(issued.jwt, 1, lambda payload: payload.replace(b'"iat":1', b'"iat":2', 1))
    signature = rewritten(issued.jwt, 2, lambda part: flipped(part, 20))
    for jwt in (claims, signature):
        made = Issued(jwt=jwt, disclosures=issued.disclosures)
        scene.refused(scene.peer.round(pair=round_.pair).offer(issued=made), "signature")


def missing(*paths: str) -> tuple[str, ...]:
    return tuple(path for path in FIELDS if path not in paths)


MUST: dict[str, tuple[str, str]] = {
    "kind of assessment": ("best_interests.kind", "best-interests-missing"),
    "date of assessment": ("best_interests.date", "best-interests-missing"),
    "body": ("best_interests.body", "best-interests-missing"),
    "outcome": ("best_interests.outcome", "best-interests-missing"),
    "reasons": ("best_interests.reasons", "best-interests-missing"),
    "non-refoulement": ("best_interests.non_refoulement", "non-refoulement-missing"),
    "child heard": ("child_view.heard", "child-view-missing"),
    "child's wishes": ("child_view.wishes", "child-view-missing"),
}


@pytest.mark.parametrize(("path", "name"), MUST.values(), ids=MUST)
def test_an_offer_carries_best_interests_view_and_non_refoulement(scene: Scene, path: str, name: str) -> None:
    scene.refused(scene.peer.round().offer(fields=missing(path)), name)
    round_ = scene.peer.round()
    values = cases.GUARDIANSHIP | {path: Absent.UNKNOWN}
    scene.refused(round_.offer(issued=round_.issued(values)), name)


def test_a_stated_risk_of_refoulement_stops_the_offer(scene: Scene) -> None:
    round_ = scene.peer.round()
    answer: Value = {"answer": "risk_found", "date": "2026-10-01", "by": "Athens", "reasons": "War."}
    values = cases.GUARDIANSHIP | {"best_interests.non_refoulement": answer}
    scene.refused(round_.offer(issued=round_.issued(values)), "non-refoulement-risk")


def test_a_child_that_could_not_be_heard_may_be_offered_with_the_reason(scene: Scene) -> None:
    round_ = scene.peer.round()
    heard = ("child_view.heard", "child_view.wishes", "child_view.assent")
    values = {path: value for path, value in cases.GUARDIANSHIP.items() if path not in heard}
    values["child_view.not_heard"] = {
        "reason": "too_young",
        "date": "2026-10-01",
        "by": "E. P.",
        "explanation": "An infant of two months.",
    }
    fields = (*missing(*heard), "child_view.not_heard")
    ordered = GUARDIANSHIP.in_order(fields)
    scene.taken(round_.offer(issued=round_.issued(values), fields=ordered))
    assert scene.state(round_) is State.PENDING
