"""What a database that came from a backup is told before a node opens it (docs/spec/restore.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from handover.application import resolved_again, untracing
from handover.application.doubt import Restoration
from handover.application.endings import ERASED, RESOLVED, Ended
from handover.application.ports import UnitOfWork, Vault
from handover.application.tracing_permissions import in_force
from handover.domain.ids import UUID7, HandoverId
from handover.domain.searching import ClosingReason
from handover.protocol import strict
from handover.protocol.entry import EntryKind

_ENTRY: Final[Mapping[str, EntryKind]] = {
    ERASED: EntryKind.ERASED,
    **dict.fromkeys(("key", "passkey", "officer", "password", "codes", "hold", RESOLVED), EntryKind.DECIDED),
}
"""Of what kind the entry is by which something ends again; else it is a ground."""


@dataclass(frozen=True, kw_only=True)
class Begun:
    """How many matters are in doubt, how many data keys had come back and were destroyed again, and what else ended."""

    doubtful: int
    erased: int
    ended: int


def begin(work: UnitOfWork, vault: Vault, *, made_at: int, noted: Sequence[Ended]) -> Begun:
    """Begin the log of the vault's incarnation, mark every matter, and end again what was *noted* since.

    The first entry of its own says `restored`; before it stand the entries that the backup knows. A backup that was
    itself made in doubt does not know either what an earlier restore forgot: it is as old as that one's.
    """
    work.log.checkpoint(work.now)
    old = work.log.head()
    going_on = work.doubts.restoration()
    restoration = Restoration(
        incarnation=vault.incarnation,
        restored_at=work.now,
        made_at=made_at if going_on is None else min(made_at, going_on.made_at),
        log_size=old.size,
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
    erased = work.keys.destroy_again(each for each in noted if each.kind == ERASED)
    ended = work.endings.again(noted)
    for kind, what in [(ERASED, each) for each in erased] + [(each.kind, each.what) for each in ended]:
        mark = strict.digest(vault.mark(f"{'erased' if kind == ERASED else 'ended'} again", what))
        work.log.append(_ENTRY.get(kind, EntryKind.GROUND), stream="", object_=mark, now=work.now)
    for each in ended:
        if each.kind == "permission":
            _untrace(work, UUID7.known(each.id))
        elif each.kind == RESOLVED:
            resolved_again.hold_back(work, HandoverId.known(each.what.split(" ")[4]))
    work.log.checkpoint(work.now)
    return Begun(doubtful=work.doubts.begin(restoration), erased=len(erased), ended=len(ended))


def _untrace(work: UnitOfWork, permission: UUID7) -> None:
    """Let a matter leave the index, and every question, which nothing permits to trace any more."""
    matter = work.tracing.permissions.get(permission).matter
    if in_force(work, matter) is None:
        untracing.forget(work, matter, ClosingReason.CONSENT_WITHDRAWN)
