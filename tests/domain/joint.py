"""One matter at all nodes at once, over a wire that loses, repeats, reorders and delays: all that can be.

The wire is a bag: whatever was ever said may arrive any number of times, in any order, at any time, or never.
That covers crashes as well, for the rules are asked inside the transaction that commits: a crash before the
commit is a message that did not arrive, a crash after it an answer that did not. `explore` goes through all
worlds breadth first and raises `ViolationError` with the shortest way to one that must not be.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar

from handover.domain.errors import HandoverError
from handover.domain.handover import (
    OPEN_OFFER,
    SAYS,
    Act,
    Claim,
    ClosedRoundError,
    Order,
    Role,
    RoundResolvedError,
    Standing,
    State,
    Step,
    step,
)

T = TypeVar("T")
Rule = Callable[[Standing, Act | Order, int], Step]
S, R = Role.SENDER, Role.RECEIVER
DEADLINE: Final = 100
TO_SENDER: Final = frozenset({Act.ACCEPTANCE, Act.DECLINE, Act.TAKE_UP_RECEIPT, Act.VOID_RECEIPT})
CLOSED: Final = frozenset({(State.TRANSFERRED, State.HOLDING), (State.VOIDED, State.CLOSED)})

# The fifteen joint states of one round; a state before the first act reads as PREPARED and UNKNOWN.
JOINT: Final = frozenset(
    {(State.PREPARED, State.UNKNOWN)}
    | {(State.OFFERED, r) for r in (State.UNKNOWN, State.PENDING, State.BOUND, State.DECLINED)}
    | {(State.ACCEPTED, State.BOUND)}
    | {(State.RELIEVING, r) for r in (State.BOUND, State.HOLDING)}
    | {(State.VOIDING, r) for r in (State.UNKNOWN, State.PENDING, State.BOUND, State.DECLINED, State.CLOSED)}
    | {(State.TRANSFERRED, State.HOLDING), (State.VOIDED, State.CLOSED)}
)
RESOLVED: Final = frozenset({(State.VOIDING, State.HOLDING)})
RETRACTED: Final = frozenset({(State.ACCEPTED, State.DECLINED), (State.RELIEVING, State.DECLINED)})


class Round(NamedTuple):
    """One round as both sides keep it, the wire between them, and what an onlooker remembers (`voided`, `told`).

    `gone`: the receiver's node hears and does nothing any more; `told`: people at both sides know that what was
    resolved was taken up.
    """

    sender: int = -1
    receiver: int = -1
    s: State = State.PREPARED
    r: State = State.UNKNOWN
    sent: frozenset[Act] = frozenset()
    bound: bool = False
    record: bool = False
    late: bool = False
    grounded: bool = True
    voided: bool = False
    gone: bool = False
    resolved: bool = False
    told: bool = False
    read: tuple[State, Act] | None = None


class World(NamedTuple):
    """The rounds, what each node claims, for which round it relieves, and who in truth is responsible."""

    rounds: tuple[Round, ...]
    claims: tuple[Claim, ...]
    relieving: tuple[int, ...]
    title: int = 0


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What is explored; `waits` and the last four are what a wrong implementation would do around the rules.

    With `resolves` a receiver may be gone for good and two officers resolve its deed; with `returns` it was not.
    """

    rule: Rule = step
    nodes: int = 2
    rounds: int = 1
    parallel: bool = False
    declines: bool = True
    retracts: bool = True
    grounds_end: bool = True
    resolves: bool = False
    returns: bool = False
    waits: bool = True
    says: Mapping[State, Act] = field(default_factory=lambda: SAYS)
    mixes_rounds: bool = False
    sends_first: bool = False
    reads_early: bool = False

    def first(self) -> World:
        """Give the world in which node 0 is responsible and nothing was said."""
        return World(
            rounds=(Round(),) * self.rounds,
            claims=(Claim.HOLDER,) + (Claim.NONE,) * (self.nodes - 1),
            relieving=(-1,) * self.nodes,
        )


class ViolationError(Exception):
    """A world that must not be, or a step into it; `trace` is the shortest way there."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.trace: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n  ".join((self.rule, *self.trace))


def explore(setting: Setting) -> frozenset[World]:
    """Give every world that can be reached.

    Raises:
        ViolationError: one of the properties fails.
    """
    first = setting.first()
    came: dict[World, tuple[World, str] | None] = {first: None}
    queue = [first]
    for world in queue:
        label = ""
        try:
            for label, after in _moves(setting, world):
                if after not in came:
                    check(after)
                    came[after] = (world, label)
                    queue.append(after)
        except ViolationError as violation:
            violation.trace = (*_way(came, world), *(violation.trace or (label,)))
            raise
    return frozenset(came)


def joint(worlds: frozenset[World]) -> set[tuple[State, State]]:
    """Give the pairs of states that one instant shows."""
    return {(round_.s, round_.r) for world in worlds for round_ in world.rounds}


def check(world: World) -> None:
    """Do nothing if the world is one that may be.

    Raises:
        ViolationError: two are responsible, or none is, or a record outlives its round.
    """
    away = gone(world)
    for node, claim in enumerate(world.claims):
        if claim is Claim.HOLDER and node != world.title and node not in away:
            raise ViolationError("two responsible")
    if world.claims[world.title] is Claim.NONE:
        raise ViolationError("none responsible")
    for round_ in world.rounds:
        if round_.s is State.VOIDED and round_.record:
            raise ViolationError("record kept after the void receipt")


def gone(world: World) -> set[int]:
    """Give the nodes that are gone for good, as it seems."""
    return {round_.receiver for round_ in world.rounds if round_.gone}


def settle(setting: Setting, world: World) -> World:
    """Give the world after all in flight was lost, the deadlines passed and no officer did anything more.

    What is said again comes only from the states, until nothing changes.
    """
    world = world._replace(
        rounds=tuple(round_._replace(sent=frozenset(), late=True) for round_ in world.rounds)
    )
    for _ in range(12 * len(world.rounds)):
        for n, round_ in enumerate(world.rounds):
            if round_.sender < 0:
                continue
            said = {setting.says[state] for state in (round_.s, round_.r) if state in setting.says}
            world = _with(world, n, round_._replace(sent=round_.sent | said))
            world = _event(setting, world, n, S, Order.DEADLINE) or world
            for act in sorted(world.rounds[n].sent):
                world = _event(setting, world, n, S if act in TO_SENDER else R, act) or world
    return world


def unresolved(world: World) -> bool:
    """Tell whether a round that was opened is not closed alike at both sides."""
    return any(
        round_.sender >= 0 and (round_.s, round_.r) not in CLOSED and not round_.told
        for round_ in world.rounds
    )


def _way(came: Mapping[World, tuple[World, str] | None], world: World) -> list[str]:
    way: list[str] = []
    step_ = came[world]
    while step_ is not None:
        world, label = step_
        way.append(label)
        step_ = came[world]
    return way[::-1]


def _moves(setting: Setting, world: World) -> Iterator[tuple[str, World]]:
    for n, round_ in enumerate(world.rounds):
        if round_.sender < 0:
            yield from _openings(setting, world, n)
            return  # rounds open in order
        if not round_.late:
            yield f"{n}: the deadline passes", _with(world, n, round_._replace(late=True))
        if setting.resolves and round_.s is State.RELIEVING and not round_.gone:
            yield f"{n}: the receiver is gone", _with(world, n, round_._replace(gone=True))
        if setting.grounds_end and round_.grounded:
            yield f"{n}: the ground ends", _with(world, n, round_._replace(grounded=False))
        yield from _orders(setting, world, n)
        yield from _deliveries(setting, world, n)
        if setting.reads_early:
            yield from _early(setting, world, n)


def _openings(setting: Setting, world: World, n: int) -> Iterator[tuple[str, World]]:
    for a in range(setting.nodes):
        open_offer = any(round_.sender == a and round_.s in OPEN_OFFER for round_ in world.rounds)
        if open_offer and not setting.parallel:
            continue
        for b in range(setting.nodes):
            if a != b:
                ready = _with(world, n, world.rounds[n]._replace(sender=a, receiver=b))
                after = _event(setting, ready, n, S, Order.RELEASE)
                if after is not None:
                    yield f"{n}: {a} offers to {b}", after


def _orders(setting: Setting, world: World, n: int) -> Iterator[tuple[str, World]]:
    state = world.rounds[n].r
    for role, order in (
        (S, Order.WITHDRAW),
        (S, Order.DEADLINE),
        (S, Order.COUNTERSIGN),
        (S, Order.RESOLVE),
        (R, Order.ACCEPT),
        (R, Order.DECLINE),
        (R, Order.DEADLINE),
    ):
        if order is Order.DECLINE and not (setting.retracts if state is State.BOUND else setting.declines):
            continue
        after = _event(setting, world, n, role, order)
        if after is not None:
            yield f"{n}: {role} {order.value}", after


def _deliveries(setting: Setting, world: World, n: int) -> Iterator[tuple[str, World]]:
    pair = world.rounds[n][:2]
    for source, round_ in enumerate(world.rounds):
        if source != n and not (setting.mixes_rounds and round_[:2] == pair):
            continue
        for act in round_.sent:
            role = S if act in TO_SENDER else R
            for automatic in (False, True) if act is Act.ACCEPTANCE else (False,):
                if setting.sends_first and automatic and world.rounds[n].s is State.OFFERED:
                    said = world.rounds[n].sent | {Act.DEED}
                    yield f"{n}: deed sent, crash", _with(world, n, world.rounds[n]._replace(sent=said))
                after = _event(setting, world, n, role, act, automatic=automatic)
                if after is not None:
                    yield f"{n}: {role} hears {act}{' (automatic)' * automatic}", after


def _early(setting: Setting, world: World, n: int) -> Iterator[tuple[str, World]]:
    """The sender reads state and message, waits, and writes what followed from the state that it had read."""
    round_ = world.rounds[n]
    if round_.read is None:
        for act in round_.sent & TO_SENDER:
            yield f"{n}: sender reads {act}", _with(world, n, round_._replace(read=(round_.s, act)))
        return
    state, act = round_.read
    old = _with(world, n, round_._replace(s=state, read=None))
    after = _event(setting, old, n, S, act, automatic=True)
    if after is not None:
        yield f"{n}: sender writes what {act} meant in {state}", after


_ASKED: dict[tuple[object, ...], Step | HandoverError] = {}


def _ask(setting: Setting, standing: Standing, event: Act | Order, *, late: bool) -> Step | HandoverError:
    key = (setting.rule, standing, event, late)
    answer = _ASKED.get(key)
    if answer is None:
        try:
            answer = setting.rule(standing, event, DEADLINE + late)
        except HandoverError as error:
            answer = error
        _ASKED[key] = answer
    return answer


def _event(
    setting: Setting, world: World, n: int, role: Role, event: Act | Order, *, automatic: bool = False
) -> World | None:
    """Give the world after one commit at one node, or None if nothing changes."""
    round_ = world.rounds[n]
    node = round_.sender if role is S else round_.receiver
    standing = Standing(
        role=role,
        state=round_.s if role is S else round_.r,
        claim=world.claims[node],
        deadline=DEADLINE,
        relieving_here=world.claims[node] is Claim.RELIEVING and world.relieving[node] == n,
        grounded=round_.grounded,
        bound=round_.bound,
        automatic=automatic,
        resolved=round_.resolved and (role is S or event is Act.VOID or round_.r is State.CLOSED),
        overdue=setting.resolves and (not setting.waits or _over(world, round_)),
    )
    if node in gone(world) and not setting.returns:
        return None
    answer = _ask(setting, standing, event, late=round_.late)
    try:
        after = _commit(world, n, role, event, _honest(answer, standing, event))
        if isinstance(answer, RoundResolvedError):
            after = _with(after, n, after.rounds[n]._replace(told=True))
    except ViolationError as violation:
        violation.trace = (f"{n}: {role} {'hears ' * isinstance(event, Act)}{event.value}",)
        raise
    return None if after == world else after


def _over(world: World, round_: Round) -> bool:
    """Tell whether the receiver is gone for good, and has not handed the matter on: people make sure of both."""
    onward = any(each.sender == round_.receiver and each.s is State.RELIEVING for each in world.rounds)
    return round_.gone and not onward and world.title in round_[:2]


def _honest(answer: Step | HandoverError, standing: Standing, event: Act | Order) -> Step:
    """Nobody lies on this wire: an offer that comes after its void may be refused, and what was resolved."""
    if isinstance(answer, Step):
        return answer
    if isinstance(event, Act) and not isinstance(answer, ClosedRoundError | RoundResolvedError):
        raise ViolationError(f"honest message refused: {event} in {standing.state}")
    return Step(state=standing.state, changed=False)


def _commit(world: World, n: int, role: Role, event: Act | Order, result: Step) -> World:
    round_ = world.rounds[n]
    node = round_.sender if role is S else round_.receiver
    if result.changed:
        round_ = _moved(round_, role, event, result)
    if result.says:
        round_ = round_._replace(sent=round_.sent | {result.says})
    world = _with(world, n, round_)
    if result.claim is not None:
        world = world._replace(claims=_put(world.claims, node, result.claim))
        if result.claim is Claim.RELIEVING:
            world = world._replace(relieving=_put(world.relieving, node, n))
    taken = result.changed and result.state is State.HOLDING and not round_.resolved
    if taken or (event is Order.RESOLVE and result.changed):
        world = world._replace(title=node)
    return world


def _moved(round_: Round, role: Role, event: Act | Order, result: Step) -> Round:
    if role is S:
        if result.state is State.RELIEVING:
            _require_deed(round_)
        resolved = round_.resolved or event is Order.RESOLVE
        voided = round_.voided or result.state is State.VOIDING
        return round_._replace(s=result.state, voided=voided, resolved=resolved)
    if result.state is State.HOLDING and ((round_.voided and not round_.resolved) or not round_.bound):
        raise ViolationError("taken up without an acceptance that counts")
    return round_._replace(
        r=result.state,
        bound=round_.bound or event is Order.ACCEPT,
        record=(round_.record or result.state in (State.PENDING, State.HOLDING)) and not result.erases,
    )


def _require_deed(round_: Round) -> None:
    for broken, rule in (
        (round_.voided, "deed after withdrawal"),
        (not round_.bound, "deed without the receiver's acceptance"),
        (round_.late, "deed after the deadline"),
        (not round_.grounded, "deed without a ground"),
    ):
        if broken:
            raise ViolationError(rule)


def _with(world: World, n: int, round_: Round) -> World:
    return world._replace(rounds=_put(world.rounds, n, round_))


def _put(values: tuple[T, ...], n: int, value: T) -> tuple[T, ...]:
    return (*values[:n], value, *values[n + 1 :])
