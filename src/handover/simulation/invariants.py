"""What must hold: after every commit from the databases as they are, and at the end from everything there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import select

from handover.adapters import tables
from handover.application import verifier
from handover.application.facts import Delivery
from handover.application.registry import NodeSuspendedError
from handover.application.verifier_report import Finding, Severity, Verdict
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act, Claim, Role, State
from handover.domain.ids import HandoverId, MatterId, NodeId
from handover.domain.lifecycle import LOCAL
from handover.simulation.case import MARK
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


@dataclass
class View:
    """What the databases say; read again only where something was committed."""

    origins: Mapping[str, NodeId]
    claims: dict[NodeId, dict[str, Claim]] = field(default_factory=dict)
    lines: dict[NodeId, list[Line]] = field(default_factory=dict)

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
        return bool(changed)

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
            pair = _pair(both)
            if pair not in JOINT:
                raise ViolationError(f"joint state {pair[0]} and {pair[1]} in round {number}")
        for matter, origin in self.origins.items():
            self._responsible(matter, origin, sides)

    def _responsible(
        self, matter: str, origin: NodeId, sides: Mapping[str, Mapping[Role, tuple[NodeId, Line]]]
    ) -> None:
        first = (origin, matter)
        known, waiting, title, epoch = {first}, [first], first, 0
        taken: list[tuple[NodeId, Line]] = []
        while waiting:
            node, its = waiting.pop()
            for line in self.lines[node]:
                if line.matter != its or line.round not in sides:
                    continue
                for at, other in sides[line.round].values():
                    here = (at, other.matter)  # a node that is offered it twice may know it under two names
                    if here not in known:
                        known.add(here)
                        waiting.append(here)
                    if other.state is State.HOLDING:
                        taken.append((at, other))
                        title, epoch = (here, other.epoch) if other.epoch > epoch else (title, epoch)
        held = {(at, line.matter) for at, line in taken} | {first}
        if len({node for node, _ in held}) < len(held):
            raise ViolationError("an authority that has the case back does not know its own deed")
        holders = [each for each in known if self._claim(each) is Claim.HOLDER]
        if any(each != title for each in holders):
            named = ", ".join(sorted(node for node, _ in holders))
            raise ViolationError(f"two responsible: {title[0]} has the title, {named} claim it")
        if self._claim(title) is Claim.NONE:
            raise ViolationError(f"none responsible: {title[0]} has the title and does not claim it")

    def around(self, node: NodeId) -> bool:
        """Tell whether a node has taken up a case that it began."""
        return any(
            line.state is State.HOLDING and self.origins.get(line.matter) == node for line in self.lines[node]
        )

    def _claim(self, here: tuple[NodeId, str]) -> Claim:
        node, matter = here
        return self.claims[node].get(matter, Claim.NONE)


def _pair(both: Mapping[Role, tuple[NodeId, Line]]) -> tuple[State, State]:
    sender, receiver = both.get(Role.SENDER), both.get(Role.RECEIVER)
    return (
        sender[1].state if sender else State.UNKNOWN,
        receiver[1].state if receiver else State.UNKNOWN,
    )


def check_said(places: Mapping[NodeId, Place]) -> None:
    """Raise ViolationError where something waits though the network was fair for longer than the longest back-off."""
    for place in places.values():
        if peer := waits_for(place):
            raise ViolationError(f"{place} has something for {peer} that does not leave")


def waits_for(place: Place) -> NodeId | None:
    """Give a peer for which something waits that was not refused, if there is one."""
    with place.node.database.reading() as work:
        for each in work.queue.list(delivery=Delivery.QUEUED, limit=1000):
            if each.due and each.problem is None:
                return each.peer
    return None


def check_end(view: View, places: Mapping[NodeId, Place], root: bytes, *, clocks_set: bool) -> None:
    """Raise ViolationError where anything is open, lost, kept too long, told to the wrong one, or does not verify."""
    for number, both in view.sides().items():
        pair = _pair(both)
        if pair not in CLOSED_ALIKE:
            raise ViolationError(f"round {number} is left open: {pair[0]} and {pair[1]}")
        if pair[1] is State.CLOSED:
            _check_erased(places[both[Role.RECEIVER][0]], both[Role.RECEIVER][1])
    for place in places.values():
        _check_said(place, places)
        _check_refused(place)
        _check_files(place)
        if not clocks_set:  # else a later act may bear an earlier time
            _check_deeds(place)
    _check_evidence(view, places, root)


def _check_erased(place: Place, line: Line) -> None:
    with place.node.database.reading() as work:
        for kept in work.envelopes.of_handover(HandoverId(line.id)):
            if not (kept.incoming and kept.act is Act.OFFER):
                continue
            try:
                work.envelopes.plaintext(kept.digest)
            except NotFoundError:
                continue
            raise ViolationError("a void round has left a record at its receiver")


def _check_said(place: Place, places: Mapping[NodeId, Place]) -> None:
    """What a peer has receipted it has; no round has a deed and a void."""
    with place.node.database.reading() as work:
        page = work.handovers.page(after="", limit=1000)
        said = [each for handover in page for each in work.envelopes.of_handover(handover.id)]
        receipts = work.envelopes.receipts([each.digest for each in said if not each.incoming])
    ends: dict[str, set[Act]] = {}
    for each in said:
        ends.setdefault(each.round, set()).add(each.act)
    if any({Act.DEED, Act.VOID} <= acts for acts in ends.values()):
        raise ViolationError("a deed and a void of one round")
    for each in said:
        if each.incoming or each.digest not in receipts:
            continue
        with places[each.peer].node.database.reading() as work:
            try:
                work.envelopes.get(each.digest)
            except NotFoundError as error:
                raise ViolationError(f"{each.peer} has receipted a {each.act} and lost it") from error


def _check_deeds(place: Place) -> None:
    """No deed was given after its deadline, or after its ground was withdrawn."""
    with place.node.database.reading() as work:
        for handover in work.handovers.page(after="", limit=1000):
            if handover.role is not Role.SENDER or handover.deed is None or handover.ground is None:
                continue
            given = min(
                each.stored_at for each in work.envelopes.of_handover(handover.id) if each.act is Act.DEED
            )
            withdrawn = work.grounds.get(handover.ground).ground.withdrawn_at
            if given > handover.deadline:
                raise ViolationError("a deed after its deadline")
            if withdrawn is not None and withdrawn < given:
                raise ViolationError("a deed after its ground was withdrawn")


def _check_refused(place: Place) -> None:
    """Nothing is refused for a reason that time or new bytes mend, but for who is suspended."""
    with place.node.database.reading() as work:
        for each in work.queue.list(delivery=Delivery.REFUSED, limit=1000):
            if each.due and each.problem != NodeSuspendedError.name:
                raise ViolationError(f"{each.peer} still refuses what {place} says: {each.problem}")


def _check_files(place: Place) -> None:
    for path in (place.path, Path(f"{place.path}-wal")):
        if path.exists() and MARK.encode() in path.read_bytes():
            raise ViolationError(f"a personal value stands in {path.suffix} of {place}")


def _check_evidence(view: View, places: Mapping[NodeId, Place], root: bytes) -> None:
    for place in places.values():
        _, second = place.site.officers
        for matter in view.claims[place.site.id]:
            bundle = place.node.evidence.export(MatterId(matter), actor=second)
            if MARK.encode() in bundle:
                raise ViolationError("a personal value stands in a bundle of evidence")
            report = verifier.verify([bundle], root=root)
            if report.verdict is Verdict.INVALID:
                raise ViolationError(f"evidence of {place} does not verify: {_findings(report.findings)}")


def _findings(findings: Sequence[Finding]) -> str:
    wrong = [each for each in findings if each.severity is Severity.INVALID]
    return "; ".join(f"{each.rule.value}: {each.text}" for each in wrong[:3])
