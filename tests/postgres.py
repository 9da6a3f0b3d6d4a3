"""A real PostgreSQL server for tests: its own cluster, a socket in a folder, no network."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

_UNPRIVILEGED = ("postgres", "nobody")
_CAREFUL_OF_NOTHING = "fsync=off\nsynchronous_commit=off\nfull_page_writes=off\n"


@cache
def programs() -> Path | None:
    """Give the folder of the server's programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    path = shutil.which("initdb")
    return found[-1].parent if found else Path(path).parent if path else None


needed = pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed")


@contextmanager
def server() -> Iterator[str]:
    """Give the URL of an empty database; the server and all it holds go afterwards."""
    bin_ = programs()
    assert bin_ is not None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = _owner(folder)
    try:
        _run(
            user,
            bin_ / "initdb",
            "-A",
            "trust",
            "-U",
            "handover",
            "-E",
            "UTF8",
            "--locale=C",
            "-D",
            folder / "data",
        )
        with (folder / "data" / "postgresql.conf").open("a") as config:
            config.write(_CAREFUL_OF_NOTHING)
        command = [str(bin_ / "postgres"), "-D", str(folder / "data"), "-k", str(folder), "-h", ""]
        running = subprocess.Popen(command, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(bin_, folder, running)
            yield f"postgresql+psycopg://handover@/postgres?host={folder}"
        finally:
            running.terminate()
            running.wait(timeout=300)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner(folder: Path) -> str | None:
    """The server refuses to run as root; give the account that it runs under instead."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = next(names[name] for name in _UNPRIVILEGED if name in names)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    folder.chmod(0o755)
    return entry.pw_name


def _run(user: str | None, *command: str | Path) -> None:
    subprocess.run([str(each) for each in command], user=user, capture_output=True, check=True)


def _wait(bin_: Path, folder: Path, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 300
    while time.monotonic() < until:
        ready = subprocess.run([bin_ / "pg_isready", "-q", "-h", folder], check=False)
        if ready.returncode == 0:
            return
        assert running.poll() is None, "the server did not start"
        time.sleep(0.1)
    raise AssertionError("the server is not ready after a minute")
