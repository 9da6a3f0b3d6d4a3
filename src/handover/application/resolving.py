"""Two officers resolve a round whose receiver is gone for good: its deed counts no more (docs/spec/lifecycle.md).

No clock does this. What only people can find out, they find out first: that the other side acts no more for the child.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handover.application import proofs
from handover.application.colleagues import require_second
from handover.application.facts import Actor, Handover
from handover.application.permissions import MAY, Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.preparing import Preparing
from handover.application.registry import Registry
from handover.application.rounds import Cause, Rounds
from handover.application.sealing import Sealer, new_id
from handover.domain import resolution as rules
from handover.domain.courses import Course
from handover.domain.errors import NotFoundError, OutOfOrderError
from handover.domain.handover import Claim, DeedNotOverdueError, NotResponsibleError, Order, State, VoidReason
from handover.domain.ids import HandoverId
from handover.domain.resolution import (
    TAKE_UP_TERM,
    NotProposedError,
    Resolution,
    ResolutionOutcome,
    ResolutionProposedError,
    ResolutionReason,
)
from handover.protocol.entry import EntryKind
from handover.protocol.statement import AssertedAct


@dataclass(frozen=True, kw_only=True)
class Resolvable:
    """A round with its proposals, when its deed is overdue by itself, and what this officer may do now.

    `lost`: the registry suspends the receiver, names it no more, or calls its keys compromised.
    """

    handover: Handover
    proposals: Sequence[Resolution]
    overdue_at: int | None
    lost: bool
    can: tuple[str, ...]

    @property
    def proposed(self) -> Resolution | None:
        """The proposal on which nobody has decided."""
        return next((each for each in self.proposals if each.outcome is None), None)


class Resolving:
    """The desk of the side that has given the deed."""

    def __init__(
        self, database: Database, vault: Vault, registry: Registry, sealer: Sealer, rounds: Rounds
    ) -> None:
        self._database = database
        self._registry = registry
        self._sealer = sealer
        self._rounds = rounds
        self._preparing = Preparing(vault, registry, sealer)

    def look(self, handover: HandoverId, *, actor: Actor) -> Resolvable:
        """Give what was proposed for a round, and what this officer may do; raises NotFoundError."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            found = work.handovers.get(handover)
            proposals = work.resolutions.of_round(handover)
            given = self._given(work, found) if found.state is State.RELIEVING else None
            lost = given is not None and self._lost(found, work.now)
            overdue = given is not None and (lost or rules.overdue(given, work.now))
            return Resolvable(
                handover=found,
                proposals=proposals,
                overdue_at=None if given is None else given + TAKE_UP_TERM,
                lost=lost,
                can=_steps(actor, next((each for each in proposals if each.outcome is None), None), overdue),
            )

    def propose(self, handover: HandoverId, *, reason: ResolutionReason, actor: Actor) -> Resolution:
        """Propose to resolve a deed; nothing changes until a second officer confirms it.

        Raises:
            ResolutionProposedError: it was proposed, and nobody has decided on it.
            DeedNotOverdueError: the take-up can still come.
            RegistryStaleError: this node cannot tell who is gone from a registry this old.
            StepUpError: the officer has not just proved to be there.
            NotResponsibleError: the matter is back already, or this node was never responsible.
            OutOfOrderError: no deed of this round waits for its take-up.
        """
        require(actor, Right.RELEASE)
        with self._database.begin() as work:
            found = work.handovers.get(handover)
            self._rounds.require_present(actor, work.now)
            if work.resolutions.open(handover) is not None:
                raise ResolutionProposedError
            self._require_overdue(work, found)
            if found.deed is None:
                raise OutOfOrderError
            made = Resolution(
                id=new_id(work.now),
                handover=handover,
                deed=found.deed,
                reason=reason,
                proposed_by=actor.officer,
                proposed_at=work.now,
            )
            work.resolutions.add(made)
            self._preparing.decided(work, found, "propose resolution", actor)
            return made

    def confirm(self, handover: HandoverId, *, actor: Actor) -> Handover:
        """Resolve the deed as a second officer: this node is responsible again, and the other side is sent a void.

        Raises:
            NotProposedError: nobody has proposed it.
            SameOfficerError: four eyes.
            DeedNotOverdueError: the take-up can still come after all.
            RegistryStaleError: this node cannot tell who is gone from a registry this old.
            StepUpError: the officer has to confirm it.
            OutOfOrderError: the take-up came, or the matter is back.
        """
        require(actor, Right.RELEASE)
        with self._database.begin() as work:
            found, proposal = work.handovers.get(handover), _proposed(work, handover)
            require_second(work, actor, proposal.proposed_by)
            self._require_overdue(work, found)
            self._decide(work, proposal, ResolutionOutcome.CONFIRMED, actor)
            work.log.append(EntryKind.RESOLVED, stream=found.pair, object_=proposal.deed, now=work.now)
            by = self._sealer.by(found, proposal.proposed_by, actor)
            begun = proofs.take(work, AssertedAct.RESOLUTION, found.id, actor)
            resolved = Cause(
                event=Order.RESOLVE,
                by=by,
                actor=actor,
                begun=begun,
                void=VoidReason.RESOLVED,
                overdue=True,
            )
            return self._rounds.move(work, found, resolved)

    def drop(self, handover: HandoverId, *, actor: Actor) -> Resolution:
        """Refuse what another officer has proposed, or withdraw what this one has; the deed stands.

        Raises:
            NotProposedError: nothing is proposed.
        """
        require(actor, Right.RELEASE)
        with self._database.begin() as work:
            found, proposal = work.handovers.get(handover), _proposed(work, handover)
            own = proposal.proposed_by == actor.officer
            outcome = ResolutionOutcome.WITHDRAWN if own else ResolutionOutcome.REFUSED
            self._preparing.decided(work, found, f"resolution {outcome}", actor)
            return self._decide(work, proposal, outcome, actor)

    def _decide(
        self, work: UnitOfWork, proposal: Resolution, outcome: ResolutionOutcome, actor: Actor
    ) -> Resolution:
        done = replace(proposal, outcome=outcome, decided_by=actor.officer, decided_at=work.now)
        work.resolutions.decide(done)
        return done

    def _require_overdue(self, work: UnitOfWork, handover: Handover) -> None:
        if handover.course is not Course.HANDOVER or handover.state is not State.RELIEVING:
            raise OutOfOrderError
        matter = work.matters.get(handover.matter)
        if matter.claim is not Claim.RELIEVING or matter.relieving_for != handover.id:
            raise NotResponsibleError
        self._registry.require_fresh(work.now)
        given = self._given(work, handover)
        if not (self._lost(handover, work.now) or (given is not None and rules.overdue(given, work.now))):
            raise DeedNotOverdueError

    def _given(self, work: UnitOfWork, handover: Handover) -> int | None:
        return None if handover.deed is None else work.envelopes.get(handover.deed).stored_at

    def _lost(self, handover: Handover, now: int) -> bool:
        try:
            return self._registry.barred(handover.peer, now) or self._sealer.lost(handover.peer, now)
        except NotFoundError:
            return True


def _steps(actor: Actor, proposed: Resolution | None, overdue: bool) -> tuple[str, ...]:
    if "write" not in actor.scopes or not MAY[Right.RELEASE] & set(actor.roles):
        return ()
    if proposed is None:
        return ("propose",) if overdue else ()
    if proposed.proposed_by == actor.officer:
        return ("withdraw",)
    return ("confirm", "refuse") if overdue else ("refuse",)


def _proposed(work: UnitOfWork, handover: HandoverId) -> Resolution:
    found = work.resolutions.open(handover)
    if found is None:
        raise NotProposedError
    return found
