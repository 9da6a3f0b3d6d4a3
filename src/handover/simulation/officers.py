"""What officers do in these histories: anything that the pages would let them try, in any order."""

import random
from collections.abc import Callable, Sequence
from typing import Final

from handover.application.consents import Terms
from handover.application.facts import Handover, KeptGround, Matter
from handover.domain.consent import Basis, Purpose
from handover.domain.continuity import HoldReason, WithdrawalScope
from handover.domain.errors import HandoverError
from handover.domain.handover import OPEN_OFFER, Claim, DeclineReason, Role, State
from handover.domain.ids import NodeId
from handover.domain.record import MatterKind, schema
from handover.simulation.case import RECORD, RESPONSIBLE, STATEMENT
from handover.simulation.place import Place

GUARDIANSHIP: Final = schema("guardianship/1")
_DAY: Final = 86400
_MOST: Final = 100
_TRIES: Final = 6  # so much is looked for before an officer finds that there is nothing to do
Act = Callable[[Place, random.Random, Sequence[NodeId]], str]
"""Does something at a place, or nothing where there is nothing to do; gives a word for what was done."""


def begin(place: Place) -> Matter:
    """Open a matter with a record that may be offered."""
    first, _ = place.site.officers
    matter = place.node.cases.begin(MatterKind.GUARDIANSHIP, reference="", actor=first)
    place.node.cases.write(matter.id, GUARDIANSHIP, RECORD, source="typed", actor=first)
    return matter


def offer(place: Place, rng: random.Random, others: Sequence[NodeId]) -> str:
    """Record a consent, prepare an offer of some matter, and let a second officer release it."""
    first, second = place.site.officers
    matters = _matters(place)
    if rng.random() < 0.9:
        busy = _offered(place)
        matters = [each for each in matters if each.claim is Claim.HOLDER and each.id not in busy]
    if not matters:
        return ""
    matter, to = rng.choice(matters), rng.choice(others)
    now = place.now()
    terms = Terms(
        basis=Basis.CONSENT,
        recipients=(to,),
        purposes=(Purpose.CHILD_PROTECTION,),
        fields=tuple(field.path for field in GUARDIANSHIP.fields),
        valid_from=now,
        valid_until=now + rng.choice((1, 30)) * _DAY,
    )
    ground = place.node.consents.record(matter.id, GUARDIANSHIP, terms, STATEMENT, actor=first)
    prepared = place.node.offers.prepare(
        matter.id,
        to=to,
        fields=ground.ground.fields,
        ground=ground.id,
        actor=first,
        deadline=now + rng.choice((1800, 6 * 3600, _DAY)),
    )
    place.node.offers.release(prepared.id, actor=second)
    return "offer"


def withdraw_offer(place: Place, rng: random.Random, _: Sequence[NodeId]) -> str:
    """Take an offer back, or try to when the deed was given."""
    found = _chosen(place, rng, Role.SENDER, State.OFFERED, State.ACCEPTED, State.RELIEVING)
    if found is None:
        return ""
    place.node.offers.withdraw(found.id, actor=place.site.officers[0])
    return "withdraw offer"


def countersign(place: Place, rng: random.Random, _: Sequence[NodeId]) -> str:
    """Give a deed."""
    found = _chosen(place, rng, Role.SENDER, State.ACCEPTED)
    if found is None:
        return ""
    place.node.offers.countersign(found.id, actor=place.site.officers[0])
    return "countersign"


def accept(place: Place, rng: random.Random, _: Sequence[NodeId]) -> str:
    """Read an offer and accept it."""
    found = _chosen(place, rng, Role.RECEIVER, State.PENDING)
    if found is None:
        return ""
    first, _second = place.site.officers
    place.node.handovers.open(found.id, actor=first)
    place.node.handovers.accept(found.id, responsible=RESPONSIBLE, plan="Met.", actor=first)
    return "accept"


def decline(place: Place, rng: random.Random, _: Sequence[NodeId]) -> str:
    """Decline an offer, or ask to be released after accepting it."""
    found = _chosen(place, rng, Role.RECEIVER, State.PENDING, State.BOUND)
    if found is None:
        return ""
    code = rng.choice(list(DeclineReason)).value
    place.node.handovers.decline(found.id, code=code, text="No room.", actor=place.site.officers[0])
    return "decline"


def ask(place: Place, rng: random.Random, _: Sequence[NodeId]) -> str:
    """Ask something about an offer, or answer."""
    found = _chosen(place, rng, None, State.OFFERED, State.PENDING, State.ACCEPTED, State.BOUND)
    if found is None:
        return ""
    first, _second = place.site.officers
    if found.question is not None:
        place.node.handovers.answer(found.id, text="Yes.", actor=first)
        return "answer"
    place.node.handovers.ask(found.id, text="Is she well?", actor=first)
    return "ask"


def arrived(place: Place, rng: random.Random, _: Sequence[NodeId]) -> str:
    """Say that the child has come, or has not."""
    found = _chosen(place, rng, Role.RECEIVER, State.HOLDING)
    if found is None:
        return ""
    say = place.node.handovers.arrival if rng.random() < 0.7 else place.node.handovers.non_arrival
    say(found.id, date="2026-11-01", text="", actor=place.site.officers[0])
    return "arrival"


def withdraw_consent(place: Place, rng: random.Random, _: Sequence[NodeId]) -> str:
    """Withdraw a consent: what rests on it, or everything."""
    living = [each for each in _grounds(place) if each.ground.withdrawn_at is None]
    if not living:
        return ""
    scope = rng.choice((WithdrawalScope.GROUND, WithdrawalScope.GROUND, WithdrawalScope.MATTER))
    place.node.consents.withdraw(rng.choice(living).id, actor=place.site.officers[0], scope=scope)
    return "withdraw consent"


def answer_withdrawal(place: Place, rng: random.Random, _: Sequence[NodeId]) -> str:
    """Erase what a withdrawn consent had shown, or hold it under the law."""
    first, _second = place.site.officers
    asked = [each for each in place.node.after.holders.waiting(actor=first) if each.demand.incoming]
    if not asked:
        return ""
    demand = rng.choice(asked).demand.envelope
    if rng.random() < 0.3:
        place.node.after.holders.hold(
            demand,
            reason=HoldReason.LEGAL_CLAIMS,
            text="A claim.",
            until=place.now() + 30 * _DAY,
            actor=first,
        )
        return "hold"
    place.node.after.holders.erase(demand, actor=first)
    return "erase"


ACTS: Final[tuple[tuple[float, Act], ...]] = (
    (6, offer),
    (1, withdraw_offer),
    (30, countersign),
    (30, accept),
    (1, decline),
    (1, ask),
    (1, arrived),
    (0.6, withdraw_consent),
    (4, answer_withdrawal),
)


def act(place: Place, rng: random.Random, others: Sequence[NodeId]) -> str:
    """Do one thing at random; what the node refuses is as good as done: officers may try anything."""
    acts: list[Act] = rng.choices([each for _, each in ACTS], [weight for weight, _ in ACTS], k=_TRIES)
    for chosen in acts:
        try:
            done = chosen(place, rng, others)
        except HandoverError as error:
            return f"{chosen.__name__} refused {error.name}"
        if done:
            return done
    return ""


def _offered(place: Place) -> set[str]:
    return {each.matter for each in _rounds(place) if each.state in OPEN_OFFER}


def _matters(place: Place) -> list[Matter]:
    found = place.read("matters", lambda work: work.matters.newest(before=None, limit=_MOST))
    return sorted(found, key=lambda each: each.created_at)


def _rounds(place: Place) -> list[Handover]:
    return place.read("rounds", lambda work: work.handovers.page(after="", limit=_MOST))


def _grounds(place: Place) -> list[KeptGround]:
    matters = _matters(place)
    return place.read(
        "grounds", lambda work: [each for matter in matters for each in work.grounds.of_matter(matter.id)]
    )


def _chosen(place: Place, rng: random.Random, role: Role | None, *states: State) -> Handover | None:
    found = [each for each in _rounds(place) if each.state in states and role in (None, each.role)]
    found.sort(key=lambda each: (each.created_at, each.epoch, each.peer))
    return rng.choice(found) if found else None
