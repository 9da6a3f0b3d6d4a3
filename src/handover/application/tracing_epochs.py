"""In which epochs this node indexes, asks and answers, and with which class of its register's size."""

import secrets
from collections.abc import Sequence
from hashlib import sha256

from handover.application.epochs import Epochs
from handover.application.ports import UnitOfWork
from handover.application.traced import IndexEpoch
from handover.domain.errors import HandoverError
from handover.matching import keys, scoring
from handover.matching.view import TABLES
from handover.protocol.committed_index import SEED_BYTES
from handover.protocol.epoch import GRACE, LEAD, Epoch


class TablesDifferError(HandoverError):
    """An epoch names tables or weights that this node has not."""

    name = "tracing-tables"
    title = "The present tracing epoch compares names with other tables than this node has."
    advice = (
        "Update Handover to the version that the epoch names. Until then nothing is indexed or asked here."
    )


def fits(epoch: Epoch) -> bool:
    """Tell whether this node has the tables and the weights that an epoch names."""
    return (epoch.tables, epoch.weights) == (TABLES, scoring.WEIGHTS)


def tables_of(epoch: Epoch, size: int) -> bytes:
    """Give how a question says what it was made with: tables, weights, and the class for which keys were chosen.

    So a class that has changed meanwhile is said to the asker, and is not a miss that nobody sees.
    """
    return sha256(epoch.tables + epoch.weights + size.to_bytes(4, "big")).digest()


def known(epochs: Epochs, now: int) -> list[Epoch]:
    """Give the epochs in which something is indexed, asked or answered now, the newest first."""
    return [epochs.get(each.number) for each in epochs.all() if each.begins - LEAD <= now < each.ends + GRACE]


def answered(epochs: Epochs, now: int) -> list[Epoch]:
    """Give the epochs whose questions are taken now: the present one, and the one before within its grace."""
    return [each for each in known(epochs, now) if fits(each) and each.begins <= now]


def indexed(epochs: Epochs, now: int) -> list[Epoch]:
    """Give the epochs for which an index is made now, or still kept."""
    return [each for each in known(epochs, now) if fits(each)]


def started(work: UnitOfWork, epoch: Epoch) -> IndexEpoch:
    """Give what an epoch's index is made with: from its first sight on, until the register outgrows its class."""
    known = work.tracing.index.epoch(epoch.number)
    size = keys.size_class(work.tracing.index.largest())
    if known is not None and size <= known.size:
        return known
    seed = secrets.token_bytes(SEED_BYTES) if known is None else known.seed
    new = IndexEpoch(number=epoch.number, size=size, seed=seed)
    work.tracing.index.begin(new)
    return new


def grown(work: UnitOfWork, held: Sequence[Epoch]) -> bool:
    """Tell whether an epoch was not seen yet, or the register has outgrown the class of one."""
    size = keys.size_class(work.tracing.index.largest())
    known = [work.tracing.index.epoch(each.number) for each in held]
    return any(each is None or each.size < size for each in known)
