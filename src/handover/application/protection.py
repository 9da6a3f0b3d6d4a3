"""Whether a record is protected from tracing: by decision, or because it names persons who must not be told."""

from typing import Final, cast

from handover.application import documents
from handover.application.ports import UnitOfWork, Vault
from handover.domain.errors import NotFoundError
from handover.domain.ids import MatterId
from handover.domain.record import Record
from handover.protocol import strict
from handover.protocol.strict import Json

_UNTOLD: Final = ("protection.not_to_be_told", "limits.not_to_be_told")


def is_protected(work: UnitOfWork, vault: Vault, matter: MatterId) -> bool:
    """Tell whether a matter is protected now. Where there is no record there is nothing to be found either."""
    try:
        kept = work.records.latest(matter)
    except NotFoundError:
        return bool(work.tracing.permissions.limits(matter).limits.protected)
    found = documents.record_of(kept)
    return protects(work, vault, matter, found)


def protects(work: UnitOfWork, vault: Vault, matter: MatterId, record: Record) -> bool:
    """Tell the same, with the newest version of its *record* at hand."""
    limits = work.tracing.permissions.limits(matter).limits
    return limits.protects(untold(vault, matter, record))


def untold(vault: Vault, matter: MatterId, record: Record) -> str:
    """Give a mark of the persons who must not be told, as they stand in the record; empty: there are none."""
    for path in _UNTOLD:
        value = record.values.get(path)
        if isinstance(value, list) and value:
            said = strict.dumps(cast("Json", value)).decode()
            return strict.b64(vault.mark("tracing-untold", f"{matter}|{said}"))
    return ""
