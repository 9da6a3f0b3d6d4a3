"""Nodes are killed again and again while cases are handed over: nothing that was receipted is lost, nothing done twice.

PROCESS_KILLS sets how many lives of nodes end in each run, PROCESS_SEEDS how many runs there are on each database;
PROCESS_FIRST is the first seed. A run is repeated by its seed, though not to the instruction.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import postgres
from processes import ledgers
from processes.cluster import cluster
from processes.figures import Record, tell
from processes.lives import HAS_STRACE, Lives
from processes.nodes import Stage, stage
from processes.traffic import Story, Traffic, replay

KILLS = int(os.environ.get("PROCESS_KILLS", "8"))
FIRST = int(os.environ.get("PROCESS_FIRST", "1"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("PROCESS_SEEDS", "2")))


def killed(
    on: Stage,
    seed: int,
    kills: int,
    *,
    calls: Mapping[str, int] | None = None,
    between: Callable[[], None] | None = None,
) -> tuple[Counter[str], float]:
    """Hand cases over while nodes are killed; heal, repeat every request, and hold the databases against every rule.

    Gives counts, and how many seconds after the last kill all nodes took work again.
    *between* may do harm of its own in the middle, while the nodes run.
    """
    for number, wire in enumerate(on.wires.values()):
        wire.hurt(seed * 10 + number)
    lives = Lives(on, seed) if calls is None else Lives(on, seed, calls=calls)
    traffic = Traffic(on, seed=seed).start()
    lives.run(kills if between is None else kills // 2, lambda: check_responsible(on))
    if between is not None:
        run(on)
        between()
        lives.run(kills, lambda: check_responsible(on))
    for wire in on.wires.values():
        wire.hurt(None)
    recovered = run(on)
    stories = traffic.finish()
    counts = traffic.counts() + lives.ended
    counts += Counter(cases=len(stories), together=lives.looked, faults=lives.ended.total())
    return counts + settled(on, stories), recovered


def run(on: Stage) -> float:
    """Start every office, and give the seconds until all of them take work."""
    began = time.monotonic()
    for office in on.offices.values():
        office.fork()
    for office in on.offices.values():
        office.wait_ready()
    return time.monotonic() - began


def check_responsible(on: Stage) -> None:
    """Every node is dead at this instant: of each matter one is responsible, or has given its deed away."""
    found = {name: ledgers.read(office, on.offices) for name, office in on.offices.items()}
    ledgers.check_claims(found, quiet=False)


def settled(on: Stage, stories: list[Story]) -> Counter[str]:
    """Wait until nothing waits any more, repeat all requests, end the nodes, and check; give counts."""
    quiet(on)
    signed(on)
    before = {name: office.get("/node")["log"]["size"] for name, office in on.offices.items()}
    replayed = replay(on, stories)
    quiet(on)
    signed(on)
    for name, office in on.offices.items():
        opened = sum(
            asked.office == name and asked.path.endswith("/open") for s in stories for asked in s.asked
        )
        assert office.get("/node")["log"]["size"] <= before[name] + 2 * opened, (
            "a repeated request had an effect"
        )
    for office in on.offices.values():
        assert set(office.stop()) == {0}
    found = ledgers.check(on, stories)
    envelopes = sum(len(ledger.said) for ledger in found.values())
    on_wire = ledgers.check_wires(on, found)
    check_journals(on)
    return Counter(replayed=replayed, envelopes=envelopes, receipts=on_wire)


def quiet(on: Stage, seconds: float = 300) -> None:
    """Wait until every envelope has its receipt."""
    end = time.monotonic() + seconds
    while any(
        waiting["due"]
        for office in on.offices.values()
        for delivery in ("queued", "refused")
        for waiting in office.get(f"/queue?delivery={delivery}&limit=100")["data"]
    ):
        assert time.monotonic() < end, "something still waits"
        time.sleep(0.1)


def signed(on: Stage, seconds: float = 300) -> None:
    """Wait until each head covers its whole log: what was not said in a delivery waits for the next look round."""
    end = time.monotonic() + seconds
    while not all(ledgers.is_signed(office) for office in on.offices.values()):
        assert time.monotonic() < end, "an entry is not under a signed head"
        time.sleep(0.1)


def check_journals(on: Stage) -> None:
    """Whatever befell the nodes, none of them met an error that it did not foresee."""
    for office in on.offices.values():
        text = office.log.read_text()
        assert "Traceback" not in text, text[text.index("Traceback") :][:3000]
        faults = [line for line in text.splitlines() if '"event": "fault"' in line]
        assert [line for line in faults if "StorageError" not in line] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_nodes_that_are_killed_at_any_moment(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Record
) -> None:
    with stage(tmp_path, "gr/athens", "de/hamburg") as made:
        counts, recovered = killed(made, seed, KILLS)
    tell(record_property, counts, recovered=recovered, until="all nodes take work again")
    with capsys.disabled():
        print(f"\nkills, SQLite, seed {seed}: {dict(sorted(counts.items()))}")


@postgres.needed
def test_nodes_and_their_postgresql_are_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Record
) -> None:
    with cluster() as server, stage(tmp_path, "gr/athens", "de/hamburg", database=server.database) as made:

        def kill_server() -> None:
            for _ in range(2):
                time.sleep(1.5)
                server.kill()
                time.sleep(0.5)
                began = time.monotonic()
                server.start()
                for office in made.offices.values():
                    office.wait_ready()
                record_property(
                    "seconds until a killed PostgreSQL serves all again", f"{time.monotonic() - began:.1f}"
                )
            time.sleep(1.0)

        calls = {"sendto": 400, "write": 60} if HAS_STRACE else {}
        counts, recovered = killed(made, FIRST, max(2, KILLS * 2 // 3), calls=calls, between=kill_server)
    tell(record_property, counts, recovered=recovered, until="all nodes take work again")
    with capsys.disabled():
        print(f"\nkills, PostgreSQL, seed {FIRST}: {dict(sorted(counts.items()))}")
