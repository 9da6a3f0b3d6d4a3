"""Envelopes: every vector, the whole table of acts and members, and no changed byte that passes."""

from contextlib import suppress
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handover.domain.consent import Purpose
from handover.domain.errors import HandoverError, MalformedError
from handover.domain.handover import Act
from handover.domain.ids import UUID7, Digest, NodeId, PairId, Pseudonym, RoundId
from handover.protocol import act_members, jws, strict
from handover.protocol import envelope as envelopes
from handover.protocol.envelope import By, Envelope, LogHead, Sealed
from protocol import act_vectors, log_vectors
from vectors import apart, later, one_round
from vectors.envelope_cases import claims_of
from vectors.made import OTHER_SIGNER, SIGNER
from vectors.one_round import SIGNERS

TWO = By(prepared=Pseudonym("A" * 22), released=Pseudonym("B" * 21 + "A"), role="liaison", auth="api-key")
MAY = {
    (Act.DEED, "by"),
    (Act.VOID, "by"),
    (Act.QUESTION, "fields"),
    (Act.QUESTION, "consent"),
    (Act.ANSWER, "fields"),
    (Act.ANSWER, "consent"),
    (Act.FOLLOW_UP, "fields"),
    (Act.FOLLOW_UP, "consent"),
    (Act.FOLLOW_UP, "by"),
    (Act.HIT, "by"),
    (Act.END, "payload"),
    (Act.END, "by"),
    (Act.CONSENT_WITHDRAWN, "by"),
    (Act.ERASED, "record"),
    (Act.ERASED, "by"),
    (Act.DECISION, "fields"),
    (Act.DECISION, "consent"),
    (Act.DECISION, "by"),
    (Act.ACCESS_WANTED, "by"),
    (Act.ACCESS_ANSWER, "by"),
    (Act.COMPLAINT, "by"),
    (Act.COMPLAINT_ANSWER, "by"),
}
SAID = one_round.said() | later.said() | apart.said()


def outcome(given_: dict[str, Any]) -> dict[str, Any]:
    """Give what this code makes of a case."""
    match given_:
        case {"context": parts}:
            context = envelopes.context(
                iss=NodeId(parts["iss"]),
                aud=NodeId(parts["aud"]),
                round_=RoundId(parts["round"]),
                jti=UUID7(parts["jti"]),
                kid=parts["kid"],
            )
            return {"context_hex": context.hex()}
        case {"jws": token, "public_hex": public}:
            unverified = envelopes.read(token.encode())
            claims = claims_of(unverified.verify(bytes.fromhex(public)))
            return {"kid": unverified.kid, "digest": unverified.digest, "claims": claims}
    raise AssertionError("a case of no known kind")


@pytest.mark.parametrize("case", log_vectors.cases("envelope"))
def test_the_code_agrees_with_the_vectors(case: dict[str, Any]) -> None:
    act_vectors.check(case, outcome)


def test_the_vectors_are_as_their_script_makes_them() -> None:
    act_vectors.check_kept("envelope")


def test_what_is_signed_again_is_the_same_bytes() -> None:
    for said in SAID.values():
        assert envelopes.sign(said.envelope, signer=SIGNERS[said.envelope.iss]) == said.data
        assert strict.dumps(strict.loads(said.text.encode())).decode() == said.text


def test_each_side_numbers_and_chains_what_it_says() -> None:
    said = one_round.said()
    for side in (
        ("offer", "answer", "deed"),
        ("opened", "question", "acceptance", "take-up-receipt", "arrival"),
    ):
        course = [said[name] for name in side]
        assert [each.envelope.seq for each in course] == list(range(1, len(course) + 1))
        assert [each.envelope.prev for each in course] == [None, *(each.digest for each in course[:-1])]


def spare(act: Act) -> dict[str, Any]:
    """Give a value for every member that an act may lack."""
    return {
        "re": Digest("A" * 43),
        "record": Digest("A" * 43),
        "fields": "AA",
        "consent": Digest("A" * 43),
        "deadline": one_round.T0,
        "payload": Sealed(digest=Digest("A" * 43), commit=Digest("A" * 43)),
        "by": one_round.pair_of_eyes(),
        "reason": min(act_members.REASONS.get(act, {"expired"})),
    }


@pytest.mark.parametrize(("act", "name"), list(product(Act, sorted(act_members.OPTIONAL))))
def test_every_member_is_there_with_its_acts_and_with_no_other(act: Act, name: str) -> None:
    whole = SAID[act.value].envelope
    changes: dict[str, Any] = {name: spare(act)[name]}
    nothing: dict[str, Any] = {name: None}
    if name in act_members.REQUIRED[act] or (act, name) in MAY:
        envelopes.sign(replace(whole, **changes), signer=SIGNER)
    else:
        with pytest.raises(MalformedError):
            envelopes.sign(replace(whole, **changes), signer=SIGNER)
    if name in act_members.REQUIRED[act]:
        with pytest.raises(MalformedError):
            envelopes.sign(replace(whole, **nothing), signer=SIGNER)
    else:
        envelopes.sign(replace(whole, **nothing), signer=SIGNER)


@pytest.mark.parametrize("act", act_members.REASONS)
def test_every_reason_of_the_list_is_taken(act: Act) -> None:
    whole = SAID[act.value].envelope
    for reason in sorted(act_members.REASONS[act]):
        said = envelopes.sign(replace(whole, reason=reason, by=whole.by or TWO), signer=SIGNER)
        assert envelopes.read(said).claimed.reason == reason


def test_a_deed_is_resolved_by_two_officers() -> None:
    whole = replace(SAID["void"].envelope, reason="resolved")
    for by in (None, replace(TWO, released=TWO.prepared)):
        with pytest.raises(MalformedError, match="four eyes"):
            envelopes.sign(replace(whole, by=by), signer=SIGNER)


def test_no_changed_byte_of_an_envelope_passes() -> None:
    said = one_round.said()["take-up-receipt"]
    public = OTHER_SIGNER.public
    assert envelopes.read(said.data).verify(public) == said.envelope
    for changed in act_vectors.changes(said.data):
        with pytest.raises(HandoverError):
            envelopes.read(changed).verify(public)


def test_another_context_for_every_part_of_it() -> None:
    parts: dict[str, Any] = {
        "iss": one_round.NORTH, "aud": one_round.SOUTH, "round_": one_round.ROUND, "jti": one_round.jti(1), "kid": "k",
    }  # fmt: skip
    others: dict[str, Any] = {
        "iss": one_round.SOUTH,
        "aud": one_round.NORTH,
        "round_": RoundId("A" * 22),
        "jti": one_round.jti(2),
        "kid": "l",
    }
    found = {envelopes.context(**parts)} | {
        envelopes.context(**(parts | {name: value})) for name, value in others.items()
    }
    assert len(found) == 1 + len(others)


DIGESTS = st.binary(min_size=32, max_size=32).map(lambda data: Digest(strict.b64(data)))
BITS = st.binary(min_size=16, max_size=16).map(strict.b64)
COUNTS = st.integers(1, envelopes.LARGEST_COUNT)
TIMES = st.integers(0, strict.LATEST)
NODES = st.from_regex(r"(?:[a-z]{2}|int)/[a-z0-9]{1,9}(?:-[a-z0-9]{1,9}){0,3}", fullmatch=True).map(NodeId)
LOGS = st.builds(LogHead, size=TIMES, root=DIGESTS)


@st.composite
def any_envelope(draw: st.DrawFn) -> Envelope:
    """Give an envelope that may be said."""
    act = draw(st.sampled_from(Act))
    reasons = sorted(act_members.REASONS.get(act, {"expired"}))
    values = spare(act) | {"reason": draw(st.sampled_from(reasons))}
    may = {name for each, name in MAY if each is act and draw(st.booleans())}
    there = {name: values[name] for name in act_members.REQUIRED[act] | may}
    seq = draw(COUNTS)
    return Envelope(
        iss=draw(NODES), aud=draw(NODES), jti=one_round.jti(draw(st.integers(0, 2**48 - 1))), iat=draw(TIMES),
        incarnation=draw(COUNTS), act=act, matter=PairId(draw(BITS)), epoch=draw(COUNTS),
        round=RoundId(draw(BITS)), seq=seq, purpose=draw(st.sampled_from(Purpose)), schema="tracing/1",
        prev=None if seq == 1 else draw(DIGESTS), replaces=draw(st.none() | DIGESTS), log=draw(LOGS), **there,
    )  # fmt: skip


@settings(max_examples=60)
@given(any_envelope())
def test_whatever_may_be_said_is_read_as_it_was_signed(envelope: Envelope) -> None:
    unverified = envelopes.read(envelopes.sign(envelope, signer=SIGNER))
    assert unverified.verify(SIGNER.public) == envelope
    assert unverified.kid == SIGNER.kid


ALMOST = st.text(alphabet='{}[]":,01e-.', max_size=60).map(str.encode)


@given(data=st.binary(max_size=200) | ALMOST, signed=st.booleans())
def test_any_bytes_raise_only_our_errors(data: bytes, *, signed: bool) -> None:
    with suppress(HandoverError):
        envelopes.read(jws.sign(data, typ=envelopes.TYPE, signer=SIGNER) if signed else data)


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=50) | st.lists(st.none(), max_size=2)


@settings(max_examples=200)
@given(st.sampled_from(sorted(one_round.said())), st.data())
def test_any_value_of_any_member_raises_only_our_errors(name: str, data: st.DataObject) -> None:
    claims: Any = strict.loads(one_round.said()[name].text.encode())
    claims[data.draw(st.sampled_from(sorted(claims)))] = data.draw(SCALARS)
    with suppress(HandoverError):
        found = envelopes.read(jws.sign(strict.dumps(claims), typ=envelopes.TYPE, signer=SIGNER))
        assert claims_of(found.claimed) == claims


def test_four_eyes_hold_for_what_two_officers_do_alone() -> None:
    same = By(prepared=Pseudonym("A" * 22), released=Pseudonym("A" * 22), role="liaison", auth="api-key")
    for act in Act:
        whole = SAID[act.value].envelope
        if whole.by is None:
            continue
        if act in act_members.FOUR_EYES:
            with pytest.raises(MalformedError):
                envelopes.sign(replace(whole, by=same), signer=SIGNER)
        else:
            envelopes.sign(replace(whole, by=same), signer=SIGNER)
