"""A receipt proves that one envelope is in one log, and nothing else passes for it."""

from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handover.domain.errors import HandoverError, MalformedError
from handover.domain.ids import Digest
from handover.protocol import checkpoint, entry, merkle, receipt, strict
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.entry import Entry, EntryKind
from handover.protocol.merkle import InclusionError, Tree
from handover.protocol.receipt import Receipt, ReceiptMismatchError
from protocol import log_vectors

NOW = 1_790_000_000
BATCH = 64
SIGNER = log_vectors.log_signer("athens")
ENVELOPES = [strict.digest(b"envelope %d" % number) for number in range(BATCH)]


class NoTiles:
    """A log without entries."""

    def get(self, level: int, index: int) -> bytes:
        return b""


def answered(kind: EntryKind = EntryKind.RECEIVED) -> list[Receipt]:
    """Return the receipts of one batch, all under one checkpoint."""
    documents = [
        entry.encode(
            Entry(
                kind=kind,
                time=NOW,
                matter="AQIDBAUGBwgJCgsMDQ4PEA",
                n=1,
                prev=None,
                object=envelope,
                salt=number.to_bytes(16, "big"),
            )
        )
        for number, envelope in enumerate(ENVELOPES)
    ]
    tree = Tree(NoTiles(), 0)
    tree.append([merkle.leaf_hash(entry.leaf(document)) for document in documents])
    head = Checkpoint(origin=SIGNER.key.origin, size=tree.size, root=tree.root())
    signed = checkpoint.sign(head, SIGNER, NOW)
    return [
        Receipt(entry=document, index=index, path=tree.inclusion(index), checkpoint=signed)
        for index, document in enumerate(documents)
    ]


RECEIPTS = answered()
PROOF = receipt.to_proof(RECEIPTS[37])


@pytest.mark.parametrize("case", log_vectors.cases("receipt"))
def test_own_vectors(case: dict[str, Any]) -> None:
    given_ = case["input"]
    proof, envelope = given_["proof"].encode(), Digest(given_["envelope"])
    key = log_vectors.log_key(given_["key"])
    if "error" in case:
        log_vectors.refused(
            case, lambda: receipt.verify(receipt.from_proof(proof), envelope=envelope, key=key)
        )
        return
    found, expected = receipt.from_proof(proof), case["expected"]
    assert found.entry.decode() == expected["document"]
    assert found.index == expected["index"]
    assert found.path == tuple(b64decode(value) for value in expected["path"])
    assert receipt.verify(found, envelope=envelope, key=key).time == expected["time"]
    assert receipt.to_proof(found) == proof


def test_most_vectors_are_refusals() -> None:
    assert log_vectors.more_refusals_than_successes("receipt")


def test_one_checkpoint_answers_a_whole_batch() -> None:
    assert len({each.checkpoint for each in RECEIPTS}) == 1
    for each, envelope in zip(RECEIPTS, ENVELOPES, strict=True):
        found = receipt.from_proof(receipt.to_proof(each))
        assert found == each
        assert receipt.verify(found, envelope=envelope, key=SIGNER.key).object == envelope


def test_no_receipt_of_a_batch_stands_for_a_neighbour() -> None:
    for number, each in enumerate(RECEIPTS):
        for other in (number - 1, (number + 1) % BATCH):
            with pytest.raises(ReceiptMismatchError):
                receipt.verify(each, envelope=ENVELOPES[other], key=SIGNER.key)
            with pytest.raises(InclusionError):
                receipt.verify(replace(each, index=other % BATCH), envelope=ENVELOPES[number], key=SIGNER.key)
            with pytest.raises(InclusionError):
                receipt.verify(
                    replace(each, path=RECEIPTS[other].path), envelope=ENVELOPES[number], key=SIGNER.key
                )


@pytest.mark.parametrize("kind", [kind for kind in EntryKind if kind is not EntryKind.RECEIVED])
def test_an_entry_of_another_kind_is_proved_and_is_no_receipt(kind: EntryKind) -> None:
    each = answered(kind)[0]
    assert receipt.verify_entry(each, key=SIGNER.key).kind is kind
    with pytest.raises(ReceiptMismatchError):
        receipt.verify(each, envelope=ENVELOPES[0], key=SIGNER.key)


def test_every_flipped_bit_before_the_signatures_is_refused() -> None:
    end = PROOF.index("\u2014".encode())
    for bad in log_vectors.flips(PROOF[:end]):
        with pytest.raises(HandoverError):
            receipt.verify(receipt.from_proof(bad + PROOF[end:]), envelope=ENVELOPES[37], key=SIGNER.key)


def test_every_flipped_bit_of_a_first_receipt_is_refused() -> None:
    """A log's first entry has an empty path: nothing but the checkpoint speaks for it."""
    tree = Tree(NoTiles(), 0)
    tree.append([merkle.leaf_hash(entry.leaf(RECEIPTS[0].entry))])
    signed = checkpoint.sign(Checkpoint(origin=SIGNER.key.origin, size=1, root=tree.root()), SIGNER, NOW)
    proof = receipt.to_proof(Receipt(entry=RECEIPTS[0].entry, index=0, path=(), checkpoint=signed))
    assert receipt.verify(receipt.from_proof(proof), envelope=ENVELOPES[0], key=SIGNER.key).n == 1
    end = proof.index("\u2014".encode())
    for bad in log_vectors.flips(proof[:end]):
        with pytest.raises(HandoverError):
            receipt.verify(receipt.from_proof(bad + proof[end:]), envelope=ENVELOPES[0], key=SIGNER.key)


def test_a_proof_beyond_the_limit_is_refused() -> None:
    with pytest.raises(MalformedError):
        receipt.from_proof(PROOF + b"\n" * receipt.PROOF_LIMIT)


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: f"c2sp.org/tlog-proof@v1\nextra AA==\nindex 0\n{text}".encode())
    | st.builds(
        lambda at, put: PROOF[:at] + put + PROOF[at + len(put) :],
        st.integers(0, len(PROOF)),
        st.binary(max_size=4),
    )
)
def test_any_bytes_are_a_receipt_of_one_spelling_or_refused(data: bytes) -> None:
    try:
        found = receipt.from_proof(data)
    except HandoverError:
        return
    assert receipt.to_proof(found) == data
