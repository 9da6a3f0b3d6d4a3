"""An entry has one encoding, and its leaf shows nothing of it."""

from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.errors import HandoverError, MalformedError
from handover.domain.ids import Digest
from handover.protocol import entry, merkle, strict
from handover.protocol.entry import Entry, EntryKind
from protocol import log_vectors

DIGEST = strict.digest(b"an envelope")
ENTRY = Entry(
    kind=EntryKind.RECEIVED,
    time=1_790_000_000,
    matter="AQIDBAUGBwgJCgsMDQ4PEA",
    n=1,
    prev=None,
    object=DIGEST,
    salt=bytes(range(16)),
)
DOCUMENT = entry.encode(ENTRY)

entries = st.builds(
    lambda kind, time, matter, n, value, salt: Entry(
        kind=kind,
        time=time,
        matter=matter,
        n=n,
        prev=None if n == 1 else Digest(strict.b64(value)),
        object=Digest(strict.b64(value)),
        salt=salt,
    ),
    st.sampled_from(EntryKind),
    st.integers(1, strict.LATEST),
    st.just("")
    | st.binary(min_size=16, max_size=16).map(strict.b64)
    | st.just("0192f0c1-7b1a-7c3e-8a5d-1f2e3d4c5b6a"),
    st.integers(1, 2**53 - 1) | st.just(1),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=16, max_size=16),
)


@pytest.mark.parametrize("case", log_vectors.cases("entry"))
def test_own_vectors(case: dict[str, Any]) -> None:
    document = case["input"]["document"].encode()
    if "error" in case:
        log_vectors.refused(case, lambda: entry.decode(document))
        return
    expected = case["expected"]
    found = entry.decode(document)
    assert found.kind.value == expected["kind"]
    for name in ("time", "matter", "n", "prev", "object"):
        assert getattr(found, name) == expected[name]
    assert strict.b64(found.salt) == expected["salt"]
    assert strict.digest(document) == expected["digest"]
    assert entry.leaf(document).decode() == expected["leaf"]
    assert merkle.leaf_hash(entry.leaf(document)) == b64decode(expected["leaf_hash"])


def test_most_vectors_are_refusals() -> None:
    assert log_vectors.more_refusals_than_successes("entry")


@given(entries)
def test_what_is_encoded_is_decoded(value: Entry) -> None:
    document = entry.encode(value)
    assert entry.decode(document) == value
    assert len(document) <= entry.DOCUMENT_LIMIT


def test_every_flipped_bit_is_refused_or_another_entry() -> None:
    for bad in log_vectors.flips(DOCUMENT):
        try:
            found = entry.decode(bad)
        except MalformedError:
            continue
        assert found != ENTRY
        assert entry.encode(found) == bad
        assert entry.leaf(bad) != entry.leaf(DOCUMENT)


@given(
    st.binary(max_size=300)
    | st.builds(
        lambda at, new: DOCUMENT[:at] + new + DOCUMENT[at + len(new) :],
        st.integers(0, 180),
        st.binary(max_size=3),
    )
)
def test_any_bytes_are_an_entry_of_one_encoding_or_refused(data: bytes) -> None:
    try:
        found = entry.decode(data)
    except HandoverError:
        return
    assert entry.encode(found) == data


@pytest.mark.parametrize(
    "change",
    [
        {"time": 0}, {"time": strict.LATEST + 1}, {"n": 0}, {"n": 2}, {"prev": DIGEST}, {"salt": bytes(15)},
        {"matter": "gr/athens"}, {"matter": "0192f0c1-7b1a-4c3e-8a5d-1f2e3d4c5b6a"},
    ],
)  # fmt: skip
def test_no_entry_is_made_that_could_not_be_read(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        replace(ENTRY, **change)


def test_a_leaf_is_the_header_and_the_digest_and_shows_nothing_else() -> None:
    leaf = entry.leaf(DOCUMENT)
    assert leaf == f"handover-entry/1\n{strict.b64std(strict.unb64(strict.digest(DOCUMENT)))}\n".encode()
    other = entry.encode(replace(ENTRY, salt=bytes(16)))
    assert entry.leaf(other) != leaf
    assert len(entry.leaf(other)) == len(leaf) == 62
