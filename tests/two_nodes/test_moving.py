"""A node moves from SQLite to PostgreSQL in the middle of a round, and goes on where it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from federation import PASSPHRASE
from handover import cli, node
from handover.adapters import moving
from handover.adapters.engines import DatabaseAddressError
from handover.adapters.migrate import DatabaseForgottenError
from handover.application.facts import Handover
from handover.application.verifier import verify
from handover.application.verifier_report import Verdict
from handover.cli.exits import Exit
from handover.domain.handover import State
from handover.node import Node
from stories import Story, story
from two_nodes.databases import Databases


@dataclass
class Middle:
    """North has released an offer, and nobody has its database open any more."""

    told: Story
    north: Node
    south: Node
    sent: Handover

    @property
    def path(self) -> Path:
        return self.north.settings.data / "handover.db"

    def again(self, database: str) -> Node:
        """Open north's folder with this setting."""
        settings = self.north.settings.model_copy(update={"database": database})
        found = node.open_node(settings, clock=self.told.fed.clock, wire=self.told.fed.wire)
        self.told.fed.wire.nodes[found.id] = found
        return found


@pytest.fixture
def middle(tmp_path: Path) -> Iterator[Middle]:
    with story(tmp_path, "gr/athens", "de/hamburg") as told:
        north, south = told.nodes
        sent = told.offer(north, south, told.matter(north).id)
        north.close()
        yield Middle(told, north, south, sent)


def test_an_open_round_goes_on_in_the_new_database_and_its_evidence_is_valid(
    middle: Middle, postgresql: Databases
) -> None:
    told, south, url = middle.told, middle.south, postgresql.new()
    moved = moving.move(middle.path, url)
    assert moved.old.exists()
    assert not middle.path.exists()
    north = middle.again(url)
    told.open_and_accept(middle.sent, north, south)
    assert told.at(north, middle.sent, north).state is State.ACCEPTED
    north.offers.countersign(middle.sent.id, actor=told.first(north))
    told.fed.settle()
    report = verify([told.export(north, middle.sent.matter)], root=told.root)
    assert (report.verdict, report.matters[0].responsible) == (Verdict.VALID, south.id)


def test_the_old_setting_does_not_begin_again_with_nothing(middle: Middle, postgresql: Databases) -> None:
    moving.move(middle.path, postgresql.new())
    with pytest.raises(DatabaseForgottenError):
        middle.again("")


def test_nothing_is_moved_while_a_process_has_the_database_open(
    middle: Middle, postgresql: Databases
) -> None:
    url, north = postgresql.new(), middle.again("")
    with north.database.reading() as work:
        work.matters.get(middle.sent.matter)
    with pytest.raises(moving.InUseError):
        moving.move(middle.path, url)
    north.close()
    moving.move(middle.path, url)


def test_a_database_that_holds_something_is_not_filled(middle: Middle, postgresql: Databases) -> None:
    url = postgresql.new()
    moved = moving.move(middle.path, url)
    moved.old.rename(middle.path)
    with pytest.raises(moving.NotEmptyError):
        moving.move(middle.path, url)
    assert middle.again("").worklist.of_matter(
        middle.sent.matter, actor=middle.told.first(middle.north)
    )  # what was refused has changed nothing


def test_only_postgresql_is_moved_to(middle: Middle, tmp_path: Path) -> None:
    with pytest.raises(DatabaseAddressError):
        moving.move(middle.path, f"sqlite:///{tmp_path / 'other.db'}")
    assert middle.path.exists()


def test_the_command_says_what_is_left_to_do(
    middle: Middle,
    postgresql: Databases,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data, url = middle.north.settings.data, postgresql.new()
    monkeypatch.setenv("HANDOVER_PASSPHRASE", PASSPHRASE)
    (data / "handover.toml").write_text('node = "gr/athens"\n')
    assert cli.main(["move-database", url, "--data", str(data)]) is Exit.DONE
    said = capsys.readouterr().out
    assert f'database = "{url}"' in said
    assert "handover.db.moved" in said
    monkeypatch.setenv("HANDOVER_DATABASE", url)
    assert cli.main(["move-database", url, "--data", str(data)]) is Exit.REFUSED
    assert cli.main(["status", "--data", str(data)]) is Exit.DONE
    middle.again(url)
