"""What an offer and a referral are made of alike: a draft under a ground, the record sealed, the decision logged."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from handover.application import chains, colleagues, documents, tokens
from handover.application.facts import Actor, Handover, KeptGround, Matter
from handover.application.permissions import SameOfficerError
from handover.application.ports import UnitOfWork, Vault
from handover.application.proofs import Begun
from handover.application.registry import Registry
from handover.application.sealing import Saying, Sealer, new_id, new_token
from handover.application.unopened import DeadlineError
from handover.domain.consent import PURPOSE_OF
from handover.domain.courses import Course
from handover.domain.handover import Act, Role, State
from handover.domain.ids import HandoverId, MatterId, NodeId, PairId, RoundId
from handover.domain.record import MatterKind, Record
from handover.protocol import sdjwt, strict
from handover.protocol.entry import EntryKind
from handover.protocol.message import Message
from handover.protocol.strict import Json


@dataclass(frozen=True, kw_only=True)
class Term:
    """How long the other side may be given, in seconds; `usual` is what it gets where nothing else is said."""

    usual: int
    longest: int
    shortest: int = 60

    def end(self, now: int, ground: KeptGround, deadline: int | None) -> int:
        """Give when it is over: no later than the ground, for what has not left by then never leaves.

        Raises:
            DeadlineError: that is too soon or too late.
        """
        end = now + self.usual if deadline is None else deadline
        if ground.ground.in_force(now):
            end = min(end, ground.ground.valid_until - 1)
        if not self.shortest <= end - now <= self.longest:
            raise DeadlineError
        return end


def record_of(work: UnitOfWork, matter: MatterId) -> Record:
    """Give the newest version of the matter's record."""
    return documents.record_of(work.records.latest(matter))


def released_by(work: UnitOfWork, handover: Handover, actor: Actor) -> Record:
    """Give the record that *actor* releases: another officer has prepared it, and seen what is in it or written it.

    Raises:
        SameOfficerError: the officer has prepared the round, or has changed the record since somebody else did.
    """
    colleagues.require_second(work, actor, handover.prepared_by)
    kept = work.records.latest(handover.matter)
    if kept.recorded_at > handover.created_at and colleagues.are_one(work, actor.officer, kept.recorded_by):
        raise SameOfficerError("whoever has changed the record since it was prepared does not release it")
    return documents.record_of(kept)


def pairs_with(work: UnitOfWork, matter: MatterId, peer: NodeId) -> list[PairId]:
    """Give the pseudonyms under which the matter goes with *peer*; a contact has one of its own."""
    rounds = work.handovers.of_matter(matter)
    return [each.pair for each in rounds if each.peer == peer and each.course is not Course.CONTACT]


def pair_for(vault: Vault, matter: MatterId, peer: NodeId) -> PairId:
    """Give the pseudonym under which a matter goes with *peer*: only this node can tell it from 128 random bits.

    A node that was restored finds by it which of its matters a round is about that it has forgotten.
    """
    return PairId(strict.b64(vault.mark("pair", f"{matter}|{peer}")[:16]))


def draft(
    work: UnitOfWork,
    vault: Vault,
    matter: Matter,
    ground: KeptGround,
    *,
    to: NodeId,
    fields: tuple[str, ...],
    deadline: int,
    course: Course = Course.HANDOVER,
) -> Handover:
    """Give a round of this node's that nobody else has heard of."""
    earlier = pairs_with(work, matter.id, to)
    return Handover(
        id=HandoverId(new_id(work.now)),
        matter=matter.id,
        kind=matter.kind,
        role=Role.SENDER,
        peer=to,
        round=RoundId(new_token()),
        pair=earlier[-1] if earlier else pair_for(vault, matter.id, to),
        epoch=matter.epoch + 1,
        state=State.PREPARED,
        deadline=deadline,
        purpose=PURPOSE_OF[matter.kind],
        schema=ground.ground.schema,
        fields=fields,
        created_at=work.now,
        updated_at=work.now,
        automatic=matter.kind is MatterKind.TRACING,
        ground=ground.id,
        course=course,
    )


@dataclass(frozen=True, kw_only=True)
class Released:
    """What a second officer releases: the round with the matter's chain, the record, and what was confirmed."""

    handover: Handover
    matter: Matter
    record: Record
    actor: Actor
    begun: Begun | None


class Preparing:
    """Makes what is shown, and logs who decided; holds no rule of its own."""

    def __init__(self, vault: Vault, registry: Registry, sealer: Sealer) -> None:
        self._vault = vault
        self._registry = registry
        self._sealer = sealer

    def saying(self, work: UnitOfWork, released: Released, act: Act, body: Mapping[str, Json]) -> Saying:
        """Give what opens a round: the record as it is now, the ground's token, and the deeds so far."""
        handover, begun = released.handover, released.begun
        jti, iat = (begun.jti, begun.made) if begun else (new_id(work.now), work.now)
        token = tokens.issue(work, self._vault, handover, jti=jti, iat=iat)
        issued = sdjwt.issue(
            released.record,
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
            evidence=chains.shown(work, self._registry, released.matter.chain),
            body=dict(body),
        )
        return Saying(
            act=act,
            content=content,
            by=self._sealer.by(handover, handover.prepared_by or "", released.actor),
            record=strict.digest(issued.jwt),
            consent=strict.digest(token),
        )

    def decided(self, work: UnitOfWork, handover: Handover, what: str, actor: Actor) -> None:
        """Log that an officer decided something about a round; the statement names a pseudonym alone."""
        pseudonym = self._vault.pseudonym(handover.pair, actor.officer)
        statement = "\n".join(("handover-decision/1", what, handover.round, pseudonym, ""))
        work.log.append(
            EntryKind.DECIDED, stream=handover.pair, object_=strict.digest(statement.encode()), now=work.now
        )
