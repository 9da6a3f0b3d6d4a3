"""What a round rests on, for a paper: one signed act, who vouches for it, and where it stands in whose log."""

from collections.abc import Mapping
from dataclasses import dataclass

from handover.application.facts import Actor, Handover, KeptReceipt, Matter
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork
from handover.domain.consent import Ground
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act
from handover.domain.ids import Digest, HandoverId
from handover.protocol import consent, entry, message
from handover.protocol import envelope as envelopes
from handover.protocol.envelope import Envelope
from handover.protocol.strict import Json


@dataclass(frozen=True, kw_only=True)
class Logged:
    """Where an envelope stands in its receiver's log: all of it was verified before it was kept. `root` is base64."""

    at: int
    origin: str
    index: int
    size: int
    root: str


@dataclass(frozen=True, kw_only=True)
class ProvedAct:
    """One act of a round. `logged` is None while there is no receipt for it; `answers` is what it rests on.

    `accepted` is what the receiver's acceptance says, unless that was erased. `offer` is the envelope of the offer.
    """

    handover: Handover
    matter: Matter
    envelope: Envelope
    digest: Digest
    offer: Envelope
    logged: Logged | None
    ground: Ground
    accepted: Mapping[str, Json]
    taken_up_at: int | None


class Acts:
    """Reads the acts of a round; changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, handover: HandoverId, act: Act, *, actor: Actor) -> ProvedAct:
        """Give the offer or the deed of a round.

        Raises:
            NotFoundError: there is no such round, or it has no such act.
        """
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            found = work.handovers.get(handover)
            digest = found.deed if act is Act.DEED else found.offer
            if digest is None or found.offer is None:
                raise NotFoundError
            exhibit = work.exhibits.find([found.offer]).get(found.offer)
            if exhibit is None or exhibit.consent is None:
                raise NotFoundError
            receipt = work.envelopes.receipts([digest]).get(digest)
            taken_up = None if found.receipt is None else work.envelopes.get(found.receipt)
            return ProvedAct(
                handover=found,
                matter=work.matters.get(found.matter),
                envelope=envelopes.read(work.envelopes.get(digest).data).claimed,
                digest=digest,
                offer=envelopes.read(work.envelopes.get(found.offer).data).claimed,
                logged=None if receipt is None else _logged(receipt),
                ground=consent.read(exhibit.consent).claimed.ground,
                accepted=_accepted(work, found),
                taken_up_at=taken_up.stored_at if taken_up and taken_up.act is Act.TAKE_UP_RECEIPT else None,
            )


def _logged(receipt: KeptReceipt) -> Logged:
    origin, size, root = receipt.checkpoint.decode().split("\n")[:3]
    at = entry.decode(receipt.document).time
    return Logged(at=at, origin=origin, index=receipt.index, size=int(size), root=root)


def _accepted(work: UnitOfWork, handover: Handover) -> Mapping[str, Json]:
    if handover.acceptance is None:
        return {}
    try:
        return message.decode_kept(work.envelopes.plaintext(handover.acceptance)).body
    except NotFoundError:
        return {}
