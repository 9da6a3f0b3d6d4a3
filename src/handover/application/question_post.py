"""Carries questions and their withdrawals to holders, and keeps the receipts that it has verified."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from handover.application import backoff
from handover.application.alarms import raise_alarm
from handover.application.answers import log_key
from handover.application.ports import Database, Vault, Wire
from handover.application.refusals import PeerRefusedError, PeerSpentError
from handover.application.registry import Registry
from handover.application.traced import KeptQuestion
from handover.domain.errors import HandoverError, UntrustedError
from handover.domain.ids import Digest, NodeId
from handover.domain.searching import QuestionState
from handover.protocol import question_receipt, question_withdrawal, receipt, strict, tracing_page
from handover.protocol.entry import EntryKind
from handover.protocol.node_entry import NodeEntry
from handover.protocol.node_key import KeyUse
from handover.protocol.tracing_page import TracingPage

QUESTIONS: Final = "/federation/v1/tracing/questions"
WITHDRAWALS: Final = "/federation/v1/tracing/withdrawals"
PAGE: Final = "/federation/v1/tracing"
REFUSED: Final = "tracing-refused"
_ANEW: Final = frozenset({"question-epoch", "question-tables", "question-over"})
"""Refusals after which a question is made anew, with what the holder then says of itself."""


class QuestionPost:
    """One holder at a time; what fails waits, longer each time, and never gives up while it is still wanted."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        registry: Registry,
        wire: Wire,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._wire = wire
        self._jitter = jitter

    def page(self, holder: NodeId) -> TracingPage:
        """Give what a holder says of its tracing.

        Raises:
            HandoverError: it does not answer, is not in the registry any more, or shows another's page.
        """
        entry = self._entry(holder)
        data = self._wire.ask(holder, entry.address, PAGE, b"", tracing_page.LIMIT)
        page = tracing_page.decode(data)
        if page.node != holder:
            raise UntrustedError
        return page

    def send(self, asked: KeptQuestion) -> None:
        """Send a sealed question, and keep the receipt."""
        with self._database.reading() as work:
            data = work.tracing.askings.data(asked)
        self._carry(asked, QUESTIONS, data, then=QuestionState.RECEIVED)

    def withdraw(self, asked: KeptQuestion) -> None:
        """Take a question back at its holder, and keep the receipt: rows and evidence are destroyed there."""
        if asked.digest is None:
            return
        data = question_withdrawal.sign(asked.digest, issued=asked.at, signer=self._vault.signer)
        self._carry(asked, WITHDRAWALS, data, then=QuestionState.ERASED)

    def _carry(self, asked: KeptQuestion, path: str, data: bytes, *, then: QuestionState) -> None:
        try:
            entry = self._entry(asked.holder)
            answer = self._wire.ask(asked.holder, entry.address, path, data, question_receipt.SIZE)
            require_receipt(answer, strict.digest(data), entry)
        except HandoverError as error:
            self.failed(asked, error)
            return
        with self._database.begin() as work:
            new = replace(
                asked, state=then, due=None, failures=0, problem=None, received_at=work.now, receipt=answer
            )
            work.tracing.askings.turn(asked, new)
            work.tracing.askings.fill(asked, None)
            digest = strict.digest(answer)
            work.log.append(EntryKind.RECEIPTED, stream="", object_=digest, now=work.now)

    def failed(self, asked: KeptQuestion, error: HandoverError) -> None:
        """Note why a question could not go on; it waits, is made anew, or was refused for good."""
        problem = error.problem if isinstance(error, PeerRefusedError) else error.name
        final = isinstance(error, PeerRefusedError) and not error.again
        with self._database.begin() as work:
            if isinstance(error, PeerSpentError):  # the peer is there, and says when
                failures, wait = asked.failures, error.seconds
            else:
                failures = asked.failures + 1
                wait = backoff.after(failures, self._jitter)
            new = replace(asked, failures=failures, due=work.now + wait, problem=problem)
            if problem in _ANEW and asked.state is QuestionState.SEALED:
                new = replace(new, state=QuestionState.WAITING, digest=None, epoch=None)
                work.tracing.askings.fill(asked, None)
            elif final and asked.state is not QuestionState.WITHDRAWING:
                new = replace(new, state=QuestionState.REFUSED, due=None)
                work.tracing.askings.fill(asked, None)
                raise_alarm(work, REFUSED, peer=asked.holder, handover=None)
            work.tracing.askings.turn(asked, new)

    def _entry(self, holder: NodeId) -> NodeEntry:
        with self._database.reading() as work:
            now = work.now
        return self._registry.entry(holder, now)


def require_receipt(data: bytes, about: Digest, entry: NodeEntry) -> None:
    """Do nothing if *data* is the receipt of a node for what has the digest *about*.

    Raises:
        UntrustedError: a signature or a proof does not hold, or it is about something else.
    """
    unverified = question_receipt.read(data)
    public = entry.key(unverified.claimed.kid, KeyUse.SIG).public
    unverified.verify(
        public, question=about, log=log_key(receipt.from_proof(unverified.claimed.proof).checkpoint, entry)
    )
