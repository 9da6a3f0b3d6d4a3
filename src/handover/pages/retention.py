"""What is erased when: the calendar, one matter with its legal holds, and erasing by decision."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from handover.application.holds import Wanted
from handover.application.permissions import MAY, Right
from handover.domain.errors import NotFoundError
from handover.domain.handover import SETTLED
from handover.domain.ids import UUID7, HandoverId, MatterId
from handover.domain.retention import LONGEST_HOLD, HoldGround, Keeping
from handover.pages import languages, paths, reasons, words
from handover.pages.navigation import N_
from handover.pages.visit import Page, Visit

AT_ONCE = 100
KEEPINGS: Final[Mapping[Keeping, str]] = {
    Keeping.FORMER: N_("Copy of a matter that was handed over"),
    Keeping.NOT_TAKEN: N_("What is left of an offer that was not taken over"),
    Keeping.VOID_TALK: N_("What was said in a handover that ended without take-up"),
}
GROUNDS: Final[Mapping[HoldGround, str]] = {
    HoldGround.COURT_ORDER: N_("Order of a court"),
    HoldGround.STATUTORY_DUTY: N_("Duty by law"),
    HoldGround.LEGAL_CLAIMS: N_("Legal claims"),
    HoldGround.CHILD_BEST_INTERESTS: N_("Best interests of the child"),
}


def calendar(visit: Visit) -> Response:
    """Show what is erased when, by date."""
    after = paths.place(visit.asked.get("after", ""))
    found = visit.node.retention.calendar(actor=visit.actor, after=after, limit=AT_ONCE + 1)
    more, found = len(found) > AT_ONCE, found[:AT_ONCE]
    last = f"{found[-1].due}-{found[-1].ended.name}" if more else None
    return visit.page("retention.html", planned=found, keepings=KEEPINGS, words=words, more=last)


def show(visit: Visit) -> Response:
    """Show one matter: what is planned for it, and its holds."""
    return _show(visit)


def _show(visit: Visit, *, status: int = 200) -> Response:
    id_ = paths.ident(MatterId, visit.args["matter"])
    return visit.page(
        "retention_matter.html",
        status=status,
        matter=visit.node.cases.matter(id_, actor=visit.actor),
        standing=visit.node.retention.of_matter(id_, actor=visit.actor),
        names={each.id: each.name for each in visit.node.officers.all()},
        officers=list(_others(visit).items()),
        grounds=GROUNDS,
        choices=[(ground.value, visit.translate(text)) for ground, text in GROUNDS.items()],
        keepings=KEEPINGS,
        settled=SETTLED,
        words=words,
    )


def place(visit: Visit) -> Response:
    """Place a hold."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    form = visit.form
    ground = form.choice("ground", list(HoldGround), missing="Choose why it must not be erased.")
    reason = form.text("reason", missing="Write what demands it.")
    until = form.date("until", missing="Enter until when it holds.")
    end = 0 if until is None else languages.end_of(until)
    if until is not None and end <= visit.now:
        form.fail("until", "The day must lie ahead.")
    if end - visit.now > LONGEST_HOLD:
        form.fail("until", "The day must lie within two years.")
    second = form.choice("second", _others(visit), missing="Choose the second officer.")
    form.carry_out(
        lambda: visit.node.holds.place(
            id_,
            Wanted(ground=HoldGround(ground), reason=reason, until=end, second_officer=UUID7(second)),
            actor=visit.actor,
        )
    )
    if not form.valid:
        return _show(visit, status=422)
    return visit.go(f"/matters/{id_}/retention", said="hold-placed")


def _others(visit: Visit) -> dict[str, str]:
    """Give the names of the other officers who may agree to a hold, by id."""
    return {
        each.id: each.name
        for each in visit.node.officers.all()
        if each.id != visit.actor.officer
        and each.may_enter(visit.now)
        and MAY[Right.RETAIN] & set(each.roles)
    }


def read(visit: Visit) -> Response:
    """Show a hold with its reason; the reading is logged."""
    return _read(visit)


def _read(visit: Visit, *, status: int = 200) -> Response:
    id_ = paths.ident(MatterId, visit.args["matter"])
    hold = paths.ident(UUID7, visit.args["hold"])
    visit.node.holds.require(id_, hold, actor=visit.actor)
    asked = reasons.gate(visit, id_)
    if asked is not None:
        return asked
    return visit.page(
        "hold.html",
        status=status,
        matter=visit.node.cases.matter(id_, actor=visit.actor),
        kept=visit.node.holds.open(hold, actor=visit.actor),
        names={each.id: each.name for each in visit.node.officers.all()},
        grounds=GROUNDS,
    )


def lift(visit: Visit) -> Response:
    """Lift a hold."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    hold = paths.ident(UUID7, visit.args["hold"])
    visit.node.holds.require(id_, hold, actor=visit.actor)
    visit.form.carry_out(lambda: visit.node.holds.lift(hold, actor=visit.actor))
    if not visit.form.valid:
        return _show(visit, status=409)
    return visit.go(f"/matters/{id_}/retention", said="hold-lifted")


def erase(visit: Visit) -> Response:
    """Destroy every value of the matter at this office."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    visit.form.choice("sure", ["yes"], missing="Confirm that nothing of this is needed any more.")
    visit.form.carry_out(lambda: visit.node.retention.erase(id_, actor=visit.actor))
    if not visit.form.valid:
        return _show(visit, status=422)
    return visit.go(f"/matters/{id_}/retention", said="erased")


def erase_round(visit: Visit) -> Response:
    """Destroy what was said in one round of the matter."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    handover = paths.ident(HandoverId, visit.args["handover"])
    standing = visit.node.retention.of_matter(id_, actor=visit.actor)
    if handover not in {each.id for each in standing.said}:
        raise NotFoundError
    visit.form.carry_out(lambda: visit.node.retention.erase_round(handover, actor=visit.actor))
    if not visit.form.valid:
        return _show(visit, status=409)
    return visit.go(f"/matters/{id_}/retention", said="erased")


_AT = "/matters/{matter}/retention"
PAGES = (
    Page(path="/retention", get=calendar, right=Right.RETAIN),
    Page(path=_AT, get=show, post=place, right=Right.RETAIN),
    Page(path=f"{_AT}/erase", post=erase, right=Right.RETAIN),
    Page(path=f"{_AT}/rounds/{{handover}}/erase", post=erase_round, right=Right.RETAIN),
    Page(path="/matters/{matter}/holds/{hold}", get=read, right=Right.RETAIN),
    Page(path="/matters/{matter}/holds/{hold}/lift", post=lift, right=Right.RETAIN),
)
