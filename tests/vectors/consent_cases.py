"""The cases of docs/spec/consent.md: tokens, what they cover and when, and the commitment to a statement."""

import json
from collections.abc import Iterator
from typing import Any

from handover.domain.consent import Basis
from handover.protocol import consent, jws, strict
from handover.protocol import envelope as envelopes
from vectors import one_round
from vectors.made import OTHER_SIGNER, SIGNER, Case, accepted, refused
from vectors.one_round import DAY, FIELDS, ROUND, SALT, SECOND, STATEMENT, T0

ASKED: dict[str, Any] = {
    "recipient": "de/hamburg",
    "purpose": "child-protection",
    "fields": list(FIELDS[:3]),
    "now": T0,
}


def cases() -> dict[str, Case]:
    """Give the chapter's cases by name."""
    found = {
        "token": _whole("A child's consent.", one_round.token()),
        "statement": _statement(),
        "covers": _covers("Recipient, purpose, fields and time.", {}, None),
        "covers-from-its-beginning": _covers("The first second counts.", {"now": T0 - DAY}, None),
        "covers-to-its-end": _covers("The last second before the end.", {"now": T0 + 29 * DAY - 1}, None),
    }
    review = {"review_at": T0 + 7 * DAY, "second_officer": SECOND}
    for basis in Basis:
        if basis is not Basis.CONSENT:
            short = {"valid_until": T0 + 2 * DAY} if basis is Basis.VITAL_INTERESTS else {}
            token = one_round.token(basis=basis, **review, **short)
            found[basis.value] = _whole(f"Another basis: {basis}, with second officer and review.", token)
    for name, note, changes, error in _asked():
        found[name] = _covers(note, changes, error)
    for name, note, given, error in (*_claims(), *_tokens()):
        found[name] = refused(note, given, error)
    return found


def _input(token: bytes, public: bytes = SIGNER.public) -> Case:
    return {"jws": token.decode(), "public_hex": public.hex()}


def _payload(token: bytes) -> str:
    return strict.unb64(token.split(b".")[1].decode()).decode()


def _whole(note: str, token: bytes) -> Case:
    claims = json.loads(_payload(token))
    expected = {"kid": SIGNER.kid, "digest": strict.digest(token), "claims": claims, "fields": list(FIELDS)}
    return accepted(note, _input(token), expected, {"payload": _payload(token)})


def _statement() -> Case:
    salt = consent.salt_for(SALT, ROUND)
    return accepted(
        "The commitment to a statement, salted for one round.",
        {"salt_hex": SALT.hex(), "round": ROUND, "statement": STATEMENT.decode()},
        {"commitment": consent.commit_statement(salt, STATEMENT)},
        {"salt_of_the_round_hex": salt.hex()},
    )


def _covers(note: str, changes: Case, error: str | None) -> Case:
    given = _input(one_round.token()) | {"disclosure": ASKED | changes}
    return accepted(note, given, {"covered": True}) if error is None else refused(note, given, error)


def _asked() -> Iterator[tuple[str, str, Case, str]]:
    yield "too-early", "One second before it counts.", {"now": T0 - DAY - 1}, "ground-expired"
    yield "too-late", "The end counts no more.", {"now": T0 + 29 * DAY}, "ground-expired"
    yield "another-recipient", "It names one node.", {"recipient": "fr/lyon"}, "ground-recipient"
    yield "issuer-as-recipient", "The issuer is no recipient.", {"recipient": "gr/athens"}, "ground-recipient"
    yield "another-purpose", "It names one purpose.", {"purpose": "family-tracing"}, "ground-purpose"
    more = [*FIELDS, "health.medication"]
    yield "one-field-more", "A single field is not covered.", {"fields": more}, "ground-fields"


def _signed(**changes: Any) -> bytes:
    claims = json.loads(_payload(one_round.token())) | changes
    return jws.sign(json.dumps(claims, separators=(",", ":")).encode(), typ=consent.TYPE, signer=SIGNER)


def _claims() -> Iterator[tuple[str, str, Case, str]]:
    bits = len(one_round.FIELDS_OF.fields)
    bitmap = one_round.FIELDS_OF.bitmap(FIELDS)
    spare = strict.b64(bitmap[:-1] + bytes([bitmap[-1] | 1]))
    for name, note, changes, error in (
        ("to-two", "One recipient.", {"to": ["de/hamburg", "fr/lyon"]}, "malformed"),
        ("iss-address", "An address is no name.", {"iss": "https://athens.example"}, "malformed"),
        ("purpose-list", "One purpose.", {"purpose": ["child-protection"]}, "malformed"),
        ("purpose-enforcement", "No such purpose can be said.", {"purpose": "enforcement"}, "malformed"),
        ("basis-override", "No word of the list.", {"basis": "override"}, "malformed"),
        ("basis-null", "Something it rests on.", {"basis": None}, "malformed"),
        ("onward-free", "No word of the list.", {"onward": "any"}, "malformed"),
        ("schema-unknown", "A schema that is not known.", {"schema": "guardianship/9"}, "unknown-schema"),
        ("fields-short", "The bitmap is one byte short.", {"fields": strict.b64(bitmap[:-1])}, "malformed-record"),
        ("fields-spare-bit", f"A bit beyond the {bits} fields.", {"fields": spare}, "malformed-record"),
        ("fields-none", "No field at all.", {"fields": strict.b64(bytes(len(bitmap)))}, "ground-missing"),
        ("ends-at-once", "The end is after the beginning.", {"until": T0 - DAY}, "ground-missing"),
        ("ends-before", "The end is after the beginning.", {"until": T0 - 2 * DAY}, "ground-missing"),
        ("two-years-and-more", "At most 732 days.", {"until": T0 - DAY + 732 * DAY + 1}, "ground-missing"),
        (
            "vital-interests-long", "Vital interests last 72 hours.",
            {"basis": "vital-interests", "review": T0, "second": SECOND, "until": T0 + 2 * DAY + 1}, "ground-missing",
        ),
        ("from-text", "A time is a number.", {"from": "2026-09-20"}, "malformed"),
        (
            "review-year-10000", "No calendar shows the year 10000.",
            {"basis": "court-order", "review": 253402300800, "second": SECOND}, "malformed",
        ),
        ("order-alone", "A second officer and a review.", {"basis": "court-order"}, "ground-missing"),
        (
            "order-without-review", "A review date.", {"basis": "court-order", "second": SECOND}, "ground-missing",
        ),
        (
            "order-without-second", "A second officer.", {"basis": "court-order", "review": T0}, "ground-missing",
        ),
        ("second-name", "A pseudonym, no name.", {"second": "E. Papadopoulou"}, "malformed"),
        ("statement-text", "A commitment, no text.", {"statement": "I agree."}, "malformed"),
        ("statement-null", "There is always a statement.", {"statement": None}, "malformed"),
        ("round-short", "A round has 128 bits.", {"round": ROUND[:-1]}, "malformed"),
        ("jti-capitals", "One spelling.", {"jti": "019A9B10-7C00-7000-8000-000000000002"}, "malformed"),
        ("member-more", "No other member.", {"withdrawn": None}, "malformed"),
    ):  # fmt: skip
        yield name, note, _input(_signed(**changes)), error


def _tokens() -> Iterator[tuple[str, str, Case, str]]:
    text = _payload(one_round.token()).encode()
    without = {name: value for name, value in json.loads(text).items() if name != "review"}
    left_out = jws.sign(json.dumps(without).encode(), typ=consent.TYPE, signer=SIGNER)
    other = jws.sign(text, typ=consent.TYPE, signer=OTHER_SIGNER)
    envelope = jws.sign(text, typ=envelopes.TYPE, signer=SIGNER)
    yield "member-left-out", "null is written, not left out.", _input(left_out), "malformed"
    yield "signed-by-another", "The key of another node.", _input(other), "signature"
    yield "typ-of-an-envelope", "Signed as an envelope.", _input(envelope), "malformed"
    yield "salt-short", "A salt has 16 bytes.", {"salt_hex": "00", "commit_to": "x"}, "malformed"
