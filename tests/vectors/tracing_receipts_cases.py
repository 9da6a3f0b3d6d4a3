"""The cases of docs/spec/tracing-questions.md, section 5, and tracing.md, section 7: receipts and withdrawals.

The post-quantum line of a checkpoint is random: the proof is read from `tracing-questions/receipt.json` once made.
"""

import json
from hashlib import sha256
from typing import Final

from handover.domain.ids import Digest
from handover.protocol import (
    checkpoint,
    entry,
    merkle,
    question_receipt,
    question_withdrawal,
    receipt,
    strict,
)
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.entry import Entry, EntryKind
from handover.protocol.receipt import Receipt
from protocol import log_vectors
from vectors.made import FOLDER, OTHER_SIGNER, SIGNER, Case, accepted, refused
from vectors.tracing_questions_cases import NOW, QUESTION

LOG: Final = "athens"
DIGEST: Final = strict.digest(QUESTION)
OTHER: Final = strict.digest(b"another question")


def cases() -> dict[str, Case]:
    """Give the cases by name."""
    return {**_receipts(), **_withdrawals()}


def _proof() -> bytes:
    """Give the log's proof that the question was entered, behind an entry of something else."""
    kept = FOLDER / "tracing-questions" / "receipt.json"
    if kept.exists():
        data = json.loads(kept.read_text("utf-8"))["input"]["receipt_hex"]
        return question_receipt.read(bytes.fromhex(data)).claimed.proof
    signer = log_vectors.log_signer(LOG)
    document = entry.encode(
        Entry(kind=EntryKind.RECEIVED, time=NOW, matter="", n=1, prev=None, object=DIGEST, salt=bytes(16))
    )
    before, own = merkle.leaf_hash(b"before"), merkle.leaf_hash(entry.leaf(document))
    head = Checkpoint(origin=signer.key.origin, size=2, root=sha256(b"\x01" + before + own).digest())
    note = checkpoint.sign(head, signer, NOW)
    return receipt.to_proof(Receipt(entry=document, index=1, path=(before,), checkpoint=note))


def _receipts() -> dict[str, Case]:
    proof = _proof()
    data = question_receipt.sign(DIGEST, proof, stored_at=NOW, signer=SIGNER)
    given = {
        "receipt_hex": data.hex(),
        "public_hex": SIGNER.public.hex(),
        "question": DIGEST,
        "key": LOG,
    }
    expected = {"question": DIGEST, "kid": SIGNER.kid, "stored_at": NOW, "kind": "received", "matter": ""}
    elsewhere = question_receipt.sign(OTHER, proof, stored_at=NOW, signer=SIGNER)
    padded = data[:-65] + b"\x01"
    found = {
        "receipt": accepted("The receipt of a question.", given, expected, {"proof": proof.decode()}),
    }
    for name, note, changed, error in (
        ("receipt-changed", "A bit is another.", {"receipt_hex": _flipped(data).hex()}, "signature"),
        (
            "receipt-other-key",
            "Another key has signed.",
            {"public_hex": OTHER_SIGNER.public.hex()},
            "signature",
        ),
        ("receipt-other-question", "It is about another question.", {"question": OTHER}, "receipt-mismatch"),
        (
            "receipt-other-entry",
            "The log's entry is about another question.",
            {"receipt_hex": elsewhere.hex(), "question": OTHER},
            "receipt-mismatch",
        ),
        (
            "receipt-padding",
            "Behind the proof is something.",
            {"receipt_hex": (padded + SIGNER.sign(padded)).hex()},
            "malformed",
        ),
        ("receipt-size", "A byte is missing.", {"receipt_hex": data[:-1].hex()}, "malformed"),
    ):
        found[name] = refused(note, given | changed, error)
    return found


def _flipped(data: bytes) -> bytes:
    return data[:70] + bytes([data[70] ^ 1]) + data[71:]


def _withdrawals() -> dict[str, Case]:
    data = question_withdrawal.sign(DIGEST, issued=NOW + 5, signer=SIGNER)
    given = {"withdrawal_hex": data.hex(), "public_hex": SIGNER.public.hex()}
    expected = {
        "question": DIGEST,
        "asker": Digest(SIGNER.kid),
        "issued": NOW + 5,
        "digest": strict.digest(data),
    }
    found = {"withdrawal": accepted("A question is taken back.", given, expected)}
    for name, note, wrong, error in (
        ("withdrawal-changed", "A bit is another.", _flipped(data), "signature"),
        ("withdrawal-version", "Another version.", b"HOw2" + data[4:], "malformed"),
        ("withdrawal-size", "A byte too many.", data + b"\0", "malformed"),
    ):
        found[name] = refused(note, given | {"withdrawal_hex": wrong.hex()}, error)
    return found
