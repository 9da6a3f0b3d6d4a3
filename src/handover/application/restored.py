"""What a database that came from a backup is told before a node opens it (docs/spec/restore.md)."""

from collections.abc import Iterable
from dataclasses import dataclass

from handover.application.doubt import Restoration
from handover.application.ports import UnitOfWork, Vault
from handover.protocol import strict
from handover.protocol.entry import EntryKind


@dataclass(frozen=True, kw_only=True)
class Begun:
    """How many matters are in doubt, and how many data keys had come back and were destroyed again."""

    doubtful: int
    erased: int


def begin(work: UnitOfWork, vault: Vault, *, made_at: int, erased: Iterable[str]) -> Begun:
    """Begin the log of the vault's incarnation, mark every matter, and destroy again what was *erased* since.

    The first entry of its own says `restored`; before it stand the entries that the backup knows.
    """
    work.log.checkpoint(work.now)
    old = work.log.head()
    restoration = Restoration(
        incarnation=vault.incarnation, restored_at=work.now, made_at=made_at, log_size=old.size
    )
    statement = strict.dumps(
        {
            "node": str(vault.node),
            "incarnation": restoration.incarnation,
            "made_at": made_at,
            "restored_at": work.now,
            "size": old.size,
            "root": strict.b64(old.root),
        }
    )
    work.log.append(EntryKind.RESTORED, stream="", object_=strict.digest(statement), now=work.now)
    again = work.keys.destroy_again(erased)
    for owner in again:
        mark = strict.digest(vault.mark("erased again", owner))
        work.log.append(EntryKind.ERASED, stream="", object_=mark, now=work.now)
    work.log.checkpoint(work.now)
    return Begun(doubtful=work.doubts.begin(restoration), erased=len(again))
