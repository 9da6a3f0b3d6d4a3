"""What is kept of retention: holds, what comes up to be erased, and when that was last looked after."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from handover.domain.ids import UUID7, HandoverId, MatterId
from handover.domain.retention import Hold, Keeping
from handover.domain.schema import MatterKind


@dataclass(frozen=True, kw_only=True)
class KeptHold:
    """A legal hold and the reason behind it; `reason` is None once it was erased, and where it was not asked for."""

    id: UUID7
    matter: MatterId
    hold: Hold
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Something that came to its end at `since` and is still kept; with `handover` what was said in one round."""

    matter: MatterId
    handover: HandoverId | None
    kind: MatterKind
    keeping: Keeping
    since: int

    @property
    def name(self) -> str:
        """What tells it from others of its kind."""
        return self.handover or self.matter


class Retained(Protocol):
    """Holds and what comes up to be erased."""

    def add(self, hold: KeptHold) -> None:
        """Keep a hold, its reason under the matter's data key."""
        ...

    def get(self, hold: UUID7) -> KeptHold:
        """Give the hold with its reason; raises NotFoundError."""
        ...

    def of_matter(self, matter: MatterId) -> list[KeptHold]:
        """Give the holds of *matter*, oldest first, without their reasons."""
        ...

    def of_matters(self, matters: Sequence[MatterId]) -> dict[MatterId, list[Hold]]:
        """Give the holds of *matters* that were not lifted."""
        ...

    def lift(self, hold: UUID7, *, by: UUID7) -> None:
        """End a hold."""
        ...

    def ended(self, kind: MatterKind, keeping: Keeping, *, after: tuple[int, str], limit: int) -> list[Ended]:
        """Give what is at its end and still kept, by the time of its end, from behind *after* (time and name)."""
        ...

    def standing(self, matter: MatterId) -> Ended | None:
        """Give since when *matter* is at its end, if it is and anything of it is still kept."""
        ...

    def erased(self, matter: MatterId) -> int | None:
        """Give when the values of *matter* were destroyed, if nothing of it was kept since."""
        ...

    def said(self, matter: MatterId) -> list[HandoverId]:
        """Give the rounds of *matter* of whose talk something is still kept, oldest first."""
        ...

    def looked_after(self) -> tuple[int, int]:
        """Give when due erasures were last carried out, and how many come up within the time of warning."""
        ...

    def look_after(self, *, near: int) -> None:
        """Note that due erasures were carried out now."""
        ...
