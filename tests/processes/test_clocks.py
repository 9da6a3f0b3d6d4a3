"""Clocks that are wrong, or are set back: nothing is lost and nothing is done twice; only new things may wait."""

import time
from collections import Counter
from pathlib import Path
from threading import Thread
from typing import Final

from handover.web import examples
from processes import crash, test_kills
from processes.figures import Record, tell
from processes.nodes import Json, Office, stage
from processes.traffic import Case, Story

NAMES: Final = ("gr/athens", "de/hamburg")
CRASH: Final = str(Path(crash.__file__))


def start(office: Office, seconds: int) -> None:
    """Start a node whose clock is wrong by so many seconds."""
    office.start(module=(CRASH, "clock", str(seconds)))


def refused(office: Office) -> Json:
    """Wait until a peer has refused something of the office, and give it."""
    end = time.monotonic() + 300
    while not (found := office.get("/queue?delivery=refused")["data"]):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found[0]


def test_a_clock_that_is_set_back_between_two_starts(tmp_path: Path, record_property: Record) -> None:
    """Within ten minutes to either side the other node does not mind, and this one neither."""
    with stage(tmp_path, *NAMES, age=7200) as made:
        here, there = made[NAMES[0]], made[NAMES[1]]
        stories = [Story(name, NAMES[0]) for name in ("before", "while", "after")]
        start(here, 540)
        there.fork()
        Case(made, stories[0]).straight(NAMES[1])
        here.kill()
        began = time.monotonic()
        start(here, -540)  # its peer's receipts and its own entries are from its future now
        recovered = time.monotonic() - began
        Case(made, stories[1]).straight(NAMES[1])
        here.kill()
        here.fork()
        Case(made, stories[2]).straight(NAMES[1])
        counts = test_kills.settled(made, stories) + Counter(faults=2, cases=len(stories))
    tell(record_property, counts, recovered=recovered, until="the node takes work again")


def test_a_clock_that_is_an_hour_behind_makes_others_wait(tmp_path: Path, record_property: Record) -> None:
    """To such a node all that its peers say comes from the future: it is refused for now, and lost by nobody."""
    with stage(tmp_path, *NAMES, age=7200) as made:
        here, there = made[NAMES[0]], made[NAMES[1]]
        start(here, -3600)
        there.fork()
        story = Story("late", NAMES[0])
        case = Thread(target=Case(made, story).straight, args=(NAMES[1],))
        case.start()
        waiting = refused(there)
        assert (waiting["problem"], waiting["due"] > 0) == ("from-the-future", True)
        here.kill()
        began = time.monotonic()
        here.fork()
        here.wait_ready()
        there.sure("POST", "/queue/retry", {"peer": NAMES[0]})
        case.join(90)
        assert not case.is_alive()
        recovered = time.monotonic() - began
        counts = test_kills.settled(made, [story]) + Counter(faults=1, cases=1)
    tell(record_property, counts, recovered=recovered, until="the case is handed over")


def test_a_clock_that_is_an_hour_ahead_is_not_believed(tmp_path: Path) -> None:
    """What such a node says waits until its time has come."""
    with stage(tmp_path, *NAMES) as made:
        here, there = made[NAMES[0]], made[NAMES[1]]
        start(here, 3600)
        there.fork()
        story = Story("early", NAMES[0])
        matter = story.done(here, "/matters", {"kind": "guardianship", "reference": "early"})["id"]
        story.done(here, f"/matters/{matter}/record", examples.WRITE_RECORD, method="PUT")
        Case(made, story).offer(here, NAMES[1], matter)
        waiting = refused(here)
        assert (waiting["problem"], waiting["due"] > 0) == ("from-the-future", True)
        assert there.get("/handovers")["data"] == []
        here.kill()
        test_kills.check_journals(made)
