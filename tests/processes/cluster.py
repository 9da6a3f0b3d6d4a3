"""A PostgreSQL server that can be killed and comes back with everything that it had committed."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import postgres

# A killed process loses nothing that it has handed to the operating system, so nothing need reach the disk here.
_CONFIG = "fsync=off\nsynchronous_commit=on\nmax_connections=60\nlogging_collector=off\n"


class Cluster:
    """One server, with a database for each office."""

    def __init__(self, folder: Path) -> None:
        found = postgres.programs()
        assert found is not None
        self._bin = found
        self._folder = folder
        self._user = postgres._owner(folder)
        arguments = ("-A", "trust", "-U", "handover", "-E", "UTF8", "--locale=C", "-D", self._data)
        self._run("initdb", *arguments)
        with (self._data / "postgresql.conf").open("a") as config:
            config.write(_CONFIG)
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [str(self._bin / program), *map(str, arguments)]
        subprocess.run(command, user=self._user, capture_output=True, check=True)

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        command = [str(self._bin / "postgres"), "-D", str(self._data), "-k", str(self._folder), "-h", ""]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                command, user=self._user, stdout=log, stderr=log, start_new_session=True
            )
        end = time.monotonic() + 3000
        while subprocess.run([self._bin / "pg_isready", "-q", "-h", self._folder], check=False).returncode:
            assert time.monotonic() < end, (self._folder / "log").read_text()[-2000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL the server and every process of it."""
        assert self._server is not None
        ids = [self._server.pid, *_children(self._server.pid)]
        for id_ in ids:
            with suppress(ProcessLookupError):
                os.kill(id_, signal.SIGKILL)
        self._server.wait()
        end = time.monotonic() + 300
        while any(Path(f"/proc/{id_}").exists() for id_ in ids):  # its children are buried by somebody else
            assert time.monotonic() < end
            time.sleep(0.01)

    def database(self, name: str) -> str:
        """Give the URL of a new, empty database."""
        plain = name.replace("/", "_").replace("-", "_")
        self._run("createdb", "-h", self._folder, "-U", "handover", plain)
        return f"postgresql+psycopg://handover@/{plain}?host={self._folder}"


def _children(parent: int) -> list[int]:
    """Give the processes that *parent* has started, which have sessions of their own."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Give a running server; it and all it holds go afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    made = Cluster(folder)
    try:
        made.start()
        yield made
    finally:
        made.kill()
        shutil.rmtree(folder, ignore_errors=True)
