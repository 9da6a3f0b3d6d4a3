"""Preparing an offer: under which ground, to whom, which fields, until when. A second officer releases it."""

from collections.abc import Iterable

from starlette.responses import Response

from handover.application.facts import Handover, KeptGround, Matter
from handover.application.permissions import Right
from handover.domain.consent import PURPOSE_OF
from handover.domain.ids import UUID7, MatterId, NodeId
from handover.domain.record import SCHEMAS
from handover.pages import followups, languages, paths, words
from handover.pages.view import named_text
from handover.pages.visit import Page, Visit

DAYS = 14  # until the deadline, if no other is chosen


def choose(visit: Visit) -> Response:
    """Show the grounds that count now, or, once one is chosen, what can be offered under it."""
    return _page(visit, visit.asked.get("ground", ""))


def counting(visit: Visit, matter: Matter, grounds: Iterable[KeptGround]) -> list[KeptGround]:
    """Give the grounds under which the matter can be offered now."""
    return [
        each
        for each in grounds
        if each.ground.in_force(visit.now) and PURPOSE_OF[matter.kind] in each.ground.purposes
    ]


def _verified(visit: Visit, contact: Handover | None) -> bool:
    return contact is not None and visit.node.after.contacts.look(contact.id, actor=visit.actor).agreed


def _page(visit: Visit, chosen: str, *, status: int = 200) -> Response:
    id_ = paths.ident(MatterId, visit.args["matter"])
    matter = visit.node.cases.matter(id_, actor=visit.actor)
    grounds = counting(visit, matter, visit.node.consents.of_matter(id_, actor=visit.actor))
    why, other = followups.wanted(visit) or ("", None)
    back = other if why == followups.BACK else None
    meeting = other if why == followups.REUNITE and _verified(visit, other) else None
    if back is not None and not chosen:
        grounds = [each for each in grounds if covers(each, back)][-1:]
    if meeting is not None and not chosen:
        grounds = [each for each in grounds if meeting.peer in each.ground.recipients][-1:]
    kept = next((each for each in grounds if each.id == chosen), grounds[0] if len(grounds) == 1 else None)
    return visit.page(
        "offer.html",
        status=status,
        matter=matter,
        grounds=grounds,
        kept=kept,
        of=SCHEMAS[kept.ground.schema] if kept else None,
        recipients=[(each, named_text(visit.name_of(each), each)) for each in kept.ground.recipients]
        if kept
        else [],
        fields=visit.form.values("fields") if visit.form.sent else _fields(kept, back),
        returning=back,
        meeting=meeting,
        deadline=languages.day_of(visit.now + DAYS * 86400),
        words=words,
    )


def covers(kept: KeptGround, back: Handover) -> bool:
    """Tell whether a ground lets what came in a round be handed back."""
    return back.peer in kept.ground.recipients and set(back.fields) <= set(kept.ground.fields)


def _fields(kept: KeptGround | None, back: Handover | None) -> tuple[str, ...]:
    if kept is None or back is None:
        return kept.ground.fields if kept else ()
    return tuple(each for each in kept.ground.fields if each in back.fields)


def prepare(visit: Visit) -> Response:
    """Prepare the offer; nothing leaves this office by it."""
    form, id_ = visit.form, paths.ident(MatterId, visit.args["matter"])
    ground = form.value("ground")
    to = form.text("to", missing="Choose the authority.")
    fields = form.choices("fields", form.values("fields"), missing="Choose at least one field.")
    day = form.date("deadline", missing="Enter the deadline.")
    made = form.carry_out(
        lambda: visit.node.offers.prepare(
            id_,
            to=NodeId(to),
            fields=fields,
            ground=UUID7(ground),
            deadline=languages.end_of(day) if day else None,
            actor=visit.actor,
        )
    )
    return (
        _page(visit, ground, status=422)
        if made is None
        else visit.go(f"/handovers/{made.id}", said="prepared")
    )


PAGES = (Page(path="/matters/{matter}/offer", get=choose, post=prepare, right=Right.PREPARE),)
