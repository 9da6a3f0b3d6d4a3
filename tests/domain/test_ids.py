"""One value, one spelling."""

import base64
import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.errors import MalformedError
from handover.domain.ids import (
    UUID7,
    Digest,
    HandoverId,
    MatterId,
    NodeId,
    PairId,
    Pseudonym,
    RoundId,
)

OF_16_BYTES = (RoundId, PairId, Pseudonym)
ALL = (NodeId, UUID7, MatterId, HandoverId, Digest, *OF_16_BYTES)
BASE64URL = string.ascii_letters + string.digits + "-_"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    "name", ["gr/athens", "hn/san-pedro-sula", "int/icrc", "de/hamburg-7", "xk/a", "es/" + "a" * 61]
)
def test_names_of_nodes(name: str) -> None:
    assert NodeId(name) == name


def test_a_nodes_country_is_the_part_before_the_slash() -> None:
    assert NodeId("gr/athens").country == "gr"
    assert NodeId("int/icrc").country == "int"


@pytest.mark.parametrize(
    "name",
    [
        "", "gr", "gr/", "/athens", "GR/athens", "gr/Athens", "gr/athens/", "gr/a--b", "gr/-a", "gr/a-",
        "gr/a_b", "gr//a", "grc/athens", "intl/x", "gr/αθήνα", "gr/athens\n", " gr/athens", "gr/athens ",
        "gr/a.b", "gr/athens\x00", "gr/..", "es/" + "a" * 62, "gr/１",
    ],
)  # fmt: skip
def test_other_spellings_of_a_nodes_name_are_refused(name: str) -> None:
    with pytest.raises(MalformedError):
        NodeId(name)


@given(st.binary(min_size=16, max_size=16))
def test_every_128_bits_have_exactly_one_spelling(data: bytes) -> None:
    text = _b64(data)
    for kind in OF_16_BYTES:
        assert kind(text) == text
        spellings = []
        for last in BASE64URL:
            try:
                spellings.append(kind(text[:-1] + last))
            except MalformedError:
                continue
        assert len({base64.urlsafe_b64decode(s + "==") for s in spellings}) == len(spellings) == 4


@given(st.binary(min_size=32, max_size=32))
def test_every_digest_has_exactly_one_spelling(data: bytes) -> None:
    text = _b64(data)
    assert Digest(text) == text
    allowed = []
    for last in BASE64URL:
        try:
            allowed.append(Digest(text[:-1] + last))
        except MalformedError:
            continue
    assert len({base64.urlsafe_b64decode(s + "=") for s in allowed}) == len(allowed) == 16


@given(st.uuids())
def test_uuids_are_of_version_7_in_lower_case_with_hyphens(value: object) -> None:
    text = str(value)[:14] + "7" + str(value)[15:19] + "8" + str(value)[20:]
    for kind in (UUID7, MatterId, HandoverId):
        assert kind(text) == text
    others = {text.replace("-", ""), "{" + text + "}", "urn:uuid:" + text, text + "\n", text.upper()} - {text}
    for other in (*others, text[:14] + "4" + text[15:], text[:19] + "7" + text[20:]):
        with pytest.raises(MalformedError):
            UUID7(other)


@given(st.text(max_size=80))
def test_any_text_is_an_identifier_or_malformed(text: str) -> None:
    for kind in ALL:
        with suppress(MalformedError):
            assert kind(text) == text


def test_a_refusal_says_what_was_expected_and_never_what_came() -> None:
    with pytest.raises(MalformedError) as caught:
        RoundId("Amina Haddad, 12.3.2011")
    assert "Amina" not in str(caught.value)
    assert caught.value.detail == "not 128 bits in base64url"


@pytest.mark.parametrize("kind", ALL)
def test_padding_and_other_alphabets_are_refused(kind: type[Digest]) -> None:
    for size in (16, 32):
        padded = base64.urlsafe_b64encode(b"\xff" * size).decode()
        standard = base64.b64encode(b"\xff" * size).decode().rstrip("=")
        for text in (padded, standard):
            with pytest.raises(MalformedError):
                kind(text)


def test_identifiers_of_other_kinds_do_not_pass_for_one_another() -> None:
    with pytest.raises(MalformedError):
        Digest(RoundId(_b64(b"a" * 16)))
    with pytest.raises(MalformedError):
        MatterId(NodeId("gr/athens"))
