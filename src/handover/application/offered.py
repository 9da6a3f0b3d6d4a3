"""What is known of an offer before anybody reads it: who sent it, on which ground, what is in it; no value."""

from dataclasses import dataclass

from handover.application.facts import Actor, Handover
from handover.application.permissions import Right, require
from handover.application.ports import Database
from handover.domain.consent import Ground
from handover.domain.errors import NotFoundError, OutOfOrderError
from handover.domain.handover import Role
from handover.domain.ids import HandoverId
from handover.domain.record import schema
from handover.protocol import consent
from handover.protocol import envelope as envelopes


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A verified offer. `fields` came, `withheld` did not; `second` says that two officers of the sender acted.

    `stored_at` is when it was stored here, `index` its place in this node's log.
    """

    handover: Handover
    ground: Ground
    fields: tuple[str, ...]
    withheld: tuple[str, ...]
    second: bool
    signed_in: str
    stored_at: int
    index: int | None


class Offereds:
    """Reads offers of other nodes without their values. All of it was verified before the offer was stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, handover: HandoverId, *, actor: Actor) -> Offered:
        """Give what is known of the offer of a round.

        Raises:
            OutOfOrderError: this node made the offer itself, or it never came.
        """
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            found = work.handovers.get(handover)
            if found.role is not Role.RECEIVER or found.offer is None:
                raise OutOfOrderError
            kept = work.envelopes.get(found.offer)
            exhibit = work.exhibits.find([found.offer]).get(found.offer)
            receipt = work.envelopes.receipts([found.offer]).get(found.offer)
        if exhibit is None or exhibit.consent is None:
            raise NotFoundError
        by = envelopes.read(kept.data).claimed.by
        return Offered(
            handover=found,
            ground=consent.read(exhibit.consent).claimed.ground,
            fields=found.fields,
            withheld=tuple(each for each in schema(found.schema).all_paths if each not in found.fields),
            second=by is not None and by.prepared != by.released,
            signed_in=by.auth if by else "",
            stored_at=kept.stored_at,
            index=receipt.index if receipt else None,
        )
