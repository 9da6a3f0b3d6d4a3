"""Notices: who is told that something waits. They are written in the transaction of what they tell about."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from handover.application.facts import Actor, Alarm, Handover, OfficerRole
from handover.application.notice import Notice, NoticeKind
from handover.application.permissions import MAY, Right, require
from handover.application.sealing import new_id, new_token
from handover.domain.continuity import DEMANDS
from handover.domain.handover import Act, Order, State
from handover.domain.ids import UUID7, Digest, HandoverId
from handover.domain.record import MatterKind
from handover.domain.sequence import AFTER_DEED

if TYPE_CHECKING:
    from handover.application.ports import Database, UnitOfWork

_OF_ROUNDS: Final[Mapping[MatterKind, frozenset[OfficerRole]]] = {
    MatterKind.GUARDIANSHIP: frozenset({OfficerRole.LIAISON}),
    MatterKind.TRACING: frozenset({OfficerRole.LIAISON, OfficerRole.TRACING}),
}
_OPERATORS: Final = frozenset({OfficerRole.OPERATOR})
_MOVED: Final[Mapping[State, NoticeKind]] = {
    State.PENDING: NoticeKind.OFFER,
    State.HOLDING: NoticeKind.DEED,
    State.CLOSED: NoticeKind.VOID,
    State.ACCEPTED: NoticeKind.ACCEPTANCE,
    State.VOIDING: NoticeKind.VOID,
    State.TRANSFERRED: NoticeKind.TAKEN_UP,
    State.SERVING: NoticeKind.REFERRAL,
    State.IN_CONTACT: NoticeKind.MATCH,
    State.ENDING: NoticeKind.END,
    State.OVER: NoticeKind.END,
    State.RETAINED: NoticeKind.END,
}
_TALK: Final = {
    Act.QUESTION: NoticeKind.QUESTION,
    Act.ANSWER: NoticeKind.ANSWER,
    Act.VERDICT: NoticeKind.MATCH,
    **dict.fromkeys(DEMANDS, NoticeKind.DEMAND),
    **dict.fromkeys(AFTER_DEED - DEMANDS.keys() - {Act.ARRIVAL, Act.NON_ARRIVAL}, NoticeKind.NEWS),
}
_TRACERS: Final = frozenset({OfficerRole.LIAISON, OfficerRole.TRACING})
_TECHNICAL: Final = frozenset(
    {
        "fault",
        "refused",
        "split-view",
        "log-rolled-back",
        "log-behind",
        "demand-undeliverable",
        "message-missing",
    }
)
"""Alarms in which an operator can do something."""


def tell(
    work: "UnitOfWork",
    kind: NoticeKind,
    *,
    about: str,
    roles: frozenset[OfficerRole],
    handover: HandoverId | None = None,
) -> None:
    """Note for each officer of *roles* with an address that something waits: once, however often it is told."""
    if not work.notices.kept or work.notices.told(kind, about):
        return
    for officer in work.notices.reachable(roles):
        work.notices.add(
            Notice(
                id=new_id(work.now),
                officer=officer,
                kind=kind,
                about=about,
                handover=handover,
                reference=new_token(),
                created_at=work.now,
                mail=None,
                due=work.now,
            )
        )


def moved(work: "UnitOfWork", handover: Handover, event: Act | Order) -> None:
    """Tell of a round that the other side or the clock has moved, or that ended with a consent."""
    kind = _MOVED.get(handover.state)
    if kind is not None:
        _of_round(work, NoticeKind.DECLINE if event is Act.DECLINE else kind, handover, str(handover.id))


def said(work: "UnitOfWork", handover: Handover, act: Act, digest: Digest) -> None:
    """Tell of what the other side asks, answers or tells after the deed."""
    if act in _TALK:
        _of_round(work, _TALK[act], handover, str(digest))


def petition(work: "UnitOfWork", about: str) -> None:
    """Tell of a person's request that was left at the public page, or of an answer to one."""
    tell(work, NoticeKind.DEMAND, about=about, roles=frozenset({OfficerRole.LIAISON}))


def near(work: "UnitOfWork", handover: Handover) -> None:
    """Tell of a deadline that is near."""
    _of_round(work, NoticeKind.DEADLINE, handover, str(handover.id))


def follow_up(work: "UnitOfWork", handover: Handover, about: str) -> None:
    """Tell of a day on which this office has promised to tell how a child is."""
    _of_round(work, NoticeKind.FOLLOW_UP, handover, about)


def _of_round(work: "UnitOfWork", kind: NoticeKind, handover: Handover, about: str) -> None:
    tell(work, kind, about=about, roles=_OF_ROUNDS[handover.kind], handover=handover.id)


def alarmed(work: "UnitOfWork", alarm: Alarm, handover: Handover | None) -> None:
    """Tell of an alarm: the officers of its round, and operators where they can do something about it."""
    roles = frozenset() if handover is None else _OF_ROUNDS[handover.kind]
    if handover is None or alarm.kind in _TECHNICAL:
        roles |= _OPERATORS
    id_ = None if handover is None else handover.id
    tell(work, NoticeKind.ALARM, about=str(alarm.id), roles=roles, handover=id_)


def keys(work: "UnitOfWork", about: str) -> None:
    """Tell operators of a key, or a page of the registry, that ends soon."""
    tell(work, NoticeKind.KEYS, about=about, roles=_OPERATORS)


def erasure(work: "UnitOfWork", about: str) -> None:
    """Tell those who may stop it that something is erased soon."""
    tell(work, NoticeKind.ERASURE, about=about, roles=MAY[Right.RETAIN])


def candidate(work: "UnitOfWork", about: str) -> None:
    """Tell of a question of another authority that may be about somebody of this office's records."""
    tell(work, NoticeKind.CANDIDATE, about=about, roles=_TRACERS)


def weekly(work: "UnitOfWork", week: int) -> None:
    """Tell, once a week, that there are possible candidates that nobody has looked at."""
    tell(work, NoticeKind.WEEKLY, about=str(week), roles=_TRACERS)


class NoticeBoard:
    """Where officers see their notices in the pages, and operators those that could not be delivered."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def mine(self, *, actor: Actor, limit: int = 50) -> list[Notice]:
        """Give the officer's own newest notices."""
        with self._database.reading() as work:
            return work.notices.of_officer(actor.officer, limit)

    def again(self, mail: UUID7 | None, *, actor: Actor) -> int:
        """Send a mail that was given up once more, or all of them (None); give the number of notices in them.

        Raises:
            ForbiddenError: only operators may.
        """
        require(actor, Right.OPERATE)
        with self._database.begin() as work:
            return work.notices.again(mail)

    def failed(self, *, actor: Actor, limit: int = 50) -> list[Notice]:
        """Give the newest notices whose mail was given up.

        Raises:
            ForbiddenError: only operators see them.
        """
        require(actor, Right.OPERATE)
        with self._database.reading() as work:
            return work.notices.failed(limit)
