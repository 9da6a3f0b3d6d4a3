"""Compares all that was said between this node and another, down to each message that only one of them has."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from handover.application import discrepancies
from handover.application.discrepancies import Seen
from handover.application.ports import Database, UnitOfWork, Vault, Wire
from handover.application.reconciled import Reconciled, ReconciliationUnsupportedError
from handover.application.reconciliations import PATH, head_of
from handover.application.refusals import PeerRefusedError
from handover.application.registry import Registry, RegistryMissingError
from handover.domain.errors import HandoverError
from handover.domain.ids import NodeId
from handover.protocol import digest_tree
from handover.protocol import reconciliation as questions
from handover.protocol import reconciliation_answer as answers
from handover.protocol.digest_tree import Summary
from handover.protocol.node_entry import NodeEntry
from handover.protocol.reconciliation import MOST_PARTS, NONCE_LENGTH, Part, Question
from handover.protocol.reconciliation_answer import Told

EVERY: Final = 86400
"""Seconds between two comparisons with a peer."""
AGAIN: Final = 3600
"""Seconds after which one that did not come to its end is tried again."""
MOST_QUESTIONS: Final = 64
"""Questions in one comparison: what differs beyond them is found by the next one."""
_LOOK: Final = 300  # seconds between two looks at whose turn it is
# What a node of an older version says of a path that it does not know, or of a body that comes to it.
_UNKNOWN_PATH: Final = frozenset({"not-found", "too-large", "media-type", "method-not-allowed"})


@dataclass(kw_only=True)
class _Walk:
    """One comparison on its way: what is still to be asked, and what was listed."""

    todo: list[tuple[NodeId, str]]
    lists: list[Seen] = field(default_factory=list)
    sizes: tuple[int, int] = (0, 0)
    held: tuple[int, int] = (0, 0)
    questions: int = 0


class Reconciling:
    """The desk of whoever asks. Not to be called inside a transaction: it talks to other nodes."""

    def __init__(self, database: Database, vault: Vault, registry: Registry, wire: Wire) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._wire = wire
        self._looked = -_LOOK

    def tick(self) -> None:
        """Compare with one peer whose turn it is."""
        with self._database.reading() as work:
            if 0 <= work.now - self._looked < _LOOK:
                return
            self._looked = work.now
            peer = self._next(work)
        if peer is not None:
            self.reconcile(peer)
            self._looked = -_LOOK  # there may be another

    def _next(self, work: UnitOfWork) -> NodeId | None:
        known = {each.peer: each for each in work.reconciliations.all()}
        try:
            members = self._registry.current(work.now).entries
        except RegistryMissingError:
            return None
        for peer in sorted(each.node for each in work.peers.all() if each.node in members):
            last = known.get(peer)
            wait = EVERY if last is not None and last.problem is None else AGAIN
            if last is None or not 0 <= work.now - last.tried_at < wait:
                return peer
        return None

    def reconcile(self, peer: NodeId) -> Reconciled:
        """Compare with *peer*, keep what was found, and give it; also where it could not be done."""
        walk = _Walk(todo=[(each, "") for each in sorted((peer, self._vault.node))])
        try:
            with self._database.reading() as work:
                entry = self._registry.entry(peer, work.now)
            while walk.todo and walk.questions < MOST_QUESTIONS:
                self._ask(walk, entry)
        except HandoverError as error:
            return self._failed(peer, _problem(error))
        with self._database.begin() as work:
            found = discrepancies.judged(work, self._vault.node, peer, walk.lists)
            made = _made(found, walk, work.reconciliations.get(peer))
            work.reconciliations.put(made)
        return made

    def _failed(self, peer: NodeId, problem: str) -> Reconciled:
        with self._database.begin() as work:
            last = work.reconciliations.get(peer) or Reconciled(peer=peer, tried_at=work.now)
            made = replace(last, tried_at=work.now, problem=problem)
            work.reconciliations.put(made)
        return made

    def _ask(self, walk: _Walk, entry: NodeEntry) -> None:
        """Ask for as many parts as one question has, and note where the two differ."""
        walk.todo.sort()
        taken, walk.todo = walk.todo[:MOST_PARTS], walk.todo[MOST_PARTS:]
        question, held, now = self._question(entry.node, taken)
        data = questions.sign(question, signer=self._vault.signer)
        text = self._wire.ask(entry.node, entry.address, PATH, data, answers.LIMIT)
        unverified = answers.read(text)
        key = self._registry.sender(entry.node, unverified.kid, now=now).key
        answer = unverified.verify(key.public, question=data)
        if not walk.questions:
            counts = {each.by: each.summary.count for each in question.parts}
            walk.held = counts[self._vault.node], counts[entry.node]
        walk.questions += 1
        walk.sizes = question.log.size, answer.log.size
        for told, mine in zip(answer.parts, held, strict=True):
            if told.branches is not None:
                walk.todo += _differing(told, told.branches, mine)
            elif told.listed is not None:
                seen = Seen(told=told, held=frozenset(mine), answer=answer, texts=(data, text))
                walk.lists.append(seen)

    def _question(
        self, peer: NodeId, taken: Sequence[tuple[NodeId, str]]
    ) -> tuple[Question, list[list[bytes]], int]:
        own = self._vault.node
        with self._database.reading() as work:
            shelf = work.reconciliations
            held = [
                shelf.sent(peer, prefix) if by == own else shelf.received(peer, prefix)
                for by, prefix in taken
            ]
            question = Question(
                asker=own,
                asked=peer,
                issued=work.now,
                nonce=secrets.token_bytes(NONCE_LENGTH),
                log=head_of(work.log.head()),
                parts=tuple(
                    Part(by=by, prefix=prefix, summary=digest_tree.summary(mine, depth=len(prefix)))
                    for (by, prefix), mine in zip(taken, held, strict=True)
                ),
            )
            return question, held, work.now


def _differing(told: Told, branches: Sequence[Summary], mine: Sequence[bytes]) -> list[tuple[NodeId, str]]:
    """Give the branches of a part in which the two hold something else."""
    depth = len(told.prefix)
    parted = digest_tree.parted(mine, depth=depth)
    return [
        (told.by, f"{told.prefix}{digit:x}")
        for digit, (theirs, ours) in enumerate(zip(branches, parted, strict=True))
        if digest_tree.summary(ours, depth=depth + 1) != theirs
    ]


def _made(found: Reconciled, walk: _Walk, last: Reconciled | None) -> Reconciled:
    """Give what was found with how far both logs had come, then and when the two agreed the last time."""
    own_size, peer_size = walk.sizes
    sent, received = walk.held
    made = replace(
        found, own_size=own_size, peer_size=peer_size, sent=sent, received=received, cut=bool(walk.todo)
    )
    if made.agrees:
        agreed = (made.done_at, own_size, peer_size)
    else:
        agreed = (
            (None, 0, 0) if last is None else (last.agreed_at, last.agreed_own_size, last.agreed_peer_size)
        )
    return replace(made, agreed_at=agreed[0], agreed_own_size=agreed[1], agreed_peer_size=agreed[2])


def _problem(error: HandoverError) -> str:
    if isinstance(error, PeerRefusedError):
        return ReconciliationUnsupportedError.name if error.problem in _UNKNOWN_PATH else error.problem
    return error.name
