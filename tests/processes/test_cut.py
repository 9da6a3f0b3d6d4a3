"""The network between two nodes is cut, or one is slow: others do not notice, and afterwards nothing is missing."""

import time
from collections import Counter
from pathlib import Path
from threading import Thread
from typing import Final

from handover.web import examples
from processes import test_kills
from processes.figures import Record, tell
from processes.nodes import Office, Stage, stage
from processes.traffic import Case, Story

NAMES: Final = ("gr/athens", "de/hamburg", "es/barcelona")
SLOW: Final = 2.0
CUT: Final = 12.0  # seconds: longer than a node waits for an answer


def offered(on: Stage, name: str, to: str) -> Story:
    """Offer a case that is left alone at the other side."""
    story, here = Story(name, NAMES[0]), on[NAMES[0]]
    matter = story.done(here, "/matters", {"kind": "guardianship", "reference": name})["id"]
    story.done(here, f"/matters/{matter}/record", examples.WRITE_RECORD, method="PUT")
    offer = Case(on, story).offer(here, to, matter)
    story.rounds[offer["round"]] = (NAMES[0], to, "left")
    return story


def arrived(there: Office) -> int:
    return len(there.get("/handovers?role=receiver&state=PENDING")["data"])


def test_a_network_that_is_cut_between_two_nodes(tmp_path: Path, record_property: Record) -> None:
    with stage(tmp_path, *NAMES) as made:
        for office in made.offices.values():
            office.fork()
        before = Story("before", NAMES[0])
        Case(made, before).straight(NAMES[1])
        made.wires[NAMES[1]].silence(on=True)
        ended = time.monotonic() + CUT
        stories = [before, offered(made, "waits", NAMES[1])]
        while time.monotonic() < ended:  # between the other two everything goes on
            stories.append(Story(f"beside {len(stories)}", NAMES[0]))
            Case(made, stories[-1]).straight(NAMES[2])
        assert arrived(made[NAMES[1]]) == 0
        made.wires[NAMES[1]].silence(on=False)
        began = time.monotonic()
        test_kills.quiet(made)
        recovered = time.monotonic() - began
        assert arrived(made[NAMES[1]]) == 1
        counts = test_kills.settled(made, stories) + Counter(faults=1, cases=len(stories))
    tell(record_property, counts, recovered=recovered, until="what waited has arrived")


def test_a_peer_that_is_slow(tmp_path: Path, record_property: Record) -> None:
    """Every answer of one peer takes long; a case of another one is handed over meanwhile."""
    with stage(tmp_path, *NAMES) as made:
        for office in made.offices.values():
            office.fork()
        made.wires[NAMES[1]].slow = SLOW
        stories = [Story("slow", NAMES[0]), Story("beside", NAMES[0])]
        case = Thread(target=Case(made, stories[0]).straight, args=(NAMES[1],))
        case.start()
        Case(made, stories[1]).straight(NAMES[2])
        case.join(120)
        assert not case.is_alive()
        made.wires[NAMES[1]].slow = 0.0
        began = time.monotonic()
        test_kills.quiet(made)
        recovered = time.monotonic() - began
        counts = test_kills.settled(made, stories) + Counter(faults=1, cases=len(stories))
    tell(record_property, counts, recovered=recovered, until="nothing waits")
