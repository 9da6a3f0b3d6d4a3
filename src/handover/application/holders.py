"""What officers of a holder do when a consent is withdrawn: erase, or say why the law keeps them from it."""

from collections.abc import Sequence
from dataclasses import dataclass

from handover.application import demands, disclosures, erasing, stated_holds
from handover.application.continuity import KeptDemand, KeptDisclosure, Place
from handover.application.demands import AnsweredError
from handover.application.facts import Actor, Matter
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.readings import require_stated
from handover.application.retention import erase_matter
from handover.application.sealing import Saying, Sealer
from handover.application.withdrawals import Withdrawal, Withdrawals
from handover.domain.continuity import LONGEST_HOLD, HoldReason, WithdrawalScope
from handover.domain.errors import MalformedError, NotFoundError, OutOfOrderError
from handover.domain.handover import Act, Course
from handover.domain.ids import Digest, MatterId
from handover.domain.sequence import TAKEN
from handover.protocol import message


class HoldError(MalformedError):
    """A hold names its reason, says it in words, and ends."""

    name = "hold"
    title = "A hold needs a reason from the list, words that explain it, and an end within two years."
    advice = "Correct what the detail names."


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A demand with its matter, and with what it is about, if that is a disclosure."""

    demand: KeptDemand
    shown: KeptDisclosure | None
    matter: Matter

    def waits(self, now: int) -> bool:
        """Tell whether an answer is wanted now: none was given, or what was held is due again."""
        return self.demand.open and (self.demand.answered is None or self.demand.due <= now)


@dataclass(frozen=True, kw_only=True)
class Known:
    """Something shown, and the demand that its recipient destroys it, if it was asked to."""

    shown: KeptDisclosure
    demand: KeptDemand | None

    @property
    def held_until(self) -> int | None:
        """Until when the recipient keeps it under the law, as it has answered."""
        held = self.demand is not None and self.demand.answered is Act.LEGAL_HOLD
        return self.demand.due if held and self.demand else None


class Holders:
    """The desk for what was shown: to whom, under what, and whether it must go."""

    def __init__(self, database: Database, vault: Vault, sealer: Sealer, withdrawals: Withdrawals) -> None:
        self._database = database
        self._vault = vault
        self._sealer = sealer
        self._withdrawals = withdrawals

    def shown(self, matter: MatterId, *, actor: Actor) -> Sequence[KeptDisclosure]:
        """Give everything of *matter* that was shown to a peer, or to this node, oldest first."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            return work.disclosures.of_matter(matter)

    def register(self, matter: MatterId, *, actor: Actor) -> Sequence[Known]:
        """Give who received what of *matter*: everything shown, oldest first, and what its recipient answered."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            asked = {
                (each.about, each.incoming): each
                for each in work.demands.of_matter(matter)
                if each.act is Act.CONSENT_WITHDRAWN
            }
            shown = work.disclosures.of_matter(matter)
            return [Known(shown=each, demand=asked.get((each.envelope, each.incoming))) for each in shown]

    def look(self, matter: MatterId, shown: Digest, *, actor: Actor) -> Known:
        """Give one line of the register; raises NotFoundError."""
        for each in self.register(matter, actor=actor):
            if each.shown.envelope == shown:
                return each
        raise NotFoundError

    def asked(self, demand: Digest, *, actor: Actor) -> Asked:
        """Give one demand, of the other side or of this office; raises NotFoundError."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return _asked(work, work.demands.get(demand))

    def demands(self, matter: MatterId, *, actor: Actor) -> Sequence[Asked]:
        """Give what was demanded in *matter*, by either side, oldest first."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            return [_asked(work, each) for each in work.demands.of_matter(matter)]

    def waiting(
        self,
        *,
        actor: Actor,
        incoming: bool = True,
        held: bool | None = None,
        after: Place = (0, ""),
        limit: int = 100,
    ) -> Sequence[Asked]:
        """Give what this office still has to answer, or (not *incoming*) what others owe it, from behind *after*.

        The most urgent comes first; *held* are those that the law keeps for now, or all others.
        """
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            found = work.demands.open(incoming=incoming, held=held, after=after, limit=limit)
            return [_asked(work, each) for each in found]

    def count(self, *, actor: Actor) -> int:
        """Give how much this office has to answer now."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return work.demands.waiting()

    def withdraw(self, shown: Digest, *, scope: WithdrawalScope, text: str, actor: Actor) -> KeptDisclosure:
        """Write down that the person withdraws what is behind something shown; every holder is told.

        Raises:
            NotFoundError: nothing was shown by this envelope.
            OutOfOrderError: it was withdrawn before, or is offered to this office and not taken over.
        """
        require(actor, Right.WRITE_CASE)
        with self._database.begin() as work:
            found = work.disclosures.get(shown)
            if found.withdrawn_at is not None:
                raise OutOfOrderError("it was withdrawn before")
            handover = work.handovers.get(found.handover)
            if handover.course is Course.HANDOVER and found.incoming and handover.state not in TAKEN:
                raise OutOfOrderError("what is offered and not taken over is declined")
            withdrawal = Withdrawal(scope=scope, text=text, actor=actor)
            self._withdrawals.say(work, found, withdrawal)
            self._withdrawals.of_shown(work, work.disclosures.get(shown), withdrawal)
            return work.disclosures.get(shown)

    def why(self, demand: Digest, *, actor: Actor) -> str:
        """Give the words in which a demand of the other side, or of this one, was made.

        Raises:
            NotFoundError: there is no such demand, or its words were erased.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            found = work.demands.get(demand)
            require_stated(work, found.matter, actor)
            body = message.decode_kept(work.envelopes.plaintext(demand)).body
            return str(body.get("text", ""))

    def erase(self, demand: Digest, *, actor: Actor) -> KeptDemand:
        """Destroy what was shown, and say so.

        Raises:
            StillResponsibleError: this office is responsible for the child.
            RoundOpenError: a round of the matter is not settled.
            LegalHoldError: a hold of this office stops it.
            AnsweredError: it was answered for good.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found, shown = _withdrawn(work, demand)
            if shown is None:
                return self._withdrawals.erased(work, found, actor=actor)
            if shown.is_offer:
                erase_matter(work, found.matter, self._vault, answering=demand)
            else:
                stated_holds.require_none(work, found.matter, but=demand)
                erasing.shown(work, shown)
            answered = self._withdrawals.erased(work, work.demands.get(demand), actor=actor)
            self._withdrawals.gone(work, found.matter)
            return answered

    def hold(self, demand: Digest, *, reason: HoldReason, text: str, until: int, actor: Actor) -> KeptDemand:
        """Say that the law keeps this office from erasing, why, and until when; then it is asked again.

        Raises:
            HoldError: no words, or no end within two years.
            AnsweredError: it was answered for good.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found, _ = _withdrawn(work, demand)
            if not 0 < until - work.now <= LONGEST_HOLD:
                raise HoldError("until")
            if not text.strip():
                raise HoldError("text")
            handover = work.handovers.get(found.handover)
            saying = Saying(
                act=Act.LEGAL_HOLD,
                reason=reason.value,
                deadline=until,
                body={"text": text},
                by=self._sealer.by(handover, actor.officer, actor),
            )
            return demands.answer(work, self._sealer, found, saying)


def _asked(work: UnitOfWork, demand: KeptDemand) -> Asked:
    withdrawn = demand.act is Act.CONSENT_WITHDRAWN
    shown = disclosures.behind(work, demand) if withdrawn else None
    return Asked(demand=demand, shown=shown, matter=work.matters.get(demand.matter))


def _withdrawn(work: UnitOfWork, demand: Digest) -> tuple[KeptDemand, KeptDisclosure | None]:
    found = work.demands.get(demand)
    if found.act is not Act.CONSENT_WITHDRAWN:
        raise OutOfOrderError("it asks for something else")
    if not found.incoming or not found.open:
        raise AnsweredError
    return found, disclosures.behind(work, found)
