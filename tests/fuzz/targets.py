"""What is fuzzed: every reader of foreign bytes, with examples to begin from.

A target is given any bytes. It returns, or raises a refusal (`HandoverError`); anything else is a defect. What is
read under a signature is reached by signing the fuzzed claims: a fuzzer cannot sign, an adversary who is a member can.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from handover.adapters import primero_file
from handover.domain import ids
from handover.domain.errors import HandoverError
from handover.domain.record import SCHEMAS
from handover.protocol import (
    assertion,
    committed_index,
    consent,
    contradiction,
    contribution,
    delivery,
    enrolment,
    entry,
    envelope,
    epoch,
    evaluation,
    evidence,
    evidence_lines,
    jwe,
    jws,
    log_origin,
    message,
    node_entry,
    note,
    oprf,
    question,
    question_receipt,
    question_withdrawal,
    receipt,
    reconciliation,
    reconciliation_answer,
    registry_metadata,
    resync,
    schema,
    sdjwt,
    shown_chain,
    statistics,
    strict,
    tile,
    tracing_page,
    witness,
)
from handover.protocol.checkpoint import Checkpoint

VECTORS: Final = Path(__file__).resolve().parents[1] / "vectors"
_SIGNER: Final = jws.Ed25519Signer(bytes(32))


@dataclass(frozen=True, kw_only=True)
class Target:
    """A reader of bytes, and the folders of vectors from which it begins."""

    read: Callable[[bytes], object]
    like: tuple[str, ...]
    made: Callable[[bytes], Iterator[bytes]] = lambda value: iter((value,))
    longest: int = 16384  # bytes

    def __call__(self, data: bytes) -> None:
        """Let it read *data*.

        Raises:
            Exception: a defect: something other than a refusal.
        """
        try:
            self.read(data)
        except HandoverError:
            return

    def examples(self) -> set[bytes]:
        """Give what it begins from: what is made of each value in its vectors."""
        return {
            each for folder in self.like for value in _values(VECTORS / folder) for each in self.made(value)
        }


def _values(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.glob("*.json")):
        yield from _leaves(json.loads(path.read_text("utf-8"))["input"])


def _leaves(value: Any, name: str = "") -> Iterator[bytes]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, key)
        yield json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, name)
        if name in ("file", "files") and all(isinstance(each, str) for each in value):
            yield "\n".join(value).encode("utf-8", "surrogateescape")  # the lines of a file of evidence
    elif isinstance(value, str):
        yield bytes.fromhex(value) if name.endswith("_hex") else value.encode("utf-8", "surrogatepass")


def _claims(compact: bytes) -> Iterator[bytes]:
    parts = compact.partition(b"~")[0].split(b".")
    if len(parts) == 3:
        try:
            yield strict.unb64(parts[1])
        except HandoverError:
            return


def _numbered(count: int) -> Callable[[bytes], Iterator[bytes]]:
    """Give examples for a target whose first byte says which of several readers is meant."""
    return lambda value: (bytes([number]) + value for number in range(count))


def _first_lines(value: bytes) -> Iterator[bytes]:
    lines = value.split(b"\n")
    yield from (lines[0], b"\n".join(lines[:3]) + b"\n")


def _pages(value: bytes) -> Iterator[bytes]:
    """Give the one page on tracing, whatever *value* is: no vector has one by itself."""
    page = tracing_page.TracingPage(
        node=ids.NodeId("gr/athens"), classes={3: 1, 4: 2}, year=2026, evaluations=7, questions=len(value)
    )
    yield page.encode()


def _lines_of(value: bytes) -> Iterator[bytes]:
    """Give the text of a bundle's line for each of the readers of lines."""
    word, _, text = value.partition(b" ")
    if word in _WORDS:
        yield bytes([_WORDS.index(word)]) + text


def _signed(typ: str, read: Callable[[bytes], object]) -> Callable[[bytes], object]:
    return lambda data: read(jws.sign(data, typ=typ, signer=_SIGNER))


def _text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: read(data.decode("utf-8", "replace"))


def _record(data: bytes) -> object:
    found = sdjwt.read(data)
    return sdjwt.disclosed(data) if found else None


def _filled(data: bytes) -> object:
    """Read a record that its issuer has signed over these claims, and one disclosure that an array of them is."""
    skeleton, _, disclosures = data.partition(b"\x00")
    parts = b"~".join(strict.b64_ascii(each) for each in disclosures.split(b"\x00")[:64])
    return _record(
        jws.sign(skeleton, typ=sdjwt.TYPE, signer=_SIGNER) + b"~" + parts + (b"~" if parts else b"")
    )


def _plain(name: str) -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        sections: Any = strict.loads(data, limit=2**20)  # as it comes with a request
        return schema.read_plain(SCHEMAS[name], sections)

    return read


def _bytes_of_metadata(data: bytes) -> object:
    readers = (
        registry_metadata.load_root,
        registry_metadata.load_timestamp,
        registry_metadata.load_snapshot,
        registry_metadata.load_targets,
    )
    if not data:
        return None
    number = data[0] % (len(readers) + 1)
    return (
        readers[number](data[1:]) if number < len(readers) else registry_metadata.load_country(data[1:], "gr")
    )


_WORDS: Final = (b"entry", b"receipt", b"consistency", b"checkpoint")
_LINES: Final = (
    evidence_lines.read_entry,
    evidence_lines.read_receipt,
    evidence_lines.read_consistency,
    evidence_lines.read_checkpoint,
)


def _line(data: bytes) -> object:
    return _LINES[data[0] % len(_LINES)](data[1:]) if data else None


def _witnessed(data: bytes) -> object:
    readers = (witness.decode_lines, witness.decode_size)
    return readers[data[0] % len(readers)](data[1:]) if data else None


def _chain(data: bytes) -> object:
    return shown_chain.read(message.decode_kept(data).evidence)


def _answered(data: bytes) -> object:
    return (
        evaluation.read_answer(data[1:], list(evaluation.Kind)[data[0] % len(evaluation.Kind)])
        if data
        else None
    )


TARGETS: Final[dict[str, Target]] = {
    "strict-json": Target(read=strict.loads, like=("strict",)),
    "compact-json": Target(read=strict.loads_compact, like=("strict", "entry")),
    "base64url": Target(read=strict.unb64, like=("strict",)),
    "jws": Target(read=lambda data: jws.read(data, typ=envelope.TYPE), like=("jws", "envelope")),
    "jwe": Target(read=jwe.recipient, like=("jwe", "payload")),
    "envelope": Target(read=envelope.read, like=("envelope",)),
    "envelope-claims": Target(read=_signed(envelope.TYPE, envelope.read), like=("envelope",), made=_claims),
    "chain": Target(read=_chain, like=("payload",)),
    "payload": Target(read=message.decode_kept, like=("payload",)),
    "record": Target(read=_record, like=("record",)),
    "record-claims": Target(read=_filled, like=("record",), made=_claims),
    "guardianship": Target(read=_plain("guardianship/1"), like=("schemas",)),
    "tracing": Target(read=_plain("tracing/1"), like=("schemas",)),
    "consent": Target(read=_signed(consent.TYPE, consent.read), like=("consent",), made=_claims),
    "attestation": Target(
        read=_signed(assertion.ATTESTATION, assertion.read_attestation), like=("assertion",), made=_claims
    ),
    "assertion": Target(read=assertion.decode, like=("assertion",)),
    "resync": Target(
        read=_signed(resync.REQUEST_TYPE, resync.UnverifiedRequest.read), like=("resync",), made=_claims
    ),
    "resync-answer": Target(
        read=_signed(resync.ANSWER_TYPE, resync.UnverifiedAnswer.read), like=("resync",), made=_claims
    ),
    "delivery": Target(read=delivery.decode_delivery, like=("delivery",)),
    "delivery-answer": Target(read=lambda data: delivery.decode_answer(data, expected=2), like=("delivery",)),
    "entry": Target(read=entry.decode, like=("entry",)),
    "note": Target(read=note.read, like=("checkpoint",)),
    "checkpoint": Target(read=_text(Checkpoint.parse), like=("checkpoint",), made=_first_lines),
    "witness-request": Target(read=witness.decode_request, like=("witness",)),
    "witness-answer": Target(read=_witnessed, like=("witness",), made=_numbered(2)),
    "receipt": Target(read=receipt.from_proof, like=("receipt",)),
    "tile-name": Target(read=_text(tile.TileName.parse), like=("tile",)),
    "log-origin": Target(read=_text(log_origin.LogOrigin.parse), like=("checkpoint",), made=_first_lines),
    "node-entry": Target(read=node_entry.decode, like=("node-entry",)),
    "node-id": Target(read=_text(ids.NodeId), like=("names",)),
    "enrolment": Target(read=enrolment.read, like=("enrolment",)),
    "enrolment-claims": Target(
        read=_signed(enrolment.TYPE, enrolment.read), like=("enrolment",), made=_claims
    ),
    "registry": Target(read=_bytes_of_metadata, like=("registry",), made=_numbered(5)),
    "evidence": Target(read=evidence.read, like=("evidence",), longest=2**18),
    "evidence-line": Target(read=_line, like=("evidence",), made=_lines_of),
    "contradiction": Target(read=contradiction.read, like=("contradiction",), longest=2**17),
    "statistics": Target(read=_signed(statistics.TYPE, statistics.read), like=("statistics",), made=_claims),
    "reconciliation": Target(
        read=_signed(reconciliation.TYPE, reconciliation.read), like=("reconciliation",), made=_claims
    ),
    "reconciliation-answer": Target(
        read=_signed(reconciliation_answer.TYPE, reconciliation_answer.read),
        like=("reconciliation",),
        made=_claims,
        longest=2**17,
    ),
    "question": Target(read=question.read, like=("tracing-questions",)),
    "question-receipt": Target(read=question_receipt.read, like=("tracing-questions",)),
    "question-withdrawal": Target(read=question_withdrawal.read, like=("tracing-questions",)),
    "index-statement": Target(read=committed_index.Statement.decode, like=("tracing-questions",)),
    "index-opening": Target(read=committed_index.Opening.decode, like=("tracing-questions",)),
    "tracing-page": Target(read=tracing_page.decode, like=("strict",), made=_pages),
    "evaluation": Target(read=evaluation.read, like=("tracing-keys",)),
    "evaluation-answer": Target(read=_answered, like=("tracing-keys",), made=_numbered(2)),
    "oprf-proof": Target(read=oprf.Proof.decode, like=("tracing-keys",)),
    "epoch-plan": Target(read=epoch.Plan.decode, like=("tracing-keys",)),
    "epoch": Target(read=epoch.Epoch.decode, like=("tracing-keys",)),
    "epoch-document": Target(read=epoch.read, like=("tracing-keys",)),
    "contribution": Target(
        read=_signed(contribution.TYPE, contribution.read), like=("tracing-keys",), made=_claims
    ),
    "primero-file": Target(read=primero_file.open_file, like=("strict",)),
}
