"""One round that moves nothing, at both sides at once, over a wire that loses, repeats, reorders and delays.

As in joint.py the wire is a bag: whatever was said may arrive any number of times, at any time, or never. `explore`
goes through all worlds of the real `step`, and raises `ViolationError` with the shortest way to one that must not be.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from domain.joint import ViolationError
from handover.domain.courses import FINISHED, Course
from handover.domain.errors import HandoverError
from handover.domain.handover import (
    ANSWERS,
    SAYS,
    Act,
    Claim,
    ClosedRoundError,
    Order,
    Role,
    Standing,
    State,
    Step,
    step,
)

Rule = Callable[[Standing, Act | Order, int], Step]
S, R = Role.SENDER, Role.RECEIVER
DEADLINE: Final = 100
OPENING: Final = {Course.REFERRAL: Act.REFERRAL, Course.CONTACT: Act.HIT}
ORDERS: Final = {
    S: (Order.RELEASE, Order.WITHDRAW, Order.DEADLINE),
    R: (Order.FINISH, Order.DEADLINE, Order.ERASE),
}
CLOSED: Final = frozenset({State.ENDED, State.OVER})


class World(NamedTuple):
    """Both sides, what each has said, what the receiver keeps, and what the sender's clock and a court say."""

    s: State = State.PREPARED
    r: State = State.UNKNOWN
    by_s: frozenset[Act] = frozenset()
    by_r: frozenset[Act] = frozenset()
    record: bool = False
    late_s: bool = False
    late_r: bool = False
    held: bool = False
    grounded: bool = True


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What is explored; `rule` and `answers` are what a wrong implementation would do."""

    course: Course
    rule: Rule = step
    holds: bool = False
    says: Mapping[State, Act] = field(default_factory=lambda: SAYS)


def explore(setting: Setting) -> frozenset[World]:
    """Give every world that can be reached.

    Raises:
        ViolationError: one of the properties fails.
    """
    first = World()
    came: dict[World, tuple[str, ...]] = {first: ()}
    queue = [first]
    for world in queue:
        label = ""
        try:
            for label, after in moves(setting, world):
                if after not in came:
                    _check(setting, after)
                    came[after] = (*came[world], label)
                    queue.append(after)
        except ViolationError as violation:
            violation.trace = (*came[world], label)
            raise
    return frozenset(came)


def _check(setting: Setting, world: World) -> None:
    if world.record and world.s in CLOSED:
        raise ViolationError("kept after its end was told")
    if world.record and world.r in CLOSED | {State.ENDING}:
        raise ViolationError("kept after its end")
    if world.s is State.PREPARED and (world.by_s or world.r is not State.UNKNOWN):
        raise ViolationError("said before its release")


def moves(setting: Setting, world: World) -> Iterator[tuple[str, World]]:
    """Give what can happen next, with its name."""
    for role in (S, R):
        for order in ORDERS[role]:
            after = event(setting, world, role, order)
            if after is not None:
                yield f"{role}: {order.value}", after
        for act in world.by_r if role is S else world.by_s:
            after = event(setting, world, role, act)
            if after is not None:
                yield f"{role} hears {act.value}", after
    if setting.course is Course.REFERRAL:
        yield "the sender's deadline passes", world._replace(late_s=True)
        yield "the receiver's deadline passes", world._replace(late_r=True)
        yield "the ground ends", world._replace(grounded=False)
    if setting.holds:
        yield "a hold begins or ends", world._replace(held=not world.held)


def event(setting: Setting, world: World, role: Role, event_: Act | Order) -> World | None:
    """Give the world after one event at one side, or None where it is refused.

    Raises:
        ViolationError: what the other side has honestly said is refused.
    """
    state, late = (world.s, world.late_s) if role is S else (world.r, world.late_r)
    standing = Standing(
        course=setting.course,
        role=role,
        state=state,
        claim=Claim.HOLDER if role is S else Claim.NONE,
        deadline=DEADLINE,
        grounded=world.grounded or role is R,
        held=world.held and role is R,
    )
    try:
        found = setting.rule(standing, event_, DEADLINE + late)
    except ClosedRoundError:
        return None
    except HandoverError as error:
        if isinstance(event_, Act):
            raise ViolationError(f"honest message refused: {event_.value} in {state}") from error
        return None
    if found.claim is not None:
        raise ViolationError("a claim was touched")
    said = {found.says} if found.says is not None else set()
    if setting.says.get(found.state):
        said.add(setting.says[found.state])
    if role is S:
        return world._replace(s=found.state, by_s=world.by_s | said)
    shown = found.changed and found.state in (State.SERVING, State.IN_CONTACT)
    record = shown or (world.record and not found.erases)
    return world._replace(r=found.state, by_r=world.by_r | said, record=record)


def settle(setting: Setting, world: World) -> World:
    """Give the world after all in flight was lost, both deadlines passed, every hold ended, and nobody decides more."""
    world = world._replace(by_s=frozenset(), by_r=frozenset(), late_s=True, late_r=True, held=False)
    if setting.course is Course.CONTACT:
        world = event(setting, world, S, Order.WITHDRAW) or world  # a contact has no clock: somebody ends it
    for _ in range(8):
        for role in (S, R):
            for order in (Order.DEADLINE, Order.ERASE):
                world = event(setting, world, role, order) or world
        says_s, says_r = setting.says.get(world.s), setting.says.get(world.r)
        world = world._replace(
            by_s=world.by_s | ({says_s} if says_s else set()),
            by_r=world.by_r | ({says_r} if says_r else set()),
        )
        for act in sorted(world.by_s):
            world = event(setting, world, R, act) or world
        for act in sorted(world.by_r):
            world = event(setting, world, S, act) or world
    return world


def unresolved(world: World) -> bool:
    """Tell whether a settled world is not at its end at both sides."""
    if world.s in (State.PREPARED, State.DISCARDED):
        return world.r is not State.UNKNOWN
    return world.s not in CLOSED or world.r not in CLOSED or world.record


def chatter(setting: Setting, world: World) -> int:
    """Give how many messages follow, at most 20, when each side's answer to a repeat is delivered, and so on."""
    waiting: list[tuple[Role, Act]] = [(R, act) for act in world.by_s] + [(S, act) for act in world.by_r]
    count = 0
    while waiting and count < 20:
        role, act = waiting.pop()
        state = world.s if role is S else world.r
        says = SAYS.get(state) or ANSWERS.get(state)
        after = event(setting, world, role, act)
        before, world = world, after or world
        answered = (world.by_s - before.by_s) if role is S else (world.by_r - before.by_r)
        repeats = {says} if says is not None and act in (Act.END, OPENING[setting.course]) else set()
        waiting.extend((R if role is S else S, each) for each in answered | repeats)
        count += 1
    return count


def finished(world: World) -> bool:
    """Tell whether one side knows of the end."""
    return world.s in FINISHED or world.r in FINISHED
