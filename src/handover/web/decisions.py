"""/api/v1: the register of decisions for a child, and what authorities ask and tell of it."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic needs this one on Python 3.11

from handover.application.decided import Decided, KeptDecision
from handover.domain.continuity import DecisionKind
from handover.domain.ids import UUID7, Digest, HandoverId, MatterId
from handover.web import shown
from handover.web.asked_after import AnswerDecisions, AskDecisions, NewDecision, TellDecisions
from handover.web.calls import ApiRoute, Called, answer, ident
from handover.web.demands import DemandShown, demand_shown
from handover.web.matters import Matter
from handover.web.offers import Round

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["decisions"])
_Decision = Annotated[str, Path(description="The id of a line of the register.", max_length=64)]
_Question = Annotated[str, Path(description="The digest of the question's envelope.", max_length=64)]


class LineShown(TypedDict):
    """A line of the register without what was decided. `peer` and `envelope` are null where it is this office's own."""

    id: str
    matter: str
    kind: DecisionKind
    recorded_at: int
    recorded_by: str | None
    peer: str | None
    envelope: str | None
    erased: bool


class DecisionShown(TypedDict):
    """What was decided, or is recommended."""

    id: str
    kind: DecisionKind
    date: str
    authority: str
    reference: str
    outcome: str
    reasons: str


class OpenedQuestionShown(TypedDict):
    """A question with its answer's words; `found` are own decisions of these kinds, `covered` those to be told now."""

    demand: DemandShown
    kinds: list[DecisionKind]
    text: str
    found: list[LineShown]
    covered: list[str]
    answer: str | None


class ToldShown(TypedDict):
    """The envelope that tells of decisions."""

    envelope: str


def _line(of: KeptDecision) -> LineShown:
    return {
        "id": of.id,
        "matter": of.matter,
        "kind": of.kind,
        "recorded_at": of.at,
        "recorded_by": of.recorded_by,
        "peer": of.peer,
        "envelope": of.envelope,
        "erased": of.erased,
    }


@router.get("/matters/{matter}/decisions", response_model=shown.Page[LineShown])
def list_decisions(call: Called, matter: Matter) -> Response:
    """List the register of decisions of a matter, oldest first, without what was decided."""
    found = call.node.after.decisions.of_matter(ident(MatterId, matter), actor=call.actor)
    return answer({"data": [_line(each) for each in found], "next_cursor": None})


@router.post("/matters/{matter}/decisions", status_code=201, response_model=LineShown)
def record_decision(call: Called, matter: Matter, new: NewDecision) -> Response:
    """Record a decision or a recommendation, while this node is responsible."""
    id_, decided = ident(MatterId, matter), Decided(**new.model_dump())
    return call.once(
        lambda: _line(call.node.after.decisions.record(id_, decided, actor=call.actor)), status=201
    )


@router.get("/decisions/{decision}", response_model=DecisionShown)
def read_decision(call: Called, decision: _Decision) -> Response:
    """Read what was decided; the reading is entered in the log."""
    kept = call.node.after.decisions.read(ident(UUID7, decision), actor=call.actor)
    return answer({"id": kept.id, **(kept.decided.body if kept.decided else {})})


@router.post("/handovers/{handover}/decisions", status_code=201, response_model=ToldShown)
def tell_decisions(call: Called, handover: Round, told: TellDecisions) -> Response:
    """Tell the other side of own decisions, unasked, under a ground of this office that covers them."""
    id_, named = ident(HandoverId, handover), [UUID7(each) for each in told.decisions]

    def tell() -> ToldShown:
        said = call.node.after.decisions.tell(id_, named, text=told.text, actor=call.actor)
        return {"envelope": said}

    return call.once(tell, status=201)


@router.post("/handovers/{handover}/decisions-wanted", status_code=201, response_model=DemandShown)
def ask_decisions(call: Called, handover: Round, wanted: AskDecisions) -> Response:
    """Ask the other side what was decided there; without kinds, everything."""
    id_ = ident(HandoverId, handover)

    def ask() -> DemandShown:
        said = call.node.after.decisions.ask(id_, wanted.kinds, text=wanted.text, actor=call.actor)
        return demand_shown(said)

    return call.once(ask, status=201)


@router.get("/matters/{matter}/decisions-wanted", response_model=shown.Page[DemandShown])
def list_questions(call: Called, matter: Matter) -> Response:
    """List what was asked about decisions in a matter, by either side, oldest first, without the words."""
    found = call.node.after.decisions.questions(ident(MatterId, matter), actor=call.actor)
    return answer({"data": [demand_shown(each) for each in found], "next_cursor": None})


@router.get("/decisions-wanted/{question}", response_model=OpenedQuestionShown)
def read_question(call: Called, question: _Question) -> Response:
    """Read a question about decisions, and what there is to be told."""
    found = call.node.after.decisions.question(ident(Digest, question), actor=call.actor)
    opened: OpenedQuestionShown = {
        "demand": demand_shown(found.demand),
        "kinds": list(found.kinds),
        "text": found.text,
        "found": [_line(each) for each in found.found],
        "covered": sorted(found.covered),
        "answer": found.answer,
    }
    return answer(opened)


@router.post("/decisions-wanted/{question}/answer", response_model=DemandShown)
def answer_decisions(call: Called, question: _Question, said: AnswerDecisions) -> Response:
    """Tell what is named of own decisions or, with nothing named, why nothing is told."""
    id_, named = ident(Digest, question), [UUID7(each) for each in said.decisions]
    return call.once(
        lambda: demand_shown(call.node.after.decisions.answer(id_, named, text=said.text, actor=call.actor))
    )
