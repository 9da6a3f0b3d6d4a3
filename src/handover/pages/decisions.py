"""Decisions for a child: the register, recording, telling another authority, asking it, and answering."""

import datetime as dt

from starlette.responses import Response

from handover.application.decided import Decided, KeptDecision
from handover.application.facts import Handover
from handover.application.permissions import Right
from handover.domain.continuity import DecisionKind
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, Digest, HandoverId, MatterId
from handover.domain.record import MatterKind
from handover.domain.sequence import TAKEN
from handover.pages import languages, later_words, paths, reasons, view
from handover.pages.visit import Page, Visit


def show(visit: Visit) -> Response:
    """Show the register without what was decided, and what was asked."""
    return _show(visit)


def _show(visit: Visit, *, status: int = 200) -> Response:
    id_ = _matter(visit)
    desk, matter = visit.node.after.decisions, visit.node.cases.matter(id_, actor=visit.actor)
    lines = desk.of_matter(id_, actor=visit.actor)
    return visit.page(
        "decisions.html",
        status=status,
        matter=matter,
        lines=lines,
        questions=desk.questions(id_, actor=visit.actor),
        kinds=[(kind.value, visit.translate(text)) for kind, text in later_words.DECISIONS.items()],
        own=[_choice(visit, each) for each in lines if each.own and not each.erased],
        others=[
            (each.id, view.named_text(visit.name_of(each.peer), each.peer)) for each in _taken(visit, id_)
        ],
        words=later_words,
    )


def _matter(visit: Visit) -> MatterId:
    """Give the matter of the address, whose child it is; a tracing request has no decisions."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    if visit.node.cases.matter(id_, actor=visit.actor).kind is not MatterKind.GUARDIANSHIP:
        raise NotFoundError
    return id_


def _taken(visit: Visit, matter: MatterId) -> list[Handover]:
    """Give the newest round with each authority in which a deed was given."""
    rounds = [each.handover for each in visit.node.worklist.of_matter(matter, actor=visit.actor)]
    return list({each.peer: each for each in rounds if each.state in TAKEN}.values())


def _choice(visit: Visit, line: KeptDecision) -> tuple[str, str, str]:
    kind = visit.translate(later_words.DECISIONS[line.kind])
    return line.id, kind, languages.time(line.at, visit.language)


def record(visit: Visit) -> Response:
    """Keep a decision or a recommendation."""
    id_, form = _matter(visit), visit.form
    kind = form.choice("kind", list(DecisionKind), missing="Choose what it is.")
    day = form.date("date", missing="Enter the day.")
    authority = form.text("authority", missing="Enter who decided or recommended it.", longest=200)
    reference = form.text("reference", longest=200)
    outcome = form.text("outcome", missing="Write what was decided or recommended.")
    why = form.text("reasons")
    form.carry_out(
        lambda: visit.node.after.decisions.record(
            id_,
            Decided(
                kind=DecisionKind(kind),
                date="" if day is None else day.isoformat(),
                authority=authority,
                reference=reference,
                outcome=outcome,
                reasons=why,
            ),
            actor=visit.actor,
        )
    )
    if not form.valid:
        return _show(visit, status=422)
    return visit.go(f"/matters/{id_}/decisions", said="decision-recorded")


def tell(visit: Visit) -> Response:
    """Tell another authority of own decisions, unasked."""
    id_, form = _matter(visit), visit.form
    to = form.choice("tell-to", _rounds(visit, id_), missing="Choose the authority.")
    told = form.choices("told", _own(visit, id_), missing="Choose at least one decision.")
    text = form.text("tell-text")
    form.carry_out(
        lambda: visit.node.after.decisions.tell(
            HandoverId(to), [UUID7(each) for each in told], text=text, actor=visit.actor
        )
    )
    if not form.valid:
        return _show(visit, status=422)
    return visit.go(f"/matters/{id_}/decisions", said="decision-told")


def ask(visit: Visit) -> Response:
    """Ask another authority what was decided there."""
    id_, form = _matter(visit), visit.form
    of = form.choice("ask-of", _rounds(visit, id_), missing="Choose the authority.")
    kinds = form.choices("kinds", list(DecisionKind), missing="Choose what is asked for.")
    text = form.text("ask-text", missing="Write why this office asks.")
    form.carry_out(
        lambda: visit.node.after.decisions.ask(
            HandoverId(of), [DecisionKind(each) for each in kinds], text=text, actor=visit.actor
        )
    )
    if not form.valid:
        return _show(visit, status=422)
    return visit.go(f"/matters/{id_}/decisions", said="asked")


def _rounds(visit: Visit, matter: MatterId) -> list[str]:
    return [each.id for each in _taken(visit, matter)]


def _own(visit: Visit, matter: MatterId) -> list[str]:
    found = visit.node.after.decisions.of_matter(matter, actor=visit.actor)
    return [each.id for each in found if each.own and not each.erased]


def read(visit: Visit) -> Response:
    """Show a line with what was decided; the reading is logged."""
    id_, line = _matter(visit), paths.ident(UUID7, visit.args["decision"])
    lines = visit.node.after.decisions.of_matter(id_, actor=visit.actor)
    if line not in {each.id for each in lines}:
        raise NotFoundError
    asked = reasons.gate(visit, id_)
    if asked is not None:
        return asked
    kept = visit.node.after.decisions.read(line, actor=visit.actor)
    return visit.page(
        "decision.html",
        matter=visit.node.cases.matter(id_, actor=visit.actor),
        kept=kept,
        day=kept.decided and languages.end_of(dt.date.fromisoformat(kept.decided.date)),
        names={each.id: each.name for each in visit.node.officers.all()},
        words=later_words,
    )


def question(visit: Visit) -> Response:
    """Show what was asked, and what there is to be told."""
    return _question(visit)


def _question(visit: Visit, *, status: int = 200) -> Response:
    id_, named = _matter(visit), _named(visit)
    asked = reasons.gate(visit, id_)
    if asked is not None:
        return asked
    found = visit.node.after.decisions.question(named, actor=visit.actor)
    covered = [visit.translate("No consent covers it now."), visit.translate("A consent covers it.")]
    return visit.page(
        "decisions_wanted.html",
        status=status,
        matter=visit.node.cases.matter(id_, actor=visit.actor),
        found=found,
        choices=[
            (*_choice(visit, each)[:2], f"{_choice(visit, each)[2]} · {covered[each.id in found.covered]}")
            for each in found.found
        ],
        words=later_words,
    )


def _named(visit: Visit) -> Digest:
    id_, named = _matter(visit), paths.ident(Digest, visit.args["question"])
    asked = visit.node.after.decisions.questions(id_, actor=visit.actor)
    if named not in {each.envelope for each in asked}:
        raise NotFoundError
    return named


def answer(visit: Visit) -> Response:
    """Tell what was chosen or, with nothing chosen, why nothing is told."""
    id_, named, form = _matter(visit), _named(visit), visit.form
    told = form.choices("told", _own(visit, id_))
    text = form.text("text", missing=None if told else "Choose what is told, or write why nothing is.")
    form.carry_out(
        lambda: visit.node.after.decisions.answer(
            named, [UUID7(each) for each in told], text=text, actor=visit.actor
        )
    )
    if not form.valid:
        return _question(visit, status=422)
    return visit.go(f"/matters/{id_}/decisions", said="answered")


_AT = "/matters/{matter}/decisions"
PAGES = (
    Page(path=_AT, get=show, right=Right.READ_CASE),
    Page(path=f"{_AT}/record", post=record, right=Right.WRITE_CASE),
    Page(path=f"{_AT}/tell", post=tell, right=Right.DECIDE),
    Page(path=f"{_AT}/ask", post=ask, right=Right.DECIDE),
    Page(path=f"{_AT}/lines/{{decision}}", get=read, right=Right.READ_CASE),
    Page(path=f"{_AT}/questions/{{question}}", get=question, right=Right.READ_CASE),
    Page(path=f"{_AT}/questions/{{question}}/answer", post=answer, right=Right.DECIDE),
)
