"""The public page on which a person complains, or asks who received what, with the code of their letter."""

from starlette.responses import Response

from handover.domain.continuity import PetitionKind
from handover.pages import languages, petitions
from handover.pages.navigation import N_
from handover.pages.petition_papers import PAGE
from handover.pages.visit import Page, Visit

_KINDS = (
    (PetitionKind.COMPLAINT.value, N_("I want to complain")),
    (PetitionKind.ACCESS.value, N_("I want to know who received what about me")),
)


def ask(visit: Visit) -> Response:
    """Show the form."""
    return _form(visit)


def _form(visit: Visit, *, status: int = 200) -> Response:
    choices = [(value, visit.translate(text)) for value, text in _KINDS]
    spoken = list(languages.OWN_NAMES.items())
    return visit.page("request.html", status=status, choices=choices, spoken=spoken)


def leave(visit: Visit) -> Response:
    """Take what was written: whether the code is one, nobody has looked."""
    form = visit.form
    new = petitions.filing(form)
    code = form.text("code", missing="Write the code of your letter.", longest=100)

    def act() -> bool:
        visit.node.after.letterbox.leave(code, new, visit.caller)
        return True

    if form.carry_out(act, field="code") is None:
        return _form(visit, status=422)
    return visit.page("request_left.html")


PAGES = (Page(path=PAGE, get=ask, post=leave, open=True, prefix=""),)
