"""What is to be answered: demands of other authorities and of this one, with the way to each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from handover.application.facts import Matter
from handover.application.holders import Asked
from handover.application.permissions import Right
from handover.application.readings import ReadingReasonError
from handover.domain.continuity import LONGEST_HOLD, HoldReason
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act, Claim
from handover.domain.ids import Digest
from handover.pages import languages, later_words, paths, reasons, words
from handover.pages.visit import Page, Visit

AT_ONCE: Final = 50
WAYS: Final[Mapping[Act, str]] = {
    Act.CONSENT_WITHDRAWN: "/office/demands/{demand}",
    Act.DECISIONS_WANTED: "/office/matters/{matter}/decisions/questions/{demand}",
    Act.ACCESS_WANTED: "/office/matters/{matter}/requests",
    Act.COMPLAINT: "/office/matters/{matter}/requests",
}
"""Where a demand is looked at and answered; the pages of other kinds add theirs. Else its round is shown."""
_ELSEWHERE: Final = "/office/handovers/{handover}"


def way(asked: Asked) -> str:
    """Give the address of the page on which a demand is looked at."""
    found = asked.demand
    return WAYS.get(found.act, _ELSEWHERE).format(
        demand=found.envelope, matter=found.matter, handover=found.handover
    )


def waiting(visit: Visit) -> int:
    """Give how much this office has to answer now."""
    return visit.node.after.holders.count(actor=visit.actor)


def requests(visit: Visit) -> int:
    """Give how many requests of persons this office has to confirm or to answer."""
    return len(visit.node.after.petitions.waiting(actor=visit.actor))


def list_(visit: Visit) -> Response:
    """Show what this office has to answer, what others owe it, and what it keeps: a page of each."""
    return visit.page(
        "demands.html",
        ours=_some(visit, "ours", incoming=True, held=False),
        owed=_some(visit, "owed", incoming=False, held=None),
        held=_some(visit, "held", incoming=True, held=True),
        corrections=visit.node.after.corrections.waiting(actor=visit.actor),
        requests=requests(visit),
        way=way,
        words=words,
    )


@dataclass(frozen=True, kw_only=True)
class Some:
    """A page of a list, and the address of the next, if there is one."""

    rows: Sequence[Asked]
    more: str | None


def _some(visit: Visit, name: str, *, incoming: bool, held: bool | None) -> Some:
    after = paths.place(visit.asked.get(name, ""))
    found = visit.node.after.holders.waiting(
        actor=visit.actor, incoming=incoming, held=held, after=after, limit=AT_ONCE + 1
    )
    rows, more = found[:AT_ONCE], None
    if len(found) > AT_ONCE:
        due, envelope = rows[-1].demand.place
        more = f"/office/demands?{name}={due}-{envelope}"
    return Some(rows=rows, more=more)


def show(visit: Visit) -> Response:
    """Show a withdrawal: what it is about, and how it can be answered."""
    return _show(visit)


def _show(visit: Visit, *, status: int = 200) -> Response:
    asked = _withdrawal(visit)
    closed, said = False, ""
    try:
        said = visit.node.after.holders.why(asked.demand.envelope, actor=visit.actor)
    except ReadingReasonError:
        closed = True
    except NotFoundError:
        said = ""  # its words were erased
    return visit.page(
        "demand.html",
        status=status,
        asked=asked,
        may_erase=asked.matter.claim is Claim.NONE or _part(asked),
        may_answer=asked.demand.incoming and asked.demand.open,
        closed=closed,
        said_words=said,
        choices=_reasons(visit, asked.matter),
        later=later_words,
        words=words,
    )


def _part(asked: Asked) -> bool:
    """Tell whether it is about one thing that can be erased by itself."""
    return asked.shown is not None and not asked.shown.is_offer


def _reasons(visit: Visit, matter: Matter) -> list[tuple[str, str]]:
    """Give the reasons for keeping; that this office is responsible counts only while it is."""
    return [
        (each.value, visit.translate(text))
        for each, text in later_words.HOLDS.items()
        if each is not HoldReason.RESPONSIBLE or matter.claim is not Claim.NONE
    ]


def read(visit: Visit) -> Response:
    """Open the words of the person to an officer who has said why."""
    asked = _withdrawal(visit)
    gate = reasons.gate(visit, asked.matter.id)
    return gate if gate is not None else visit.go(f"/demands/{asked.demand.envelope}")


def ask_erase(visit: Visit) -> Response:
    """Say what is destroyed, and ask once more."""
    asked = _withdrawal(visit)
    return visit.page("demand_erase.html", asked=asked, words=words)


def erase(visit: Visit) -> Response:
    """Destroy it, and tell the other authority so."""
    asked = _withdrawal(visit)
    demand = asked.demand.envelope
    visit.form.carry_out(lambda: visit.node.after.holders.erase(demand, actor=visit.actor))
    if not visit.form.valid:
        return _show(visit, status=422)
    visit.node.worker.wake()
    return visit.go("/demands", said="answered-erased")


def keep(visit: Visit) -> Response:
    """Say which law keeps this office from erasing it, and until when."""
    asked = _withdrawal(visit)
    form, demand = visit.form, asked.demand.envelope
    known = [value for value, _ in _reasons(visit, asked.matter)]
    reason = form.choice("reason", known, missing="Choose why it must be kept.")
    text = form.text("text", missing="Name the law or the order, and say what it demands.")
    until = form.date("until", missing="Enter until when it is kept.")
    end = 0 if until is None else languages.end_of(until)
    if until is not None and end <= visit.now:
        form.fail("until", "The day must lie ahead.")
    if end - visit.now > LONGEST_HOLD:
        form.fail("until", "The day must lie within two years.")
    form.carry_out(
        lambda: visit.node.after.holders.hold(
            demand, reason=HoldReason(reason), text=text, until=end, actor=visit.actor
        )
    )
    if not form.valid:
        return _show(visit, status=422)
    visit.node.worker.wake()
    return visit.go("/demands", said="answered-kept")


def _withdrawal(visit: Visit) -> Asked:
    demand = paths.ident(Digest, visit.args["demand"])
    asked = visit.node.after.holders.asked(demand, actor=visit.actor)
    if asked.demand.act is not Act.CONSENT_WITHDRAWN:
        raise NotFoundError
    return asked


_AT = "/demands/{demand}"
PAGES = (
    Page(path="/demands", get=list_, right=Right.READ_CASE),
    Page(path=_AT, get=show, right=Right.READ_CASE),
    Page(path=f"{_AT}/words", get=read, right=Right.READ_CASE),
    Page(path=f"{_AT}/erase", get=ask_erase, post=erase, right=Right.DECIDE),
    Page(path=f"{_AT}/keep", post=keep, right=Right.DECIDE),
)
