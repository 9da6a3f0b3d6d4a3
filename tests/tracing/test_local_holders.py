"""All holders in one process: the same outputs each time, with every group operation real, and bytes counted."""

import pytest

from handover.application.evaluating import Part, Reason, parts
from handover.application.local_holders import LocalHolders, crossing
from handover.domain.errors import MalformedError
from handover.domain.ids import MatterId
from handover.protocol.evaluation import KEYS, RECORDS, Basis, Kind

INPUTS = [b"%d" % number for number in range(70)]
MATTER = MatterId("01993b5e-7c00-7000-8000-000000000001")


def test_one_key_gives_the_same_output_every_time_and_another_key_another() -> None:
    holders, others = LocalHolders(), LocalHolders()
    first = holders.evaluate(INPUTS)
    assert holders.evaluate([*INPUTS[::-1], INPUTS[0]]) == [*first[::-1], first[0]]
    assert len(set(first)) == len(INPUTS)
    assert not set(others.evaluate(INPUTS[:3])) & set(first)
    assert holders.evaluate([]) == []


def test_bytes_are_counted_as_they_would_cross_the_wire() -> None:
    holders = LocalHolders()
    holders.evaluate(INPUTS[:40], reason=Reason.question(MATTER, Basis.CONSENT))
    assert holders.crossed == crossing(Kind.QUESTION) == 10_206
    holders.evaluate(INPUTS)
    assert holders.crossed == 10_206 + 2 * crossing(Kind.RECORD)


@pytest.mark.parametrize(
    ("keys", "records"),
    [(1, 1), (64, 1), (65, 2), (192, 3), (193, 4), (256, 4), (300, 9), (2000, 90), (256, 700)],
)
def test_batches_never_hold_more_than_their_records_may_have(keys: int, records: int) -> None:
    found = list(parts([b"%d" % number for number in range(keys)], Reason.index(records)))
    assert [each for part in found for each in part.inputs] == [b"%d" % number for number in range(keys)]
    for part in found:
        assert part.records in RECORDS[part.kind]
        assert len(part.inputs) <= KEYS[part.kind] <= 64 * part.records
        assert part.kind is Kind.INDEX or part.basis is not Basis.EITHER
        assert len(part.batch().inputs) == KEYS[part.kind]
    assert sum(part.records for part in found) <= records


def test_a_question_is_one_batch() -> None:
    reason = Reason.question(MATTER, Basis.BEST_INTERESTS)
    assert [part.kind for part in parts(INPUTS[:48], reason)] == [Kind.QUESTION]
    with pytest.raises(MalformedError):
        list(parts(INPUTS[:49], reason))
    with pytest.raises(MalformedError):
        list(parts(INPUTS, Reason.index(1)))


def test_filling_is_never_the_same() -> None:
    part = Part(kind=Kind.QUESTION, basis=Basis.CONSENT, records=0, inputs=(b"one",))
    assert set(part.batch().inputs) & set(part.batch().inputs) == {b"one"}
