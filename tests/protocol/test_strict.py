"""Strict parsing: one spelling for each value, and every other refused without repeating it."""

import base64
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.errors import MalformedError
from handover.domain.ids import Digest, NodeId
from handover.protocol import strict
from handover.protocol.strict import Json

CONTROLS = "".join(map(chr, range(32))).replace("\n", "").replace("\t", "")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=CONTROLS), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-strict.LARGEST, strict.LARGEST) | TEXT
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def nested(depth: int) -> Json:
    value: Json = []
    for _ in range(depth - 1):
        value = [value]
    return value


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    document = strict.dumps(value)
    assert strict.loads(document) == value
    assert strict.loads_compact(document) == value
    assert strict.loads_each([document, document]) == [value, value]


@given(VALUES)
def test_any_json_library_reads_what_is_written(value: Any) -> None:
    assert json.loads(strict.dumps(value)) == value


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_other_spellings_are_read_but_not_taken_for_the_compact_one(
    value: Any, indent: int | None, ascii_only: bool
) -> None:
    document = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    assert strict.loads(document) == value
    if document == strict.dumps(value):
        assert strict.loads_compact(document) == value
    else:
        with pytest.raises(MalformedError):
            strict.loads_compact(document)


@given(st.binary() | st.text(alphabet='[]{}",:0123456789.eE+-\\u tfn\n').map(str.encode))
def test_any_bytes_are_a_document_or_malformed(data: bytes) -> None:
    try:
        value = strict.loads(data)
    except MalformedError:
        with pytest.raises(MalformedError):
            strict.loads_compact(data)
        with pytest.raises(MalformedError):
            strict.loads_each([data])
    else:
        assert strict.loads(strict.dumps(value)) == value


@given(st.binary(max_size=12) | st.text(max_size=12))
def test_any_bytes_are_base64_in_one_spelling_or_malformed(text: bytes | str) -> None:
    for decode, encode in ((strict.unb64, strict.b64), (strict.unb64std, strict.b64std)):
        try:
            data = decode(text)
        except MalformedError:
            continue
        assert encode(data) == (text if isinstance(text, str) else text.decode("ascii"))


@given(st.binary())
def test_base64_agrees_with_the_standard_library(data: bytes) -> None:
    assert strict.b64(data).encode() == strict.b64_ascii(data)
    assert strict.b64_ascii(data) == base64.urlsafe_b64encode(data).rstrip(b"=")
    assert strict.b64std(data).encode() == base64.b64encode(data)
    assert strict.unb64(strict.b64(data)) == strict.unb64std(strict.b64std(data)) == data


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_many_texts_are_decoded_as_each_of_them_is(parts: list[bytes]) -> None:
    assert strict.unb64_each([strict.b64_ascii(part) for part in parts]) == parts


@given(st.binary(max_size=100), st.integers(1, 40))
def test_rows_are_base64_as_each_of_them_is(data: bytes, size: int) -> None:
    data = data[: len(data) // size * size]
    rows = [data[start : start + size] for start in range(0, len(data), size)]
    assert strict.b64_rows(data, size) == [strict.b64_ascii(row) for row in rows]


def test_among_many_each_short_text_is_accepted_or_refused_as_alone() -> None:
    for size in range(5):
        for letters in itertools.product(b"AQgw9-_+/=\n", repeat=size):
            text = bytes(letters)
            for texts in ([text], [b"AA", text, b"AAA"]):
                try:
                    found = strict.unb64_each(texts)
                except MalformedError:
                    assert not _canonical(text, standard=False)
                else:
                    assert found == [strict.unb64(each) for each in texts]


def test_every_short_text_that_is_base64_encodes_to_itself() -> None:
    for size in range(5):
        for letters in itertools.product(b"AQgw9-_+/=\n", repeat=size):
            text = bytes(letters)
            for decode, encode in ((strict.unb64, strict.b64), (strict.unb64std, strict.b64std)):
                try:
                    assert encode(decode(text)).encode() == text
                except MalformedError:
                    assert not _canonical(text, standard=decode is strict.unb64std)


def _canonical(text: bytes, *, standard: bool) -> bool:
    try:
        if standard:
            return base64.b64encode(base64.b64decode(text, validate=True)) == text
        padded = text + b"=" * (-len(text) % 4)
        decoded = base64.b64decode(padded, altchars=b"-_", validate=True)
    except ValueError:
        return False
    return base64.urlsafe_b64encode(decoded).rstrip(b"=") == text


def test_the_limit_counts_bytes() -> None:
    document = b'"' + b"a" * (strict.PART_LIMIT - 2) + b'"'
    assert strict.loads(document)
    with pytest.raises(MalformedError):
        strict.loads(document + b" ")
    with pytest.raises(MalformedError):
        strict.loads('"éé"'.encode(), limit=5)
    with pytest.raises(MalformedError):
        strict.loads_compact(document, limit=100)


@pytest.mark.parametrize("size", [10_000, 60_000])
def test_deep_nesting_is_refused_and_not_a_crash(size: int) -> None:
    for document in (b"[" * size, b"[" * (size // 2) + b"]" * (size // 2), b'{"a":' * (size // 6)):
        with pytest.raises(MalformedError):
            strict.loads(document)


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        2**53,
        -(2**53),
        2**64,
        "\ud800",
        "\x00",
        "\r",
        "\x1b",
        {"a\x07": 1},
        {1: 2},
        {NodeId("gr/athens"): 1},
        (1, 2),
        b"bytes",
        {1, 2},
        object(),
        [{"a": [None, 0.5]}],
        nested(13),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_could_not_be_read_is_not_written(value: Any) -> None:
    with pytest.raises(MalformedError):
        strict.dumps(value)


def test_identifiers_are_written_as_text() -> None:
    assert strict.dumps({"iss": NodeId("gr/athens")}) == b'{"iss":"gr/athens"}'


def test_twelve_levels_are_written() -> None:
    assert strict.loads(strict.dumps(nested(12))) == nested(12)


def test_documents_that_only_together_are_json_are_refused() -> None:
    halves = [b'["a",[[0]', b'["b",2]]],["c",3]']
    assert json.loads(b"[" + b",".join(halves) + b"]")
    with pytest.raises(MalformedError):
        strict.loads_each(halves)
    with pytest.raises(MalformedError):
        strict.loads_each([b"1,2"])
    assert strict.loads_each([]) == []


@pytest.mark.parametrize(
    "document",
    [b'{"secret-value":}', b'["secret-value",1.5]', b'"secret-value', b'{"secret-value":1,"secret-value":2}'],
)
def test_no_error_repeats_the_input(document: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        strict.loads(document)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_error_of_grammar_tells_the_place() -> None:
    with pytest.raises(MalformedError, match="line 2, column 5"):
        strict.loads(b'{\n"a":}')


def test_digest_is_sha_256_in_base64url() -> None:
    assert strict.digest(b"abc") == Digest("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0")


@pytest.mark.parametrize("decode", [strict.unb64, strict.unb64std])
def test_a_length_that_is_asked_for_is_the_length(decode: Any) -> None:
    assert decode("AAAA", length=3) == bytes(3)
    for wrong in (0, 2, 4):
        with pytest.raises(MalformedError):
            decode("AAAA", length=wrong)


def test_members_are_exactly_those_named_in_the_order_asked_for() -> None:
    assert strict.members({"a": 1, "b": 2}, "b", "a") == (2, 1)
    assert strict.members({}) == ()
    values: list[Json] = [{"a": 1}, {"a": 1, "c": 2}, {"a": 1, "b": 2, "c": 3}, ["a", "b"], "ab", None]
    for value in values:
        with pytest.raises(MalformedError):
            strict.members(value, "a", "b")


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (lambda value: strict.text(value, 3), ["", "abc", "éàü"], ["abcd", 1, None, True, ["a"], {}]),
        (lambda value: strict.integer(value, 1, 9), [1, 9], [0, 10, -1, True, "1", None, [1]]),
        (lambda value: strict.boolean(value), [True, False], [0, 1, "true", None]),
        (lambda value: strict.array(value, 2), [[], [1, 2]], [[1, 2, 3], "ab", {}, None]),
    ],
    ids=["text", "integer", "boolean", "array"],
)
def test_each_kind_takes_its_own_values_alone(check: Any, right: list[Json], wrong: list[Json]) -> None:
    for value in right:
        assert check(value) == value
    for value in wrong:
        with pytest.raises(MalformedError):
            check(value)
