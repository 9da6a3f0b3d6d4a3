"""The file that is held against a log: whatever the bytes are, it is read or refused; and no honest log is accused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contradicting import HOUR, proof, tree
from handover.domain.errors import MalformedError
from handover.protocol import contradiction, evidence_lines
from handover.protocol.checkpoint import Checkpoint, SignedCheckpoint
from handover.protocol.contradiction import Kind
from handover.protocol.envelope import FUTURE
from handover.protocol.evidence import LINE_LIMIT, Word
from handover.protocol.evidence_lines import Consistency
from handover.protocol.merkle import ConsistencyError, Tree
from paper import NOW

WORDS = [word.value.encode() for word in Word]
LINES = {
    Word.ROOT: [b"{}"],
    Word.TIMESTAMP: [b"{}"],
    Word.CHECKPOINT: [b'"one"', b'"two"'],
    Word.CONSISTENCY: [b"7 -"],
}
MOST = 70


def seen(of: Tree, now: int = NOW) -> SignedCheckpoint:
    return SignedCheckpoint(
        checkpoint=Checkpoint(origin="gr/athens/log", size=of.size, root=of.root()), time=now
    )


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for each in (data, contradiction.FIRST_LINE + b"\n" + data + b"\n"):
        try:
            found = contradiction.read(each)
        except MalformedError:
            continue
        assert contradiction.write(found.lines) == each


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.binary(max_size=8)), max_size=8))
def test_any_lines_are_read_or_refused(lines: list[tuple[bytes, bytes]]) -> None:
    data = b"\n".join([contradiction.FIRST_LINE, *(b"%s %s" % each for each in lines), b""])
    try:
        found = contradiction.read(data)
    except MalformedError:
        return
    assert contradiction.write(found.lines) == data
    assert [len(found.lines[Word.CHECKPOINT]), len(found.lines[Word.ENVELOPE])] == [2, 0]


def test_each_part_says_in_which_line_it_stands() -> None:
    data = contradiction.write(LINES)
    found, lines = contradiction.read(data), data.split(b"\n")
    for word, texts in LINES.items():
        for place, text in enumerate(texts):
            assert lines[found.line(word, place) - 1] == b"%s %s" % (word.encode(), text)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"handover-evidence/1\n",
        contradiction.FIRST_LINE,
        contradiction.FIRST_LINE + b"\n",
        contradiction.write(LINES)[:-1],
        contradiction.write(LINES) + b"\n",
        contradiction.write(LINES) + b"envelope x\n",
        contradiction.write(LINES) + b"consistency 8 -\n",
        contradiction.write(LINES) + b"consistency 7 -\n",
        contradiction.write(LINES) + b"root {1}\n",
        contradiction.write(LINES) + b"consistency \n",
        contradiction.write(LINES).replace(b'checkpoint "one"\n', b""),
        contradiction.write(LINES).replace(b'"one"', b'"two"'),
        contradiction.write(LINES).replace(b"root {}", b"root " + b"x" * (LINE_LIMIT[Word.ROOT] + 1)),
        contradiction.FIRST_LINE + b"\n" * contradiction.LINES_LIMIT + b"\n",
        contradiction.FIRST_LINE + b"\n" * contradiction.LIMIT,
    ],
)
def test_what_is_not_of_the_one_form_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        contradiction.read(data)


@given(st.integers(0, MOST), st.integers(0, MOST), st.integers(0, FUTURE))
def test_no_honest_log_is_accused(one: int, other: int, late: int) -> None:
    first, second = tree(min(one, other)), tree(max(one, other))
    led = proof(second, first.size) if 0 < first.size < second.size else None
    assert contradiction.judge(seen(first), seen(second, NOW + 10**6), led) is None
    assert contradiction.judge(seen(second), seen(first, NOW + late)) is None  # clocks differ by ten minutes


@given(st.integers(1, MOST), st.integers(0, MOST), st.integers(0, MOST))
def test_a_log_that_changed_what_stood_there_is_always_found(size: int, more: int, changed: int) -> None:
    first, second = tree(size), tree(size + more, other=changed % size)
    if more == 0:
        assert contradiction.judge(seen(first), seen(second)) is Kind.TWO_TREES
        return
    led = proof(second, size)
    assert contradiction.judge(seen(first), seen(second), led) is Kind.NOT_GROWN
    assert contradiction.judge(seen(first), seen(second)) is None
    assert contradiction.judge(seen(second), seen(first, NOW + HOUR)) is Kind.ROLLED_BACK


@given(st.integers(1, MOST), st.integers(1, MOST), st.data())
def test_a_proof_that_does_not_lead_to_the_second_tree_shows_nothing(
    size: int, more: int, data: st.DataObject
) -> None:
    first, second = tree(size), tree(size + more, other=0)
    led = proof(second, size)
    place = data.draw(st.integers(0, len(led.path) - 1))
    bent = (*led.path[:place], bytes(32), *led.path[place + 1 :])
    wrong = (
        Consistency(size=size + 1, path=led.path),
        Consistency(size=size, path=bent),
        Consistency(size=size, path=led.path[1:]),
        Consistency(size=size, path=(*led.path, bytes(32))),
        Consistency(size=size, path=()),
    )
    for each in wrong:
        with pytest.raises(ConsistencyError):
            contradiction.judge(seen(first), seen(second), each)


def test_a_proof_goes_through_its_line() -> None:
    led = proof(tree(11), 8)
    assert evidence_lines.read_consistency(evidence_lines.write_consistency(led)) == led
