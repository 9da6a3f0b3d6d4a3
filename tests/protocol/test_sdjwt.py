"""Records: of one shape whatever is in them, opened as far as disclosed, and verifiable without any value."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws as joserfc_jws
from joserfc.jwk import OKPKey

from handover.domain.errors import HandoverError, MalformedError, UntrustedError
from handover.domain.ids import NodeId
from handover.domain.record import Absent, Record, Schema, Value, from_wire, record, schema
from handover.domain.schema import Category, Field, MatterKind, Section
from handover.domain.shapes import Group, Member, Text
from handover.protocol import jws, sdjwt, strict
from handover.protocol.jws import SignatureError
from handover.protocol.sdjwt import DisclosureError, RecordTooLongError
from protocol import log_vectors
from vectors import record_cases
from vectors.made import OTHER_SIGNER, SIGNER

NOTE = Text(longest=60_000, paragraphs=True)
SMALL = Schema(
    name="small/1",
    kind=MatterKind.TRACING,
    sections=(
        Section(
            name="first",
            label="First",
            fields=(
                Field(path="first.note", label="Note", category=Category.IDENTITY, shape=NOTE),
                Field(
                    path="first.group",
                    label="Group",
                    category=Category.IDENTITY,
                    shape=Group(name="group", members=(Member(name="part", shape=NOTE, label="Part"),)),
                ),
            ),
        ),
        Section(
            name="second",
            label="Second",
            fields=(Field(path="second.note", label="Note", category=Category.HEALTH, shape=NOTE),),
        ),
    ),
)
VALUES: dict[str, Value] = {"first.note": "Αθήνα", "first.group": {"part": "two"}}
PATHS = tuple(field.path for field in SMALL.fields)


def of_small(_: str) -> Schema:
    return SMALL


def issue(values: Mapping[str, Value] | Record, of: Schema = SMALL, **changes: Any) -> sdjwt.Issued:
    whole = values if isinstance(values, Record) else record(of, values)
    given: dict[str, Any] = {
        "issuer": record_cases.ISSUER,
        "jti": record_cases.JTI,
        "iat": record_cases.IAT,
        "matter": record_cases.MATTER,
        "signer": SIGNER,
    }
    return sdjwt.issue(whole, **(given | changes))


def verify(presentation: bytes) -> sdjwt.VerifiedRecord:
    return sdjwt.read(presentation).verify(SIGNER.public, of_small)


ISSUED = issue(VALUES)
WHOLE = sdjwt.present(ISSUED, PATHS)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30)


@given(st.dictionaries(st.sampled_from(["first.note", "second.note"]), TEXT), st.sets(st.sampled_from(PATHS)))
def test_what_is_disclosed_is_what_is_read_and_no_more(values: dict[str, Value], shown: set[str]) -> None:
    try:
        whole: Record = record(SMALL, values)
    except MalformedError:  # text that is not in NFC
        return
    issued = issue(values)
    verified = verify(sdjwt.present(issued, shown))
    assert verified.fields == tuple(path for path in PATHS if path in shown)
    assert dict(verified.values) == {path: whole.values[path] for path in verified.fields}
    assert sdjwt.disclosed(sdjwt.present(issued, shown), of_small) == dict(verified.values)


@pytest.mark.parametrize("kind", ["guardianship/1", "tracing/1"])
def test_records_of_one_schema_have_one_shape(kind: str) -> None:
    of = schema(kind)
    values = record_cases.CHILD if kind == "guardianship/1" else record_cases.SOUGHT
    empty, filled = issue({}, of), issue(values, of)
    assert len(empty.jwt) == len(filled.jwt)
    assert _names(empty.jwt) == _names(filled.jwt)
    assert tuple(empty.disclosures) == tuple(field.path for field in of.fields)


def _names(jwt: bytes) -> list[tuple[str, list[str]]]:
    sections = json.loads(strict.unb64(jwt.split(b".")[1]))["sections"]
    return [(name, list(fields)) for name, fields in sections.items()]


def test_the_claims_are_those_that_were_given() -> None:
    unverified = sdjwt.read(WHOLE)
    verified = unverified.verify(SIGNER.public, of_small)
    assert unverified.kid == SIGNER.kid
    assert unverified.claimed.vct == verified.schema.name == "small/1"
    assert unverified.claimed.issuer == verified.issuer == record_cases.ISSUER
    assert unverified.claimed.jti == verified.jti == record_cases.JTI
    assert unverified.claimed.iat == verified.iat == record_cases.IAT
    assert unverified.claimed.matter == verified.matter == record_cases.MATTER
    assert unverified.skeleton == verified.skeleton == ISSUED.jwt
    assert verified.digest == strict.digest(ISSUED.jwt)


def test_an_absent_value_is_told_from_a_withheld_one() -> None:
    verified = verify(sdjwt.present(ISSUED, ["second.note"]))
    assert dict(verified.values) == {"second.note": Absent.UNKNOWN}


def test_the_skeleton_verifies_when_all_values_are_gone() -> None:
    verified = sdjwt.verify_skeleton(ISSUED.jwt, SIGNER.public, of_small)
    assert dict(verified.values) == {}
    assert replace(verify(WHOLE), values={}) == replace(verified, values={})


def test_a_skeleton_with_disclosures_is_no_skeleton() -> None:
    with pytest.raises(UntrustedError):
        sdjwt.verify_skeleton(WHOLE, SIGNER.public, of_small)


def test_neither_skeleton_nor_error_nor_name_shows_a_value() -> None:
    assert b"two" not in strict.unb64(ISSUED.jwt.split(b".")[1])
    assert "two" not in repr(sdjwt.read(WHOLE))
    assert strict.b64(b"two") not in repr(sdjwt.read(WHOLE))


def test_two_records_of_the_same_values_have_nothing_in_common_but_their_names() -> None:
    again = issue(VALUES)
    assert not set(ISSUED.disclosures.values()) & set(again.disclosures.values())
    assert not set(_digests(ISSUED.jwt)) & set(_digests(again.jwt))


def _digests(jwt: bytes) -> list[str]:
    sections = json.loads(strict.unb64(jwt.split(b".")[1]))["sections"]
    return [field[0]["..."] for fields in sections.values() for field in fields.values()]


def test_salts_have_128_bits_each() -> None:
    asked = []

    def random(size: int) -> bytes:
        asked.append(size)
        return bytes(range(size))

    issued = issue(VALUES, random=random)
    assert asked == [16 * len(PATHS)]
    salts = [json.loads(strict.unb64(part))[0] for part in issued.disclosures.values()]
    assert [strict.unb64(salt) for salt in salts] == [bytes(range(16 * n, 16 * n + 16)) for n in range(3)]


def test_every_changed_byte_is_refused() -> None:
    for changed in log_vectors.flips(WHOLE):
        with pytest.raises(UntrustedError):
            verify(changed)


def test_every_cut_and_every_repetition_of_a_part_is_refused() -> None:
    for place in range(len(WHOLE)):
        if WHOLE[:place].count(b"~") and WHOLE[place - 1 : place] == b"~":
            continue  # cut just behind a tilde: fewer disclosures, which is withholding
        with pytest.raises(UntrustedError):
            verify(WHOLE[:place])
    jwt, *parts, _ = WHOLE.split(b"~")
    for first in parts:
        for second in parts:
            if parts.index(first) >= parts.index(second):
                with pytest.raises(DisclosureError):
                    verify(b"~".join([jwt, first, second, b""]))


@given(st.binary() | st.text(alphabet="eyJ.~-_A=", max_size=60).map(str.encode))
def test_any_bytes_raise_only_errors_of_ours(data: bytes) -> None:
    with pytest.raises(HandoverError):
        verify(data)
    with pytest.raises(HandoverError):
        sdjwt.disclosed(data, of_small)


@settings(max_examples=50)
@given(st.binary(max_size=80) | st.text(alphabet='[]{}":,0a\\', max_size=40).map(str.encode))
def test_any_disclosure_that_was_signed_raises_only_errors_of_ours(document: bytes) -> None:
    disclosure = strict.b64_ascii(document)
    old = _digests(ISSUED.jwt)[0]
    jwt = record_cases._signed(ISSUED, record_cases._replacing(old, strict.digest(disclosure)))
    with pytest.raises(HandoverError):
        verify(b"~".join([jwt, disclosure, b""]))


@settings(max_examples=50)
@given(st.binary(max_size=200))
def test_any_payload_that_was_signed_raises_only_errors_of_ours(payload: bytes) -> None:
    jwt = jws.sign(payload, typ=sdjwt.TYPE, signer=SIGNER)
    with pytest.raises(HandoverError):
        verify(jwt + b"~")


def test_the_signature_comes_before_schema_and_values() -> None:
    with pytest.raises(SignatureError):
        sdjwt.read(WHOLE).verify(OTHER_SIGNER.public)
    with pytest.raises(MalformedError):
        sdjwt.read(WHOLE).verify(SIGNER.public)  # small/1 is no schema of the federation


def test_a_schema_that_gives_another_shape_is_refused() -> None:
    with pytest.raises(MalformedError):
        sdjwt.read(WHOLE).verify(SIGNER.public, lambda _: schema("tracing/1"))
    assert verify(WHOLE).fields == PATHS


def test_unknown_fields_cannot_be_presented() -> None:
    with pytest.raises(MalformedError):
        sdjwt.present(ISSUED, ["first.note", "first.religion"])


def test_fields_are_presented_in_the_order_of_the_schema() -> None:
    assert sdjwt.present(ISSUED, reversed(PATHS)) == WHOLE == sdjwt.present(ISSUED, PATHS + PATHS)


def test_a_record_over_64_kib_is_neither_presented_nor_read() -> None:
    long = "a" * 50_000
    values: dict[str, Value] = {"first.note": long, "first.group": Absent.UNKNOWN, "second.note": long}
    issued = issue(Record(schema=SMALL, values=values))
    with pytest.raises(RecordTooLongError):
        sdjwt.present(issued, PATHS)
    too_long = b"~".join([issued.jwt, *issued.disclosures.values(), b""])
    with pytest.raises(MalformedError, match="longer"):
        sdjwt.read(too_long)


@pytest.mark.parametrize(
    "changes",
    [{"jti": "no-uuid"}, {"jti": record_cases.JTI.upper()}, {"iat": -1}, {"iat": 2**53}, {"iat": 1.5}],
    ids=repr,
)
def test_nothing_is_signed_that_could_not_be_read(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        issue(VALUES, **changes)


def test_a_verifier_of_rfc_9901_alone_finds_the_same_values() -> None:
    jwt, *disclosures, _ = WHOLE.split(b"~")
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": strict.b64(SIGNER.public)})
    claims = json.loads(joserfc_jws.deserialize_compact(jwt.decode(), key, algorithms=["Ed25519"]).payload)
    known = {_sha256(part): json.loads(urlsafe_b64decode(part + b"==")) for part in disclosures}
    found = _disclosed(claims, known)
    assert found["sections"] == {
        "first": {"note": ["Αθήνα"], "group": [{"part": "two"}]},
        "second": {"note": [{"absent": "unknown"}]},
    }
    assert {path: from_wire(value) for path, value in _paths(found["sections"]).items()} == dict(
        verify(WHOLE).values
    )


def _sha256(part: bytes) -> str:
    return strict.b64(sha256(part).digest())


def _disclosed(value: Any, known: dict[str, Any]) -> Any:
    """Give the processed payload, after RFC 9901, section 7.1."""
    if isinstance(value, dict):
        return {name: _disclosed(each, known) for name, each in value.items()}
    if isinstance(value, list):
        digests = [each["..."] if isinstance(each, dict) and "..." in each else None for each in value]
        return [
            _disclosed(known[digest][1] if digest else each, known)
            for each, digest in zip(value, digests, strict=True)
            if digest is None or digest in known
        ]
    return value


def _paths(sections: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{name}.{field}": value[0] for name, fields in sections.items() for field, value in fields.items()
    }


@pytest.mark.parametrize("file", ["rfc9901-examples-generated", "reference-testcases-generated"])
def test_published_disclosures_have_the_published_digests(file: str) -> None:
    published = log_vectors.published(f"sd-jwt/{file}.json")
    for name, case in published.items():
        if not isinstance(case, dict):
            continue
        for disclosure in case.get("disclosures", []):
            assert strict.digest(disclosure["b64"].encode()) == disclosure["digest"], name


@pytest.mark.parametrize("file", ["rfc9901-examples-generated", "reference-testcases-generated"])
def test_no_published_record_passes_for_one_of_ours(file: str) -> None:
    tokens = [
        case[form]
        for case in log_vectors.published(f"sd-jwt/{file}.json").values()
        for form in ("issuance", "presentation")
        if isinstance(case, dict) and form in case
    ]
    assert tokens
    for token in tokens:
        data = token.encode() if isinstance(token, str) else json.dumps(token).encode()
        with pytest.raises(MalformedError):
            sdjwt.read(data)


def test_another_issuer_is_another_claim() -> None:
    issued = issue(VALUES, issuer=NodeId("int/tracing-agency"))
    assert sdjwt.read(issued.jwt + b"~").claimed.issuer == "int/tracing-agency"
