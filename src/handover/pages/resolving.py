"""A receiver that is gone for good: one officer proposes to resolve the handover without it, a second one confirms."""

from collections.abc import Callable, Mapping
from typing import Final

from starlette.responses import Response

from handover.application.permissions import Right, SameOfficerError
from handover.domain.errors import OutOfOrderError
from handover.domain.handover import Course, Role
from handover.domain.ids import HandoverId
from handover.domain.resolution import NotProposedError, ResolutionOutcome, ResolutionReason
from handover.pages import confirming, paths, words
from handover.pages.navigation import N_
from handover.pages.visit import Page, Visit
from handover.protocol.statement import AssertedAct

REASONS: Final[Mapping[ResolutionReason, str]] = {
    ResolutionReason.CEASED: N_("The authority does not exist any more"),
    ResolutionReason.DESTROYED: N_("Its node and its data are destroyed"),
    ResolutionReason.COMPROMISED: N_("Its node is in other hands"),
    ResolutionReason.UNREACHABLE: N_("It cannot be reached in any way"),
    ResolutionReason.NOT_TAKEN_UP: N_("It has said that it will not take the case up"),
}
OUTCOMES: Final[Mapping[ResolutionOutcome, str]] = {
    ResolutionOutcome.CONFIRMED: N_("Confirmed"),
    ResolutionOutcome.REFUSED: N_("Refused by a second officer"),
    ResolutionOutcome.WITHDRAWN: N_("Withdrawn"),
}


def show(visit: Visit) -> Response:
    """Show what was proposed, what it means, and what this officer may do."""
    return _shown(visit)


def _shown(visit: Visit, *, status: int = 200) -> Response:
    id_ = paths.ident(HandoverId, visit.args["handover"])
    found = visit.node.after.resolving.look(id_, actor=visit.actor)
    if found.handover.role is not Role.SENDER or found.handover.course is not Course.HANDOVER:
        raise OutOfOrderError
    return visit.page(
        "resolution.html",
        status=status,
        found=found,
        choices=[(each.value, visit.translate(text)) for each, text in REASONS.items()],
        reasons=REASONS,
        outcomes=OUTCOMES,
        names={each.id: each.name for each in visit.node.officers.all()},
        words=words,
    )


def propose(visit: Visit) -> Response:
    """Propose it, with a reason."""
    reason = visit.form.choice("reason", list(ResolutionReason), missing="Choose a reason.")
    desk, id_ = visit.node.after.resolving, paths.ident(HandoverId, visit.args["handover"])
    return _acted(
        visit,
        lambda: desk.propose(id_, reason=ResolutionReason(reason), actor=visit.actor),
        said="resolution-proposed",
    )


def confirm(visit: Visit) -> Response:
    """Resolve the handover, as a second officer; a passkey signs for it where the officer has one."""
    desk, id_ = visit.node.after.resolving, paths.ident(HandoverId, visit.args["handover"])
    try:
        actor = confirming.actor(visit, AssertedAct.RESOLUTION, id_)
    except (NotProposedError, SameOfficerError) as error:
        visit.form.refuse(error)
        return _shown(visit, status=422)
    if isinstance(actor, Response):
        return actor
    return _acted(visit, lambda: desk.confirm(id_, actor=actor), said="resolved")


def drop(visit: Visit) -> Response:
    """Refuse the proposal or, as the one who made it, withdraw it."""
    desk, id_ = visit.node.after.resolving, paths.ident(HandoverId, visit.args["handover"])
    return _acted(visit, lambda: desk.drop(id_, actor=visit.actor), said="resolution-dropped")


def _acted(visit: Visit, act: Callable[[], object], *, said: str) -> Response:
    visit.form.carry_out(act)
    if not visit.form.valid:
        return _shown(visit, status=422)
    visit.node.worker.wake()
    at = f"/handovers/{visit.args['handover']}"
    return visit.go(at if said == "resolved" else f"{at}/resolution", said=said)


_AT: Final = "/handovers/{handover}/resolution"
PAGES: Final = (
    Page(path=_AT, get=show, right=Right.READ_CASE),
    Page(path=f"{_AT}/propose", post=propose, right=Right.RELEASE),
    Page(path=f"{_AT}/confirm", post=confirm, right=Right.RELEASE),
    Page(path=f"{_AT}/drop", post=drop, right=Right.RELEASE),
)
