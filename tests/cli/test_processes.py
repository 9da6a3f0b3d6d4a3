"""Real processes over real sockets: a node serves, another learns of it, a worker stops when it is told to."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cli.stage import Call, Stage

ROOT = Path(__file__).resolve().parents[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(*arguments: str | Path, port: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "handover", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + 300
        while port is not None and running.poll() is None and time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield running
    finally:
        if running.poll() is None:
            running.terminate()
        running.communicate(timeout=300)


def test_a_node_bootstraps_from_a_peer_with_nothing_but_the_pinned_root(tmp_path: Path, call: Call) -> None:
    stage, port = Stage(tmp_path, call), _free_port()
    north = stage.set_up("gr/athens", port=port)
    stage.admit("gr/athens")
    south = stage.set_up("de/hamburg", port=_free_port())
    address = f"http://127.0.0.1:{port}"
    with _running(
        "serve", "--data", north, "--listen", f"127.0.0.1:{port}", "--no-worker", port=port
    ) as node:
        found: Any = call("refresh", "--data", south, "--from", address, "--json").json
        assert (found["fresh"], found["nodes"], found["listed"]) == (True, 1, False)
        assert call("refresh", "--data", south, "--from", "gr/athens", "--json").status == 0
        seen: Any = call("doctor", "--data", south, "--json", expect=1).json
        peers = [each for each in seen["checks"] if each["name"] == "peers"]
        assert [(each["level"], each["text"]) for each in peers] == [("ok", "Peers that answer: 1 of 1.")]
        assert "does not name this node" in call("doctor", "--data", south, "--offline", expect=1).out
    assert node.returncode == 0
    seen = call("doctor", "--data", south, "--json", expect=1).json
    (peers,) = [each for each in seen["checks"] if each["name"] == "peers"]
    assert "These do not: gr/athens (peer-unreachable)." in peers["text"]
    silent = call("refresh", "--data", south, "--from", address, "--json", expect=4)
    assert address in silent.err
    found = silent.json
    assert found["fresh"]  # what was accepted before stays in use


def test_an_address_in_a_private_network_is_asked_for_nothing_unless_it_is_allowed(
    tmp_path: Path, call: Call
) -> None:
    stage = Stage(tmp_path, call)
    data = stage.set_up("gr/athens")
    settings = data / "handover.toml"
    settings.write_text(settings.read_text().replace("private_peers = true", "private_peers = false"))
    result = call("refresh", "--data", data, "--from", "https://127.0.0.1:1", expect=4)
    assert "could not be fetched" in result.err


def _wait_for_handler(process: subprocess.Popen[bytes]) -> None:
    """Wait until the process has a handler of its own for SIGTERM."""
    bit = 1 << (signal.SIGTERM - 1)
    until = time.monotonic() + 300
    while time.monotonic() < until:
        status = Path(f"/proc/{process.pid}/status").read_text()
        if int(status.partition("SigCgt:")[2].split()[0], 16) & bit:
            return
        assert process.poll() is None
        time.sleep(0.05)


def test_a_worker_ends_when_it_is_told_to(stage: Stage) -> None:
    with _running("worker", "--data", stage.data()) as worker:
        _wait_for_handler(worker)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=300) == 0


def test_a_port_in_use_is_said_without_a_traceback(stage: Stage) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with _running("serve", "--data", stage.data(), "--listen", listen) as node:
            out, _ = node.communicate(timeout=300)
    assert node.returncode not in (0, None)
    assert b"Traceback" not in out
