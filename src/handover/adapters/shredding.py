"""Destroys data keys and the values under them: of one owner, or of a matter with its rounds (docs/spec/at-rest.md)."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, select, update

from handover.adapters import (
    access_tables,
    override_tables,
    petition_tables,
    referral_tables,
    retention_tables,
    tables,
    tracing_tables,
)
from handover.adapters.decision_tables import decision
from handover.adapters.notice_tables import notice
from handover.adapters.unit import Unit
from handover.application.owners import TALK
from handover.domain.ids import HandoverId, MatterId

SEALED_BY_MATTER: Final = (
    tables.record,
    tables.ground,
    tables.attachment,
    access_tables.reading,
    retention_tables.hold,
    override_tables.override,
    petition_tables.petition,
    petition_tables.answer,
    referral_tables.referral,
    tracing_tables.permission,
    tracing_tables.limits,
    tracing_tables.asking,
    tracing_tables.question,
    tracing_tables.candidate,
)
"""Tables whose values are under the data key of the matter that a row names."""
_NOTED: Final = retention_tables.erasure.c


def owner(unit: Unit, name: str) -> None:
    """Destroy the data key of an owner, and the payloads and lines of the register under it."""
    unit.destroy_key(name)
    _under(unit, name)


def adopted(unit: Unit, name: str) -> None:
    """Remove the data key of a round whose record has become the matter's own: no erasure, but one copy fewer."""
    unit.release_key(name)
    _under(unit, name)


def _under(unit: Unit, name: str) -> None:
    unit.run(delete(tables.payload).where(tables.payload.c.owner == name))
    unit.run(update(decision).where(decision.c.owner == name).values(sealed=None))


def matter(unit: Unit, id_: MatterId, rounds: Sequence[HandoverId]) -> None:
    """Destroy every data key of a matter and of its *rounds*, all values under them, and notices about them."""
    epoch = unit.release_key(id_)
    for name in (*rounds, *(f"{each}{TALK}" for each in rounds)):
        owner(unit, name)
    _under(unit, id_)
    if epoch is not None:
        for name in (id_, *_adopted(unit, rounds)):
            unit.note_destroyed(name, epoch)
    for table in SEALED_BY_MATTER:
        unit.run(update(table).where(table.c.matter == id_).values(sealed=None))
    parcels, parts = tables.parcel, tables.parcel_part
    named = select(parcels.c.digest).where(parcels.c.handover.in_(rounds))
    unit.run(delete(parts).where(parts.c.digest.in_(named)))
    unit.run(delete(parcels).where(parcels.c.handover.in_(rounds)))
    unit.run(delete(notice).where(notice.c.handover.in_(rounds)))


def _adopted(unit: Unit, rounds: Sequence[HandoverId]) -> list[HandoverId]:
    """Give the rounds whose keys were only removed: a backup from before they were taken up still has them."""
    noted = {row.owner for row in unit.rows(select(_NOTED.owner).where(_NOTED.owner.in_(rounds)))}
    return [each for each in rounds if each not in noted]
