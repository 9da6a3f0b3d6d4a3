"""What peers ask: strict checks that cost little, a receipt of one size, and nothing that depends on what is here.

Whether a question meets anything is found out later, by the worker.
"""

from dataclasses import replace
from typing import Final

from handover.application import tracing_epochs
from handover.application.epochs import Epochs, signer_of
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.registry import (
    MandateMissingError,
    NodeSuspendedError,
    Registry,
    Sender,
    require_usable,
)
from handover.application.traced import HeardQuestion
from handover.application.tracing_alarms import TracingWatch
from handover.domain.errors import MalformedError, UnreachableError
from handover.domain.ids import Digest
from handover.domain.searching import CandidateState
from handover.protocol import question, question_receipt, question_withdrawal, receipt
from handover.protocol.entry import EntryKind
from handover.protocol.epoch import Epoch
from handover.protocol.node_entry import Mandate
from handover.protocol.question import Question
from handover.protocol.question_header import OtherEpochError
from handover.protocol.receipt import Receipt

DAY: Final = 86400


class AskerQuotaError(UnreachableError):
    """A node takes so many questions of one asker in a day."""

    name = "tracing-asker-quota"
    title = "This node has asked so much today that no more of its questions are taken here before tomorrow."
    advice = "Nothing is lost: the question is sent again by itself. Ask along a route, not everybody."
    seconds = 900


class NotAskedError(MalformedError):
    """Only who has asked a question takes it back."""

    name = "question-not-yours"
    title = "This question was asked by somebody else."
    advice = "Take back the questions that this node has asked."


class Answering:
    """Takes questions and their withdrawals. *most* is how many questions one asker may send in a day."""

    def __init__(
        self, database: Database, vault: Vault, registry: Registry, epochs: Epochs, *, most: int
    ) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._epochs = epochs
        self._most = most
        self._watch = TracingWatch()

    def receive(self, data: bytes) -> bytes:
        """Keep a question, and give the receipt: the same bytes each time that the same question comes.

        Raises:
            UntrustedError: no question, none that a node of the registry has signed, or one for another node.
            RefusedError: another epoch or other tables, out of time, no mandate.
            AskerQuotaError: too many of this asker today.
        """
        unverified = question.read(data)
        with self._database.reading() as work:
            now = work.now
        sender = signer_of(self._registry, unverified.kid, now=now)
        asked = unverified.verify(sender.key.public)
        try:
            return self._kept(sender, asked)
        except AskerQuotaError:
            with self._database.begin() as work:
                self._watch.exhausted(work, sender.entry.node)
            raise

    def _kept(self, sender: Sender, asked: Question) -> bytes:
        with self._database.begin() as work:
            known = work.tracing.heard.find(asked.digest)
            if known is not None and known.receipt is not None:
                return known.receipt
            self._require(work, sender, asked)
            return self._stored(work, sender, asked, known)

    def _require(self, work: UnitOfWork, sender: Sender, asked: Question) -> None:
        """Do nothing if the question may be kept; nothing of this depends on a record."""
        require_usable(sender.key, work.now)
        if sender.barred:
            raise NodeSuspendedError
        if Mandate.FAMILY_TRACING not in sender.entry.mandates:
            raise MandateMissingError
        epoch = self._epoch(work, asked)
        begun = tracing_epochs.started(work, epoch)
        asked.header.require(
            holder=self._vault.node,
            epoch=epoch.number,
            tables=tracing_epochs.tables_of(epoch, begun.size),
            now=work.now,
        )
        self._require_left(work, sender)

    def _require_left(self, work: UnitOfWork, sender: Sender) -> None:
        if work.tracing.heard.numbers(since=work.now - DAY).get(sender.entry.node, 0) >= self._most:
            raise AskerQuotaError

    def _epoch(self, work: UnitOfWork, asked: Question) -> Epoch:
        answered = {each.number: each for each in tracing_epochs.answered(self._epochs, work.now)}
        found = answered.get(asked.header.epoch)
        if found is None:
            raise OtherEpochError
        return found

    def _stored(
        self, work: UnitOfWork, sender: Sender, asked: Question, known: HeardQuestion | None
    ) -> bytes:
        """Keep the question; one that was taken back before it came is receipted, and its bytes are not kept."""
        given = self._receipt(work, asked.digest)
        if known is not None and known.asker != sender.entry.node:
            work.tracing.heard.drop(known)  # another node took back what it has not asked
        elif known is not None:
            work.tracing.heard.change(known, replace(known, receipt=given))
            return given
        root = work.tracing.index.root(asked.header.epoch)
        heard = HeardQuestion(
            digest=asked.digest,
            asker=sender.entry.node,
            epoch=asked.header.epoch,
            heard_at=work.now,
            until=asked.header.expires,
            root=0 if root is None else root.number,
            receipt=given,
        )
        work.tracing.heard.add(heard, asked.data)
        return given

    def take_back(self, data: bytes) -> bytes:
        """Destroy a question and what came of it, and give the receipt: the same bytes for the same withdrawal.

        Raises:
            UntrustedError: no withdrawal, or none by who has asked.
            AskerQuotaError: too many that take back what never came.
        """
        unverified = question_withdrawal.read(data)
        with self._database.reading() as work:
            now = work.now
        sender = signer_of(self._registry, unverified.claimed.asker, now=now)
        withdrawn = unverified.verify(sender.key.public)
        with self._database.begin() as work:
            known = work.tracing.heard.find(withdrawn.question)
            if known is not None and known.asker != sender.entry.node:
                raise NotAskedError
            if known is not None and known.erased is not None and _is_about(known.erased, unverified.digest):
                return known.erased
            given = self._receipt(work, unverified.digest)
            if known is None:
                known = self._unheard(work, sender, withdrawn.question)
            close(work, known, erased=given)
            return given

    def _unheard(self, work: UnitOfWork, sender: Sender, digest: Digest) -> HeardQuestion:
        """Remember a question that was taken back before it came: it is not kept when it comes."""
        self._require_left(work, sender)
        heard = HeardQuestion(
            digest=digest, asker=sender.entry.node, epoch=0, heard_at=work.now, until=work.now, root=0
        )
        work.tracing.heard.add(heard, b"")
        return heard

    def _receipt(self, work: UnitOfWork, digest: Digest) -> bytes:
        index = work.log.append(EntryKind.RECEIVED, stream="", object_=digest, now=work.now)
        [kept] = work.log.receipts({digest: index}, work.now)
        proof = Receipt(entry=kept.document, index=kept.index, path=kept.path, checkpoint=kept.checkpoint)
        return question_receipt.sign(
            digest, receipt.to_proof(proof), stored_at=work.now, signer=self._vault.signer
        )

    def tick(self) -> int:
        """Close questions whose time or epoch is over; give how many."""
        with self._database.reading() as work:
            now = work.now
            numbers = [each.number for each in tracing_epochs.answered(self._epochs, now)]
            ending = work.tracing.heard.ending(numbers, limit=100)
        for each in ending:
            with self._database.begin() as work:
                found = work.tracing.heard.find(each.digest)
                if found is not None and found.closed_at is None:
                    close(work, found)
        if self._watch.due(now):
            with self._database.begin() as work:
                self._watch.look(work)
        return len(ending)


def _is_about(given: bytes, digest: Digest) -> bool:
    return question_receipt.read(given).claimed.question == digest


def close(work: UnitOfWork, heard: HeardQuestion, *, erased: bytes | None = None) -> None:
    """Destroy a question's rows and evidence, and end what waits of it."""
    if heard.closed_at is None or erased is not None:
        now = work.now if heard.closed_at is None else heard.closed_at
        work.tracing.heard.change(heard, replace(heard, closed_at=now, erased=erased))
    work.tracing.heard.erase(heard)
    for candidate in work.tracing.heard.of_question(heard.digest):
        if candidate.state is CandidateState.WAITING:
            work.tracing.heard.turn(candidate, replace(candidate, state=CandidateState.CLOSED))
    work.log.append(EntryKind.ERASED, stream="", object_=heard.digest, now=work.now)
