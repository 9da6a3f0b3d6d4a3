"""Candidates at the office that was asked: own records that may be meant, with a band in words and what agreed here."""

from typing import Final

from starlette.responses import Response

from handover.application.hits import Rejection
from handover.application.permissions import Right
from handover.domain.ids import UUID7
from handover.pages import paths, reasons, tracing_words
from handover.pages.visit import Page, Visit


def list_(visit: Visit) -> Response:
    """Show what may be meant by questions of other authorities, the strongest first, and the week's list."""
    desk, actor = visit.node.tracing.candidates, visit.actor
    waiting, weekly = desk.waiting(actor=actor), desk.weekly(actor=actor)
    matters = {each.matter: visit.node.cases.matter(each.matter, actor=actor) for each in [*waiting, *weekly]}
    return visit.page(
        "candidates.html",
        waiting=sorted(waiting, key=lambda each: tracing_words.ranked(each.band)),
        weekly=weekly,
        contacts=visit.node.after.contacts.open(actor=actor),
        matters=matters,
        traced=tracing_words,
    )


def show(visit: Visit) -> Response:
    """Show one with what agreed in the own record, to an officer who has said why; the reading is logged."""
    return _show(visit)


def _show(visit: Visit, *, status: int = 200) -> Response:
    named = paths.ident(UUID7, visit.args["candidate"])
    desk, actor = visit.node.tracing.candidates, visit.actor
    kept = desk.get(named, actor=actor)
    gate = reasons.gate(visit, kept.matter)
    if gate is not None:
        return gate
    found = desk.open(named, actor=actor)
    return visit.page(
        "candidate.html",
        status=status,
        kept=kept,
        matter=visit.node.cases.matter(kept.matter, actor=actor),
        agreed=[tracing_words.AGREES[each] for each in found if each in tracing_words.AGREES],
        traced=tracing_words,
        rejections=[(value, visit.translate(text)) for value, text in tracing_words.REJECTIONS.items()],
    )


def release(visit: Visit) -> Response:
    """Let the asking office know: a contact begins, and nothing of the record is told."""
    named, form = paths.ident(UUID7, visit.args["candidate"]), visit.form
    made = form.carry_out(lambda: visit.node.after.hits.release(named, actor=visit.actor))
    if made is None:
        return _show(visit, status=422)
    visit.node.worker.wake()
    return visit.go(f"/contacts/{made.id}", said="hit-released")


def reject(visit: Visit) -> Response:
    """Say that it is somebody else: remembered, and never shown again."""
    named, form = paths.ident(UUID7, visit.args["candidate"]), visit.form
    reason = form.choice("reason", tracing_words.REJECTIONS, missing="Choose why it is not this person.")
    done = form.carry_out(lambda: visit.node.after.hits.reject(named, Rejection(reason), actor=visit.actor))
    if done is None and not form.valid:
        return _show(visit, status=422)
    return visit.go("/tracing", said="candidate-rejected")


PAGES: Final = (
    Page(path="/tracing", get=list_, right=Right.DECIDE),
    Page(path="/tracing/candidates/{candidate}", get=show, right=Right.DECIDE),
    Page(path="/tracing/candidates/{candidate}/release", post=release, right=Right.DECIDE),
    Page(path="/tracing/candidates/{candidate}/reject", post=reject, right=Right.DECIDE),
)
