"""What tests of the command line share: a caller, and a registry with a node that commands have set up."""

from pathlib import Path

import pytest

from cli.stage import Call, Caller, Stage


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Give a function that carries out one command in this process."""
    for name in ("HANDOVER_DATA", "HANDOVER_PASSPHRASE", "HANDOVER_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    return Caller(capsys)


@pytest.fixture
def stage(tmp_path: Path, call: Call) -> Stage:
    """Give a registry with two countries, and a node that was set up and is listed."""
    made = Stage(tmp_path, call)
    made.set_up("gr/athens")
    made.admit("gr/athens")
    return made
