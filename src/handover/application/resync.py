"""The worker's desk of a restored node: asks all peers what was forgotten, ends the doubt (docs/spec/restore.md)."""

import random
import secrets
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from typing import Final

from handover.application import backoff
from handover.application.alarms import raise_alarm
from handover.application.answers import log_key
from handover.application.doubt import Restoration
from handover.application.incarnations import StaleIncarnationError, reached
from handover.application.ports import Database, UnitOfWork, Vault, Wire
from handover.application.recalling import Recalling
from handover.application.registry import Accepted, Registry
from handover.application.resyncs import Asked
from handover.domain.errors import HandoverError, UnreachableError, UntrustedError
from handover.domain.ids import NodeId
from handover.protocol import checkpoint as checkpoints
from handover.protocol import resync, strict
from handover.protocol.delivery import size_of
from handover.protocol.entry import EntryKind
from handover.protocol.log_origin import LogOrigin
from handover.protocol.node_entry import NodeEntry, NodeStatus
from handover.protocol.resync import ANSWER_LIMIT, PATH, Answer, Place, Request, Round, UnverifiedAnswer
from handover.protocol.strict import Json

REACH_BACK: Final = 7 * 86400
"""Seconds before the backup from which on peers are asked: their clocks may differ."""
_MOST_PAGES: Final = 4096
_MOST_ITEMS: Final = 4096  # of one round: more than two sides may say in one
_MOST_BYTES: Final = 64 * 1024 * 1024  # of one round that goes on: it is in memory until its end has come
_IN_TURN: Final = 64  # answers of one peer before it is looked whether others are due, or it is suspended
_AT_ONCE: Final = 100  # matters of which the doubt ends in one transaction
_SILENT: Final = 8  # failures, some eight minutes, after which people are told

Hearing = Generator[None, None, int | None]
"""What a peer answers, applied step by step; in the end how long this node's former log was."""


class EndlessError(UntrustedError):
    """The peer's answer has no end."""

    name = "resync-endless"
    title = "The other node's answer to what was forgotten has no end."
    advice = "Nothing more of it is taken. Telephone the other authority."


class Resync:
    """Works while a restore is not over."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        registry: Registry,
        wire: Wire,
        recalling: Recalling,
        renew: Callable[[], Accepted],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._wire = wire
        self._recalling = recalling
        self._renew = renew
        self._renewed: Restoration | None = None
        self._going: dict[NodeId, Hearing] = {}
        self._jitter = jitter

    def tick(self) -> int:
        """Ask whom it is time to ask; end the doubt when all were heard. Give how many were asked."""
        with self._database.reading() as work:
            restoration, now = work.doubts.restoration(), work.now
            asked = () if restoration is None else self._asked(work)
        if restoration is None:
            return 0
        waits = range(now + 1, now + backoff.CAP + 1)  # a later time is of a clock that was wrong
        due = [each for each in asked if each.answered_at is None and each.due not in waits]
        self._ask(restoration, due)
        with self._database.reading() as work:
            silent = [each for each in self._asked(work) if each.answered_at is None]
            awaited = any(self._awaited(each.node, work.now) for each in silent)
        if not awaited and self._names_all(restoration):
            self._end(restoration)
        return len(due)

    def _names_all(self, restoration: Restoration) -> bool:
        """Tell whether the registry names everybody who may know something: the mirror may be as old as the backup.

        It is asked for once more when all whom it names were heard; whoever is new in it is heard as well.
        """
        with self._database.reading() as work:
            now = work.now
        if not self._registry.fresh(now):
            return False
        if self._renewed != restoration and self._renew().timestamp is not None:
            return False
        self._renewed = restoration
        return True

    def _asked(self, work: UnitOfWork) -> Sequence[Asked]:
        """Every other node may hold a deed of this one's, or a void's receipt: what was forgotten names nobody."""
        known = {each.node: each for each in work.resyncs.all(self._vault.incarnation)}
        others = self._registry.current(work.now).entries.keys() - {self._vault.node}
        fresh = Asked(node=self._vault.node, incarnation=self._vault.incarnation, due=0)
        return [known.get(node) or replace(fresh, node=node) for node in sorted(others)]

    def _awaited(self, node: NodeId, now: int) -> bool:
        """Tell whether the doubt lasts until *node* was heard: one that the registry suspends is asked, no more.

        One whose country's page is late is waited for.
        """
        return self._registry.entry(node, now).status is not NodeStatus.SUSPENDED

    def _ask(self, restoration: Restoration, due: Sequence[Asked]) -> None:
        """Take an answer of each in turn, and of what goes on the rest with the next look.

        So whoever answers slowly, or without end, holds nobody up; once it is suspended, nobody waits for it either.
        """
        going: dict[Asked, Hearing] = {}
        for each in due:
            begun = self._going.pop(each.node, None)
            going[each] = self._heard(restoration, each.node) if begun is None else begun
        self._going.clear()
        for _ in range(_IN_TURN):
            going = {each: answers for each, answers in going.items() if self._goes_on(each, answers)}
        self._going = {each.node: answers for each, answers in going.items()}

    def _goes_on(self, asked: Asked, answers: Hearing) -> bool:
        """Apply the next answer; tell whether there is another."""
        try:
            next(answers)
        except StopIteration as end:
            with self._database.begin() as work:
                work.resyncs.put(replace(asked, answered_at=work.now, held=end.value, problem=None))
            return False
        except HandoverError as error:
            self._failed(asked, error)
            return False
        return True

    def _failed(self, asked: Asked, error: HandoverError) -> None:
        failures = asked.failures + 1
        wait = backoff.after(failures, self._jitter)
        with self._database.begin() as work:
            work.resyncs.put(replace(asked, due=work.now + wait, failures=failures, problem=error.name))
            told = failures >= _SILENT or not isinstance(error, UnreachableError)
            if told and self._awaited(asked.node, work.now):
                raise_alarm(work, "resync-failed", peer=asked.node, handover=None)

    def _heard(self, restoration: Restoration, peer: NodeId) -> Hearing:
        """Apply all that *peer* returns, answer by answer.

        Give how long this node's former log was at least, if the peer has seen it.
        """
        held: int | None = None
        part: Round | None = None
        for answer in self._answers(restoration, peer):
            rounds = list(answer.rounds)
            if part is not None and rounds and rounds[0].round == part.round:
                rounds[0] = replace(rounds[0], items=part.items + rounds[0].items, chain=part.chain)
            elif part is not None:
                rounds.insert(0, part)
            part = rounds.pop() if answer.after is not None else None  # there may be more of it
            if part is not None and not _has_an_end(part):
                raise EndlessError
            held = self._take(peer, answer, rounds)
            if answer.after is not None:
                yield
        return held

    def _answers(self, restoration: Restoration, peer: NodeId) -> Iterator[Answer]:
        after: Place | None = None
        for _ in range(_MOST_PAGES):
            with self._database.begin() as work:
                note, now = work.log.checkpoint(work.now), work.now
            entry, signer = self._registry.entry(peer, now), self._vault.signer
            asked = Request(
                iss=self._vault.node,
                aud=peer,
                iat=now,
                incarnation=self._vault.incarnation,
                checkpoint=note,
                since=max(0, restoration.made_at - REACH_BACK),
                nonce=secrets.token_bytes(16),
                after=after,
            )
            request = resync.ask(asked, signer=signer)
            unverified = UnverifiedAnswer.read(
                self._wire.ask(peer, entry.address, PATH, request, ANSWER_LIMIT)
            )
            key = self._registry.sender(peer, unverified.kid, now=now).key
            answer = unverified.verify(key.public, request=request, asked=asked)
            yield answer
            after = answer.after
            if after is None:
                return
        raise EndlessError

    def _take(self, peer: NodeId, answer: Answer, rounds: Sequence[Round]) -> int | None:
        """Apply one answer in one transaction: all of it, or nothing."""
        with self._database.begin() as work:
            known = work.peers.get(peer)
            if answer.incarnation < known.fence:
                raise StaleIncarnationError
            work.peers.put(reached(work, known, answer.incarnation))
            held = self._former(work, answer, self._registry.entry(self._vault.node, work.now))
            matters = [self._recalling.take(work, peer, each) for each in rounds]
            self._recalling.decide(work, {each for each in matters if each is not None})
        return held

    def _former(self, work: UnitOfWork, answer: Answer, own: NodeEntry) -> int | None:
        """Give the size of this node's former log, as its own signature shows; what the peer holds of it is kept."""
        if answer.checkpoint is None:
            return None
        found = checkpoints.verify(answer.checkpoint, log_key(answer.checkpoint, own))
        if LogOrigin.parse(found.origin).incarnation >= self._vault.incarnation:
            raise UntrustedError("a checkpoint of a log that has not ended")
        work.envelopes.keep_checkpoint(answer.checkpoint)
        return found.size

    def _end(self, restoration: Restoration) -> None:
        while True:
            with self._database.begin() as work:
                page = work.doubts.page(after="", limit=_AT_ONCE)
                for matter in page:
                    self._recalling.lift(work, matter)
                if not page:
                    self._over(work, restoration)
                    return

    def _over(self, work: UnitOfWork, restoration: Restoration) -> None:
        """Log how long the former log was at least: what lay behind the backup and no peer has returned is lost."""
        work.doubts.finish(work.now)
        answered = work.resyncs.all(self._vault.incarnation)
        shown: list[Json] = [[each.node, each.held] for each in answered]
        statement: Json = {
            "incarnation": restoration.incarnation,
            "had": restoration.log_size,
            "shown": shown,
        }
        digest = strict.digest(strict.dumps(statement))
        work.log.append(EntryKind.RESTORED, stream="", object_=digest, now=work.now)


def _has_an_end(part: Round) -> bool:
    """Tell whether what came of a round that goes on is no more than two sides may say in one."""
    return len(part.items) <= _MOST_ITEMS and sum(map(size_of, part.items)) <= _MOST_BYTES
