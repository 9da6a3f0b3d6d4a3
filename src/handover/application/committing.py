"""The worker's desk for the index's roots: what was in the index before a question came stands in the log, provably."""

import threading
from typing import Final

from handover.application import tracing_epochs
from handover.application.epochs import Epochs
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.traced import KeptRoot
from handover.domain.errors import NotFoundError
from handover.protocol import committed_index, receipt, strict
from handover.protocol.committed_index import Opening, Statement
from handover.protocol.entry import EntryKind
from handover.protocol.epoch import Epoch
from handover.protocol.receipt import Receipt
from handover.protocol.strict import Json

EVERY: Final = 60
"""Seconds between two roots of one epoch, at least: a tree is made of all leaves each time."""


class Committing:
    """Commits roots, and remembers the tree of the newest one of each epoch."""

    def __init__(self, database: Database, vault: Vault, epochs: Epochs) -> None:
        self._database = database
        self._vault = vault
        self._epochs = epochs
        self._trees: dict[int, tuple[int, committed_index.Index]] = {}
        self._lock = threading.Lock()

    def tick(self) -> int:
        """Commit a root of each epoch whose index has changed; give how many.

        Questions that wait to be compared go first: a hit is opened against the root that stood when they came.
        """
        with self._database.reading() as work:
            pending, now = work.tracing.index.pending(), work.now
            newest = {each: work.tracing.index.root(each) for each in pending}
        known = {each.number: each for each in tracing_epochs.indexed(self._epochs, now)}
        due = [
            known[each]
            for each in pending
            if each in known and ((root := newest[each]) is None or now - root.at >= EVERY)
        ]
        return sum(self._commit(epoch) for epoch in due)

    def _commit(self, epoch: Epoch) -> bool:
        with self._database.reading() as work:
            stamp = work.tracing.index.stamp(epoch.number)
            tree, tables = self._made(work, epoch, pending=True)
        with self._database.begin() as work:
            last = work.tracing.index.root(epoch.number)
            number = 0 if last is None else last.number
            if work.tracing.heard.uncompared(epoch.number, number, limit=1):
                return False
            if work.tracing.index.stamp(epoch.number) != stamp:
                return False  # something changed while the tree was made; soon again
            statement = Statement(
                node=self._vault.node,
                epoch=epoch.number,
                tables=tables,
                depth=tree.depth,
                root=tree.root,
                made_at=work.now,
            )
            entry = work.log.append(EntryKind.INDEXED, stream="", object_=statement.digest, now=work.now)
            root = KeptRoot(
                number=work.tracing.index.last() + 1,
                epoch=epoch.number,
                at=work.now,
                statement=statement.encode(),
                entry=entry,
            )
            work.tracing.index.commit(root)
        with self._lock:
            self._trees[epoch.number] = (root.number, tree)
        return True

    def _made(self, work: UnitOfWork, epoch: Epoch, *, pending: bool) -> tuple[committed_index.Index, bytes]:
        started = tracing_epochs.started(work, epoch) if pending else work.tracing.index.epoch(epoch.number)
        if started is None:
            raise NotFoundError
        leaves = work.tracing.index.leaves(epoch.number, pending=pending)
        tree = committed_index.Index(leaves, seed=started.seed)
        return tree, tracing_epochs.tables_of(epoch, started.size)

    def opening(self, work: UnitOfWork, epoch: Epoch, address: bytes, bound: bytes) -> tuple[int, Opening]:
        """Give the newest root of an epoch, and what shows that a leaf is in it; raises NotFoundError."""
        root = work.tracing.index.root(epoch.number)
        if root is None:
            raise NotFoundError
        with self._lock:
            known = self._trees.get(epoch.number)
        if known is None or known[0] != root.number:
            tree, _ = self._made(work, epoch, pending=False)
            known = (root.number, tree)
            with self._lock:
                self._trees[epoch.number] = known
        return root.number, known[1].opening(address, bound)


def shown(work: UnitOfWork, number: int, opening: bytes) -> dict[str, Json]:
    """Give what a hit shows: the leaf's opening, the statement of the root, and that this stood in the log."""
    root = work.tracing.index.numbered(number)
    head = work.log.head()
    note = work.log.signed_head()
    [(index, document)] = work.log.newest(before=root.entry + 1, limit=1)
    if note is None or head.size <= index:
        raise NotFoundError("the root is not under a signed checkpoint yet")
    path = tuple(work.log.inclusion(index, head.size))
    proof = receipt.to_proof(Receipt(entry=document, index=index, path=path, checkpoint=note))
    return {
        "opening": strict.b64(opening),
        "statement": root.statement.decode("ascii"),
        "logged": proof.decode("utf-8"),
    }
