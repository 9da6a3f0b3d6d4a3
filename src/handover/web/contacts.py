"""/api/v1: candidates of tracing that are decided on, and contacts between two offices."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic needs this one on Python 3.11

from handover.application.contacts import Contact, Given
from handover.application.facts import Handover
from handover.application.hits import Rejection
from handover.application.traced import KeptCandidate
from handover.domain.continuity import Verdict, VerdictReason
from handover.domain.handover import EndReason, Role, State
from handover.domain.ids import UUID7, HandoverId
from handover.domain.searching import CandidateState
from handover.web import shown
from handover.web.asked_contacts import ContactWords, EndContact, GiveVerdict, RejectCandidate
from handover.web.calls import ApiRoute, Called, answer, ident

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["tracing"])
_Candidate = Annotated[str, Path(description="The candidate's id at this node.", max_length=64)]
_Contact = Annotated[str, Path(description="The contact's id at this node.", max_length=64)]


class ContactShown(TypedDict):
    """A contact without anything that was said in it. `role` is `sender` at the node that holds the record."""

    id: str
    matter: str
    peer: str
    role: Role
    state: State
    round: str
    created_at: int
    question: str | None


class GivenShown(TypedDict):
    """A verdict; `why` is null once its words were erased."""

    verdict: Verdict
    why: VerdictReason | None
    at: int


class OpenedContactShown(TypedDict):
    """A contact as it stands: the band and how the other office is reached, both verdicts, what may be spoken about."""

    contact: ContactShown
    band: str
    reach: str
    own: GivenShown | None
    other: GivenShown | None
    agreed: bool
    covered: list[str]
    can: list[str]


class DecidedShown(TypedDict):
    """A candidate after it was decided on."""

    id: str
    state: CandidateState


def _shown(of: Handover) -> ContactShown:
    return {
        "id": of.id,
        "matter": of.matter,
        "peer": of.peer,
        "role": of.role,
        "state": of.state,
        "round": of.round,
        "created_at": of.created_at,
        "question": of.question,
    }


def _given(of: Given | None) -> GivenShown | None:
    return None if of is None else {"verdict": of.verdict, "why": of.why, "at": of.at}


def _opened(of: Contact) -> OpenedContactShown:
    return {
        "contact": _shown(of.handover),
        "band": of.band,
        "reach": of.reach,
        "own": _given(of.own),
        "other": _given(of.other),
        "agreed": of.agreed,
        "covered": list(of.covered),
        "can": list(of.can),
    }


def _decided(of: KeptCandidate) -> DecidedShown:
    return {"id": of.id, "state": of.state}


@router.post("/tracing/candidates/{candidate}/release", status_code=201, response_model=ContactShown)
def release_candidate(call: Called, candidate: _Candidate) -> Response:
    """Let the asking office know: a contact begins; it learns the band and how to reach this office."""
    id_ = ident(UUID7, candidate)
    return call.once(lambda: _shown(call.node.after.hits.release(id_, actor=call.actor)), status=201)


@router.post("/tracing/candidates/{candidate}/reject", response_model=DecidedShown)
def reject_candidate(call: Called, candidate: _Candidate, why: RejectCandidate) -> Response:
    """Say that it is somebody else, or must not be told: remembered, and never shown again."""
    id_, reason = ident(UUID7, candidate), Rejection(why.reason)
    return call.once(lambda: _decided(call.node.after.hits.reject(id_, reason, actor=call.actor)))


@router.get("/contacts", response_model=shown.Page[ContactShown])
def list_contacts(call: Called) -> Response:
    """List the contacts that go on, oldest first."""
    found = call.node.after.contacts.open(actor=call.actor)
    return answer({"data": [_shown(each) for each in found], "next_cursor": None})


@router.get("/contacts/{contact}", response_model=OpenedContactShown)
def read_contact(call: Called, contact: _Contact) -> Response:
    """Read where a contact stands. What was asked and answered is in the timeline of its round."""
    return answer(_opened(call.node.after.contacts.look(ident(HandoverId, contact), actor=call.actor)))


@router.post("/contacts/{contact}/question", response_model=ContactShown)
def ask_in_contact(call: Called, contact: _Contact, said: ContactWords) -> Response:
    """Ask the other side, under a ground that covers what the question tells of."""
    id_, desk = ident(HandoverId, contact), call.node.after.contacts
    return call.once(lambda: _shown(desk.ask(id_, text=said.text, fields=said.fields, actor=call.actor)))


@router.post("/contacts/{contact}/answer", response_model=ContactShown)
def answer_in_contact(call: Called, contact: _Contact, said: ContactWords) -> Response:
    """Answer the newest question; with no fields it tells of nothing."""
    id_, desk = ident(HandoverId, contact), call.node.after.contacts
    return call.once(lambda: _shown(desk.answer(id_, text=said.text, fields=said.fields, actor=call.actor)))


@router.post("/contacts/{contact}/verdict", response_model=ContactShown)
def judge_contact(call: Called, contact: _Contact, given: GiveVerdict) -> Response:
    """Give this office's verdict, with the best interests of its own person."""
    id_, desk = ident(HandoverId, contact), call.node.after.contacts
    verdict, why = Verdict(given.verdict), VerdictReason(given.why)
    return call.once(lambda: _shown(desk.judge(id_, verdict, why, text=given.text, actor=call.actor)))


@router.post("/contacts/{contact}/end", response_model=ContactShown)
def end_contact(call: Called, contact: _Contact, end: EndContact) -> Response:
    """End the contact; both sides keep the verdicts, and destroy what they were told."""
    id_, desk = ident(HandoverId, contact), call.node.after.contacts
    return call.once(lambda: _shown(desk.close(id_, EndReason(end.reason), text=end.text, actor=call.actor)))
