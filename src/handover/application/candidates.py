"""The holder's desk for possible matches: what a question of a peer may be about, told about the own record alone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from handover.application import committing, indexing, notices
from handover.application.facts import Actor
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.readings import require_stated
from handover.application.traced import KeptCandidate
from handover.domain.ids import UUID7, HandoverId, MatterId
from handover.domain.searching import NOTICES, CandidateDecidedError, CandidateState, Notice
from handover.protocol import strict
from handover.protocol.entry import EntryKind
from handover.protocol.strict import Json

_AT_ONCE: Final = 100
_UPPER: Final = tuple(band for band, notice in NOTICES.items() if notice is Notice.AT_ONCE)
_LOWER: Final = tuple(band for band, notice in NOTICES.items() if notice is Notice.WEEKLY)
_OPEN: Final = frozenset({CandidateState.WAITING, CandidateState.RELEASED})


class Candidates:
    """Where officers see candidates, and what becomes of them is kept."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def waiting(self, *, actor: Actor) -> Sequence[KeptCandidate]:
        """Give candidates of the upper bands about which nobody has decided, newest first."""
        return self._list(_UPPER, actor)

    def weekly(self, *, actor: Actor) -> Sequence[KeptCandidate]:
        """Give those of the lowest band, newest first."""
        return self._list(_LOWER, actor)

    def _list(self, bands: Sequence[str], actor: Actor) -> Sequence[KeptCandidate]:
        require(actor, Right.DECIDE)
        with self._database.reading() as work:
            return work.tracing.heard.candidates(CandidateState.WAITING, bands=bands, limit=_AT_ONCE)

    def of_matter(self, matter: MatterId, *, actor: Actor) -> Sequence[KeptCandidate]:
        """Give the candidates of a matter, newest first."""
        require(actor, Right.DECIDE)
        with self._database.reading() as work:
            work.matters.get(matter)
            return work.tracing.heard.of_matter(matter)

    def get(self, candidate: UUID7, *, actor: Actor) -> KeptCandidate:
        """Give a candidate; raises NotFoundError."""
        require(actor, Right.DECIDE)
        with self._database.reading() as work:
            return work.tracing.heard.candidate(candidate)

    def open(self, candidate: UUID7, *, actor: Actor) -> Sequence[str]:
        """Give which fields of the own record have met something; the reading is logged.

        Raises:
            NotFoundError: there is no such candidate, or its reasons were erased.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = work.tracing.heard.candidate(candidate)
            require_stated(work, found.matter, actor)
            reasons, _, _ = work.tracing.heard.words(found)
            self._log(work, found, "read", kind=EntryKind.DISCLOSED)
            return reasons

    def findable(self, work: UnitOfWork, candidate: KeptCandidate) -> bool:
        """Tell whether the asker may be told of the record now, as it stands: much can have changed meanwhile."""
        found = indexing.findable(
            work, self._vault, candidate.matter, candidate.person, asker=candidate.asker
        )
        return found is not None

    def mark(
        self,
        work: UnitOfWork,
        candidate: KeptCandidate,
        state: CandidateState,
        *,
        by: str | None = None,
        handover: HandoverId | None = None,
    ) -> KeptCandidate:
        """Write what became of a candidate, in the caller's transaction.

        Raises:
            CandidateDecidedError: it was rejected, confirmed or closed.
        """
        found = work.tracing.heard.candidate(candidate.id)
        if found.state not in _OPEN:
            raise CandidateDecidedError
        new = replace(
            found,
            state=state,
            handover=found.handover if handover is None else handover,
            decided_by=by or found.decided_by,
            decided_at=work.now,
        )
        work.tracing.heard.turn(found, new)
        self._log(work, new, state.value)
        return new

    def reject(self, work: UnitOfWork, candidate: KeptCandidate, *, by: str | None = None) -> KeptCandidate:
        """Reject the pair for good: no question of the same request is a candidate for the same record again."""
        new = self.mark(work, candidate, CandidateState.REJECTED, by=by)
        work.tracing.heard.reject(new.pair)
        return new

    def pair_tag(self, candidate: KeptCandidate) -> bytes:
        """Give the handle of the pair as the asker is told it: the same for the same pair, and nothing else."""
        return self._vault.mark("tracing-hit", candidate.pair.hex())[:16]

    def opening(self, work: UnitOfWork, candidate: KeptCandidate) -> dict[str, Json]:
        """Give what a hit shows of the index: the record was in it, under a root that stood in the log.

        Raises:
            NotFoundError: it was erased, or the root is not under a signed checkpoint yet.
        """
        _, number, opening = work.tracing.heard.words(candidate)
        return committing.shown(work, number, opening)

    def remind(self) -> None:
        """Tell officers once a week that there are candidates of the lowest band."""
        with self._database.reading() as work:
            week = work.now // (7 * 86400)
            found = work.tracing.heard.candidates(CandidateState.WAITING, bands=_LOWER, limit=1)
        if found and found[0].at // (7 * 86400) < week:
            with self._database.begin() as work:
                notices.weekly(work, week)

    def _log(
        self, work: UnitOfWork, candidate: KeptCandidate, what: str, *, kind: EntryKind = EntryKind.DECIDED
    ) -> None:
        mark = self._vault.pseudonym(candidate.matter, f"candidate {candidate.id} {what}")
        work.log.append(kind, stream=candidate.matter, object_=strict.digest(mark.encode()), now=work.now)
