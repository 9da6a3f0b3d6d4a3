"""The worker's desk for the index: what may be traced is in it, everything else is not. Names go out blinded alone."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from handover.application import documents, protection, tracing_epochs, untracing
from handover.application.epochs import Epochs
from handover.application.evaluating import Evaluates, Reason
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.traced import IndexEntry, IndexEpoch, KeptPermission, Settled
from handover.application.tracing_permissions import in_force
from handover.application.tracing_views import persons
from handover.domain.errors import NotFoundError, UnreachableError
from handover.domain.handover import Claim
from handover.domain.ids import MatterId, NodeId
from handover.domain.searching import ClosingReason
from handover.domain.traceable import TracingBasis
from handover.matching import keys
from handover.matching.view import View, view
from handover.protocol.epoch import Epoch
from handover.protocol.evaluation import Basis
from handover.protocol.question_header import row

AT_ONCE: Final = 64
"""Matters that are looked at in one step."""
EVERY: Final = 60
"""Seconds between two looks at whether records have changed; what officers permit or protect is seen at once."""
_RESPONSIBLE: Final = frozenset({Claim.HOLDER, Claim.RELIEVING})
_NEVER: Final = 2**53 - 1


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What a matter should have in the index, and lacks; `version` is that of the record it was read from."""

    matter: MatterId
    version: int
    basis: TracingBasis
    wanted: tuple[tuple[int, int, tuple[bytes, ...]], ...]
    """Epoch, number of the person, texts of the keys."""


class Indexing:
    """Keeps the index."""

    def __init__(self, database: Database, vault: Vault, epochs: Epochs, evaluator: Evaluates) -> None:
        self._database = database
        self._vault = vault
        self._epochs = epochs
        self._evaluator = evaluator
        self._state, self._scanned, self._not_before = "", 0, 0

    def tick(self) -> int:
        """Bring some of what has changed into the index, and give how many matters that were.

        Raises:
            UnreachableError: too few key-holders answer; nothing is lost, and nothing is in the index that may not be.
        """
        with self._database.reading() as work:
            now = work.now
        held = tracing_epochs.indexed(self._epochs, now)
        if not held or now < self._not_before:
            return 0
        if not self._is_due(held, now):
            return 0
        with self._database.begin() as work:
            started = {each.number: tracing_epochs.started(work, each) for each in held}
            work.tracing.index.drop(but=started)
            state = state_of(held, started)
            thorough = state != self._state or now - self._scanned >= EVERY
            unsettled = work.tracing.permissions.unsettled(state, thorough=thorough, limit=AT_ONCE)
            if thorough and len(unsettled) < AT_ONCE:
                self._state, self._scanned = state, now
            making = [started[each.number] for each in held if each.indexed(now)]
            plans = [
                plan for each in unsettled if (plan := self._plan(work, each, making, state)) is not None
            ]
        try:
            for epoch in making:
                self._make(plans, epoch)
        except UnreachableError:
            self._not_before = now + EVERY
            raise
        return len(unsettled)

    def _is_due(self, held: Sequence[Epoch], now: int) -> bool:
        """Tell whether there is something to write: nobody waits for a look that finds nothing."""
        with self._database.reading() as work:
            if now - self._scanned >= EVERY or tracing_epochs.grown(work, held):
                return True
            return bool(work.tracing.permissions.unsettled(self._state, thorough=False, limit=1))

    def _plan(
        self, work: UnitOfWork, matter: MatterId, epochs: Sequence[IndexEpoch], state: str
    ) -> _Plan | None:
        """Give what a matter lacks in the index; what it has there and should not, goes now."""
        permission = in_force(work, matter)
        found = None if permission is None else traced(work, self._vault, matter)
        if permission is None or found is None:
            self._out(work, matter, permission, state)
            return None
        version, described = found
        untracing.drop(work, matter, lambda each: each.person not in described)
        known = work.tracing.index.of_matter(matter)
        if any(each.version != version for each in known):
            work.tracing.index.forget(matter)
            known = []
        have = {(each.epoch, each.number) for each in known}
        wanted = []
        for epoch in epochs:
            for number, person in described.items():
                texts = tuple(key.text for key in keys.indexed(person, size=epoch.size))
                if texts and (epoch.number, number) not in have:
                    wanted.append((epoch.number, number, texts))
        if not wanted:
            self._settle(work, matter, version, state, permission.permission.until)
            return None
        return _Plan(matter=matter, version=version, basis=permission.permission.basis, wanted=tuple(wanted))

    def _out(self, work: UnitOfWork, matter: MatterId, permission: KeptPermission | None, state: str) -> None:
        """Take a matter out; where it was permitted once and is not any more, what was asked about it ends, too."""
        if permission is None:
            untracing.forget(work, matter, ClosingReason.CONSENT_WITHDRAWN)
        elif protection.is_protected(work, self._vault, matter):
            untracing.forget(work, matter, ClosingReason.PROTECTED)
        else:
            work.tracing.index.forget(matter)
            untracing.drop(work, matter, lambda _: True)
        until = _NEVER if permission is None else permission.permission.until
        self._settle(work, matter, max(work.records.versions(matter), default=0), state, until)

    def _settle(self, work: UnitOfWork, matter: MatterId, version: int, state: str, until: int) -> None:
        work.tracing.permissions.settle(Settled(matter=matter, version=version, state=state, due=until))

    def _make(self, plans: Sequence[_Plan], epoch: IndexEpoch) -> None:
        """Have the keys evaluated, outside every transaction, and keep what comes if all still holds."""
        mine = [(plan, each) for plan in plans for each in plan.wanted if each[0] == epoch.number]
        if not mine:
            return
        inputs = [text for _, (_, _, texts) in mine for text in texts]
        bases = {_BASES[plan.basis] for plan, _ in mine}
        basis = bases.pop() if len(bases) == 1 else Basis.EITHER
        reason = Reason.index(len(mine), basis)
        outputs = iter(self._evaluator.evaluate(inputs, reason=reason, epoch=self._epochs.get(epoch.number)))
        with self._database.begin() as work:
            work.tracing.index.tally("evaluations", len(inputs))
            for plan, (_, number, texts) in mine:
                made = [next(outputs) for _ in texts]
                self._keep(work, plan, number, epoch, made)
            for plan in {plan.matter: plan for plan, _ in mine}.values():
                work.tracing.permissions.touch(
                    plan.matter
                )  # the next look settles it, or finds what has changed

    def _keep(
        self, work: UnitOfWork, plan: _Plan, number: int, epoch: IndexEpoch, outputs: Sequence[bytes]
    ) -> None:
        found = traced(work, self._vault, plan.matter)
        if found is None or found[0] != plan.version or in_force(work, plan.matter) is None:
            return  # something has changed meanwhile: nothing of it enters
        if any(
            (each.epoch, each.number) == (epoch.number, number)
            for each in work.tracing.index.of_matter(plan.matter)
        ):
            return
        rows = [row(each, holder=self._vault.node, epoch=epoch.number) for each in outputs]
        work.tracing.index.add(
            IndexEntry(
                id=secrets.token_bytes(16),
                matter=plan.matter,
                number=number,
                epoch=epoch.number,
                version=plan.version,
                keys={each.address: each.wrap for each in rows},
                salt=secrets.token_bytes(16),
            )
        )


_BASES: Final = {TracingBasis.CONSENT: Basis.CONSENT, TracingBasis.BEST_INTERESTS: Basis.BEST_INTERESTS}


def traced(work: UnitOfWork, vault: Vault, matter: MatterId) -> tuple[int, Mapping[int, View]] | None:
    """Give the version of a matter's record and who of it can be found, unless it is protected or not this node's."""
    if work.matters.get(matter).claim not in _RESPONSIBLE:
        return None
    try:
        kept = work.records.latest(matter)
    except NotFoundError:
        return None
    record = documents.record_of(kept)
    if protection.protects(work, vault, matter, record):
        return None
    return kept.version, {number: view(person) for number, person in persons(record)}


def findable(work: UnitOfWork, vault: Vault, matter: MatterId, number: int, *, asker: NodeId) -> View | None:
    """Give a person of a record as it stands now, if *asker* may find that person now."""
    if in_force(work, matter) is None or excluded(work, matter, asker):
        return None
    held = traced(work, vault, matter)
    return None if held is None else held[1].get(number)


def state_of(epochs: Sequence[Epoch], started: Mapping[int, IndexEpoch]) -> str:
    """Give a text that changes whenever everything has to be indexed anew."""
    return " ".join(
        f"{each.number}:{tracing_epochs.tables_of(each, started[each.number].size).hex()[:16]}"
        for each in epochs
    )


def excluded(work: UnitOfWork, matter: MatterId, asker: NodeId) -> bool:
    """Tell whether a node is never told of a matter."""
    return work.tracing.permissions.limits(matter).limits.excludes(asker)
