"""Asking along a route: what is proposed, what was asked, how far each question has come, asking again."""

from typing import Final

from starlette.responses import Response

from handover.application.askings import Wanted
from handover.application.permissions import Right
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, MatterId, NodeId
from handover.domain.searching import ClosingReason, StopReason
from handover.pages import paths, tracing_words
from handover.pages.navigation import N_
from handover.pages.visit import Page, Visit


def ask(visit: Visit) -> Response:
    """Propose whom to ask for a person who is sought."""
    return _ask(visit)


def _ask(visit: Visit, *, status: int = 200) -> Response:
    id_ = paths.ident(MatterId, visit.args["matter"])
    desks, actor = visit.node.tracing, visit.actor
    standing = desks.permissions.standing(id_, actor=actor)
    person = _person(visit)
    route = desks.routes.propose(id_, person, actor=actor)
    proposed = [
        (stop.node, visit.name_of(stop.node) or stop.node, _why(visit, stop.reasons)) for stop in route.stops
    ]
    return visit.page(
        "tracing_ask.html",
        status=status,
        matter=visit.node.cases.matter(id_, actor=actor),
        standing=standing,
        person=person,
        persons=[(str(number), _called(visit, number)) for number in desks.askings.persons(id_, actor=actor)],
        proposed=proposed,
        others=[(node, visit.name_of(node) or node) for node in route.others],
    )


def _person(visit: Visit) -> int:
    """Give which of several sought persons is meant, as address or form names it."""
    text = visit.form.value("person") if visit.form.sent else visit.asked.get("person", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0


def _called(visit: Visit, number: int) -> str:
    """Persons who are sought have a number here, and no name."""
    return visit.translate(N_("Person %(number)s of this request")) % {"number": number + 1}


def _why(visit: Visit, found: tuple[StopReason, ...]) -> str:
    said = [visit.translate(tracing_words.ROUTE[each]) for each in found]
    return " · ".join(said)


def send(visit: Visit) -> Response:
    """Ask those that were chosen; or, with a second officer still to agree, everybody."""
    id_, form = paths.ident(MatterId, visit.args["matter"]), visit.form
    person = _person(visit)
    route = visit.node.tracing.routes.propose(id_, person, actor=visit.actor)
    known = [*(stop.node for stop in route.stops), *route.others]
    everybody = form.value("everybody") == "yes"
    chosen = form.choices("nodes", known, missing=None if everybody else "Choose at least one authority.")
    nodes = tuple(known) if everybody else tuple(NodeId(each) for each in chosen)
    made = form.carry_out(
        lambda: visit.node.tracing.askings.ask(
            id_, Wanted(person=person, nodes=nodes, broadcast=everybody), actor=visit.actor
        )
    )
    if made is None:
        return _ask(visit, status=422)
    visit.node.worker.wake()
    said = "tracing-proposed" if everybody else "tracing-asked"
    return visit.go(f"/matters/{id_}/tracing/askings/{made.id}", said=said)


def show(visit: Visit) -> Response:
    """Show whom this office has asked, and how far each question has come."""
    return _show(visit)


def _show(visit: Visit, *, status: int = 200) -> Response:
    id_, asking = _named(visit)
    desk, actor = visit.node.tracing.askings, visit.actor
    kept = desk.get(asking, actor=actor)
    return visit.page(
        "tracing_asking.html",
        status=status,
        matter=visit.node.cases.matter(id_, actor=actor),
        kept=kept,
        questions=desk.questions(asking, actor=actor),
        person=_called(visit, kept.person),
        own_=kept.asked_by == actor.officer,
        ends=[(each.value, visit.translate(tracing_words.CLOSINGS[each])) for each in tracing_words.ENDS],
        names={each.id: each.name for each in visit.node.officers.all()},
        traced=tracing_words,
    )


def _named(visit: Visit) -> tuple[MatterId, UUID7]:
    id_, asking = paths.ident(MatterId, visit.args["matter"]), paths.ident(UUID7, visit.args["asking"])
    known = visit.node.tracing.askings.of_matter(id_, actor=visit.actor)
    if asking not in {each.id for each in known}:
        raise NotFoundError
    return id_, asking


def agree(visit: Visit) -> Response:
    """Agree, as a second officer, that everybody is asked."""
    id_, asking = _named(visit)
    visit.form.carry_out(lambda: visit.node.tracing.askings.release(asking, actor=visit.actor))
    return _done(visit, id_, asking, "tracing-asked")


def close(visit: Visit) -> Response:
    """Take the questions back where they were asked."""
    id_, asking = _named(visit)
    reason = visit.form.choice("reason", tracing_words.ENDS, missing="Choose why the search ends.")
    visit.form.carry_out(
        lambda: visit.node.tracing.askings.close(asking, ClosingReason(reason), actor=visit.actor)
    )
    return _done(visit, id_, asking, "tracing-closed")


def _done(visit: Visit, id_: MatterId, asking: UUID7, said: str) -> Response:
    if not visit.form.valid:
        return _show(visit, status=422)
    visit.node.worker.wake()
    return visit.go(f"/matters/{id_}/tracing/askings/{asking}", said=said)


_AT: Final = "/matters/{matter}/tracing"
PAGES: Final = (
    Page(path=f"{_AT}/ask", get=ask, post=send, right=Right.DECIDE),
    Page(path=f"{_AT}/askings/{{asking}}", get=show, right=Right.READ_CASE),
    Page(path=f"{_AT}/askings/{{asking}}/agree", post=agree, right=Right.RELEASE),
    Page(path=f"{_AT}/askings/{{asking}}/close", post=close, right=Right.DECIDE),
)
