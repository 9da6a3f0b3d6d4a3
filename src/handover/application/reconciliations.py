"""Answers members that ask what this node holds of what the two have said to one another; nothing of anybody else."""

from collections.abc import Sequence
from typing import Final

from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.reconciled import ReconciliationsSpentError, ReconciliationStaleError
from handover.application.registry import Registry, require_usable
from handover.domain.ids import Digest, NodeId
from handover.protocol import digest_tree, strict
from handover.protocol import envelope as envelopes
from handover.protocol import reconciliation as questions
from handover.protocol import reconciliation_answer as answers
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.digest_tree import DEEPEST, LISTED
from handover.protocol.envelope import LogHead
from handover.protocol.reconciliation import FRESH, Part, Question
from handover.protocol.reconciliation_answer import Answer, Listed, Told

PATH: Final = "/federation/v1/reconciliation"
HOURLY: Final = 256
"""Questions that are answered to one member in an hour: each looks through all that the two have said."""
_HOUR: Final = 3600


class ReconciliationDesk:
    """The desk of whoever is asked."""

    def __init__(self, database: Database, vault: Vault, registry: Registry) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry

    def answer(self, data: bytes) -> bytes:
        """Give the signed answer to a signed question of a member.

        Raises:
            UntrustedError: malformed, unsigned, for another node, not of now, or answered before.
            ReconciliationsSpentError: this member has asked often enough.
        """
        unverified = questions.read(data)
        with self._database.reading() as work:
            now = work.now
        sender = self._registry.listed(unverified.claimed.asker, unverified.kid, now=now)
        question = unverified.verify(sender.key.public)
        require_usable(sender.key, now)
        if question.asked != self._vault.node:
            raise envelopes.WrongRecipientNodeError
        self._take(question, strict.digest(data))
        with self._database.reading() as work:
            answer = Answer(
                asked=self._vault.node,
                asker=question.asker,
                issued=work.now,
                re=strict.digest(data),
                incarnation=self._vault.incarnation,
                log=head_of(work.log.head()),
                parts=tuple(self._told(work, question.asker, part) for part in question.parts),
            )
        return answers.sign(answer, signer=self._vault.signer)

    def _take(self, question: Question, digest: Digest) -> None:
        """Who holds a member's question can learn nothing with it: it is answered once, and soon."""
        with self._database.begin() as work:
            if abs(work.now - question.issued) > FRESH or work.answered.has(digest):
                raise ReconciliationStaleError
            if work.answered.count(question.asker, PATH, since=work.now - _HOUR) >= HOURLY:
                raise ReconciliationsSpentError
            work.answered.put(digest, question.asker, PATH)

    def _told(self, work: UnitOfWork, asker: NodeId, part: Part) -> Told:
        shelf, depth = work.reconciliations, len(part.prefix)
        own = part.by == self._vault.node
        held = shelf.sent(asker, part.prefix) if own else shelf.received(asker, part.prefix)
        summary = digest_tree.summary(held, depth=depth)
        if summary == part.summary:
            return Told(by=part.by, prefix=part.prefix, summary=summary)
        open_ = shelf.unreceipted(asker, part.prefix) if own else []
        if len(held) + len(open_) > LISTED and depth < DEEPEST:
            parted = digest_tree.parted(held, depth=depth)
            branches = tuple(digest_tree.summary(each, depth=depth + 1) for each in parted)
            return Told(by=part.by, prefix=part.prefix, summary=summary, branches=branches)
        listed = _listed(work, held, open_)
        return Told(by=part.by, prefix=part.prefix, summary=summary, listed=listed)


def _listed(work: UnitOfWork, held: Sequence[bytes], open_: Sequence[Digest]) -> tuple[Listed, ...]:
    receipted = [Digest.known(strict.b64(each)) for each in held]
    kept = work.reconciliations.kept([*receipted, *open_])
    found = [
        Listed(digest=each, round=kept[each].round, act=kept[each].act, receipted=each not in open_)
        for each in kept
    ]
    return tuple(sorted(found, key=lambda each: strict.unb64(each.digest)))


def head_of(checkpoint: Checkpoint) -> LogHead:
    """Give how far a log has come, as it stands in questions and answers."""
    return LogHead(size=checkpoint.size, root=Digest.known(strict.b64(checkpoint.root)))
