"""Destroying what was shown after a deed: each thing has a data key of its own."""

from dataclasses import replace

from handover.application.continuity import KeptDisclosure
from handover.application.ports import UnitOfWork
from handover.domain.sequence import SHOWS
from handover.protocol.entry import EntryKind


def shown(work: UnitOfWork, found: KeptDisclosure) -> None:
    """Destroy what a disclosure holds by itself, and note that what came from a peer is not here any more."""
    if found.act in SHOWS:
        work.matters.erase(work.envelopes.get(found.envelope).owner)
        pair = work.handovers.get(found.handover).pair
        work.log.append(EntryKind.ERASED, stream=pair, object_=found.envelope, now=work.now)
    if found.incoming and found.erased_at is None:
        work.disclosures.change(replace(found, erased_at=work.now))
