"""Who received what of a matter: the register of disclosures, and a withdrawal that is written down there."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from handover.application.holders import Known
from handover.application.permissions import Right
from handover.domain.continuity import WithdrawalScope
from handover.domain.ids import Digest, MatterId
from handover.domain.record import schema
from handover.pages import later_words, paths, words
from handover.pages.forms import Form
from handover.pages.navigation import N_
from handover.pages.visit import Page, Visit

_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "erased": (N_("Erased"), "green"),
    "held": (N_("Kept under the law"), "blue"),
    "overdue": (N_("Overdue"), "red"),
    "withdrawn": (N_("Withdrawn"), "orange"),
    "known": (N_("Known there"), "grey"),
}


def state(known: Known, now: int) -> str:
    """Give in one word how something shown stands at its recipient."""
    if known.shown.erased_at is not None:
        return "erased"
    if known.held_until is not None and known.held_until > now:
        return "held"
    if known.demand is not None and known.demand.due <= now:
        return "overdue"
    return "known" if known.shown.withdrawn_at is None else "withdrawn"


def show(visit: Visit) -> Response:
    """Show everything of the matter that was shown, in either direction."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    found = visit.node.after.holders.register(id_, actor=visit.actor)
    return visit.page(
        "received.html",
        matter=visit.node.cases.matter(id_, actor=visit.actor),
        known=found,
        state=state,
        states=_STATES,
        schema=schema,
        words=words,
    )


def ask(visit: Visit) -> Response:
    """Ask how far the withdrawal goes, and what the person said."""
    return _ask(visit)


def _ask(visit: Visit, *, status: int = 200) -> Response:
    id_ = paths.ident(MatterId, visit.args["matter"])
    known = visit.node.after.holders.look(id_, paths.ident(Digest, visit.args["shown"]), actor=visit.actor)
    return visit.page(
        "received_withdraw.html",
        status=status,
        matter=visit.node.cases.matter(id_, actor=visit.actor),
        known=known,
        scopes=scopes(visit),
        words=words,
    )


def withdraw(visit: Visit) -> Response:
    """Write down that the person withdraws what is behind it: every holder is told."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    shown = paths.ident(Digest, visit.args["shown"])
    holders = visit.node.after.holders
    holders.look(id_, shown, actor=visit.actor)
    scope, text = wanted(visit.form)
    visit.form.carry_out(
        lambda: holders.withdraw(shown, scope=WithdrawalScope(scope), text=text, actor=visit.actor)
    )
    if not visit.form.valid:
        return _ask(visit, status=422)
    visit.node.worker.wake()
    return visit.go(f"/matters/{id_}/received", said="consent-withdrawn")


def scopes(visit: Visit) -> list[tuple[str, str]]:
    """Give how far a withdrawal can go, in words."""
    return [(each.value, visit.translate(text)) for each, text in later_words.SCOPES.items()]


def wanted(form: Form) -> tuple[str, str]:
    """Give how far the withdrawal goes, and the person's own words; both are checked."""
    scope = form.choice("scope", list(WithdrawalScope), missing="Choose how far the withdrawal goes.")
    return scope, form.text("words")


_AT = "/matters/{matter}/received"
PAGES = (
    Page(path=_AT, get=show, right=Right.READ_CASE),
    Page(path=f"{_AT}/{{shown}}/withdraw", get=ask, post=withdraw, right=Right.WRITE_CASE),
)
