"""A disk that is full or fails: what cannot be kept is refused, nothing that was promised is lost, and it goes on."""

import resource
import time
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from handover.web import examples
from processes import test_kills
from processes.figures import Record, tell
from processes.lives import HAS_STRACE
from processes.nodes import Office, Stage, UnknownOutcomeError, stage
from processes.traffic import Case, Story, Traffic

NAMES: Final = ("gr/athens", "de/hamburg")
needs_strace = pytest.mark.skipif(not HAS_STRACE, reason="strace is not installed")


def limit(office: Office, size: int) -> None:
    """Let no file of the office's process grow beyond *size* bytes."""
    for process in office.processes:
        _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, hard))


def full(office: Office) -> None:
    """Let nothing be written any more that makes the database's files longer."""
    limit(office, (office.folder / "handover.db-wal").stat().st_size)


def test_a_full_disk_is_a_problem_and_no_loss(tmp_path: Path, record_property: Record) -> None:
    with stage(tmp_path, *NAMES) as made:
        here, there = made[NAMES[0]], made[NAMES[1]]
        for office in (here, there):
            office.fork()
        before = Story("before", NAMES[0])
        Case(made, before).straight(NAMES[1])
        full(there)
        refused = there.client.post(
            f"{there.url}/api/v1/matters",
            json=examples.NEW_MATTER,
            headers={"Authorization": f"Bearer {there.secrets[0]}", "Idempotency-Key": "a" * 16},
        )
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        problem = refused.json()
        assert problem["type"].endswith("/storage-unavailable")
        assert problem["retry"] is True
        time.sleep(2.1)  # for so long the answer about readiness is given again
        ready = there.client.get(f"{there.url}/readyz")
        assert (ready.status_code, ready.json()["parts"]["database"]) == (503, False)
        assert there.client.get(f"{there.url}/livez").status_code == 200
        stories = offered(made, there)
        assert there.get("/handovers?role=receiver&state=PENDING")["data"] == []
        limit(there, resource.RLIM_INFINITY)
        began = time.monotonic()
        test_kills.quiet(made)
        recovered = time.monotonic() - began
        stories += [before, Story("after", NAMES[0])]
        Case(made, stories[-1]).straight(NAMES[1])
        test_kills.quiet(made)
        assert len(there.get("/handovers?role=receiver&state=PENDING")["data"]) == 1
        counts = test_kills.settled(made, stories) + Counter(faults=1, cases=len(stories))
    tell(record_property, counts, recovered=recovered, until="what waited has arrived")


def offered(on: Stage, full_one: Office) -> list[Story]:
    """Offer a case to an office that cannot store it, and see that the offer waits."""
    story, here = Story("meanwhile", NAMES[0]), on[NAMES[0]]
    case = Case(on, story)
    matter = story.done(here, "/matters", {"kind": "guardianship", "reference": story.name})["id"]
    story.done(here, f"/matters/{matter}/record", examples.WRITE_RECORD, method="PUT")
    offer = case.offer(here, str(full_one.id), matter)
    story.rounds[offer["round"]] = (NAMES[0], NAMES[1], "left")
    time.sleep(2)
    (waiting,) = here.get("/queue?delivery=queued")["data"]
    assert waiting["due"]
    assert waiting["attempts"] >= 1
    with pytest.raises(UnknownOutcomeError):
        full_one.ask("POST", "/matters", examples.NEW_MATTER)
    return [story]


FAULTS: Final = {
    "no space": ("pwrite64", "inject=pwrite64:error=ENOSPC:when=400..700"),
    "no space now and then": ("pwrite64", "inject=pwrite64:error=ENOSPC:when=300+97"),
    "a disk that does not sync": ("fdatasync", "inject=fdatasync:error=EIO:when=15+9"),
}


@needs_strace
@pytest.mark.parametrize("name", FAULTS)
def test_a_disk_that_fails(name: str, tmp_path: Path, record_property: Record) -> None:
    call, inject = FAULTS[name]
    trace = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject)
    with stage(tmp_path, *NAMES) as made:
        made[NAMES[0]].start(before=trace, wait=False)
        made[NAMES[1]].fork()
        worked(made, record_property)


def worked(on: Stage, record: Record) -> None:
    """Hand some cases over, then start the nodes anew on good disks and check everything."""
    traffic = Traffic(on, seed=3, most=12).start()
    time.sleep(10)
    for office in on.offices.values():
        office.kill()
    recovered = test_kills.run(on)
    stories = traffic.finish()
    counts = test_kills.settled(on, stories) + Counter(faults=1, cases=len(stories))
    tell(record, counts, recovered=recovered, until="all nodes take work again")


def test_a_log_file_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    with stage(tmp_path, *NAMES) as made:
        for office in made.offices.values():
            office.log.unlink(missing_ok=True)
            office.log.symlink_to("/dev/full")
            office.fork("serve", "--no-worker")
            office.fork("worker")
        stories = [Story(f"case {n}", NAMES[0]) for n in range(2)]
        Case(made, stories[0]).straight(NAMES[1])
        full(made[NAMES[0]])  # faults of the worker are to be written now, and cannot be
        time.sleep(3)
        limit(made[NAMES[0]], resource.RLIM_INFINITY)
        Case(made, stories[1]).straight(NAMES[1])
        for office in made.offices.values():
            assert set(office.stop()) == {0}
            office.log.unlink()
            office.fork()
        test_kills.settled(made, stories)
