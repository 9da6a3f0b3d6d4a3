"""Requests of persons: written down by officers, confirmed, answered; all holders' answers on one page."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from handover.application.permissions import Right
from handover.application.petition import KeptPetition
from handover.application.petitions import Filing
from handover.domain.continuity import ComplaintOutcome, PetitionKind
from handover.domain.ids import UUID7, MatterId
from handover.pages import languages, later_words, paths, petition_papers, reasons, words
from handover.pages.forms import Form
from handover.pages.navigation import N_
from handover.pages.visit import Page, Visit
from handover.protocol.bodies import LONGEST_NAME, LONGEST_TEXT
from handover.protocol.node_entry import Mandate

KINDS: Final[Mapping[PetitionKind, str]] = {
    PetitionKind.COMPLAINT: N_("A complaint"),
    PetitionKind.ACCESS: N_("The question who received what"),
}
_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "unconfirmed": (N_("Nobody has confirmed who asks"), "yellow"),
    "waiting": (N_("Waits for the answer of this office"), "blue"),
    "answered": (N_("This office has answered"), "green"),
    "turned-away": (N_("Turned away"), "grey"),
}


def state(petition: KeptPetition) -> str:
    """Give in one word how a request stands at this office."""
    if petition.answered_at is not None:
        return "answered" if petition.travels else "turned-away"
    return "waiting" if petition.travels else "unconfirmed"


def list_(visit: Visit) -> Response:
    """Show what this office has to confirm or to answer."""
    found = visit.node.after.petitions.waiting(actor=visit.actor)
    return visit.page("petitions.html", petitions=found, kinds=KINDS, state=state, states=_STATES)


def of_matter(visit: Visit) -> Response:
    """Show the requests in a matter, with a form for a new one."""
    return _of_matter(visit)


def _of_matter(visit: Visit, *, status: int = 200) -> Response:
    id_, desk = paths.ident(MatterId, visit.args["matter"]), visit.node.after.petitions
    return visit.page(
        "petitions_matter.html",
        status=status,
        matter=visit.node.cases.matter(id_, actor=visit.actor),
        petitions=desk.of_matter(id_, actor=visit.actor),
        code=desk.code(id_, actor=visit.actor),
        kinds=KINDS,
        state=state,
        states=_STATES,
        words=words,
        spoken=list(languages.OWN_NAMES.items()),
        choices=[(kind.value, visit.translate(text)) for kind, text in KINDS.items()],
    )


def filing(form: Form) -> Filing:
    """Read what is asked for; faults are noted in the form."""
    kind = form.choice("kind", list(PetitionKind), missing="Choose what is asked for.")
    text = form.text("text", longest=LONGEST_TEXT)
    if kind == PetitionKind.COMPLAINT and not text:
        form.fail("text", "Write what happened.")
    return Filing(
        kind=PetitionKind(kind) if kind else PetitionKind.ACCESS,
        language=form.choice("spoken", languages.LANGUAGES, missing="Choose the language of the answer."),
        text=text,
        contact=form.text("contact", longest=LONGEST_NAME),
    )


def file(visit: Visit) -> Response:
    """Write down what a person asks."""
    id_, new = paths.ident(MatterId, visit.args["matter"]), filing(visit.form)
    visit.node.cases.matter(id_, actor=visit.actor)
    made = visit.form.carry_out(lambda: visit.node.after.petitions.file(id_, new, actor=visit.actor))
    if made is None:
        return _of_matter(visit, status=422)
    return visit.go(f"/requests/{made.id}", said="saved")


def letter(visit: Visit) -> Response:
    """Print the letter with a new case code: it stands nowhere else, and the one before does not count any more."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    language = visit.form.choice("letter", languages.LANGUAGES, missing="Choose the language of the answer.")
    code = visit.form.carry_out(lambda: visit.node.after.petitions.new_code(id_, actor=visit.actor))
    if code is None:
        return _of_matter(visit, status=422)
    return petition_papers.letter(visit, language, code)


def show(visit: Visit) -> Response:
    """Show a request with each holder's answer."""
    return _show(visit)


def _show(visit: Visit, *, status: int = 200) -> Response:
    id_, desk = paths.ident(UUID7, visit.args["petition"]), visit.node.after.petitions
    found = desk.get(id_, actor=visit.actor)
    gate = reasons.gate(visit, found.matter)
    if gate is not None:
        return gate
    seen = desk.look(id_, actor=visit.actor)
    late = seen.late(visit.now)
    auditors = visit.node.authorities.page(actor=visit.actor, mandate=Mandate.AUDIT) if late else []
    return visit.page(
        "petition.html",
        status=status,
        seen=seen,
        petition=seen.petition,
        matter=visit.node.cases.matter(found.matter, actor=visit.actor),
        late=late,
        auditors=auditors,
        kinds=KINDS,
        state=state(seen.petition),
        states=_STATES,
        words=words,
        outcomes=later_words.OUTCOMES,
        path_label=lambda path: petition_papers.field(path, visit.language),
        spoken=languages.OWN_NAMES,
        choices=[(each.value, visit.translate(text)) for each, text in later_words.OUTCOMES.items()],
    )


def confirm(visit: Visit) -> Response:
    """Confirm that whoever asks is the person, or acts for them."""
    return _act(visit, lambda id_: visit.node.after.petitions.confirm(id_, actor=visit.actor))


def turn_away(visit: Visit) -> Response:
    """Close a request of somebody else."""
    return _act(visit, lambda id_: visit.node.after.petitions.turn_away(id_, actor=visit.actor))


def answer(visit: Visit) -> Response:
    """Answer a complaint for this office."""
    form = visit.form
    outcome = form.choice("outcome", list(ComplaintOutcome), missing="Choose what became of it.")
    text = form.text("text", missing="Write the answer.", longest=LONGEST_TEXT)
    return _act(
        visit,
        lambda id_: visit.node.after.petitions.answer(
            id_, outcome=ComplaintOutcome(outcome), text=text, actor=visit.actor
        ),
    )


def _act(visit: Visit, act: petition_papers.Act) -> Response:
    id_ = paths.ident(UUID7, visit.args["petition"])
    visit.node.after.petitions.get(id_, actor=visit.actor)
    done = visit.form.carry_out(lambda: act(id_))
    return _show(visit, status=422) if done is None else visit.go(f"/requests/{id_}", said="saved")


_MATTER: Final = "/matters/{matter}/requests"
_ONE: Final = "/requests/{petition}"
PAGES = (
    Page(path="/requests", get=list_, right=Right.READ_CASE),
    Page(path=_MATTER, get=of_matter, right=Right.READ_CASE),
    Page(path=f"{_MATTER}/new", post=file, right=Right.WRITE_CASE),
    Page(path=f"{_MATTER}/letter.pdf", post=letter, right=Right.WRITE_CASE),
    Page(path=_ONE, get=show, right=Right.READ_CASE),
    Page(path=f"{_ONE}/confirm", post=confirm, right=Right.WRITE_CASE),
    Page(path=f"{_ONE}/turn-away", post=turn_away, right=Right.DECIDE),
    Page(path=f"{_ONE}/answer", post=answer, right=Right.DECIDE),
    Page(path=f"{_ONE}/answer.pdf", get=petition_papers.answer, right=Right.READ_CASE),
    Page(path=f"{_ONE}/supervision.pdf", get=petition_papers.supervision, right=Right.READ_CASE),
)
