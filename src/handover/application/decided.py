"""What is kept of decisions for a child: this office's own, and those that other authorities have told it of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from handover.domain.continuity import DecisionKind
from handover.domain.ids import UUID7, Digest, MatterId, NodeId
from handover.protocol import strict
from handover.protocol.strict import Json

_MEMBERS = ("kind", "date", "authority", "reference", "outcome", "reasons")


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What was decided, or is recommended, by whom and when (a day, as in `2026-10-01`)."""

    kind: DecisionKind
    date: str
    authority: str
    reference: str
    outcome: str
    reasons: str

    @property
    def body(self) -> dict[str, Json]:
        """The same as it is told."""
        return {**vars(self), "kind": self.kind.value}


@dataclass(frozen=True, kw_only=True)
class KeptDecision:
    """One line of the register; `decided` is there where the line was opened, and is None once it was erased.

    An own line names the officer who recorded it; what was told names peer and envelope, whose data key it is under.
    """

    id: UUID7
    matter: MatterId
    kind: DecisionKind
    at: int
    owner: str
    erased: bool = False
    recorded_by: UUID7 | None = None
    peer: NodeId | None = None
    envelope: Digest | None = None
    decided: Decided | None = None

    @property
    def own(self) -> bool:
        """Whether this office recorded it itself."""
        return self.envelope is None


class Register(Protocol):
    """Decisions by matter; values are sealed under the data key of each line's owner."""

    def add(self, kept: KeptDecision) -> None:
        """Keep a new line with what was decided."""
        ...

    def get(self, id_: UUID7) -> KeptDecision:
        """Give a line, opened; raises NotFoundError, or ErasedError once it is erased."""
        ...

    def of_matter(self, matter: MatterId) -> Sequence[KeptDecision]:
        """Give the lines of a matter, oldest first, none of them opened."""
        ...

    def own(self, matter: MatterId, kinds: Collection[DecisionKind]) -> Sequence[KeptDecision]:
        """Give the lines of *kinds* that this office recorded and that are not erased, opened, oldest first."""
        ...


def decided(body: Json) -> Decided:
    """Give what a checked body tells of."""
    kind, day, authority, reference, outcome, reasons = map(strict.text, strict.members(body, *_MEMBERS))
    return Decided(
        kind=DecisionKind(kind),
        date=day,
        authority=authority,
        reference=reference,
        outcome=outcome,
        reasons=reasons,
    )
