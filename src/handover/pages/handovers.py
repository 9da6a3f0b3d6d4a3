"""One handover: where it stands, what happens next, every signed step, and what this officer can do now."""

from collections.abc import Callable, Mapping
from typing import Final

from starlette.responses import Response

from handover.application.facts import Actor, Handover
from handover.application.permissions import Right
from handover.domain.errors import HandoverError, OutOfOrderError
from handover.domain.handover import Course, DeclineReason, InDoubtError, Role, State
from handover.domain.ids import Digest, HandoverId
from handover.domain.record import Absent, schema
from handover.pages import confirming, content, followups, languages, paths, reasons, tasks, values, words
from handover.pages.visit import Page, Visit
from handover.protocol.statement import AssertedAct


def show(visit: Visit) -> Response:
    """Show the round; a referral has a page of its own."""
    id_ = paths.ident(HandoverId, visit.args["handover"])
    if visit.node.worklist.get(id_, actor=visit.actor).handover.course is Course.REFERRAL:
        return visit.go(f"/referrals/{id_}")
    return _shown(visit)


def _shown(visit: Visit, *, status: int = 200, **data: object) -> Response:
    id_ = paths.ident(HandoverId, visit.args["handover"])
    row = visit.node.worklist.look(id_, actor=visit.actor)
    handover = row.seen.handover
    if handover.course is Course.CONTACT:
        return visit.go(f"/contacts/{id_}")
    offered = None
    if handover.role is Role.RECEIVER:
        try:
            offered = visit.node.offereds.of(id_, actor=visit.actor)
        except HandoverError:
            offered = None  # a round that began with a deed or a void has no offer to look at
    lines = visit.node.handovers.timeline(id_, actor=visit.actor)
    if (
        not visit.form.valid
        and data.get("tried") in _FORMS
        and _FORMS[str(data["tried"])] not in row.seen.can
    ):
        visit.form.refuse(OutOfOrderError())  # its fields are not on the page any more
    return visit.page(
        "handover.html",
        status=status,
        row=row,
        lines=lines,
        tasks=tasks,
        proved=any(line.digest == handover.offer and line.receipted for line in lines),
        offered=offered,
        of=schema(handover.schema),
        words=words,
        today=languages.day_of(visit.now),
        plan=visit.node.after.follow_ups.plan(id_, actor=visit.actor),
        follow=followups.WORDS,
        doubt=InDoubtError,
        declines=[(reason.value, visit.translate(words.DECLINES[reason])) for reason in DeclineReason],
        **{"tried": "", **data},
    )


def leaves(visit: Visit) -> Response:
    """Show what leaves this office: every field, granted or withheld and why."""
    return _leaves(visit, "leaves.html")


def read(visit: Visit) -> Response:
    """Show what was offered to an officer who has said why; the sender is told that an officer has read it."""
    id_ = paths.ident(HandoverId, visit.args["handover"])
    row = visit.node.worklist.look(id_, actor=visit.actor)
    gate = reasons.gate(visit, row.matter.id)
    if gate is not None:
        return gate
    if row.seen.handover.opened_at is None:
        return visit.page("open.html", row=row)
    return _read(visit, id_)


def open_(visit: Visit) -> Response:
    """Confirm the receipt: a named officer reads the offer."""
    id_ = paths.ident(HandoverId, visit.args["handover"])
    gate = reasons.gate(visit, visit.node.worklist.look(id_, actor=visit.actor).matter.id)
    return gate if gate is not None else _read(visit, id_)


def _read(visit: Visit, id_: HandoverId) -> Response:
    offered = visit.node.handovers.open(id_, actor=visit.actor)
    visit.node.worker.wake()
    row = visit.node.worklist.look(id_, actor=visit.actor)
    of = schema(row.seen.handover.schema)
    return visit.page(
        "offered.html",
        row=row,
        matter=row.matter,
        sections=values.parts(
            of, {path: offered.get(path, Absent.UNKNOWN) for path in of.all_paths}, visit.language
        ),
        withheld=[path for path in of.all_paths if path not in offered],
        file_at=f"/office/handovers/{id_}/files",
    )


def file(visit: Visit) -> Response:
    """Give a file of an opened offer to be saved; the reading is logged."""
    id_ = paths.ident(HandoverId, visit.args["handover"])
    digest = paths.ident(Digest, visit.args["file"])
    gate = reasons.gate(visit, visit.node.worklist.look(id_, actor=visit.actor).matter.id)
    if gate is not None:
        return gate
    return content.download(*visit.node.attachments.read_offered(id_, digest, actor=visit.actor))


def texts(visit: Visit) -> Response:
    """Open what officers wrote to one another, in the timeline, to an officer who has said why."""
    id_ = paths.ident(HandoverId, visit.args["handover"])
    gate = reasons.gate(visit, visit.node.worklist.look(id_, actor=visit.actor).matter.id)
    return gate if gate is not None else visit.go(f"/handovers/{id_}")


def look(visit: Visit) -> Response:
    """Show what leaves this office, with the button that releases it."""
    return _leaves(visit, "release.html")


def release(visit: Visit) -> Response:
    """Release the offer, as an officer other than the one who prepared it."""
    id_ = paths.ident(HandoverId, visit.args["handover"])
    return _confirmed(
        visit,
        AssertedAct.OFFER,
        id_,
        lambda actor: visit.node.offers.release(id_, actor=actor),
        said="released",
    )


def look_again(visit: Visit) -> Response:
    """Show what the deed does, with the button that gives it."""
    return _leaves(visit, "countersign.html")


def countersign(visit: Visit) -> Response:
    """Give the deed, as an officer other than the one who released the offer."""
    id_ = paths.ident(HandoverId, visit.args["handover"])
    return _confirmed(
        visit,
        AssertedAct.DEED,
        id_,
        lambda actor: visit.node.offers.countersign(id_, actor=actor),
        said="countersigned",
    )


def _leaves(visit: Visit, template: str, *, status: int = 200) -> Response:
    id_ = paths.ident(HandoverId, visit.args["handover"])
    row = visit.node.worklist.look(id_, actor=visit.actor)
    if row.seen.handover.role is not Role.SENDER:
        raise OutOfOrderError
    selections = visit.node.offers.preview(id_, actor=visit.actor)
    return visit.page(
        template,
        status=status,
        row=row,
        selections=selections,
        of=schema(row.seen.handover.schema),
        words=words,
    )


def withdraw(visit: Visit) -> Response:
    """Take the offer back, or discard what was prepared."""
    id_ = paths.ident(HandoverId, visit.args["handover"])
    return _acted(visit, lambda: visit.node.offers.withdraw(id_, actor=visit.actor), said="withdrawn")


def accept(visit: Visit) -> Response:
    """Bind this office, naming the guardian and the plan for the arrival."""
    id_ = paths.ident(HandoverId, visit.args["handover"])
    form = visit.form
    responsible = {
        "name": form.text(
            "name", missing="Enter the name of the person who will be responsible.", longest=200
        ),
        "organisation": form.text("organisation", missing="Enter the organisation.", longest=200),
        "contact": form.text("contact", missing="Enter how the person can be reached.", longest=200),
    }
    plan, days = form.text("plan", missing="Enter the plan for the arrival."), followups.days(form)
    if not form.valid:
        return _shown(visit, status=422, tried="accept")
    return _confirmed(
        visit,
        AssertedAct.ACCEPTANCE,
        id_,
        lambda actor: visit.node.handovers.accept(
            id_, responsible=responsible, plan=plan, follow_ups=days, actor=actor
        ),
        said="accepted",
    )


def decline(visit: Visit) -> Response:
    """Say no, with a reason."""
    id_ = paths.ident(HandoverId, visit.args["handover"])
    form = visit.form
    code = form.choice("code", [each.value for each in DeclineReason], missing="Choose a reason.")
    text = form.text("reason", missing="Say in your own words why.")
    return _acted(
        visit,
        lambda: visit.node.handovers.decline(id_, code=code, text=text, actor=visit.actor),
        said="declined",
    )


def ask(visit: Visit) -> Response:
    """Ask the other side something."""
    id_ = paths.ident(HandoverId, visit.args["handover"])
    text = visit.form.text("question", missing="Enter your question.")
    return _acted(visit, lambda: visit.node.handovers.ask(id_, text=text, actor=visit.actor), said="asked")


def answer(visit: Visit) -> Response:
    """Answer the newest question of the other side."""
    id_ = paths.ident(HandoverId, visit.args["handover"])
    text = visit.form.text("answer", missing="Enter your answer.")
    return _acted(
        visit, lambda: visit.node.handovers.answer(id_, text=text, actor=visit.actor), said="answered"
    )


def arrival(visit: Visit) -> Response:
    """Confirm that the child has come."""
    return _arrived(visit, visit.node.handovers.arrival, "day", "note", said="arrived")


def non_arrival(visit: Visit) -> Response:
    """Report that the child has not come."""
    return _arrived(visit, visit.node.handovers.non_arrival, "missing-since", "known", said="not-arrived")


def _arrived(visit: Visit, act: Callable[..., object], day: str, note: str, *, said: str) -> Response:
    id_ = paths.ident(HandoverId, visit.args["handover"])
    date = visit.form.date(day, missing="Enter the day.")
    text = visit.form.text(note)
    written = date.isoformat() if date else ""
    return _acted(visit, lambda: act(id_, date=written, text=text, actor=visit.actor), said=said)


def _confirmed(
    visit: Visit, act: AssertedAct, id_: HandoverId, do: Callable[[Actor], object], *, said: str
) -> Response:
    """Carry out an act of weight: a passkey signs for it where the officer has one."""
    actor = confirming.actor(visit, act, id_)
    return actor if isinstance(actor, Response) else _acted(visit, lambda: do(actor), said=said)


def _acted(visit: Visit, act: Callable[[], object], *, said: str) -> Response:
    """Carry a step out and show the round; what is refused stands above the round as it is now."""
    done = visit.form.carry_out(act)
    if visit.form.valid:
        visit.node.worker.wake()
        void = isinstance(done, Handover) and done.state is State.VOIDING and said == "countersigned"
        return visit.go(f"/handovers/{visit.args['handover']}", said="void" if void else said)
    return _shown(visit, status=422, tried=visit.path.rpartition("/")[2])


_FORMS: Final[
    Mapping[str, str]
] = {  # steps with fields, and what has to be possible for them to be on the page
    "accept": "accept",
    "decline": "decline",
    "question": "question",
    "answer": "answer",
    "arrival": "arrival",
    "non-arrival": "arrival",
}
_AT = "/handovers/{handover}"
PAGES = (
    Page(path=_AT, get=show, right=Right.READ_CASE),
    Page(path=f"{_AT}/leaves", get=leaves, right=Right.READ_CASE),
    Page(path=f"{_AT}/open", get=read, post=open_, right=Right.DECIDE),
    Page(path=f"{_AT}/texts", get=texts, right=Right.READ_CASE),
    Page(path=f"{_AT}/files/{{file}}", get=file, right=Right.DECIDE),
    Page(path=f"{_AT}/release", get=look, post=release, right=Right.RELEASE),
    Page(path=f"{_AT}/countersign", get=look_again, post=countersign, right=Right.RELEASE),
    Page(path=f"{_AT}/withdraw", post=withdraw, right=Right.PREPARE),
    Page(path=f"{_AT}/accept", post=accept, right=Right.DECIDE),
    Page(path=f"{_AT}/decline", post=decline, right=Right.DECIDE),
    Page(path=f"{_AT}/question", post=ask, right=Right.DECIDE),
    Page(path=f"{_AT}/answer", post=answer, right=Right.DECIDE),
    Page(path=f"{_AT}/arrival", post=arrival, right=Right.DECIDE),
    Page(path=f"{_AT}/non-arrival", post=non_arrival, right=Right.DECIDE),
)
