"""Asking for a sought person: one officer along a route, two to ask everybody; taken back when it is over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handover.application import documents, protection, untracing
from handover.application.colleagues import require_second
from handover.application.facts import Actor
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.routes import Routes
from handover.application.sealing import new_id
from handover.application.traced import KeptAsking, KeptQuestion
from handover.application.tracing_permissions import require_permitted
from handover.application.tracing_views import persons
from handover.domain.errors import NotFoundError, OutOfOrderError
from handover.domain.handover import Claim, NotResponsibleError
from handover.domain.ids import UUID7, MatterId, NodeId
from handover.domain.record import Record
from handover.domain.searching import (
    OPEN_FOR,
    AskingClosedError,
    AskingState,
    ClosingReason,
    NothingToAskError,
    QuestionState,
    require_new,
    require_route,
)
from handover.domain.traceable import ProtectedError
from handover.matching import caches, keys
from handover.matching.person import Person
from handover.matching.view import view
from handover.protocol import strict
from handover.protocol.entry import EntryKind


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which person of the record is asked for, and where; *broadcast*: everywhere, with a second officer."""

    nodes: tuple[NodeId, ...]
    person: int = 0
    broadcast: bool = False


class Askings:
    """The desk where officers ask."""

    def __init__(self, database: Database, vault: Vault, routes: Routes) -> None:
        self._database = database
        self._vault = vault
        self._routes = routes

    def persons(self, matter: MatterId, *, actor: Actor) -> tuple[int, ...]:
        """Give the numbers of the persons of a record who can be asked for."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            return tuple(number for number, _ in persons(_record(work, matter)))

    def ask(self, matter: MatterId, wanted: Wanted, *, actor: Actor) -> KeptAsking:
        """Ask for a person along a route; a broadcast waits for a second officer. What was asked before is taken back.

        Raises:
            NotPermittedError: no consent or decision to trace is in force.
            ProtectedError: the record is protected.
            RouteError: the nodes are no route.
            AskedBeforeError: the same was asked within thirty days.
            NothingToAskError: too little is known of the person.
            NotResponsibleError: another node is responsible for the matter.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            if work.matters.get(matter).claim not in (Claim.HOLDER, Claim.RELIEVING):
                raise NotResponsibleError
            permission = require_permitted(work, matter)
            person = self._person(work, matter, wanted.person)
            require_route(wanted.nodes, known=self._routes.known(work, matter), broadcast=wanted.broadcast)
            data = self._vault.mark("tracing-data", f"{matter}|{wanted.person}|{person}")
            earlier = [
                each for each in work.tracing.askings.of_matter(matter) if each.person == wanted.person
            ]
            require_new(max(((each.at, each.data) for each in earlier), default=None), data, work.now)
            for each in earlier:
                untracing.close(work, each, ClosingReason.ASKED_ANEW)
            asking = KeptAsking(
                id=new_id(work.now),
                matter=matter,
                person=wanted.person,
                permission=permission.id,
                state=AskingState.PROPOSED if wanted.broadcast else AskingState.OPEN,
                broadcast=wanted.broadcast,
                asked_by=actor.officer,
                at=work.now,
                until=min(work.now + OPEN_FOR, permission.permission.until),
                data=data,
            )
            work.tracing.askings.add(asking, [_question(work, asking, each) for each in wanted.nodes])
            self._log(work, asking, "asked")
            return asking

    def _person(self, work: UnitOfWork, matter: MatterId, number: int) -> Person:
        record = _record(work, matter)
        if protection.protects(work, self._vault, matter, record):
            raise ProtectedError
        person = dict(persons(record)).get(number)
        try:
            if person is None or not keys.asked(view(person)):
                raise NothingToAskError
        finally:
            caches.forget()
        return person

    def release(self, asking: UUID7, *, actor: Actor) -> KeptAsking:
        """Let a broadcast go out, as the second officer.

        Raises:
            SameOfficerError: it is the officer who asked.
            AskingClosedError: it was given up meanwhile.
            OutOfOrderError: it is out already.
        """
        require(actor, Right.RELEASE)
        with self._database.begin() as work:
            found = work.tracing.askings.get(asking)
            require_second(work, actor, found.asked_by)
            if found.state is AskingState.CLOSED:
                raise AskingClosedError
            if found.state is AskingState.OPEN:
                raise OutOfOrderError("this question is out already")
            require_permitted(work, found.matter)
            self._person(work, found.matter, found.person)
            new = replace(found, state=AskingState.OPEN, second_officer=actor.officer)
            work.tracing.askings.change(found, new)
            for each in work.tracing.askings.questions(asking):
                work.tracing.askings.turn(each, replace(each, due=work.now))
            self._log(work, new, "released")
            return new

    def close(self, asking: UUID7, reason: ClosingReason, *, actor: Actor) -> KeptAsking:
        """End an asking: every holder is told to destroy the question, and says that it has.

        Raises:
            AskingClosedError: it has ended.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = work.tracing.askings.get(asking)
            if found.state is AskingState.CLOSED:
                raise AskingClosedError
            self._log(work, found, "closed")
            return untracing.close(work, found, reason)

    def get(self, asking: UUID7, *, actor: Actor) -> KeptAsking:
        """Give an asking; raises NotFoundError."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return work.tracing.askings.get(asking)

    def of_matter(self, matter: MatterId, *, actor: Actor) -> Sequence[KeptAsking]:
        """Give the askings of a matter, oldest first."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            return work.tracing.askings.of_matter(matter)

    def page(self, *, actor: Actor, after: str = "", limit: int = 50) -> Sequence[KeptAsking]:
        """Give askings, oldest first, from behind *after*."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return work.tracing.askings.page(after=after, limit=limit)

    def questions(self, asking: UUID7, *, actor: Actor) -> Sequence[KeptQuestion]:
        """Give the questions of an asking, by holder: where each stands, and what keeps it."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.tracing.askings.get(asking)
            return work.tracing.askings.questions(asking)

    def _log(self, work: UnitOfWork, asking: KeptAsking, what: str) -> None:
        mark = self._vault.pseudonym(asking.matter, f"asking {asking.id} {what}")
        work.log.append(
            EntryKind.DECIDED, stream=asking.matter, object_=strict.digest(mark.encode()), now=work.now
        )


def _record(work: UnitOfWork, matter: MatterId) -> Record:
    try:
        kept = work.records.latest(matter)
    except NotFoundError as error:
        raise NothingToAskError from error
    return documents.record_of(kept)


def _question(work: UnitOfWork, asking: KeptAsking, holder: NodeId) -> KeptQuestion:
    return KeptQuestion(
        id=new_id(work.now),
        asking=asking.id,
        matter=asking.matter,
        holder=holder,
        state=QuestionState.WAITING,
        at=work.now,
        due=None if asking.state is AskingState.PROPOSED else work.now,
    )
