"""What ends for good, and a restore must not bring back: a ledger beside the vault names it (docs/spec/restore.md)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

ERASED: Final = "erased"
RESOLVED: Final = "deed"
"""What ends where two officers resolve a round: its deed; the fifth word of its line is the round's identifier."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What has ended, in words of identifiers, and when (seconds since 1970)."""

    what: str
    at: int

    @property
    def kind(self) -> str:
        """What sort of thing it is: the second word, or `erased` where one word names the owner of a data key."""
        words = self.what.split(" ")
        return words[1] if len(words) > 1 else ERASED

    @property
    def id(self) -> str:
        """Which one it is."""
        return self.subject.split(" ")[-1]

    @property
    def subject(self) -> str:
        """What a later line stands in place of."""
        return " ".join(self.what.split(" ")[:3])


class EndingShelf(Protocol):
    """Carries out again what had ended."""

    def again(self, ended: Iterable[Ended]) -> list[Ended]:
        """End anew what a restore has brought back; give what was not so already. Data keys are not among it."""
        ...
