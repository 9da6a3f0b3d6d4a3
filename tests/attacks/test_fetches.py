"""Asking others: addresses that lead inside, names that change their mind, answers without end, size or truth."""

import gzip
import ipaddress
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

import cases
from attacks.attack import Attack, Leaves, Strike, against
from federation import Federation, federation
from handover import founding
from handover import node as nodes
from handover.adapters.peers import HTTPPeers
from handover.adapters.registry_sources import Sources
from handover.application.evaluating import PATH as EVALUATIONS
from handover.application.ports import Wire
from handover.domain.errors import HandoverError
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol import node_entry
from handover.protocol.resync import ANSWER_LIMIT
from handover.protocol.resync import PATH as RESYNC
from processes import strange as s
from processes.strange import Behaviour, StrangeServer, Visit, strange

HOSTILE, ELSEWHERE = NodeId("fr/lyon"), NodeId("es/barcelona")
TOTAL = 0.5  # seconds for an exchange
METADATA = "169.254.169.254"
Fetch = Callable[["Outside", NodeId], str]


@dataclass
class Outside:
    """A node with real connections; a member whose server is the attacker's, and one whose name is."""

    fed: Federation
    node: Node
    server: StrangeServer
    inner: StrangeServer
    wire: "Switched"

    def address(self, peer: NodeId) -> str:
        """Give the peer's address as the registry has it."""
        return self.node.registry.entry(peer, self.fed.clock.now).address


@dataclass
class Switched:
    """The connections of the node: to this machine's servers, or to the world alone."""

    peers: HTTPPeers

    def __getattr__(self, name: str) -> Any:
        return getattr(self.peers, name)


@contextmanager
def connected(*, private: bool) -> Iterator[HTTPPeers]:
    peers = HTTPPeers(private=private, pins=lambda _: frozenset(), total=TOTAL)
    yield peers
    peers.close()


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """Give the node, with something to say to both members."""
    with (
        strange(s.silent) as server,
        strange(s.answering(s.sized(b"{}"))) as inner,
        federation(tmp_path_factory.mktemp("fetches"), HOSTILE, "de/hamburg", ELSEWHERE) as (fed, made),
    ):
        lyon, hamburg, _ = made
        settings = lyon.settings.model_copy(update={"address": server.address})
        fed.ceremony.replace_entry(
            founding.enrolment_request(settings, lyon.vault, now=fed.clock.now), now=fed.clock.now
        )
        fed.publish()
        officers = [fed.officer(hamburg, name) for name in ("first", "second")]
        for peer in (HOSTILE, ELSEWHERE):
            cases.offer(fed, hamburg, peer, *officers)
        hamburg.close()
        with connected(private=True) as peers:
            wire = Switched(peers)
            node = nodes.open_node(hamburg.settings, clock=fed.clock, wire=cast(Wire, wire))
            fed.wire.nodes[node.id] = node
            node.refresher.refresh([])
            with node.database.begin() as work:  # there are rows for both before the first attack
                for peer in (HOSTILE, ELSEWHERE):
                    work.peers.put(work.peers.get(peer))
            yield Outside(fed, node, server, inner, wire)


def delivering(outside: Outside, peer: NodeId) -> str:
    return outside.node.outbox.deliver_to(peer).error or "receipt"


def reading_the_registry(outside: Outside, peer: NodeId) -> str:
    """Ask the member's mirror, as a refresh does that has no better source."""
    sources = Sources(
        outside.wire.peers, outside.node.registry, node=outside.node.id, places=(), clock=outside.fed.clock
    )
    accepted = outside.node.refresher.refresh([sources.named(peer)])
    return accepted.failed[0].name if accepted.failed else "receipt"


def reconciling(outside: Outside, peer: NodeId) -> str:
    return outside.node.reconciling(outside.wire.peers).reconcile(peer).problem or "receipt"


def cosigned(outside: Outside, _peer: NodeId) -> str:
    """Ask every witness that there is."""
    return "something" if outside.node.cosigning(outside.wire.peers, 2).ask() else "nothing"


def asking(path: str, limit: int) -> Fetch:
    """Ask what is small, as tracing and a node after a restore do."""

    def ask(outside: Outside, peer: NodeId) -> str:
        return tried(lambda: outside.wire.peers.ask(peer, outside.address(peer), path, b"asked", limit))

    return ask


def reading_the_log(outside: Outside, peer: NodeId) -> str:
    """Read a tile of a member's log, as whoever checks it does."""
    path = "/log/tile/0/000"
    return tried(lambda: outside.wire.peers.get(peer, outside.address(peer), path, 256 * 32))


def tried(act: Callable[[], object]) -> str:
    try:
        act()
    except HandoverError as error:
        return error.name
    return "receipt"


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way by which the node asks others: its name in a sentence, and what a failure leaves."""

    what: str
    fetch: Fetch
    leaves: Leaves = Leaves.NOTHING
    refused: str = "peer-answer"
    unreachable: str = "peer-unreachable"
    inside: str = "peer-address"


WAYS = {
    "delivery": Way(what="a delivery", fetch=delivering, leaves=Leaves.AGAIN),
    "mirror": Way(
        what="a refresh of the registry",
        fetch=reading_the_registry,
        refused="registry-untrusted",
        unreachable="registry-unreachable",
        inside="registry-unreachable",
    ),
    "reconciliation": Way(what="a comparison", fetch=reconciling, leaves=Leaves.COMPARISON_FAILED),
    "witness": Way(
        what="a request for a cosignature",
        fetch=cosigned,
        refused="nothing",
        unreachable="nothing",
        inside="nothing",
    ),
    "tracing": Way(what="a question for keys of tracing", fetch=asking(EVALUATIONS, 4096)),
    "resync": Way(what="what a restored node asks", fetch=asking(RESYNC, ANSWER_LIMIT)),
    "log": Way(what="a request for a tile of a log", fetch=reading_the_log),
}


def once(*parts: bytes) -> Behaviour:
    """Answer one request, and close."""

    def behave(visit: Visit) -> None:
        visit.request()
        for part in parts:
            visit.say(part)

    return behave


def slowly(visit: Visit) -> None:
    """Send a byte at a time, each of them in time for a single wait."""
    visit.request()
    visit.say(s.HEAD + b"Content-Length: 1000\r\n\r\n")
    visit.drip(b" " * 1000)


def redirecting(outside: Outside) -> Behaviour:
    head = f"HTTP/1.1 307 Elsewhere\r\nLocation: {outside.inner.address}/\r\nContent-Length: 0\r\n\r\n"
    return once(head.encode())


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the member's server answers."""

    what: str
    behaviour: Callable[[Outside], Behaviour]
    told: Callable[[Way], str] = field(default=lambda way: way.refused)


BOMB = gzip.compress(b" " * 1_000_000)
ANSWERS = {
    "redirect": Answer(what="by a redirect to a server inside", behaviour=redirecting),
    "bomb": Answer(
        what="by a small compressed body that unpacks to a large one",
        behaviour=lambda _: once(s.sized(BOMB, b"Content-Encoding: gzip\r\n")),
    ),
    "endless": Answer(what="without an end", behaviour=lambda _: s.endless),
    "huge": Answer(
        what="with a body of 64 megabytes",
        behaviour=lambda _: once(s.HEAD + b"Content-Length: 67108864\r\n\r\n" + b"x" * 1024),
    ),
    "slow": Answer(
        what="with a byte each quarter of a second",
        behaviour=lambda _: slowly,
        told=lambda way: way.unreachable,
    ),
    "two-lengths": Answer(
        what="with two lengths, of which a proxy may believe the other",
        behaviour=lambda _: once(s.HEAD + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}"),
        told=lambda way: way.unreachable,
    ),
}


@against(
    *(
        Attack(
            f"{way}-answered-{answer}",
            f"A member's server answers {WAYS[way].what} {ANSWERS[answer].what}.",
            ANSWERS[answer].told(WAYS[way]),
            WAYS[way].leaves,
            with_=(WAYS[way], ANSWERS[answer]),
        )
        for way in WAYS
        for answer in ANSWERS
    )
)
def test_no_answer_leads_on_grows_or_keeps_the_node_waiting(outside: Outside, case: Attack) -> Strike:
    way, answer = case.with_
    outside.server.behaviour = answer.behaviour(outside)

    def run() -> str:
        began = time.monotonic()
        told: str = way.fetch(outside, HOSTILE)
        assert time.monotonic() - began < 120  # where nothing ends it, it takes 250 s
        assert not outside.inner.connections
        return told

    return Strike(node=outside.node, run=run)


@against(
    Attack(
        "delivery-answered-with-a-page",
        "A member's server answers a delivery with a page of HTML, as a proxy in between does.",
        "peer-answer",
        Leaves.AGAIN,
        with_=once(s.sized(b"<html>everything is fine</html>").replace(b"application/json", b"text/html")),
    ),
    Attack(
        "delivery-answered-to-another",
        "A member's server answers a delivery with more receipts than there were envelopes.",
        "malformed",
        Leaves.AGAIN,
        with_=once(s.sized(b'{"results":[{},{}]}')),
    ),
    Attack(
        "delivery-answered-with-nothing",
        "A member's server takes a delivery and closes the connection.",
        "peer-unreachable",
        Leaves.AGAIN,
        with_=once(),
    ),
)
def test_what_is_no_answer_receipts_nothing(outside: Outside, case: Attack) -> Strike:
    outside.server.behaviour = case.with_
    return Strike(node=outside.node, run=lambda: delivering(outside, HOSTILE))


class Names:
    """The names of the world as the attacker answers for them, and where connections were tried."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: tuple[str, ...]) -> None:
        self.answers = list(answers)
        self.tried: list[str] = []
        self._real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._resolve)
        monkeypatch.setattr(socket, "create_connection", self._connect)

    def _resolve(self, host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            return [each for one in found for each in self._real(one, port, *args, **options)]
        return self._real(host, port, *args, **options)

    def _connect(self, address: tuple[str, int], *_args: Any, **_options: Any) -> socket.socket:
        self.tried.append(address[0])
        raise ConnectionRefusedError


@pytest.fixture
def resolving(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Names]:
    return lambda *answers: Names(monkeypatch, *answers)


INSIDE = {
    "loopback": ("this machine itself", ("127.0.0.1",)),
    "loopback-of-six": ("this machine itself, by its longer address", ("::1",)),
    "nowhere": ("the address that means every address", ("0.0.0.0",)),  # noqa: S104 - nobody binds to it
    "private": ("a server of the authority's own network", ("10.1.2.3",)),
    "private-of-six": ("a server of the authority's own network, by its longer address", ("fd00::7",)),
    "neighbour": ("a machine on the same cable", ("fe80::1",)),
    "metadata": ("the place where a cloud keeps a machine's secrets", (METADATA,)),
    "mapped": ("the same, as an address of version 4 within one of version 6", (f"::ffff:{METADATA}",)),
    "translated": ("the same, by a translator between the versions", ("64:ff9b::a9fe:a9fe",)),
    "tunnelled": ("this machine, by a tunnel's address", ("2002:7f00:1::1",)),
    "shared": ("a network that providers share", ("100.64.0.1",)),
    "one-of-two": ("one public address and one of this machine", ("93.184.216.34", "127.0.0.1")),
}


@against(
    *(
        Attack(
            f"name-leads-to-{name}",
            f"A member's name, which the registry lists, resolves to {what}.",
            "peer-address",
            Leaves.AGAIN,
            with_=(WAYS["delivery"], addresses),
        )
        for name, (what, addresses) in INSIDE.items()
    ),
    *(
        Attack(
            f"{name}-led-inside",
            f"A member's name resolves to a server inside when the node asks for {way.what}.",
            way.inside,
            way.leaves,
            with_=(way, (METADATA,)),
        )
        for name, way in WAYS.items()
        if name != "delivery"
    ),
)
def test_no_name_leads_inside(outside: Outside, resolving: Callable[..., Names], case: Attack) -> Strike:
    way, addresses = case.with_
    names = resolving(addresses)

    def run() -> str:
        with careful(outside):
            told: str = way.fetch(outside, ELSEWHERE)
        assert not names.tried
        return told

    return Strike(node=outside.node, run=run)


@contextmanager
def careful(outside: Outside) -> Iterator[None]:
    """Let the node speak to the world alone, as it does where its settings do not say otherwise."""
    before = outside.wire.peers
    with connected(private=False) as outside.wire.peers:
        yield
    outside.wire.peers = before


@against(
    Attack(
        "name-changes-its-mind",
        "A member's name resolves to a public address when it is looked at, and to this machine when it is used.",
        "peer-unreachable",
        Leaves.AGAIN,
    )
)
def test_a_name_is_asked_once(outside: Outside, resolving: Callable[..., Names], case: Attack) -> Strike:
    names = resolving(("93.184.216.34",), ("127.0.0.1",))

    def run() -> str:
        with careful(outside):
            told = delivering(outside, ELSEWHERE)
        assert names.tried == ["93.184.216.34"]
        return told

    return Strike(node=outside.node, run=run)


@against(
    *(
        Attack(
            f"address-{name}",
            f"A member asks to be listed under an address {what}.",
            "malformed",
            with_=address,
        )
        for name, what, address in (
            ("in-the-clear", "without TLS", "http://fr-lyon.example"),
            ("of-a-file", "that is a file of the reader", "file:///etc/passwd"),
            ("of-another-scheme", "of another protocol", "ftp://fr-lyon.example"),
            (
                "with-a-name-inside",
                "with a user's name, so that it reads as another's",
                "https://a.example@b.example",
            ),
            ("with-a-path", "with a path", "https://fr-lyon.example/federation"),
            ("with-a-query", "with a query", "https://fr-lyon.example?x=1"),
            ("of-two-lines", "of two lines", "https://fr-lyon.example\r\nhost: inside"),
            (
                "in-other-letters",
                "that looks like another's in other letters",
                "https://fr-ly\u043en.example",
            ),
        )
    )
)
def test_no_odd_address_is_listed(outside: Outside, case: Attack) -> Strike:
    lyon = outside.fed.wire.nodes[HOSTILE]
    entry = replace(lyon.registry.entry(HOSTILE, outside.fed.clock.now), address=case.with_)
    return Strike(node=outside.node, run=lambda: tried(lambda: node_entry.encode(entry)))
