"""What this office has to do next in a round, and the mark by which rounds are told apart."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from handover.application.worklist import Row, Seen, Waits
from handover.domain.handover import State
from handover.pages.navigation import N_

_TASKS: Final[Mapping[State, str]] = {
    State.PREPARED: N_("Look at what leaves, and release it"),
    State.ACCEPTED: N_("Give the deed"),
    State.HOLDING: N_("Confirm the arrival"),
    State.SERVING: N_("Read what is asked for, and answer"),
}


def waits_for(row: Row) -> Waits:
    """Give whose turn it is: where the child has not arrived, that of who gave it away, too."""
    return Waits.THIS_OFFICE if row.not_arrived else row.seen.waits_for


def task(row: Row) -> str:
    """Give what this office has to do next in a round, or nothing."""
    return N_("Telephone the other authority") if row.not_arrived else _task(row.seen)


def _task(seen: Seen) -> str:
    if seen.waits_for not in (Waits.THIS_OFFICE, Waits.SECOND_OFFICER):
        return ""
    found = seen.handover
    if found.question is not None:
        return N_("Answer the question")
    if found.state is State.PENDING:
        return N_("Read the offer") if found.opened_at is None else N_("Accept or decline")
    return _TASKS.get(found.state, "")


def mark(round_: str) -> str:
    """Give a short mark of a round, the same at both offices: to tell rounds apart, and to be said on the telephone."""
    found = sha256(round_.encode()).hexdigest()[:6].upper()
    return f"{found[:3]}-{found[3:]}"
