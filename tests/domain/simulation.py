"""Nodes with a database each, over a wire that loses, repeats, delays and reorders; nodes crash anywhere.

One seed is one history: the same seed gives the same steps. A node keeps only what it committed; what it says
is derived from its states. `run` lets officers decide at random, then stops all faults and waits until there
is nothing left to say.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from domain.joint import ViolationError
from handover.domain.errors import HandoverError
from handover.domain.handover import (
    OPEN_OFFER,
    SAYS,
    Act,
    Claim,
    ClosedRoundError,
    Order,
    Role,
    Standing,
    State,
    Step,
    step,
)

STEPS: Final = 320
TERM: Final = 150
SENDERS_ORDERS: Final = (Order.COUNTERSIGN,) * 8 + (Order.WITHDRAW, Order.DEADLINE)
RECEIVERS_ORDERS: Final = (Order.ACCEPT,) * 5 + (Order.DECLINE,)


@dataclass
class Row:
    """One round in one node's database."""

    role: Role
    peer: int
    state: State
    deadline: int
    grounded: bool = True
    bound: bool = False
    record: bool = False


@dataclass
class Node:
    """What survives a crash."""

    claim: Claim
    relieving_for: int | None = None
    rows: dict[int, Row] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """One copy of a message in flight."""

    act: Act
    round: int
    sender: int
    receiver: int
    deadline: int


class History:
    """One seeded run; `seen` counts what happened, so that a test can ask for rare things."""

    def __init__(self, seed: int, *, nodes: int, rounds: int) -> None:
        self.random = random.Random(seed)
        self.nodes = [Node(claim=Claim.NONE) for _ in range(nodes)]
        self.nodes[0].claim = Claim.HOLDER
        self.title = 0
        self.rounds = rounds
        self.wire: list[Said] = []
        self.seen: Counter[str] = Counter()
        self.now = 0
        # swarm: each history draws its own mix of faults, some of them off
        self.loss = self.random.choice((0.0, 0.1, 0.3))
        self.repeat = self.random.choice((0.0, 0.2, 0.5))
        self.crash = self.random.choice((0.0, 0.1, 0.3))
        self.muted = self.random.choice((None, Act.TAKE_UP_RECEIPT, Act.VOID, Act.ACCEPTANCE))
        self.decided: Counter[tuple[int, str]] = Counter()

    def run(self) -> None:
        """Let the history happen, heal, and leave every round closed."""
        for _ in range(STEPS):
            self.now += self.random.choice((0, 1, 1, 3))
            self.random.choice((self._speak, self._hear, self._hear, self._decide))()
            self._check()
        self.loss = self.crash = 0.0
        self.muted = None
        self.now += TERM + 1
        for _ in range(40):
            self._speak_all()
            while self.wire:
                self._hear()
                self._check()

    def outcomes(self) -> list[tuple[State, State]]:
        """Give both sides' states of each round that was opened."""
        found: dict[int, dict[Role, State]] = {}
        for node in self.nodes:
            for number, row in node.rows.items():
                found.setdefault(number, {})[row.role] = row.state
        return [
            (sides[Role.SENDER], sides.get(Role.RECEIVER, State.UNKNOWN))
            for _, sides in sorted(found.items())
        ]

    def _decide(self) -> None:
        at = self.random.randrange(len(self.nodes))
        node = self.nodes[at]
        if not node.rows or self.random.random() < 0.3:
            self._offer(at)
            return
        number = self.random.choice(sorted(node.rows))
        row = node.rows[number]
        if row.role is Role.SENDER and self.random.random() < 0.03:
            row.grounded = False
        orders = SENDERS_ORDERS if row.role is Role.SENDER else RECEIVERS_ORDERS
        self._apply(at, number, self.random.choice(orders))

    def _offer(self, at: int) -> None:
        node = self.nodes[at]
        number = len({known for other in self.nodes for known in other.rows})
        if number >= self.rounds or any(row.state in OPEN_OFFER for row in node.rows.values()):
            return
        peer = self.random.choice([other for other in range(len(self.nodes)) if other != at])
        row = Row(role=Role.SENDER, peer=peer, state=State.PREPARED, deadline=self.now + TERM)
        node.rows[number] = row
        if not self._apply(at, number, Order.RELEASE):
            del node.rows[number]

    def _speak(self) -> None:
        self._say(self.random.randrange(len(self.nodes)))

    def _speak_all(self) -> None:
        for at, node in enumerate(self.nodes):
            for number, row in node.rows.items():
                if row.role is Role.SENDER:
                    self._apply(at, number, Order.DEADLINE)
            self._say(at)

    def _say(self, at: int) -> None:
        for number, row in self.nodes[at].rows.items():
            if row.state in SAYS:
                self._send(at, number, SAYS[row.state])

    def _send(self, at: int, number: int, act: Act) -> None:
        row = self.nodes[at].rows[number]
        said = Said(act, number, at, row.peer, row.deadline)
        loss = 0.95 if act is self.muted else self.loss
        copies = 0 if self.random.random() < loss else 1 + (self.random.random() < self.repeat)
        self.wire.extend([said] * copies)
        self.seen["lost" if copies == 0 else f"said {act}"] += 1
        self.seen["repeated"] += copies > 1

    def _hear(self) -> None:
        if not self.wire:
            return
        said = self.wire.pop(self.random.randrange(len(self.wire)))
        if self.random.random() < self.crash:
            self.seen["crash before the commit"] += 1
            return
        node = self.nodes[said.receiver]
        known = said.round in node.rows
        if not known:
            node.rows[said.round] = Row(
                role=Role.RECEIVER, peer=said.sender, state=State.UNKNOWN, deadline=said.deadline
            )
        automatic = self.random.random() < 0.5
        answer = self._apply(said.receiver, said.round, said.act, automatic=automatic)
        if answer and answer.says:
            if self.random.random() < self.crash:
                self.seen["crash before the answer"] += 1
            else:
                self._send(said.receiver, said.round, answer.says)

    def _apply(self, at: int, number: int, event: Act | Order, *, automatic: bool = False) -> Step | None:
        node, row = self.nodes[at], self.nodes[at].rows[number]
        standing = Standing(
            role=row.role,
            state=row.state,
            claim=node.claim,
            deadline=row.deadline,
            relieving_here=node.relieving_for == number,
            grounded=row.grounded,
            bound=row.bound,
            automatic=automatic,
        )
        try:
            result = step(standing, event, self.now)
        except HandoverError as error:
            if isinstance(event, Act) and not isinstance(error, ClosedRoundError):
                raise ViolationError(f"honest message refused: {event} in {row.state}") from error
            self.seen[f"refused {type(error).__name__}"] += 1
            return None
        self._keep(at, number, event, result)
        return result

    def _keep(self, at: int, number: int, event: Act | Order, result: Step) -> None:
        node, row = self.nodes[at], self.nodes[at].rows[number]
        if not result.changed:
            self.seen["no change"] += 1
            return
        self.seen[f"{row.role} {result.state}"] += 1
        self.decided[number, result.state] += 1
        row.state = result.state
        row.bound = row.bound or event is Order.ACCEPT
        row.record = result.state in (State.PENDING, State.HOLDING) or (row.record and not result.erases)
        if result.claim is not None:
            node.claim = result.claim
            node.relieving_for = number if result.claim is Claim.RELIEVING else None
        elif row.state is State.TRANSFERRED:
            self.seen["late take-up receipt"] += 1
        if result.state is State.HOLDING:
            self.title = at
        # the deed and the void of one round exclude each other in every history
        if self.decided[number, State.RELIEVING] and self.decided[number, State.VOIDING]:
            raise ViolationError("deed and void of one round")

    def _check(self) -> None:
        holders = [at for at, node in enumerate(self.nodes) if node.claim is Claim.HOLDER]
        if holders not in ([], [self.title]):
            raise ViolationError("two responsible")
        if self.nodes[self.title].claim is Claim.NONE:
            raise ViolationError("none responsible")
        for node in self.nodes:
            for number, row in node.rows.items():
                voided = row.role is Role.RECEIVER and self.nodes[row.peer].rows[number].state is State.VOIDED
                if row.record and voided:
                    raise ViolationError("record kept after the void receipt")
