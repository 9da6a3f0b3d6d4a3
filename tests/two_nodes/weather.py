"""What goes on after the handover, over a wire that loses, repeats, reorders and delays; one seed is one history."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cases
from continuing import handed_over
from federation import Federation, Wire
from handover.application.facts import Handover
from handover.application.petitions import Filing
from handover.domain.continuity import (
    ComplaintOutcome,
    DecisionKind,
    FollowUpState,
    HoldReason,
    PetitionKind,
    WithdrawalScope,
)
from handover.domain.errors import HandoverError, UnreachableError
from handover.domain.handover import Act, Role
from handover.domain.ids import NodeId
from handover.domain.record import Value, schema
from handover.domain.sequence import TAKEN
from handover.node import Node
from handover.protocol.delivery import decode_delivery
from two_nodes.test_decisions import ORDER

STEPS = 70
DAY = 86400
OF = schema("guardianship/1")


@dataclass
class Rough(Wire):
    """Loses deliveries and answers, repeats some, and holds others back until later ones have come."""

    rng: random.Random = field(default_factory=random.Random)
    rough: bool = False
    held: list[tuple[NodeId, bytes]] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def post(self, peer: NodeId, address: str, body: bytes) -> bytes:
        if self._happens("lost", 0.25):
            raise UnreachableError("lost")
        if self._happens("held back", 0.2):
            self.held.append((peer, body))
            raise UnreachableError("held back")
        if self._happens("repeated", 0.2):
            self.held.append((peer, body))
        answer = super().post(peer, address, body)
        if self._happens("answer lost", 0.2):
            raise UnreachableError("answer lost")
        return answer

    def late(self) -> None:
        """Let one copy arrive that was held back; nobody waits for its answer any more."""
        if self.held:
            peer, body = self.held.pop(self.rng.randrange(len(self.held)))
            self.nodes[peer].inbox.receive(decode_delivery(body))
            self.seen["late"] += 1

    def _happens(self, what: str, share: float) -> bool:
        happens = self.rough and self.rng.random() < share
        self.seen[what] += happens
        return happens


class History:
    """A case that was handed over twice, and three offices that do anything with it, in any order."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.wire = Rough(rng=self.rng)
        self.fed = Federation(folder, wire=self.wire)
        self.nodes = [self.fed.add(name) for name in ("gr/athens", "it/rome", "de/hamburg")]
        self.case = handed_over(self.fed, *self.nodes)
        self.done: Counter[str] = Counter()

    def run(self) -> None:
        """Let it happen over the rough wire, then heal: what was said comes there, and what is asked is answered."""
        random.seed(self.rng.random())  # what nodes draw of themselves: how long they wait
        self.wire.rough = True
        for _ in range(STEPS):
            self.fed.clock.pass_(self.rng.choice((0, 1, 5, 60, 600)))
            self.rng.choice((self._act, self._deliver, self._deliver, self.wire.late))()
        self.wire.rough = False
        while self.wire.held:
            self.wire.late()
        for _ in range(3):
            self._settle()
            for node in self.nodes:
                self._answer_all(node)
        self._settle()

    def close(self) -> None:
        for node in self.nodes:
            node.close()

    def _settle(self) -> None:
        for _ in range(4):
            self.fed.clock.pass_(1000)
            self.fed.settle()

    def _deliver(self) -> None:
        self.rng.choice(self.nodes).outbox.deliver_due()

    def _act(self) -> None:
        act: Callable[[Node], None] = self.rng.choice(
            (self.withdraw, self.answer, self.tell, self.decide, self.ask, self.complain, self.correct)
        )
        try:
            act(self.rng.choice(self.nodes))
        except HandoverError as error:  # officers may try anything
            self.done[f"{act.__name__} refused {error.name}"] += 1
        else:
            self.done[act.__name__] += 1

    def rounds(self, node: Node) -> list[Handover]:
        """Give the rounds of a node in which a deed was given."""
        with node.database.reading() as work:
            found = work.handovers.of_matter(self.case.matter(node))
        return [each for each in found if each.state in TAKEN]

    def withdraw(self, node: Node) -> None:
        """Withdraw what is behind something shown, whoever has shown it."""
        shown = self.rng.choice(self.case.shown(node))
        scope = self.rng.choice((WithdrawalScope.GROUND,) * 4 + (WithdrawalScope.MATTER,))
        node.after.holders.withdraw(shown.envelope, scope=scope, text="No.", actor=self.case.officer(node))

    def answer(self, node: Node) -> None:
        """Erase what was shown, or say that the law keeps it."""
        waiting = node.after.holders.waiting(actor=self.case.officer(node))
        found = [each.demand.envelope for each in waiting if each.demand.act is Act.CONSENT_WITHDRAWN]
        if not found or self.rng.random() < 0.7:
            return
        node.after.holders.erase(self.rng.choice(found), actor=self.case.officer(node))

    def allow(self, node: Node, to: NodeId) -> None:
        """Record a consent to tell a peer, unless there is one."""
        actor, id_ = self.case.officer(node), self.case.matter(node)
        living = [
            each.ground
            for each in node.consents.of_matter(id_, actor=actor)
            if to in each.ground.recipients and each.ground.withdrawn_at is None
        ]
        if not living:
            cases.consent(self.fed, node, node.cases.matter(id_, actor=actor), to=to, actor=actor)

    def tell(self, node: Node) -> None:
        """Tell who handed the child over how it is."""
        taken = [each for each in self.rounds(node) if each.role is Role.RECEIVER]
        if not taken:
            return
        round_ = self.rng.choice(taken)
        self.allow(node, round_.peer)
        promised = [each.kept.day for each in node.after.follow_ups.plan(
            round_.id, actor=self.case.officer(node)
        ).dates]  # fmt: skip
        node.after.follow_ups.tell(
            round_.id,
            due=self.rng.choice((0, *promised)),
            date="2026-12-01",
            state=FollowUpState.WELL,
            text="She is well.",
            actor=self.case.officer(node),
        )

    def decide(self, node: Node) -> None:
        """Record a decision, and let the others be told of it."""
        node.after.decisions.record(self.case.matter(node), ORDER, actor=self.case.officer(node))
        for round_ in self.rounds(node):
            self.allow(node, round_.peer)

    def ask(self, node: Node) -> None:
        """Ask what was decided."""
        round_, kinds = self.rng.choice(self.rounds(node)), [DecisionKind.GUARDIANSHIP]
        node.after.decisions.ask(round_.id, kinds, text="For the plan.", actor=self.case.officer(node))

    def complain(self, node: Node) -> None:
        """File a complaint, or the question who received what."""
        kind, actor = self.rng.choice(list(PetitionKind)), self.case.officer(node)
        filing = Filing(kind=kind, language="uk", text="Nobody asked me.")
        found = node.after.petitions.file(self.case.matter(node), filing, actor=actor)
        if kind is PetitionKind.ACCESS:
            node.after.petitions.confirm(found.id, actor=actor)

    def correct(self, node: Node) -> None:
        """Correct the record, and send the correction to everybody who holds the earlier one."""
        actor, matter = self.case.officer(node), self.case.matter(node)
        _, known = node.cases.read(matter, actor=actor)
        value: Value = {"date": f"2013-0{self.rng.randrange(1, 10)}", "precision": "month"}
        node.cases.write(
            matter, OF, {**known.values, "identity.birth_date": value}, source="typed", actor=actor
        )
        self.fed.clock.pass_(1)
        rounds = [each.id for each in self.rounds(node)]
        node.after.corrections.send_each(rounds, text="It was wrong.", actor=actor)

    def _answer_all(self, node: Node) -> None:
        """Answer whatever waits: erase, or else keep under the law; tell nothing; answer the complaint."""
        actor = self.case.officer(node)
        for each in node.after.holders.waiting(actor=actor, held=False):
            demand = each.demand
            if demand.act is Act.CONSENT_WITHDRAWN:
                self._erase_or_hold(node, each.demand.envelope)
            if demand.act is Act.DECISIONS_WANTED:
                node.after.decisions.answer(demand.envelope, [], text="Nothing.", actor=actor)
        for petition in node.after.petitions.waiting(actor=actor):
            node.after.petitions.answer(
                petition.id, outcome=ComplaintOutcome.UPHELD, text="We are sorry.", actor=actor
            )

    def _erase_or_hold(self, node: Node, demand: object) -> None:
        actor, holders = self.case.officer(node), node.after.holders
        try:
            holders.erase(demand, actor=actor)  # type: ignore[arg-type]
        except HandoverError:
            open_ = [each.demand for each in holders.waiting(actor=actor) if each.demand.envelope == demand]
            if open_:
                holders.hold(
                    open_[0].envelope,
                    reason=HoldReason.RESPONSIBLE,
                    text="This office is the guardian.",
                    until=self.fed.clock.now + 30 * DAY,
                    actor=actor,
                )
