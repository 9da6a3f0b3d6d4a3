"""What this office has asked for with its referrals, in the database."""

from collections.abc import Mapping

from sqlalchemy import select

from handover.adapters.referral_tables import referral
from handover.adapters.unit import Unit
from handover.application.facts import Handover
from handover.domain.errors import NotFoundError
from handover.domain.ids import HandoverId
from handover.protocol import strict
from handover.protocol.strict import Json


class ReferralShelf:
    """The words, by round."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def keep(self, handover: Handover, body: Mapping[str, Json]) -> None:
        """Keep what is asked for."""
        sealed = self._unit.cells.seal(handover.matter, f"referral|{handover.id}", strict.dumps(dict(body)))
        self._unit.insert(referral, {"handover": handover.id, "matter": handover.matter, "sealed": sealed})

    def get(self, handover: HandoverId) -> Mapping[str, Json]:
        """Give what was asked for; raises NotFoundError where it was erased, or another office has asked."""
        rows = self._unit.rows(select(referral).where(referral.c.handover == handover))
        if not rows or rows[0].sealed is None:
            raise NotFoundError
        opened = self._unit.cells.open(rows[0].matter, f"referral|{handover}", rows[0].sealed)
        found = strict.loads(opened)
        return found if isinstance(found, dict) else {}
