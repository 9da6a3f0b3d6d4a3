"""Real nodes: each a process of its own, started as an operator starts it, behind a socket of this machine."""

import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2

from handover import config, founding, node
from handover.adapters.registry import folder as folder_of
from handover.application.facts import OfficerRole
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol.node_key import KeyUse, new_key
from processes.wire import Wire
from processes.zygote import Forked, Zygote
from registrar import YEAR, Registrar, TestNode

SOURCE = Path(__file__).parents[2] / "src"
PASSPHRASE = "correct horse battery staple"
PATIENCE = 300.0  # seconds; far more than anything here takes on a busy machine
_SETTINGS = """\
node = {node}
address = {address}
listen = {listen}
database = {database}
passphrase_file = {passphrase}
places = ["Here"]
mandates = ["child-protection", "family-tracing"]
languages = ["en"]
hours = "always"
private_peers = true
poll = {poll}
peer_burst = 1000000
account_burst = 1000000
{more}
[names]
en = "An office (sample)"
"""
Json = Any
Process = subprocess.Popen[bytes] | Forked


Database = Callable[[str], str]
"""Gives the URL of a node's database by its name."""


def _sqlite(_name: str) -> str:
    return ""


class UnknownOutcomeError(Exception):
    """The request may or may not have been carried out."""


def free_port() -> int:
    """Give a port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    """What a node said: status, bytes, and whether it said so before."""

    status: int
    body: bytes
    replayed: bool = False

    @property
    def json(self) -> Json:
        return json.loads(self.body)


@dataclass
class Office:
    """One node: its folder, where it is reached, the keys of two officers, and its processes."""

    id: NodeId
    folder: Path
    port: int
    front: int
    secrets: list[str] = field(default_factory=list)
    officers: list[str] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    """Ports of further web processes, which take their share of requests."""
    zygote: Zygote | None = None
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(trust_env=False))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def settings(self) -> config.Settings:
        return config.load(self.folder)

    @contextmanager
    def opened(self) -> Iterator[Node]:
        """Give the node opened in this process; its own must not run."""
        found = node.open_node(self.settings())
        try:
            yield found
        finally:
            found.close()

    def fork(self, *arguments: str, point: str = "", number: int = 0) -> Process:
        """Start `handover serve` (or what *arguments* say) the fast way; with *point* it dies there (see crash.py)."""
        assert self.zygote is not None
        command = (*(arguments or ("serve",)), "--data", str(self.folder))
        process = self.zygote.fork(command, log=self.log, point=point, number=number)
        self.processes.append(process)
        return process

    def start(
        self,
        *arguments: str,
        before: Sequence[str] = (),
        module: Sequence[str] = ("-m", "handover"),
        env: Mapping[str, str] | None = None,
        wait: bool = True,
    ) -> Process:
        """Start `handover serve` (or what *arguments* say); *before* stands in front, as `strace` does."""
        command = [*before, sys.executable, *module, *(arguments or ("serve",)), "--data", str(self.folder)]
        clean = {name: text for name, text in os.environ.items() if not name.startswith("HANDOVER_")}
        path = os.pathsep.join((str(SOURCE), str(SOURCE.parent / "tests")))
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command,
                env={**clean, "PYTHONPATH": path, "PYTHONWARNINGS": "default", **(env or {})},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        if wait:
            self.wait_ready()
        return process

    def wait_ready(self, seconds: float = PATIENCE) -> None:
        """Wait until the node can work."""
        end = time.monotonic() + seconds
        while True:
            try:
                if self.client.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except httpx2.HTTPError:
                pass
            if time.monotonic() > end:
                raise AssertionError(f"{self.id} is not ready: {self.log.read_text()[-2000:]}")
            time.sleep(0.03)

    def kill(self) -> None:
        """SIGKILL everything of this office: nothing of it runs afterwards."""
        for process in self.processes:
            if process.poll() is None:
                for kill in (os.kill, os.killpg):  # it may not lead its group yet, or may have ended just now
                    with suppress(ProcessLookupError):
                        kill(process.pid, signal.SIGKILL)
        for process in self.processes:
            process.wait()
        self.processes.clear()

    def stop(self) -> list[int]:
        """SIGTERM, as an operator stops it; give how the processes ended."""
        for process in self.processes:
            process.terminate()
        ended = [process.wait(PATIENCE) for process in self.processes]
        self.processes.clear()
        return ended

    @property
    def dead(self) -> bool:
        """Whether no process of this office runs."""
        return all(process.poll() is not None for process in self.processes)

    def ask(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        key: str = "",
        officer: int = 0,
        seconds: float = 10,
    ) -> Answer:
        """Ask the API once.

        Raises:
            UnknownOutcomeError: no answer, or one that says to try again.
        """
        headers = {"Authorization": f"Bearer {self.secrets[officer]}"}
        content = None
        if method in ("POST", "PUT"):
            headers |= {"Idempotency-Key": key or secrets.token_hex(16), "Content-Type": "application/json"}
            content = json.dumps(body if body is not None else {}).encode()
        try:
            url = f"http://127.0.0.1:{random.choice([self.port, *self.others])}/api/v1{path}"
            found = self.client.request(method, url, content=content, headers=headers, timeout=seconds)
        except httpx2.HTTPError as error:
            raise UnknownOutcomeError from error
        if found.status_code in (408, 429) or found.status_code >= 500:
            raise UnknownOutcomeError(found.text)
        return Answer(found.status_code, found.content, "idempotent-replayed" in found.headers)

    def sure(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        key: str = "",
        officer: int = 0,
        seconds: float = 300,
    ) -> Answer:
        """Ask until the outcome is known, always under the same key."""
        key, end = key or secrets.token_hex(16), time.monotonic() + seconds
        while True:
            try:
                return self.ask(method, path, body, key=key, officer=officer)
            except UnknownOutcomeError as error:
                if time.monotonic() > end:
                    raise AssertionError(f"{self.id} does not come back: {error}") from error
                time.sleep(0.05)

    def get(self, path: str) -> Json:
        """Give what stands at *path*."""
        found = self.sure("GET", path)
        assert found.status == 200, found
        return found.json


class Stage:
    """A registry and the offices of `add`; each is reached by its peers through a `Wire` that the test can hurt."""

    def __init__(self, folder: Path, *, age: int = 0) -> None:
        """*age*: how many seconds ago the registry and all keys were made."""
        self.folder = folder
        self.registrar = Registrar(folder / "operators", now=int(time.time()) - age)
        self.registrar.found("gr", "de", "es")
        self.passphrase = folder / "passphrase"
        self.passphrase.write_text(PASSPHRASE)
        self.offices: dict[str, Office] = {}
        self.wires: dict[str, Wire] = {}
        self.zygote = Zygote(SOURCE)

    def add(
        self, *names: str, database: Database = _sqlite, wired: bool = True, poll: float = 0.5, more: str = ""
    ) -> None:
        """Set up offices, admit them, and give each two officers."""
        made = [self._made(name, database(name), wired=wired, poll=poll, more=more) for name in names]
        for office in made:
            with office.opened() as opened:
                request = founding.enrolment_request(
                    office.settings(), opened.vault, now=self.registrar.now
                )  # fmt: skip
            self.registrar.ceremony.admit(request, now=self.registrar.now)
            self.registrar.sign(*self.registrar.of(office.id.country))
        self.publish()

    def _made(self, name: str, database: str, *, wired: bool, poll: float, more: str) -> Office:
        port = free_port()
        if wired:
            self.wires[name] = Wire(port)
        front = self.wires[name].port if wired else port
        office = Office(NodeId(name), self.folder / name.replace("/", "-"), port, front, zygote=self.zygote)
        self.offices[name] = office
        now = self.registrar.now
        founding.set_up(office.folder, office.id, PASSPHRASE, self.registrar.repository.pinned(), now=now)
        settings = {
            "node": name,
            "address": f"http://{'127.0.0.1' if wired else 'localhost'}:{front}",  # a passkey needs a name
            "listen": f"127.0.0.1:{port}",
            "database": database,
            "passphrase": str(self.passphrase),
        }
        quoted = {key: json.dumps(value) for key, value in settings.items()}
        (office.folder / config.FILE_NAME).write_text(_SETTINGS.format(**quoted, poll=poll, more=more))
        with office.opened() as opened:
            for who in ("first", "second"):
                officer = opened.officers.add(who, tuple(OfficerRole))
                office.officers.append(officer.id)
                office.secrets.append(opened.officers.issue_key(officer.id)[1])
        return office

    def admit_stranger(self, name: str, address: str, pins: Sequence[bytes] = ()) -> TestNode:
        """Admit a node that no process of ours runs; *pins* are digests of its server's keys."""
        made = TestNode(name, now=self.registrar.now - 600)
        tls = [
            new_key(use=KeyUse.TLS, public=pin, not_before=made.now, expires=made.now + YEAR) for pin in pins
        ]
        entry = replace(made.entry(), address=address, keys=(*made.public_keys(), *tls))
        self.registrar.ceremony.admit(made.request(entry), now=self.registrar.now)
        self.registrar.sign(*self.registrar.of(made.node.country))
        self.publish()
        return made

    def publish(self) -> None:
        """Publish what was signed and bring it to all offices, whose processes must not run."""
        self.registrar.publish()
        for office in self.offices.values():
            with office.opened() as opened:
                accepted = opened.refresher.refresh([folder_of(self.registrar.public)])
                assert not accepted.failed

    def __getitem__(self, name: str) -> Office:
        return self.offices[name]

    def close(self) -> None:
        for office in self.offices.values():
            office.kill()
            office.client.close()
        for wire in self.wires.values():
            wire.stop()
        self.zygote.close()


@contextmanager
def stage(
    folder: Path,
    *names: str,
    database: Database = _sqlite,
    wired: bool = True,
    poll: float = 0.5,
    more: str = "",
    age: int = 0,
) -> Iterator[Stage]:
    """Give a registry with offices that do not run yet."""
    made = Stage(folder, age=age)
    try:
        made.add(*names, database=database, wired=wired, poll=poll, more=more)
        yield made
    finally:
        made.close()
