"""One authority of the demonstration: its node's settings, keys, officers and processes."""

import json
import re
import secrets
import socket
from collections.abc import Callable, Mapping
from importlib.resources import files as shipped
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

import httpx2

from handover import config, node
from handover.adapters import files
from handover.application.facts import OfficerRole
from handover.demo import processes
from handover.demo.client import Officer, Shown
from handover.demo.output import DemoError
from handover.demo.place import Place
from handover.demo.processes import Process
from handover.domain.ids import NodeId

_PATIENCE: Final = 60.0  # seconds for whatever is waited for; a busy machine is slow
_POLL: Final = {"HANDOVER_POLL": "0.1"}  # seconds between two looks of a worker that has a process of its own
_HURRY: Final = {"HANDOVER_ACCOUNT_BURST": "100000"}  # its officers do the work of weeks in a minute
_KEYS_LIVE: Final = 86400  # seconds

T = TypeVar("T")


_R = OfficerRole
_POSTS: Final[Mapping[str, tuple[OfficerRole, ...]]] = {
    "caseworker": (_R.CASEWORKER, _R.LIAISON),
    "liaison": (_R.LIAISON,),
    "supervisor": (_R.SUPERVISOR,),
    "tracing": (_R.TRACING,),
    "auditor": (_R.AUDITOR,),
    "operator": (_R.OPERATOR,),
}
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "gr/athens": (
        "Danae Ioannou",
        "Petros Lekkas",
        "Irini Vasileiou",
        "Kostas Marinos",
        "Athens auditor",
        "Eleni Antoniou",
    ),
    "de/hamburg": (
        "Svenja Brandt",
        "Jonas Ahlers",
        "Meike Thomsen",
        "Onur Yildiz",
        "Hamburg auditor",
        "Birte Claussen",
    ),
    "es/barcelona": (
        "Laia Puig",
        "Marc Ferrer",
        "Nuria Soler",
        "Pol Vidal",
        "Barcelona auditor",
        "Jordi Roca",
    ),
    "hn/san-pedro-sula": (
        "Karla Paz",
        "Oscar Reyes",
        "Wendy Orellana",
        "Luis Mejia",
        "San Pedro auditor",
        "Delia Mendez",
    ),
    "gr/samos": (
        "Thalia Vlachou",
        "Manolis Kritikos",
        "Despina Rallis",
        "Stavros Galanis",
        "Samos auditor",
        "Foteini Doukas",
    ),
    "es/ceuta": (
        "Ines Ballester",
        "Hugo Navas",
        "Clara Rivas",
        "Omar Benali",
        "Ceuta auditor",
        "Rosa Cano",
    ),
}


class Authority:
    """A node: one process, or two where web and worker run *apart*."""

    def __init__(self, name: str, place: Place, connections: httpx2.Client, *, apart: bool) -> None:
        self.node = NodeId(name)
        self.slug = name.replace("/", "-")
        self.data = place.data(self.slug)
        self.apart = apart
        self.officers: dict[str, Officer] = {}
        self._place = place
        self._connections = connections
        settings = shipped("handover.demo").joinpath("nodes", f"{self.slug}.toml").read_text("utf-8")
        self.address = f"http://localhost:{_free_port(settings)}"
        self._settings = _settled(settings, self.address, str(place.operators / "public"))
        self.web = self._process("web", "serve", *(["--no-worker"] if apart else []))
        self.worker = self._process("worker", "worker") if apart else None

    def _process(self, name: str, *arguments: str) -> Process:
        return Process(
            *arguments,
            "--data",
            self.data,
            log=self._place.logs / f"{self.slug}.{name}.log",
            lock=self._place.lock(f"{self.slug}.{name}"),
            settings=_HURRY | _POLL if self.apart else _HURRY,
        )

    @property
    def processes(self) -> list[Process]:
        """What runs for this node."""
        return [self.web, self.worker] if self.worker else [self.web]

    @property
    def pids(self) -> list[int]:
        """The numbers of its processes."""
        return [each.pid for each in self.processes if each.pid]

    def set_up(self) -> tuple[str, str, bytes]:
        """Make the node with `handover init` and `handover enrol`; give country, fingerprint and request.

        The fingerprint is what the command shows, as the authority would read it to the operators.
        """
        passphrase = self._place.folder / "nodes" / f"{self.slug}.passphrase"
        config_file = self._place.folder / "nodes" / f"{self.slug}.toml"
        request = self._place.folder / "nodes" / f"{self.slug}.enrolment"
        files.replace(passphrase, secrets.token_urlsafe(24).encode(), mode=0o600)
        files.replace(config_file, self._settings.encode())
        processes.command(
            "init", self.data, "--node", self.node, "--root", self._place.root,
            "--passphrase-file", passphrase, "--config", config_file,
        )  # fmt: skip
        said = processes.command("enrol", "--data", self.data, "-o", request).stdout
        found = re.search(r"(?:[0-9a-f]{4} ){15}[0-9a-f]{4}", said)
        if found is None:
            raise DemoError("`handover enrol` has shown no fingerprint")
        return self.node.country, found[0], request.read_bytes()

    def invite(self, officer: Officer) -> str:
        """Give a one-time link by which a person gets in as the officer (`handover user invite`)."""
        said = processes.command("user", "invite", officer.id, "--data", self.data, "--json").stdout
        return str(json.loads(said)["link"])

    def staff(self) -> None:
        """Fetch the registry, enter officers, and give each an API key."""
        opened = node.open_node(config.load(self.data))
        try:
            opened.refresher.refresh()
            for (role, roles), name in zip(_POSTS.items(), _NAMES[self.node], strict=True):
                made = opened.officers.add(name, roles)
                _, secret = opened.officers.issue_key(made.id, life=_KEYS_LIVE)
                self.officers[role] = Officer(
                    node=self.node,
                    address=self.address,
                    name=name,
                    role=role,
                    id=made.id,
                    secret=secret,
                    connections=self._connections,
                )
        finally:
            opened.close()

    def start(self) -> None:
        """Start its processes."""
        for each in self.processes:
            each.start()

    def await_ready(self) -> None:
        """Wait until the node says that it can work."""
        self.until("it is ready", lambda: self._ready() or None)

    def _ready(self) -> bool:
        try:
            return self._connections.get(f"{self.address}/readyz").status_code == 200
        except httpx2.HTTPError:
            return False

    def deliver(self, *, on: bool) -> None:
        """Start the worker of a node whose worker runs apart, or stop it: what it says then waits in its queue."""
        if self.worker is None:
            raise DemoError(f"the worker of {self.node} has no process of its own")
        if on:
            self.worker.start()
        else:
            self.worker.stop()

    def kill(self) -> None:
        """End it with SIGKILL, in the middle of whatever it does."""
        for each in self.processes:
            each.kill()

    def ask_to_end(self) -> None:
        """Ask its processes to end."""
        for each in self.processes:
            each.ask_to_end()

    def stop(self) -> None:
        """End it in order."""
        self.ask_to_end()
        for each in self.processes:
            each.await_end()

    def until(self, what: str, ask: Callable[[], T | None]) -> T:
        """Ask again and again until there is an answer, and give it.

        Raises:
            DemoError: a process of the node has ended, or a minute has passed.
        """
        return processes.until(
            f"{self.node}: waiting until {what}",
            ask,
            patience=_PATIENCE,
            node=self.node,
            alive=self.processes,
        )

    def claim(self, matter: str) -> str:
        """Give what the node says of its own responsibility for a matter."""
        return self.officers["caseworker"].get(f"/matters/{matter}").text("claim")

    def handover(self, id_: str) -> Shown:
        """Give a round as this node sees it."""
        return self.officers["liaison"].get(f"/handovers/{id_}")

    def referral(self, id_: str) -> Shown:
        """Give a referral as it stands here."""
        return self.officers["liaison"].get(f"/referrals/{id_}")

    def timeline(self, id_: str) -> list[Shown]:
        """Give the envelopes of a round."""
        return self.officers["liaison"].get(f"/handovers/{id_}/timeline").all("data")

    def last_words(self) -> list[str]:
        """Give the last lines of its logs."""
        return [line for each in self.processes for line in each.last_words()]

    def logs(self) -> list[Path]:
        """Give its log files."""
        return sorted(self._place.logs.glob(f"{self.slug}.*.log"))


def _free_port(settings: str) -> int:
    """Give the port of the sample settings if it is free, and else any that is."""
    found = re.search(r'^address = "([^"]+)"', settings, re.MULTILINE)
    wanted = urlsplit(found[1]).port if found else 0
    for port in (wanted or 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoError("There is no free port on 127.0.0.1.", advice="Free one, and try again.")


def _settled(settings: str, address: str, registry: str) -> str:
    """Give the sample settings with another address, and with the place from which the registry comes."""
    port = address.rpartition(":")[2]
    settings = re.sub(r"^address = .*$", f'address = "{address}"', settings, count=1, flags=re.MULTILINE)
    listen = f'listen = "127.0.0.1:{port}"\nregistry_sources = ["{registry}"]'
    return re.sub(r"^listen = .*$", lambda _: listen, settings, count=1, flags=re.MULTILINE)
