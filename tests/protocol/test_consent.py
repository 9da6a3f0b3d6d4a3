"""Consent tokens: every vector, round trips, and no changed byte that passes."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handover.domain.consent import LONGEST_GROUND, LONGEST_VITAL, Basis, GroundError, Onward, Purpose
from handover.domain.errors import HandoverError, MalformedError
from handover.domain.ids import Digest, NodeId, PairId, Pseudonym, RoundId
from handover.domain.record import SCHEMAS, schema
from handover.protocol import consent, jws, strict
from handover.protocol.consent import ConsentToken
from protocol import act_vectors, log_vectors
from vectors import one_round
from vectors.made import SIGNER


def outcome(given_: dict[str, Any]) -> dict[str, Any]:
    """Give what this code makes of a case."""
    match given_:
        case {"salt_hex": salt, "commit_to": text}:
            return {"commitment": consent.commit_statement(bytes.fromhex(salt), text.encode())}
        case {"salt_hex": salt, "round": round_, "statement": statement}:
            salted = consent.salt_for(bytes.fromhex(salt), RoundId(round_))
            return {"commitment": consent.commit_statement(salted, statement.encode())}
        case {"jws": token, "public_hex": public, "disclosure": asked}:
            found = consent.read(token.encode()).verify(bytes.fromhex(public))
            found.ground.require(
                recipient=NodeId(asked["recipient"]),
                purpose=Purpose(asked["purpose"]),
                fields=tuple(asked["fields"]),
                now=asked["now"],
            )
            return {"covered": True}
        case {"jws": token, "public_hex": public}:
            unverified = consent.read(token.encode())
            found = unverified.verify(bytes.fromhex(public))
            fields = list(found.ground.fields)
            digest = strict.digest(token.encode())
            return {"kid": unverified.kid, "digest": digest, "claims": claims_of(found), "fields": fields}
    raise AssertionError("a case of no known kind")


def claims_of(token: ConsentToken) -> dict[str, Any]:
    """Give the claims of a token as JSON has them."""
    ground = token.ground
    return {
        "iss": ground.issuer,
        "to": token.recipient,
        "jti": token.jti,
        "iat": token.iat,
        "matter": token.matter,
        "round": token.round,
        "basis": ground.basis,
        "purpose": ground.purposes[0],
        "schema": ground.schema,
        "fields": strict.b64(schema(ground.schema).bitmap(ground.fields)),
        "onward": ground.onward,
        "from": ground.valid_from,
        "until": ground.valid_until,
        "statement": token.statement,
        "review": ground.review_at,
        "second": ground.second_officer,
    }


@pytest.mark.parametrize("case", log_vectors.cases("consent"))
def test_the_code_agrees_with_the_vectors(case: dict[str, Any]) -> None:
    act_vectors.check(case, outcome)


def test_the_vectors_are_as_their_script_makes_them() -> None:
    act_vectors.check_kept("consent")


def test_no_changed_byte_of_a_token_passes() -> None:
    token = one_round.token()
    consent.read(token).verify(SIGNER.public)
    for changed in act_vectors.changes(token):
        with pytest.raises(HandoverError):
            consent.read(changed).verify(SIGNER.public)


def of(**changes: Any) -> ConsentToken:
    """Give the token of the vectors with another ground."""
    found = consent.read(one_round.token()).claimed
    return replace(found, ground=replace(found.ground, **changes))


def test_a_token_is_for_one_recipient_and_one_purpose() -> None:
    for wrong in (
        of(recipients=(one_round.SOUTH, NodeId("fr/lyon"))),
        of(purposes=(Purpose.CHILD_PROTECTION, Purpose.FAMILY_TRACING)),
    ):
        with pytest.raises(MalformedError):
            consent.sign(wrong, signer=SIGNER)


@pytest.mark.parametrize(
    "changes",
    [
        {"recipients": ()},
        {"purposes": ()},
        {"fields": ()},
        {"valid_until": one_round.T0 - one_round.DAY},
        {"valid_until": one_round.T0 - one_round.DAY + LONGEST_GROUND + 1},
        {"basis": Basis.COURT_ORDER},
    ],
)
def test_an_incomplete_ground_is_not_signed(changes: dict[str, Any]) -> None:
    with pytest.raises(GroundError):
        consent.sign(of(**changes), signer=SIGNER)


def test_two_recipients_cannot_compare_their_commitments() -> None:
    salts = {consent.salt_for(one_round.SALT, RoundId(letter * 21 + "A")) for letter in "ABCD"}
    made = {consent.commit_statement(salt, one_round.STATEMENT) for salt in salts}
    assert len(salts) == len(made) == 4


@pytest.mark.parametrize("size", [0, 15, 17, 32])
def test_a_salt_has_sixteen_bytes(size: int) -> None:
    with pytest.raises(MalformedError):
        consent.commit_statement(bytes(size), b"")


BITS = st.binary(min_size=16, max_size=16).map(strict.b64)
TIMES = st.integers(1, strict.LATEST - LONGEST_GROUND)


@st.composite
def tokens(draw: st.DrawFn) -> ConsentToken:
    """Give a token that may be signed."""
    kind = draw(st.sampled_from(sorted(SCHEMAS)))
    paths = SCHEMAS[kind].all_paths
    chosen = draw(st.sets(st.sampled_from(paths), min_size=1, max_size=8))
    basis, begins = draw(st.sampled_from(Basis)), draw(TIMES)
    other = basis is not Basis.CONSENT or draw(st.booleans())
    ground = one_round.ground(
        basis=basis,
        purposes=(draw(st.sampled_from(Purpose)),),
        schema=kind,
        fields=SCHEMAS[kind].in_order(chosen),
        onward=draw(st.sampled_from(Onward)),
        valid_from=begins,
        valid_until=begins
        + draw(st.integers(1, LONGEST_VITAL if basis is Basis.VITAL_INTERESTS else LONGEST_GROUND)),
        review_at=draw(TIMES) if other else None,
        second_officer=Pseudonym(draw(BITS)) if other else None,
    )
    return ConsentToken(
        jti=one_round.jti(draw(st.integers(0, 2**48 - 1))),
        iat=draw(TIMES),
        matter=PairId(draw(BITS)),
        round=RoundId(draw(BITS)),
        ground=ground,
        statement=Digest(strict.b64(draw(st.binary(min_size=32, max_size=32)))),
    )


@settings(max_examples=60)
@given(tokens())
def test_what_is_signed_is_read_again(token: ConsentToken) -> None:
    unverified = consent.read(consent.sign(token, signer=SIGNER))
    assert unverified.verify(SIGNER.public) == token


ALMOST = st.text(alphabet='{}[]":,01e-.', max_size=60).map(str.encode)


@given(data=st.binary(max_size=200) | ALMOST, signed=st.booleans())
def test_any_bytes_raise_only_our_errors(data: bytes, *, signed: bool) -> None:
    with suppress(HandoverError):
        consent.read(jws.sign(data, typ=consent.TYPE, signer=SIGNER) if signed else data)


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=50) | st.lists(st.none(), max_size=2)


@settings(max_examples=200)
@given(st.data())
def test_any_value_of_any_claim_raises_only_our_errors(data: st.DataObject) -> None:
    claims: Any = claims_of(consent.read(one_round.token()).claimed)
    claims[data.draw(st.sampled_from(sorted(claims)))] = data.draw(SCALARS)
    with suppress(HandoverError):
        found = consent.read(jws.sign(strict.dumps(claims), typ=consent.TYPE, signer=SIGNER))
        assert claims_of(found.claimed) == claims
