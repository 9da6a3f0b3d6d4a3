"""Referring a matter: one officer prepares, a second one releases, and what is referred can be ended or extended."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from handover.application import departures, documents, proofs, tokens
from handover.application.facts import Actor, Handover, Matter, changed
from handover.application.offers import DeadlineError, pairs_with
from handover.application.permissions import Right, require, require_second
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.proofs import Begun
from handover.application.referred import of_course
from handover.application.registry import Registry
from handover.application.rounds import Cause, Rounds
from handover.application.sealing import Saying, Sealer, new_id, new_token
from handover.domain.consent import PURPOSE_OF
from handover.domain.continuity import ReferralTask
from handover.domain.courses import Course, EndReason
from handover.domain.errors import OutOfOrderError, RefusedError
from handover.domain.handover import Act, Claim, NotResponsibleError, Order, Role, State
from handover.domain.ids import UUID7, HandoverId, MatterId, NodeId, PairId, RoundId
from handover.domain.record import MatterKind, Record, schema
from handover.protocol import attachment, bodies, sdjwt, strict
from handover.protocol.entry import EntryKind
from handover.protocol.message import Message
from handover.protocol.statement import AssertedAct
from handover.protocol.strict import Json

DEFAULT_TERM: Final = 30 * 86400  # seconds from preparing to the deadline
SHORTEST_TERM: Final = 60
LONGEST_TERM: Final = 180 * 86400


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
        self._database = database
        self._vault = vault
        self._registry = registry
        self._sealer = sealer
        self._rounds = rounds

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
            record = _record(work, matter)
            handover = self._draft(work, found, wanted, record)
            self._check(work, handover, record)
            handover = replace(handover, prepared_by=actor.officer)
            work.handovers.add(handover)
            work.referrals.keep(handover, body)
            self._decided(work, handover, "prepare", actor)
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

    def _draft(self, work: UnitOfWork, matter: Matter, wanted: Wanted, record: Record) -> Handover:
        now, kept = work.now, work.grounds.get(wanted.ground)
        end = now + DEFAULT_TERM if wanted.deadline is None else wanted.deadline
        if kept.ground.in_force(now):
            end = min(end, kept.ground.valid_until - 1)
        if not SHORTEST_TERM <= end - now <= LONGEST_TERM:
            raise DeadlineError
        earlier = pairs_with(work, matter.id, wanted.to)
        return Handover(
            id=HandoverId(new_id(now)),
            matter=matter.id,
            kind=matter.kind,
            role=Role.SENDER,
            peer=wanted.to,
            round=RoundId(new_token()),
            pair=earlier[-1] if earlier else PairId(new_token()),
            epoch=matter.epoch + 1,
            state=State.PREPARED,
            deadline=end,
            purpose=PURPOSE_OF[matter.kind],
            schema=kept.ground.schema,
            fields=record.schema.resolve(wanted.fields),
            created_at=now,
            updated_at=now,
            automatic=matter.kind is MatterKind.TRACING,
            ground=kept.id,
            course=Course.REFERRAL,
        )

    def _check(self, work: UnitOfWork, handover: Handover, record: Record) -> None:
        """The gate that every referral passes, when it is prepared and again when it is released."""
        self._registry.recipient(handover.peer, handover.purpose, handover.schema, now=work.now)
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
            require_second(actor, found.prepared_by)
            matter, record = work.matters.get(found.matter), _record(work, found.matter)
            self._check(work, found, record)
            found = changed(found, epoch=matter.epoch + 1, released_by=actor.officer)
            begun = proofs.take(work, AssertedAct.REFERRAL, found.id, actor)
            saying = self._saying(work, found, matter, record, actor, begun)
            cause = Cause(event=Order.RELEASE, saying=saying, actor=actor, begun=begun)
            return self._rounds.move(work, found, cause)

    def _saying(
        self,
        work: UnitOfWork,
        handover: Handover,
        matter: Matter,
        record: Record,
        actor: Actor,
        begun: Begun | None,
    ) -> Saying:
        jti, iat = (begun.jti, begun.made) if begun else (new_id(work.now), work.now)
        token = tokens.issue(work, self._vault, handover, jti=jti, iat=iat)
        issued = sdjwt.issue(
            record,
            issuer=self._vault.node,
            jti=new_id(work.now),
            iat=work.now,
            matter=handover.pair,
            signer=self._vault.signer,
        )
        content = Message(
            nonce=secrets.token_bytes(32),
            record=sdjwt.present(issued, handover.fields),
            consent=token,
            evidence=tuple(work.envelopes.deed(digest) for digest in matter.chain),
            body=dict(work.referrals.get(handover.id)),
        )
        return Saying(
            act=Act.REFERRAL,
            content=content,
            by=self._sealer.by(handover, handover.prepared_by or "", actor),
            record=strict.digest(issued.jwt),
            consent=strict.digest(token),
        )

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
            self._decided(work, found, "end", actor)
            by = self._sealer.by(found, actor.officer, actor)
            cause = Cause(event=Order.WITHDRAW, by=by, void=EndReason.RECALLED, body={"text": text})
            return self._rounds.move(work, found, cause)

    def _decided(self, work: UnitOfWork, handover: Handover, what: str, actor: Actor) -> None:
        pseudonym = self._vault.pseudonym(handover.pair, actor.officer)
        statement = "\n".join(("handover-decision/1", what, handover.round, pseudonym, ""))
        work.log.append(
            EntryKind.DECIDED, stream=handover.pair, object_=strict.digest(statement.encode()), now=work.now
        )


def _record(work: UnitOfWork, matter: MatterId) -> Record:
    kept = work.records.latest(matter)
    return documents.record_of(kept.document, schema(kept.schema))
