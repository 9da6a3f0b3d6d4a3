"""The table of campaigns counts what ran, and a campaign that breaks or does not run is no good news."""

from pathlib import Path

import pytest

import assurance


@pytest.mark.parametrize(
    ("body", "counted", "violations", "ran"),
    [
        ("assert True", 1, 0, True),
        ("assert False", 1, 1, True),
        ("import pytest; pytest.skip('no program')", 0, 0, False),
    ],
)
def test_what_ran_is_counted(body: str, counted: int, violations: int, ran: bool, tmp_path: Path) -> None:
    path = tmp_path / "test_it.py"
    path.write_text(f"def test_it():\n    {body}\n")
    row = assurance._suite("it", "tests", [str(path)])
    assert (row.count, row.violations, row.ran) == (counted, violations, ran)


def test_a_suite_that_cannot_be_read_did_not_run(tmp_path: Path) -> None:
    path = tmp_path / "test_it.py"
    path.write_text("def test_it(:\n")
    assert assurance._suite("it", "tests", [str(path)]).violations == 1
    assert not assurance._suite("it", "tests", [str(tmp_path / "nowhere.py")]).ran


def test_no_campaign_is_left_out_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        assurance.main(["--only", "nothing"])
    said = capsys.readouterr().err
    for name in (
        "model",
        "mutants",
        "simulation",
        "'planted bugs'",
        "'enumerated crashes'",
        "'disks, networks, clocks, peers'",
        "attacks",
        "fuzzing",
    ):
        assert name in said
    assert "clocks" not in said.replace("'disks, networks, clocks, peers'", "")  # which is one name


def test_a_campaign_that_failed_shows_in_status_table_and_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def row(violations: int, *, ran: bool) -> assurance.Row:
        return assurance.Row(
            campaign="it",
            count=5,
            of="runs",
            violations=violations,
            again="it",
            seconds=0,
            ran=ran,
            told=("seed 7",),
        )

    for violations, ran, status in ((0, True, 0), (1, True, 1), (0, False, 2)):
        made = row(violations, ran=ran)
        monkeypatch.setattr(assurance, "_campaigns", lambda made=made, **_: iter([("it", lambda: made)]))
        assert assurance.main(["--json", str(tmp_path / "table.json")]) == status
        said = capsys.readouterr().out
        assert "seed 7" in said
        assert ("DID NOT RUN" in said) is not ran
        assert '"campaign": "it"' in (tmp_path / "table.json").read_text()
