"""Tracing in a matter: who permitted it, who must not find the person, and how the register stands, in words."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from handover.application.permissions import MAY, Right
from handover.application.tracing_permissions import Permit
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, MatterId
from handover.domain.traceable import ProtectionReason, TracingBasis
from handover.pages import languages, names, paths, reasons, tracing_words, words
from handover.pages.navigation import N_
from handover.pages.view import named_text
from handover.pages.visit import Page, Visit
from handover.protocol.node_entry import Mandate

TERM: Final = 180  # days that are proposed
MOST: Final = 200  # authorities that are listed
_TEXTS: Final[Mapping[str, str]] = {
    "capacity": N_("Say why this person could consent."),
    "relation": N_("Enter the relation to the child."),
    "explained_by": N_("Enter who explained it."),
    "interpreter": N_("Enter the interpreter, or that none was needed."),
    "expressed": N_("Say how the consent was expressed."),
    "child_assent": N_("Write what the child said, or why it was not asked."),
    "text": N_("Write the statement, as it was given."),
}


def show(visit: Visit) -> Response:
    """Show how tracing stands in a matter; nothing of a record, and no written reason."""
    return _show(visit)


def _show(visit: Visit, *, status: int = 200) -> Response:
    id_ = paths.ident(MatterId, visit.args["matter"])
    desks, actor = visit.node.tracing, visit.actor
    standing = desks.permissions.standing(id_, actor=actor)
    return visit.page(
        "traced.html",
        status=status,
        matter=visit.node.cases.matter(id_, actor=actor),
        standing=standing,
        permissions=desks.permissions.of_matter(id_, actor=actor),
        askings=desks.askings.of_matter(id_, actor=actor),
        candidates=desks.candidates.of_matter(id_, actor=actor) if visit.may("decide") else (),
        protections=[(each.value, visit.translate(text)) for each, text in tracing_words.PROTECTIONS.items()],
        askers=_askers(visit),
        officers=list(_others(visit).items()),
        traced=tracing_words,
        words=words,
    )


def _askers(visit: Visit) -> list[tuple[str, str]]:
    """Give who may be kept from finding the person: authorities that may ask, and whole countries of such."""
    found = visit.node.authorities.page(actor=visit.actor, limit=MOST, mandate=Mandate.FAMILY_TRACING)
    nodes = [each.entry.node for each in found if each.entry.node != visit.node.id]
    every = visit.translate(N_("Every authority of this country: %(country)s"))
    countries = sorted({node.country for node in nodes} - {visit.node.id.country})
    return [
        *((node, named_text(visit.name_of(node), node)) for node in nodes),
        *((code, every % {"country": names.country(code.upper(), visit.language)}) for code in countries),
    ]


def _others(visit: Visit) -> dict[str, str]:
    """Give the names of the other officers who may stand as the second one, by id."""
    return {
        each.id: each.name
        for each in visit.node.officers.all()
        if each.id != visit.actor.officer
        and each.may_enter(visit.now)
        and MAY[Right.WRITE_CASE] & set(each.roles)
    }


def ask_permit(visit: Visit) -> Response:
    """Show the form of a permission."""
    return _permit(visit)


def _permit(visit: Visit, *, status: int = 200) -> Response:
    id_ = paths.ident(MatterId, visit.args["matter"])
    return visit.page(
        "tracing_permit.html",
        status=status,
        matter=visit.node.cases.matter(id_, actor=visit.actor),
        bases=[(each.value, visit.translate(text)) for each, text in tracing_words.BASES.items()],
        givers=[(value, visit.translate(text)) for value, text in tracing_words.GIVERS.items()],
        officers=list(_others(visit).items()),
        language_names=[name for _, name in names.language_tags(visit.language)],
        until=languages.day_of(visit.now + TERM * 86400),
    )


def permit(visit: Visit) -> Response:
    """Keep a consent to tracing, or a decision that it is in the person's best interests."""
    id_, form = paths.ident(MatterId, visit.args["matter"]), visit.form
    basis = form.choice("basis", list(TracingBasis), missing="Choose what the search rests on.")
    until = form.date("until", missing="Enter until when it counts.")
    if until is not None and languages.end_of(until) <= visit.now:
        form.fail("until", "The day must lie ahead.")
    made = _consented(visit) if basis == TracingBasis.CONSENT else _decided(visit)
    second = None if basis == TracingBasis.CONSENT else _second(visit)
    end = languages.end_of(until) if until else visit.now
    form.carry_out(
        lambda: visit.node.tracing.permissions.record(
            id_,
            Permit(basis=TracingBasis(basis), statement=made, until=end, second_officer=second),
            actor=visit.actor,
        )
    )
    if not form.valid:
        return _permit(visit, status=422)
    visit.node.worker.wake()
    return visit.go(f"/matters/{id_}/tracing", said="tracing-permitted")


def _consented(visit: Visit) -> dict[str, str]:
    form = visit.form
    given_by = form.choice("given_by", tracing_words.GIVERS, missing="Choose who gave it.")
    language = form.text("language", missing="Enter the language in which it was explained.")
    said = {name: form.text(name, missing=missing) for name, missing in _TEXTS.items()}
    return {"given_by": given_by, "language": names.language_tag(language, visit.language), **said}


def _decided(visit: Visit) -> dict[str, str]:
    missing = "Write why the search is in the person's best interests."
    return {"reason": visit.form.text("reason", missing=missing)}


def _second(visit: Visit) -> UUID7 | None:
    found = visit.form.choice("second", _others(visit), missing="Choose the second officer.")
    return UUID7(found) if found else None


def permission(visit: Visit) -> Response:
    """Show a permission with the words behind it, to an officer who has said why; the reading is logged."""
    return _permission(visit)


def _permission(visit: Visit, *, status: int = 200) -> Response:
    id_, named = _named(visit)
    gate = reasons.gate(visit, id_)
    if gate is not None:
        return gate
    kept, said = visit.node.tracing.permissions.open(id_, named, actor=visit.actor)
    return visit.page(
        "tracing_permission.html",
        status=status,
        matter=visit.node.cases.matter(id_, actor=visit.actor),
        kept=kept,
        said_=said,
        names={each.id: each.name for each in visit.node.officers.all()},
        language_of=lambda tag: names.language_name(tag, visit.language),
        traced=tracing_words,
    )


def _named(visit: Visit) -> tuple[MatterId, UUID7]:
    id_, named = (
        paths.ident(MatterId, visit.args["matter"]),
        paths.ident(UUID7, visit.args["permission"]),
    )
    known = visit.node.tracing.permissions.of_matter(id_, actor=visit.actor)
    if named not in {each.id for each in known}:
        raise NotFoundError
    return id_, named


def withdraw(visit: Visit) -> Response:
    """End a permission for good: questions are taken back, and the register forgets the record."""
    id_, named = _named(visit)
    visit.form.carry_out(lambda: visit.node.tracing.permissions.withdraw(id_, named, actor=visit.actor))
    if not visit.form.valid:
        return _permission(visit, status=422)
    visit.node.worker.wake()
    return visit.go(f"/matters/{id_}/tracing", said="tracing-withdrawn")


def protect(visit: Visit) -> Response:
    """Keep the person from ever being found by a question."""
    id_, form = paths.ident(MatterId, visit.args["matter"]), visit.form
    reason = form.choice("protection", list(ProtectionReason), missing="Choose why the person is protected.")
    text = form.text("protect-text", missing="Write in a few words why.")
    form.carry_out(
        lambda: visit.node.tracing.protections.protect(id_, ProtectionReason(reason), text, actor=visit.actor)
    )
    return _done(visit, id_, "tracing-protected")


def lift(visit: Visit) -> Response:
    """End the protection, or decide that none is needed; a second officer agrees."""
    id_, form = paths.ident(MatterId, visit.args["matter"]), visit.form
    text = form.text("lift-text", missing="Write in a few words why.")
    second = form.choice("lift-second", _others(visit), missing="Choose the second officer.")
    form.carry_out(
        lambda: visit.node.tracing.protections.lift(
            id_, text, second_officer=UUID7(second), actor=visit.actor
        )
    )
    return _done(visit, id_, "tracing-lifted")


def exclude(visit: Visit) -> Response:
    """Say which authorities and countries must not find the person; those that are named now and no others."""
    id_, form = paths.ident(MatterId, visit.args["matter"]), visit.form
    chosen = form.choices("excluded", [value for value, _ in _askers(visit)])
    form.carry_out(lambda: visit.node.tracing.protections.exclude(id_, chosen, actor=visit.actor))
    return _done(visit, id_, "tracing-excluded")


def _done(visit: Visit, id_: MatterId, said: str) -> Response:
    if not visit.form.valid:
        return _show(visit, status=422)
    visit.node.worker.wake()
    return visit.go(f"/matters/{id_}/tracing", said=said)


def why(visit: Visit) -> Response:
    """Show the written reasons of protection and exclusion, to an officer who has said why; the reading is logged."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    gate = reasons.gate(visit, id_)
    if gate is not None:
        return gate
    return visit.page(
        "tracing_protection.html",
        matter=visit.node.cases.matter(id_, actor=visit.actor),
        kept=visit.node.tracing.protections.open(id_, actor=visit.actor),
        traced=tracing_words,
    )


_AT: Final = "/matters/{matter}/tracing"
PAGES: Final = (
    Page(path=_AT, get=show, right=Right.READ_CASE),
    Page(path=f"{_AT}/permit", get=ask_permit, post=permit, right=Right.WRITE_CASE),
    Page(path=f"{_AT}/permissions/{{permission}}", get=permission, right=Right.READ_CASE),
    Page(path=f"{_AT}/permissions/{{permission}}/withdraw", post=withdraw, right=Right.WRITE_CASE),
    Page(path=f"{_AT}/protection", get=why, right=Right.READ_CASE),
    Page(path=f"{_AT}/protect", post=protect, right=Right.WRITE_CASE),
    Page(path=f"{_AT}/lift", post=lift, right=Right.DECIDE),
    Page(path=f"{_AT}/exclude", post=exclude, right=Right.WRITE_CASE),
)
