"""Consent in steps: to whom and for what, what exactly, the explanation, who gave it and how; and taking it back.

The answers of earlier steps travel in the form itself, so nothing half done is kept anywhere.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from starlette.responses import Response

from handover.application.authorities import Authority
from handover.application.consents import GIVERS, Terms
from handover.application.permissions import Right
from handover.domain.consent import LONGEST_GROUND, LONGEST_VITAL, PURPOSE_OF, Basis, Onward, Purpose
from handover.domain.continuity import OverrideReason, WithdrawalScope
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, MatterId, NodeId
from handover.domain.record import SCHEMAS, MatterKind, Schema
from handover.pages import explanation, followups, languages, later_words, names, paths, received, words
from handover.pages.forms import Form
from handover.pages.navigation import N_
from handover.pages.view import named_text
from handover.pages.visit import Page, Visit
from handover.protocol.node_entry import Mandate

STEPS: Final = ("whom", "what", "explain", "given", "check")
_TEXTS: Final[Mapping[str, str]] = {
    "capacity": N_("Say why this person could consent."),
    "relation": N_("Enter the relation to the child."),
    "explained_by": N_("Enter who explained it."),
    "interpreter": N_("Enter the interpreter, or that none was needed."),
    "expressed": N_("Say how the consent was expressed."),
    "child_assent": N_("Write what the child said, or why it was not asked."),
    "text": N_("Write the statement, as it was given."),
}
TERM: Final = 90  # days that are proposed


def ask(visit: Visit) -> Response:
    """Show the first step, filled in where it is known for what it is wanted."""
    visit.form = replace(visit.form, sent=followups.filled(visit))
    return _step(visit, "whom")


def go_on(visit: Visit) -> Response:
    """Check the step that was sent, and show the one that is wanted; after the last, record the consent."""
    now, wanted = visit.form.value("step"), visit.form.value("to")
    now = now if now in STEPS else STEPS[0]
    if wanted in STEPS and STEPS.index(wanted) < STEPS.index(now):
        return _step(visit, wanted)
    checks = {"whom": _read_whom, "what": _read_what, "given": _read_given}
    for step in STEPS[: STEPS.index(now) + 1]:
        if step in checks:
            checks[step](visit)
        if not visit.form.valid:
            return _step(visit, step, status=422)
    if now == "check":
        return _record(visit)
    return _step(visit, STEPS[STEPS.index(now) + 1])


def _step(visit: Visit, step: str, *, status: int = 200) -> Response:
    id_ = paths.ident(MatterId, visit.args["matter"])
    matter = visit.node.cases.matter(id_, actor=visit.actor)
    of = _schema(visit, matter.kind)
    known = {each.entry.node: each for each in _competent(visit, matter.kind)}
    return visit.page(
        f"consent_{step}.html",
        status=status,
        matter=matter,
        of=of,
        step=step,
        steps=STEPS,
        carried=_carried(visit.form, step),
        recipients=[
            (node, named_text(each.entry.name(visit.language), node)) for node, each in known.items()
        ],
        purposes=[(each.value, visit.translate(words.PURPOSES[each])) for each in Purpose],
        purpose=PURPOSE_OF[matter.kind].value,
        bases=[(each.value, visit.translate(words.BASES[each])) for each in Basis],
        urgencies=[(each.value, visit.translate(text)) for each, text in later_words.OVERRIDES.items()],
        onwards=[(each.value, visit.translate(words.ONWARD[each])) for each in Onward],
        officers=list(_others(visit).items()),
        categories=_categories(visit, of),
        givers=[(value, visit.translate(text)) for value, text in words.GIVERS.items()],
        chosen=_chosen(of, visit.form),
        until=languages.day_of(visit.now + TERM * 86400),
        ends=_ends(visit.form) if step == "check" else None,
        own_languages=list(languages.OWN_NAMES.items()),
        language_names=[name for _, name in names.language_tags(visit.language)],
        language_of=lambda text: names.language_name(text, visit.language) if text else "",
        explained=explanation.of(visit, of) if step in ("explain", "check") else None,
        words=words,
    )


def _ends(form: Form) -> int | None:
    day = form.date("until")
    return languages.end_of(day) if day else None


def _competent(visit: Visit, kind: MatterKind) -> list[Authority]:
    mandate = Mandate.FAMILY_TRACING if _talks(visit) else Mandate(PURPOSE_OF[kind].value)
    return [
        each
        for each in visit.node.authorities.page(actor=visit.actor, limit=explanation.MOST, mandate=mandate)
        if not each.barred
    ]


def _schema(visit: Visit, kind: MatterKind) -> Schema:
    """In a contact both sides speak in the fields of a tracing request."""
    meant = MatterKind.TRACING if _talks(visit) else kind
    return next(each for each in SCHEMAS.values() if each.kind is meant)


def _talks(visit: Visit) -> bool:
    wanted = followups.wanted(visit)
    return wanted is not None and wanted[0] == followups.CONTACT


def _categories(visit: Visit, of: Schema) -> list[tuple[str, str]]:
    found = dict.fromkeys(each.category for each in of.fields)
    return [(each.value, visit.label(f"category/{each.value}")) for each in found]


_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "whom": (
        "basis", "recipients", "purposes", "until-day", "until-month", "until-year", "onward",
        "second", "urgency", "review-day", "review-month", "review-year",
    ),
    "what": ("categories", "fields"),
    "explain": ("explain-in",),
    "given": ("given_by", "language", *_TEXTS),
    "check": (),
    "then": ("back", "follow", "contact", "reunite"),
}  # fmt: skip


def _carried(form: Form, step: str) -> list[tuple[str, str]]:
    """Give what the other steps have said, to be sent along unseen."""
    names_ = [name for other, known in _OF.items() if other != step for name in known]
    return [(name, value) for name in names_ for value in form.values(name)]


def _read_whom(visit: Visit) -> None:
    form, id_ = visit.form, paths.ident(MatterId, visit.args["matter"])
    matter = visit.node.cases.matter(id_, actor=visit.actor)
    basis = form.choice(
        "basis", [each.value for each in Basis], missing="Choose what the disclosure rests on."
    )
    known = [each.entry.node for each in _competent(visit, matter.kind)]
    _among(form, "recipients", known, missing="Choose at least one authority.")
    _among(form, "purposes", [each.value for each in Purpose], missing="Choose at least one purpose.")
    until = form.date("until", missing="Enter until when it counts.")
    if until is not None and languages.end_of(until) <= visit.now:
        form.fail("until", "The day must lie ahead.")
    if until is not None and languages.end_of(until) - visit.now > LONGEST_GROUND:
        form.fail("until", "The day must lie within two years.")
    form.choice("onward", [each.value for each in Onward], missing="Choose whether it may be passed on.")
    if basis and basis != Basis.CONSENT:
        _among(form, "second", _others(visit), missing="Choose the second officer.")
        form.date("review", missing="Enter when it will be reviewed.")
    if basis == Basis.VITAL_INTERESTS:
        _among(form, "urgency", list(OverrideReason), missing="Choose why a life is at stake.")
        if until is not None and languages.end_of(until) - visit.now > LONGEST_VITAL:
            form.fail("until", "With vital interests it counts for 72 hours at most.")


def _among(form: Form, name: str, allowed: Collection[str], *, missing: str) -> None:
    """Note a fault where nothing was chosen, or something that is not offered."""
    chosen = form.values(name)
    if not chosen or not set(chosen) <= set(allowed):
        form.fail(name, missing)


def _others(visit: Visit) -> dict[str, str]:
    """Give the names of the other officers, by id."""
    return {
        each.id: each.name
        for each in visit.node.officers.all()
        if each.id != visit.actor.officer and each.may_enter(visit.now)
    }


def _read_what(visit: Visit) -> None:
    matter = visit.node.cases.matter(paths.ident(MatterId, visit.args["matter"]), actor=visit.actor)
    if not _chosen(_schema(visit, matter.kind), visit.form):
        visit.form.fail("categories", "Choose at least one group or field.")


def _read_given(visit: Visit) -> None:
    form = visit.form
    form.choice("given_by", GIVERS, missing="Choose who gave it.")
    form.text("language", missing="Enter the language in which it was explained.")
    for name, missing in _TEXTS.items():
        form.text(name, missing=missing)


def _chosen(of: Schema, form: Form) -> tuple[str, ...]:
    """Give the fields that are chosen, whole groups and single ones, in the schema's order."""
    categories, single = set(form.values("categories")), set(form.values("fields"))
    return tuple(each.path for each in of.fields if each.category.value in categories or each.path in single)


def _record(visit: Visit) -> Response:
    form, id_ = visit.form, paths.ident(MatterId, visit.args["matter"])
    of = _schema(visit, visit.node.cases.matter(id_, actor=visit.actor).kind)
    until, review = form.date("until"), form.date("review")
    basis = Basis(form.value("basis"))
    plain = basis is Basis.CONSENT
    terms = Terms(
        basis=basis,
        recipients=tuple(NodeId(each) for each in form.values("recipients")),
        purposes=tuple(Purpose(each) for each in form.values("purposes")),
        fields=_chosen(of, form),
        valid_from=visit.now,
        valid_until=languages.end_of(until) if until else visit.now,
        onward=Onward(form.value("onward")),
        review_at=None if plain or review is None else languages.end_of(review),
        second_officer=None if plain else UUID7(form.value("second")),
        urgency=OverrideReason(form.value("urgency")) if basis is Basis.VITAL_INTERESTS else None,
    )
    statement = {name: form.text(name) for name in ("given_by", *_TEXTS)}
    statement["language"] = names.language_tag(form.text("language"), visit.language)
    done = form.carry_out(lambda: visit.node.consents.record(id_, of, terms, statement, actor=visit.actor))
    return (
        _step(visit, "check", status=422)
        if done is None
        else visit.go(followups.next_of(visit), said="consent-recorded")
    )


def show(visit: Visit) -> Response:
    """Show a ground: what it covers and until when; the statement behind it stays closed."""
    return _ground(visit)


def _ground(visit: Visit, *, status: int = 200) -> Response:
    id_ = paths.ident(MatterId, visit.args["matter"])
    ground = paths.ident(UUID7, visit.args["ground"])
    found = next(
        (each for each in visit.node.consents.of_matter(id_, actor=visit.actor) if each.id == ground), None
    )
    if found is None:
        raise NotFoundError
    return visit.page(
        "ground.html",
        status=status,
        matter=visit.node.cases.matter(id_, actor=visit.actor),
        kept=found,
        scopes=received.scopes(visit),
        of=SCHEMAS[found.ground.schema],
        words=words,
    )


def withdraw(visit: Visit) -> Response:
    """Withdraw the consent for good: open offers on it are void, and whoever was shown something has to erase it."""
    ground = paths.ident(UUID7, visit.args["ground"])
    scope, text = received.wanted(visit.form)
    visit.form.carry_out(
        lambda: visit.node.consents.withdraw(
            ground, scope=WithdrawalScope(scope), text=text, actor=visit.actor
        )
    )
    if not visit.form.valid:
        return _ground(visit, status=422)
    visit.node.worker.wake()
    return visit.go(f"/matters/{visit.args['matter']}", said="consent-withdrawn")


_AT = "/matters/{matter}"
PAGES = (
    Page(path=f"{_AT}/consent", get=ask, post=go_on, right=Right.WRITE_CASE),
    Page(path=f"{_AT}/grounds/{{ground}}", get=show, right=Right.READ_CASE),
    Page(path=f"{_AT}/grounds/{{ground}}/withdraw", post=withdraw, right=Right.WRITE_CASE),
)
