"""An answer shows nothing of what is in the index: size, status and work are the same for whoever holds the child.

What takes time is counted, not measured, for a clock of a machine that does other things as well would prove nothing:
the statements that the database carries out, and the bytes that go in and out. `bench/answers.py` has the clock.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from handover.application.traced import KeptQuestion
from handover.node import Node
from handover.protocol.question_receipt import SIZE
from tracing.permitted import CHILD, REQUEST, UNTOLD
from tracing.rig import Rig, rig

NUMBER = 24


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("answers"), "de/hamburg", "gr/athens", "it/rome") as made:
        yield made


@contextmanager
def counted(node: Node) -> Iterator[list[tuple[str, int]]]:
    """Give every statement that a node's database carries out meanwhile, with the size of its values."""
    done: list[tuple[str, int]] = []

    def note(_connection: object, _cursor: object, text: str, values: object, *_rest: object) -> None:
        done.append((text, _size(values)))

    event.listen(node.database.engine, "before_cursor_execute", note)
    try:
        yield done
    finally:
        event.remove(node.database.engine, "before_cursor_execute", note)


def _size(values: object) -> int:
    if isinstance(values, bytes | str):
        return len(values)
    if isinstance(values, dict):
        return sum(map(_size, values.values()))
    if isinstance(values, list | tuple):
        return sum(map(_size, values))
    return 8


def questions(made: Rig, holder: Node, number: int) -> list[bytes]:
    """Give the bytes of questions for a holder, which has not got them."""
    hamburg, found = made.nodes[0], []
    for _ in range(number):
        _, asking = made.asked(hamburg, holder)
        hamburg.tracing.tick()
        [asked] = made.questions(hamburg, asking)
        found.append(_bytes(hamburg, asked))
    return found


def _bytes(node: Node, asked: KeptQuestion) -> bytes:
    with node.database.reading() as work:
        return work.tracing.askings.data(asked)


def work_of(node: Node, data: bytes) -> tuple[bytes, list[tuple[str, int]]]:
    with counted(node) as done:
        answer = node.tracing.answering.receive(data)
    return answer, done


def largest_gap(one: list[int], other: list[int]) -> float:
    """Give the statistic of Kolmogorov and Smirnov: the largest gap between two distributions."""
    values = sorted({*one, *other})
    return max(
        abs(sum(x <= v for x in one) / len(one) - sum(x <= v for x in other) / len(other)) for v in values
    )


def test_who_holds_the_child_does_the_same_as_who_does_not(three: Rig) -> None:
    _, athens, rome = three.nodes
    child = three.child(athens)
    three.settle(3)
    held, empty = (
        [work_of(node, each) for each in questions(three, node, NUMBER)] for node in (athens, rome)
    )
    assert {len(answer) for answer, _ in held + empty} == {SIZE}
    assert {tuple(text for text, _ in done) for _, done in held[1:]} == {
        tuple(text for text, _ in done) for _, done in empty[1:]
    }
    sizes = [[sum(size for _, size in done) for _, done in each[1:]] for each in (held, empty)]
    # for samples of this size and p = 0.01 the critical value is 1.63 * sqrt(2 / n)
    assert largest_gap(*sizes) < 1.63 * (2 / (NUMBER - 1)) ** 0.5
    athens.tracing.tick()
    met = [len(three.candidates(node, of)) for node, of in ((athens, child),)]
    assert met == [NUMBER]  # every one of them did meet the child


@pytest.mark.parametrize(
    "record",
    [{**CHILD, "protection.not_to_be_told": UNTOLD}, {**CHILD, "family.tracing_status": "reunified"}],
    ids=["protected", "found"],
)
def test_a_protected_child_is_told_from_none_by_nothing(three: Rig, record: dict[str, object]) -> None:
    _, _, rome = three.nodes
    before = [work_of(rome, each) for each in questions(three, rome, 3)]
    three.child(rome, record)
    three.settle(2)
    after = [work_of(rome, each) for each in questions(three, rome, 3)]
    assert {len(answer) for answer, _ in before + after} == {SIZE}
    assert [text for text, _ in before[-1][1]] == [text for text, _ in after[-1][1]]


def test_neither_log_nor_public_page_changes_with_a_protected_child(three: Rig) -> None:
    _, _, rome = three.nodes
    page = rome.tracing.sums.page()
    with rome.database.reading() as work:
        roots = work.tracing.index.last()
    three.child(rome, {**CHILD, "protection.not_to_be_told": UNTOLD})
    three.settle(3)
    assert rome.tracing.sums.page() == page
    with rome.database.reading() as work:
        assert work.tracing.index.last() == roots


def test_no_personal_value_is_in_a_question_or_in_the_tables_of_tracing(three: Rig) -> None:
    hamburg, athens, _ = three.nodes
    [data] = questions(three, athens, 1)
    marks = [str(REQUEST["sought.persons"]), "يوسف", "Yusuf", "Haddad", "حداد"]
    assert not [mark for mark in marks if mark.encode() in data]
    for node in (hamburg, athens):
        with node.database.engine.connect() as connection:
            for table in ("entry", "address", "asking", "question", "heard", "candidate", "settled"):
                rows = connection.exec_driver_sql(f"SELECT * FROM tracing_{table}").all()  # noqa: S608
                text = repr([[bytes(x) if isinstance(x, memoryview) else x for x in row] for row in rows])
                assert not [mark for mark in marks if mark in text or repr(mark.encode())[2:-1] in text]
