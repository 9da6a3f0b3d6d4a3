"""What must hold after every commit, from the databases as they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select

from handover.adapters import tables
from handover.domain.handover import Act, Claim, Role, State
from handover.domain.ids import Digest, MatterId, NodeId
from handover.domain.lifecycle import LOCAL
from handover.protocol import envelope as envelopes
from handover.simulation.faults import ViolationError
from handover.simulation.place import Place

_MATTERS: Final = select(tables.matter.c.id, tables.matter.c.claim)
_ROUNDS: Final = select(
    tables.handover.c.id,
    tables.handover.c.matter,
    tables.handover.c.role,
    tables.handover.c.peer,
    tables.handover.c.round,
    tables.handover.c.epoch,
    tables.handover.c.state,
)
JOINT: Final = frozenset(
    {
        (State.OFFERED, State.UNKNOWN),
        (State.OFFERED, State.PENDING),
        (State.OFFERED, State.BOUND),
        (State.OFFERED, State.DECLINED),
        (State.ACCEPTED, State.BOUND),
        (State.ACCEPTED, State.DECLINED),
        (State.RELIEVING, State.BOUND),
        (State.RELIEVING, State.DECLINED),
        (State.RELIEVING, State.HOLDING),
        (State.VOIDING, State.UNKNOWN),
        (State.VOIDING, State.PENDING),
        (State.VOIDING, State.BOUND),
        (State.VOIDING, State.DECLINED),
        (State.VOIDING, State.CLOSED),
        (State.TRANSFERRED, State.HOLDING),
        (State.VOIDED, State.CLOSED),
    }
)
"""The states that both sides of a round may be in at one instant (docs/spec/lifecycle.md, section 7)."""
_DECIDES: Final = frozenset({Act.OFFER, Act.ACCEPTANCE, Act.DECLINE, Act.DEED})
_Here = tuple[NodeId, str]
"""A node, and the name by which it knows a child."""
CLOSED_ALIKE: Final = frozenset({(State.TRANSFERRED, State.HOLDING), (State.VOIDED, State.CLOSED)})


@dataclass(frozen=True, kw_only=True)
class Line:
    """One side of a round, as its database has it."""

    id: str
    matter: str
    role: Role
    peer: str
    round: str
    epoch: int
    state: State


@dataclass(frozen=True, kw_only=True, order=True)
class _Taken:
    """A deed that was taken up: its number, by whom, in which round."""

    epoch: int
    node: NodeId
    round: str


@dataclass
class View:
    """What the databases say; read again only where something was committed.

    Who is put back from a backup forgets; this does not: `taken` is where each round was taken up, and `_rounds` which
    were about a child. While a node is in doubt (`restoring`), nothing that it says of itself is held against it.
    """

    origins: Mapping[str, NodeId] = field(default_factory=dict)
    claims: dict[NodeId, dict[str, Claim]] = field(default_factory=dict)
    lines: dict[NodeId, list[Line]] = field(default_factory=dict)
    restoring: set[NodeId] = field(default_factory=set)
    restored: set[NodeId] = field(default_factory=set)
    taken: dict[str, _Taken] = field(default_factory=dict)
    erased: dict[NodeId, set[Digest]] = field(default_factory=dict)
    doubted: dict[NodeId, set[str]] = field(default_factory=dict)
    _rounds: dict[str, set[str]] = field(default_factory=dict)

    def put_back(self, node: NodeId, erased: set[Digest]) -> None:
        """Note that a node begins anew from a backup, and what it had *erased* until then."""
        self.restoring.add(node)
        self.doubted.pop(node, None)
        self.restored.add(node)
        self.erased[node] = self.erased.get(node, set()) | erased

    def look(self, places: Mapping[NodeId, Place]) -> bool:
        """Read what has changed; tell whether anything has."""
        changed = [place for place in places.values() if place.changed and place.up]
        for place in changed:
            with place.node.database.engine.connect().execution_options(handover_reads=True) as connection:
                matters = connection.execute(_MATTERS).all()
                rounds = connection.execute(_ROUNDS).all()
            self.claims[place.site.id] = {row.id: Claim(row.claim) for row in matters}
            self.lines[place.site.id] = [
                Line(
                    id=row.id,
                    matter=row.matter,
                    role=Role(row.role),
                    peer=row.peer,
                    round=row.round,
                    epoch=row.epoch,
                    state=State(row.state),
                )
                for row in rounds
            ]
            place.changed = False
            for line in self.lines[place.site.id]:
                if line.state is State.HOLDING:
                    self.taken[line.round] = _Taken(epoch=line.epoch, node=place.site.id, round=line.round)
            if place.site.id in self.restoring:
                self._in_doubt(place)
        return bool(changed)

    def _in_doubt(self, place: Place) -> None:
        """Nothing is decided about what the backup knew before all peers were heard."""
        doubted = self.doubted.setdefault(place.site.id, set(self.claims[place.site.id]))
        if not place.in_doubt:
            self.restoring.remove(place.site.id)
            return
        with place.node.database.reading() as work:
            incarnation = work.doubts.incarnation()
            rounds = [each for matter in doubted for each in work.handovers.of_matter(MatterId(matter))]
            said = [each for handover in rounds for each in work.envelopes.of_handover(handover.id)]
        for each in said:
            envelope = envelopes.read(each.data).claimed
            new = envelope.incarnation == incarnation and envelope.replaces is None
            if new and not each.incoming and each.act in _DECIDES:
                raise ViolationError(f"{place} is in doubt, and says {each.act}")

    def sides(self) -> dict[str, dict[Role, tuple[NodeId, Line]]]:
        """Give both sides of each round that has left its office."""
        found: dict[str, dict[Role, tuple[NodeId, Line]]] = {}
        for node, lines in self.lines.items():
            for line in lines:
                if line.state not in LOCAL:
                    found.setdefault(line.round, {})[line.role] = (node, line)
        return found

    def check(self) -> None:
        """Raise ViolationError where somebody is responsible twice or nobody is, or two sides cannot both be right."""
        sides = self.sides()
        for number, both in sides.items():
            pair = pair_of(both)
            if pair not in JOINT and not self._excused(both):
                raise ViolationError(f"joint state {pair[0]} and {pair[1]} in round {number}")
        for matter, origin in self.origins.items():
            self._responsible(matter, origin, sides)

    def _excused(self, both: Mapping[Role, tuple[NodeId, Line]]) -> bool:
        """Tell whether a side is in doubt, or has forgotten an offer of which nothing is left but its end."""
        ends = {node for node, _ in both.values()} | {NodeId(line.peer) for _, line in both.values()}
        if ends & self.restoring:
            return True
        receiver = both.get(Role.RECEIVER)
        return (
            receiver is not None and receiver[1].state is State.CLOSED and receiver[1].peer in self.restored
        )

    def _responsible(
        self, matter: str, origin: NodeId, sides: Mapping[str, Mapping[Role, tuple[NodeId, Line]]]
    ) -> None:
        first = (origin, matter)
        known = self._known(first, sides)
        taken = [self.taken[each] for each in self._rounds[matter] if each in self.taken]
        certain = {each for each in known if each[0] not in self.restoring}
        held = {first, *(_held(sides, each) for each in taken)} & certain
        if len({node for node, _ in held}) < len(held):
            raise ViolationError("an authority that has the case back does not know its own deed")
        title = _held(sides, max(taken)) if taken else first
        holders = [each for each in certain if self._claim(each) is Claim.HOLDER]
        if any(each != title for each in holders):
            named = ", ".join(sorted(node for node, _ in holders))
            raise ViolationError(f"two responsible: {title[0]} has the title, {named} claim it")
        if title[0] not in self.restoring and self._claim(title) is Claim.NONE:
            raise ViolationError(f"none responsible: {title[0]} has the title and does not claim it")

    def _known(self, first: _Here, sides: Mapping[str, Mapping[Role, tuple[NodeId, Line]]]) -> set[_Here]:
        """Give under which names the nodes know a child, by all rounds that were ever about it."""
        rounds = self._rounds.setdefault(first[1], set())
        known = {
            first,
            *((node, line.matter) for each in rounds for node, line in sides.get(each, {}).values()),
        }
        waiting = list(known)
        while waiting:
            node, its = waiting.pop()
            for line in self.lines[node]:
                if line.matter != its or line.round not in sides:
                    continue
                rounds.add(line.round)
                for at, other in sides[line.round].values():
                    here = (at, other.matter)  # a node that is offered it twice may know it under two names
                    if here not in known:
                        known.add(here)
                        waiting.append(here)
        return known

    def around(self, node: NodeId) -> bool:
        """Tell whether a node has taken up a case that it began."""
        return any(
            line.state is State.HOLDING and self.origins.get(line.matter) == node for line in self.lines[node]
        )

    def _claim(self, here: tuple[NodeId, str]) -> Claim:
        node, matter = here
        return self.claims[node].get(matter, Claim.NONE)


def _held(sides: Mapping[str, Mapping[Role, tuple[NodeId, Line]]], taken: _Taken) -> _Here:
    """Give where a case is that was taken up; without a name where its node has forgotten it."""
    received = sides.get(taken.round, {}).get(Role.RECEIVER)
    return (taken.node, received[1].matter if received else "")


def pair_of(both: Mapping[Role, tuple[NodeId, Line]]) -> tuple[State, State]:
    """Give where both sides of a round are."""
    sender, receiver = both.get(Role.SENDER), both.get(Role.RECEIVER)
    return (
        sender[1].state if sender else State.UNKNOWN,
        receiver[1].state if receiver else State.UNKNOWN,
    )
