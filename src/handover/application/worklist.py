"""Rounds as officers look at them: where each stands, whom it waits for, and what the one who looks can do now."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from handover.application import doubt
from handover.application.clockwork import overdue
from handover.application.facts import Actor, Handover, Matter
from handover.application.permissions import ForbiddenError, Right, require
from handover.application.ports import Database, UnitOfWork
from handover.domain.courses import FINISHED, TABLES, Course
from handover.domain.handover import SETTLED, Act, Claim, Order, Role, State
from handover.domain.ids import HandoverId, MatterId
from handover.domain.record import MatterKind


class Waits(StrEnum):
    """Whose turn it is."""

    SECOND_OFFICER = "second-officer"
    THIS_OFFICE = "this-office"
    OTHER_OFFICE = "other-office"
    OTHER_NODE = "other-node"
    REGISTRY = "registry"
    NOBODY = "nobody"


_RIGHTS: Final = {
    "release": Right.RELEASE,
    "countersign": Right.RELEASE,
    "withdraw": Right.PREPARE,
    "open": Right.DECIDE,
    "accept": Right.DECIDE,
    "decline": Right.DECIDE,
    "question": Right.DECIDE,
    "answer": Right.DECIDE,
    "arrival": Right.DECIDE,
    "non-arrival": Right.DECIDE,
    "finish": Right.DECIDE,
}
_READABLE: Final = frozenset({State.PENDING, State.BOUND, State.DECLINED, State.SERVING})
_SILENT: Final = FINISHED | {State.PREPARED, State.DISCARDED, State.VOIDED, State.VOIDING, State.CLOSED}
_WAITS: Final = {
    State.PREPARED: Waits.SECOND_OFFICER,
    State.OFFERED: Waits.OTHER_OFFICE,
    State.ACCEPTED: Waits.SECOND_OFFICER,
    State.RELIEVING: Waits.OTHER_NODE,
    State.VOIDING: Waits.OTHER_NODE,
    State.PENDING: Waits.THIS_OFFICE,
    State.BOUND: Waits.OTHER_OFFICE,
    State.DECLINED: Waits.OTHER_NODE,
    State.REFERRED: Waits.OTHER_OFFICE,
    State.SERVING: Waits.THIS_OFFICE,
    State.RETAINED: Waits.NOBODY,
    State.CONTACTING: Waits.OTHER_OFFICE,
    State.IN_CONTACT: Waits.THIS_OFFICE,
    State.ENDING: Waits.OTHER_NODE,
}
_REPORT_STANDS: Final = 180 * 86_400
"""So long after it was reported last such a round stands in the work list of who gave the child away."""
_OWED: Final = frozenset({"answer", "arrival"})
"""Steps that somebody here owes whether the matter is in doubt or not."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A round with what happens next: `can` are the steps that this officer may take now; `overdue`: look at it."""

    handover: Handover
    waits_for: Waits
    can: tuple[str, ...]
    overdue: bool


@dataclass(frozen=True, kw_only=True)
class Row:
    """A round with its matter."""

    seen: Seen
    matter: Matter

    @property
    def not_arrived(self) -> bool:
        """Tell whether the child of a round that was handed over from here has not arrived, nor come back."""
        found = self.seen.handover
        given = found.state is State.TRANSFERRED and self.matter.claim is Claim.NONE
        return given and found.alarm == Act.NON_ARRIVAL


class Worklist:
    """Reads rounds; changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, handover: HandoverId, *, actor: Actor) -> Seen:
        """Give the round; raises NotFoundError."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            [found] = _all_seen(work, [work.handovers.get(handover)], actor)
            return found

    def page(
        self,
        *,
        actor: Actor,
        after: str = "",
        limit: int = 50,
        role: Role | None = None,
        state: State | None = None,
    ) -> list[Seen]:
        """Give rounds in order of their beginning, from behind *after*."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            found = work.handovers.page(after=after, limit=limit, role=role, state=state)
            return _all_seen(work, found, actor)

    def unfinished(self, *, actor: Actor, after: tuple[int, str] = (0, ""), limit: int = 50) -> list[Row]:
        """Give rounds in which somebody still has to do something, by deadline, from behind *after*."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return _rows(work, work.handovers.unfinished(after=after, limit=limit), actor)

    def not_arrived(self, *, actor: Actor) -> list[Row]:
        """Give rounds that this office has handed over and whose child has not arrived, the newest report first."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            alarms = work.alarms.of_kinds([Act.NON_ARRIVAL.value])
            recent = [each.handover for each in alarms if work.now - each.raised_at < _REPORT_STANDS]
            found = [work.handovers.get(each) for each in dict.fromkeys(recent) if each is not None]
            return [row for row in _rows(work, found, actor) if row.not_arrived]

    def look(self, handover: HandoverId, *, actor: Actor) -> Row:
        """Give the round with its matter; raises NotFoundError."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            [found] = _rows(work, [work.handovers.get(handover)], actor)
            return found

    def of_matter(self, matter: MatterId, *, actor: Actor) -> list[Seen]:
        """Give the rounds of a matter, oldest first; raises NotFoundError."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            return _all_seen(work, work.handovers.of_matter(matter), actor)


def _rows(work: UnitOfWork, found: Sequence[Handover], actor: Actor) -> list[Row]:
    work.matters.load([each.matter for each in found])
    matters = doubt.shown(work, *(work.matters.get(each.matter) for each in found))
    return [
        Row(seen=seen(each, actor=actor, now=work.now, claim=matter.claim), matter=matter)
        for each, matter in zip(found, matters, strict=True)
    ]


def _all_seen(work: UnitOfWork, found: Sequence[Handover], actor: Actor) -> list[Seen]:
    doubtful = work.doubts.among({each.matter for each in found})
    return [
        seen(each, actor=actor, now=work.now, claim=Claim.IN_DOUBT if each.matter in doubtful else None)
        for each in found
    ]


def seen(handover: Handover, *, actor: Actor, now: int, claim: Claim | None = None) -> Seen:
    """Give *handover* with what happens next; of a matter in doubt nothing is decided."""
    steps = _steps(handover)
    waits_for = _waits_for(handover)
    if claim is Claim.IN_DOUBT:
        decides = set(Order) if handover.course is Course.HANDOVER else {Order.RELEASE}
        steps = [step for step in steps if step not in {order.value for order in decides}]
        if waits_for in (Waits.THIS_OFFICE, Waits.SECOND_OFFICER) and not _OWED & set(steps):
            waits_for = Waits.OTHER_NODE  # until the peers have said what was forgotten
    return Seen(
        handover=handover,
        waits_for=waits_for,
        can=tuple(step for step in steps if _may(actor, step, handover)),
        overdue=overdue(handover, now),
    )


def _waits_for(handover: Handover) -> Waits:
    if handover.question is not None and handover.state not in _SILENT:
        return Waits.THIS_OFFICE
    if handover.state is State.ACCEPTED and handover.automatic:
        return Waits.REGISTRY
    if handover.state is State.HOLDING and handover.kind is MatterKind.GUARDIANSHIP:
        return Waits.THIS_OFFICE if handover.arrived_at is None else Waits.NOBODY
    return Waits.NOBODY if handover.state in SETTLED else _WAITS[handover.state]


def _steps(handover: Handover) -> list[str]:
    """Give the steps that the tables and the guards outside them allow."""
    steps = [order.value for order in _orders(handover)]
    receiving = handover.role is Role.RECEIVER
    if receiving and handover.state in _READABLE:
        steps.insert(0, "open")
    if handover.state not in _SILENT:
        answers = handover.question is not None or handover.state is State.SERVING
        steps += ["question"] * (handover.offer is not None) + ["answer"] * answers
    if receiving and handover.state is State.HOLDING and handover.kind is MatterKind.GUARDIANSHIP:
        steps += ["arrival", "non-arrival"]
    return steps


def _orders(handover: Handover) -> list[Order]:
    row = TABLES[handover.course, handover.role].get(handover.state, {})
    found: list[Order] = []
    for order in Order:
        outcome = row.get(order)
        if (
            not isinstance(outcome, State)
            or outcome is handover.state
            or order in (Order.DEADLINE, Order.ERASE, Order.RESOLVE)
        ):
            continue
        unread = order is Order.ACCEPT and handover.opened_at is None
        if not unread and not (order is Order.COUNTERSIGN and handover.automatic):
            found.append(order)
    return found


def _may(actor: Actor, step: str, handover: Handover) -> bool:
    first = {"release": handover.prepared_by, "countersign": handover.released_by}.get(step)
    try:
        require(actor, _RIGHTS[step])
    except ForbiddenError:
        return False
    return first is None or first != actor.officer
