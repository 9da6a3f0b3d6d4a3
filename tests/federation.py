"""Real nodes in one process for tests: real keys, databases, registry; only time and the wire are ours."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import blank
from handover import config, founding, node
from handover.adapters import ceremony, publication, registry, repository
from handover.application.allowances import TooManyRequestsError
from handover.application.evaluating import PATH as EVALUATIONS
from handover.application.facts import Actor, OfficerRole
from handover.application.reconciliations import PATH as RECONCILIATION
from handover.application.refusals import PeerSpentError
from handover.domain.errors import UnreachableError
from handover.domain.ids import Digest, NodeId
from handover.node import Node
from handover.protocol.delivery import decode_delivery, encode_answer
from handover.protocol.resync import PATH as RESYNC
from registrar import holder

START = int(time.time())  # the TUF client always goes by the present time
PASSPHRASE = "correct horse battery staple"
PLENTY = 1_000_000  # envelopes at once: the clock of a test stands still, and gives nothing back
ALL = tuple(OfficerRole)


@dataclass
class Clock:
    """Time that stands still until a test moves it."""

    now: int = START

    def __call__(self) -> int:
        return self.now

    def pass_(self, seconds: int) -> None:
        self.now += seconds


@dataclass
class Wire:
    """Carries batches between nodes in one process; a test may cut it, watch it, or change what it carries."""

    nodes: dict[NodeId, Node] = field(default_factory=dict)
    down: set[NodeId] = field(default_factory=set)
    lose_answers: int = 0
    posted: list[tuple[NodeId, bytes]] = field(default_factory=list)
    bend: Callable[[bytes], bytes] | None = None
    small: list[tuple[NodeId, str, bytes]] = field(default_factory=list)
    bending: dict[NodeId, Callable[[bytes], bytes]] = field(default_factory=dict)
    paths: dict[str, Callable[[Node, bytes], bytes]] = field(
        default_factory=lambda: {
            EVALUATIONS: lambda each, body: each.tracing_keys.holding.evaluate(body),
            RECONCILIATION: lambda each, body: each.reconciliations.answer(body),
            RESYNC: lambda each, body: each.resyncing.answer(body),
        }
    )

    def post(self, peer: NodeId, address: str, body: bytes) -> bytes:
        del address
        self.posted.append((peer, body))
        if peer in self.down:
            raise UnreachableError("cut")
        try:
            answer = encode_answer(self.nodes[peer].inbox.receive(decode_delivery(body)))
        except TooManyRequestsError as error:
            raise PeerSpentError(error.seconds) from error
        if self.lose_answers:
            self.lose_answers -= 1
            raise UnreachableError("answer lost")
        return self.bend(answer) if self.bend else answer

    def ask(self, peer: NodeId, address: str, path: str, body: bytes, limit: int) -> bytes:
        """Carry what is small by its path; *bending* has what a test does to the answers of a node."""
        del address
        self.small.append((peer, path, body))
        if peer in self.down:
            raise UnreachableError("cut")
        answer = self.paths[path](self.nodes[peer], body)
        if peer in self.bending:
            answer = self.bending[peer](answer)
        assert len(answer) <= limit
        return answer

    def push(self, peer: NodeId, address: str, sealed: Digest, offset: int, part: bytes) -> int:
        del address
        if peer in self.down:
            raise UnreachableError("cut")
        return self.nodes[peer].attachments.accept(sealed, offset, part)


@dataclass
class Federation:
    """A registry and its nodes."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    wire: Wire = field(default_factory=Wire)
    officers: dict[tuple[str, str], Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made = [holder(name) for name in ("one", "two", "three", "online")]
        self.holders = [each.key for each in made]
        self.signers, self.online = [each.signer for each in made[:3]], made[3].signer
        self.repository = repository.Repository(self.folder / "registry")
        self.ceremony = ceremony.Ceremony(self.repository)
        self.ceremony.init(holders=self.holders[:3], threshold=2, online=self.holders[3], now=self.clock.now)
        self.countries: set[str] = set()
        self.publish()

    def publish(self) -> None:
        press = publication.Publication(self.repository)
        if self.repository.pending():
            for signer in self.signers[:2]:
                press.sign(signer)
        press.publish(self.online, now=self.clock.now)
        for each in self.wire.nodes.values():
            self.refresh(each)

    def refresh(self, each: Node) -> None:
        accepted = each.registry.refresh([registry.folder(self.repository.public)], now=self.clock.now)
        for error in accepted.failed:
            raise error

    def add(
        self,
        name: str,
        *,
        mandates: tuple[str, ...] = ("child-protection", "family-tracing"),
        database: str = "",
        step_up: str = "required",
        names: Mapping[str, str] | None = None,
        publish: bool = True,
        **options: object,
    ) -> Node:
        """Give a new node, admitted, with its registry refreshed unless that is done for several at once."""
        id_ = NodeId(name)
        folder = self.folder / name.replace("/", "-")
        founding.set_up(folder, id_, PASSPHRASE, self.repository.pinned(), now=self.clock.now).save()
        settings = config.load(
            folder,
            node=name,
            names=dict(names or {"en": name}),
            places=["here"],
            mandates=list(mandates),
            languages=["en"],
            hours="Mon-Fri 9-17",
            address=f"https://{name.replace('/', '-')}.example",
            database=database,
            step_up=step_up,
            passphrase=PASSPHRASE,
            **{"peer_burst": PLENTY, "account_burst": PLENTY, **options},
        )
        if not database:
            blank.put(folder)
        opened = node.open_node(settings, clock=self.clock, wire=self.wire)
        self.wire.nodes[id_] = opened
        if id_.country not in self.countries:
            self.ceremony.add_country(id_.country, holders=self.holders[:3], threshold=2, now=self.clock.now)
            self.countries.add(id_.country)
        self.ceremony.admit(
            founding.enrolment_request(settings, opened.vault, now=self.clock.now), now=self.clock.now
        )
        if publish:
            self.publish()
        return opened

    def reopen(self, name: str) -> Node:
        """Close a node and open it again, as after a crash."""
        old = self.wire.nodes[NodeId(name)]
        old.close()
        new = node.open_node(old.settings, clock=self.clock, wire=self.wire)
        self.wire.nodes[new.id] = new
        return new

    def officer(self, at: Node, name: str, roles: tuple[OfficerRole, ...] = ALL) -> Actor:
        """Give an officer of a node, made at the first call."""
        if (at.id, name) not in self.officers:
            made = at.officers.add(name, roles)
            self.officers[at.id, name] = Actor(officer=made.id, roles=made.roles, auth="api-key")
        return self.officers[at.id, name]

    def settle(self, rounds: int = 12) -> None:
        """Let everybody deliver until nothing moves any more."""
        for _ in range(rounds):
            moved = 0
            for each in list(self.wire.nodes.values()):
                each.clockwork.tick()
                moved += sum(found.sent for found in each.outbox.deliver_due())
                moved += each.attachments.push_due()
            if not moved:
                return
            self.clock.pass_(1)


@contextmanager
def federation(folder: Path, *names: str, **options: Any) -> Iterator[tuple[Federation, list[Node]]]:
    """Give a federation of the named nodes; *options* are settings of all of them."""
    made = Federation(folder)
    nodes = [made.add(name, publish=False, **options) for name in names]
    made.publish()
    try:
        yield made, nodes
    finally:
        for each in made.wire.nodes.values():
            each.close()
