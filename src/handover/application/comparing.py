"""The matcher, in the worker: opens what its own index can open, compares, and keeps what an officer should look at.

Nothing here is in the answer to a question, or changes the time that it takes. Evidence is in no table: what is below
the lowest band is gone with the call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from handover.application import indexing, notices, tracing_epochs
from handover.application.committing import Committing
from handover.application.epochs import Epochs
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.sealing import new_id
from handover.application.traced import HeardQuestion, IndexEntry, KeptCandidate
from handover.application.tracing_rarity import RarityKeeper
from handover.domain.errors import NotFoundError, UntrustedError
from handover.domain.searching import MOST_POSSIBLE, NOTICES, CandidateState, Notice
from handover.matching import evidence, scoring
from handover.matching.scoring import Band
from handover.protocol import committed_index, question
from handover.protocol.epoch import Epoch
from handover.protocol.question import Opened

AT_ONCE: Final = 64
"""Questions that are compared in one look."""
_STANDING: Final = frozenset({CandidateState.WAITING, CandidateState.RELEASED, CandidateState.CONFIRMED})


@dataclass(frozen=True, kw_only=True)
class _Found:
    """One record that a question may be about."""

    entry: IndexEntry
    address: bytes
    pair: bytes
    score: float
    band: Band
    relative: bool
    reasons: tuple[str, ...]


class Comparing:
    """Compares questions of peers with this node's index."""

    def __init__(self, database: Database, vault: Vault, epochs: Epochs, committing: Committing) -> None:
        self._database = database
        self._vault = vault
        self._epochs = epochs
        self._committing = committing
        self._rarity = RarityKeeper(vault)

    def tick(self) -> int:
        """Compare questions that wait, each in a transaction of its own; give how many."""
        with self._database.reading() as work:
            epochs = tracing_epochs.answered(self._epochs, work.now)
            waiting = [
                (epoch, each)
                for epoch in epochs
                for each in work.tracing.heard.uncompared(epoch.number, _newest(work, epoch), limit=AT_ONCE)
            ]
        for epoch, each in waiting:
            self._one(epoch, each)
        return len(waiting)

    def _one(self, epoch: Epoch, heard: HeardQuestion) -> None:
        with self._database.begin() as work:
            now = work.tracing.heard.find(heard.digest)
            if now is None or now.closed_at is not None:
                return  # it was taken back meanwhile
            found = self._found(work, epoch, now)
            newest = _newest(work, epoch)
            for each in _kept(found):
                self._keep(work, epoch, now, each)
            work.tracing.heard.change(now, replace(now, compared=newest))

    def _found(self, work: UnitOfWork, epoch: Epoch, heard: HeardQuestion) -> list[_Found]:
        try:
            asked = question.read(work.tracing.heard.data(heard)).claimed  # it was verified when it came
        except (NotFoundError, UntrustedError):
            return []
        entries = work.tracing.index.find(epoch.number, [address for address, _ in asked.rows])
        opened = question.opened(asked, lambda address: wrap(entries, address))
        if opened is None:
            return []
        since = heard.compared or 0
        met = {
            each.id: each for address in opened.addresses for each in entries[address] if each.added > since
        }
        found = (self._compared(work, epoch, heard, opened, each) for each in met.values())
        return [each for each in found if each is not None]

    def _compared(
        self, work: UnitOfWork, epoch: Epoch, heard: HeardQuestion, opened: Opened, entry: IndexEntry
    ) -> _Found | None:
        """Compare with one record, as it stands now; who may not be found is not here."""
        held = indexing.findable(work, self._vault, entry.matter, entry.number, asker=heard.asker)
        if held is None:
            return None
        pair = self.pair(heard, opened.evidence, entry)
        if work.tracing.heard.rejected(pair):
            return None
        levels = evidence.compare(opened.evidence, opened.salt, held)
        score = scoring.score(levels, self._rarity.of(work, epoch.number))
        return _Found(
            entry=entry,
            address=next(each for each in opened.addresses if each in entry.keys),
            pair=pair,
            score=score,
            band=scoring.band(score),
            relative=scoring.relative(levels),
            reasons=scoring.reasons(levels),
        )

    def pair(self, heard: HeardQuestion, shown: bytes, entry: IndexEntry) -> bytes:
        """Give the mark of a request and a record: the same, whatever question of the request brings them together."""
        tag = evidence.tag_of(shown).hex()
        return self._vault.mark("tracing-pair", f"{heard.asker}|{tag}|{entry.matter}|{entry.number}")

    def _keep(self, work: UnitOfWork, epoch: Epoch, heard: HeardQuestion, found: _Found) -> None:
        known = work.tracing.heard.paired(found.pair)
        if any(each.state in _STANDING for each in known):
            return
        entry = found.entry
        bound = committed_index.binding(entry.salt, entry.name, found.address)
        number, opening = self._committing.opening(work, epoch, found.address, bound)
        candidate = KeptCandidate(
            id=new_id(work.now),
            matter=entry.matter,
            person=entry.number,
            asker=heard.asker,
            question=heard.digest,
            pair=found.pair,
            band=found.band.value,
            relative=found.relative,
            state=CandidateState.WAITING,
            asked_at=heard.heard_at,
            at=work.now,
        )
        work.tracing.heard.offer(candidate, found.reasons, root=number, opening=opening.encode())
        if NOTICES.get(candidate.band) is Notice.AT_ONCE:
            notices.candidate(work, str(candidate.id))


def _newest(work: UnitOfWork, epoch: Epoch) -> int:
    root = work.tracing.index.root(epoch.number)
    return 0 if root is None else root.number


def wrap(entries: Mapping[bytes, Sequence[IndexEntry]], address: bytes) -> bytes | None:
    """Give what the evidence behind *address* is wrapped under, if an entry has it."""
    found = entries.get(address)
    return found[0].keys[address] if found else None


def _kept(found: Sequence[_Found]) -> list[_Found]:
    """Give what is kept: all of the upper bands, and a few of the lowest, the best first."""
    ranked = sorted(found, key=lambda each: -each.score)
    weekly = [each for each in ranked if NOTICES.get(each.band.value) is Notice.WEEKLY]
    return [
        *(each for each in ranked if NOTICES.get(each.band.value) is Notice.AT_ONCE),
        *weekly[:MOST_POSSIBLE],
    ]
