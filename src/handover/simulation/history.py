"""One history: a seed decides everything that happens in it, step by step; each step draws from its own source.

So a step that is left out changes no draw of the others, and a history that fails can be made shorter.
"""

import random
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from handover.domain.errors import HandoverError, UnreachableError
from handover.domain.ids import NodeId
from handover.simulation import draws, officers, turns
from handover.simulation.ending import check_end, check_said, waits
from handover.simulation.faults import Crash, Mix, ViolationError
from handover.simulation.invariants import View
from handover.simulation.place import Armed, Place
from handover.simulation.restores import Plan, Restores
from handover.simulation.standing import Standing
from handover.simulation.wire import Network, SimulatedWire
from handover.simulation.world import Site, World

STEPS: Final = 150
_HEALING: Final = 60
_SOON: Final = 4
_PAUSE: Final = 1000  # seconds: longer than any back-off


@dataclass
class Told:
    """What one history came to: what happened how often, and the rule that was broken, if one was."""

    seed: int
    seen: Counter[str] = field(default_factory=Counter)
    trace: list[str] = field(default_factory=list)
    violation: str = ""
    steps: int = 0


def mix_of(seed: int) -> Mix:
    """Give what goes wrong in the history of *seed*, and how often."""
    return Mix.draw(random.Random(f"{seed}"))


class History:
    """A few nodes of the world, and one or two children."""

    def __init__(self, world: World, seed: int) -> None:
        self.told = Told(seed=seed)
        rng = random.Random(f"{seed}")
        self._seed = seed
        self._world = world
        self._now = world.began + 2 * 86400  # no clock of this history shows a time before the keys'
        mix = Mix.draw(rng)
        plan = Plan.draw(seed, steps=STEPS)
        sites = world.some(seed, rng)
        beside = [site for site in world.sites if site not in sites] if plan else []
        federation, number = world.federation, len(sites)
        if mix.registry or plan:
            federation, apart = world.apart([*sites, *beside], changes=bool(mix.registry))
            sites, beside = apart[:number], apart[number:]
        self._places = {site.id: Place(site, lambda: self._now) for site in sites}
        self._view = View()
        self._standing = None
        if mix.registry:
            self._standing = Standing(
                federation=federation,
                places=self._places,
                now=lambda: self._now,
                may_suspend=lambda: not self._view.restoring,
            )
        watch = self._standing.watch if self._standing else lambda *_: None
        self._network = Network(places=self._places, mix=mix, rng=rng, seen=self.told.seen, watch=watch)
        origins: dict[str, NodeId] = {}
        for place in self._places.values():
            place.wire = SimulatedWire(self._network, place.site.id)
            place.start()
        for place in list(self._places.values())[: rng.choice((1, 1, 2))]:
            origins[officers.begin(place).id] = place.site.id
        self._view.origins = origins
        self._restores = None if plan is None else self._restoring(plan, beside)
        self._ring = (mix.ring and number > 2) or (plan is not None and plan.ring)
        skew = self._network.mix.skew
        for place in self._places.values():
            place.skew = rng.randint(-skew, skew) if skew else 0
        if self._standing is not None:
            self._standing.begin(rng)

    def _restoring(self, plan: Plan, beside: Sequence[Site]) -> Restores:
        quiet = [Place(site, lambda: self._now) for site in beside]
        for place in quiet:
            place.start()
        self._network.beside = {place.site.id: place for place in quiet}
        return Restores(
            plan=plan,
            places=self._places,
            beside=quiet,
            view=self._view,
            standing=self._standing,
            count=lambda what: self.told.seen.update([what]),
        )

    def run(self, without: Collection[int] = ()) -> Told:
        """Let it happen, all steps but those *without*; then let everything heal, and look at what is left."""
        try:
            if self._ring:
                self._hand_around()
            self._look()
            for number in range(STEPS):
                if number not in without:
                    self._step(number)
            self._heal()
            clocks_set = any(self.told.seen[each] for each in ("clock set back", "clock set on"))
            check_end(self._view, self._places, self._world.root, clocks_set=clocks_set)
        except ViolationError as error:
            self.told.violation = str(error)
        except Exception as error:  # noqa: BLE001 - a fault that no node may have is a rule that was broken
            self.told.violation = f"{type(error).__name__}: {error}"
        finally:
            for place in (*self._places.values(), *self._network.beside.values()):
                place.stop()
        return self.told

    def _hand_around(self) -> None:
        """The first child goes from each to the next until it is back, over a network that is fair, by right clocks."""
        network, places = self._network, [*self._places.values()]
        mix, network.mix = network.mix, Mix.fair()
        skews = [place.skew for place in places]
        for place in places:
            place.skew = 0
        for hop, (here, there) in enumerate(pairwise((*places, places[0])), start=-len(places)):
            self._put_back(hop)
            for place, act in (
                (here, officers.offer),
                (there, officers.accept),
                (here, officers.countersign),
            ):
                with suppress(HandoverError):  # whose registry is stale offers nothing
                    act(place, network.rng, [there.site.id])
                self._now += 1
                for each in (here, there, here):
                    each.node.outbox.deliver_due()
                self._look()
        self.told.seen[f"ring of {len(places)}"] += self._view.around(places[0].site.id)
        network.mix = mix
        for place, skew in zip(places, skews, strict=True):
            place.skew = skew
            self.told.seen["clock set back" if skew < 0 else "clock set on"] += bool(skew)

    def _step(self, number: int) -> None:
        self.told.steps += 1
        rng = self._network.rng = random.Random(f"{self._seed}/{number}")
        draws.go_on(f"{self._seed}/{number}")
        self._now += rng.choice((0, 0, 0, 1, 5, 20, 60, 300))
        self._put_back(number)
        place = turns.draw(self._places.values(), self._view, rng)
        if not place.up:
            place.down_for -= 1
            if place.down_for <= 0:
                place.start()
                self._note(number, place, "starts again")
            return
        self._network.weather(rng)
        armed = self._network.armed(rng)
        place.arm(armed)
        try:
            done = self._something(place, rng)
        except Crash as crash:
            done = self._crashed(crash, rng)
        for each in self._places.values():
            each.armed = Armed()
        self._note(number, place, done)
        self._look()

    def _put_back(self, number: int) -> None:
        for place, what in self._restores.step(number) if self._restores else ():
            self._note(number, place, what)
            self._look()

    def _something(self, place: Place, rng: random.Random) -> str:
        if self._restores is not None and place.site.id in self._view.restoring and rng.random() < 0.3:
            self._restores.hear(rng)
            return self._restores.asks(place)
        if self._standing is not None and rng.random() < self._network.mix.registry:
            done = self._standing.step(place, rng)
            return self._defied(self._standing, place, rng) if done == "suspended" else done
        kind = rng.choices(("officer", "deliver", "tick", "late", "end"), (6, 7, 1, 2, 0.2))[0]
        if kind == "officer":
            others = [each for each in self._places if each != place.site.id]
            return officers.act(place, rng, others)
        if kind == "late":
            return self._late(rng)
        if kind == "end":
            place.stop(down_for=rng.randrange(1, 10))
            return "killed"
        try:
            if kind == "deliver":
                return f"delivers {sum(each.receipted for each in place.node.outbox.deliver_due())}"
            return f"clock {place.node.clockwork.tick()}"
        except HandoverError as error:
            return f"{kind} {error.name}"

    def _defied(self, standing: Standing, place: Place, rng: random.Random) -> str:
        """Who is suspended has heard of it, and an officer of it tries to offer all the same."""
        with suppress(HandoverError):
            standing.hear(place)
            offered = officers.offer(place, rng, [each for each in self._places if each != place.site.id])
            standing.check_offered(place, offered)
        return "suspended"

    def _late(self, rng: random.Random) -> str:
        """One copy that was held back arrives; nobody waits for its answer any more."""
        held = self._network.held
        if not held:
            return ""
        copy = held.pop(rng.randrange(len(held)))
        try:
            self._network.arrive(*copy)
        except UnreachableError:
            return "late copy lost"
        except HandoverError as error:
            return f"late copy {error.name}"
        return "late copy"

    def _crashed(self, crash: Crash, rng: random.Random) -> str:
        if not isinstance(crash.place, Place):
            raise TypeError("a crash of nobody")
        crash.place.stop(down_for=rng.randrange(1, 20))
        return "crash before a commit"

    def _heal(self) -> None:
        """No fault any more, right clocks, time to wait for: then everything that was said has to go through.

        First as much time as the longest back-off takes, then so much that every deadline and every clock is past.
        """
        network = self._network
        network.mix, network.rng = Mix.fair(), random.Random(f"{self._seed}/healing")
        draws.go_on(f"{self._seed}/healing")
        network.cut.clear()
        for place in self._places.values():
            place.armed, place.skew = Armed(), 0
            if not place.up:
                place.start()
        if self._standing is not None:
            self._standing.heal()
        if self._restores is not None:
            self._restores.hear()
        while network.held:
            self._late(network.rng)
            self._look()
        self._settle(_SOON)
        if self._restores is not None:
            self._settle(_SOON)  # a restored node may have waited for an answer first
        check_said(self._places)
        self._now += 60 * 3600  # a clock that was a day ahead, and a deadline of a day
        if self._standing is not None and self._view.restoring:  # they wait for what such a clock has dated
            self._standing.heal()
        self._settle(_HEALING)
        # what is left open is found by the look at the end

    def _settle(self, most: int) -> None:
        for turn in range(most):
            moved = 0
            for place in self._places.values():
                moved += place.node.clockwork.tick()
                if self._restores is not None and place.site.id in self._view.restoring:
                    moved += self._restores.go_on(place)
                moved += sum(each.receipted for each in place.node.outbox.deliver_due())
                self._look()
            self._now += _PAUSE
            if turn > 1 and not moved and self._settled():
                return

    def _settled(self) -> bool:
        return not any(place.node.outbox.due() or waits(place) for place in self._places.values())

    def _look(self) -> None:
        if self._view.look(self._places):
            self._view.check()
            for lines in self._view.lines.values():
                for line in lines:
                    self.told.seen[f"{line.role} {line.state}"] += 1

    def _note(self, number: int, place: Place, what: str) -> None:
        if what:
            self.told.seen[what] += 1
            self.told.trace.append(f"{number:4} {self._now - self._world.began:7} s  {place}  {what}")


def play(world: World, seed: int, without: Collection[int] = ()) -> Told:
    """Let one history happen."""
    draws.begin(seed)
    return History(world, seed).run(without)
