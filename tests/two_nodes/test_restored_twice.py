"""Of whom and since when a restored node asks: after a second restore as well, and under today's registry alone."""

import shutil
from pathlib import Path

import pytest

from federation import federation
from handover.domain.handover import Claim
from handover.founding import MIRROR
from handover.protocol.registry_set import Registry
from stories import Story
from two_nodes.resyncing import ATHENS, HAMBURG, copy, played, put_back
from two_nodes.test_resync_table import ACCEPTED, TAKEN

DAY = 86400


def test_what_the_first_restore_forgot_is_asked_after_a_second_one(tmp_path: Path) -> None:
    """The deed was forgotten on the first day; the second backup is of the tenth, and was made in doubt."""
    with played(tmp_path, *ACCEPTED, "countersign", "A>B", "B>A") as play:
        play.restore("A", 1)
        play.fed.clock.pass_(10 * DAY)
        play.fed.publish()
        copy(play.node("A").settings.data / "handover.db", tmp_path / "in-doubt.db")
        made_at = play.fed.clock.now
        play.fed.clock.pass_(3600)
        put_back(play.fed, ATHENS, tmp_path / "in-doubt.db", restored=True, made_at=made_at)
        play.settle("A")
        assert not play.doubts("A")
        assert play.states() == TAKEN
        assert (play.claim("A"), play.claim("B")) == (Claim.NONE, Claim.HOLDER)


def test_an_authority_that_was_admitted_since_is_asked_as_well(tmp_path: Path) -> None:
    """Backup and mirror are of last night; the child went to an authority that was admitted this morning."""
    with federation(tmp_path, ATHENS, HAMBURG, registry_sources=[str(tmp_path / "registry")]) as (fed, nodes):
        play = Story(fed, nodes)
        athens, _ = nodes
        matter = play.matter(athens).id
        data = athens.settings.data
        copy(data / "handover.db", tmp_path / "night.db")
        shutil.copytree(data / MIRROR, tmp_path / "mirror")
        made_at = play.fed.clock.now
        lyon = play.fed.add("fr/lyon")
        there = play.hand_over(athens, lyon, matter)
        play.fed.clock.pass_(3600)
        shutil.rmtree(data / MIRROR)
        shutil.copytree(tmp_path / "mirror", data / MIRROR)
        athens = put_back(play.fed, ATHENS, tmp_path / "night.db", restored=True, made_at=made_at)
        for _ in range(4):
            athens.resync.tick()
            play.fed.settle()
            play.fed.clock.pass_(1000)
        with athens.database.reading() as work:
            assert work.doubts.restoration() is None
            claimed = work.matters.get(matter).claim
        with lyon.database.reading() as work:
            assert (claimed, work.matters.get(there).claim) == (Claim.NONE, Claim.HOLDER)


def test_nothing_is_certain_under_an_old_registry(tmp_path: Path) -> None:
    with played(tmp_path, *ACCEPTED, "countersign", "A>B", "B>A") as play:
        play.restore("A", 1)
        play.fed.clock.pass_(2 * DAY)
        play.settle("A")
        assert play.doubts("A")
        play.fed.publish()
        play.settle("A")
        assert play.states() == TAKEN


def test_an_authority_whose_countrys_page_is_late_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with played(tmp_path, *ACCEPTED, "countersign", "A>B", "B>A") as play:
        play.restore("A", 1)
        monkeypatch.setattr(Registry, "lapsed", lambda self, country, at: True)
        assert play.node("A").registry.barred(HAMBURG, play.fed.clock.now)
        play.fed.wire.down = {HAMBURG}
        play.node("A").resync.tick()
        assert play.doubts("A")
