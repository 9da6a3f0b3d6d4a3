"""Statements, assertions and attestations: every vector, and no changed byte that passes."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from authenticator import Authenticator
from handover.domain.errors import HandoverError, MalformedError
from handover.domain.handover import Act, VoidReason
from handover.protocol import assertion, passkey, statement, strict
from handover.protocol.act_members import OPTIONAL, REQUIRED
from handover.protocol.passkey import PasskeyError, Signed
from handover.protocol.statement import AssertedAct
from protocol import act_vectors, log_vectors
from vectors import assertion_cases, one_round
from vectors.made import SIGNER

OFFER = assertion_cases.statements()["offer"]
KEYS = {"es256": assertion_cases.KEY, "ed25519": assertion_cases.EDWARDS}


def outcome(given_: dict[str, Any]) -> dict[str, Any]:
    """Give what this code makes of a case."""
    match given_:
        case {"statement": text}:
            found = statement.from_json(strict.loads(text.encode()))
            if statement.encode(found) != text.encode():
                raise MalformedError("another spelling")
            return {"challenge": strict.b64(found.challenge)}
        case {"document": document, "attestation": word, "public_hex": public}:
            attested = assertion.read_attestation(word.encode()).verify(bytes.fromhex(public))
            count = assertion.decode(document.encode()).verify(attested)
            return {"digest": strict.digest(document.encode()), "count": count}
        case {"attestation": word, "public_hex": public}:
            return {"iss": assertion.read_attestation(word.encode()).verify(bytes.fromhex(public)).iss}
    raise AssertionError("a case of no known kind")


@pytest.mark.parametrize("case", log_vectors.cases("assertion"))
def test_the_code_agrees_with_the_vectors(case: dict[str, Any]) -> None:
    act_vectors.check(case, outcome)


def test_the_vectors_are_as_their_script_makes_them() -> None:
    act_vectors.check_kept("assertion")


@pytest.mark.parametrize("name", ["offer", "acceptance", "deed"])
def test_the_statement_of_an_envelope_says_what_the_envelope_says(name: str) -> None:
    said = one_round.said()[name].envelope
    found = statement.of_envelope(said, made=1, nonce=bytes(16))
    assert found is not None
    for member in (
        "iss",
        "matter",
        "round",
        "epoch",
        "purpose",
        "schema",
        "re",
        "fields",
        "consent",
        "deadline",
    ):
        assert getattr(found, member) == getattr(said, member)
    assert (found.act.value, found.to) == (said.act.value, said.aud)


def test_what_nobody_confirms_has_no_statement() -> None:
    confirmed = {act.value for act in AssertedAct}
    for name, said in one_round.said().items():
        found = statement.of_envelope(said.envelope, made=1, nonce=bytes(16))
        assert (found is None) == (said.envelope.act.value not in confirmed), name


def test_of_voids_that_alone_has_a_statement_by_which_two_officers_resolve_a_deed() -> None:
    said = one_round.said()["void"].envelope
    found = {
        reason: statement.of_envelope(
            replace(said, reason=reason.value, by=one_round.said()["deed"].envelope.by),
            made=1,
            nonce=bytes(16),
        )
        for reason in VoidReason
    }
    resolved = found.pop(VoidReason.RESOLVED)
    assert resolved is not None
    assert (resolved.act, resolved.re, resolved.deadline) == (AssertedAct.RESOLUTION, said.re, None)
    assert not any(found.values())


@pytest.mark.parametrize("act", [Act.OFFER, Act.ACCEPTANCE, Act.DEED])
def test_a_statement_has_what_its_envelope_must_have(act: Act) -> None:
    there = REQUIRED[act] & {"re", "fields", "consent", "deadline"}
    assert statement.STATES[AssertedAct(act.value)] & OPTIONAL == there


@pytest.mark.parametrize("name", KEYS)
def test_no_changed_bit_of_what_was_signed_passes(name: str) -> None:
    key = KEYS[name]
    signed = key.sign(OFFER.challenge)
    for member in ("authenticator_data", "client_data", "signature"):
        for changed in log_vectors.flips(getattr(signed, member)):
            with pytest.raises(HandoverError):
                verify(replace(signed, **{member: changed}), key)
    assert verify(signed, key) == 0


def test_no_changed_byte_of_a_document_is_the_same_assertion() -> None:
    attested = assertion_cases.attestation()
    word = assertion.attest(attested, signer=SIGNER)
    signed = assertion_cases.KEY.sign(OFFER.challenge)
    document = assertion.encode(assertion_cases.asserted(signed, word))
    for changed in act_vectors.changes(document):
        with suppress(MalformedError):
            found = assertion.decode(changed)
            assert strict.digest(changed) != strict.digest(document)
            if found.attestation == strict.digest(word):
                with pytest.raises(HandoverError):
                    found.verify(attested)


def verify(signed: Signed, key: Authenticator) -> int:
    return passkey.verify(signed, key=key.key, rp_id=key.rp_id, challenge=OFFER.challenge)


def test_the_challenge_is_read_before_anything_is_believed() -> None:
    signed = assertion_cases.KEY.sign(OFFER.challenge, origin="https://elsewhere.example")
    assert passkey.claimed_challenge(signed.client_data) == OFFER.challenge


@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=80), st.binary(max_size=80))
@example(b"", b"{}", b"", b"")
@example(b"", b'{"type":[],"challenge":{}}', b"", b"")
def test_any_bytes_raise_only_our_errors(
    data: bytes, client_data: bytes, signature: bytes, key: bytes
) -> None:
    signed = Signed(authenticator_data=data, client_data=client_data, signature=signature)
    for public in (key, *(each.key for each in KEYS.values())):
        with pytest.raises((MalformedError, PasskeyError)):
            passkey.verify(signed, key=public, rp_id="localhost", challenge=bytes(32))
    for read in (assertion.decode, assertion.read_attestation, passkey.claimed_challenge, passkey.check_key):
        with pytest.raises(HandoverError):
            read(client_data)


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=50) | st.lists(st.none(), max_size=2)


@settings(max_examples=200)
@given(st.data())
def test_any_value_of_any_member_raises_only_our_errors(data: st.DataObject) -> None:
    text = log_vectors.read("assertion", "es256")["input"]["document"]
    found = json.loads(text)
    inside = data.draw(st.sampled_from([found, found["statement"]]))
    inside[data.draw(st.sampled_from(sorted(inside)))] = data.draw(SCALARS)
    compact = data.draw(st.booleans())
    with suppress(HandoverError):
        changed = strict.dumps(found) if compact else json.dumps(found).encode()
        assert assertion.encode(assertion.decode(changed)) == changed


@given(signature=st.binary(max_size=80), name=st.sampled_from(sorted(KEYS)))
@example(signature=bytes(64), name="ed25519")
def test_any_signature_raises_only_our_errors(signature: bytes, name: str) -> None:
    signed = replace(KEYS[name].sign(OFFER.challenge), signature=signature)
    with pytest.raises(PasskeyError):
        verify(signed, KEYS[name])
