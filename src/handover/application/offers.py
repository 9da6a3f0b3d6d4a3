"""What the officers of the sending node do: prepare an offer, see what leaves, release, withdraw, countersign."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from handover.application import attachments, departures, preparing, proofs, thefts
from handover.application.colleagues import require_second
from handover.application.facts import Actor, Handover, changed
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.preparing import Preparing, Released, Term
from handover.application.registry import Registry
from handover.application.rounds import Cause, Rounds
from handover.application.sealing import Sealer
from handover.domain.courses import LONGEST, Course
from handover.domain.errors import OutOfOrderError, RefusedError
from handover.domain.handover import Act, Claim, NotResponsibleError, Order, VoidReason
from handover.domain.ids import UUID7, HandoverId, MatterId, NodeId
from handover.domain.record import Record
from handover.protocol.statement import AssertedAct
from handover.protocol.strict import Json

TERM: Final = Term(usual=14 * 86400, longest=LONGEST[Act.OFFER])


@dataclass(frozen=True, kw_only=True)
class Selection:
    """One field of the schema in the page *what leaves this office*: granted, or withheld and why."""

    path: str
    label: str
    granted: bool
    stated: bool
    reason: str


class Offers:
    """The sending desk."""

    def __init__(self, database: Database, vault: Vault, registry: Registry, rounds: Rounds) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._rounds = rounds
        self._sealer = Sealer(vault, registry)
        self._preparing = Preparing(vault, registry, self._sealer)

    def prepare(
        self,
        matter: MatterId,
        *,
        to: NodeId,
        fields: Sequence[str],
        ground: UUID7,
        actor: Actor,
        deadline: int | None = None,
    ) -> Handover:
        """Give a prepared offer; nothing has left this office. *fields* are field names or consent categories.

        Raises:
            RefusedError: this node is not responsible, the recipient lacks the mandate, the ground does not cover
                it, or the record lacks what an offer must carry.
        """
        require(actor, Right.PREPARE)
        with self._database.begin() as work:
            kept, found = work.grounds.get(ground), work.matters.get(matter)
            if found.claim is not Claim.HOLDER:
                raise NotResponsibleError
            record = preparing.record_of(work, matter)
            chosen, end = record.schema.resolve(fields), TERM.end(work.now, kept, deadline)
            handover = preparing.draft(work, self._vault, found, kept, to=to, fields=chosen, deadline=end)
            self._check(work, handover, record)
            handover = replace(handover, prepared_by=actor.officer)
            work.handovers.add(handover)
            self._preparing.decided(work, handover, "prepare", actor)
            return handover

    def _check(self, work: UnitOfWork, handover: Handover, record: Record) -> None:
        """The gate that every offer passes, when it is prepared and again when it is released."""
        departures.require_standing(self._registry, self._vault.node, handover, work.now)
        if handover.ground is None:
            raise RefusedError("an offer rests on a ground")
        kept = work.grounds.get(handover.ground)
        if kept.matter != handover.matter:
            raise RefusedError("the ground belongs to another matter")
        kept.ground.require(
            recipient=handover.peer, purpose=handover.purpose, fields=handover.fields, now=work.now
        )
        record.require_offerable(frozenset(handover.fields))

    def preview(self, handover: HandoverId, *, actor: Actor) -> list[Selection]:
        """Give every field of the schema with what happens to it, values unseen."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            found = work.handovers.get(handover)
            record = preparing.record_of(work, found.matter)
            covered = set(work.grounds.get(found.ground).ground.fields) if found.ground else set()
            return [
                Selection(
                    path=field.path,
                    label=field.label,
                    granted=field.path in found.fields,
                    stated=record.stated(field.path),
                    reason=_reason(field.path, found.fields, covered),
                )
                for field in record.schema.fields
            ]

    def release(self, handover: HandoverId, *, actor: Actor) -> Handover:
        """Seal the offer and queue it; the officer is not the one who prepared it.

        Raises:
            SameOfficerError: four eyes.
            RegistryStaleError: the registry is too old for an act of weight.
            StepUpError: the officer has to confirm it.
            RefusedError: a ground, mandate or part of the record is missing now.
        """
        return self.release_many([handover], actor=actor)[0]

    def release_many(self, handovers: Sequence[HandoverId], *, actor: Actor) -> list[Handover]:
        """Release several offers in one transaction: all, or none."""
        require(actor, Right.RELEASE)
        with self._database.begin() as work:
            self._registry.require_fresh(work.now)
            found = [_offered(each) for each in work.handovers.load(handovers)]
            matters = [each.matter for each in found]
            work.matters.load(matters)
            work.records.load(matters)
            work.grounds.load([each.ground for each in found if each.ground is not None])
            work.log.prepare([each.pair for each in found])
            return [self._release(work, each, actor) for each in found]

    def _release(self, work: UnitOfWork, handover: Handover, actor: Actor) -> Handover:
        record = preparing.released_by(work, handover, actor)
        matter = work.matters.get(handover.matter)
        self._check(work, handover, record)
        handover = changed(handover, epoch=matter.epoch + 1, released_by=actor.officer)
        begun = proofs.take(work, AssertedAct.OFFER, handover.id, actor)
        released = Released(handover=handover, matter=matter, record=record, actor=actor, begun=begun)
        body: dict[str, Json] = {"note": "", "attachments": attachments.pack(work, handover, record)}
        saying = self._preparing.saying(work, released, Act.OFFER, body)
        cause = Cause(event=Order.RELEASE, saying=saying, actor=actor, begun=begun)
        return self._rounds.move(work, handover, cause)

    def withdraw(self, handover: HandoverId, *, actor: Actor) -> Handover:
        """Take the offer back; before its release it is merely discarded.

        Raises:
            DeedStandsError: the deed has been given.
        """
        require(actor, Right.PREPARE)
        with self._database.begin() as work:
            found = _offered(work.handovers.get(handover))
            by = self._sealer.by(found, actor.officer, actor)
            self._preparing.decided(work, found, "withdraw", actor)
            return self._rounds.move(
                work, found, Cause(event=Order.WITHDRAW, by=by, void=VoidReason.WITHDRAWN)
            )

    def countersign(self, handover: HandoverId, *, actor: Actor) -> Handover:
        """Give the deed, as a second officer; the ground is asked again, now.

        Where the ground is gone or the deadline has passed, the offer is voided instead: look at the state.

        Raises:
            SameOfficerError: the officer released the offer.
            RegistryStaleError: the registry is too old for an act of weight.
            StepUpError: the officer has to confirm it.
            RefusedError: the registry no longer names the recipient for this purpose.
            KeyCompromisedError: the acceptance came when the recipient's key was in other hands.
        """
        require(actor, Right.RELEASE)
        with self._database.begin() as work:
            found = work.handovers.get(handover)
            require_second(work, actor, found.released_by)
            self._registry.require_fresh(work.now)
            if found.acceptance is not None:
                thefts.require_sound(work, self._registry, work.envelopes.get(found.acceptance))
            self._registry.recipient(found.peer, found.purpose, found.schema, now=work.now)
            by = self._sealer.by(found, found.released_by or "", actor)
            begun = proofs.take(work, AssertedAct.DEED, found.id, actor)
            cause = Cause(event=Order.COUNTERSIGN, by=by, actor=actor, begun=begun)
            return self._rounds.move(work, found, cause)


def _offered(handover: Handover) -> Handover:
    if handover.course is not Course.HANDOVER:
        raise OutOfOrderError
    return handover


def _reason(path: str, fields: tuple[str, ...], covered: set[str]) -> str:
    if path in fields:
        return "covered by the ground"
    return "not chosen" if path in covered else "not covered by the ground"
