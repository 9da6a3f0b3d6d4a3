"""To be answered: a page of each list, and nobody is forgotten behind the first."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from handover.application.continuity import KeptDemand
from handover.domain.continuity import DAY
from handover.domain.handover import Act
from handover.domain.ids import Digest, RoundId
from handover.pages.answering import AT_ONCE
from handover.protocol import strict
from pages.office import offices
from pages.test_received import Scene, text
from two_nodes.scene import alarms_of


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with offices(tmp_path) as made:
        yield Scene(made)


def demand(scene: Scene, number: int, **changes: object) -> KeptDemand:
    found = KeptDemand(
        envelope=Digest(strict.b64(number.to_bytes(32, "big"))),
        matter=scene.got.matter,
        handover=scene.got.id,
        peer=scene.north.id,
        incoming=True,
        act=Act.COMPLAINT,
        about=Digest("A" * 43),
        asked_at=scene.fed.clock.now,
        due=scene.fed.clock.now + number * DAY,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def keep(scene: Scene, *demands: KeptDemand) -> None:
    with scene.south.database.begin() as work:
        for each in demands:
            work.demands.add(each)


def rows(page: str) -> int:
    return len(re.findall(r'<th scope="row"', page))


def further(page: str) -> list[str]:
    return re.findall(r'href="(/office/demands\?(?:ours|owed|held)=[^"]+)"', page)


def test_each_list_has_its_own_pages(scene: Scene) -> None:
    held = {"answered": Act.LEGAL_HOLD, "answer": Digest("A" * 43), "answered_at": scene.fed.clock.now}
    keep(scene, *(demand(scene, each) for each in range(1, AT_ONCE + 8)))
    keep(scene, *(demand(scene, 200 + each, incoming=False) for each in range(3)))
    keep(scene, *(demand(scene, 300 + each, **held) for each in range(AT_ONCE + 1)))
    page = scene.hamburg.get("/office/demands")
    assert rows(page) == AT_ONCE + 3 + AT_ONCE
    ours, kept = further(page)
    assert rows(scene.hamburg.get(ours)) == 7 + 3 + AT_ONCE
    assert rows(scene.hamburg.get(kept)) == AT_ONCE + 3 + 1
    assert rows(scene.hamburg.get("/office/demands?ours=nonsense")) == rows(page)


def test_the_work_list_counts_all_that_waits(scene: Scene) -> None:
    keep(scene, *(demand(scene, each) for each in range(1, 150)))
    assert "149" in text(scene.hamburg.get("/office/work"))


def test_a_demand_that_is_late_is_alarmed_behind_any_number_of_others(scene: Scene) -> None:
    keep(scene, *(demand(scene, 1, envelope=demand(scene, each).envelope) for each in range(1, 120)))
    keep(scene, demand(scene, 130, handover=scene.sent.id, due=scene.fed.clock.now + 2 * DAY))
    with scene.south.database.begin() as work:
        work.handovers.add(replace(scene.got, id=scene.sent.id, round=RoundId(strict.b64(bytes(16)))))
    scene.fed.clock.pass_(3 * DAY)
    scene.south.clockwork.tick()
    scene.south.clockwork.tick()
    late = [each.handover for each in alarms_of(scene.south) if each.kind == "demand-overdue"]
    assert len(late) == 2
    assert set(late) == {scene.got.id, scene.sent.id}


def test_what_is_late_again_after_somebody_has_looked_is_alarmed_again(scene: Scene) -> None:
    actor = scene.fed.officer(scene.south, "there")
    keep(scene, demand(scene, 1), demand(scene, 9))
    for days, expected in ((2, 1), (1, 1), (10, 2)):
        scene.fed.clock.pass_(days * DAY)
        scene.south.clockwork.tick()
        raised = [
            each for each in scene.south.watch.alarms(actor=actor, limit=100) if each.kind == "demand-overdue"
        ]
        assert len(raised) == expected
        for each in raised:
            scene.south.watch.look_at(each.id, actor=actor)
