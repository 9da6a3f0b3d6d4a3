"""A checkpoint counts only under both signatures of its log, in the one accepted shape."""

from dataclasses import replace
from typing import Any

import pytest
from dilithium_py.ml_dsa import ML_DSA_44  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from handover.domain.errors import HandoverError, MalformedError
from handover.protocol import checkpoint, note
from handover.protocol.checkpoint import (
    Checkpoint,
    CheckpointOriginError,
    CheckpointSignatureError,
    CheckpointUnsignedError,
    ForeignLogError,
    LogKey,
)
from handover.protocol.merkle import EMPTY_ROOT
from handover.protocol.note import SignatureLine, SignatureType
from protocol import log_vectors

NOW = 1_790_000_000
SIGNER = log_vectors.log_signer("athens")
KEY = SIGNER.key
CHECKPOINT = Checkpoint(origin=KEY.origin, size=64, root=b"\x07" * 32)
NOTE = checkpoint.sign(CHECKPOINT, SIGNER, NOW)
WITNESS = SignatureLine(name="int/tribunal/witness", key_id=b"wit1", signature=b"\x01" * 72)


@pytest.mark.parametrize("case", log_vectors.cases("checkpoint"))
def test_own_vectors(case: dict[str, Any]) -> None:
    data, key = case["input"]["note"].encode(), log_vectors.log_key(case["input"]["key"])
    if "error" in case:
        log_vectors.refused(case, lambda: checkpoint.verify(data, key))
        return
    expected = case["expected"]
    found = checkpoint.verify_signed(data, key)
    head = found.checkpoint
    assert (head.origin, head.size, found.time) == (expected["origin"], expected["size"], expected["time"])
    assert head.root == log_vectors.hashes([expected["root"]])[0]
    assert head.cosigned(key.origin, found.time).hex() == expected["cosigned_message"]
    assert checkpoint.verify(data, key) == head


def test_most_vectors_are_refusals() -> None:
    assert log_vectors.more_refusals_than_successes("checkpoint")


def test_the_vectors_are_signed_with_the_published_seeds() -> None:
    for name in ("athens", "athens-former", "hamburg"):
        assert log_vectors.log_signer(name).key == log_vectors.log_key(name)
    case = log_vectors.read("checkpoint", "two-lines")
    published = note.read(case["input"]["note"].encode())
    head = Checkpoint.parse(published.text)
    assert SIGNER.sign(head, NOW)[0] == published.lines[0], "Ed25519 is deterministic"


def test_what_is_signed_is_verified() -> None:
    assert checkpoint.verify(NOTE, KEY) == CHECKPOINT
    assert checkpoint.verify_signed(NOTE, KEY).time == NOW


def test_a_note_has_the_text_and_two_lines_and_nothing_more() -> None:
    found = note.read(NOTE)
    assert found.text == CHECKPOINT.text
    assert [line.name for line in found.lines] == [KEY.origin, KEY.origin]
    assert tuple(line.key_id for line in found.lines) == KEY.ids
    assert [len(line.signature) for line in found.lines] == [64, 8 + 2420]
    assert note.write(found.text, found.lines) == NOTE


def test_what_the_second_line_signs_is_laid_out_as_specified() -> None:
    """C2SP tlog-cosignature, cosigned_message: label, name, time, origin, start, end, hash."""
    expected = (
        b"subtree/v1\n\x00"
        b"\x0dgr/athens/log"
        b"\x00\x00\x00\x01\x02\x03\x04\x05"
        b"\x0dgr/athens/log"
        b"\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x40"
    )
    assert CHECKPOINT.cosigned("gr/athens/log", 0x0102030405) == expected + b"\x07" * 32


def test_the_second_line_verifies_with_an_independent_implementation() -> None:
    line = note.read(NOTE).lines[1]
    message = CHECKPOINT.cosigned(KEY.origin, NOW)
    assert line.signature[:8] == NOW.to_bytes(8, "big")
    assert ML_DSA_44.verify(KEY.mldsa44, message, line.signature[8:])
    assert not ML_DSA_44.verify(KEY.mldsa44, message + b"\x00", line.signature[8:])


def test_a_signature_of_an_independent_implementation_is_accepted() -> None:
    public, secret = ML_DSA_44.key_derive(b"\x02" * 32)
    assert public == KEY.mldsa44
    signature = ML_DSA_44.sign(secret, CHECKPOINT.cosigned(KEY.origin, NOW))
    first, second = SIGNER.sign(CHECKPOINT, NOW)
    second = replace(second, signature=NOW.to_bytes(8, "big") + signature)
    assert checkpoint.verify(note.write(CHECKPOINT.text, (first, second)), KEY) == CHECKPOINT


def test_every_flipped_bit_of_the_text_and_the_first_line_is_refused() -> None:
    end = NOTE.index("\n\u2014".encode(), NOTE.index("\u2014".encode())) + 40
    for bad in log_vectors.flips(NOTE[:end]):
        with pytest.raises(HandoverError):
            checkpoint.verify(bad + NOTE[end:], KEY)


def test_every_flipped_byte_of_the_second_line_is_refused() -> None:
    for at in range(NOTE.rindex("\u2014".encode()), len(NOTE)):
        for flip in (0x01, 0x80):
            with pytest.raises(HandoverError):
                checkpoint.verify(NOTE[:at] + bytes([NOTE[at] ^ flip]) + NOTE[at + 1 :], KEY)


def test_every_cut_is_refused() -> None:
    for end in [*range(200), *range(len(NOTE) - 8, len(NOTE))]:
        with pytest.raises(HandoverError):
            checkpoint.verify(NOTE[:end], KEY)


@pytest.mark.parametrize("lines", [0, 1, 16])
def test_up_to_sixteen_cosignatures_are_allowed(lines: int) -> None:
    found = note.read(NOTE)
    more = tuple(replace(WITNESS, name=f"witness-{number}") for number in range(lines))
    assert checkpoint.verify(note.write(found.text, (*found.lines, *more)), KEY) == CHECKPOINT


def test_sixteen_of_the_longest_signatures_fit() -> None:
    found = note.read(NOTE)
    more = tuple(replace(WITNESS, name=f"{number:0255}", signature=bytes(4627)) for number in range(16))
    assert checkpoint.verify(note.write(found.text, (*found.lines, *more)), KEY) == CHECKPOINT


def test_a_note_beyond_the_limit_is_refused() -> None:
    found = note.read(NOTE)
    with pytest.raises(MalformedError):
        note.read(note.write(found.text, (*found.lines, replace(WITNESS, signature=bytes(note.NOTE_LIMIT)))))


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(MalformedError):
        note.read(NOTE.replace(b"gr/athens", b"gr/ath\xffns"))
    with pytest.raises(MalformedError):
        note.read("\ufeff".encode("utf-16") + NOTE)


def test_a_point_of_small_order_verifies_nothing() -> None:
    key = replace(KEY, ed25519=(1).to_bytes(32, "little"))
    found = note.read(NOTE)
    lines = (replace(found.lines[0], key_id=key.ids[0]), found.lines[1])
    with pytest.raises(MalformedError):
        checkpoint.verify(note.write(found.text, lines), key)


def test_a_node_signs_for_its_own_log_alone() -> None:
    with pytest.raises(ForeignLogError):
        checkpoint.sign(replace(CHECKPOINT, origin="de/hamburg/log"), SIGNER, NOW)


@pytest.mark.parametrize("time", [0, -1, 2**53])
def test_no_checkpoint_is_signed_at_no_time(time: int) -> None:
    with pytest.raises(MalformedError):
        checkpoint.sign(CHECKPOINT, SIGNER, time)


@pytest.mark.parametrize(
    "change",
    [
        {"origin": ""},
        {"origin": "gr/athens log"},
        {"origin": "gr/athens+log"},
        {"origin": "gr/αθήνα/log"},
        {"origin": "a\nb"},
        {"origin": "a" * 256},
        {"size": -1},
        {"size": 2**53},
        {"size": 0},
        {"root": b"\x07" * 31},
    ],
)
def test_no_checkpoint_is_made_that_could_not_be_read(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        replace(CHECKPOINT, **change)


def test_the_empty_log_has_one_root() -> None:
    empty = replace(CHECKPOINT, size=0, root=EMPTY_ROOT)
    assert checkpoint.verify(checkpoint.sign(empty, SIGNER, NOW), KEY) == empty


def test_keys_have_a_text_form() -> None:
    assert LogKey.parse(*KEY.texts) == KEY
    name, key_id, _ = KEY.texts[0].split("+", 2)
    assert (name, bytes.fromhex(key_id)) == (KEY.origin, KEY.ids[0])


@pytest.mark.parametrize(
    "change", [{"origin": "no log"}, {"ed25519": b"\x01" * 31}, {"mldsa44": b"\x01" * 1311}]
)
def test_keys_of_another_shape_are_none(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        replace(KEY, **change)


def test_other_spellings_of_keys_are_refused() -> None:
    plain, post_quantum = KEY.texts
    hamburg = log_vectors.log_key("hamburg").texts
    for pair in [
        (post_quantum, plain), (plain, plain), (plain, hamburg[1]), ("", post_quantum), ("a+b", post_quantum),
        (plain.replace("+", " ", 1), post_quantum), (plain.replace("gr/", "de/"), post_quantum),
        (plain + "=", post_quantum), (plain.upper(), post_quantum), (plain, post_quantum[:-4]),
        ("+" + plain.split("+", 1)[1], post_quantum),
    ]:  # fmt: skip
        with pytest.raises(MalformedError):
            LogKey.parse(*pair)


def test_the_key_of_a_note_is_found_among_present_and_former_ones() -> None:
    former = log_vectors.log_signer("athens-former")
    keys = [KEY, former.key]
    assert checkpoint.key_of(NOTE, keys) == KEY
    assert checkpoint.key_of(checkpoint.sign(CHECKPOINT, former, NOW), keys) == former.key
    with pytest.raises(CheckpointUnsignedError):
        checkpoint.key_of(NOTE, [former.key])


def test_both_lines_are_asked_for_each_time() -> None:
    found = note.read(NOTE)
    for _ in range(2):
        assert checkpoint.verify(NOTE, KEY) == CHECKPOINT
        with pytest.raises(CheckpointUnsignedError):
            checkpoint.verify(note.write(found.text, found.lines[:1]), KEY)
        with pytest.raises(CheckpointSignatureError):
            checkpoint.verify(NOTE.replace(b"\n64\n", b"\n65\n"), KEY)
        with pytest.raises(CheckpointOriginError):
            checkpoint.verify(NOTE, log_vectors.log_key("hamburg"))


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | st.builds(
        lambda at, put: NOTE[:at] + put + NOTE[at + len(put) :],
        st.integers(0, len(NOTE)),
        st.binary(min_size=1, max_size=4),
    )
)
def test_any_bytes_are_the_checkpoint_or_refused(data: bytes) -> None:
    try:
        found = checkpoint.verify(data, KEY)
    except HandoverError:
        return
    assert data == NOTE
    assert found == CHECKPOINT


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=80).map(lambda text: f"{text}\n\n\u2014 a AAAAAAE=\n".encode()) | st.binary(max_size=80)
)
def test_any_note_that_is_read_is_written_the_same(data: bytes) -> None:
    try:
        found = note.read(data)
    except HandoverError:
        return
    assert note.write(found.text, found.lines) == data


def test_published_notes_are_read() -> None:
    examples = log_vectors.published("tlog/c2sp-spec-examples.json")
    for text in examples["signed-note"] + examples["tlog-checkpoint"] + examples["tlog-cosignature"]:
        found = note.read(text.encode())
        assert note.write(found.text, found.lines).decode() == text
    found = note.read(examples["tlog-cosignature"][0].encode())
    assert Checkpoint.parse(found.text).size == 20852163
    assert [line.name for line in found.lines] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
    assert found.lines[1].signature[:8] == (1679315147).to_bytes(8, "big")
    with pytest.raises(MalformedError):
        Checkpoint.parse(note.read(examples["signed-note"][0].encode()).text)


def test_a_key_identifier_covers_name_type_and_key() -> None:
    base = note.key_id("gr/athens/log", SignatureType.ED25519, KEY.ed25519)
    assert base == KEY.ids[0]
    assert base != note.key_id("gr/athens/log", SignatureType.ML_DSA_44, KEY.ed25519)
    assert base != note.key_id("gr/athens/lo", SignatureType.ED25519, KEY.ed25519)
