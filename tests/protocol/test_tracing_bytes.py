"""Any bytes at all, in the place of any message of tracing, raise our errors alone."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.errors import HandoverError
from handover.protocol import contribution, epoch, evaluation, question, question_receipt
from handover.protocol.committed_index import Opening, Statement
from handover.protocol.epoch import Epoch, Plan
from handover.protocol.evaluation import Kind
from vectors import tracing_keys_cases as keys
from vectors import tracing_questions_cases as questions

READERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "request": (evaluation.read, keys.SENT),
    "answer": (lambda data: evaluation.read_answer(data, Kind.QUESTION), keys.ANSWER),
    "plan": (Plan.decode, keys.PLAN.encode()),
    "document": (Epoch.decode, keys.EPOCH.encode()),
    "epoch": (epoch.read, epoch.join([epoch.sign(keys.EPOCH, signer=each) for each in keys.SIGNERS])),
    "contribution": (contribution.read, keys.cases()["contribution"]["input"]["contribution"].encode()),
    "question": (question.read, questions.QUESTION),
    "receipt": (question_receipt.read, b"HOr1".ljust(question_receipt.SIZE, b"\0")),
    "statement": (Statement.decode, questions.STATEMENT.encode()),
    "opening": (
        Opening.decode,
        bytes.fromhex(questions.cases()["opening"]["input"]["opening_hex"]),
    ),
}


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
def test_whatever_is_changed_is_read_or_refused(name: str, data: st.DataObject) -> None:
    read, good = READERS[name]
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, len(good)))
    changed = good[:start] + data.draw(st.binary(max_size=64)) + good[end:]
    try:
        read(changed)
    except HandoverError:
        return
    read(changed)  # what is read once is read again


@pytest.mark.parametrize("name", READERS)
@given(data=st.binary(max_size=256))
def test_any_bytes_are_refused(name: str, data: bytes) -> None:
    with pytest.raises(HandoverError):
        READERS[name][0](data)
