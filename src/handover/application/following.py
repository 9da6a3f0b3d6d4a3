"""Follow-ups: what an acceptance has promised is kept as dates from the take-up on, and put before people when late."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from handover.application import counting, notices
from handover.application.alarms import raise_alarm
from handover.application.facts import Handover, KeptEnvelope
from handover.application.intake import Received
from handover.application.notice import NoticeKind
from handover.application.ports import UnitOfWork
from handover.application.promised import KeptFollowUp
from handover.application.sealing import Saying
from handover.application.unopened import MismatchError
from handover.domain.continuity import ENDS_FOLLOW_UPS, FollowUpState
from handover.domain.errors import NotFoundError
from handover.domain.followup import EXTRA, GRACE, Stage, dates
from handover.domain.handover import Act, Role, State
from handover.domain.ids import Digest
from handover.protocol import envelope as envelopes
from handover.protocol import message
from handover.protocol.strict import Json

OVERDUE = "follow-up-overdue"


def settled(work: UnitOfWork, handover: Handover) -> None:
    """Keep the dates of a round that was taken up; whoever is responsible again needs not be told any more."""
    if handover.state not in (State.HOLDING, State.TRANSFERRED):
        return
    receives = handover.role is Role.RECEIVER
    if handover.epoch > 1:  # there are earlier rounds: a receiver waited in them, a sender owed something
        work.follow_ups.end(handover.matter, owed=not receives)
    promised = dates(_taken_up(work, handover), _promised(work, handover))
    work.follow_ups.add(
        [
            KeptFollowUp(
                handover=handover.id,
                day=day,
                matter=handover.matter,
                peer=handover.peer,
                owed=receives,
                due=due,
            )
            for day, due in promised.items()
        ]
    )
    for kept in [] if receives else work.envelopes.of_handover(handover.id):
        if kept.incoming:
            note(work, kept.act, handover, kept.digest)  # one that has overtaken the receipt of the take-up


def handed_on(work: UnitOfWork, handover: Handover) -> list[tuple[Handover, Saying]]:
    """Give what has to be said once *handover* was taken up: to each who is still owed something that this is over.

    Nothing of the record, nor who is responsible now, is told; whoever is responsible again knows.
    """
    if handover.state is not State.TRANSFERRED or handover.epoch == 1:
        return []
    day = datetime.fromtimestamp(work.now, UTC).date().isoformat()
    body: dict[str, Json] = {"due": EXTRA, "date": day, "state": FollowUpState.HANDED_ON.value, "text": ""}
    return [
        (each, Saying(act=Act.FOLLOW_UP, re=each.deed, body=body))
        for each in work.handovers.of_matter(handover.matter)
        if each.role is Role.RECEIVER and each.peer != handover.peer and _owed(work, each)
    ]


def _owed(work: UnitOfWork, handover: Handover) -> bool:
    found = work.follow_ups.of_round(handover.id)
    return any(each.owed and each.done_at is None and each.ended_at is None for each in found)


def require_promised(work: UnitOfWork, handover: Handover, received: Received) -> None:
    """Do nothing if a follow-up answers a day that the acceptance promised, or none.

    Raises:
        MismatchError: the acceptance did not name that day.
    """
    if received.envelope.act is not Act.FOLLOW_UP or received.content is None:
        return
    known = [each.day for each in work.follow_ups.of_round(handover.id)] or _promised(work, handover)
    if known and received.content.body["due"] not in (EXTRA, *known):
        raise MismatchError("a follow-up for a day that the acceptance did not name")


def note(work: UnitOfWork, act: Act, handover: Handover, digest: Digest) -> None:
    """Note that a follow-up has come to the one who waits for it: its date is done, or all of them are over."""
    body = body_of(work, digest) if act is Act.FOLLOW_UP else None
    if body is None:
        return
    for each in work.follow_ups.of_round(handover.id):
        if each.day == body["due"] and each.done_at is None:
            counting.followed(work, each, late=each.stage(work.now) is Stage.OVERDUE)
            work.follow_ups.change(replace(each, envelope=digest, done_at=work.now))
    if body["state"] in ENDS_FOLLOW_UPS:
        work.follow_ups.close(handover.id)


def delivered(work: UnitOfWork, batch: Iterable[KeptEnvelope], done: Sequence[Digest]) -> None:
    """Note which follow-ups of this node were proved to have come."""
    for kept in batch:
        if kept.act is Act.FOLLOW_UP and kept.digest in done:
            note(work, kept.act, work.handovers.get(kept.handover), kept.digest)


def late(work: UnitOfWork, limit: int) -> Sequence[KeptFollowUp]:
    """Give what is overdue and was not put before a person yet."""
    return work.follow_ups.open(before=work.now - GRACE + 1, limit=limit, alarmed=False)


def raise_overdue(work: UnitOfWork, found: Sequence[KeptFollowUp]) -> None:
    """Put what is overdue before a person, once for each date, at whichever side this node is."""
    for each in found:
        counting.followed(work, each, late=True)
        raise_alarm(work, OVERDUE, peer=each.peer, handover=work.handovers.get(each.handover))
        work.follow_ups.change(replace(each, alarmed_at=work.now))


def to_remind(work: UnitOfWork, limit: int) -> list[KeptFollowUp]:
    """Give what this node has to tell now, if its officers were not told of it yet."""
    return [
        each
        for each in work.follow_ups.open(before=work.now + 1, limit=limit, alarmed=False)
        if each.owed and not work.notices.told(NoticeKind.FOLLOW_UP, _about(each))
    ]


def remind(work: UnitOfWork, promised: KeptFollowUp) -> None:
    """Tell the officers of this node of what it has to tell now."""
    notices.follow_up(work, work.handovers.get(promised.handover), _about(promised))


def body_of(work: UnitOfWork, digest: Digest) -> dict[str, Json] | None:
    """Give what a follow-up says, if it was not erased."""
    try:
        return dict(message.decode_kept(work.envelopes.plaintext(digest)).body)
    except NotFoundError:
        return None


def _promised(work: UnitOfWork, handover: Handover) -> list[int]:
    if handover.acceptance is None:
        return []
    body = body_of(work, handover.acceptance) or {}
    days = body.get("follow_ups")
    return [each for each in days if isinstance(each, int)] if isinstance(days, list) else []


def _taken_up(work: UnitOfWork, handover: Handover) -> int:
    """Give when the receiver says that it took over, so that both sides have the same dates."""
    if handover.receipt is None:
        return work.now
    return envelopes.read(work.envelopes.get(handover.receipt).data).claimed.iat


def _about(promised: KeptFollowUp) -> str:
    return f"{promised.handover} {promised.day}"
