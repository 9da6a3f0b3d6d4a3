"""Whose step it is: anybody's, or that of who has something to do. Otherwise most steps would come to nothing."""

import random
from collections.abc import Iterable
from typing import Final

from handover.domain.handover import OPEN_OFFER, Claim, State
from handover.simulation.invariants import View
from handover.simulation.place import Place

_DILIGENCE: Final = 0.5  # of all steps belong to who has something to do
_WAITED_FOR: Final = frozenset({State.PENDING, State.ACCEPTED})


def draw(places: Iterable[Place], view: View, rng: random.Random) -> Place:
    """Draw who acts next."""
    all_ = list(places)
    busy = [each for each in all_ if each.up and _has_work(each, view)] if rng.random() < _DILIGENCE else []
    return rng.choice(busy or all_)


def _has_work(place: Place, view: View) -> bool:
    """Tell whether an officer is waited for, a child may be handed on, or a message may leave."""
    lines = view.lines.get(place.site.id, [])
    offered = {line.matter for line in lines if line.state in OPEN_OFFER}
    held = (matter for matter, claim in view.claims.get(place.site.id, {}).items() if claim is Claim.HOLDER)
    return (
        any(line.state in _WAITED_FOR for line in lines)
        or any(matter not in offered for matter in held)
        or bool(place.node.outbox.due())
    )
