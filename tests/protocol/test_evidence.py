"""The bundle's format: one file for one value, and every other file refused or named."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.errors import HandoverError, MalformedError
from handover.domain.ids import MatterId, NodeId
from handover.domain.record import MatterKind
from handover.protocol import evidence, evidence_lines, jws, strict
from handover.protocol.evidence import BUNDLE_LIMIT, FIRST_LINE, LINE_LIMIT, LINES_LIMIT, TYPE, Manifest, Word
from handover.protocol.evidence_lines import Consistency, LoggedEntry, StatedReceipt
from handover.protocol.jws import Ed25519Signer

SIGNER: Final = Ed25519Signer(bytes(32))
LINES: Final[dict[Word, list[bytes]]] = {
    **{word: [] for word in Word},
    Word.ROOT: [b"{1}"],
    Word.CHECKPOINT: [b'"a"', '"ä — b"'.encode()],
    Word.ENVELOPE: [b"a.b.c", b"d.e.f"],
    Word.RECEIPT: [b"x"],
}
MANIFEST: Final = Manifest(
    exporter=NodeId("gr/athens"),
    exported=1_790_000_000,
    matter=MatterId("0198c0de-0000-7000-8000-000000000001"),
    kind=MatterKind.GUARDIANSHIP,
    log=strict.digest(LINES[Word.CHECKPOINT][0]),
    parts=evidence.digests(LINES),
)
WRITTEN: Final = evidence.write(MANIFEST, LINES, signer=SIGNER)


def test_what_was_written_is_read_and_written_again_alike() -> None:
    bundle = evidence.read(WRITTEN)
    assert bundle.manifest == MANIFEST
    assert bundle.kid == SIGNER.kid
    assert bundle.faults == ()
    assert evidence.write(bundle.manifest, bundle.lines, signer=SIGNER) == WRITTEN
    bundle.signed.verify(SIGNER.public)


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    bundle = evidence.read(WRITTEN)
    written = WRITTEN.split(b"\n")
    for word in Word:
        for place, text in enumerate(bundle.lines[word]):
            assert written[bundle.line(word, place) - 1] == word.value.encode() + b" " + text


def faults(data: bytes) -> str:
    return " | ".join(f"{fault.line}: {fault.text}" for fault in evidence.read(data).faults)


def test_each_fault_names_its_line() -> None:
    lines = WRITTEN.split(b"\n")
    assert "3: a line of an unknown kind" in faults(WRITTEN.replace(b"\nroot ", b"\nroots "))
    assert "is named and not there" in faults(b"\n".join([*lines[:3], *lines[4:]]))
    assert "is there and not named" in faults(WRITTEN + b"receipt y\n")
    swapped = [*lines[:3], lines[4], lines[3], *lines[5:]]
    assert "stand in another order, or twice" in faults(b"\n".join(swapped))
    assert "stand in another order, or twice" in faults(WRITTEN + b"receipt x\n")
    moved = [*lines[:2], *lines[3:-1], lines[2], b""]
    assert "8: a line of the kind root behind those of a later kind" in faults(b"\n".join(moved))
    assert "9: a part of the kind receipt is empty" in faults(WRITTEN + b"receipt\n")
    assert "9: a part of the kind entry is empty, too long" in faults(
        WRITTEN + b"entry " + b"x" * (LINE_LIMIT[Word.ENTRY] + 1) + b"\n"
    )


def test_a_part_stands_once_though_the_manifest_names_it_twice() -> None:
    lines = {**LINES, Word.ENVELOPE: [b"a.b.c", b"d.e.f", b"a.b.c"]}
    written = evidence.write(replace(MANIFEST, parts=evidence.digests(lines)), lines, signer=SIGNER)
    assert faults(written) == f"0: envelope {strict.digest(b'a.b.c')} stands there more than once"


def test_a_bundle_may_have_as_many_lines_as_the_chapter_says() -> None:
    full = WRITTEN + b"x\n" * (LINES_LIMIT - WRITTEN.count(b"\n"))
    assert full.count(b"\n") == LINES_LIMIT
    assert evidence.read(full).manifest == MANIFEST


@pytest.mark.parametrize(
    "data",
    [
        b"",
        FIRST_LINE,
        FIRST_LINE + b"\n",
        WRITTEN[:-1],
        WRITTEN.replace(b"evidence/1", b"evidence/2", 1),
        WRITTEN.replace(b"manifest ", b"manifest  ", 1),
        WRITTEN.replace(b"manifest", b"Manifest", 1),
        b"\n" + WRITTEN,
        WRITTEN.replace(b"\n", b"\r\n"),
        WRITTEN + b"x\n" * (LINES_LIMIT + 1 - WRITTEN.count(b"\n")),
        b"x" * (BUNDLE_LIMIT + 1),
    ],
    ids=range(11),
)
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        evidence.read(data)


def manifest_with(**changes: strict.Json) -> bytes:
    claims = strict.loads(evidence.read(WRITTEN).signed.payload)
    assert isinstance(claims, dict)
    signed = jws.sign(strict.dumps({**claims, **changes}), typ=TYPE, signer=SIGNER)
    return b"\n".join([FIRST_LINE, b"manifest " + signed, *WRITTEN.split(b"\n")[2:]])


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "Athens"},
        {"iat": "now"},
        {"iat": -1},
        {"matter": "mine"},
        {"kind": "asylum"},
        {"log": "x"},
        {"more": 1},
        {"parts": {}},
        {"parts": {word.value: ["x"] for word in Word}},
        {"parts": {word.value: "x" for word in Word}},
    ],
    ids=str,
)
def test_a_manifest_has_one_shape(changes: dict[str, strict.Json]) -> None:
    with pytest.raises(MalformedError):
        evidence.read(manifest_with(**changes))


def test_kinds_that_came_later_are_named_only_where_there_is_such_a_part() -> None:
    claims = strict.loads(evidence.read(WRITTEN).signed.payload)
    assert isinstance(claims, dict)
    parts = claims["parts"]
    assert isinstance(parts, dict)
    later = (Word.ATTESTATION, Word.ASSERTION)
    assert not {word.value for word in later} & parts.keys()
    for word in later:
        with pytest.raises(MalformedError):
            evidence.read(manifest_with(parts={**parts, word.value: []}))
        lines = {**LINES, word: [b"x"]}
        data = evidence.write(replace(MANIFEST, parts=evidence.digests(lines)), lines, signer=SIGNER)
        found = evidence.read(data)
        assert (found.lines[word], found.faults) == ((b"x",), ())


def test_only_what_can_be_read_is_written() -> None:
    with pytest.raises(MalformedError):
        evidence.write(MANIFEST, {**LINES, Word.ROOT: []}, signer=SIGNER)
    for text in (b"", b"a\nb", b"x" * (LINE_LIMIT[Word.RECEIPT] + 1)):
        lines = {**LINES, Word.RECEIPT: [text]}
        with pytest.raises(MalformedError):
            evidence.write(replace(MANIFEST, parts=evidence.digests(lines)), lines, signer=SIGNER)


def test_a_bundle_is_not_longer_than_can_be_read() -> None:
    lines = {**LINES, Word.PAGE: [bytes([64 + number]) * 4_000_000 for number in range(17)]}
    with pytest.raises(MalformedError):
        evidence.write(replace(MANIFEST, parts=evidence.digests(lines)), lines, signer=SIGNER)


HASHES: Final = st.binary(min_size=32, max_size=32)
DOCUMENTS: Final = st.binary(max_size=40).map(lambda data: b'{"a":"' + data.hex().encode() + b'"}')


@given(index=st.integers(0, 10**15), path=st.lists(HASHES, max_size=5), document=DOCUMENTS)
def test_lines_of_proofs_are_read_as_they_were_written(
    index: int, path: list[bytes], document: bytes
) -> None:
    entry = LoggedEntry(index=index, path=tuple(path), document=document)
    assert evidence_lines.read_entry(evidence_lines.write_entry(entry)) == entry
    receipt = StatedReceipt(checkpoint=strict.digest(b"x"), index=index, path=tuple(path), document=document)
    assert evidence_lines.read_receipt(evidence_lines.write_receipt(receipt)) == receipt
    proof = Consistency(size=index, path=tuple(path))
    assert evidence_lines.read_consistency(evidence_lines.write_consistency(proof)) == proof


@given(
    st.text(max_size=60).filter(lambda text: not any(ord(each) < 32 and each not in "\n\t" for each in text))
)
def test_a_checkpoint_is_read_as_it_was_written(text: str) -> None:
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return
    assert evidence_lines.read_checkpoint(evidence_lines.write_checkpoint(data)) == data


READERS: Final = (
    evidence_lines.read_entry,
    evidence_lines.read_receipt,
    evidence_lines.read_consistency,
    evidence_lines.read_checkpoint,
)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"1",
        b"01 - {}",
        b"1  - {1}",
        b"1 -  {1}",
        b"1 - x",
        b"-1 - {1}",
        b"1 x {1}",
        b"1 " + b"A" * 42 + b" {1}",
        b"1 " + b"A" * 42 + b"B {1}",
        b"1 " + b"A" * 43 + b", {1}",
        b"1 " + b",".join([b"A" * 43] * 129) + b" {1}",
        b"12345678901234567 - {1}",
        b"x - {1}",
        b"1 -\n",
        b'"a" ',
        b'"\\u0041"',
        b"17",
        b"[]",
    ],
)
def test_a_line_of_a_proof_has_one_spelling(text: bytes) -> None:
    for read in READERS:
        if read is evidence_lines.read_consistency and text in (b"1 -",):
            continue
        with pytest.raises(MalformedError):
            read(text)


@given(st.binary(max_size=120))
def test_any_bytes_raise_nothing_but_ours(data: bytes) -> None:
    for read in (*READERS, evidence.read):
        try:
            read(data)
        except HandoverError:
            continue
