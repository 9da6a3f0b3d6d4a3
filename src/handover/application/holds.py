"""Legal holds: placed by an officer with a second one, lifted, and read by those who may."""

from dataclasses import dataclass, replace
from typing import Final

from handover.application.colleagues import are_one
from handover.application.facts import Actor, Officer
from handover.application.keeping import KeptHold
from handover.application.permissions import MAY, Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.readings import require_stated
from handover.application.sealing import new_id
from handover.domain.errors import NotFoundError, OutOfOrderError
from handover.domain.ids import UUID7, MatterId
from handover.domain.retention import Hold, HoldError, HoldGround
from handover.protocol import strict
from handover.protocol.entry import EntryKind

_LONGEST: Final = 4000  # characters of a reason


class HoldLiftedError(OutOfOrderError):
    """The hold was lifted before."""

    name = "hold-lifted"
    title = "The hold has been lifted already."
    advice = "Place a new one if the values must still be kept."


class NothingKeptError(OutOfOrderError):
    """Nothing of the matter is kept any more."""

    name = "nothing-kept"
    title = "The values of this matter were erased: there is nothing left to be held."
    advice = "Tell whoever asks for them; the signed evidence still stands."


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A hold that is to be placed; `until` is in seconds since 1970, `reason` names the order or the law, no child."""

    ground: HoldGround
    reason: str
    until: int
    second_officer: UUID7


class Holds:
    """The desk for legal holds."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def place(self, matter: MatterId, wanted: Wanted, *, actor: Actor) -> KeptHold:
        """Place a hold on *matter*; beside one that stands it renews it.

        Raises:
            ForbiddenError: only supervisors and liaison officers place holds.
            HoldError: no reason, no fit second officer, or no end within two years.
            NothingKeptError: the matter's values were erased.
        """
        require(actor, Right.RETAIN)
        reason = wanted.reason.strip()
        if not 0 < len(reason) <= _LONGEST:
            raise HoldError("a hold has a reason of at most 4000 characters")
        with self._database.begin() as work:
            work.matters.get(matter)
            hold = Hold(
                ground=wanted.ground,
                placed_by=actor.officer,
                second_officer=wanted.second_officer,
                placed_at=work.now,
                until=wanted.until,
            )
            hold.check()
            _require_fit(work.staff.get(wanted.second_officer), work.now)
            if are_one(work, actor.officer, wanted.second_officer):
                raise HoldError("the second officer is another than the one who places the hold")
            if work.retention.erased(matter) is not None:
                raise NothingKeptError
            kept = KeptHold(id=new_id(work.now), matter=matter, hold=hold, reason=reason)
            work.retention.add(kept)
            self._log(work, EntryKind.DECIDED, kept, "placed")
            return replace(kept, reason=None)

    def lift(self, hold: UUID7, *, actor: Actor) -> KeptHold:
        """Lift a hold: what is due goes with the next night.

        Raises:
            ForbiddenError: only supervisors and liaison officers lift holds.
            HoldLiftedError: it was lifted before.
        """
        require(actor, Right.RETAIN)
        with self._database.begin() as work:
            kept = work.retention.get(hold)
            if kept.hold.lifted_at is not None:
                raise HoldLiftedError
            work.retention.lift(hold, by=actor.officer)
            self._log(work, EntryKind.DECIDED, kept, "lifted")
            lifted = replace(kept.hold, lifted_by=actor.officer, lifted_at=work.now)
            return replace(kept, hold=lifted, reason=None)

    def of_matter(self, matter: MatterId, *, actor: Actor) -> list[KeptHold]:
        """Give the holds of *matter*, oldest first, without their reasons."""
        require(actor, Right.RETAIN)
        with self._database.reading() as work:
            work.matters.get(matter)
            return work.retention.of_matter(matter)

    def require(self, matter: MatterId, hold: UUID7, *, actor: Actor) -> None:
        """Do nothing if *matter* has this hold.

        Raises:
            NotFoundError: it has not.
        """
        if hold not in {each.id for each in self.of_matter(matter, actor=actor)}:
            raise NotFoundError

    def open(self, hold: UUID7, *, actor: Actor) -> KeptHold:
        """Give a hold with its reason; the reading is logged.

        Raises:
            NotFoundError: there is no such hold.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.RETAIN)
        with self._database.begin() as work:
            kept = work.retention.get(hold)
            require_stated(work, kept.matter, actor)
            self._log(work, EntryKind.DISCLOSED, kept, "read")
            return kept

    def _log(self, work: UnitOfWork, kind: EntryKind, kept: KeptHold, what: str) -> None:
        """The entry names hold and act through a keyed digest: nobody can guess the reason from it."""
        mark = self._vault.pseudonym(kept.matter, f"hold {kept.id} {what}")
        work.log.append(kind, stream=kept.matter, object_=strict.digest(mark.encode()), now=work.now)


def _require_fit(second: Officer, now: int) -> None:
    if not second.may_enter(now) or not MAY[Right.RETAIN] & set(second.roles):
        raise HoldError("the second officer is a supervisor or liaison officer who has access")
