"""How a child is after a handover: what was promised and told, telling it, reading it, and the way back."""

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.responses import Response

from handover.application.facts import Handover
from handover.application.permissions import Right
from handover.domain.consent import LONGEST_GROUND, PURPOSE_OF, Purpose
from handover.domain.continuity import (
    DAY,
    FOLLOW_UP_DAYS,
    FOLLOW_UP_FIELDS,
    LAST_FOLLOW_UP,
    MOST_FOLLOW_UPS,
    TOLD_BY_OFFICERS,
    FollowUpState,
)
from handover.domain.errors import NotFoundError
from handover.domain.followup import Stage
from handover.domain.ids import HandoverId, MatterId
from handover.pages import languages, later_words, paths, reasons
from handover.pages.forms import Form
from handover.pages.navigation import N_
from handover.pages.visit import Page, Visit

STAGES: Final[Mapping[Stage, str]] = {
    Stage.PLANNED: N_("Planned"),
    Stage.DUE: N_("Due now"),
    Stage.OVERDUE: N_("Overdue"),
    Stage.DONE: N_("Told"),
    Stage.ENDED: N_("Not needed any more"),
}
COLOURS: Final[Mapping[Stage, str]] = {
    Stage.DUE: "yellow",
    Stage.OVERDUE: "red",
    Stage.DONE: "green",
}


BACK: Final = "back"
FOLLOW: Final = "follow"
CONTACT: Final = "contact"
REUNITE: Final = "reunite"
"""For what a ground is wanted: to hand a case back, to tell how a child is, to talk in a contact, or to hand a case
over after one. The value is the round."""


def show(visit: Visit) -> Response:
    """Show what was promised and what was told, and the form that tells more."""
    return _show(visit)


def read(visit: Visit) -> Response:
    """Show what the follow-ups say to an officer who has said why; each reading is logged."""
    id_ = paths.ident(HandoverId, visit.args["handover"])
    gate = reasons.gate(visit, visit.node.worklist.look(id_, actor=visit.actor).matter.id)
    if gate is not None:
        return gate
    desk = visit.node.after.follow_ups
    told = [each for each in desk.plan(id_, actor=visit.actor).told if each.day is not None]
    return _show(visit, said={each.digest: desk.read(id_, each.digest, actor=visit.actor) for each in told})


def _show(visit: Visit, *, status: int = 200, said: Mapping[str, object] | None = None) -> Response:
    id_ = paths.ident(HandoverId, visit.args["handover"])
    plan = visit.node.after.follow_ups.plan(id_, actor=visit.actor)
    open_ = [each.kept for each in plan.dates if each.stage is not Stage.DONE and each.waiting is None]
    days = [(str(each.day), _day(visit, each.day, each.due)) for each in open_]
    states = [(each.value, visit.translate(later_words.FOLLOW_UPS[each])) for each in TOLD_BY_OFFICERS]
    return visit.page(
        "follow_ups.html",
        status=status,
        row=visit.node.worklist.look(id_, actor=visit.actor),
        plan=plan,
        said_=said,
        days=[*days, ("0", visit.translate(N_("An additional follow-up")))],
        states=states,
        today=languages.day_of(visit.now),
        follow=WORDS,
    )


def _day(visit: Visit, day: int, due: int) -> str:
    text = visit.translate(N_("Day %(day)s after the take-up, due on %(date)s"))
    return text % {"day": day, "date": languages.date(due, visit.language)}


def tell(visit: Visit) -> Response:
    """Tell the other authority how the child is."""
    id_, form = paths.ident(HandoverId, visit.args["handover"]), visit.form
    due = form.text("due", missing="Choose which follow-up this is.", longest=5)
    day = form.date("date", missing="Enter the day.")
    state = form.choice("state", list(TOLD_BY_OFFICERS), missing="Choose how the child is.")
    text = form.text("text", missing="Write how the child is.")
    form.carry_out(
        lambda: visit.node.after.follow_ups.tell(
            id_,
            due=int(due) if due.isdecimal() else -1,
            date=day.isoformat() if day else "",
            state=FollowUpState(state),
            text=text,
            actor=visit.actor,
        )
    )
    if not form.valid:
        return _show(visit, status=422)
    visit.node.worker.wake()
    return visit.go(f"/handovers/{id_}/follow-ups", said="follow-up-told")


def days(form: Form) -> list[int]:
    """Give the days after the take-up on which the other authority will be told, as an officer has written them."""
    if "follow_ups" not in form.sent:
        return list(FOLLOW_UP_DAYS)
    words = form.value("follow_ups").replace(",", " ").replace("،", " ").split()
    found = sorted(
        {int(each) for each in words if each.isdecimal() and len(each) <= len(str(LAST_FOLLOW_UP))}
    )
    fits = len(found) == len(words) <= MOST_FOLLOW_UPS
    if not fits or not all(1 <= each <= LAST_FOLLOW_UP for each in found):
        form.fail("follow_ups", "Write whole numbers of days, at most 12, none of them twice or above 3660.")
        return []
    return found


def wanted(visit: Visit) -> tuple[str, Handover] | None:
    """Give for what a ground or an offer of the matter is wanted, as address or form names it, and the round."""
    matter = paths.ident(MatterId, visit.args["matter"])
    for purpose in (BACK, FOLLOW, CONTACT, REUNITE):
        named = visit.form.value(purpose) if visit.form.sent else visit.asked.get(purpose, "")
        if named:
            row = visit.node.worklist.look(paths.ident(HandoverId, named), actor=visit.actor)
            if row.matter.id != matter:
                raise NotFoundError
            return purpose, row.seen.handover
    return None


def filled(visit: Visit) -> dict[str, Sequence[str]]:
    """Give what the form of a ground begins with: the other authority, and what it is to be shown."""
    found = wanted(visit)
    if found is None:
        return {}
    purpose, handover = found
    begun = {"recipients": (handover.peer,), purpose: (handover.id,)}
    if purpose == BACK:
        return {**begun, "fields": handover.fields}
    if purpose in (CONTACT, REUNITE):
        meant = Purpose.FAMILY_TRACING if purpose == CONTACT else PURPOSE_OF[handover.kind]
        return {**begun, "purposes": (meant.value,)}
    dates = visit.node.after.follow_ups.plan(handover.id, actor=visit.actor).dates
    last = max([visit.now, *(each.kept.due for each in dates)])
    until = languages.day_of(min(last + _SLACK, visit.now + LONGEST_GROUND - DAY))
    parts = {f"until-{part}": (str(getattr(until, part)),) for part in ("day", "month", "year")}
    return {**begun, **parts, "fields": FOLLOW_UP_FIELDS}


def next_of(visit: Visit) -> str:
    """Give where an officer goes on who has recorded the ground: to what it was wanted for, else to the matter."""
    found = wanted(visit)
    if found is None:
        return f"/matters/{visit.args['matter']}"
    purpose, handover = found
    ways = {
        BACK: f"/matters/{handover.matter}/offer?back={handover.id}",
        REUNITE: f"/matters/{handover.matter}/offer?reunite={handover.id}",
        CONTACT: f"/contacts/{handover.id}",
        FOLLOW: f"/handovers/{handover.id}/follow-ups",
    }
    return ways[purpose]


_SLACK: Final = 30 * DAY  # after the last promised day: what comes late is told under the same ground
WORDS: Final = {"STAGES": STAGES, "COLOURS": COLOURS, "STATES": later_words.FOLLOW_UPS}
_AT: Final = "/handovers/{handover}/follow-ups"
PAGES = (
    Page(path=_AT, get=show, right=Right.READ_CASE),
    Page(path=f"{_AT}/read", get=read, right=Right.READ_CASE),
    Page(path=f"{_AT}/tell", post=tell, right=Right.DECIDE),
)
