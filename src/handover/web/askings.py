"""/api/v1: asking other nodes for a person, and what peers' questions may be about."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic needs this one on Python 3.11

from handover.application.askings import Wanted
from handover.application.traced import KeptAsking, KeptCandidate, KeptQuestion
from handover.domain.ids import UUID7, MatterId, NodeId
from handover.domain.searching import AskingState, CandidateState, ClosingReason, QuestionState, StopReason
from handover.web import asked, asked_tracing, shown
from handover.web.calls import ApiRoute, Called, answer, ident
from handover.web.matters import Matter

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["tracing"])
_Asking = Annotated[str, Path(description="The asking's id.", max_length=64)]
_Candidate = Annotated[str, Path(description="The candidate's id.", max_length=64)]
_List = Annotated[Literal["upper", "weekly"], Query(alias="list", description="Which of both lists.")]


class StopShown(TypedDict):
    """A node on the proposed route, and what points to it."""

    node: str
    reasons: list[StopReason]


class RouteShown(TypedDict):
    """The proposed route, those with most reasons first, and all others that could be asked."""

    stops: list[StopShown]
    others: list[str]


class AskingShown(TypedDict):
    """A search for one person of a record. Times are seconds since 1970."""

    id: str
    matter: str
    person: int
    state: AskingState
    broadcast: bool
    asked_by: str
    second_officer: str | None
    at: int
    until: int
    closed_at: int | None
    reason: ClosingReason | None


class QuestionShown(TypedDict):
    """The question of one holder; `problem` is the name of what keeps it, if anything does."""

    holder: str
    state: QuestionState
    at: int
    due: int | None
    epoch: int | None
    digest: str | None
    received_at: int | None
    problem: str | None


class CandidateShown(TypedDict):
    """A possible match of a peer's question with a record of this office."""

    id: str
    matter: str
    person: int
    asker: str
    question: str
    band: str
    relative: bool
    state: CandidateState
    asked_at: int
    at: int
    handover: str | None
    decided_by: str | None
    decided_at: int | None


class ReasonsShown(TypedDict):
    """Which fields of the own record have met something in the question. Nothing of the other person."""

    id: str
    fields: list[str]


class TracingShown(TypedDict):
    """How tracing stands at this node: numbers alone."""

    epochs: list[int]
    entries: int
    addresses: int
    waiting: dict[str, int]
    heard: dict[str, int]
    sums: dict[str, int]


def _asking(of: KeptAsking) -> AskingShown:
    return {
        "id": of.id,
        "matter": of.matter,
        "person": of.person,
        "state": of.state,
        "broadcast": of.broadcast,
        "asked_by": of.asked_by,
        "second_officer": of.second_officer,
        "at": of.at,
        "until": of.until,
        "closed_at": of.closed_at,
        "reason": of.reason,
    }


def _question(of: KeptQuestion) -> QuestionShown:
    return {
        "holder": of.holder,
        "state": of.state,
        "at": of.at,
        "due": of.due,
        "epoch": of.epoch,
        "digest": of.digest,
        "received_at": of.received_at,
        "problem": of.problem,
    }


def _candidate(of: KeptCandidate) -> CandidateShown:
    return {
        "id": of.id,
        "matter": of.matter,
        "person": of.person,
        "asker": of.asker,
        "question": of.question,
        "band": of.band,
        "relative": of.relative,
        "state": of.state,
        "asked_at": of.asked_at,
        "at": of.at,
        "handover": of.handover,
        "decided_by": of.decided_by,
        "decided_at": of.decided_at,
    }


@router.get("/matters/{matter}/tracing/route", response_model=RouteShown)
def propose_route(call: Called, matter: Matter, person: asked_tracing.PersonNumber = 0) -> Response:
    """Propose whom to ask for a person: from the places and nationalities of the record, and earlier handovers."""
    found = call.node.tracing.routes.propose(ident(MatterId, matter), person, actor=call.actor)
    stops = [{"node": stop.node, "reasons": list(stop.reasons)} for stop in found.stops]
    return answer({"stops": stops, "others": list(found.others)})


@router.post("/matters/{matter}/tracing/askings", status_code=201, response_model=AskingShown)
def ask(call: Called, matter: Matter, new: asked_tracing.Ask) -> Response:
    """Ask nodes for a person of a record; what was asked for the person before is taken back."""
    id_, desk = ident(MatterId, matter), call.node.tracing.askings
    nodes = tuple(NodeId(name) for name in new.nodes)
    wanted = Wanted(person=new.person, nodes=nodes, broadcast=new.broadcast)
    return call.once(lambda: _asking(desk.ask(id_, wanted, actor=call.actor)), status=201)


@router.get("/matters/{matter}/tracing/askings", response_model=shown.Page[AskingShown])
def list_askings(call: Called, matter: Matter) -> Response:
    """List the searches of a matter, oldest first."""
    found = call.node.tracing.askings.of_matter(ident(MatterId, matter), actor=call.actor)
    return answer({"data": [_asking(each) for each in found], "next_cursor": None})


@router.get("/tracing/askings", response_model=shown.Page[AskingShown])
def page_askings(call: Called, limit: asked.Limit = 50, cursor: asked.Cursor | None = None) -> Response:
    """List all searches, oldest first."""
    found = call.node.tracing.askings.page(after=cursor or "", limit=limit + 1, actor=call.actor)
    following = found[limit - 1].id if len(found) > limit else None
    return answer({"data": [_asking(each) for each in found[:limit]], "next_cursor": following})


@router.get("/tracing/askings/{asking}/questions", response_model=shown.Page[QuestionShown])
def list_questions(call: Called, asking: _Asking) -> Response:
    """List the questions of a search, by holder: where each stands, and what keeps it."""
    found = call.node.tracing.askings.questions(ident(UUID7, asking), actor=call.actor)
    return answer({"data": [_question(each) for each in found], "next_cursor": None})


@router.post("/tracing/askings/{asking}/release", response_model=AskingShown)
def release_asking(call: Called, asking: _Asking) -> Response:
    """Let a question to all nodes go out, as the second officer."""
    id_, desk = ident(UUID7, asking), call.node.tracing.askings
    return call.once(lambda: _asking(desk.release(id_, actor=call.actor)))


@router.post("/tracing/askings/{asking}/close", response_model=AskingShown)
def close_asking(call: Called, asking: _Asking, new: asked_tracing.CloseAsking) -> Response:
    """End a search: every holder destroys the question and says so."""
    id_, desk = ident(UUID7, asking), call.node.tracing.askings
    return call.once(lambda: _asking(desk.close(id_, ClosingReason(new.reason), actor=call.actor)))


@router.get("/tracing/candidates", response_model=shown.Page[CandidateShown])
def list_candidates(call: Called, which: _List = "upper") -> Response:
    """List candidates that wait for an officer, newest first, at most 100: of the upper bands, or the weekly list."""
    desk = call.node.tracing.candidates
    found = desk.weekly(actor=call.actor) if which == "weekly" else desk.waiting(actor=call.actor)
    return answer({"data": [_candidate(each) for each in found], "next_cursor": None})


@router.get("/matters/{matter}/tracing/candidates", response_model=shown.Page[CandidateShown])
def list_candidates_of(call: Called, matter: Matter) -> Response:
    """List the candidates of a matter, newest first."""
    found = call.node.tracing.candidates.of_matter(ident(MatterId, matter), actor=call.actor)
    return answer({"data": [_candidate(each) for each in found], "next_cursor": None})


@router.get("/tracing/candidates/{candidate}/reasons", response_model=ReasonsShown)
def read_reasons(call: Called, candidate: _Candidate) -> Response:
    """Read which fields of the own record have met something; the reading is entered in the log."""
    id_ = ident(UUID7, candidate)
    found = call.node.tracing.candidates.open(id_, actor=call.actor)
    return answer({"id": id_, "fields": list(found)})


@router.get("/tracing", response_model=TracingShown)
def show_status(call: Called) -> Response:
    """Show how tracing stands at this node: epochs, the index's size, what waits, what was asked this year."""
    found = call.node.tracing.sums.status(actor=call.actor)
    return answer({**vars(found), "epochs": list(found.epochs)})
