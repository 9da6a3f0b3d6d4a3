"""Several processes of one node on one database: they deliver, and nothing is done twice."""

import signal
import time
from pathlib import Path
from typing import Final

import postgres
from processes import test_kills
from processes.cluster import cluster
from processes.nodes import Office, Stage, free_port, stage
from processes.traffic import Case, Story, Traffic

NAMES: Final = ("gr/athens", "de/hamburg")


def no_alarms(on: Stage) -> None:
    """Two deliveries at once to one peer are no contradiction."""
    for office in on.offices.values():
        assert office.get("/alarms")["data"] == []


def test_the_web_process_and_the_worker_run_apart(tmp_path: Path) -> None:
    with stage(tmp_path, *NAMES) as made:
        for name in NAMES:
            made[name].start("serve", "--no-worker", wait=False)
        story = Story("waits", NAMES[0])
        here, there = made[NAMES[0]], made[NAMES[1]]
        matter = story.done(here, "/matters", {"kind": "guardianship", "reference": "waits"})["id"]
        time.sleep(1)
        assert there.get("/handovers")["data"] == []
        for office in (here, there):
            office.start("worker", wait=False)
        straight = Story("goes", NAMES[0])
        Case(made, straight).straight(NAMES[1])
        assert here.get(f"/matters/{matter}")["claim"] == "HOLDER"
        no_alarms(made)
        test_kills.settled(made, [story, straight])


def doubled(office: Office) -> None:
    """Run two web processes and two workers of the office; requests go to either."""
    office.others[:] = [free_port()]
    office.fork("serve", "--no-worker")
    office.fork("serve", "--no-worker", "--listen", f"127.0.0.1:{office.others[0]}")
    for _ in range(2):
        office.fork("worker")


def worked(on: Stage) -> None:
    for name in NAMES:
        doubled(on[name])
    for number, wire in enumerate(on.wires.values()):
        wire.hurt(70 + number)
    traffic = Traffic(on, seed=7, most=16).start()
    time.sleep(4)
    for office in on.offices.values():
        office.kill()
        doubled(office)
    for wire in on.wires.values():
        wire.hurt(None)
    stories = traffic.finish()
    no_alarms(on)
    test_kills.settled(on, stories)


def test_two_web_processes_and_two_workers_share_a_file(tmp_path: Path) -> None:
    with stage(tmp_path, *NAMES) as made:
        worked(made)


@postgres.needed
def test_two_web_processes_and_two_workers_share_a_server(tmp_path: Path) -> None:
    with cluster() as server, stage(tmp_path, *NAMES, database=server.database) as made:
        worked(made)


def catches(process: int, number: signal.Signals) -> bool:
    """Tell whether the process has come so far that it ends in order."""
    status = Path(f"/proc/{process}/status").read_text()
    mask = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(mask.split()[1], 16) >> (number - 1) & 1)


def test_every_process_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    with stage(tmp_path, NAMES[0]) as made:
        office = made[NAMES[0]]
        office.start("serve")
        worker = office.start("worker", wait=False)
        while not catches(worker.pid, signal.SIGTERM):
            time.sleep(0.05)
        assert office.stop() == [0, 0]
        test_kills.check_journals(made)
