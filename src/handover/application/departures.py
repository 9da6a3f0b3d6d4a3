"""What discloses asks for its ground once more, when it leaves and when it is shown: it may have waited since."""

from collections.abc import Sequence
from typing import Final

from handover.application import disclosures
from handover.application.facts import Handover, KeptEnvelope
from handover.application.ports import UnitOfWork
from handover.application.registry import NodeSuspendedError, Registry
from handover.domain.consent import GroundError, GroundExpiredError
from handover.domain.courses import Course
from handover.domain.errors import NotFoundError, RefusedError
from handover.domain.handover import Act, ClosedRoundError, Role, State
from handover.domain.ids import Digest, NodeId
from handover.domain.sequence import SHOWS, TALK
from handover.protocol import consent
from handover.protocol import envelope as envelopes
from handover.protocol.node_entry import Mandate, NodeEntry, NodeStatus

_OPENING: Final = frozenset({Act.OFFER, Act.REFERRAL})
_TOLD: Final = _OPENING | TALK | {Act.HIT}
"""What holds words about a person, of what may come back after a restore."""
_OVER: Final = frozenset({State.VOIDING, State.VOIDED})


def require_covered(work: UnitOfWork, handover: Handover) -> None:
    """Do nothing if the ground of an offer of ours covers it now.

    Raises:
        GroundError: it does not, or there is none.
    """
    if handover.ground is None:
        raise GroundError
    try:
        kept = work.grounds.get(handover.ground)
    except NotFoundError as error:
        raise GroundError from error
    kept.ground.require(
        recipient=handover.peer, purpose=handover.purpose, fields=handover.fields, now=work.now
    )


def require_standing(registry: Registry, own: NodeId, handover: Handover, now: int) -> None:
    """Do nothing if the registry lets this node, *own*, show the other side of a round something new now.

    Raises:
        RefusedError: one of the two is suspended, or has no mandate for the purpose.
        NotFoundError: the registry does not name one of them.
    """
    for node in (own, handover.peer):
        registry.recipient(node, handover.purpose, handover.schema, now=now)


def lapsed(work: UnitOfWork, waiting: Sequence[KeptEnvelope]) -> dict[Digest, str]:
    """Give what discloses after the offer and no ground covers any more, or whose round is void, with the reason.

    An offer is not asked for here: it ends with its ground, because its deadline is no later.
    """
    found: dict[Digest, str] = {}
    for kept in waiting:
        if shows_anew(kept):
            try:
                disclosures.require_shown_still(work, work.disclosures.get(kept.digest))
            except GroundError as error:
                found[kept.digest] = error.name
            continue
        if kept.act is not Act.ANSWER:
            continue
        handover = work.handovers.get(kept.handover)
        if handover.role is Role.RECEIVER or handover.course is not Course.HANDOVER:
            continue
        if handover.state in _OVER:
            found[kept.digest] = ClosedRoundError.name
            continue
        try:
            require_covered(work, handover)
        except GroundError as error:
            found[kept.digest] = error.name
    return found


def may_show_again(work: UnitOfWork, registry: Registry, handover: Handover, kept: KeptEnvelope) -> bool:
    """Tell whether what this node has shown in a round may be shown to the same peer once more, which has lost it."""
    if work.doubts.stands(handover.matter):
        return False  # the ground may have been withdrawn on the days that were lost
    if kept.act in _TOLD and not _takes_part(registry.entry(handover.peer, work.now), handover):
        return False  # who asks has the peer's keys, and need not be the peer: it may be suspended for that
    try:
        if kept.act in _OPENING:
            require_covered(work, handover)
    except GroundError:
        return False
    return not lapsed(work, [kept])


def _takes_part(entry: NodeEntry, handover: Handover) -> bool:
    """Tell whether a node is in the federation for the purpose of a round, though its country's page may be late."""
    return entry.status is not NodeStatus.SUSPENDED and Mandate(handover.purpose.value) in entry.mandates


def never_left(work: UnitOfWork, registry: Registry, said: Sequence[KeptEnvelope]) -> bool:
    """Tell whether a round, of which all that was *said* is given, waits here because its recipient is suspended."""
    opening = [each for each in said if each.act in _OPENING]
    heard = any(each.incoming for each in said)
    return bool(opening) and not heard and len(_unsent(work, registry, opening)) == len(opening)


def shows_anew(kept: KeptEnvelope) -> bool:
    """Tell whether an envelope shows something under a ground of its own, beside what opened its round."""
    if kept.act not in SHOWS | TALK:
        return False
    claimed = envelopes.read(kept.data).claimed
    return claimed.consent is not None and claimed.fields is not None


def barred(work: UnitOfWork, registry: Registry, waiting: Sequence[KeptEnvelope]) -> dict[Digest, str]:
    """Give what shows something to whom the registry bars now, with the reason; not what has come there already."""
    found = _unsent(work, registry, waiting)
    for kept in waiting:
        if not shows_anew(kept):
            continue
        handover = work.handovers.get(kept.handover)
        try:
            registry.recipient(handover.peer, handover.purpose, handover.schema, now=work.now)
        except RefusedError as error:
            found[kept.digest] = error.name
        except NotFoundError:
            continue  # said when it is delivered
    return found


def _unsent(work: UnitOfWork, registry: Registry, waiting: Sequence[KeptEnvelope]) -> dict[Digest, str]:
    """Give the offers and referrals that have not arrived and are for a node that was suspended meanwhile."""
    opening = [kept.digest for kept in waiting if kept.act in _OPENING]
    try:
        if not (opening and registry.barred(waiting[0].peer, work.now)):
            return {}
    except NotFoundError:
        return {}
    arrived = work.envelopes.receipts(opening)
    return {digest: NodeSuspendedError.name for digest in opening if digest not in arrived}


def require_shown(token: bytes | None, now: int) -> None:
    """Do nothing if an officer may see what was offered; the token was verified when the offer came.

    Raises:
        GroundExpiredError: its time is over, or has not begun.
    """
    if token is None:
        raise RefusedError("the offer holds no ground")
    if not consent.read(token).claimed.ground.in_force(now):
        raise GroundExpiredError
