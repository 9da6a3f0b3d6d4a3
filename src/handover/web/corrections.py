"""/api/v1: corrections of a record, sent to those who hold an earlier version, and those that came."""

from typing import Annotated, cast

from fastapi import APIRouter, Path
from pydantic import JsonValue
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic needs this one on Python 3.11

from handover.application.corrected import KeptCorrection
from handover.application.recipients import Recipient
from handover.domain.ids import Digest, HandoverId, MatterId
from handover.domain.record import Value, to_wire
from handover.web import shown
from handover.web.asked_after import Correct, TakeCorrection
from handover.web.calls import ApiRoute, Called, answer, ident
from handover.web.matters import Matter
from handover.web.offers import Round

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["corrections"])
_Correction = Annotated[str, Path(description="The digest of the correction's envelope.", max_length=64)]


class RecipientShown(TypedDict):
    """Who holds an earlier version. `problem` names why it is told nothing; `changed` is what it would be told."""

    handover: str
    peer: str
    told_at: int
    fields: list[str]
    changed: list[str]
    problem: str | None


class CorrectionShown(TypedDict):
    """A correction that came; `version` is that of the own record that holds what was taken over."""

    envelope: str
    matter: str
    handover: str
    peer: str
    heard_at: int
    decided_at: int | None
    version: int | None


class SentShown(TypedDict):
    """The envelope of a correction that was sent."""

    envelope: str


class DifferenceShown(TypedDict):
    """One field: the value of the own record (null: nothing is known here), and that of the correction."""

    path: str
    old: JsonValue
    new: JsonValue


class ComparedShown(TypedDict):
    """A correction beside the own record; `same` counts the fields that are alike."""

    correction: CorrectionShown
    text: str
    differences: list[DifferenceShown]
    same: int


class TakenShown(TypedDict):
    """The version of the own record that holds what was taken over."""

    version: int


def _recipient(of: Recipient) -> RecipientShown:
    return {
        "handover": of.handover.id,
        "peer": of.handover.peer,
        "told_at": of.told_at,
        "fields": list(of.fields),
        "changed": list(of.changed),
        "problem": None if of.problem is None else of.problem.name,
    }


def _correction(of: KeptCorrection) -> CorrectionShown:
    return {
        "envelope": of.envelope,
        "matter": of.matter,
        "handover": of.handover,
        "peer": of.peer,
        "heard_at": of.heard_at,
        "decided_at": of.decided_at,
        "version": of.version,
    }


def _value(value: Value | None) -> JsonValue:
    return None if value is None else cast(JsonValue, to_wire(value))


@router.get("/matters/{matter}/recipients", response_model=shown.Page[RecipientShown])
def list_recipients(call: Called, matter: Matter) -> Response:
    """List who holds an earlier version of the record, and what of it has changed since."""
    found = call.node.after.corrections.recipients(ident(MatterId, matter), actor=call.actor)
    return answer({"data": [_recipient(each) for each in found], "next_cursor": None})


@router.post("/handovers/{handover}/correct", status_code=201, response_model=SentShown)
def send_correction(call: Called, handover: Round, new: Correct) -> Response:
    """Send the record as it is now to the other side of a round, as far as it was told and is covered still."""
    id_ = ident(HandoverId, handover)

    def send() -> SentShown:
        return {"envelope": call.node.after.corrections.send(id_, text=new.text, actor=call.actor)}

    return call.once(send, status=201)


@router.get("/matters/{matter}/corrections", response_model=shown.Page[CorrectionShown])
def list_corrections(call: Called, matter: Matter) -> Response:
    """List the corrections of a matter that came, oldest first; no value is shown."""
    found = call.node.after.corrections.of_matter(ident(MatterId, matter), actor=call.actor)
    return answer({"data": [_correction(each) for each in found], "next_cursor": None})


@router.get("/corrections/{correction}", response_model=ComparedShown)
def read_correction(call: Called, correction: _Correction) -> Response:
    """Read a correction beside the own record, field by field; the reading is entered in the log."""
    found = call.node.after.corrections.read(ident(Digest, correction), actor=call.actor)
    compared: ComparedShown = {
        "correction": _correction(found.kept),
        "text": found.text,
        "differences": [
            {"path": each.path, "old": _value(each.old), "new": _value(each.new)}
            for each in found.differences
        ],
        "same": found.same,
    }
    return answer(compared)


@router.post("/corrections/{correction}/take", response_model=TakenShown)
def take_correction(call: Called, correction: _Correction, wanted: TakeCorrection) -> Response:
    """Take fields of a correction over, as the next version of the own record."""
    id_ = ident(Digest, correction)

    def take() -> TakenShown:
        kept = call.node.after.corrections.take(id_, fields=wanted.fields, actor=call.actor)
        return {"version": kept.version}

    return call.once(take)


@router.post("/corrections/{correction}/dismiss", response_model=CorrectionShown)
def dismiss_correction(call: Called, correction: _Correction) -> Response:
    """Leave the own record as it is; the correction stays readable."""
    id_ = ident(Digest, correction)

    def dismiss() -> CorrectionShown:
        return _correction(call.node.after.corrections.dismiss(id_, actor=call.actor))

    return call.once(dismiss)
