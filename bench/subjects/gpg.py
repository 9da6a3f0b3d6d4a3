"""gpg, as records are sent by hand today: encrypt and sign a file, decrypt and verify it; four processes a record.

There is no transport, no database and no receipt in it.
"""

import json
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from bench import case
from bench.meter import Round, cpu_of
from bench.subjects.base import SkippedError

_PARAMETERS = """\
%no-protection
Key-Type: eddsa
Key-Curve: ed25519
Subkey-Type: ecdh
Subkey-Curve: cv25519
Name-Real: {name}
Expire-Date: 0
%commit
"""


class GPG:
    """Two key rings."""

    name = "gpg"
    modes = ("single",)

    def __init__(self) -> None:
        self._homes: list[Path] = []
        self._record = json.dumps(case.wire_values()).encode()

    def start(self, folder: Path) -> None:  # noqa: ARG002 - the path to an agent's socket must be short
        """Make two key rings that know each other; raises SkippedError where there is no gpg."""
        if shutil.which("gpg") is None:
            raise SkippedError("gpg is not installed")
        self._homes = [Path(tempfile.mkdtemp(prefix=f"gpg-{name}-")) for name in "ab"]
        for home, name in zip(self._homes, ("sender", "receiver"), strict=True):
            home.chmod(0o700)
            self._gpg(home, "--generate-key", data=_PARAMETERS.format(name=name).encode())
        for home, other in (self._homes, self._homes[::-1]):
            self._gpg(home, "--import", data=self._gpg(other, "--export"))

    def _gpg(self, home: Path, *arguments: str, data: bytes = b"") -> bytes:
        command = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--trust-model", "always", *arguments]
        return subprocess.run(command, input=data, capture_output=True, check=True).stdout

    def prepare(self, count: int) -> None:
        """Nothing has to be made ready."""

    def measure(self, mode: str, count: int) -> Round:
        """Seal and open *count* records, one after the other."""
        if mode not in self.modes:
            raise ValueError(mode)
        sender, receiver = self._homes
        latencies, wire = [], 0
        before, began = self._cpu(), time.monotonic()
        for _ in range(count):
            start = time.monotonic()
            to = ("--recipient", "receiver", "--local-user", "sender")
            sealed = self._gpg(sender, "--sign", "--encrypt", *to, data=self._record)
            if self._gpg(receiver, "--decrypt", data=sealed) != self._record:
                raise RuntimeError("gpg gave another record")
            latencies.append(time.monotonic() - start)
            wire += len(sealed)
        seconds = time.monotonic() - began
        return Round(count=count, seconds=seconds, cpu=self._cpu() - before, latencies=latencies, wire=wire)

    def _cpu(self) -> float:
        """The processes that have ended, and the agents that hold the keys."""
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return ended.ru_utime + ended.ru_stime + sum(map(cpu_of, self.pids()))

    def pids(self) -> list[int]:
        """Give the agents."""
        homes = [str(home) for home in self._homes]
        found = []
        for folder in Path("/proc").iterdir():
            try:
                command = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if "gpg-agent" in command[0] and any(home in command for home in homes):
                found.append(int(folder.name))
        return found

    def stop(self) -> None:
        """End the agents and forget the keys."""
        for home in self._homes:
            subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)
            shutil.rmtree(home, ignore_errors=True)
