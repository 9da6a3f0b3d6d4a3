"""Protection from tracing: one officer protects at once, two lift it; and askers who are never told of a record."""

from collections.abc import Iterable
from dataclasses import replace

from handover.application import documents, protection, untracing
from handover.application.facts import Actor
from handover.application.overrides import require_present
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.readings import require_stated
from handover.application.traced import KeptLimits
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, MatterId
from handover.domain.searching import ClosingReason
from handover.domain.traceable import LimitsError, ProtectionReason, excluded
from handover.protocol import strict
from handover.protocol.entry import EntryKind

_LONGEST = 4000


class Protections:
    """The desk for what limits tracing."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def protect(self, matter: MatterId, reason: ProtectionReason, text: str, *, actor: Actor) -> None:
        """Protect a record: it is out of the index with this transaction, and every question about it is taken back.

        Raises:
            LimitsError: there are no words.
        """
        require(actor, Right.WRITE_CASE)
        _require_words(text)
        with self._database.begin() as work:
            work.matters.get(matter)
            kept = work.tracing.permissions.limits(matter)
            limits = replace(
                kept.limits,
                protected=True,
                reason=reason,
                decided_by=actor.officer,
                second_officer="",
                decided_at=work.now,
                about=self._untold(work, matter),
            )
            work.tracing.permissions.limit(matter, KeptLimits(limits=limits, text=text))
            untracing.forget(work, matter, ClosingReason.PROTECTED)
            self._log(work, matter, EntryKind.DECIDED, "limits")

    def lift(self, matter: MatterId, text: str, *, second_officer: UUID7, actor: Actor) -> None:
        """Decide that a record is not protected: two officers, and why; also where it is so by default.

        A change of the persons who must not be told protects it again, until that is decided, too.

        Raises:
            LimitsError: there are no words, or no other second officer.
            GroundError: the second officer has left, or does not work on cases.
        """
        require(actor, Right.DECIDE)
        _require_words(text)
        if second_officer == actor.officer:
            raise LimitsError("the second officer is another")
        with self._database.begin() as work:
            work.matters.get(matter)
            require_present(work, second_officer, beside=actor)
            kept = work.tracing.permissions.limits(matter)
            limits = replace(
                kept.limits,
                protected=False,
                reason=None,
                decided_by=actor.officer,
                second_officer=second_officer,
                decided_at=work.now,
                about=self._untold(work, matter),
            )
            work.tracing.permissions.limit(matter, KeptLimits(limits=limits, text=text))
            work.tracing.permissions.touch(matter)
            self._log(work, matter, EntryKind.DECIDED, "limits")

    def exclude(self, matter: MatterId, names: Iterable[str], *, actor: Actor) -> tuple[str, ...]:
        """Say which nodes, or all nodes of which countries, are never told of the record; give them in order.

        Raises:
            LimitsError: too many of them.
            MalformedError: one is neither a node's name nor a country's code.
        """
        require(actor, Right.WRITE_CASE)
        found = excluded(names)
        with self._database.begin() as work:
            work.matters.get(matter)
            kept = work.tracing.permissions.limits(matter)
            new = replace(kept, limits=replace(kept.limits, excluded=found))
            work.tracing.permissions.limit(matter, new)
            untracing.drop(work, matter, lambda each: new.limits.excludes(each.asker))
            for asking in work.tracing.askings.of_matter(matter):
                for each in work.tracing.askings.questions(asking.id):
                    if new.limits.excludes(each.holder):
                        untracing.take_back(work, each)
            self._log(work, matter, EntryKind.DECIDED, "limits")
            return found

    def open(self, matter: MatterId, *, actor: Actor) -> KeptLimits:
        """Give the limits with the words behind them; the reading is logged.

        Raises:
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.READ_CASE)
        with self._database.begin() as work:
            work.matters.get(matter)
            require_stated(work, matter, actor)
            self._log(work, matter, EntryKind.DISCLOSED, "limits read")
            return work.tracing.permissions.limits(matter)

    def _untold(self, work: UnitOfWork, matter: MatterId) -> str:
        try:
            kept = work.records.latest(matter)
        except NotFoundError:
            return ""
        record = documents.record_of(kept)
        return protection.untold(self._vault, matter, record)

    def _log(self, work: UnitOfWork, matter: MatterId, kind: EntryKind, what: str) -> None:
        """Protecting, lifting and excluding look alike in the log: the digest is keyed, the words are one."""
        mark = self._vault.pseudonym(matter, f"tracing {what} {work.now}")
        work.log.append(kind, stream=matter, object_=strict.digest(mark.encode()), now=work.now)


def _require_words(text: str) -> None:
    if not text.strip() or len(text) > _LONGEST:
        raise LimitsError("it is written down why, in at most 4000 characters")
