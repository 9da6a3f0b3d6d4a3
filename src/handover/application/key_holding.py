"""The key-holder: evaluates blinded keys for members with the mandate, within quotas counted in evaluations."""

import statistics
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from handover.application.alarms import raise_alarm
from handover.application.epochs import Epochs, require_tracing, signer_of
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.registry import Registry, Sender
from handover.application.tracing_keys import (
    QUESTIONS,
    RECORDS,
    EvaluationReplayedError,
    EvaluationsSpentError,
    EvaluationTimeError,
    Level,
    NoEpochError,
    NotAHolderError,
    Spent,
)
from handover.domain.errors import NotFoundError
from handover.domain.ids import NodeId
from handover.protocol import evaluation, ristretto, strict, threshold
from handover.protocol.entry import EntryKind
from handover.protocol.epoch import Epoch
from handover.protocol.evaluation import KEYS, Kind, Request

TAKEN: Final = 600  # seconds by which the asker's clock may differ
BURST: Final = {Kind.QUESTION: 64 * KEYS[Kind.QUESTION], Kind.INDEX: 2**18, Kind.RECORD: 2**18}
"""Evaluations that an asker may have at once, beyond what an hour gives."""
HOURLY: Final = {Kind.QUESTION: 60 * KEYS[Kind.QUESTION], Kind.INDEX: 2**18, Kind.RECORD: 2**18}
"""Evaluations that are forgotten in an hour."""
_LONGEST_WAIT: Final = 86400  # seconds
_CONSPICUOUS: Final = 10  # times what the others ask
_FEW: Final = 20  # questions below which nobody is conspicuous


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What one asker gets in an epoch; questions are of 48 evaluations, records of 64."""

    questions: int = QUESTIONS
    records: int = RECORDS


@dataclass(frozen=True, kw_only=True)
class Sum:
    """What one node has had evaluated in a calendar year: public."""

    asker: NodeId
    questions: int
    records: int
    evaluations: int


class KeyHolding:
    """The desk of this node's shares."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        registry: Registry,
        epochs: Epochs,
        allowance: Allowance,
    ) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._epochs = epochs
        self._allowance = allowance

    def evaluate(self, data: bytes) -> bytes:
        """Give the signed answer to a signed request; it is counted and logged before anything is evaluated.

        Raises:
            UntrustedError: malformed, unsigned, or signed with a key that does not count.
            RefusedError: no mandate, not this holder, or not the time.
            NoEpochError: no such epoch, or no share of it any more.
            EvaluationReplayedError: it was answered before.
            EvaluationsSpentError: the asker has had enough for now; an alarm is raised.
        """
        unverified = evaluation.read(data)
        try:
            with self._database.begin() as work:
                sender = signer_of(self._registry, unverified.claimed.asker, now=work.now)
                request = unverified.verify(sender.key.public)
                epoch = self._admitted(work, request, sender)
                share = self._share(epoch)
                self._count(work, data, request, sender.entry.node, epoch)
        except EvaluationsSpentError:
            self._alarm(unverified.claimed, data)
            raise
        given = threshold.evaluate(share, request.place, request.places, request.elements)
        return evaluation.answer(data, given, signer=self._vault.signer)

    def _admitted(self, work: UnitOfWork, request: Request, sender: Sender) -> Epoch:
        require_tracing(self._registry, sender.entry.node, work.now)
        epoch = self._epochs.get(request.epoch)
        try:
            place = epoch.place(self._vault.node)
        except NotFoundError as error:
            raise NotAHolderError from error
        if place != request.place:
            raise NotAHolderError
        if abs(work.now - request.issued) > TAKEN:
            raise EvaluationTimeError
        if not (epoch.asked(work.now) if request.kind is Kind.QUESTION else epoch.indexed(work.now)):
            raise NoEpochError
        return epoch

    def _share(self, epoch: Epoch) -> int:
        try:
            return ristretto.scalar(self._vault.share(epoch.digest))
        except NotFoundError as error:
            raise NoEpochError from error

    def _count(self, work: UnitOfWork, data: bytes, request: Request, asker: NodeId, epoch: Epoch) -> None:
        digest = strict.digest(data)
        if work.tracing_keys.seen(digest):
            raise EvaluationReplayedError
        spent = work.tracing_keys.spent(epoch=epoch.number)
        self._require_left(work, request, asker, spent, epoch)
        self._require_level(work, request, asker)
        work.tracing_keys.see(digest, until=request.issued + TAKEN)
        work.tracing_keys.spend(
            Spent(
                epoch=epoch.number,
                year=datetime.fromtimestamp(work.now, UTC).year,
                asker=asker,
                kind=request.kind,
                requests=1,
                evaluations=request.evaluations,
                records=request.records,
            )
        )
        if request.kind is Kind.QUESTION and conspicuous(spent, asker):
            raise_alarm(work, "evaluations-many", peer=asker, handover=None, evidence=(_evidence(data),))
        work.log.append(EntryKind.EVALUATED, stream="", object_=digest, now=work.now)

    def _require_left(
        self, work: UnitOfWork, request: Request, asker: NodeId, spent: list[Spent], epoch: Epoch
    ) -> None:
        own = [each for each in spent if each.asker == asker]
        asked = sum(each.requests for each in own if each.kind is Kind.QUESTION)
        records = sum(each.records for each in own) + request.records
        question = request.kind is Kind.QUESTION
        if asked >= self._allowance.questions if question else records > self._allowance.records:
            raise EvaluationsSpentError(min(_LONGEST_WAIT, epoch.ends - work.now))

    def _require_level(self, work: UnitOfWork, request: Request, asker: NodeId) -> None:
        kind = Kind.QUESTION if request.kind is Kind.QUESTION else Kind.INDEX
        before = work.tracing_keys.level(asker, kind)
        forgotten = max(0, work.now - before.at) * HOURLY[kind] // 3600
        level = max(0, before.level - forgotten) + request.evaluations
        if level > BURST[kind]:
            raise EvaluationsSpentError(1 + (level - BURST[kind]) * 3600 // HOURLY[kind])
        work.tracing_keys.set_level(Level(asker=asker, kind=kind, level=level, at=work.now))

    def _alarm(self, request: Request, data: bytes) -> None:
        with self._database.begin() as work:
            asker = signer_of(self._registry, request.asker, now=work.now).entry.node
            raise_alarm(work, "evaluations-spent", peer=asker, handover=None, evidence=(_evidence(data),))

    def sums(self, year: int) -> list[Sum]:
        """Give what each node has had evaluated here in a year, by name."""
        with self._database.reading() as work:
            spent = work.tracing_keys.spent(year=year)
        return [
            Sum(
                asker=asker,
                questions=sum(each.requests for each in own if each.kind is Kind.QUESTION),
                records=sum(each.records for each in own),
                evaluations=sum(each.evaluations for each in own),
            )
            for asker in sorted({each.asker for each in spent})
            for own in [[each for each in spent if each.asker == asker]]
        ]


def conspicuous(spent: list[Spent], asker: NodeId) -> bool:
    """Tell whether *asker* asks far more than the others: at least ten times what the one in their middle asks."""
    asked: dict[NodeId, int] = {}
    for each in spent:
        if each.kind is Kind.QUESTION:
            asked[each.asker] = asked.get(each.asker, 0) + each.requests
    own = asked.pop(asker, 0) + 1
    return own > _FEW and len(asked) > 1 and own >= _CONSPICUOUS * statistics.median(asked.values())


def _evidence(data: bytes) -> bytes:
    return strict.b64(data).encode("ascii")
