"""Telling without consent because a life is at stake: recorded, told to whoever showed it, reviewed by a third."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from handover.application.colleagues import are_one
from handover.application.facts import Actor
from handover.application.permissions import MAY, Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.readings import require_stated
from handover.application.sealing import Saying, Sealer, new_id
from handover.domain.consent import GroundError
from handover.domain.continuity import OverrideReason
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act
from handover.domain.ids import UUID7, MatterId
from handover.domain.overrides import Override, OverrideError
from handover.domain.record import schema
from handover.domain.sequence import TAKEN
from handover.protocol import strict
from handover.protocol.bodies import LONGEST_NAME, LONGEST_TEXT
from handover.protocol.entry import EntryKind
from handover.protocol.strict import Json


@dataclass(frozen=True, kw_only=True)
class KeptOverride:
    """An override with its words; they are None where they were not asked for, or erased."""

    id: UUID7
    matter: MatterId
    ground: UUID7 | None
    override: Override
    to: str | None = None
    text: str | None = None
    review: str | None = None


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is told to whom, and why. `fields` are names or categories; `ground` is the one that allows it, if any."""

    to: str
    fields: tuple[str, ...]
    reason: OverrideReason
    text: str
    second_officer: UUID7
    ground: UUID7 | None = None


class Overrides(Protocol):
    """Overrides, their words under the matter's data key."""

    def add(self, kept: KeptOverride) -> None:
        """Keep a new one."""
        ...

    def change(self, old: KeptOverride, new: KeptOverride) -> None:
        """Write *new* if *old* was not reviewed meanwhile."""
        ...

    def get(self, override: UUID7) -> KeptOverride:
        """Give it with its words; raises NotFoundError."""
        ...

    def of_matter(self, matter: MatterId) -> Sequence[KeptOverride]:
        """Give those of a matter without their words, oldest first."""
        ...

    def unreviewed(self, *, limit: int) -> Sequence[KeptOverride]:
        """Give those that nobody has reviewed, without their words, oldest first."""
        ...


class OverrideDesk:
    """Where an officer says that somebody was told, and another looks at it afterwards."""

    def __init__(self, database: Database, vault: Vault, sealer: Sealer) -> None:
        self._database = database
        self._vault = vault
        self._sealer = sealer

    def tell(self, matter: MatterId, told: Told, *, actor: Actor) -> KeptOverride:
        """Write down that somebody outside the federation was told, and tell those from whom the record came.

        Raises:
            OverrideError: a reason, words or the recipient are missing.
            GroundError: the second officer is the same, has left, or does not work on cases.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            return self.begin(work, matter, told, actor=actor)

    def begin(self, work: UnitOfWork, matter: MatterId, told: Told, *, actor: Actor) -> KeptOverride:
        """Do the same in the caller's transaction."""
        kind = work.matters.get(matter).kind
        of = schema(f"{kind.value}/1")
        for name, value, longest in (("to", told.to, LONGEST_NAME), ("text", told.text, LONGEST_TEXT)):
            if not value.strip() or len(value) > longest:
                raise OverrideError(name)
        fields = of.resolve(told.fields)
        if not fields:
            raise OverrideError("fields")
        require_present(work, told.second_officer, beside=actor)
        override = Override(
            reason=told.reason,
            schema=of.name,
            fields=fields,
            recorded_by=actor.officer,
            second_officer=told.second_officer,
            at=work.now,
        )
        kept = KeptOverride(
            id=new_id(work.now),
            matter=matter,
            ground=told.ground,
            override=override,
            to=told.to,
            text=told.text,
        )
        work.overrides.add(kept)
        self._log(work, kept, "override")
        self._notify(work, kept, actor)
        return kept

    def _notify(self, work: UnitOfWork, kept: KeptOverride, actor: Actor) -> None:
        """Whoever showed this node what was told now hears of it: once in each round."""
        told: set[str] = set()
        for shown in work.disclosures.of_matter(kept.matter):
            handover = work.handovers.get(shown.handover)
            fields = [each for each in kept.override.fields if each in shown.fields]
            if not shown.incoming or not fields or handover.state not in TAKEN or handover.id in told:
                continue
            if shown.act not in (Act.OFFER, Act.CORRECTION):
                continue
            told.add(handover.id)
            body: dict[str, Json] = {
                "to": kept.to,
                "date": datetime.fromtimestamp(work.now, UTC).date().isoformat(),
                "text": kept.text,
            }
            saying = Saying(
                act=Act.OVERRIDE,
                re=shown.envelope,
                body=body,
                fields=schema(handover.schema).in_order(fields),
                reason=kept.override.reason.value,
                by=self._sealer.by(handover, actor.officer, actor),
            )
            work.handovers.change(handover, self._sealer.say(work, handover, saying))

    def of_matter(self, matter: MatterId, *, actor: Actor) -> Sequence[KeptOverride]:
        """Give the overrides of a matter without their words, oldest first."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            return work.overrides.of_matter(matter)

    def to_review(self, *, actor: Actor, limit: int = 100) -> Sequence[KeptOverride]:
        """Give what nobody has reviewed, the oldest first."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return work.overrides.unreviewed(limit=limit)

    def open(self, matter: MatterId, override: UUID7, *, actor: Actor) -> KeptOverride:
        """Give an override of *matter* with its words; the reading is logged.

        Raises:
            NotFoundError: the matter has no such override.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.READ_CASE)
        with self._database.begin() as work:
            require_stated(work, matter, actor)
            found = _of(work, matter, override)
            self._log(work, found, "read override", kind=EntryKind.DISCLOSED)
            return found

    def review(
        self, matter: MatterId, override: UUID7, *, text: str, child_told: bool, actor: Actor
    ) -> KeptOverride:
        """Write down what a third officer makes of it, and whether the child was told or could not safely be.

        Raises:
            ReviewedError: it was reviewed.
            OverrideError: no words, or one of the two who did it.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = _of(work, matter, override)
            found.override.require_reviewable(actor.officer)
            if any(are_one(work, actor.officer, each) for each in _who_did(found)):
                raise OverrideError("a third officer reviews it")
            if not text.strip() or len(text) > LONGEST_TEXT:
                raise OverrideError("text")
            done = replace(
                found.override, reviewed_by=actor.officer, reviewed_at=work.now, child_told=child_told
            )
            new = replace(found, override=done, review=text)
            work.overrides.change(found, new)
            self._log(work, new, "review")
            return new

    def _log(
        self, work: UnitOfWork, kept: KeptOverride, what: str, *, kind: EntryKind = EntryKind.DECIDED
    ) -> None:
        mark = self._vault.pseudonym(kept.matter, f"{what} {kept.id}")
        work.log.append(kind, stream=kept.matter, object_=strict.digest(mark.encode()), now=work.now)


def _who_did(kept: KeptOverride) -> tuple[str, str]:
    return kept.override.recorded_by, kept.override.second_officer


def _of(work: UnitOfWork, matter: MatterId, override: UUID7) -> KeptOverride:
    found = work.overrides.get(override)
    if found.matter != matter:
        raise NotFoundError
    return found


def require_present(work: UnitOfWork, second: UUID7, *, beside: Actor) -> None:
    """Do nothing if *second* may stand as the second officer: is somebody else, is here, and works on cases.

    Raises:
        NotFoundError: there is no such officer.
        GroundError: is who records it, has left, or does not work on cases.
    """
    officer = work.staff.get(second)
    if are_one(work, beside.officer, second):
        raise GroundError("the second officer is another than the one who records")
    if not officer.may_enter(work.now):
        raise GroundError("the second officer has left")
    if not MAY[Right.WRITE_CASE] & set(officer.roles):
        raise GroundError("the second officer is one who works on cases")
