"""/api/v1: who was shown what, what authorities demand of one another about it, and what becomes of a withdrawal."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic needs this one on Python 3.11

from handover.application.continuity import KeptDemand, KeptDisclosure
from handover.domain.consent import Basis, Purpose
from handover.domain.handover import Act
from handover.domain.ids import Digest, MatterId
from handover.web import asked, shown
from handover.web.asked_after import Hold, Withdrawal
from handover.web.calls import ApiRoute, Called, answer, from_cursor, ident
from handover.web.matters import Matter

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["disclosures"])
_Shown = Annotated[str, Path(description="The digest of the envelope that disclosed.", max_length=64)]
_Demand = Annotated[str, Path(description="The digest of the envelope that demands.", max_length=64)]


class DisclosureShown(TypedDict):
    """One envelope that showed something, to a peer or to this node (`incoming`). Times are seconds since 1970."""

    envelope: str
    matter: str
    handover: str
    peer: str
    incoming: bool
    act: Act
    ground: str | None
    basis: Basis
    purpose: Purpose
    schema: str
    fields: list[str]
    at: int
    withdrawn_at: int | None
    erased_at: int | None


class DemandShown(TypedDict):
    """A demand of a peer (`incoming`) or of this node: a withdrawal, a request, a question for decisions.

    `envelope` is its name in every path; `about` is the envelope that it names. `open`: an answer is still wanted.
    """

    envelope: str
    matter: str
    handover: str
    peer: str
    incoming: bool
    act: Act
    about: str
    asked_at: int
    due: int
    open: bool
    answered: Act | None
    answered_at: int | None


def _disclosure(of: KeptDisclosure) -> DisclosureShown:
    return {
        "envelope": of.envelope,
        "matter": of.matter,
        "handover": of.handover,
        "peer": of.peer,
        "incoming": of.incoming,
        "act": of.act,
        "ground": of.ground,
        "basis": of.basis,
        "purpose": of.purpose,
        "schema": of.schema,
        "fields": list(of.fields),
        "at": of.at,
        "withdrawn_at": of.withdrawn_at,
        "erased_at": of.erased_at,
    }


def demand_shown(of: KeptDemand) -> DemandShown:
    """Give a demand as every path shows it."""
    return {
        "envelope": of.envelope,
        "matter": of.matter,
        "handover": of.handover,
        "peer": of.peer,
        "incoming": of.incoming,
        "act": of.act,
        "about": of.about,
        "asked_at": of.asked_at,
        "due": of.due,
        "open": of.open,
        "answered": of.answered,
        "answered_at": of.answered_at,
    }


@router.get("/matters/{matter}/disclosures", response_model=shown.Page[DisclosureShown])
def list_disclosures(call: Called, matter: Matter) -> Response:
    """List everything of a matter that was shown to a peer or to this node, oldest first; no value."""
    found = call.node.after.holders.shown(ident(MatterId, matter), actor=call.actor)
    return answer({"data": [_disclosure(each) for each in found], "next_cursor": None})


@router.post("/disclosures/{envelope}/withdraw", response_model=DisclosureShown)
def withdraw_disclosure(call: Called, envelope: _Shown, new: Withdrawal) -> Response:
    """Record that the person withdraws the consent behind something shown; every holder is told."""
    id_ = ident(Digest, envelope)
    holders = call.node.after.holders
    return call.once(
        lambda: _disclosure(holders.withdraw(id_, scope=new.scope, text=new.text, actor=call.actor))
    )


@router.get("/matters/{matter}/demands", response_model=shown.Page[DemandShown])
def list_demands(call: Called, matter: Matter) -> Response:
    """List what was demanded in a matter, by either side, oldest first."""
    found = call.node.after.holders.demands(ident(MatterId, matter), actor=call.actor)
    return answer({"data": [demand_shown(each.demand) for each in found], "next_cursor": None})


@router.get("/demands", response_model=shown.Page[DemandShown])
def list_waiting_demands(call: Called, paging: Annotated[asked.Paging, Query()]) -> Response:
    """List what this node still has to answer, the most urgent first, what the law keeps for now included."""
    due, _, envelope = from_cursor(paging.cursor).partition(" ")
    after = (int(due) if due.isdigit() else 0, envelope)
    found = call.node.after.holders.waiting(actor=call.actor, after=after, limit=paging.limit + 1)
    return call.page(
        found,
        paging.limit,
        name=lambda each: f"{each.demand.due} {each.demand.envelope}",
        show=lambda each: demand_shown(each.demand),
    )


@router.post("/demands/{demand}/erase", response_model=DemandShown)
def erase_demanded(call: Called, demand: _Demand) -> Response:
    """Destroy what was shown, and say so; refused while this node is responsible for the matter."""
    id_ = ident(Digest, demand)
    return call.once(lambda: demand_shown(call.node.after.holders.erase(id_, actor=call.actor)))


@router.post("/demands/{demand}/hold", response_model=DemandShown)
def hold_demanded(call: Called, demand: _Demand, new: Hold) -> Response:
    """Say that the law keeps this office from erasing, why, and until when."""
    id_ = ident(Digest, demand)
    holders = call.node.after.holders
    return call.once(
        lambda: demand_shown(
            holders.hold(id_, reason=new.reason, text=new.text, until=new.until, actor=call.actor)
        )
    )
