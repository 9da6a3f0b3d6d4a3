"""Destroying what has a data key of its own: what was shown after a deed, and the words of withdrawals."""

from dataclasses import replace

from handover.application import anew, demands
from handover.application.continuity import KeptDemand, KeptDisclosure
from handover.application.facts import Delivery, Handover
from handover.application.ports import UnitOfWork
from handover.domain.handover import Act
from handover.domain.sequence import ARRIVES, SHOWS, TALK
from handover.protocol.entry import EntryKind


def shown(work: UnitOfWork, found: KeptDisclosure) -> None:
    """Destroy what a disclosure holds by itself, and note that what came from a peer is not here any more."""
    if found.act in SHOWS | TALK:
        for each in anew.names(work, found.envelope):
            work.matters.erase(work.envelopes.get(each).owner)
        pair = work.handovers.get(found.handover).pair
        work.log.append(EntryKind.ERASED, stream=pair, object_=found.envelope, now=work.now)
    if found.incoming and found.erased_at is None:
        work.disclosures.change(replace(found, erased_at=work.now))


def told(work: UnitOfWork, handover: Handover) -> None:
    """Destroy what each envelope of a round has told after the deed, also where it disclosed nothing.

    A question that one of them was to answer, and that has not come there, is open again.
    """
    queued = work.queue.of_handover(handover.id)
    for kept in work.envelopes.of_handover(handover.id):
        if kept.act in SHOWS | TALK | {Act.END, Act.VERDICT, Act.HIT}:
            work.matters.erase(kept.owner)
        waiting = queued.get(kept.digest)
        if kept.act in SHOWS and waiting is not None and waiting.delivery is not Delivery.RECEIPTED:
            demands.unsaid(work, kept)


def round_(work: UnitOfWork, handover: Handover) -> None:
    """Destroy all that was shown in a round after its beginning: what was offered in it is the matter's own record."""
    told(work, handover)
    for found in work.disclosures.of_matter(handover.matter):
        if found.handover == handover.id and not found.is_offer:
            shown(work, found)
    for demand in work.demands.of_matter(handover.matter):
        if demand.handover == handover.id:
            words(work, demand)


def words(work: UnitOfWork, demand: KeptDemand) -> None:
    """Destroy what was said with a withdrawal or a person's request, unless it is still on its way."""
    if demand.act not in ARRIVES:
        return
    waiting = None if demand.incoming else work.queue.of_handover(demand.handover).get(demand.envelope)
    if waiting is None or not waiting.due or waiting.delivery is Delivery.RECEIPTED:
        work.matters.erase(work.envelopes.get(demand.envelope).owner)
