"""What /api/v1 answers about retention. Times are seconds since 1970."""

from typing_extensions import TypedDict  # pydantic needs this one on Python 3.11

from handover.application.keeping import KeptHold
from handover.application.retention import Planned
from handover.domain.retention import HoldGround, Keeping


class PlannedShown(TypedDict):
    """What is erased when. `handover` is null where it is a whole matter; `held_until` where no hold is in force."""

    matter: str
    handover: str | None
    schema: str
    keeping: Keeping
    since: int
    due: int
    held_until: int | None


def planned(of: Planned, now: int) -> PlannedShown:
    """Give what is shown of something that is planned."""
    return {
        "matter": of.ended.matter,
        "handover": of.ended.handover,
        "schema": of.rule.schema,
        "keeping": of.ended.keeping,
        "since": of.ended.since,
        "due": of.due,
        "held_until": of.held_until(now),
    }


class HoldShown(TypedDict):
    """A legal hold; its reason is read apart."""

    id: str
    matter: str
    ground: HoldGround
    placed_by: str
    second_officer: str
    placed_at: int
    until: int
    lifted_by: str | None
    lifted_at: int | None
    in_force: bool


def hold(of: KeptHold, now: int) -> HoldShown:
    """Give what is shown of a hold."""
    return {
        "id": of.id,
        "matter": of.matter,
        "ground": of.hold.ground,
        "placed_by": of.hold.placed_by,
        "second_officer": of.hold.second_officer,
        "placed_at": of.hold.placed_at,
        "until": of.hold.until,
        "lifted_by": of.hold.lifted_by,
        "lifted_at": of.hold.lifted_at,
        "in_force": of.hold.in_force(now),
    }


class ReasonShown(TypedDict):
    """The reason of a hold; null once it was erased with the matter."""

    id: str
    reason: str | None


class ErasedShown(TypedDict):
    """Whose values were destroyed: a matter's, or those of one round."""

    erased: str
