"""A hostile member, a node that it speaks to, and an honest neighbour; each test begins rounds of its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select

import cases
from federation import Federation, federation
from handover.adapters import log_tables
from handover.adapters.metadata import metadata
from handover.application.facts import Alarm, Handover
from handover.domain.handover import Act, State
from handover.domain.ids import Digest
from handover.node import Node
from handover.protocol import checkpoint as checkpoints
from handover.protocol import entry as entries
from handover.protocol import envelope as envelopes
from handover.protocol import receipt, strict
from handover.protocol.delivery import Answer, Item, Problem
from handover.protocol.entry import Entry, EntryKind
from handover.protocol.receipt import Receipt
from peer import Peer, Round, deliver

# What may change though something was refused: the log and its head, and when a peer was heard from.
OF_LOG = frozenset(table.name for table in metadata.tables.values() if table.name.startswith("log_"))


def tables_of(node: Node, *, without: frozenset[str] = frozenset()) -> dict[str, str]:
    """Give, for each table but those of the log, a digest of all it holds."""
    found = {}
    with node.database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name in OF_LOG | without:
                continue
            columns = [each for each in table.c if each.name not in ("heard_at", "not_before", "failures")]
            running = sha256()
            for row in connection.execute(select(*columns).order_by(*table.primary_key)):
                for value in row:
                    running.update(value if isinstance(value, bytes) else repr(value).encode())
                    running.update(b"|")
            found[table.name] = running.hexdigest()
        connection.rollback()
    return found


def entries_of(node: Node, start: int = 0) -> list[Entry]:
    """Give the node's log from index *start*, entry by entry."""
    table = log_tables.log_entry
    query = select(table.c.document).where(table.c.position >= start).order_by(table.c.position)
    with node.database.engine.connect() as connection:
        rows = connection.execute(query).all()
        connection.rollback()
    return [entries.decode(row.document) for row in rows]


def log_size(node: Node) -> int:
    """Give the number of entries in the node's log."""
    table = log_tables.log_head
    with node.database.engine.connect() as connection:
        size = connection.execute(select(table.c.size)).scalar_one()
        connection.rollback()
    return int(size)


def alarms_of(node: Node) -> list[Alarm]:
    """Give the node's alarms that nobody has seen, oldest first."""
    with node.database.reading() as work:
        return [each for each in work.alarms.all(10_000)[::-1] if each.seen_at is None]


def verified(node: Node, answer: Answer, item: Item, place: int = 0) -> Entry:
    """Give the entry that a receipt opens, proved by the node's own log keys."""
    result = answer.results[place]
    assert isinstance(result, Receipt), result
    keys = node.registry.entry(node.id, node.clock()).log_keys()
    return receipt.verify(
        result, envelope=strict.digest(item.envelope), key=checkpoints.key_of(result.checkpoint, keys)
    )


@dataclass
class Scene:
    """`peer` is hostile, `node` is real, `neighbour` is honest and speaks to `node`, too."""

    fed: Federation
    node: Node
    peer: Peer
    neighbour: Peer
    seen: list[str] = field(default_factory=list)

    def find(self, round_: Round) -> Handover | None:
        """Give the round as the node keeps it."""
        with self.node.database.reading() as work:
            found = work.handovers.find(round_.peer.own.id, [round_.round])
        return found.get(round_.round)

    def state(self, round_: Round) -> State | None:
        found = self.find(round_)
        return None if found is None else found.state

    def taken(self, item: Item) -> Entry:
        """Deliver something good; give the entry of its receipt."""
        return verified(self.node, deliver(self.node, item), item)

    def pending(self, **options: object) -> Round:
        """Give a round that the node has under PENDING."""
        round_ = self.peer.round()
        self.taken(round_.offer(**options))  # type: ignore[arg-type]
        return round_

    def bound(self) -> tuple[Round, bytes]:
        """Give a round that the node has accepted, and its acceptance."""
        round_ = self.pending()
        return round_, self.accept(round_)

    def accept(self, round_: Round) -> bytes:
        """Let the node's officer open and accept; give the acceptance as it was signed."""
        found = self.find(round_)
        assert found is not None
        officer = self.fed.officer(self.node, "receiving")
        self.node.handovers.open(found.id, actor=officer)
        responsible = {"name": "Anna", "organisation": "Jugendamt", "contact": ""}
        self.node.handovers.accept(found.id, responsible=responsible, plan="Met.", actor=officer)
        return self.said(round_, Act.ACCEPTANCE)

    def offered(self, **options: object) -> Round:
        """Let the node make an offer to the hostile peer; give the other side of the round."""
        officers = [self.fed.officer(self.node, name) for name in ("first", "second")]
        to = self.peer.own.id
        sent = cases.offer(self.fed, self.node, to, officers[0], officers[1], **options)  # type: ignore[arg-type]
        return self.peer.answering(sent)

    def accepted(self, **options: object) -> Round:
        """Let the node have its offer accepted."""
        round_ = self.offered(**options)
        self.taken(round_.say(Act.ACCEPTANCE, re=self.said_digest(round_, Act.OFFER)))
        return round_

    def relieving(self, **options: object) -> Round:
        """Let the node give the deed."""
        round_ = self.accepted(**options)
        found = self.find(round_)
        assert found is not None
        self.node.offers.countersign(found.id, actor=self.fed.officer(self.node, "first"))
        return round_

    def said_digest(self, round_: Round, act: Act) -> Digest:
        """Give the digest of what the node has said last of this act."""
        return strict.digest(self.said(round_, act))

    def said(self, round_: Round, act: Act) -> bytes:
        """Give what the node has said last of this act in the round."""
        found = self.find(round_)
        assert found is not None
        with self.node.database.reading() as work:
            kept = work.envelopes.of_handover(found.id)
        return [each.data for each in kept if not each.incoming and each.act is act][-1]

    def refused(
        self,
        item: Item,
        name: str,
        *,
        retry: bool = False,
        stranger: bool = False,
        alarm: str | None = None,
        evidence: tuple[bytes, ...] = (),
    ) -> Problem:
        """Deliver something bad, alone and between two good neighbours, and check all that must hold.

        The problem is the one of that *name*; nothing changed; a member's refusal is one entry of the log, and a
        stranger's is none; the alarm, if one is due, holds *evidence*; both neighbours get their receipts.
        """
        problem = self._alone(item, name, stranger=stranger, alarm=alarm, evidence=evidence)
        assert problem.retry is retry
        before, after = self.neighbour.round(), self.neighbour.round()
        good = [before.offer(), after.offer()]
        answer = deliver(self.node, good[0], item, good[1])
        assert isinstance(answer.results[1], Problem)
        assert answer.results[1].name == name
        verified(self.node, answer, good[0], 0)
        verified(self.node, answer, good[1], 2)
        assert (self.state(before), self.state(after)) == (State.PENDING, State.PENDING)
        return problem

    def clear(self) -> None:
        """Let a person have seen all alarms."""
        with self.node.database.begin() as work:
            for alarm in work.alarms.all(10_000):
                work.alarms.see(alarm.id, by="the test", at=work.now)

    def strangers_all(self, items: list[Item]) -> None:
        """Deliver many envelopes that nobody can be believed to have sent, and good ones between them."""
        tables, log = tables_of(self.node), log_size(self.node)
        results = deliver(self.node, *items).results
        assert [each.name for each in results if isinstance(each, Problem)] == ["untrusted"] * len(items)
        assert (tables_of(self.node), log_size(self.node)) == (tables, log)
        rounds = [self.neighbour.round() for _ in items]
        good = [each.offer() for each in rounds]
        answer = deliver(self.node, *(each for pair in zip(items, good, strict=True) for each in pair))
        for place, item in enumerate(good):
            verified(self.node, answer, item, 2 * place + 1)
        assert {self.state(each) for each in rounds} == {State.PENDING}

    def _alone(
        self, item: Item, name: str, *, stranger: bool, alarm: str | None, evidence: tuple[bytes, ...]
    ) -> Problem:
        without = frozenset({"alarm"}) if alarm else frozenset()
        self.clear()  # what stands is not raised again
        tables, log = tables_of(self.node, without=without), log_size(self.node)
        alarms = len(alarms_of(self.node))
        strangers = self.node.inbox.tally.strangers
        problem = deliver(self.node, item).results[0]
        assert isinstance(problem, Problem), "it was taken"
        assert problem.name == name, f"{problem.name}: {problem.detail}"
        assert tables_of(self.node, without=without) == tables
        added = entries_of(self.node, log)
        digest = strict.digest(item.envelope)
        kinds = [entry.kind for entry in added]
        if stranger:
            assert not added
            assert problem.detail == "The input was refused."
            assert self.node.inbox.tally.strangers == strangers + 1
        else:
            expected = [EntryKind.EQUIVOCATION] * (alarm == "equivocation") + [EntryKind.REFUSED]
            assert kinds == expected
            assert {entry.object for entry in added} == {digest}
        raised = alarms_of(self.node)[alarms:]
        assert [each.kind for each in raised] == ([alarm] if alarm else [])
        if alarm:
            assert raised[0].evidence == evidence, [each[:20] for each in raised[0].evidence]
            assert all(_is_signed(self, part) for part in raised[0].evidence)
        self.seen.append(name)
        return problem


def _is_signed(scene: Scene, part: bytes) -> bool:
    """Tell whether anyone with the registry can verify this piece of evidence."""
    unverified = envelopes.read(part)
    entry = scene.node.registry.entry(unverified.claimed.iss, scene.node.clock())
    unverified.verify(next(key.public for key in entry.keys if key.kid == unverified.kid))
    return True


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    """Give a hostile peer at Lyon, a node at Hamburg and an honest neighbour at Barcelona."""
    with federation(folder, "fr/lyon", "de/hamburg", "es/barcelona") as (fed, nodes):
        yield staged_with(fed, nodes)


def staged_with(fed: Federation, nodes: Sequence[Node]) -> Scene:
    """Give the scene of three nodes: the hostile one, the one that it speaks to, the neighbour."""
    hostile, node, neighbour = nodes
    made = Scene(fed, node, Peer(hostile, node), Peer(neighbour, node))
    for each in (made.peer, made.neighbour):
        made.taken(each.round().offer())  # so that the node has heard of both
    return made


def digest_of(item: Item) -> Digest:
    """Give the digest by which an envelope is known."""
    return strict.digest(item.envelope)
