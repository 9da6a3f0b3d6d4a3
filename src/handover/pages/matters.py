"""Matters: the list, finding one by the office's own number, a new one, and one matter with all that hangs on it."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from handover.application.permissions import Right
from handover.domain.courses import Course
from handover.domain.errors import NotFoundError, RefusedError
from handover.domain.handover import InDoubtError, State
from handover.domain.ids import MatterId
from handover.domain.record import (
    SCHEMAS,
    BestInterestsMissingError,
    ChildViewMissingError,
    MatterKind,
    NonRefoulementMissingError,
    NonRefoulementRiskError,
    gaps,
)
from handover.pages import offers, paths, tasks, words
from handover.pages.visit import Page, Visit

AT_ONCE = 50


def list_(visit: Visit) -> Response:
    """Show the newest matters."""
    found = visit.node.cases.newest(actor=visit.actor, before=visit.asked.get("before"), limit=AT_ONCE + 1)
    return _list(visit, found[:AT_ONCE], more=found[AT_ONCE - 1].id if len(found) > AT_ONCE else None)


def find(visit: Visit) -> Response:
    """Show the matters with the number that was typed; it is sent in the body, for it may not stand in an address."""
    reference = visit.form.text("reference", missing="Enter the number of the case.", longest=100)
    if not visit.form.valid:
        return _list(visit, (), status=422)
    return _list(visit, visit.node.cases.page(actor=visit.actor, limit=100, reference=reference), sought=True)


def _list(
    visit: Visit, found: object, *, more: str | None = None, sought: bool = False, status: int = 200
) -> Response:
    return visit.page("matters.html", status=status, matters=found, more=more, sought=sought, words=words)


def new(visit: Visit) -> Response:
    """Ask what the new matter is about."""
    return _new(visit)


def _new(visit: Visit, *, status: int = 200) -> Response:
    kinds = [(kind.value, visit.translate(words.KINDS[kind])) for kind in MatterKind]
    return visit.page("matter_new.html", status=status, kinds=kinds)


def begin(visit: Visit) -> Response:
    """Begin the matter."""
    form = visit.form
    kind = form.choice(
        "kind", [each.value for each in MatterKind], missing="Choose what the matter is about."
    )
    reference = form.text(
        "reference", missing="Enter the number under which your office keeps the case.", longest=100
    )
    made = form.carry_out(
        lambda: visit.node.cases.begin(MatterKind(kind), reference=reference, actor=visit.actor)
    )
    return _new(visit, status=422) if made is None else visit.go(f"/matters/{made.id}", said="saved")


def show(visit: Visit) -> Response:
    """Show a matter without any value of its record."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    actor = visit.actor
    matter = visit.node.cases.matter(id_, actor=actor)
    try:
        overview = visit.node.cases.overview(id_, actor=actor)
    except NotFoundError:
        overview = None
    of = overview.schema if overview else next(each for each in SCHEMAS.values() if each.kind is matter.kind)
    grounds = visit.node.consents.of_matter(id_, actor=actor)
    every = visit.node.worklist.of_matter(id_, actor=actor)
    rounds = [each for each in every if each.handover.course is Course.HANDOVER]
    missing = overview.gaps if overview else gaps(of, {})
    return visit.page(
        "matter.html",
        matter=matter,
        claim=visit.node.cases.shown(id_, actor=actor).claim,
        overview=overview,
        of=of,
        stated=overview.stated if overview else frozenset(),
        grounds=grounds,
        rounds=rounds,
        referrals=[each for each in every if each.handover.course is Course.REFERRAL],
        missing=[(gap, _GAP_AT.get(gap, "best_interests")) for gap in missing],
        covered=bool(offers.counting(visit, matter, grounds)),
        tasks=tasks,
        under_way=next((each.handover for each in rounds if each.handover.state in _UNDER_WAY), None),
        words=words,
        doubt=InDoubtError,
    )


_GAP_AT: Final[Mapping[type[RefusedError], str]] = {
    BestInterestsMissingError: "best_interests#best_interests.kind",
    ChildViewMissingError: "child_view#child_view.heard",
    NonRefoulementMissingError: "best_interests#best_interests.non_refoulement",
    NonRefoulementRiskError: "best_interests#best_interests.non_refoulement",
}
"""Where in the record stands what a gap asks for."""
_UNDER_WAY: Final = frozenset({State.PREPARED, State.OFFERED, State.ACCEPTED})


PAGES = (
    Page(path="/matters", get=list_, post=find, right=Right.READ_CASE),
    Page(path="/matters/new", get=new, post=begin, right=Right.WRITE_CASE),
    Page(path="/matters/{matter}", get=show, right=Right.READ_CASE),
)
