"""The cases of docs/spec/reconciliation.md, section 5: receipts beside answers, and whether the two contradict.

The post-quantum line of a checkpoint is random: a checkpoint that stands in a file is taken from there.
"""

import json
from dataclasses import replace
from typing import Final

from handover.domain.ids import Digest
from handover.protocol import checkpoint, entry, merkle, receipt, reconciliation_answer, strict
from handover.protocol.checkpoint import Checkpoint, LogSigner
from handover.protocol.entry import Entry, EntryKind
from handover.protocol.receipt import Receipt
from handover.protocol.reconciliation_answer import Answer
from protocol import log_vectors
from vectors import reconciliation_cases as asked
from vectors.made import FOLDER, OTHER_SIGNER, Case, accepted, refused

AT: Final = asked.AT - 3600
BEFORE: Final = merkle.leaf_hash(b"before")
INDEX: Final = 1
NARROW: Final = reconciliation_answer.read(asked.NARROW_ANSWER).claimed
GONE: Final = Digest(strict.b64(asked.DENIED))


def _kept() -> dict[str, bytes]:
    """Give the checkpoints that stand in the files, by their text."""
    found: dict[str, bytes] = {}
    for path in (FOLDER / "reconciliation").glob("denied*.json"):
        proof = json.loads(path.read_text("utf-8"))["input"]["receipt"].encode()
        note = receipt.from_proof(proof).checkpoint
        found[note.partition(b"\n\n")[0].decode() + "\n"] = note
    return found


KEPT: Final = _kept()


def cases() -> dict[str, Case]:
    """Give the cases by name."""
    listed = (NARROW.parts[0].listed or ())[0].digest
    elsewhere = next(
        Digest(strict.b64(each)) for each in asked.SAID if not each.hex().startswith(asked.NARROW)
    )
    second = log_vectors.log_signer("hamburg", incarnation=2)
    restored = replace(NARROW, incarnation=2)
    given: dict[str, tuple[str, Case, bool | str]] = {
        "denied": ("Hamburg has receipted what it says not to have.", _beside(GONE), True),
        "denied-by-a-restored-node": (
            "The log of the second incarnation has it, and the second incarnation denies it.",
            _beside(GONE, answer=restored, log=second),
            True,
        ),
        "denied-listed": ("It lists what it has receipted.", _beside(listed), False),
        "denied-elsewhere": ("The list is of another prefix.", _beside(elsewhere), False),
        "denied-later": (
            "The entry has the index at which the log ended when the answer was signed.",
            _beside(GONE, answer=replace(NARROW, log=asked.head(INDEX))),
            False,
        ),
        "denied-forgotten": (
            "The first incarnation has receipted it.",
            _beside(GONE, answer=restored),
            False,
        ),
        "denied-by-branches": (
            "Branches name no message.",
            _beside(GONE, question=asked.ASKED, answer=asked.ANSWER),
            False,
        ),
        "denied-receipt-of-another": (
            "The receipt is for another envelope.",
            _beside(GONE) | {"receipt": _receipt(listed).decode()},
            "receipt-mismatch",
        ),
        "denied-receipt-of-another-log": (
            "The receipt is of the log of who asks.",
            _beside(GONE, log=log_vectors.log_signer("athens")),
            "checkpoint-origin",
        ),
    }
    return {
        name: refused(note, case, found)
        if isinstance(found, str)
        else accepted(note, case, {"denied": found})
        for name, (note, case, found) in given.items()
    }


def _beside(
    envelope: Digest,
    *,
    question: bytes = asked.NARROWED,
    answer: Answer = NARROW,
    log: LogSigner | None = None,
) -> Case:
    return {
        "question": question.decode(),
        "jws": reconciliation_answer.sign(answer, signer=OTHER_SIGNER).decode(),
        "public_hex": OTHER_SIGNER.public.hex(),
        "envelope": envelope,
        "receipt": _receipt(envelope, log).decode(),
        "key": "hamburg",
    }


def _receipt(envelope: Digest, log: LogSigner | None = None) -> bytes:
    """Give the proof that a log has entered an envelope, behind an entry of something else."""
    signer = log or log_vectors.log_signer("hamburg")
    document = entry.encode(
        Entry(
            kind=EntryKind.RECEIVED,
            time=AT,
            matter=asked.ROUND,
            n=1,
            prev=None,
            object=envelope,
            salt=bytes(16),
        )
    )
    root = merkle.node_hash(BEFORE, merkle.leaf_hash(entry.leaf(document)))
    head = Checkpoint(origin=signer.key.origin, size=INDEX + 1, root=root)
    note = KEPT.get(head.text) or KEPT.setdefault(head.text, checkpoint.sign(head, signer, AT))
    return receipt.to_proof(Receipt(entry=document, index=INDEX, path=(BEFORE,), checkpoint=note))
