"""One delivery and its answer: what `POST /federation/v1/envelopes` carries (docs/spec/federation.md).

Up to 64 envelopes with their payloads go in one body; the answer holds, in their order, a receipt or a problem for
each, the checkpoints on which the receipts rest (once each), and the proof that the log only grew.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from handover.domain.errors import HandoverError, MalformedError, UntrustedError
from handover.protocol import strict
from handover.protocol.receipt import Receipt
from handover.protocol.strict import Json

BODY_LIMIT: Final = 2 * 1024 * 1024  # bytes
BATCH_LIMIT: Final = 64
ANSWER_LIMIT: Final = 4 * 1024 * 1024
_FIXED: Final = 64  # bytes of JSON around an item, at most
_LONGEST_PROOF: Final = 64
_LONGEST_DETAIL: Final = 1000
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class Item:
    """An envelope as signed, and the JWE that goes with it."""

    envelope: bytes
    payload: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Envelopes for one node. `log_size` is the size of the receiver's log that the sender has verified (0: none)."""

    log_size: int
    items: tuple[Item, ...]

    def pieces(self, size: int) -> list["Delivery"]:
        """Give the delivery in pieces of at most *size* envelopes, in order."""
        items = self.items
        return [replace(self, items=items[at : at + size]) for at in range(0, len(items), size)]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why one envelope was refused: the stable name, whether the same bytes may succeed later, and what to say."""

    name: str
    retry: bool
    detail: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A receipt or a problem for each envelope; `consistency` leads from the sender's size to the last checkpoint."""

    results: tuple[Receipt | Problem, ...]
    consistency: tuple[bytes, ...] = ()
    head: bytes | None = None


def joined(parts: Sequence[Answer]) -> Answer:
    """Give the one answer to a delivery that was carried out in pieces; the last head is the newest."""
    last = next((part for part in reversed(parts) if part.head is not None), Answer(results=()))
    results = tuple(result for part in parts for result in part.results)
    return Answer(results=results, consistency=last.consistency, head=last.head)


def problem_of(error: HandoverError, *, known: bool) -> Problem:
    """Give what the other side may read: to a stranger all untrusted input looks alike."""
    if not known:
        return Problem(name=UntrustedError.name, retry=False, detail=UntrustedError.title)
    return Problem(name=error.name, retry=error.retry, detail=str(error)[:_LONGEST_DETAIL])


def size_of(item: Item) -> int:
    """Give an upper bound for the bytes of *item* in a body."""
    quotes = item.payload.count(b'"') if item.payload else 0
    return len(item.envelope) + len(item.payload or b"") + quotes + _FIXED


def encode_delivery(delivery: Delivery) -> bytes:
    """Give the body of a request."""
    items: list[Json] = [
        {
            "envelope": item.envelope.decode("ascii"),
            "payload": None if item.payload is None else item.payload.decode("utf-8"),
        }
        for item in delivery.items
    ]
    return strict.dumps({"log_size": delivery.log_size, "items": items})


def decode_delivery(body: bytes) -> Delivery:
    """Give the delivery that a body is.

    Raises:
        MalformedError: over 2 MiB, no or more than 64 items, or not the one shape.
    """
    size, items = strict.members(strict.loads(body, limit=BODY_LIMIT), "log_size", "items")
    found = tuple(_item(item) for item in strict.array(items, BATCH_LIMIT))
    if not found:
        raise MalformedError("a delivery holds at least one envelope")
    return Delivery(log_size=strict.integer(size), items=found)


def _item(value: Json) -> Item:
    # Whether a part is too long is asked of each by itself, so that it does not spoil its neighbours.
    envelope, payload = strict.members(value, "envelope", "payload")
    return Item(
        envelope=strict.text(envelope, BODY_LIMIT).encode(),
        payload=None if payload is None else strict.text(payload, BODY_LIMIT).encode(),
    )


def encode_answer(answer: Answer) -> bytes:
    """Give the body of an answer; each checkpoint stands in it once."""
    notes: dict[bytes, int] = {}
    if answer.head is not None:
        notes[answer.head] = 0
    results: list[Json] = []
    for result in answer.results:
        if isinstance(result, Problem):
            results.append({"problem": {"name": result.name, "retry": result.retry, "detail": result.detail}})
        else:
            number = notes.setdefault(result.checkpoint, len(notes))
            receipt: Json = {
                "entry": result.entry.decode("utf-8"),
                "index": result.index,
                "path": [strict.b64(hash_) for hash_ in result.path],
                "checkpoint": number,
            }
            results.append({"receipt": receipt})
    return strict.dumps(
        {
            "checkpoints": [note.decode("utf-8") for note in notes],
            "consistency": [strict.b64(hash_) for hash_ in answer.consistency],
            "results": results,
        }
    )


def decode_answer(body: bytes, *, expected: int) -> Answer:
    """Give the answer to a delivery of *expected* envelopes; nothing in it is verified yet.

    Raises:
        MalformedError: not the one shape, or another number of results.
    """
    value = strict.loads(body, limit=ANSWER_LIMIT)
    checkpoints, consistency, results = strict.members(value, "checkpoints", "consistency", "results")
    notes = [strict.text(note, 16384).encode() for note in strict.array(checkpoints, BATCH_LIMIT + 1)]
    found = tuple(_result(result, notes) for result in strict.array(results, BATCH_LIMIT))
    if len(found) != expected:
        raise MalformedError("another number of results than of envelopes")
    return Answer(results=found, consistency=_hashes(consistency), head=notes[0] if notes else None)


def _result(value: Json, notes: Sequence[bytes]) -> Receipt | Problem:
    if isinstance(value, dict) and "problem" in value:
        (problem,) = strict.members(value, "problem")
        name, retry, detail = strict.members(problem, "name", "retry", "detail")
        if _NAME.fullmatch(strict.text(name, 64)) is None:
            raise MalformedError("not the name of a problem")
        return Problem(
            name=strict.text(name), retry=strict.boolean(retry), detail=strict.text(detail, _LONGEST_DETAIL)
        )
    (receipt,) = strict.members(value, "receipt")
    entry, index, path, checkpoint = strict.members(receipt, "entry", "index", "path", "checkpoint")
    number = strict.integer(checkpoint)
    if number >= len(notes):
        raise MalformedError("a receipt rests on a checkpoint that is not there")
    return Receipt(
        entry=strict.text(entry, 1024).encode(),
        index=strict.integer(index),
        path=_hashes(path),
        checkpoint=notes[number],
    )


def _hashes(value: Json) -> tuple[bytes, ...]:
    return tuple(strict.unb64(strict.text(each), length=32) for each in strict.array(value, _LONGEST_PROOF))
