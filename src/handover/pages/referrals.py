"""Referrals in the pages: asking another authority for something, and answering what this office is asked for."""

from collections.abc import Callable, Sequence

from starlette.responses import Response

from handover.application.facts import KeptGround
from handover.application.permissions import Right
from handover.application.referrals import FINISHES
from handover.application.referred import Referred
from handover.application.referring import Wanted
from handover.domain.continuity import ReferralTask
from handover.domain.courses import EndReason
from handover.domain.ids import UUID7, HandoverId, MatterId, NodeId
from handover.domain.record import SCHEMAS, Absent, schema
from handover.pages import apart_words, confirming, languages, offers, paths, reasons, tasks, values, words
from handover.pages.view import named_text
from handover.pages.visit import Page, Visit
from handover.protocol.statement import AssertedAct

DAYS = 30  # until the end, if no other is chosen


def choose(visit: Visit) -> Response:
    """Show the grounds that count now, or, once one is chosen, what can be referred under it."""
    return _form(visit, visit.asked.get("ground", ""))


def _form(visit: Visit, chosen: str, *, status: int = 200) -> Response:
    id_ = paths.ident(MatterId, visit.args["matter"])
    matter = visit.node.cases.matter(id_, actor=visit.actor)
    grounds = offers.counting(visit, matter, visit.node.consents.of_matter(id_, actor=visit.actor))
    kept = next((each for each in grounds if each.id == chosen), grounds[0] if len(grounds) == 1 else None)
    return visit.page(
        "refer.html",
        status=status,
        matter=matter,
        grounds=grounds,
        kept=kept,
        of=SCHEMAS[kept.ground.schema] if kept else None,
        recipients=[(each, named_text(visit.name_of(each), each)) for each in kept.ground.recipients]
        if kept
        else [],
        tasks=[(task.value, visit.translate(apart_words.TASKS[task])) for task in ReferralTask],
        fields=visit.form.values("fields"),
        deadline=languages.day_of(visit.now + DAYS * 86400),
        words=words,
    )


def prepare(visit: Visit) -> Response:
    """Prepare a referral; nothing leaves this office by it."""
    form, id_ = visit.form, paths.ident(MatterId, visit.args["matter"])
    ground = form.value("ground")
    to = form.text("to", missing="Choose the authority.")
    task = form.choice("task", list(ReferralTask), missing="Choose what it is about.")
    text = form.text("wanted", missing="Say what you ask for.")
    fields = form.choices("fields", form.values("fields"), missing="Choose at least one field.")
    day = form.date("deadline", missing="Enter the day.")
    made = form.carry_out(
        lambda: visit.node.after.referring.prepare(
            id_,
            Wanted(
                to=NodeId(to),
                task=ReferralTask(task),
                text=text,
                fields=fields,
                ground=UUID7(ground),
                deadline=languages.end_of(day) if day else None,
            ),
            actor=visit.actor,
        )
    )
    if made is None:
        return _form(visit, ground, status=422)
    return visit.go(f"/referrals/{made.id}", said="referral-prepared")


def show(visit: Visit) -> Response:
    """Show where a referral stands, what was said in it, and what can be done now."""
    return _shown(visit)


def _shown(visit: Visit, *, status: int = 200, **data: object) -> Response:
    id_ = paths.ident(HandoverId, visit.args["referral"])
    found = visit.node.after.referrals.get(id_, actor=visit.actor)
    return visit.page(
        "referral.html",
        status=status,
        found=found,
        of=schema(found.handover.schema),
        lines=visit.node.handovers.timeline(id_, actor=visit.actor),
        tellable=_tellable(visit, found),
        finishes=[(each.value, visit.translate(apart_words.FINISHES[each])) for each in FINISHES],
        later=languages.day_of(visit.now + DAYS * 86400),
        second=found.handover.prepared_by != visit.actor.officer and visit.may("release"),
        mark=tasks.mark(found.handover.round),
        words=words,
        **{"tried": "", "task": None, **data},
    )


def _tellable(visit: Visit, found: Referred) -> Sequence[tuple[str, str]]:
    """Give the fields of which this office may tell the other now, under some ground of its own."""
    round_ = found.handover

    def covers(kept: KeptGround) -> bool:
        ground = kept.ground
        return (
            ground.in_force(visit.now)
            and round_.peer in ground.recipients
            and round_.purpose in ground.purposes
            and ground.schema == round_.schema
        )

    grounds = visit.node.consents.of_matter(round_.matter, actor=visit.actor)
    paths_ = {path for kept in grounds if covers(kept) for path in kept.ground.fields}
    of = schema(round_.schema)
    return [(path, visit.label(f"{of.name}/{path}")) for path in of.in_order(paths_)]


def task(visit: Visit) -> Response:
    """Show for what the matter was referred, to an officer who has said why."""
    id_ = paths.ident(HandoverId, visit.args["referral"])
    found = visit.node.after.referrals.get(id_, actor=visit.actor)
    gate = reasons.gate(visit, found.matter.id)
    if gate is not None:
        return gate
    return _shown(visit, task=visit.node.after.referrals.asks(id_, actor=visit.actor))


def read(visit: Visit) -> Response:
    """Show what was referred to an officer who has said why; the sender is told that an officer has read it."""
    id_ = paths.ident(HandoverId, visit.args["referral"])
    found = visit.node.after.referrals.get(id_, actor=visit.actor)
    gate = reasons.gate(visit, found.matter.id)
    if gate is not None:
        return gate
    shown = visit.node.after.referrals.open(id_, actor=visit.actor)
    visit.node.worker.wake()
    of = schema(found.handover.schema)
    every = {path: shown.get(path, Absent.UNKNOWN) for path in of.all_paths}
    return visit.page(
        "referred.html",
        found=found,
        matter=found.matter,
        sections=values.parts(of, every, visit.language),
        withheld=[path for path in of.all_paths if path not in shown],
        file_at=f"/office/handovers/{id_}/files",
    )


def release(visit: Visit) -> Response:
    """Release a referral, as a second officer; a passkey signs for it where the officer has one."""
    id_ = paths.ident(HandoverId, visit.args["referral"])
    actor = confirming.actor(visit, AssertedAct.REFERRAL, id_)
    if isinstance(actor, Response):
        return actor
    return _acted(
        visit, lambda id_: visit.node.after.referring.release(id_, actor=actor), said="referral-released"
    )


def end(visit: Visit) -> Response:
    """End a referral early, or discard what was prepared."""
    text = visit.form.text("why", missing="Say in your own words why.")
    return _acted(
        visit,
        lambda id_: visit.node.after.referring.end(id_, text=text, actor=visit.actor),
        said="referral-ended",
    )


def again(visit: Visit) -> Response:
    """Prepare a referral like this one, for a further time."""
    id_ = paths.ident(HandoverId, visit.args["referral"])
    day = visit.form.date("until", missing="Enter the day.")
    made = visit.form.carry_out(
        lambda: visit.node.after.referring.again(
            id_, deadline=languages.end_of(day) if day else None, actor=visit.actor
        )
    )
    if made is None:
        return _shown(visit, status=422, tried="again")
    return visit.go(f"/referrals/{made.id}", said="referral-prepared")


def finish(visit: Visit) -> Response:
    """Say that it is done, or that this office does not take it on."""
    form = visit.form
    reason = form.choice("reason", [each.value for each in FINISHES], missing="Choose one.")
    text = form.text("result", missing="Say in your own words what came of it.")
    return _acted(
        visit,
        lambda id_: visit.node.after.referrals.finish(
            id_, reason=EndReason(reason), text=text, actor=visit.actor
        ),
        said="referral-finished",
    )


def ask(visit: Visit) -> Response:
    """Ask the other side something."""
    text = visit.form.text("question", missing="Enter your question.")
    fields = visit.form.values("question-fields")
    return _acted(
        visit,
        lambda id_: visit.node.after.referrals.ask(id_, text=text, fields=fields, actor=visit.actor),
        said="asked",
    )


def answer(visit: Visit) -> Response:
    """Answer the newest question or, at the receiver, the referral itself."""
    text = visit.form.text("answer", missing="Enter your answer.")
    fields = visit.form.values("answer-fields")
    return _acted(
        visit,
        lambda id_: visit.node.after.referrals.answer(id_, text=text, fields=fields, actor=visit.actor),
        said="answered",
    )


def _acted(visit: Visit, act: Callable[[HandoverId], object], *, said: str) -> Response:
    id_ = paths.ident(HandoverId, visit.args["referral"])
    visit.form.carry_out(lambda: act(id_))
    if visit.form.valid:
        visit.node.worker.wake()
        return visit.go(f"/referrals/{id_}", said=said)
    return _shown(visit, status=422, tried=visit.path.rpartition("/")[2])


_AT = "/referrals/{referral}"
PAGES = (
    Page(path="/matters/{matter}/refer", get=choose, post=prepare, right=Right.PREPARE),
    Page(path=_AT, get=show, right=Right.READ_CASE),
    Page(path=f"{_AT}/task", get=task, right=Right.READ_CASE),
    Page(path=f"{_AT}/texts", get=task, right=Right.READ_CASE),
    Page(path=f"{_AT}/read", get=read, right=Right.DECIDE),
    Page(path=f"{_AT}/release", post=release, right=Right.RELEASE),
    Page(path=f"{_AT}/end", post=end, right=Right.PREPARE),
    Page(path=f"{_AT}/again", post=again, right=Right.PREPARE),
    Page(path=f"{_AT}/finish", post=finish, right=Right.DECIDE),
    Page(path=f"{_AT}/question", post=ask, right=Right.DECIDE),
    Page(path=f"{_AT}/answer", post=answer, right=Right.DECIDE),
)
