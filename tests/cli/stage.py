"""A registry of the present time and nodes that commands have set up; nothing of it is patched."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from handover.cli import main
from registrar import Registrar

PASSPHRASE = "correct horse battery staple"
SETTINGS = """\
places = ["Athens"]
mandates = ["child-protection", "family-tracing"]
languages = ["el", "en"]
hours = "Mon-Fri 08:00-20:00 Europe/Athens"
address = "http://127.0.0.1:{port}"
private_peers = true
database = "{database}"

[names]
en = "An office (sample)"
"""


@dataclass(frozen=True)
class Result:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> object:
        return json.loads(self.out)


Call = Callable[..., Result]


class Caller:
    """Calls `main` as the console script does."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str | Path, expect: int | None = 0) -> Result:
        self._capsys.readouterr()
        status = main([str(each) for each in arguments])
        said = self._capsys.readouterr()
        result = Result(status, said.out, said.err)
        assert expect is None or status == expect, result
        return result


class Stage:
    """A folder with a registry (2 of 3 holders) and the nodes of `set_up`."""

    def __init__(self, folder: Path, call: Call) -> None:
        self.folder = folder
        self.call = call
        self.now = int(time.time())
        self.registrar = Registrar(folder / "operators", now=self.now)
        self.registrar.found("gr", "de")
        self.root = folder / "root.json"
        self.root.write_bytes(self.registrar.repository.pinned())
        self.passphrase = folder / "passphrase"
        self.passphrase.write_text(PASSPHRASE + "\n")
        self.passphrase.chmod(0o600)

    @property
    def public(self) -> Path:
        return self.registrar.public

    def data(self, name: str = "gr/athens") -> Path:
        return self.folder / name.replace("/", "-")

    def set_up(self, name: str, *, port: int = 8701, database: str = "") -> Path:
        """Set a node up with `handover init`."""
        config = self.folder / "settings.toml"
        config.write_text(SETTINGS.format(port=port, database=database))
        self.call(
            "init", self.data(name), "--node", name, "--root", self.root,
            "--passphrase-file", self.passphrase, "--config", config,
        )  # fmt: skip
        return self.data(name)

    def admit(self, name: str) -> None:
        """Enrol the node with `handover enrol`, let the operators admit it, and refresh it with `handover refresh`."""
        request = self.folder / "request"
        self.call("enrol", "--data", self.data(name), "-o", request)
        self.registrar.now = int(time.time())
        self.registrar.ceremony.admit(request.read_bytes(), now=self.registrar.now)
        self.registrar.sign(*self.registrar.of(name.partition("/")[0]))
        self.registrar.publish()
        self.call("refresh", "--data", self.data(name), "--from", self.public)
