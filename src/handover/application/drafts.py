"""What a first message of an unknown round begins: its round and, where it is new here, its matter."""

from dataclasses import replace

from handover.application import apart, chains, contradictions
from handover.application.alarms import raise_alarm
from handover.application.facts import Handover, KeptEnvelope, Matter, changed
from handover.application.intake import Received
from handover.application.ports import UnitOfWork
from handover.application.sealing import new_id
from handover.application.unopened import MismatchError
from handover.domain.consent import PURPOSE_OF
from handover.domain.courses import BEGINS, OPENS, Course
from handover.domain.errors import OutOfOrderError
from handover.domain.handover import Act, Claim, InDoubtError, Role, State
from handover.domain.ids import HandoverId, MatterId
from handover.domain.record import MatterKind, schema
from handover.protocol import consent
from handover.protocol.envelope import Envelope


class UnknownRoundError(OutOfOrderError):
    """No offer of this round was ever made or seen here."""

    name = "unknown-round"
    title = "This node knows no such round."
    advice = "Ask the other authority which round is meant; nothing was stored."


def unknown(received: Received, now: int) -> Handover:
    """Give the round that *received* would begin, not yet written.

    Raises:
        UnknownRoundError: this act begins no round.
        UnknownSchemaError: this node does not know the schema.
        MismatchError: the purpose is not the one for which records of this kind are disclosed.
    """
    envelope = received.envelope
    if envelope.act not in BEGINS:
        raise UnknownRoundError
    of = schema(envelope.schema)
    if envelope.purpose is not PURPOSE_OF[of.kind]:
        raise MismatchError("the purpose is not that of the record's kind")
    id_ = new_id(now)
    return Handover(
        id=HandoverId(id_),
        matter=MatterId(id_),  # a stand-in until `begin` finds or makes the matter
        kind=of.kind,
        role=Role.RECEIVER,
        peer=envelope.iss,
        round=envelope.round,
        pair=envelope.matter,
        epoch=envelope.epoch,
        state=State.UNKNOWN,
        deadline=envelope.deadline or 0,
        purpose=envelope.purpose,
        schema=of.name,
        fields=consent.fields_of(of, envelope.fields) if envelope.fields else (),
        created_at=now,
        updated_at=now,
        automatic=of.kind is MatterKind.TRACING,
        course=BEGINS[envelope.act],
    )


def kept(received: Received, handover: Handover, now: int) -> KeptEnvelope:
    """Give the envelope as it is kept."""
    envelope = received.envelope
    return KeptEnvelope(
        digest=received.digest,
        handover=handover.id,
        incoming=True,
        act=envelope.act,
        peer=envelope.iss,
        round=envelope.round,
        incarnation=envelope.incarnation,
        seq=envelope.seq,
        re=envelope.re,
        stored_at=now,
        data=received.data,
    )


def begin(work: UnitOfWork, received: Received, handover: Handover) -> Handover:
    """Give the round with its matter: the one that is known by its pseudonym or its chain, or a new one."""
    envelope = received.envelope
    work.matters.expect_new(handover.id)
    id_ = _known(work, received)
    if envelope.act is Act.HIT:
        id_ = apart.require_asked(work, received)
    if id_ is None:
        id_ = MatterId(new_id(work.now))
        work.matters.add(_matter(id_, received, handover, work.now))
    elif received.chain:
        _lengthen(work, work.matters.get(id_), received)
    _keep_chain(work, received)
    work.matters.bind(envelope.iss, envelope.matter, id_)
    if envelope.act is Act.DEED:
        raise_alarm(work, "record-missing", peer=envelope.iss, handover=handover, evidence=(received.data,))
    return changed(handover, matter=id_)


def require_of_kind(work: UnitOfWork, received: Received, handover: Handover) -> None:
    """Do nothing if the matter under this pseudonym, or with this chain, is new here or of the round's own kind.

    Raises:
        MismatchError: it is of another kind: a guardianship would go by the easier rules of tracing.
    """
    id_ = _known(work, received)
    if id_ is not None and work.matters.get(id_).kind is not handover.kind:
        raise MismatchError("the matter is of another kind")


def require_offerable(work: UnitOfWork, received: Received) -> None:
    """Do nothing if who offers or refers a matter can be responsible for it, as far as this node knows.

    Raises:
        RoundResolvedError: it is offered on a deed that two officers of this node have resolved.
        MismatchError: this node is responsible for the matter itself.
        ChainError: the chain of deeds is not the one that is known here.
        InDoubtError: a restore has made it uncertain whether this node is responsible.
    """
    id_ = _known(work, received)
    if id_ is None:
        return
    if work.doubts.stands(id_):
        raise InDoubtError
    matter = work.matters.get(id_)
    if matter.claim is Claim.HOLDER:
        contradictions.require_unresolved(work, received)
        raise MismatchError("this node is responsible for the matter itself")
    contradictions.require_one_chain(work, matter, received)


def require_certain(work: UnitOfWork, envelope: Envelope, found: Handover | None) -> None:
    """After a restore, take of what was forgotten or is in doubt only what opens a round, a deed, and a void.

    Raises:
        InDoubtError: it is said again, and taken when it is certain.
    """
    if work.doubts.restoration() is None:
        return
    if found is None:
        certain = envelope.act is Act.VOID or envelope.act in OPENS
    else:
        certain = found.course is not Course.HANDOVER or envelope.act in (Act.DEED, Act.VOID)
        certain = certain or not work.doubts.stands(found.matter)
    if not certain:
        raise InDoubtError


def _known(work: UnitOfWork, received: Received) -> MatterId | None:
    """Give the matter that is meant: that of the pseudonym, or that of a deed of this node among those that came.

    A void that overtook its offer has bound the pseudonym to a matter of which nothing is known: the deed decides.
    """
    found = work.matters.of_pair(received.envelope.iss, received.envelope.matter)
    if found is not None:
        matter = work.matters.get(found)
        if matter.claim is not Claim.NONE or matter.chain:
            return found
    return work.matters.of_deed(received.chain) or found


def _matter(id_: MatterId, received: Received, handover: Handover, now: int) -> Matter:
    return Matter(
        id=id_,
        kind=handover.kind,
        claim=Claim.NONE,
        holder=received.envelope.iss,
        created_at=now,
        epoch=len(received.chain),
        chain=received.chain,
    )


def _lengthen(work: UnitOfWork, matter: Matter, received: Received) -> None:
    if len(received.chain) > len(matter.chain):
        longer = replace(
            matter, epoch=len(received.chain), chain=received.chain, holder=received.envelope.iss
        )
        work.matters.change(matter, longer)


def _keep_chain(work: UnitOfWork, received: Received) -> None:
    if received.chain and received.content:
        chains.keep(work, received.chain, received.content.evidence)
