"""What must be put before a person, with the signed bytes that show it."""

from typing import Final

from handover.application import notices
from handover.application.facts import Alarm, Handover
from handover.application.ports import UnitOfWork
from handover.application.sealing import new_id
from handover.domain.ids import NodeId

TWO_RESPONSIBLE: Final = "two-responsible"
"""The alarm of a round of which one side has taken up the deed that two officers of the other have resolved."""


def raise_alarm(
    work: UnitOfWork,
    kind: str,
    *,
    peer: NodeId,
    handover: Handover | None,
    evidence: tuple[bytes, ...] = (),
    anew: bool = False,
) -> bool:
    """Put something before a person, with the signed bytes that show it; tell whether it was new.

    What stands already is not raised again until a person has looked at it: nobody can bury an alarm under others.
    With *anew* it is: the caller has found that its evidence is not kept yet.
    """
    alarm = Alarm(
        id=new_id(work.now),
        kind=kind,
        handover=None if handover is None else handover.id,
        peer=peer,
        raised_at=work.now,
        evidence=evidence,
    )
    if not anew and work.alarms.stands(alarm):
        return False
    work.alarms.add(alarm)
    notices.alarmed(work, alarm, handover)
    return True
