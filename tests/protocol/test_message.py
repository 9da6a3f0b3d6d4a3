"""Payloads: every vector, every body, every limit, and no changed byte that passes."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handover.domain.errors import HandoverError, MalformedError
from handover.domain.handover import Act
from handover.domain.ids import Digest
from handover.protocol import bodies, consent, jwe, message, sdjwt, strict
from handover.protocol import envelope as envelopes
from handover.protocol.bodies import IncompleteMessageError
from handover.protocol.message import (
    EVIDENCE_LIMIT,
    PAYLOAD_LIMIT,
    STEP,
    CommitmentError,
    Message,
)
from handover.protocol.strict import Json
from protocol import act_vectors, log_vectors
from vectors import apart, later, one_round
from vectors.made import SIGNER

BODIES = one_round.BODIES | later.BODIES | apart.BODIES


def outcome(given_: dict[str, Any]) -> dict[str, Any]:
    """Give what this code makes of a case."""
    match given_:
        case {"plaintext": plaintext, "commit": commit, "act": act}:
            found = message.decode(plaintext.encode(), commit=Digest(commit))
            bodies.check_body(Act(act), found.body)
            return shown(found)
        case {"envelope": token, "public_hex": public, "jwe": sealed, "private_hex": private}:
            return opened(token.encode(), bytes.fromhex(public), sealed.encode(), bytes.fromhex(private))
    raise AssertionError("a case of no known kind")


def opened(token: bytes, public: bytes, sealed: bytes, private: bytes) -> dict[str, Any]:
    """Give what an offer discloses, each step checked on the way."""
    unverified = envelopes.read(token)
    offer = unverified.verify(public)
    assert offer.payload is not None
    assert strict.digest(sealed) == offer.payload.digest
    context = envelopes.context(
        iss=offer.iss, aud=offer.aud, round_=offer.round, jti=offer.jti, kid=unverified.kid
    )
    plaintext = jwe.open_sealed(sealed, opener=jwe.SealingKey(private), context=context)
    found = message.decode(plaintext, commit=offer.payload.commit)
    assert found.record is not None
    assert found.consent is not None
    record = sdjwt.read(found.record).verify(public)
    assert (record.issuer, record.matter, record.digest) == (offer.iss, offer.matter, offer.record)
    assert strict.b64(record.schema.bitmap(record.fields)) == offer.fields
    token_ = consent.read(found.consent).verify(public)
    assert strict.digest(found.consent) == offer.consent
    token_.ground.require(recipient=offer.aud, purpose=offer.purpose, fields=record.fields, now=one_round.T0)
    return shown(found)


def shown(found: Message) -> dict[str, Any]:
    return {
        "record": found.record and found.record.decode(),
        "consent": found.consent and found.consent.decode(),
        "evidence": [part.decode() for part in found.evidence],
        "nonce_hex": found.nonce.hex(),
        "body": found.body,
    }


@pytest.mark.parametrize("case", log_vectors.cases("payload"))
def test_the_code_agrees_with_the_vectors(case: dict[str, Any]) -> None:
    act_vectors.check(case, outcome)


def test_the_vectors_are_as_their_script_makes_them() -> None:
    act_vectors.check_kept("payload")


def plain(**parts: Any) -> Message:
    """Give a small message."""
    return Message(**({"nonce": bytes(32), "body": {"text": "x"}} | parts))


def test_no_changed_byte_of_a_payload_passes() -> None:
    plaintext = message.encode(plain())
    commit = strict.digest(plaintext)
    assert message.decode(plaintext, commit=commit) == plain()
    for changed in act_vectors.changes(plaintext):
        with pytest.raises(CommitmentError):
            message.decode(changed, commit=commit)


@pytest.mark.parametrize("size", [1, 870, 871, 872, 873, 874, 875, 1898, 1899, 1900])
def test_every_length_is_padded_to_whole_kibibytes(size: int) -> None:
    plaintext = message.encode(plain(body={"text": "x" * size}))
    text = plaintext.rstrip(b" ")
    assert len(plaintext) % STEP == 0
    assert 0 <= len(plaintext) - len(text) < STEP
    assert message.decode_kept(plaintext).body == {"text": "x" * size}


def test_what_is_too_long_is_neither_written_nor_read() -> None:
    parts = tuple(b"a" * strict.PART_LIMIT for _ in range(3))
    with pytest.raises(MalformedError, match="192 KiB"):
        message.encode(plain(evidence=parts))
    with pytest.raises(MalformedError):
        message.encode(plain(evidence=(b"a",) * (EVIDENCE_LIMIT + 1)))
    most = plain(evidence=(b"a",) * EVIDENCE_LIMIT)
    assert message.decode_kept(message.encode(most)) == most
    with pytest.raises(MalformedError):
        message.decode_kept(b"{" + b" " * PAYLOAD_LIMIT)


def test_what_is_padded_within_the_limit_is_read_to_the_last_byte() -> None:
    text = message.encode(plain()).rstrip(b" ")
    assert message.decode_kept(text.ljust(PAYLOAD_LIMIT)) == plain()


@pytest.mark.parametrize("act", Act)
def test_each_act_takes_its_own_body_and_no_other(act: Act) -> None:
    for other, body in BODIES.items():
        alike = act in BODIES and BODIES[act].keys() == body.keys()
        if alike:
            bodies.check_body(act, body)
        else:
            with pytest.raises(IncompleteMessageError):
                bodies.check_body(act, body)
        if other is act:
            assert alike


@pytest.mark.parametrize("act", BODIES)
def test_no_member_of_a_body_can_be_left_out_or_added(act: Act) -> None:
    body = BODIES[act]
    for name in body:
        with pytest.raises(IncompleteMessageError):
            bodies.check_body(act, {other: value for other, value in body.items() if other != name})
    with pytest.raises(IncompleteMessageError):
        bodies.check_body(act, body | {"more": None})


def test_the_officer_of_a_tracing_request_is_named_as_such() -> None:
    who: dict[str, Json] = {"as": "officer", "name": "A", "organisation": "B", "contact": ""}
    bodies.check_body(Act.ACCEPTANCE, {"responsible": who, "plan": "C", "follow_ups": []})


ASCII = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=80).map(str.encode)
TEXT = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=30)
BODY = st.dictionaries(
    TEXT, TEXT | st.integers(-strict.LARGEST, strict.LARGEST) | st.booleans() | st.none(), max_size=4
)


@given(
    record=st.none() | ASCII,
    token=st.none() | ASCII,
    evidence=st.lists(ASCII, max_size=4),
    nonce=st.binary(min_size=32, max_size=32),
    body=BODY,
)
def test_what_is_written_is_read_again(
    record: bytes | None, token: bytes | None, evidence: list[bytes], nonce: bytes, body: dict[str, Json]
) -> None:
    sent = Message(record=record, consent=token, evidence=tuple(evidence), nonce=nonce, body=body)
    plaintext = message.encode(sent)
    assert message.decode(plaintext, commit=strict.digest(plaintext)) == sent


ALMOST = st.text(alphabet='{}[]":,01e- ', max_size=60).map(str.encode)


@given(data=st.binary(max_size=200) | ALMOST, padded=st.booleans())
def test_any_bytes_raise_only_our_errors(data: bytes, *, padded: bool) -> None:
    with suppress(HandoverError):
        message.decode_kept(data + b" " * (-len(data) % STEP) if padded else data)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200)
@given(st.sampled_from(sorted(BODIES)), st.data())
def test_any_body_raises_only_our_errors(act: Act, data: st.DataObject) -> None:
    body: dict[str, Json] = dict(BODIES[act])
    name = data.draw(st.sampled_from([*body, "more"]))
    body[name] = data.draw(JSON)
    with suppress(IncompleteMessageError):
        bodies.check_body(act, body)


def test_the_sealed_offer_of_the_vectors_is_one_of_this_round() -> None:
    offer = one_round.said()["offer"].envelope
    assert offer.payload is not None
    assert offer.payload.digest == strict.digest(one_round.sealed_offer())
    assert one_round.SIGNERS[one_round.NORTH].kid == SIGNER.kid
