"""What holds for every command: exit statuses, no traceback, nothing personal on standard error, quick to start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import command_tables
from cli.stage import Call, Stage
from handover.cli import exits, running, template, terminal
from handover.cli.exits import Exit
from handover.cli.version import VERSION
from handover.config import Settings
from handover.domain.errors import HandoverError, RefusedError, UnreachableError

SOURCE = Path(__file__).resolve().parents[2] / "src"
SLOW = (
    "sqlalchemy",
    "fastapi",
    "starlette",
    "pydantic",
    "alembic",
    "uvicorn",
    "httpx2",
    "tuf",
    "cryptography",
    "rich",
)


def _python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, check=False
    )


COMMANDS = dict(command_tables.commands())
OWN = {name: command for name, command in COMMANDS.items() if not name.startswith("registry ")}


def test_importing_the_command_line_imports_nothing_slow() -> None:
    code = "import sys, handover.cli; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = set(_python(code).stdout.split())
    assert "typer" in loaded
    assert not loaded & set(SLOW)


def test_a_dry_run_and_the_verifier_import_no_database_and_no_web(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text('{"case_id": "c-1", "sex": "male"}')
    code = (
        "import sys; from handover.cli import main; main(sys.argv[1:]);"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    for call in (("import", "primero", str(file), "--dry-run"), ("verify", str(file))):
        loaded = set(_python(code, *call).stdout.splitlines()[-1].split())
        assert not loaded & {
            "sqlalchemy",
            "fastapi",
            "starlette",
            "alembic",
            "uvicorn",
            "httpx2",
        }, call


def test_the_module_is_the_command() -> None:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    for arguments, status in (
        (["--version"], 0),
        (["no-such-command"], 64),
        (["status", "--data", "/nowhere"], 3),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "handover", *arguments], env=environment, capture_output=True, check=False
        )
        assert done.returncode == status, arguments
        assert b"Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_mistake_of_ours() -> None:
    code = "import sys; from handover.cli import main; sys.exit(main(['--help']))"
    done = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -c "{code}" | head -c 10 >/dev/null'],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "mistake" not in done.stderr


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(name: str, call: Call) -> None:
    assert "Usage: handover" in call(*name.split(), "--help").out


@pytest.mark.parametrize("name", sorted(OWN))
def test_every_command_shows_an_example_of_itself(name: str) -> None:
    assert f"Example: handover {name}" in " ".join((OWN[name].help or "").split())


@pytest.mark.parametrize("name", sorted(name for name in COMMANDS if " " in name))
def test_a_group_alone_shows_its_help(name: str, call: Call) -> None:
    group = name.rpartition(" ")[0].split()
    assert "Usage:" in call(*group, expect=64).out


class _ColdError(UnreachableError):
    name = "cold"


class _OddError(RefusedError):
    name = "odd"
    title = "It is odd."
    advice = "Make it even."


@pytest.mark.parametrize(
    ("error", "status"),
    [(_OddError(), 1), (_ColdError(), 4), (running.PartMissingError(), 3), (HandoverError(), 1)],
)
def test_each_kind_of_refusal_has_its_exit_status(error: HandoverError, status: int) -> None:
    assert exits.of(error) == status


def test_a_refusal_is_title_detail_and_advice(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.refuse(_OddError("seven\x1b[2J"))
    said = capsys.readouterr()
    assert said.err == "Refused: It is odd.\n  seven\ufffd[2J\n  Make it even.\n"
    assert said.out == ""


def test_a_mistake_of_ours_shows_no_value(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HANDOVER_TRACEBACK", raising=False)
    for name in ("vault.json", "root.json"):
        (tmp_path / name).write_text("Zzyzx")
    (tmp_path / "handover.toml").write_text('node = "gr/athens"\npassphrase = "Zzyzx Zzyzx Zzyzx"\n')
    result = call("keys", "show", "--data", tmp_path, expect=None)
    assert result.status != 0
    assert "Zzyzx" not in result.err
    assert "Traceback" not in result.err


def test_where_no_node_is_every_command_says_so(tmp_path: Path, call: Call) -> None:
    for name in (
        "status",
        "doctor",
        "enrol",
        "serve",
        "worker",
        "refresh",
        "keys show",
        "user list",
        "queue show",
    ):
        result = call(*name.split(), "--data", tmp_path, expect=Exit.NOT_SET_UP)
        assert "handover init" in result.err
        assert result.out == ""


def test_the_data_folder_may_come_from_the_environment(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOVER_DATA", str(stage.data()))
    assert stage.call("keys", "show").status == 0


def test_json_obeys_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say_json({"a": "\x1b[31m\x9b31m\u202e"})
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\x9b" not in out
    assert json.loads(out) == {"a": "\x1b[31m\x9b31m\u202e"}


def test_times_are_utc_and_durations_are_rounded_for_people() -> None:
    assert terminal.when(1_790_000_000) == "2026-09-21T14:13:20Z"
    assert terminal.when(None) == "-"
    assert [terminal.span(each) for each in (0, 59, 150, 7300, 200_000)] == [
        "0 s",
        "59 s",
        "2 min",
        "2 h",
        "2 d",
    ]


def test_every_setting_has_its_meaning() -> None:
    assert list(template.MEANING) == list(Settings.model_fields)


def test_the_version_is_that_of_the_package() -> None:
    import tomllib

    project = tomllib.loads((SOURCE.parent / "pyproject.toml").read_text())
    assert project["project"]["version"] == VERSION
