"""Asking the federation for a sought person: its words, how often, along which route, and what a band brings about.

Times are seconds since 1970.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from handover.domain.continuity import DAY
from handover.domain.errors import OutOfOrderError, RefusedError
from handover.domain.ids import NodeId

AGAIN: Final = 30 * DAY
"""Seconds after which the same is asked again; changed data are asked at once."""
OPEN_FOR: Final = 90 * DAY
"""Seconds for which a question stands, at most: children who are registered meanwhile are compared with it."""
MOST_POSSIBLE: Final = 5
"""Candidates of the lowest band that one question puts on a holder's weekly list."""
LONGEST_ROUTE: Final = 24
"""Nodes that are asked without a second officer."""


class AskingState(StrEnum):
    """Where an asking stands at the node that asks."""

    PROPOSED = "proposed"
    OPEN = "open"
    CLOSED = "closed"


class QuestionState(StrEnum):
    """Where one question to one holder stands at the node that asks."""

    WAITING = "waiting"
    SEALED = "sealed"
    RECEIVED = "received"
    REFUSED = "refused"
    WITHDRAWING = "withdrawing"
    ERASED = "erased"
    DROPPED = "dropped"


class CandidateState(StrEnum):
    """What became of a possible match at the node that holds the record."""

    WAITING = "waiting"
    RELEASED = "released"
    REJECTED = "rejected"
    CONFIRMED = "confirmed"
    CLOSED = "closed"


class ClosingReason(StrEnum):
    """Why an asking ends."""

    FOUND = "found"
    GIVEN_UP = "given-up"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    PROTECTED = "protected"
    ERASED = "erased"
    EXPIRED = "expired"
    ASKED_ANEW = "asked-anew"


class Notice(StrEnum):
    """What a band brings about at the holder."""

    AT_ONCE = "at-once"
    WEEKLY = "weekly"
    NONE = "none"


NOTICES: Final[Mapping[str, Notice]] = {
    "strong": Notice.AT_ONCE,
    "likely": Notice.AT_ONCE,
    "possible": Notice.WEEKLY,
}
"""By the words of the bands. What is in no band is not kept."""


class AskedBeforeError(OutOfOrderError):
    """The same person is asked for once in thirty days, unless the data have changed."""

    name = "tracing-asked-before"
    title = "The same was asked within the last thirty days, and the record has not changed since."
    advice = "The questions that were asked still stand. Ask again after that time, or when more is known."


class RouteError(RefusedError):
    """A question has a route: some nodes; all of them only with a second officer."""

    name = "tracing-route"
    title = "The route of the question is not one."
    advice = "Choose nodes of the proposed route; to ask all, ask a second officer to release the question."


class AskingClosedError(OutOfOrderError):
    """The asking has ended."""

    name = "tracing-closed"
    title = "This search has been closed."
    advice = "Ask anew if the person is still sought."


class CandidateDecidedError(OutOfOrderError):
    """Somebody has decided about the candidate."""

    name = "candidate-decided"
    title = "This candidate was decided about already."
    advice = "Load it again and look at what was decided."


class NothingToAskError(RefusedError):
    """Too little is known of the person: no name, or nothing beside it."""

    name = "tracing-too-little"
    title = "Too little is known of this person to ask for them."
    advice = "Add names, a birth date or year, parents, or places to the record; then ask."


class StopReason(StrEnum):
    """Why a node is on the proposed route."""

    LAST_KNOWN = "last-known"
    SEPARATION = "separation"
    NATIONALITY = "nationality"
    CORRIDOR = "corridor"
    NEIGHBOUR = "neighbour"


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One node on a route, and why."""

    node: NodeId
    reasons: tuple[StopReason, ...]


@dataclass(frozen=True, kw_only=True)
class Clues:
    """Countries that a record names: two-letter codes, in lower case."""

    last_known: frozenset[str] = frozenset()
    separation: frozenset[str] = frozenset()
    nationalities: frozenset[str] = frozenset()
    family: frozenset[str] = frozenset()


def route(nodes: Iterable[NodeId], clues: Clues, *, corridor: frozenset[NodeId]) -> tuple[Stop, ...]:
    """Give the nodes that *clues* point to, those with most reasons first; *corridor*: peers of earlier handovers."""
    places: Mapping[StopReason, frozenset[str]] = {
        StopReason.LAST_KNOWN: clues.last_known,
        StopReason.SEPARATION: clues.separation,
        StopReason.NATIONALITY: clues.nationalities,
        StopReason.NEIGHBOUR: clues.family,
    }
    stops = []
    for node in nodes:
        reasons = [why for why, countries in places.items() if node.country in countries]
        if node in corridor:
            reasons.append(StopReason.CORRIDOR)
        if reasons:
            stops.append(Stop(node=node, reasons=tuple(reasons)))
    stops.sort(key=lambda stop: (-len(stop.reasons), stop.node))
    return tuple(stops)


def require_route(nodes: tuple[NodeId, ...], *, known: frozenset[NodeId], broadcast: bool) -> None:
    """Do nothing if *nodes* may be asked: *known* ones, each once, and not more than one officer may ask.

    Raises:
        RouteError: none, unknown ones, one twice, or too many for one officer.
    """
    if not nodes or len(set(nodes)) != len(nodes) or not known.issuperset(nodes):
        raise RouteError("a route names nodes with the mandate for tracing, each once")
    if not broadcast and (len(nodes) > LONGEST_ROUTE or (len(nodes) > 2 and len(nodes) == len(known))):
        raise RouteError("to ask all nodes, or more than 24, needs a second officer")


def require_new(last: tuple[int, bytes] | None, data: bytes, now: int) -> None:
    """Do nothing if a person may be asked for; *last*: when it was asked last, and the mark of the data then.

    Raises:
        AskedBeforeError: the same data were asked for within thirty days.
    """
    if last is not None and last[1] == data and now < last[0] + AGAIN:
        raise AskedBeforeError
