"""Pairs of records that were found not to belong together: remembered at both sides, and never shown again.

The holder remembers the asker's request and its own record; the one who asked remembers the holder and the pair's
handle, which is the same whenever these two records meet. Neither mark tells anything of a person.
"""

from dataclasses import replace
from hashlib import sha256

from handover.application.facts import Handover
from handover.application.ports import UnitOfWork
from handover.application.traced import KeptCandidate
from handover.domain.errors import NotFoundError, RefusedError
from handover.domain.handover import Role
from handover.domain.ids import NodeId
from handover.domain.searching import CandidateState
from handover.protocol import message
from handover.protocol.tracing_hit import Hit

_OPEN = frozenset({CandidateState.WAITING, CandidateState.RELEASED})


class RejectedPairError(RefusedError):
    """An officer of one of both sides has found that these two records do not belong together."""

    name = "pair-rejected"
    title = "These two records were found not to belong together."
    advice = "They are not compared again. Telephone the other office if something has changed."


def require_unrejected(work: UnitOfWork, holder: NodeId, pair: bytes) -> None:
    """Do nothing if the pair of a hit was not rejected.

    Raises:
        RejectedPairError: it was.
    """
    if work.tracing.heard.rejected(_mark(holder, pair)):
        raise RejectedPairError


def settle(work: UnitOfWork, contact: Handover, state: CandidateState) -> None:
    """Note at this side what became of the pair of a contact; a rejected one is remembered for good."""
    candidate = candidate_of(work, contact)
    if candidate is not None and candidate.state in _OPEN:
        work.tracing.heard.turn(candidate, replace(candidate, state=state))
    if state is not CandidateState.REJECTED:
        return
    if candidate is not None:
        work.tracing.heard.reject(candidate.pair)
    pair = _told(work, contact)
    if contact.role is Role.RECEIVER and pair is not None:
        work.tracing.heard.reject(_mark(contact.peer, pair))


def candidate_of(work: UnitOfWork, contact: Handover) -> KeptCandidate | None:
    """Give the candidate that was released into a contact; None at the side that asked."""
    if contact.role is Role.RECEIVER:
        return None
    found = work.tracing.heard.of_matter(contact.matter)
    return next((each for each in found if each.handover == contact.id), None)


def _told(work: UnitOfWork, contact: Handover) -> bytes | None:
    if contact.offer is None:
        return None
    try:
        body = message.decode_kept(work.envelopes.plaintext(contact.offer)).body
    except NotFoundError:
        return None
    return Hit.from_json(body).pair


def _mark(holder: NodeId, pair: bytes) -> bytes:
    return sha256(f"handover-rejected-pair/1\n{holder}\n{pair.hex()}\n".encode()).digest()
