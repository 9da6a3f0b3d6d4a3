"""What a database that came from a backup is told before a node opens it (docs/spec/restore.md)."""

from handover.application.doubt import Restoration
from handover.application.ports import UnitOfWork, Vault
from handover.protocol import strict
from handover.protocol.entry import EntryKind


def begin(work: UnitOfWork, vault: Vault, *, made_at: int) -> int:
    """Begin the log of the vault's incarnation and mark every matter; give how many there are.

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
    work.log.checkpoint(work.now)
    return work.doubts.begin(restoration)
