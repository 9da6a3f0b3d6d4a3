"""`dev.py` needs nothing but Python, and what it refuses it explains."""

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import dev
import pytest

DEV = Path(__file__).resolve().parents[1] / "dev.py"


def _run(
    *arguments: str, at: Path = DEV.parent, by: str = sys.executable
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [by, str(at / "dev.py"), *arguments], cwd=at, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A project with nothing to install."""
    shutil.copy(DEV, tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "requirements.lock").write_text("")
    return tmp_path


def test_it_imports_the_standard_library_alone() -> None:
    tree = ast.parse(DEV.read_text(encoding="utf-8"))
    imported = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    imported += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_it_says_what_it_can_do_without_installing_anything(copy: Path, arguments: tuple[str, ...]) -> None:
    done = _run(*arguments, at=copy)
    assert done.returncode == 0
    for command in ("demo", "test", "bench", "setup", "documents", "lock"):
        assert re.search(rf"^    {command}\s", done.stdout, re.MULTILINE)
    assert not (copy / ".venv").exists()


def test_an_unknown_step_is_refused_with_the_names_of_all(copy: Path) -> None:
    done = _run("test", "everything", at=copy)
    assert done.returncode == 2
    assert "there is no step 'everything'; there are: format, lint" in done.stderr
    assert not (copy / ".venv").exists()


def test_each_test_belongs_to_one_step() -> None:
    def folders(step: str) -> set[str]:
        return {each for each in dev.STEPS[step][1] if each.startswith("tests/")}

    ignored = {each.partition("=")[2] for each in dev.STEPS["tests"][1] if each.startswith("--ignore=")}
    assert folders("tests") == set()
    assert ignored == folders("rules") | folders("browser")
    assert all((DEV.parent / each).is_dir() for each in ignored)


def test_the_end_of_a_step_that_failed_is_told_once_more_at_the_end(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    code = "import sys; [print('line', each) for each in range(100)]; sys.exit('what is wrong')"
    steps = {"first": ("fails", ("-c", code)), "second": ("does not", ("-c", "print('fine')"))}
    monkeypatch.setattr(dev, "STEPS", steps)
    monkeypatch.setattr(dev, "PYTHON", Path(sys.executable))
    assert dev.test(argparse.Namespace(steps=[], rest=[])) == 1
    said = capfdbinary.readouterr().out.decode()
    first, again = said.split("first ended so:")
    assert first.count("line 3\n") == first.count("what is wrong") == again.count("what is wrong") == 1
    assert (again.count("line 3\n"), again.count("line 99\n"), again.count("fine")) == (0, 1, 0)


def test_files_of_tests_lie_in_memory_only_where_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "ROOM", 0)
    assert dev._roomy(tmp_path) == tmp_path
    assert dev._roomy(tmp_path / "nothing") is None
    monkeypatch.setattr(dev, "ROOM", 1 << 60)
    assert dev._roomy(tmp_path) is None


def test_what_was_compiled_is_kept_for_the_next_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in dev._environment()
    assert dev._environment()["PATH"].endswith(os.environ["PATH"])


def test_the_environment_is_made_once_and_again_when_the_lock_changes(copy: Path) -> None:
    assert "Installing the libraries" in _run("setup", at=copy).stdout
    assert _run("setup", at=copy).stdout == ""
    (copy / "requirements.lock").write_text("# changed\n")
    assert "Installing the libraries" in _run("setup", at=copy).stdout
    code = "import sys; print(sys.path)"
    python = copy / ".venv" / "bin" / "python"
    assert (
        str(copy / "src")
        in subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout
    )
    assert (copy / ".venv" / "bin" / "handover").stat().st_mode & 0o111


def test_a_folder_that_is_no_environment_is_not_deleted(copy: Path) -> None:
    (copy / ".venv").mkdir()
    (copy / ".venv" / "letter.txt").write_text("mine")
    done = _run("setup", at=copy)
    assert done.returncode == 2
    assert "Move it away" in done.stderr
    assert (copy / ".venv" / "letter.txt").read_text() == "mine"


def test_an_environment_is_not_made_anew_by_the_python_in_it(copy: Path) -> None:
    _run("setup", at=copy)
    (copy / "requirements.lock").write_text("# changed\n")
    done = _run("setup", at=copy, by=str(copy / ".venv" / "bin" / "python"))
    assert done.returncode == 2
    assert "this Python runs in it. Say: python3 dev.py" in done.stderr
    assert (copy / ".venv" / "bin" / "handover").is_file()


def test_an_installation_that_fails_says_what_to_do_and_is_tried_again(copy: Path) -> None:
    (copy / "requirements.lock").write_text("not a requirement!\n")
    done = _run("setup", at=copy)
    assert done.returncode == 2
    assert "could not be installed" in done.stderr
    (copy / "requirements.lock").write_text("")
    assert _run("setup", at=copy).returncode == 0
