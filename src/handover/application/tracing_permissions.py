"""Permissions to trace: consent as it was given, or a written decision of two officers. They gate both directions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from handover.application import untracing
from handover.application.consents import STATEMENT, StatementError
from handover.application.facts import Actor
from handover.application.overrides import require_present
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.protection import is_protected
from handover.application.readings import require_stated
from handover.application.sealing import new_id
from handover.application.traced import KeptPermission, Settled
from handover.domain.consent import GroundWithdrawnError
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, MatterId
from handover.domain.searching import ClosingReason
from handover.domain.traceable import (
    NotPermittedError,
    Permission,
    TracingBasis,
    TracingPermissionError,
)
from handover.protocol import strict
from handover.protocol.entry import EntryKind

_LONGEST = 4000  # characters of each of its words


@dataclass(frozen=True, kw_only=True)
class Permit:
    """What is to be recorded. `statement` is a consent's, word for word; of a decision its written `reason` alone."""

    basis: TracingBasis
    statement: Mapping[str, str]
    until: int
    second_officer: UUID7 | None = None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a matter stands. `by_default`: nobody has decided, it is protected for the persons who must not be told."""

    permission: KeptPermission | None
    protected: bool
    by_default: bool
    excluded: tuple[str, ...]
    indexed: int


class TracingPermissions:
    """The desk for permissions to trace."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def record(self, matter: MatterId, permit: Permit, *, actor: Actor) -> KeptPermission:
        """Keep a permission with the sealed words behind it.

        Raises:
            StatementError: the words behind it are not complete.
            TracingPermissionError: somebody else gave it, it has no fit end, or no fit second officer.
            GroundError: the second officer has left, or does not work on cases.
        """
        require(actor, Right.WRITE_CASE)
        words = _words(permit)
        with self._database.begin() as work:
            work.matters.get(matter)
            permission = Permission(
                basis=permit.basis,
                given_by=words.get("given_by", ""),
                recorded_by=actor.officer,
                second_officer=permit.second_officer,
                since=work.now,
                until=permit.until,
            )
            permission.check()
            if permit.second_officer is not None:
                require_present(work, permit.second_officer, beside=actor)
            kept = KeptPermission(id=new_id(work.now), matter=matter, permission=permission)
            work.tracing.permissions.add(kept, words)
            work.tracing.permissions.settle(Settled(matter=matter, version=0, state="", due=0))
            self._log(work, EntryKind.GROUND, kept, "recorded")
            return kept

    def withdraw(self, matter: MatterId, permission: UUID7, *, actor: Actor) -> KeptPermission:
        """Withdraw a permission for good; without another one the record leaves the index now, and every question.

        Raises:
            NotFoundError: the matter has no such permission.
            GroundWithdrawnError: it was withdrawn before.
        """
        require(actor, Right.WRITE_CASE)
        with self._database.begin() as work:
            kept = _of(work, matter, permission)
            if kept.permission.withdrawn_at is not None:
                raise GroundWithdrawnError
            kept = replace(kept, permission=replace(kept.permission, withdrawn_at=work.now))
            work.tracing.permissions.change(kept)
            if in_force(work, matter) is None:
                untracing.forget(work, matter, ClosingReason.CONSENT_WITHDRAWN)
            self._log(work, EntryKind.GROUND, kept, "withdrawn")
            return kept

    def of_matter(self, matter: MatterId, *, actor: Actor) -> Sequence[KeptPermission]:
        """Give the permissions of a matter, oldest first, without the words behind them."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            return work.tracing.permissions.of_matter(matter)

    def open(
        self, matter: MatterId, permission: UUID7, *, actor: Actor
    ) -> tuple[KeptPermission, Mapping[str, str]]:
        """Give a permission with the words behind it; the reading is logged.

        Raises:
            NotFoundError: the matter has no such permission, or its words were erased.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.READ_CASE)
        with self._database.begin() as work:
            require_stated(work, matter, actor)
            kept = _of(work, matter, permission)
            words = work.tracing.permissions.words(kept)
            self._log(work, EntryKind.DISCLOSED, kept, "read")
            return kept, words

    def standing(self, matter: MatterId, *, actor: Actor) -> Standing:
        """Give whether the matter may be traced now, and what limits it."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            limits = work.tracing.permissions.limits(matter).limits
            protected = is_protected(work, self._vault, matter)
            return Standing(
                permission=in_force(work, matter),
                protected=protected,
                by_default=protected and not limits.protected,
                excluded=limits.excluded,
                indexed=len(work.tracing.index.of_matter(matter)),
            )

    def _log(self, work: UnitOfWork, kind: EntryKind, kept: KeptPermission, what: str) -> None:
        mark = self._vault.pseudonym(kept.matter, f"tracing permission {kept.id} {what} {work.now}")
        work.log.append(kind, stream=kept.matter, object_=strict.digest(mark.encode()), now=work.now)


def in_force(work: UnitOfWork, matter: MatterId) -> KeptPermission | None:
    """Give the permission under which a matter may be traced now, the one that ends last."""
    found = [
        each for each in work.tracing.permissions.of_matter(matter) if each.permission.in_force(work.now)
    ]
    return max(found, key=lambda each: each.permission.until, default=None)


def require_permitted(work: UnitOfWork, matter: MatterId) -> KeptPermission:
    """Give the permission under which a matter may be traced now.

    Raises:
        NotPermittedError: there is none.
    """
    found = in_force(work, matter)
    if found is None:
        raise NotPermittedError
    return found


def _of(work: UnitOfWork, matter: MatterId, permission: UUID7) -> KeptPermission:
    kept = work.tracing.permissions.get(permission)
    if kept.matter != matter:
        raise NotFoundError
    return kept


def _words(permit: Permit) -> dict[str, str]:
    """Give the words behind a permission, each of them there."""
    names = STATEMENT if permit.basis is TracingBasis.CONSENT else ("reason",)
    if set(permit.statement) != set(names):
        raise StatementError(f"a statement has exactly: {', '.join(names)}")
    for name in names:
        if not permit.statement[name].strip() or len(permit.statement[name]) > _LONGEST:
            raise StatementError(f"{name} is missing or empty")
    if permit.basis is TracingBasis.CONSENT and permit.second_officer is not None:
        raise TracingPermissionError("a consent has no second officer")
    return {name: permit.statement[name] for name in names}
