"""Notices: what was told to an officer by mail, and for operators the mails that could not be delivered."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from handover.application.notice import NoticeKind
from handover.application.permissions import Right
from handover.domain.ids import UUID7
from handover.pages import paths
from handover.pages.navigation import N_
from handover.pages.visit import Page, Visit

KINDS: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.OFFER: N_("An offer has come"),
    NoticeKind.ACCEPTANCE: N_("An offer was accepted"),
    NoticeKind.DECLINE: N_("An offer was declined"),
    NoticeKind.VOID: N_("A handover ended without take-up"),
    NoticeKind.TAKEN_UP: N_("The other authority has taken over"),
    NoticeKind.DEED: N_("This office has taken over"),
    NoticeKind.QUESTION: N_("The other authority asks something"),
    NoticeKind.ANSWER: N_("The other authority has answered"),
    NoticeKind.DEMAND: N_("The other authority asks for something, within a time"),
    NoticeKind.NEWS: N_("The other authority tells something after a handover"),
    NoticeKind.FOLLOW_UP: N_("A follow-up is due: tell how the child is"),
    NoticeKind.DEADLINE: N_("A deadline is near"),
    NoticeKind.ALARM: N_("There is an alarm"),
    NoticeKind.KEYS: N_("A key of this node ends soon"),
    NoticeKind.ERASURE: N_("Something is erased soon"),
    NoticeKind.CANDIDATE: N_("Another authority may be seeking somebody of this office’s records"),
    NoticeKind.WEEKLY: N_("The week’s list of possible candidates of tracing is ready"),
    NoticeKind.REFERRAL: N_("A case was referred to this office"),
    NoticeKind.MATCH: N_("There is news of a possible match"),
    NoticeKind.END: N_("A referral or a contact has ended"),
}


def mine(visit: Visit) -> Response:
    """Show the officer's own notices."""
    return visit.page("notices.html", notices=visit.node.board.mine(actor=visit.actor), kinds=KINDS)


def failed(visit: Visit) -> Response:
    """Show operators what could not be delivered, and what the mail server answered."""
    names = {each.id: each.name for each in visit.node.officers.all()}
    return visit.page("mail.html", notices=visit.node.board.failed(actor=visit.actor), names=names)


def again(visit: Visit) -> Response:
    """Send a mail that was given up once more, or all of them."""
    wanted = visit.form.value("mail")
    visit.node.board.again(paths.ident(UUID7, wanted) if wanted else None, actor=visit.actor)
    visit.node.worker.wake()
    return visit.go("/operate/mail", said="mailed-again")


PAGES = (
    Page(path="/notices", get=mine),
    Page(path="/operate/mail", get=failed, post=again, right=Right.OPERATE),
)
