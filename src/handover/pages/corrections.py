"""Corrections: sent to those who hold an earlier version; those that came, beside the own record."""

from collections.abc import Sequence

from starlette.responses import Response

from handover.application.corrections import Compared, Sent
from handover.application.permissions import Right
from handover.application.recipients import Recipient
from handover.domain.errors import NotFoundError
from handover.domain.ids import Digest, MatterId
from handover.domain.record import Value
from handover.pages import paths, reasons, values, view, words
from handover.pages.values import Shown
from handover.pages.visit import Page, Visit


def show(visit: Visit) -> Response:
    """Show who holds an earlier version, and the corrections that came."""
    return _show(visit)


def _show(visit: Visit, *, status: int = 200, sent: Sequence[tuple[Recipient, Sent]] = ()) -> Response:
    id_ = paths.ident(MatterId, visit.args["matter"])
    desk = visit.node.after.corrections
    found = desk.recipients(id_, actor=visit.actor)
    return visit.page(
        "corrections.html",
        status=status,
        matter=visit.node.cases.matter(id_, actor=visit.actor),
        found=found,
        choices=[(each.handover.id, _named(visit, each)) for each in found if each.changed or each.files],
        came=desk.of_matter(id_, actor=visit.actor),
        words=words,
        sent=sent,
    )


def _named(visit: Visit, each: Recipient) -> str:
    return view.named_text(visit.name_of(each.handover.peer), each.handover.peer)


def send(visit: Visit) -> Response:
    """Send the record as it is now to those that were chosen."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    form, desk = visit.form, visit.node.after.corrections
    known: dict[str, Recipient] = {each.handover.id: each for each in desk.recipients(id_, actor=visit.actor)}
    chosen = form.choices("to", known, missing="Choose at least one authority.")
    text = form.text("text", missing="Say what was wrong.")
    rounds = [known[each].handover.id for each in chosen]
    sent = form.carry_out(lambda: desk.send_each(rounds, text=text, actor=visit.actor)) or []
    if not form.valid:
        return _show(visit, status=422)
    visit.node.worker.wake()
    if all(each.problem is None for each in sent):
        return visit.go(f"/matters/{id_}/corrections", said="correction-sent")
    gone = any(each.problem is None for each in sent)
    said = [(known[each.handover], each) for each in sent]
    return _show(visit, status=200 if gone else 422, sent=said)


def compare(visit: Visit) -> Response:
    """Show a correction beside the own record, field by field, to an officer who has said why."""
    return _compare(visit)


def _compare(visit: Visit, *, status: int = 200) -> Response:
    id_, correction = _named_by(visit)
    gate = reasons.gate(visit, id_)
    if gate is not None:
        return gate
    compared = visit.node.after.corrections.read(correction, actor=visit.actor)
    return visit.page(
        "correction.html",
        status=status,
        matter=visit.node.cases.matter(id_, actor=visit.actor),
        compared=compared,
        rows=_rows(visit, compared),
        file_at=None,
    )


def _rows(visit: Visit, compared: Compared) -> Sequence[tuple[str, str, Shown | None, Shown]]:
    shapes = {field.path: field.shape for field in compared.schema.fields}

    def said(path: str, value: Value) -> Shown:
        return values.shown(value, shapes[path], visit.language)

    return [
        (
            each.path,
            visit.label(f"{compared.schema.name}/{each.path}"),
            None if each.old is None else said(each.path, each.old),
            said(each.path, each.new),
        )
        for each in compared.differences
    ]


def take(visit: Visit) -> Response:
    """Take the chosen fields over as a new version of the own record."""
    id_, correction = _named_by(visit)
    fields = visit.form.values("fields")
    if not fields:
        visit.form.fail("fields", "Choose at least one field, or dismiss the correction.")
    desk = visit.node.after.corrections
    visit.form.carry_out(lambda: desk.take(correction, fields=tuple(fields), actor=visit.actor))
    if not visit.form.valid:
        return _compare(visit, status=422)
    return visit.go(f"/matters/{id_}/corrections", said="correction-taken")


def dismiss(visit: Visit) -> Response:
    """Leave the own record as it is."""
    id_, correction = _named_by(visit)
    desk = visit.node.after.corrections
    visit.form.carry_out(lambda: desk.dismiss(correction, actor=visit.actor))
    if not visit.form.valid:
        return _compare(visit, status=422)
    return visit.go(f"/matters/{id_}/corrections", said="correction-dismissed")


def _named_by(visit: Visit) -> tuple[MatterId, Digest]:
    """Give matter and correction of the address; raises NotFoundError where one does not belong to the other."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    correction = paths.ident(Digest, visit.args["correction"])
    known = visit.node.after.corrections.of_matter(id_, actor=visit.actor)
    if correction not in {each.envelope for each in known}:
        raise NotFoundError
    return id_, correction


_AT = "/matters/{matter}/corrections"
PAGES = (
    Page(path=_AT, get=show, right=Right.READ_CASE),
    Page(path=f"{_AT}/send", post=send, right=Right.RELEASE),
    Page(path=f"{_AT}/{{correction}}", get=compare, right=Right.READ_CASE),
    Page(path=f"{_AT}/{{correction}}/take", post=take, right=Right.WRITE_CASE),
    Page(path=f"{_AT}/{{correction}}/dismiss", post=dismiss, right=Right.WRITE_CASE),
)
