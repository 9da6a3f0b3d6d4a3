"""Sealed files: what opens, what is refused, and what a record names."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.errors import HandoverError, MalformedError
from handover.domain.ids import RoundId
from handover.protocol import attachment, strict
from handover.protocol.attachment import AttachmentError

VECTORS = sorted((Path(__file__).parents[1] / "vectors" / "attachment").glob("*.json"))
ROUND = RoundId("A" * 22)
CHUNK = 16_384


def opened(given_: dict[str, Any]) -> bytes:
    [parcel] = attachment.from_json([given_["parcel"]])
    return attachment.open_sealed(
        parcel, [bytes.fromhex(given_["sealed_hex"])], round_=RoundId(given_["round"])
    )


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_vectors(path: Path) -> None:
    vector = json.loads(path.read_text("utf-8"))
    if "expected" in vector:
        assert opened(vector["input"]).decode() == vector["expected"]["file"]
        return
    with pytest.raises(HandoverError) as refused:
        opened(vector["input"])
    assert refused.value.name == vector["error"]


@given(st.binary(min_size=1, max_size=70_000))
def test_what_was_sealed_opens_in_any_parts(data: bytes) -> None:
    parcel, sealed = attachment.seal(data, round_=ROUND)
    parts = [sealed[:7], sealed[7:20_000], sealed[20_000:]]
    assert attachment.open_sealed(parcel, parts, round_=ROUND) == data
    assert attachment.digest_of(parts) == parcel.sealed
    assert attachment.from_json(attachment.to_json([parcel])) == (parcel,)


def by_hand(key: bytes, sealed: bytes) -> bytes:
    """Open by the steps that the chapter writes out: a KDF, AES-GCM, and chunks."""
    salt, commitment, rest = sealed[:24], sealed[24:56], sealed[56:]
    context = b"handover-attachment/1\n" + ROUND.encode() + b"\n"
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    derived = HKDFExpand(hashes.SHA512(), length=76, info=info).derive(key)
    assert derived[44:] == commitment
    chunks = [rest[start : start + CHUNK + 16] for start in range(0, len(rest), CHUNK + 16)]
    assert [len(chunk) for chunk in chunks[:-1]] == [CHUNK + 16] * (len(chunks) - 1)
    assert len(chunks[-1]) < CHUNK + 16
    nonce = int.from_bytes(derived[32:44], "big")
    cipher = AESGCM(derived[:32])
    return b"".join(
        cipher.decrypt((nonce ^ number).to_bytes(12, "big"), chunk, b"")
        for number, chunk in enumerate(chunks)
    )


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_a_library_seals_opens_by_the_steps_that_the_chapter_writes_out(size: int) -> None:
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    parcel, sealed = attachment.seal(data, round_=ROUND)
    assert by_hand(parcel.key, sealed) == data


@given(st.binary(max_size=200))
def test_any_other_bytes_raise_only_our_error(data: bytes) -> None:
    parcel, _ = attachment.seal(b"file", round_=ROUND)
    with pytest.raises(AttachmentError):
        attachment.open_sealed(parcel, [data], round_=ROUND)


def test_every_changed_byte_of_a_small_ciphertext_is_refused() -> None:
    parcel, sealed = attachment.seal(b"file", round_=ROUND)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(AttachmentError):
            attachment.open_sealed(parcel, [changed], round_=ROUND)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner)))
def test_any_value_is_parcels_or_malformed(value: Any) -> None:
    try:
        attachment.from_json(value)
    except HandoverError:
        return
    assert value == []


@pytest.mark.parametrize("size", [0, attachment.LONGEST_FILE + 1])
def test_a_file_is_neither_empty_nor_too_large(size: int) -> None:
    with pytest.raises(MalformedError):
        attachment.seal(bytes(size), round_=ROUND)


def test_a_record_names_its_photograph_and_its_documents() -> None:
    one, two = strict.digest(b"1"), strict.digest(b"2")
    named = attachment.named_in(
        {
            "identity.photo": {"media_type": "image/png", "size": 1, "digest": one},
            "documents.files": [
                {"title": "t", "kind": "other", "media_type": "text/plain", "size": 1, "digest": two}
            ],
            "identity.sex": "female",
            "identity.names": [{"full": "x"}],
        }
    )
    assert named == {one: "image/png", two: "text/plain"}
