"""The desk for follow-ups: how a child is, told on the days that were promised to whoever has handed it over."""

from collections.abc import Sequence
from dataclasses import dataclass

from handover.application import disclosures, following
from handover.application.facts import Actor, Delivery, Handover, Matter
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork
from handover.application.promised import KeptFollowUp
from handover.application.readings import require_stated
from handover.application.sealing import answers_to
from handover.application.showing import Showing, Shown
from handover.domain.consent import GroundError
from handover.domain.continuity import DAY, FOLLOW_UP_FIELDS, TOLD_BY_OFFICERS, FollowUpState
from handover.domain.errors import MalformedError, NotFoundError, OutOfOrderError
from handover.domain.followup import EXTRA, Stage
from handover.domain.handover import Act, Role, State
from handover.domain.ids import Digest, HandoverId
from handover.domain.record import MatterKind
from handover.protocol import envelope as envelopes
from handover.protocol.entry import EntryKind
from handover.protocol.strict import Json

AHEAD = 14 * DAY
"""Seconds: how far ahead the list of what is due looks."""


class FollowUpDayError(MalformedError):
    """A follow-up answers one of the days that the acceptance names, or none."""

    name = "follow-up-day"
    title = "The acceptance promised no follow-up for that day."
    advice = "Choose one of the days that the acceptance names, or tell it as an additional one."


class FollowUpToldError(OutOfOrderError):
    """A day that was answered, or whose answer is on its way, is not answered again."""

    name = "follow-up-told"
    title = "The follow-up of that day was told already."
    advice = "If there is more to tell, tell it as an additional one."


@dataclass(frozen=True, kw_only=True)
class Told:
    """A follow-up that was said or heard. `delivery` is how far one of this node has come, `problem` why not."""

    digest: Digest
    day: int | None
    at: int
    incoming: bool
    delivery: Delivery | None
    problem: str | None


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A promised date and how it stands; `waiting` is a follow-up that is on its way."""

    kept: KeptFollowUp
    stage: Stage
    waiting: Told | None


@dataclass(frozen=True, kw_only=True)
class Due:
    """A date with its round and matter."""

    dated: Dated
    handover: Handover
    matter: Matter


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What was promised in a round and what was told. `hindered` is why this node may not tell anything now."""

    owed: bool
    dates: tuple[Dated, ...]
    told: tuple[Told, ...]
    hindered: GroundError | None
    may_tell: bool


class FollowUps:
    """The desk."""

    def __init__(self, database: Database, showing: Showing) -> None:
        self._database = database
        self._showing = showing

    def plan(self, handover: HandoverId, *, actor: Actor) -> Plan:
        """Give what was promised in a round, what was told, and whether this node may tell more now.

        Raises:
            NotFoundError: there is no such round.
        """
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            found = work.handovers.get(handover)
            told = _told(work, found)
            may = _tells(found)
            return Plan(
                owed=found.role is Role.RECEIVER,
                dates=tuple(_dated(work, each, told) for each in work.follow_ups.of_round(handover)),
                told=tuple(told),
                hindered=_hindered(work, found) if may else None,
                may_tell=may,
            )

    def due(self, *, actor: Actor, limit: int = 100) -> list[Due]:
        """Give what this office has to tell soon, or is told too late, by date."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            found = []
            for each in work.follow_ups.open(before=work.now + AHEAD, limit=limit):
                if not each.owed and each.stage(work.now) is Stage.PLANNED:
                    continue
                handover = work.handovers.get(each.handover)
                dated = _dated(work, each, _told(work, handover) if each.owed else [])
                found.append(Due(dated=dated, handover=handover, matter=work.matters.get(each.matter)))
            return found

    def tell(
        self,
        handover: HandoverId,
        *,
        due: int,
        date: str,
        state: FollowUpState,
        text: str,
        actor: Actor,
    ) -> Digest:
        """Tell the one who handed the child over how it is: *due* is a promised day, or 0. Gives the envelope's digest.

        Raises:
            OutOfOrderError: this office has not taken the child over in this round.
            FollowUpDayError: the acceptance does not name the day.
            FollowUpToldError: it was told.
            GroundError: no ground of this office covers telling it now; one has to be recorded first.
            IncompleteMessageError: no text, or no day.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = work.handovers.get(handover)
            if not _tells(found):
                raise OutOfOrderError("nothing is told in this round")
            if state not in TOLD_BY_OFFICERS:
                raise OutOfOrderError("a node says by itself that it has handed a case on")
            _require_open(work, found, due)
            re = answers_to(found, Act.FOLLOW_UP)
            if re is None:
                raise OutOfOrderError
            body: dict[str, Json] = {"due": due, "date": date, "state": state.value, "text": text}
            shown = Shown(act=Act.FOLLOW_UP, re=re, body=body, fields=FOLLOW_UP_FIELDS, actor=actor)
            return self._showing.show(work, found, shown)

    def read(self, handover: HandoverId, told: Digest, *, actor: Actor) -> dict[str, Json]:
        """Give what a follow-up says; each reading is logged.

        Raises:
            NotFoundError: there is none, or it was erased.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.READ_CASE)
        with self._database.begin() as work:
            found, kept = work.handovers.get(handover), work.envelopes.get(told)
            if kept.handover != handover or kept.act is not Act.FOLLOW_UP:
                raise NotFoundError
            require_stated(work, found.matter, actor)
            body = following.body_of(work, told)
            if body is None:
                raise NotFoundError
            work.log.append(EntryKind.DISCLOSED, stream=found.pair, object_=told, now=work.now)
            return body


def _tells(handover: Handover) -> bool:
    return handover.state is State.HOLDING and handover.kind is MatterKind.GUARDIANSHIP


def _require_open(work: UnitOfWork, handover: Handover, due: int) -> None:
    if due == EXTRA:
        return
    promised = {each.day: each for each in work.follow_ups.of_round(handover.id)}
    if due not in promised:
        raise FollowUpDayError
    if promised[due].done_at is not None or _waiting(due, _told(work, handover)) is not None:
        raise FollowUpToldError


def _told(work: UnitOfWork, handover: Handover) -> list[Told]:
    said = [each for each in work.envelopes.of_handover(handover.id) if each.act is Act.FOLLOW_UP]
    replaced = {envelopes.read(each.data).claimed.replaces for each in said}
    kept = [each for each in said if each.digest not in replaced]
    queued = work.queue.of_handover(handover.id) if kept else {}
    found = []
    for each in kept:
        body, waits = following.body_of(work, each.digest), queued.get(each.digest)
        day = None if body is None else body["due"]
        found.append(
            Told(
                digest=each.digest,
                day=day if isinstance(day, int) else None,
                at=each.stored_at,
                incoming=each.incoming,
                delivery=None if waits is None else waits.delivery,
                problem=None if waits is None else waits.problem,
            )
        )
    return found


def _dated(work: UnitOfWork, kept: KeptFollowUp, told: Sequence[Told]) -> Dated:
    return Dated(kept=kept, stage=kept.stage(work.now), waiting=_waiting(kept.day, told))


def _waiting(day: int, told: Sequence[Told]) -> Told | None:
    return next((each for each in told if each.day == day and each.delivery is Delivery.QUEUED), None)


def _hindered(work: UnitOfWork, handover: Handover) -> GroundError | None:
    try:
        disclosures.covering(work, handover, FOLLOW_UP_FIELDS)
    except GroundError as error:
        return error
    return None
