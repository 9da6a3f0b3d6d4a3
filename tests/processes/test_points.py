"""One handover, and a node that dies at an exact point of it: each commit and each delivery, before it and after it.

PROCESS_POINTS=all goes through every point of both nodes; without it every seventh, each time the same ones.
"""

import itertools
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import postgres
from processes import test_kills
from processes.cluster import cluster
from processes.crash import POINTS
from processes.nodes import Office, Stage, stage
from processes.traffic import Case, Story

STEP = 1 if os.environ.get("PROCESS_POINTS") == "all" else 7
NAMES = ("gr/athens", "de/hamburg")


def handed_over(on: Stage, story: Story, victim: Office) -> bool:
    """Hand one case over; give whether *victim*, which is started again, died on the way."""
    error: list[BaseException] = []

    def work() -> None:
        try:
            Case(on, story).straight(NAMES[1])
        except BaseException as failed:  # noqa: BLE001 - raised again below
            error.append(failed)

    case, died = threading.Thread(target=work), False
    case.start()
    while case.is_alive():
        case.join(0.02)
        if victim.dead:
            died = True
            victim.kill()
            victim.fork()
    for failed in error:
        raise failed
    return died


def points(on: Stage, first: int) -> Iterator[tuple[str, str, int]]:
    """Die at every STEP-th point of both nodes, and give those points at which one did."""
    numbers = itertools.count(first)
    for name, point in itertools.product(NAMES, POINTS):
        for number in itertools.count(1):
            if next(numbers) % STEP:
                continue
            on[name].kill()
            on[name].fork(point=point, number=number)
            story = Story(f"{name} {point} {number}", NAMES[0])
            stories.append(story)
            if not handed_over(on, story, on[name]):
                break
            yield name, point, number
        on[name].kill()  # it would still die at the last of its points
        on[name].fork()


stories: list[Story] = []


def died(on: Stage, first: int) -> int:
    """Go through the points, check everything, and give how often a node died."""
    stories.clear()
    for name in NAMES:
        on[name].fork()
    number = sum(1 for _ in points(on, first))
    test_kills.settled(on, stories)
    return number


def test_a_node_may_die_at_any_point_of_a_handover(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with stage(tmp_path, *NAMES, poll=0.1) as made:
        number = died(made, first=0)
    assert number >= 5
    with capsys.disabled():
        print(f"\npoints, SQLite: {number} deaths in {len(stories)} handovers")


@postgres.needed
def test_a_node_on_postgresql_may_die_at_any_point(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with cluster() as server, stage(tmp_path, *NAMES, database=server.database, poll=0.1) as made:
        number = died(made, first=2)
    assert number >= 5
    with capsys.disabled():
        print(f"\npoints, PostgreSQL: {number} deaths in {len(stories)} handovers")
