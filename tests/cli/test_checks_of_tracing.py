"""An operator of a node that traces is told when no epoch is in force, when it ends, and when its tables are others."""

from collections.abc import Iterator

import pytest

from handover.cli.checks_of_tracing import epochs
from handover.cli.findings import Checked, Level
from handover.matching import scoring
from handover.matching.view import TABLES
from handover.node import Node
from tracing.holding import DAYS, Scene, scene


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene(tmp_path_factory.mktemp("checks")) as five:
        yield five


def agreed(made: Scene, number: int, begins: int, *, tables: bytes = TABLES) -> None:
    """Carry out a ceremony, and let the asker accept its document."""
    desk = made.holders[0].tracing_keys.ceremonies
    plan = desk.plan(
        number=number,
        begins=begins,
        ends=begins + 90 * DAYS,
        tables=tables,
        weights=scoring.WEIGHTS,
    )
    made.asker.tracing_keys.epochs.accept(desk.join(made.signatures(plan)))


def found(node: Node, now: int) -> list[Checked]:
    return list(epochs(node.database, 5, now))


def test_what_is_said_of_epochs(made: Scene) -> None:
    now = made.now
    assert list(epochs(made.asker.database, 0, now)) == []
    assert [each.level for each in found(made.asker, now)] == [Level.WARNING]
    agreed(made, 1, now)
    assert [each.level for each in found(made.asker, now)] == [Level.OK]
    assert [each.level for each in found(made.asker, now + 70 * DAYS)] == [Level.NOTE]
    assert [each.level for each in found(made.asker, now + 85 * DAYS)] == [Level.FAILURE]
    agreed(made, 2, now + 90 * DAYS, tables=bytes(32))
    assert [each.level for each in found(made.asker, now + 85 * DAYS)] == [Level.OK]
    assert [each.level for each in found(made.asker, now + 91 * DAYS)] == [Level.FAILURE]
