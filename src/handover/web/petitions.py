"""/api/v1: what persons ask of this node and of every other holder, and what each answers."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic needs this one on Python 3.11

from handover.application.petition import Came, KeptPetition, Told
from handover.application.petitions import Filing, Holder, Seen
from handover.domain.continuity import ComplaintOutcome, PetitionKind
from handover.domain.ids import UUID7, MatterId, NodeId
from handover.web import shown
from handover.web.asked_after import NewPetition, PetitionAnswer
from handover.web.calls import ApiRoute, Called, answer, ident
from handover.web.matters import Matter

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["requests of persons"])
_Petition = Annotated[
    str, Path(description="The request's identifier, the same at every node.", max_length=36)
]


class PetitionShown(TypedDict):
    """A request without its words. `confirmed_at`: since when it travels. Times are seconds since 1970."""

    id: str
    matter: str
    kind: PetitionKind
    came: Came
    about: str | None
    language: str
    filed_at: int
    due: int
    confirmed_at: int | None
    answered_at: int | None


class ToldShown(TypedDict):
    """One disclosure as its maker tells the person of it."""

    to: str
    at: int
    purpose: str
    basis: str
    fields: list[str]
    erased: bool


class HolderShown(TypedDict):
    """One holder; `due` is null where another node asked it, `answered_at` where it has not answered."""

    node: str
    due: int | None
    answered_at: int | None
    outcome: ComplaintOutcome | None
    text: str
    disclosures: list[ToldShown]


class PetitionRead(TypedDict):
    """A request with its words (null: erased) and each holder's answer."""

    request: PetitionShown
    text: str | None
    contact: str | None
    holders: list[HolderShown]


class CodeShown(TypedDict):
    """A case code: it is told this once."""

    code: str


def _petition(of: KeptPetition) -> PetitionShown:
    return {
        "id": of.id,
        "matter": of.matter,
        "kind": of.kind,
        "came": of.came,
        "about": of.about,
        "language": of.language,
        "filed_at": of.filed_at,
        "due": of.due,
        "confirmed_at": of.confirmed_at,
        "answered_at": of.answered_at,
    }


def _told(of: Told) -> ToldShown:
    return {
        "to": of.to,
        "at": of.at,
        "purpose": of.purpose,
        "basis": of.basis,
        "fields": list(of.fields),
        "erased": of.erased,
    }


def _holder(of: Holder) -> HolderShown:
    found = of.answer
    return {
        "node": of.node,
        "due": of.due,
        "answered_at": None if found is None else found.at,
        "outcome": None if found is None else found.outcome,
        "text": "" if found is None else found.text,
        "disclosures": [] if found is None else [_told(each) for each in found.told],
    }


def _read(of: Seen) -> PetitionRead:
    return {
        "request": _petition(of.petition),
        "text": None if of.words is None else of.words.text,
        "contact": None if of.words is None else of.words.contact,
        "holders": [_holder(each) for each in of.holders],
    }


@router.post("/matters/{matter}/case-code", response_model=CodeShown)
def renew_case_code(call: Called, matter: Matter) -> Response:
    """Give a new case code for the person's letter; the one before does not count any more."""
    id_ = ident(MatterId, matter)
    return call.once(lambda: {"code": call.node.after.petitions.new_code(id_, actor=call.actor)})


@router.get("/matters/{matter}/requests", response_model=shown.Page[PetitionShown])
def list_petitions(call: Called, matter: Matter) -> Response:
    """List what persons asked in a matter, oldest first, without their words."""
    found = call.node.after.petitions.of_matter(ident(MatterId, matter), actor=call.actor)
    return answer({"data": [_petition(each) for each in found], "next_cursor": None})


@router.post("/matters/{matter}/requests", response_model=PetitionShown)
def file_petition(call: Called, matter: Matter, new: NewPetition) -> Response:
    """Write down what a person asks; a complaint goes to every holder at once."""
    id_ = ident(MatterId, matter)
    filing = Filing(
        kind=new.kind,
        language=new.language,
        text=new.text,
        contact=new.contact,
        about=None if new.about is None else ident(NodeId, new.about),
    )
    return call.once(lambda: _petition(call.node.after.petitions.file(id_, filing, actor=call.actor)))


@router.get("/requests", response_model=shown.Page[PetitionShown])
def list_waiting_petitions(call: Called) -> Response:
    """List the requests that this node has to confirm or to answer, the most urgent first, at most 200."""
    found = call.node.after.petitions.waiting(actor=call.actor)
    return answer({"data": [_petition(each) for each in found], "next_cursor": None})


@router.get("/requests/{petition}", response_model=PetitionRead)
def read_petition(call: Called, petition: _Petition) -> Response:
    """Read a request with its words and each holder's answer."""
    return answer(_read(call.node.after.petitions.look(ident(UUID7, petition), actor=call.actor)))


@router.post("/requests/{petition}/confirm", response_model=PetitionShown)
def confirm_petition(call: Called, petition: _Petition) -> Response:
    """Confirm that whoever asks is the person, or acts for them: now it goes to every holder."""
    id_ = ident(UUID7, petition)
    return call.once(lambda: _petition(call.node.after.petitions.confirm(id_, actor=call.actor)))


@router.post("/requests/{petition}/turn-away", response_model=PetitionShown)
def turn_petition_away(call: Called, petition: _Petition) -> Response:
    """Close a request of somebody who is not the person and does not act for them; nothing is told."""
    id_ = ident(UUID7, petition)
    return call.once(lambda: _petition(call.node.after.petitions.turn_away(id_, actor=call.actor)))


@router.post("/requests/{petition}/answer", response_model=PetitionShown)
def answer_petition(call: Called, petition: _Petition, new: PetitionAnswer) -> Response:
    """Answer a complaint for this office; it reaches every node that passed it on."""
    id_, desk = ident(UUID7, petition), call.node.after.petitions
    return call.once(
        lambda: _petition(desk.answer(id_, outcome=new.outcome, text=new.text, actor=call.actor))
    )
