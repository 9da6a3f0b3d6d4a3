"""Grounds: recording a consent or another legal basis, and withdrawing it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handover.application import counting
from handover.application.facts import Actor, KeptGround
from handover.application.overrides import OverrideDesk, Told, require_present
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.readings import require_stated
from handover.application.sealing import new_id
from handover.application.withdrawals import Withdrawal, Withdrawals
from handover.domain.consent import Basis, Ground, GroundError, GroundWithdrawnError, Onward, Purpose
from handover.domain.continuity import OverrideReason, WithdrawalScope
from handover.domain.errors import MalformedError, NotFoundError
from handover.domain.ids import UUID7, MatterId, NodeId
from handover.domain.overrides import OverrideError
from handover.domain.record import Schema
from handover.protocol import strict
from handover.protocol.entry import EntryKind
from handover.protocol.strict import Json

GIVERS = ("child", "caregiver", "guardian", "authority")
STATEMENT = (
    "given_by", "capacity", "relation", "explained_by", "language", "interpreter", "expressed", "child_assent", "text",
)  # fmt: skip


class StatementError(MalformedError):
    """A consent says who gave it, how it was explained and expressed, and what the child said."""

    name = "statement-incomplete"
    title = "The statement behind the consent is incomplete."
    advice = "Fill in the member that the detail names; an empty text is not an answer."


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What may be disclosed. `fields` are field names or consent categories; times are seconds since 1970.

    `urgency` says why a life is at stake, where the basis is vital interests, and nowhere else.
    """

    basis: Basis
    recipients: tuple[NodeId, ...]
    purposes: tuple[Purpose, ...]
    fields: tuple[str, ...]
    valid_from: int
    valid_until: int
    onward: Onward = Onward.NONE
    review_at: int | None = None
    second_officer: UUID7 | None = None
    urgency: OverrideReason | None = None

    def ground(self, issuer: NodeId, of: Schema) -> Ground:
        """Give the ground that these terms make, its fields resolved against *of*."""
        return Ground(
            basis=self.basis,
            issuer=issuer,
            recipients=tuple(sorted(set(self.recipients))),
            purposes=tuple(sorted(set(self.purposes))),
            schema=of.name,
            fields=of.resolve(self.fields),
            onward=self.onward,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            review_at=self.review_at,
            second_officer=self.second_officer,
        )


class Consents:
    """The desk where consent is recorded and withdrawn."""

    def __init__(
        self, database: Database, vault: Vault, withdrawals: Withdrawals, overrides: OverrideDesk
    ) -> None:
        self._database = database
        self._vault = vault
        self._withdrawals = withdrawals
        self._overrides = overrides

    def record(
        self, matter: MatterId, of: Schema, terms: Terms, statement: Mapping[str, Json], *, actor: Actor
    ) -> KeptGround:
        """Keep a ground with the sealed statement behind it.

        Raises:
            StatementError: the statement does not say who, how and in which language.
            GroundError: the terms are incomplete in themselves.
        """
        require(actor, Right.WRITE_CASE)
        sealed = _statement(statement)
        ground = terms.ground(self._vault.node, of)
        ground.check()
        if (terms.urgency is not None) != (terms.basis is Basis.VITAL_INTERESTS):
            raise OverrideError("urgency")
        if ground.second_officer == actor.officer:
            raise GroundError("the second officer is another than the one who records")
        with self._database.begin() as work:
            work.matters.get(matter)
            if terms.second_officer is not None:
                require_present(work, terms.second_officer, beside=actor)
            if terms.review_at is not None and terms.review_at <= work.now:
                raise GroundError("the review date lies ahead")
            kept = KeptGround(
                id=new_id(work.now),
                matter=matter,
                ground=ground,
                statement=sealed,
                salt=secrets.token_bytes(16),
                recorded_by=actor.officer,
                recorded_at=work.now,
            )
            work.grounds.add(kept)
            counting.based(work, kept)
            self._withdrawals.log(work, kept)
            self._urgent(work, kept, terms, str(statement["text"]), actor)
            return kept

    def _urgent(self, work: UnitOfWork, kept: KeptGround, terms: Terms, text: str, actor: Actor) -> None:
        """A ground on vital interests is an override, and is reviewed as one."""
        if terms.urgency is None or terms.second_officer is None:
            return
        told = Told(
            to=", ".join(kept.ground.recipients),
            fields=kept.ground.fields,
            reason=terms.urgency,
            text=text,
            second_officer=terms.second_officer,
            ground=kept.id,
        )
        self._overrides.begin(work, kept.matter, told, actor=actor)

    def of_matter(self, matter: MatterId, *, actor: Actor) -> Sequence[KeptGround]:
        """Give the grounds of *matter*."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return work.grounds.of_matter(matter)

    def open(self, matter: MatterId, ground: UUID7, *, actor: Actor) -> tuple[KeptGround, Mapping[str, str]]:
        """Give a ground of *matter* with the statement behind it; the reading is logged.

        Raises:
            NotFoundError: the matter has no such ground, or its statement was erased.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.READ_CASE)
        with self._database.begin() as work:
            require_stated(work, matter, actor)
            kept = work.grounds.get(ground)
            if kept.matter != matter or not kept.statement:
                raise NotFoundError
            mark = self._vault.pseudonym(matter, f"statement {kept.id}")
            work.log.append(
                EntryKind.DISCLOSED, stream=matter, object_=strict.digest(mark.encode()), now=work.now
            )
            told = strict.members(strict.loads(kept.statement), *STATEMENT)
            return kept, {name: strict.text(value, 4000) for name, value in zip(STATEMENT, told, strict=True)}

    def withdraw(
        self,
        ground: UUID7,
        *,
        actor: Actor,
        scope: WithdrawalScope = WithdrawalScope.GROUND,
        text: str = "",
    ) -> KeptGround:
        """Withdraw a ground for good: open offers are voided, and whoever was shown something is told to erase it.

        Raises:
            GroundWithdrawnError: it was withdrawn before.
        """
        require(actor, Right.WRITE_CASE)
        with self._database.begin() as work:
            kept = work.grounds.get(ground)
            if kept.ground.withdrawn_at is not None:
                raise GroundWithdrawnError
            return self._withdrawals.end(work, kept, Withdrawal(scope=scope, text=text, actor=actor))


def _statement(statement: Mapping[str, Json]) -> bytes:
    for name in STATEMENT:
        value = statement.get(name)
        if not isinstance(value, str) or not value.strip() or len(value) > 4000:
            raise StatementError(f"{name} is missing or empty")
    if len(statement) != len(STATEMENT):
        raise StatementError(f"a statement has exactly: {', '.join(STATEMENT)}")
    if statement["given_by"] not in GIVERS:
        raise StatementError(f"given_by is one of: {', '.join(GIVERS)}")
    return strict.dumps({name: statement[name] for name in STATEMENT})
