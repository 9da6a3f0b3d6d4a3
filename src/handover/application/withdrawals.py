"""A consent that ends: open offers are voided, and everybody who was shown something is told, onward ones too.

Nothing here is an officer's act by itself: `consents` and `holders` are their desks, `hearing` that of peers.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from handover.application import demands, disclosures
from handover.application.continuity import KeptDemand, KeptDisclosure
from handover.application.facts import Actor, Handover, KeptEnvelope, KeptGround
from handover.application.ports import UnitOfWork, Vault
from handover.application.rounds import Cause, Rounds
from handover.application.sealing import Saying, Sealer
from handover.domain.consent import Basis
from handover.domain.continuity import WithdrawalScope
from handover.domain.courses import LIVE, Course, EndReason
from handover.domain.errors import NotFoundError
from handover.domain.handover import OPEN_OFFER, Act, Order, Role, VoidReason
from handover.domain.ids import Digest, MatterId
from handover.domain.sequence import RECORDS, TAKEN
from handover.protocol import envelope as envelopes
from handover.protocol import message, strict
from handover.protocol.entry import EntryKind
from handover.protocol.message import Message


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """How far it goes, what the person said, and which officer heard it (none: a node passes it on)."""

    scope: WithdrawalScope = WithdrawalScope.GROUND
    text: str = ""
    actor: Actor | None = None


class Withdrawals:
    """Carries a withdrawal to every holder that this node knows of, within one transaction."""

    def __init__(self, vault: Vault, sealer: Sealer, rounds: Rounds) -> None:
        self._vault = vault
        self._sealer = sealer
        self._rounds = rounds

    def end(self, work: UnitOfWork, kept: KeptGround, withdrawal: Withdrawal) -> KeptGround:
        """End a ground of this node for good, void what is offered on it, and tell those who were shown something."""
        kept = replace(kept, ground=replace(kept.ground, withdrawn_at=work.now))
        work.grounds.change(kept.id, kept.ground)
        self.log(work, kept)
        for handover in work.handovers.resting_on(kept.id):
            self._void(work, handover, withdrawal)
        self._spread(work, work.disclosures.of_ground(kept.id), withdrawal)
        if withdrawal.scope is WithdrawalScope.MATTER:
            self.everywhere(work, kept.matter, withdrawal)
        return kept

    def _void(self, work: UnitOfWork, handover: Handover, withdrawal: Withdrawal) -> None:
        if handover.course is Course.HANDOVER and work.doubts.stands(handover.matter):
            return  # a restore has made it uncertain; it is voided when it is certain
        actor = withdrawal.actor
        by = None if actor is None else self._sealer.by(handover, actor.officer, actor)
        void = (
            VoidReason.CONSENT_WITHDRAWN
            if handover.course is Course.HANDOVER
            else EndReason.CONSENT_WITHDRAWN
        )
        event = Order.WITHDRAW if handover.role is Role.SENDER else Order.FINISH
        self._rounds.move(work, handover, Cause(event=event, by=by, void=void))

    def everywhere(self, work: UnitOfWork, matter: MatterId, withdrawal: Withdrawal) -> None:
        """End every other consent of the matter as well, and tell whoever has shown or was shown anything.

        Another legal basis is not the person's to withdraw: it ends where an officer names it.
        """
        for other in work.grounds.of_matter(matter):
            if other.ground.withdrawn_at is None and other.ground.basis is Basis.CONSENT:
                self.end(work, other, replace(withdrawal, scope=WithdrawalScope.GROUND))
        self._spread(work, work.disclosures.of_matter(matter), withdrawal)

    def again(self, work: UnitOfWork, matter: MatterId) -> None:
        """Carry on what a restore has ended again, now that it is known who was shown what, and was told."""
        withdrawal, asked = Withdrawal(), work.demands.of_matter(matter)
        for demand in asked:
            found = None if demand.incoming else self._withdrawn_by(work, demand)
            if found is not None and found.withdrawn_at is None:
                work.disclosures.change(replace(found, withdrawn_at=demand.asked_at))
        for kept in work.grounds.of_matter(matter):
            if kept.ground.withdrawn_at is not None:
                for handover in work.handovers.resting_on(kept.id):
                    self._void(work, handover, withdrawal)
                self._spread(work, work.disclosures.of_ground(kept.id), withdrawal)
        shown = work.disclosures.of_matter(matter)
        for found in shown:
            if found.incoming and found.withdrawn_at is not None:
                self._spread(work, [each for each in shown if _passed_on(each, found)], withdrawal)
        for demand in asked:
            self._heard_again(work, demand)

    def _heard_again(self, work: UnitOfWork, demand: KeptDemand) -> None:
        if demand.act is not Act.CONSENT_WITHDRAWN or not demand.incoming or demand.answered is not None:
            return
        handover = work.handovers.get(demand.handover)
        if handover.course is not Course.HANDOVER or handover.state in TAKEN:
            self.heard(work, demand, _scope(work, demand))

    def recalled(self, work: UnitOfWork, handover: Handover, kept: KeptEnvelope) -> None:
        """Take up a withdrawal, or the answer to one, that a restore has forgotten and a peer has returned."""
        demands.recalled(work, handover, kept)
        if kept.act is Act.ERASED and kept.re is not None:
            for demand in work.demands.of_matter(handover.matter):
                found = self._withdrawn_by(work, demand) if demand.envelope == kept.re else None
                if found is not None and found.erased_at is None:
                    work.disclosures.change(replace(found, erased_at=work.now))

    def _withdrawn_by(self, work: UnitOfWork, demand: KeptDemand) -> KeptDisclosure | None:
        return disclosures.behind(work, demand) if demand.act is Act.CONSENT_WITHDRAWN else None

    def of_shown(self, work: UnitOfWork, found: KeptDisclosure, withdrawal: Withdrawal) -> None:
        """Carry on a withdrawal of what is behind one disclosure: of a ground of this node, or of a peer's."""
        if found.withdrawn_at is None:
            work.disclosures.change(replace(found, withdrawn_at=work.now))
        rest = work.disclosures.of_matter(found.matter)
        if withdrawal.scope is WithdrawalScope.GROUND and found.incoming:
            rest = [each for each in rest if _passed_on(each, found)]
        elif withdrawal.scope is WithdrawalScope.GROUND:
            rest = [each for each in rest if each.ground == found.ground]
        if found.ground is not None:
            kept = work.grounds.get(found.ground)
            if kept.ground.withdrawn_at is None:
                self.end(work, kept, withdrawal)
        self._spread(work, rest, withdrawal)
        if withdrawal.scope is WithdrawalScope.MATTER:
            self.everywhere(work, found.matter, withdrawal)

    def _spread(self, work: UnitOfWork, shown: Sequence[KeptDisclosure], withdrawal: Withdrawal) -> None:
        for each in shown:
            now = work.disclosures.get(each.envelope)
            if now.withdrawn_at is None:
                self.say(work, now, withdrawal)

    def say(self, work: UnitOfWork, found: KeptDisclosure, withdrawal: Withdrawal) -> Digest | None:
        """Tell the other side that what is behind a disclosure ended; an offer that is not taken is voided.

        What was offered to this node, and is not taken, is left to who offers it: it hears of it on its own way.
        """
        handover = work.handovers.get(found.handover)
        if handover.course is not Course.HANDOVER:
            return self._apart(work, found, handover, withdrawal)
        if handover.state not in TAKEN and found.incoming:
            return None
        work.disclosures.change(replace(found, withdrawn_at=work.now))
        if handover.state in OPEN_OFFER:
            self._void(work, handover, withdrawal)
        if handover.state not in TAKEN:
            return None
        return self._ask(work, found, handover, withdrawal)

    def _apart(
        self, work: UnitOfWork, found: KeptDisclosure, handover: Handover, withdrawal: Withdrawal
    ) -> Digest | None:
        """End a round that moves nothing: with it goes what was shown, but for what a referral brought back."""
        work.disclosures.change(replace(found, withdrawn_at=work.now))
        brought_back = handover.course is Course.REFERRAL and found.incoming is (handover.role is Role.SENDER)
        if brought_back:
            return self._ask(work, found, handover, withdrawal)
        if handover.state in LIVE:
            self._void(work, handover, withdrawal)
        return None

    def _ask(
        self, work: UnitOfWork, found: KeptDisclosure, handover: Handover, withdrawal: Withdrawal
    ) -> Digest:
        actor = withdrawal.actor
        claimed = envelopes.read(work.envelopes.get(found.envelope).data).claimed
        saying = Saying(
            act=Act.CONSENT_WITHDRAWN,
            re=found.envelope,
            consent=claimed.consent,
            content=Message(
                nonce=secrets.token_bytes(32),
                body={"scope": withdrawal.scope.value, "text": withdrawal.text},
            ),
            by=None if actor is None else self._sealer.by(handover, actor.officer, actor),
        )
        return demands.ask(work, self._sealer, handover, saying)

    def heard(self, work: UnitOfWork, demand: KeptDemand, scope: WithdrawalScope) -> None:
        """Carry on what a peer has said; where nothing is held any more, that is answered at once."""
        found = disclosures.behind(work, demand)
        if found is not None:
            self.of_shown(work, found, Withdrawal(scope=scope))
        if found is None or not disclosures.is_held(work, found):
            self.erased(work, demand, actor=None)

    def erased(self, work: UnitOfWork, demand: KeptDemand, *, actor: Actor | None) -> KeptDemand:
        """Answer that nothing of what was shown is here any more; whoever calls has made it so."""
        found = disclosures.behind(work, demand)
        handover = work.handovers.get(demand.handover)
        if found is not None and found.incoming and found.erased_at is None:
            work.disclosures.change(replace(found, erased_at=work.now))
        saying = Saying(
            act=Act.ERASED,
            record=None if found is None else disclosures.skeleton_of(work, found),
            by=None if actor is None else self._sealer.by(handover, actor.officer, actor),
        )
        return demands.answer(work, self._sealer, demand, saying)

    def gone(self, work: UnitOfWork, matter: MatterId) -> None:
        """Answer every withdrawal that still waits, or is held against, where nothing of it is here any more."""
        for demand in work.demands.of_matter(matter):
            if demand.act is not Act.CONSENT_WITHDRAWN or not (demand.incoming and demand.open):
                continue
            found = disclosures.behind(work, demand)
            if found is None or not disclosures.is_held(work, found):
                self.erased(work, demand, actor=None)

    def answered(self, work: UnitOfWork, handover: Handover, asked: Digest) -> None:
        """Note that the recipient of a disclosure has destroyed it, as it was asked by the envelope *asked*."""
        demand = demands.named(work, asked)
        found = None if demand is None else disclosures.behind(work, demand)
        if (
            found is not None
            and not found.incoming
            and found.erased_at is None
            and found.handover == handover.id
        ):
            work.disclosures.change(replace(found, erased_at=work.now))

    def log(self, work: UnitOfWork, kept: KeptGround) -> None:
        """Log that a ground was recorded, or has ended: a digest that nobody can guess."""
        mark = self._vault.pseudonym(kept.matter, f"ground {kept.id} {kept.ground.withdrawn_at}")
        object_ = strict.digest(mark.encode())
        work.log.append(EntryKind.GROUND, stream=kept.matter, object_=object_, now=work.now)


def _scope(work: UnitOfWork, demand: KeptDemand) -> WithdrawalScope:
    """Give how far a withdrawal goes that was heard; whose words are not here ends one ground."""
    try:
        content = message.decode_kept(work.envelopes.plaintext(demand.envelope))
    except NotFoundError:
        return WithdrawalScope.GROUND
    return WithdrawalScope(str(content.body["scope"]))


def _passed_on(shown: KeptDisclosure, came: KeptDisclosure) -> bool:
    """Tell whether this node passed on what came: a record with any of its fields; what it tells itself is its own."""
    record = not shown.incoming and shown.act in RECORDS and shown.at >= came.at
    return record and not set(shown.fields).isdisjoint(came.fields)
