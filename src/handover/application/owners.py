"""Under whose data key what goes with an envelope is kept."""

from typing import Final

from handover.domain.courses import OPENS
from handover.domain.handover import Act
from handover.domain.sequence import ARRIVES, SHOWS
from handover.domain.sequence import TALK as ASKED_AND_TOLD
from handover.protocol import envelope as envelopes

TALK: Final = "/talk"
"""The end of the name of a data key: that of what officers say to one another, beside that of the round's record."""


def owner_of(act: Act, data: bytes, *, handover: str, digest: str) -> str:
    """Give the owner of the data key for what goes with an envelope.

    What is shown under a ground of its own has its own key, to be erased by itself; what has to arrive, to outlive an
    erasure; a hit, which says nothing of a person, to be there when its contact has ended.
    """
    if act in SHOWS | ARRIVES | {Act.HIT} or (act in ASKED_AND_TOLD and _shows(data)):
        return f"{handover}/{digest}"
    return handover if act in OPENS else f"{handover}{TALK}"


def _shows(data: bytes) -> bool:
    return envelopes.read(data).claimed.fields is not None
