"""A referral as it is looked at, at either side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from handover.application.facts import Handover, Matter
from handover.domain.courses import Course
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act, State
from handover.domain.ids import HandoverId
from handover.protocol import envelope as envelopes
from handover.protocol.strict import Json

if TYPE_CHECKING:
    from handover.application.ports import UnitOfWork


class ReferralShelf(Protocol):
    """What this office has asked for with its referrals, by round, under the data key of the matter."""

    def keep(self, handover: Handover, body: Mapping[str, Json]) -> None:
        """Keep what is asked for."""
        ...

    def get(self, handover: HandoverId) -> Mapping[str, Json]:
        """Give what was asked for; raises NotFoundError where it was erased, or another office has asked."""
        ...


@dataclass(frozen=True, kw_only=True)
class Referred:
    """A referral with its matter; `held_until`: it is over at the receiver, and a hold keeps it there until then."""

    handover: Handover
    matter: Matter
    held_until: int | None = None


def seen(work: "UnitOfWork", handover: Handover) -> Referred:
    """Give a referral as it is looked at."""
    held = [
        envelopes.read(each.data).claimed.deadline
        for each in work.envelopes.of_handover(handover.id)
        if each.act is Act.LEGAL_HOLD and handover.state in (State.ENDING, State.REFERRED, State.RETAINED)
    ]
    return Referred(
        handover=handover,
        matter=work.matters.get(handover.matter),
        held_until=max((each for each in held if each is not None), default=None),
    )


def of_course(handover: Handover) -> Handover:
    """Give a referral; raises NotFoundError where the round is something else."""
    if handover.course is not Course.REFERRAL:
        raise NotFoundError
    return handover
