"""Which officers' roles may do what: one table, asked by every use case."""

from enum import StrEnum
from typing import Final

from handover.application.facts import Actor, OfficerRole
from handover.domain.errors import RefusedError

_CASE: Final = frozenset(
    {OfficerRole.CASEWORKER, OfficerRole.LIAISON, OfficerRole.SUPERVISOR, OfficerRole.TRACING}
)
_LIAISON: Final = frozenset({OfficerRole.LIAISON, OfficerRole.SUPERVISOR, OfficerRole.TRACING})
_AUDIT: Final = frozenset({OfficerRole.AUDITOR, OfficerRole.SUPERVISOR, OfficerRole.LIAISON})


class Right(StrEnum):
    """What an officer may be allowed to do."""

    READ_CASE = "read-case"
    WRITE_CASE = "write-case"
    PREPARE = "prepare"
    RELEASE = "release"
    DECIDE = "decide"
    AUDIT = "audit"
    OPERATE = "operate"
    LOOK_UP = "look-up"
    WATCH = "watch"
    RETRY = "retry"
    RETAIN = "retain"
    COUNTS = "counts"


MAY: Final[dict[Right, frozenset[OfficerRole]]] = {
    Right.READ_CASE: _CASE,
    Right.WRITE_CASE: _CASE,
    Right.PREPARE: _CASE,
    Right.RELEASE: _LIAISON,
    Right.DECIDE: _LIAISON,
    Right.AUDIT: _AUDIT,
    Right.OPERATE: frozenset({OfficerRole.OPERATOR}),
    Right.LOOK_UP: frozenset(OfficerRole),
    Right.WATCH: frozenset(OfficerRole),
    Right.RETRY: _LIAISON | {OfficerRole.OPERATOR},
    Right.RETAIN: frozenset({OfficerRole.LIAISON, OfficerRole.SUPERVISOR}),
    Right.COUNTS: frozenset({OfficerRole.SUPERVISOR, OfficerRole.AUDITOR, OfficerRole.OPERATOR}),
}
_ACTING: Final = (
    OfficerRole.LIAISON,
    OfficerRole.SUPERVISOR,
    OfficerRole.TRACING,
    OfficerRole.CASEWORKER,
)
"""In which role an officer acts who has several: first those that may decide."""
_READS: Final = frozenset({Right.READ_CASE, Right.AUDIT, Right.LOOK_UP, Right.WATCH, Right.COUNTS})


class ForbiddenError(RefusedError):
    """The officer's roles, or the scopes of the API key, do not allow this."""

    name = "forbidden"
    title = "Your role does not allow this."
    advice = "Ask an officer whose role allows it, or the operator for another role."


class SameOfficerError(RefusedError):
    """Four eyes: the same officer cannot do both steps."""

    name = "same-officer"
    title = "Whoever prepared this cannot release it."
    advice = "Ask a second officer to look at it and to release it."


def require(actor: Actor, right: Right) -> None:
    """Do nothing if *actor* has *right*.

    Raises:
        ForbiddenError: no role, or no scope, allows it.
    """
    scope = "read" if right in _READS else "write"
    if scope not in actor.scopes or not MAY[right] & set(actor.roles):
        raise ForbiddenError


def acts_as(actor: Actor) -> str:
    """Give the role in which *actor* signs: one that allows it, where there are several."""
    return next((each for each in (*_ACTING, *actor.roles) if each in actor.roles), "none")


def require_reader(actor: Actor) -> None:
    """Do nothing if *actor* may audit or read cases.

    Raises:
        ForbiddenError: neither.
    """
    try:
        require(actor, Right.AUDIT)
    except ForbiddenError:
        require(actor, Right.READ_CASE)
