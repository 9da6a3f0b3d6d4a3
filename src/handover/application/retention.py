"""Retention: what is erased when, by an officer's decision or because it is due; legal holds that stop it."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from handover.application import doubt, erasing, notices, stated_holds, untracing
from handover.application.facts import Actor, Handover
from handover.application.keeping import Ended, KeptHold
from handover.application.owners import TALK
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.withdrawals import Withdrawals
from handover.domain import retention
from handover.domain.errors import HandoverError
from handover.domain.handover import Act, State
from handover.domain.ids import Digest, HandoverId, MatterId
from handover.domain.retention import DAY, Hold, Keeping, Rule, Rules
from handover.domain.schema import MatterKind
from handover.domain.searching import ClosingReason
from handover.domain.sequence import AFTER_DEED, ARRIVES
from handover.protocol import strict
from handover.protocol.entry import EntryKind

_AT_ONCE: Final = 5000
_COMING: Final = (Keeping.FORMER, Keeping.NOT_TAKEN, Keeping.VOID_TALK)
_WITH_VALUES: Final = (
    Act.ACCEPTANCE, Act.DECLINE, Act.QUESTION, Act.ANSWER,
    *sorted(AFTER_DEED - ARRIVES - {Act.ERASED}),  # these have to arrive, whatever is erased here
)  # fmt: skip
_VOID: Final = frozenset({State.VOIDED, State.CLOSED, State.DISCARDED, State.ENDED, State.OVER})


@dataclass(frozen=True, kw_only=True)
class Planned:
    """Something that is erased at `due` by `rule`, unless one of `holds` is in force then.

    `reference` is the authority's own number of the matter.
    """

    ended: Ended
    reference: str
    rule: Rule
    due: int
    holds: tuple[Hold, ...]

    @property
    def place(self) -> tuple[int, str]:
        """Where it stands in the calendar."""
        return self.due, self.ended.name

    def held_until(self, now: int) -> int | None:
        """Give until when a hold stops the erasure, if one is in force at *now*."""
        return max((hold.until for hold in self.holds if hold.in_force(now)), default=None)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a matter stands: what is planned for it, its holds, and when its values were destroyed.

    `said` are the rounds of whose talk something is still kept; `told` what this office has told others that it keeps.
    """

    planned: tuple[Planned, ...]
    holds: tuple[KeptHold, ...]
    told: tuple[Hold, ...]
    said: tuple[Handover, ...]
    erased_at: int | None


class Retention:
    """The desk where it is decided what goes and what stays."""

    def __init__(self, database: Database, vault: Vault, rules: Rules, withdrawals: Withdrawals) -> None:
        self._database = database
        self._vault = vault
        self._rules = rules
        self._withdrawals = withdrawals

    def calendar(self, *, actor: Actor, after: tuple[int, str] = (0, ""), limit: int = 50) -> list[Planned]:
        """Give what is erased when, by date, from behind *after*.

        Raises:
            ForbiddenError: only supervisors and liaison officers see it.
        """
        require(actor, Right.RETAIN)
        with self._database.reading() as work:
            return list(self._coming(work, after=after, limit=limit))

    def near(self) -> int:
        """Give how many erasures come up within the time of warning, as of the last look."""
        with self._database.reading() as work:
            return work.retention.looked_after()[1]

    def of_matter(self, matter: MatterId, *, actor: Actor) -> Standing:
        """Give how a matter stands.

        Raises:
            ForbiddenError: only supervisors and liaison officers see it.
            NotFoundError: there is no such matter.
        """
        require(actor, Right.RETAIN)
        with self._database.reading() as work:
            work.matters.get(matter)
            ended = work.retention.standing(matter)
            return Standing(
                planned=tuple(self._planned(work, [] if ended is None else [ended])),
                holds=tuple(work.retention.of_matter(matter)),
                told=tuple(stated_holds.of_matter(work, matter)),
                said=tuple(work.handovers.get(each) for each in work.retention.said(matter)),
                erased_at=work.retention.erased(matter),
            )

    def erase(self, matter: MatterId, *, actor: Actor) -> None:
        """Destroy every value of *matter* at this node now, before it is due: an officer's decision.

        Raises:
            ForbiddenError: only supervisors and liaison officers decide it.
            StillResponsibleError: this node is answerable for it.
            RoundOpenError: one of its rounds is not settled.
            LegalHoldError: a hold stops it.
        """
        require(actor, Right.RETAIN)
        with self._database.begin() as work:
            erase_matter(work, matter, self._vault)
            self._withdrawals.gone(work, matter)
            self._decided(work, matter, f"erase {work.now}")

    def erase_round(self, handover: HandoverId, *, actor: Actor) -> None:
        """Destroy what was said in one settled round at this node; the matter's own record stays.

        Raises:
            ForbiddenError: only supervisors and liaison officers decide it.
            RoundOpenError: it is not settled.
            StillResponsibleError: this node holds the matter by it.
            LegalHoldError: a hold stops it.
        """
        require(actor, Right.RETAIN)
        with self._database.begin() as work:
            found = work.handovers.get(handover)
            erase_round(work, found)
            self._withdrawals.gone(work, found.matter)
            self._decided(work, found.matter, f"erase {handover} {work.now}")

    def tick(self) -> int:
        """Erase what is due and not held, and warn of what comes up, once a day; give how much was erased."""
        with self._database.reading() as work:
            if work.retention.looked_after()[0] // DAY >= work.now // DAY:
                return 0
        erased = self._erase_due()
        with self._database.reading() as work:  # it may take seconds, in which nobody else could write
            near = [
                each
                for each in self._until(work, work.now + retention.WARNING)
                if each.held_until(work.now) is None
            ]
        with self._database.begin() as work:
            for each in near:
                notices.erasure(work, f"{each.ended.name} {each.due}")
            work.retention.look_after(near=len(near))
        return erased

    def _erase_due(self) -> int:
        with self._database.reading() as work:
            due = [each for each in self._until(work, work.now) if each.held_until(work.now) is None]
        done = 0
        for each in due:
            try:
                with self._database.begin() as work:
                    self._erase_one(work, each.ended)
            except HandoverError:
                continue  # it has moved on meanwhile; the calendar says what holds now
            done += 1
        return done

    def _erase_one(self, work: UnitOfWork, ended: Ended) -> None:
        if ended.handover is not None:
            erase_round(work, work.handovers.get(ended.handover))
        else:
            erase_matter(work, ended.matter, self._vault)
        self._withdrawals.gone(work, ended.matter)

    def _until(self, work: UnitOfWork, end: int) -> Iterator[Planned]:
        """Give all that is due until *end*."""
        after = (0, "")
        while found := list(self._coming(work, after=after, limit=_AT_ONCE)):
            for each in found:
                if each.due > end:
                    return
                yield each
            after = found[-1].place

    def _coming(self, work: UnitOfWork, *, after: tuple[int, str], limit: int) -> Iterator[Planned]:
        """Give the next of every kind, by date: each kind stands in order of its end, so in order of its date."""
        due, name = after
        found: list[list[Ended]] = []
        for kind in MatterKind:
            for keeping in _COMING:
                days = self._rules[kind, keeping].days
                if days is not None:
                    since = (due - days * DAY, name)
                    found.append(work.retention.ended(kind, keeping, after=since, limit=limit))
        merged = heapq.merge(*(self._planned(work, each) for each in found), key=lambda each: each.place)
        for _, each in zip(range(limit), merged, strict=False):
            yield each

    def _planned(self, work: UnitOfWork, found: list[Ended]) -> list[Planned]:
        if not found:
            return []
        matters = [each.matter for each in found]
        holds = work.retention.of_matters(matters)
        work.matters.load(matters)
        return [
            Planned(
                ended=each,
                reference=work.matters.get(each.matter).reference,
                rule=rule,
                due=due,
                holds=(*holds.get(each.matter, ()), *stated_holds.of_matter(work, each.matter)),
            )
            for each in found
            for rule in [self._rules[each.kind, each.keeping]]
            for due in [rule.due(each.since)]
            if due is not None
        ]

    def _decided(self, work: UnitOfWork, matter: MatterId, what: str) -> None:
        mark = self._vault.pseudonym(matter, what)
        work.log.append(EntryKind.DECIDED, stream=matter, object_=strict.digest(mark.encode()), now=work.now)


def erase_matter(
    work: UnitOfWork, matter: MatterId, vault: Vault, *, answering: Digest | None = None
) -> list[Handover]:
    """Destroy every value of *matter* and of its rounds in this transaction, and give the rounds.

    For each offer whose values were still here the log says that they are destroyed, and once for the matter itself.
    What this office said that it keeps stops it, but for *answering*, the demand that is answered anew.

    Raises:
        StillResponsibleError: this node is answerable for it.
        RoundOpenError: one of its rounds is not settled.
        LegalHoldError: a hold stops it.
    """
    found, rounds = work.matters.get(matter), work.handovers.of_matter(matter)
    holds = [each.hold for each in work.retention.of_matter(matter)]
    holds += stated_holds.of_matter(work, matter, but=answering)
    retention.require_erasable(doubt.claimed(work, found), [each.state for each in rounds], holds, work.now)
    for each in rounds:
        work.queue.retire(each.id, _WITH_VALUES)
        if each.offer is not None and each.state not in _VOID:
            work.log.append(EntryKind.ERASED, stream=each.pair, object_=each.offer, now=work.now)
    untracing.forget(work, matter, ClosingReason.ERASED)
    work.matters.erase_matter(matter, [each.id for each in rounds])
    work.follow_ups.end(matter)
    for each in rounds:
        erasing.told(work, each)
    for shown in work.disclosures.of_matter(matter):
        erasing.shown(work, shown)
    for demand in work.demands.of_matter(matter):
        erasing.words(work, demand)
    mark = strict.digest(vault.pseudonym(matter, f"erased {work.now}").encode())
    work.log.append(EntryKind.ERASED, stream=matter, object_=mark, now=work.now)
    return rounds


def erase_round(work: UnitOfWork, handover: Handover) -> None:
    """Destroy what was said in one settled round in this transaction, and what was shown in it after the deed.

    Raises:
        RoundOpenError: it is not settled.
        StillResponsibleError: this node holds the matter by it.
        LegalHoldError: a hold stops it.
    """
    claim = doubt.claimed(work, work.matters.get(handover.matter))
    holds = [each.hold for each in work.retention.of_matter(handover.matter)]
    holds += stated_holds.of_matter(work, handover.matter)
    retention.require_round_erasable(claim, handover.role, handover.state, holds, work.now)
    work.queue.retire(handover.id, _WITH_VALUES)
    for kept in work.files.parcels(handover.id):
        if kept.owner.endswith(TALK):
            work.files.drop(kept.parcel.sealed)
    work.matters.erase(handover.id)
    work.matters.erase(f"{handover.id}{TALK}")
    erasing.round_(work, handover)
    if handover.offer is not None:
        work.log.append(EntryKind.ERASED, stream=handover.pair, object_=handover.offer, now=work.now)


def upkeep(*parts: Callable[[], object]) -> Callable[[], None]:
    """Give what carries out each of *parts*, in this order."""

    def tick() -> None:
        for part in parts:
            part()

    return tick
