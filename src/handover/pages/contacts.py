"""A contact: two offices talk about two records that may belong together; neither sees the other's."""

from collections.abc import Callable
from typing import Final

from starlette.responses import Response

from handover.application.permissions import Right
from handover.domain.continuity import Verdict, VerdictReason
from handover.domain.handover import EndReason
from handover.domain.ids import HandoverId
from handover.pages import apart_words, paths, reasons, tasks, tracing_words, words
from handover.pages.visit import Page, Visit


def show(visit: Visit) -> Response:
    """Show where the contact stands, and what this officer can do."""
    return _show(visit)


def _show(visit: Visit, *, status: int = 200, tried: str = "") -> Response:
    id_ = paths.ident(HandoverId, visit.args["contact"])
    found = visit.node.after.contacts.look(id_, actor=visit.actor)
    schema = found.handover.schema
    return visit.page(
        "contact.html",
        status=status,
        tried=tried,
        found=found,
        lines=visit.node.handovers.timeline(id_, actor=visit.actor),
        mark=tasks.mark(found.handover.round),
        covered=[(each, visit.label(f"{schema}/{each}")) for each in found.covered],
        verdicts=[(each.value, visit.translate(apart_words.VERDICTS[each])) for each in Verdict],
        whys=[(each.value, visit.translate(apart_words.WHY[each])) for each in VerdictReason],
        closings=[(each.value, visit.translate(apart_words.ENDS[each])) for each in tracing_words.ENDINGS],
        apart=apart_words,
        words=words,
        words_=tracing_words,
    )


def texts(visit: Visit) -> Response:
    """Open what officers wrote to one another, to an officer who has said why."""
    id_ = paths.ident(HandoverId, visit.args["contact"])
    found = visit.node.after.contacts.look(id_, actor=visit.actor)
    gate = reasons.gate(visit, found.matter.id)
    return gate if gate is not None else visit.go(f"/contacts/{id_}")


def ask(visit: Visit) -> Response:
    """Ask the other office, under a ground for it."""
    id_, form = paths.ident(HandoverId, visit.args["contact"]), visit.form
    text = form.text("question", missing="Write your question.")
    fields = _fields(visit, id_, "question-fields", missing="Choose what the question tells of.")
    desk = visit.node.after.contacts
    return _done(
        visit,
        id_,
        lambda: desk.ask(id_, text=text, fields=fields, actor=visit.actor),
        "question",
        "contact-asked",
    )


def answer(visit: Visit) -> Response:
    """Answer the newest question; with nothing ticked, it says that it may not be said."""
    id_, form = paths.ident(HandoverId, visit.args["contact"]), visit.form
    text = form.text("answer", missing="Write your answer.")
    fields = _fields(visit, id_, "answer-fields", missing=None)
    desk = visit.node.after.contacts
    return _done(
        visit,
        id_,
        lambda: desk.answer(id_, text=text, fields=fields, actor=visit.actor),
        "answer",
        "contact-answered",
    )


def _fields(visit: Visit, id_: HandoverId, name: str, *, missing: str | None) -> tuple[str, ...]:
    covered = visit.node.after.contacts.look(id_, actor=visit.actor).covered
    return visit.form.choices(name, covered, missing=missing)


def judge(visit: Visit) -> Response:
    """Give this office's verdict, with the best interests of its own person."""
    id_, form = paths.ident(HandoverId, visit.args["contact"]), visit.form
    verdict = form.choice("verdict", list(Verdict), missing="Choose whether it is the family.")
    why = form.choice("why", list(VerdictReason), missing="Choose what it rests on.")
    text = form.text("verdict-text", missing="Write what the best interests of the person are.")
    desk = visit.node.after.contacts
    return _done(
        visit,
        id_,
        lambda: desk.judge(id_, Verdict(verdict), VerdictReason(why), text=text, actor=visit.actor),
        "verdict",
        "verdict-given",
    )


def close(visit: Visit) -> Response:
    """End the contact; both sides keep what was decided."""
    id_, form = paths.ident(HandoverId, visit.args["contact"]), visit.form
    reason = form.choice("reason", tracing_words.ENDINGS, missing="Choose why the contact ends.")
    text = form.text("end-text")
    desk = visit.node.after.contacts
    return _done(
        visit,
        id_,
        lambda: desk.close(id_, EndReason(reason), text=text, actor=visit.actor),
        "close",
        "contact-closed",
    )


def _done(visit: Visit, id_: HandoverId, act: Callable[[], object], tried: str, said: str) -> Response:
    visit.form.carry_out(act)
    if not visit.form.valid:
        return _show(visit, status=422, tried=tried)
    visit.node.worker.wake()
    return visit.go(f"/contacts/{id_}", said=said)


_AT: Final = "/contacts/{contact}"
PAGES: Final = (
    Page(path=_AT, get=show, right=Right.READ_CASE),
    Page(path=f"{_AT}/texts", get=texts, right=Right.READ_CASE),
    Page(path=f"{_AT}/question", post=ask, right=Right.DECIDE),
    Page(path=f"{_AT}/answer", post=answer, right=Right.DECIDE),
    Page(path=f"{_AT}/verdict", post=judge, right=Right.DECIDE),
    Page(path=f"{_AT}/close", post=close, right=Right.DECIDE),
)
