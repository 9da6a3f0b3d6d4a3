"""/api/v1: who may be traced, and what limits it."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic needs this one on Python 3.11

from handover.application.traced import KeptLimits, KeptPermission
from handover.application.tracing_permissions import Permit
from handover.domain.ids import UUID7, MatterId
from handover.domain.traceable import ProtectionReason, TracingBasis
from handover.web import asked_tracing, shown
from handover.web.calls import ApiRoute, Call, Called, answer, ident
from handover.web.matters import Matter

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["tracing"])
_Permission = Annotated[str, Path(description="The permission's id.", max_length=64)]


class PermissionShown(TypedDict):
    """A consent to trace, or a decision of two officers. Times are seconds since 1970."""

    id: str
    matter: str
    basis: TracingBasis
    given_by: str
    recorded_by: str
    second_officer: str | None
    since: int
    until: int
    withdrawn_at: int | None


class PermissionWords(TypedDict):
    """The words behind a permission: a consent's statement, or a decision's reason."""

    id: str
    words: dict[str, str]


class StandingShown(TypedDict):
    """How a matter stands. `by_default`: it is protected for persons who must not be told, and nobody has decided."""

    permission: PermissionShown | None
    protected: bool
    by_default: bool
    excluded: list[str]
    indexed: int


class LimitsShown(TypedDict):
    """The protection as it was decided last, with its words."""

    protected: bool | None
    reason: ProtectionReason | None
    text: str
    decided_by: str
    second_officer: str
    decided_at: int
    excluded: list[str]


def _shown(of: KeptPermission) -> PermissionShown:
    found = of.permission
    return {
        "id": of.id,
        "matter": of.matter,
        "basis": found.basis,
        "given_by": found.given_by,
        "recorded_by": found.recorded_by,
        "second_officer": found.second_officer,
        "since": found.since,
        "until": found.until,
        "withdrawn_at": found.withdrawn_at,
    }


def _limits(of: KeptLimits) -> LimitsShown:
    found = of.limits
    return {
        "protected": found.protected,
        "reason": found.reason,
        "text": of.text,
        "decided_by": found.decided_by,
        "second_officer": found.second_officer,
        "decided_at": found.decided_at,
        "excluded": list(found.excluded),
    }


@router.get("/matters/{matter}/tracing", response_model=StandingShown)
def show_tracing(call: Called, matter: Matter) -> Response:
    """Show whether a matter may be traced now, and what limits it."""
    return answer(_standing(call, ident(MatterId, matter)))


def _standing(call: Call, matter: MatterId) -> StandingShown:
    found = call.node.tracing.permissions.standing(matter, actor=call.actor)
    return {
        "permission": None if found.permission is None else _shown(found.permission),
        "protected": found.protected,
        "by_default": found.by_default,
        "excluded": list(found.excluded),
        "indexed": found.indexed,
    }


@router.get("/matters/{matter}/tracing/permissions", response_model=shown.Page[PermissionShown])
def list_permissions(call: Called, matter: Matter) -> Response:
    """List the permissions to trace a matter, oldest first, without the words behind them."""
    found = call.node.tracing.permissions.of_matter(ident(MatterId, matter), actor=call.actor)
    return answer({"data": [_shown(each) for each in found], "next_cursor": None})


@router.post("/matters/{matter}/tracing/consents", status_code=201, response_model=PermissionShown)
def record_consent(call: Called, matter: Matter, new: asked_tracing.TracingConsent) -> Response:
    """Record a consent to trace; it gates both directions, being found and asking."""
    permit = Permit(basis=TracingBasis.CONSENT, statement=new.statement.model_dump(), until=new.until)
    return _recorded(call, ident(MatterId, matter), permit)


@router.post("/matters/{matter}/tracing/decisions", status_code=201, response_model=PermissionShown)
def record_decision(call: Called, matter: Matter, new: asked_tracing.TracingDecision) -> Response:
    """Record a best-interests decision to trace, with a second officer, until its review."""
    permit = Permit(
        basis=TracingBasis.BEST_INTERESTS,
        statement={"reason": new.reason},
        until=new.until,
        second_officer=UUID7(new.second_officer),
    )
    return _recorded(call, ident(MatterId, matter), permit)


def _recorded(call: Call, matter: MatterId, permit: Permit) -> Response:
    desk = call.node.tracing.permissions
    return call.once(lambda: _shown(desk.record(matter, permit, actor=call.actor)), status=201)


@router.post("/matters/{matter}/tracing/permissions/{permission}/withdraw", response_model=PermissionShown)
def withdraw_permission(call: Called, matter: Matter, permission: _Permission) -> Response:
    """Withdraw a permission for good: the record leaves the index, and every question about it is taken back."""
    id_, which = ident(MatterId, matter), ident(UUID7, permission)
    desk = call.node.tracing.permissions
    return call.once(lambda: _shown(desk.withdraw(id_, which, actor=call.actor)))


@router.get("/matters/{matter}/tracing/permissions/{permission}/words", response_model=PermissionWords)
def read_permission(call: Called, matter: Matter, permission: _Permission) -> Response:
    """Read the words behind a permission; the reading is entered in the log."""
    id_, which = ident(MatterId, matter), ident(UUID7, permission)
    kept, words = call.node.tracing.permissions.open(id_, which, actor=call.actor)
    return answer({"id": kept.id, "words": dict(words)})


@router.post("/matters/{matter}/tracing/protection", response_model=StandingShown)
def protect(call: Called, matter: Matter, new: asked_tracing.NewProtection) -> Response:
    """Protect a record from tracing, at once."""
    id_, desk = ident(MatterId, matter), call.node.tracing.protections

    def done() -> StandingShown:
        desk.protect(id_, new.reason, new.text, actor=call.actor)
        return _standing(call, id_)

    return call.once(done)


@router.post("/matters/{matter}/tracing/protection/lift", response_model=StandingShown)
def lift_protection(call: Called, matter: Matter, new: asked_tracing.LiftProtection) -> Response:
    """Decide, as two officers, that a record is not protected."""
    id_, desk = ident(MatterId, matter), call.node.tracing.protections

    def done() -> StandingShown:
        desk.lift(id_, new.text, second_officer=UUID7(new.second_officer), actor=call.actor)
        return _standing(call, id_)

    return call.once(done)


@router.post("/matters/{matter}/tracing/exclusions", response_model=StandingShown)
def exclude(call: Called, matter: Matter, new: asked_tracing.Exclude) -> Response:
    """Say which nodes or countries are never told of a record."""
    id_, desk = ident(MatterId, matter), call.node.tracing.protections

    def done() -> StandingShown:
        desk.exclude(id_, new.excluded, actor=call.actor)
        return _standing(call, id_)

    return call.once(done)


@router.get("/matters/{matter}/tracing/limits", response_model=LimitsShown)
def read_limits(call: Called, matter: Matter) -> Response:
    """Read the protection of a record and the words behind it; the reading is entered in the log."""
    return answer(_limits(call.node.tracing.protections.open(ident(MatterId, matter), actor=call.actor)))
