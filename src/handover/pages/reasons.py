"""Why a record is opened: asked once for each matter and day, before anything is shown."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from handover.application.access import ReadingReason
from handover.application.permissions import Right
from handover.domain.ids import MatterId
from handover.pages import paths
from handover.pages.forms import Form
from handover.pages.navigation import N_
from handover.pages.visit import PREFIX, Page, Visit, inside

REASONS: Final[Mapping[ReadingReason, str]] = {
    ReadingReason.CASE_WORK: N_("I work on this case"),
    ReadingReason.HANDOVER: N_("For a handover"),
    ReadingReason.SUPERVISION: N_("I supervise this case"),
    ReadingReason.COMPLAINT: N_("For a complaint"),
    ReadingReason.CORRECTION: N_("To correct something"),
    ReadingReason.URGENT: N_("The child is in danger"),
    ReadingReason.OTHER: N_("Another reason"),
}


def gate(visit: Visit, matter: MatterId) -> Response | None:
    """Give the page that asks for the reason, or None if it was said today; a form that was sent goes along in it."""
    if not visit.node.reception.readings.needed(matter, actor=visit.actor):
        return None
    kept = visit.keep(visit.actor.officer) if visit.form.sent and not visit.form.files else ""
    status = 403 if visit.form.sent else 200
    visit.form = Form()
    return _page(visit, matter, visit.path, status=status, kept=kept)


def _page(visit: Visit, matter: MatterId, to: str, *, status: int = 200, kept: str = "") -> Response:
    reasons = [(reason.value, visit.translate(text)) for reason, text in REASONS.items()]
    found = visit.node.cases.matter(matter, actor=visit.actor)
    return visit.page("reason.html", status=status, matter=found, reasons=reasons, to=to, kept=kept)


def state(visit: Visit) -> Response:
    """Keep the reason, and go on to what was asked for, or to the form that was sent."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    form = visit.form
    reason = form.choice("reason", list(ReadingReason), missing="Choose why you open the record.")
    text = form.text("text", longest=500)
    if reason == ReadingReason.OTHER and not text:
        form.fail("text", "Write a few words, without the child's name.")
    to = inside(form.value("to"))
    form.carry_out(
        lambda: visit.node.reception.readings.state(id_, ReadingReason(reason), text, actor=visit.actor)
    )
    kept = form.value("kept")
    if not form.valid:
        return _page(visit, id_, to, status=422, kept=kept)
    resumed = visit.resume(kept) if kept else None
    return resumed if resumed is not None else visit.go(to.removeprefix(PREFIX))


PAGES = (Page(path="/matters/{matter}/reason", post=state, right=Right.READ_CASE),)
