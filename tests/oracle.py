"""A second opinion on logs: Go's checksum-database packages, built from Debian's packages alone, without network."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Job: TypeAlias = dict[str, Any]
Oracle: TypeAlias = Callable[[list[Job]], list[str]]

_SOURCES = Path(__file__).parent / "protocol" / "go_oracle"
_GOPATH = Path("/usr/share/gocode")  # where Debian puts the sources of Go packages


def built(folder: Path) -> Oracle:
    """Give what asks the Go program: "ok", or why not, for each job."""
    go = shutil.which("go")
    if go is None or not (_GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        reason = "golang-go and golang-golang-x-mod-dev are not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    program = folder / "oracle"
    settings = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GOCACHE": str(folder / "cache"),
        "GOPATH": str(_GOPATH),
        "GO111MODULE": "off",  # packages come from GOPATH, and from nowhere else
        "GOPROXY": "off",
        "GOFLAGS": "",
        "CGO_ENABLED": "0",
    }
    sources = sorted(_SOURCES.glob("*.go"))
    subprocess.run([go, "build", "-o", program, *sources], env=settings, cwd=folder, check=True, timeout=300)

    def ask(jobs: list[Job]) -> list[str]:
        lines = "".join(json.dumps(job) + "\n" for job in jobs)
        done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True, timeout=300)
        answers = done.stdout.splitlines()
        assert len(answers) == len(jobs)
        return answers

    return ask
