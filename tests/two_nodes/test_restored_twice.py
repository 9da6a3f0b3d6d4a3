"""Of whom and since when a restored node asks: after a second restore as well, and under today's registry alone."""

import shutil
from pathlib import Path

import pytest

from federation import PASSPHRASE, federation
from handover.adapters.incarnation import OtherIncarnationError
from handover.adapters.vault import FileVault
from handover.domain.handover import Claim, State
from handover.founding import MIRROR
from handover.protocol.registry_set import Registry
from stories import Story
from two_nodes.resyncing import ATHENS, HAMBURG, copy, played, put_back, vault_file_copy
from two_nodes.scene import alarms_of
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


def test_a_process_that_runs_on_does_not_speak_in_the_name_of_the_restored_one(tmp_path: Path) -> None:
    """On PostgreSQL nothing else stops it: its old database is untouched beside the new one."""
    with federation(tmp_path, ATHENS, HAMBURG) as (fed, [athens, hamburg]):
        play = Story(fed, [athens, hamburg])
        sent = play.offer(athens, hamburg, play.matter(athens).id)
        play.open_and_accept(sent, athens, hamburg)
        FileVault.open(athens.settings.data / "vault.json", PASSPHRASE).raise_incarnation()
        for act in (
            athens.vault.add_epoch,
            lambda: athens.vault.signer,
            lambda: athens.vault.wrap(bytes(32), "a"),
        ):
            with pytest.raises(OtherIncarnationError):
                act()
        with pytest.raises(OtherIncarnationError):
            athens.offers.countersign(sent.id, actor=play.first(athens))
        assert (athens.vault.incarnation, play.at(athens, sent, athens).state) == (1, State.ACCEPTED)


def test_an_incarnation_that_was_used_before_is_refused(tmp_path: Path) -> None:
    """Database and keys are put back from before the first restore: the second one would speak as the first did."""
    with played(tmp_path, *ACCEPTED, "countersign", "A>B", "B>A") as play:
        play.restore("A", 1)
        play.settle("A")
        assert play.states() == TAKEN
        data = play.node("A").settings.data
        vault_file_copy(data, tmp_path / "A.vault")
        put_back(play.fed, ATHENS, play.kept[1]["A"], restored=True, made_at=play.ended)
        play.settle("A")
        assert play.node("A").vault.incarnation == 2
        assert play.doubts("A")
        assert "resync-failed" in {each.kind for each in alarms_of(play.node("A"))}
        copy(data / "handover.db", tmp_path / "second.db")
        put_back(play.fed, ATHENS, tmp_path / "second.db", restored=True, made_at=play.ended)
        play.settle("A")
        assert play.states() == TAKEN
        assert not play.doubts("A")
