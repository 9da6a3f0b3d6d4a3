"""Referring a matter: one officer prepares, a second one releases, and what is referred can be ended or extended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from handover.application import departures, preparing, proofs
from handover.application.facts import Actor, Handover, changed
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.preparing import Preparing, Released, Term
from handover.application.referred import of_course
from handover.application.registry import Registry
from handover.application.rounds import Cause, Rounds
from handover.application.sealing import Sealer
from handover.domain.continuity import ReferralTask
from handover.domain.courses import LONGEST, Course, EndReason
from handover.domain.errors import OutOfOrderError, RefusedError
from handover.domain.handover import Act, Claim, NotResponsibleError, Order, Role, State
from handover.domain.ids import UUID7, HandoverId, MatterId, NodeId
from handover.domain.record import Record
from handover.protocol import attachment, bodies
from handover.protocol.statement import AssertedAct
from handover.protocol.strict import Json

TERM: Final = Term(usual=30 * 86400, longest=LONGEST[Act.REFERRAL])


class FileReferredError(RefusedError):
    """A field that names a file is not referred."""

    name = "referral-file"
    title = "Files are not sent with a referral."
    advice = "Leave out the fields that name a photograph or a document."


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is referred, to whom, for what, and until when (None: a usual time).

    *fields* are field names or consent categories; *text* says what is asked for, and travels sealed.
    """

    to: NodeId
    task: ReferralTask
    text: str
    fields: Sequence[str]
    ground: UUID7
    deadline: int | None = None


class Referring:
    """The desk of the side that refers."""

    def __init__(
        self, database: Database, vault: Vault, registry: Registry, sealer: Sealer, rounds: Rounds
    ) -> None:
        self._vault = vault
        self._database = database
        self._vault = vault
        self._registry = registry
        self._sealer = sealer
        self._rounds = rounds
        self._preparing = Preparing(vault, registry, sealer)

    def prepare(self, matter: MatterId, wanted: Wanted, *, actor: Actor) -> Handover:
        """Give a prepared referral; nothing has left this office.

        Raises:
            RefusedError: this node is not responsible, the recipient lacks the mandate, the ground does not cover it,
                or a field names a file.
            DeadlineError: the time is too short or too long.
            IncompleteMessageError: it is not said what is asked for.
        """
        require(actor, Right.PREPARE)
        body: dict[str, Json] = {"task": wanted.task.value, "text": wanted.text}
        bodies.check_body(Act.REFERRAL, body)
        with self._database.begin() as work:
            found = work.matters.get(matter)
            if found.claim is not Claim.HOLDER:
                raise NotResponsibleError
            record = preparing.record_of(work, matter)
            kept = work.grounds.get(wanted.ground)
            end = TERM.end(work.now, kept, wanted.deadline)
            chosen = record.schema.resolve(wanted.fields)
            handover = preparing.draft(
                work,
                self._vault,
                found,
                kept,
                to=wanted.to,
                fields=chosen,
                deadline=end,
                course=Course.REFERRAL,
            )
            self._check(work, handover, record)
            handover = replace(handover, prepared_by=actor.officer)
            work.handovers.add(handover)
            work.referrals.keep(handover, body)
            self._preparing.decided(work, handover, "prepare", actor)
            return handover

    def again(self, handover: HandoverId, *, deadline: int | None, actor: Actor) -> Handover:
        """Prepare a referral like an earlier one, for a further time: that is how one is extended.

        Raises as `prepare`.
        """
        require(actor, Right.PREPARE)
        with self._database.reading() as work:
            old = of_course(work.handovers.get(handover))
            body = work.referrals.get(old.id)
        if old.role is not Role.SENDER or old.ground is None:
            raise OutOfOrderError
        wanted = Wanted(
            to=old.peer,
            task=ReferralTask(str(body["task"])),
            text=str(body["text"]),
            fields=old.fields,
            ground=old.ground,
            deadline=deadline,
        )
        return self.prepare(old.matter, wanted, actor=actor)

    def _check(self, work: UnitOfWork, handover: Handover, record: Record) -> None:
        """The gate that every referral passes, when it is prepared and again when it is released."""
        departures.require_standing(self._registry, self._vault.node, handover, work.now)
        if handover.ground is None or work.grounds.get(handover.ground).matter != handover.matter:
            raise RefusedError("the ground belongs to another matter")
        departures.require_covered(work, handover)
        shown = {path: value for path, value in record.values.items() if path in handover.fields}
        if attachment.named_in(shown):
            raise FileReferredError

    def release(self, handover: HandoverId, *, actor: Actor) -> Handover:
        """Seal the referral and queue it; the officer is not the one who prepared it.

        Raises:
            SameOfficerError: four eyes.
            RegistryStaleError: the registry is too old for an act of weight.
            StepUpError: the officer has to confirm it.
            RefusedError: a ground or mandate is missing now, or this node is not responsible any more.
        """
        require(actor, Right.RELEASE)
        with self._database.begin() as work:
            self._registry.require_fresh(work.now)
            found = of_course(work.handovers.get(handover))
            record = preparing.released_by(work, found, actor)
            matter = work.matters.get(found.matter)
            self._check(work, found, record)
            found = changed(found, epoch=matter.epoch + 1, released_by=actor.officer)
            begun = proofs.take(work, AssertedAct.REFERRAL, found.id, actor)
            released = Released(handover=found, matter=matter, record=record, actor=actor, begun=begun)
            saying = self._preparing.saying(work, released, Act.REFERRAL, work.referrals.get(found.id))
            cause = Cause(event=Order.RELEASE, saying=saying, actor=actor, begun=begun)
            return self._rounds.move(work, found, cause)

    def end(self, handover: HandoverId, *, text: str, actor: Actor) -> Handover:
        """End a referral of this office early; before its release it is merely discarded.

        Raises:
            OutOfOrderError: it is over.
        """
        require(actor, Right.PREPARE)
        with self._database.begin() as work:
            found = of_course(work.handovers.get(handover))
            if found.role is not Role.SENDER or found.state not in (State.PREPARED, State.REFERRED):
                raise OutOfOrderError
            self._preparing.decided(work, found, "end", actor)
            by = self._sealer.by(found, actor.officer, actor)
            cause = Cause(event=Order.WITHDRAW, by=by, void=EndReason.RECALLED, body={"text": text})
            return self._rounds.move(work, found, cause)
