"""Deliveries and answers: every vector, every round trip, and no bytes that raise anything but our errors."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.application import backoff
from handover.domain.errors import HandoverError, MalformedError, RefusedError
from handover.protocol import attachment, strict
from handover.protocol.delivery import (
    ANSWER_LIMIT,
    BATCH_LIMIT,
    BODY_LIMIT,
    Answer,
    Delivery,
    Item,
    Problem,
    decode_answer,
    decode_delivery,
    encode_answer,
    encode_delivery,
    joined,
    problem_of,
    size_of,
)
from handover.protocol.envelope import FUTURE
from handover.protocol.receipt import Receipt
from handover.protocol.registry_set import SKEW
from protocol import log_vectors
from protocol.test_log_documents import EXAMPLE, SPEC
from protocol.test_log_documents import shown as log_shown
from vectors import delivery_cases, made

CASES = delivery_cases.cases()


def outcome(case: dict[str, Any]) -> dict[str, Any]:
    """Give what this code makes of a case."""
    given_ = case["input"]
    if "request" in given_:
        found = decode_delivery(given_["request"].encode())
        items = [[item.envelope.decode(), item.payload and item.payload.decode()] for item in found.items]
        return {"log_size": found.log_size, "items": items}
    answer = decode_answer(given_["answer"].encode(), expected=given_["envelopes"])
    return {
        "head": answer.head and answer.head.decode(),
        "consistency": [strict.b64(hash_) for hash_ in answer.consistency],
        "results": [shown(each) for each in answer.results],
    }


def shown(result: Receipt | Problem) -> dict[str, Any]:
    if isinstance(result, Problem):
        return {"name": result.name, "retry": result.retry, "detail": result.detail}
    path = [strict.b64(hash_) for hash_ in result.path]
    note = result.checkpoint.decode()
    return {"entry": result.entry.decode(), "index": result.index, "path": path, "checkpoint": note}


@pytest.mark.parametrize("case", log_vectors.cases("delivery"))
def test_vectors(case: dict[str, Any]) -> None:
    if "error" in case:
        log_vectors.refused(case, lambda: outcome(case))
    else:
        assert outcome(case) == case["expected"]


def test_the_vectors_are_as_their_script_makes_them() -> None:
    kept = {path.stem: path.read_text("utf-8") for path in (made.FOLDER / "delivery").glob("*.json")}
    assert kept == {name: made.text(case) for name, case in CASES.items()}
    assert log_vectors.more_refusals_than_successes("delivery")


def test_what_is_written_is_read_again() -> None:
    text = CASES["request"]["input"]["request"].encode()
    assert encode_delivery(decode_delivery(text)) == text
    text = CASES["answer"]["input"]["answer"].encode()
    assert encode_answer(decode_answer(text, expected=2)) == text


def test_each_checkpoint_stands_in_an_answer_once() -> None:
    answer = decode_answer(CASES["answer"]["input"]["answer"].encode(), expected=2)
    receipt = answer.results[0]
    assert isinstance(receipt, Receipt)
    older = Receipt(entry=receipt.entry, index=receipt.index, path=receipt.path, checkpoint=b"older\n")
    body = encode_answer(Answer(results=(receipt, older, receipt, older), head=receipt.checkpoint))
    again = decode_answer(body, expected=4)
    assert again.results == (receipt, older, receipt, older)
    assert again.head == receipt.checkpoint
    assert body.count(b"older") == 1


def test_an_answer_without_a_log_has_no_head() -> None:
    problem = Problem(name="untrusted", retry=False, detail="The input was refused.")
    again = decode_answer(encode_answer(Answer(results=(problem,))), expected=1)
    assert again == Answer(results=(problem,))


def test_a_body_over_two_mebibytes_is_refused() -> None:
    with pytest.raises(MalformedError):
        decode_delivery(b" " * (BODY_LIMIT + 1))


@given(st.binary(max_size=40), st.one_of(st.none(), st.text(alphabet='{"}ab', max_size=60)))
def test_the_bound_for_an_item_holds(envelope: bytes, payload: str | None) -> None:
    item = Item(envelope=envelope.hex().encode(), payload=None if payload is None else payload.encode())
    one = encode_delivery(Delivery(log_size=0, items=(item,)))
    two = encode_delivery(Delivery(log_size=0, items=(item, item)))
    assert len(two) - len(one) <= size_of(item)


def test_a_member_is_told_what_was_wrong_and_a_stranger_is_not() -> None:
    error = RefusedError("x" * 3000)
    assert problem_of(error, known=True) == Problem(name="refused", retry=False, detail="x" * 1000)
    assert problem_of(error, known=False) == problem_of(MalformedError("y"), known=False)


@given(st.one_of(st.binary(max_size=200), st.text(alphabet='{}[]":,0ae', max_size=60).map(str.encode)))
def test_any_bytes_raise_only_our_errors(data: bytes) -> None:
    with suppress(HandoverError):
        decode_delivery(data)
    with suppress(HandoverError):
        decode_answer(data, expected=1)


CHAPTER = (SPEC / "federation.md").read_text("utf-8")


def test_the_examples_of_the_chapter_are_vectors() -> None:
    examples = EXAMPLE.findall(CHAPTER)
    assert len(examples) == CHAPTER.count("<!-- example") == 3
    for folder, name, place, text in examples:
        value: Any = log_vectors.read(folder, name)
        for key in place.split("."):
            value = value[key]
        assert text == log_shown(value), name


def test_every_limit_of_the_chapter_is_that_of_the_code() -> None:
    for limit in (BODY_LIMIT, ANSWER_LIMIT, attachment.PART, strict.PART_LIMIT):
        assert f"{limit:,} bytes".replace(",", " ") in CHAPTER
    assert f"1 to {BATCH_LIMIT} items" in CHAPTER
    assert f"min({backoff.CAP}, 2^n)" in CHAPTER
    assert f"{SKEW} seconds of difference" in CHAPTER
    assert f"at most {FUTURE} seconds ahead" in CHAPTER


@given(st.integers(1, 70), st.integers(1, 70))
def test_pieces_are_all_of_a_delivery_in_order(number: int, size: int) -> None:
    items = tuple(Item(envelope=b"%d" % each) for each in range(number))
    pieces = Delivery(log_size=7, items=items).pieces(size)
    assert tuple(item for piece in pieces for item in piece.items) == items
    assert all(0 < len(piece.items) <= size and piece.log_size == 7 for piece in pieces)


def test_the_answer_to_pieces_shows_the_newest_checkpoint_first() -> None:
    problem = Problem(name="mismatch", retry=False, detail="x")
    parts = [
        Answer(results=(problem,), consistency=(bytes(32),), head=b"old"),
        Answer(results=(problem, problem), consistency=(b"1" * 32,), head=b"new"),
        Answer(results=(problem,)),  # nobody was believed in the last one
    ]
    assert joined(parts) == Answer(results=(problem,) * 4, consistency=(b"1" * 32,), head=b"new")
    assert joined(parts[2:]) == parts[2]
