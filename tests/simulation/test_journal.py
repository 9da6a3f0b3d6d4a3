"""A campaign that was cut off goes on where it was, and not with another program."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from handover.simulation import journal, main
from handover.simulation.campaign import Campaign
from handover.simulation.history import Told
from handover.simulation.journal import Journal, NoJournalError, OtherSourceError

_FOUND = Campaign(
    histories=2, seen=Counter(offer=3), failed=[Told(seed=2, violation="two responsible")], cpu=1.5
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "campaign.journal"


def test_what_was_played_is_not_played_again(path: Path) -> None:
    Journal.open(path).note([1, 2], _FOUND)
    again = Journal.open(path)
    assert again.left(range(1, 5)) == [3, 4]
    assert again.campaign == _FOUND


def test_a_line_that_was_cut_off_does_not_count(path: Path) -> None:
    Journal.open(path).note([1, 2], _FOUND)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"seeds":[3')
    assert Journal.open(path).left(range(1, 5)) == [3, 4]
    assert path.read_bytes() == whole


def test_another_program_does_not_go_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Journal.open(path).note([1, 2], _FOUND)
    monkeypatch.setattr(journal, "source", lambda: "another")
    with pytest.raises(OtherSourceError):
        Journal.open(path)
    done = CliRunner().invoke(main.app(), ["--seeds", "1..4", "--journal", str(path)])
    assert done.exit_code == 2
    assert "another source" in done.output


@pytest.mark.parametrize("text", ["", "no journal\n", "[]\n", "{}\n"])
def test_another_file_is_no_journal(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NoJournalError):
        Journal.open(path)


@pytest.mark.parametrize("line", [{}, {"seeds": 1, "failed": [], "seen": {}, "cpu": 0}, []])
def test_another_line_is_none_of_a_journal(path: Path, line: object) -> None:
    Journal.open(path)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    with pytest.raises(NoJournalError):
        Journal.open(path)


def test_the_source_is_known_by_its_bytes() -> None:
    assert journal.source() == journal.source()
    assert len(journal.source()) == 64


def test_the_command_goes_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Journal.open(path).note([1, 2], Campaign(histories=2, seen=Counter(offer=3), cpu=1.0))
    played: list[int] = []

    def run_wide(
        seeds: Sequence[int], *, note: Callable[[Sequence[int], Campaign], None], **_: Any
    ) -> Campaign:
        played.extend(seeds)
        part = Campaign(histories=len(seeds), seen=Counter(offer=4), cpu=1.0)
        note(seeds, part)
        return part

    monkeypatch.setattr(main, "run_wide", run_wide)
    done = CliRunner().invoke(main.app(), ["--seeds", "1..4", "--journal", str(path)])
    assert done.exit_code == 0, done.output
    assert played == [3, 4]
    assert "histories     4" in done.output
    assert "rounds        7 offered" in done.output
