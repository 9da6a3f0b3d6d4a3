"""Telling somebody without consent because a life is at stake: recording it, and a third officer's review."""

from starlette.responses import Response

from handover.application.overrides import Told
from handover.application.permissions import MAY, Right
from handover.domain.continuity import OverrideReason
from handover.domain.ids import UUID7, MatterId
from handover.domain.record import schema
from handover.pages import later_words, paths, reasons
from handover.pages.visit import Page, Visit


def waiting(visit: Visit) -> Response:
    """Show what nobody has reviewed yet."""
    found = visit.node.after.overrides.to_review(actor=visit.actor)
    return visit.page("overrides.html", found=found, words=later_words)


def show(visit: Visit) -> Response:
    """Show what was told without consent in a matter, and the form for more."""
    return _show(visit)


def _show(visit: Visit, *, status: int = 200) -> Response:
    id_ = paths.ident(MatterId, visit.args["matter"])
    matter = visit.node.cases.matter(id_, actor=visit.actor)
    of = schema(f"{matter.kind.value}/1")
    groups = dict.fromkeys(each.category.value for each in of.fields)
    return visit.page(
        "overrides_matter.html",
        status=status,
        matter=matter,
        found=visit.node.after.overrides.of_matter(id_, actor=visit.actor),
        groups=[(each, visit.label(f"category/{each}")) for each in groups],
        choices=[(each.value, visit.translate(text)) for each, text in later_words.OVERRIDES.items()],
        officers=list(_others(visit).items()),
        words=later_words,
    )


def _others(visit: Visit) -> dict[str, str]:
    """Give the names of the other officers who may stand as the second one, by id."""
    return {
        each.id: each.name
        for each in visit.node.officers.all()
        if each.id != visit.actor.officer
        and each.may_enter(visit.now)
        and MAY[Right.WRITE_CASE] & set(each.roles)
    }


def tell(visit: Visit) -> Response:
    """Record that somebody was told."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    form = visit.form
    to = form.text("to", missing="Enter who was told.")
    reason = form.choice("reason", list(OverrideReason), missing="Choose why a life was at stake.")
    text = form.text("text", missing="Write what happened and why it could not wait.")
    second = form.choice("second", _others(visit), missing="Choose the second officer.")
    if not form.values("fields"):
        form.fail("fields", "Choose at least one group.")
    form.carry_out(
        lambda: visit.node.after.overrides.tell(
            id_,
            Told(
                to=to,
                fields=tuple(form.values("fields")),
                reason=OverrideReason(reason),
                text=text,
                second_officer=UUID7(second),
            ),
            actor=visit.actor,
        )
    )
    if not form.valid:
        return _show(visit, status=422)
    return visit.go(f"/matters/{id_}/overrides", said="override-told")


def read(visit: Visit) -> Response:
    """Show one with its words; the reading is logged."""
    return _read(visit)


def _read(visit: Visit, *, status: int = 200) -> Response:
    id_ = paths.ident(MatterId, visit.args["matter"])
    matter = visit.node.cases.matter(id_, actor=visit.actor)
    asked = reasons.gate(visit, id_)
    if asked is not None:
        return asked
    kept = visit.node.after.overrides.open(id_, paths.ident(UUID7, visit.args["override"]), actor=visit.actor)
    return visit.page(
        "override.html",
        status=status,
        matter=matter,
        kept=kept,
        names={each.id: each.name for each in visit.node.officers.all()},
        labels=[visit.label(each) for each in kept.override.fields],
        words=later_words,
    )


def review(visit: Visit) -> Response:
    """Keep a third officer's review."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    override = paths.ident(UUID7, visit.args["override"])
    form = visit.form
    text = form.text("text", missing="Write what you make of it.")
    told = form.choice("child", ["yes", "no"], missing="Choose whether the child was told.")
    form.carry_out(
        lambda: visit.node.after.overrides.review(
            id_, override, text=text, child_told=told == "yes", actor=visit.actor
        )
    )
    if not form.valid:
        return _read(visit, status=422)
    return visit.go(f"/matters/{id_}/overrides", said="override-reviewed")


_AT = "/matters/{matter}/overrides"
PAGES = (
    Page(path="/overrides", get=waiting, right=Right.READ_CASE),
    Page(path=_AT, get=show, right=Right.READ_CASE),
    Page(path=f"{_AT}/tell", post=tell, right=Right.DECIDE),
    Page(path=f"{_AT}/{{override}}", get=read, right=Right.READ_CASE),
    Page(path=f"{_AT}/{{override}}/review", post=review, right=Right.DECIDE),
)
