"""Demands: what one authority asks of another within a time. Said, heard, answered; kept until then at both sides."""

from collections.abc import Sequence
from dataclasses import replace

from handover.application import anew, counting, notices
from handover.application.alarms import raise_alarm
from handover.application.continuity import KeptDemand
from handover.application.facts import Handover, KeptEnvelope
from handover.application.ports import UnitOfWork
from handover.application.sealing import Saying, Sealer
from handover.domain.continuity import ANSWERING, DEMANDS
from handover.domain.errors import OutOfOrderError
from handover.domain.handover import Act
from handover.domain.ids import Digest
from handover.protocol import envelope as envelopes
from handover.protocol.envelope import Envelope
from handover.protocol.message import Message

OVERDUE = "demand-overdue"
LOST = "demand-undeliverable"
_RETURNED = {Act.CONSENT_WITHDRAWN} | DEMANDS[Act.CONSENT_WITHDRAWN].answers


class AnsweredError(OutOfOrderError):
    """The demand was answered already: an officer who comes second is told so."""

    name = "demand-answered"
    title = "This was answered already."
    advice = "Look at the answer that was given; ask the other authority if something changed since."


def ask(work: UnitOfWork, sealer: Sealer, handover: Handover, saying: Saying) -> Digest:
    """Say a demand, keep it until it is answered, and give the digest of its envelope."""
    handover = work.handovers.get(handover.id)
    said = sealer.say(work, handover, saying)
    work.handovers.change(handover, said)
    if said.last is None or saying.re is None:
        raise OutOfOrderError("a demand names what it is about")
    _keep(work, handover, saying.act, about=saying.re, digest=said.last, incoming=False)
    if sealer.lost(handover.peer, work.now):
        raise_lost(work, handover)
    return said.last


def answer(work: UnitOfWork, sealer: Sealer, demand: KeptDemand, saying: Saying) -> KeptDemand:
    """Say the answer to a demand of the other side, and give the demand as it is then.

    Raises:
        AnsweredError: it was answered for good.
    """
    if not demand.incoming or not demand.open:
        raise AnsweredError
    handover = work.handovers.get(demand.handover)
    said = sealer.say(work, handover, replace(saying, re=demand.envelope))
    work.handovers.change(handover, said)
    if said.last is None:
        raise OutOfOrderError
    return _answered(work, demand, saying.act, said.last, until=saying.deadline)


def note(
    work: UnitOfWork, handover: Handover, envelope: Envelope, digest: Digest, content: Message | None = None
) -> None:
    """Keep a demand that was heard, or what was heard in answer to one of this node's.

    What the other side brings of another holder answers nothing: its own answer is still to come.
    """
    if envelope.re is None:
        return
    if envelope.act in DEMANDS:
        _keep(work, handover, envelope.act, about=envelope.re, digest=digest, incoming=True)
    elif envelope.act in ANSWERING and (
        content is None or content.body.get("holder", envelope.iss) == envelope.iss
    ):
        demand = named(work, envelope.re)
        if demand is not None and envelope.act in DEMANDS[demand.act].answers:
            _answered(work, demand, envelope.act, digest, until=envelope.deadline)


def recalled(work: UnitOfWork, handover: Handover, kept: KeptEnvelope) -> None:
    """Keep a withdrawal of either side that a peer has returned to a restored node, or note the answer to one."""
    said = envelopes.read(kept.data).claimed
    if said.re is None or said.replaces is not None or kept.act not in _RETURNED:
        return
    if kept.act in DEMANDS:
        at = min(said.iat, work.now)
        _keep(work, handover, kept.act, about=said.re, digest=kept.digest, incoming=kept.incoming, at=at)
        return
    demand = next(
        (each for each in work.demands.of_matter(handover.matter) if each.envelope == said.re), None
    )
    if demand is not None and demand.incoming is not kept.incoming:
        _answered(work, demand, kept.act, kept.digest, until=said.deadline)


def unsaid(work: UnitOfWork, kept: KeptEnvelope) -> None:
    """Open a question again whose answer by this node does not leave, or is refused for good, and tell officers of it.

    By itself nothing more is told: what there is to be said now is an officer's to say.
    """
    if kept.act is not Act.DECISION or kept.re is None:
        return
    demand = named(work, kept.re)
    if demand is None or demand.answer not in anew.names(work, kept.digest):
        return
    work.demands.change(demand, replace(demand, answer=None, answered=None, answered_at=None))
    notices.said(work, work.handovers.get(demand.handover), demand.act, kept.digest)


def named(work: UnitOfWork, envelope: Digest) -> KeptDemand | None:
    """Give the demand that an envelope made, or another that says the same: an answer may name either."""
    found = (work.demands.find(each) for each in anew.names(work, envelope))
    return next((each for each in found if each is not None), None)


def raise_overdue(work: UnitOfWork, late: Sequence[KeptDemand]) -> None:
    """Put demands that are late before a person, at whichever side this node is."""
    for demand in late:
        handover = work.handovers.get(demand.handover)
        raise_alarm(work, OVERDUE, peer=demand.peer, handover=handover)


def raise_lost(work: UnitOfWork, handover: Handover) -> None:
    """Put before a person that a demand of this node cannot reach the other side, as far as can be seen, ever."""
    raise_alarm(work, LOST, peer=handover.peer, handover=handover)


def _keep(
    work: UnitOfWork,
    handover: Handover,
    act: Act,
    *,
    about: Digest,
    digest: Digest,
    incoming: bool,
    at: int | None = None,
) -> None:
    asked_at = work.now if at is None else at
    demand = KeptDemand(
        envelope=digest,
        matter=handover.matter,
        handover=handover.id,
        peer=handover.peer,
        incoming=incoming,
        act=act,
        about=about,
        asked_at=asked_at,
        due=asked_at + DEMANDS[act].term,
    )
    work.demands.add(demand)


def _answered(
    work: UnitOfWork, demand: KeptDemand, act: Act, digest: Digest, *, until: int | None
) -> KeptDemand:
    """Of two answers the later counts; what was erased stays so."""
    if demand.answered is not None and demand.answered is not Act.LEGAL_HOLD:
        return demand
    counting.answered(work, demand)
    due = demand.due if until is None else until
    new = replace(demand, answer=digest, answered=act, answered_at=work.now, due=due)
    work.demands.change(demand, new)
    return new
