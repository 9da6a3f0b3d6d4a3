"""Who may be sought, and found, by tracing: a permission that gates both directions, and its limits.

A protected child is in no index, whoever permits it, and nothing that leaves the node shows that it is so. Times are
seconds since 1970.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from handover.domain.consent import LONGEST_GROUND
from handover.domain.continuity import DAY
from handover.domain.errors import RefusedError
from handover.domain.ids import NodeId

LONGEST_DECISION: Final = 183 * DAY
"""Seconds after which a best-interests decision to trace ends, unless it is reviewed: made anew."""
GIVERS: Final = ("child", "caregiver", "guardian", "inquirer")
"""Who may consent to tracing."""
MOST_EXCLUDED: Final = 64
_COUNTRY: Final = re.compile(r"[a-z]{2}")


class TracingBasis(StrEnum):
    """What a permission to trace rests on."""

    CONSENT = "consent"
    BEST_INTERESTS = "best-interests"


class ProtectionReason(StrEnum):
    """Why a child must not be found by tracing."""

    FAMILY_THREAT = "family-threat"
    WITNESS = "witness"
    TRAFFICKING = "trafficking"
    ASYLUM_CLAIM = "asylum-claim"
    NOT_TO_BE_TOLD = "not-to-be-told"
    OTHER = "other"


class TracingPermissionError(RefusedError):
    """A permission to trace is complete in itself: who gave it, until when, and who decided it."""

    name = "tracing-permission"
    title = "The consent or decision to trace is incomplete."
    advice = "Correct what the detail names, and record it again."


class NotPermittedError(RefusedError):
    """Nobody is sought without a consent for tracing, or a decision, that is in force."""

    name = "tracing-not-permitted"
    title = "There is no consent for tracing, and no best-interests decision, that is in force."
    advice = "Ask for consent to trace, or record a best-interests decision with a second officer."


class ProtectedError(RefusedError):
    """For a protected child nothing is asked: a question shows that somebody is here whom one might seek."""

    name = "tracing-protected"
    title = "This record is protected: nobody is asked for it, and nobody is told of it."
    advice = "If the danger is over, two officers lift the protection; they write down why."


class LimitsError(RefusedError):
    """What limits tracing has its words, a fit second officer, and names of nodes or countries."""

    name = "tracing-limits"
    title = "The protection, or the list of those who are excluded, is incomplete."
    advice = "Correct what the detail names."


@dataclass(frozen=True, kw_only=True)
class Permission:
    """That a record may be traced. A decision counts until its review is due: `until` is that day."""

    basis: TracingBasis
    given_by: str
    recorded_by: str
    since: int
    until: int
    second_officer: str | None = None
    withdrawn_at: int | None = None

    def in_force(self, now: int) -> bool:
        """Tell whether it counts at *now*."""
        return self.withdrawn_at is None and self.since <= now < self.until

    def check(self) -> None:
        """Do nothing if it is complete in itself.

        Raises:
            TracingPermissionError: somebody else gave it, a decision has no second officer, or it has no fit end.
        """
        if self.basis is TracingBasis.CONSENT:
            if self.given_by not in GIVERS:
                raise TracingPermissionError(
                    "consent to tracing is given by the child, a caregiver, a guardian or the inquirer"
                )
            if not 0 < self.until - self.since <= LONGEST_GROUND:
                raise TracingPermissionError("a consent to tracing ends within two years")
            return
        if self.second_officer is None or self.second_officer == self.recorded_by:
            raise TracingPermissionError("a decision to trace has a second officer, who is another")
        if not 0 < self.until - self.since <= LONGEST_DECISION:
            raise TracingPermissionError("a decision to trace is reviewed within 183 days")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What limits the tracing of one record. `protected` is None as long as nobody has decided.

    `about` is a mark of the persons who must not be told, as they stood when it was decided; `excluded` are names of
    nodes, and codes of countries, that are never told of this record.
    """

    protected: bool | None = None
    reason: ProtectionReason | None = None
    decided_by: str = ""
    second_officer: str = ""
    decided_at: int = 0
    about: str = ""
    excluded: tuple[str, ...] = ()

    def protects(self, untold: str) -> bool:
        """Tell whether the record is protected; *untold* marks the persons who must not be told (empty: none).

        Where there are such persons it is, until two officers have decided otherwise about these very persons.
        """
        if self.protected is False and self.about == untold:
            return False
        return bool(self.protected) or bool(untold)

    def excludes(self, node: NodeId) -> bool:
        """Tell whether *node* is never told of this record."""
        return node in self.excluded or node.country in self.excluded


def excluded(names: Iterable[str]) -> tuple[str, ...]:
    """Give *names*, of nodes or two-letter countries, in order and each once.

    Raises:
        LimitsError: too many of them.
        MalformedError: one is neither.
    """
    found = sorted({name if _COUNTRY.fullmatch(name) else NodeId(name) for name in names})
    if len(found) > MOST_EXCLUDED:
        raise LimitsError("at most 64 nodes or countries are excluded")
    return tuple(found)
