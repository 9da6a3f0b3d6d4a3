"""Turns: one thing at a time, in turn for each name, and nobody's that is given up is lost."""

import asyncio
from collections.abc import Callable

from handover.web import quota
from handover.web.lane import ALONE, Lane
from handover.web.quota import Pauses


def test_who_asks_for_one_thing_waits_for_one_of_each_other() -> None:
    done: list[str] = []

    async def all_of_them() -> None:
        lane = Lane()
        many = [asyncio.ensure_future(lane.run("many", done.append, "many")) for _ in range(8)]
        few = [asyncio.ensure_future(lane.run("few", done.append, "few")) for _ in range(2)]
        one = asyncio.ensure_future(lane.run("one", done.append, "one"))
        await asyncio.gather(*many, *few, one)

    asyncio.run(all_of_them())
    assert done == ["many", "many", "few", "one", "many", "few", *["many"] * 5]


def test_a_turn_that_is_given_up_goes_to_the_next() -> None:
    done: list[str] = []

    async def all_of_them() -> None:
        lane, under_way, go_on = Lane(), asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def first() -> None:
            loop.call_soon_threadsafe(under_way.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()

        running = asyncio.ensure_future(lane.run("a", first))
        await under_way.wait()
        given_up, waiting = (asyncio.ensure_future(lane.run(name, done.append, name)) for name in "bc")
        await asyncio.sleep(0)
        given_up.cancel()
        go_on.set()
        await asyncio.gather(running, waiting)
        await lane.run("d", done.append, "d")

    asyncio.run(all_of_them())
    assert done == ["c", "d"]


def test_a_turn_that_was_just_given_and_is_not_taken_goes_on() -> None:
    async def all_of_them() -> None:
        lane = Lane()
        lane._busy = True
        late = asyncio.ensure_future(lane.run("late", int))
        await asyncio.sleep(0)
        lane._next()
        late.cancel()  # and does not live to take it
        await asyncio.gather(late, return_exceptions=True)
        assert await lane.run("next", int) == 0

    asyncio.run(all_of_them())


def test_what_fails_leaves_the_lane_free() -> None:
    async def all_of_them() -> None:
        lane = Lane()
        (failed,) = await asyncio.gather(lane.run("a", int, "x"), return_exceptions=True)
        assert isinstance(failed, ValueError)
        assert await lane.run("a", int, "7") == 7

    asyncio.run(all_of_them())


def test_who_has_a_lane_alone_is_known_from_who_shares_it() -> None:
    async def asked(*steps: tuple[float, str]) -> Callable[[str], bool]:
        lane, loop = Lane(), asyncio.get_running_loop()
        real, offset = loop.time, 0.0
        loop.time = lambda: real() + offset  # type: ignore[method-assign]
        for seconds, name in steps:
            offset += seconds
            await lane.run(name, int)
        shared = {name: lane.shared(name) for name in "ab"}
        loop.time = real  # type: ignore[method-assign]
        return shared.__getitem__

    assert not asyncio.run(asked())("a")
    assert not asyncio.run(asked((0, "a"), (0, "a")))("a")
    assert asyncio.run(asked((0, "a")))("b")
    assert asyncio.run(asked((0, "b"), (1, "a")))("a")
    assert not asyncio.run(asked((0, "b"), (ALONE + 1, "a"), (1, "a")))("a")


def test_only_so_many_are_held_before_they_are_told_to_wait() -> None:
    async def all_of_them() -> None:
        pauses = Pauses(seconds=60)
        held = [asyncio.ensure_future(pauses.pause("192.0.2.1")) for _ in range(quota.HELD)]
        done, waiting = await asyncio.wait(held, timeout=0.1)
        assert (len(done), len(waiting)) == (
            quota.HELD - quota.HELD // quota.SHARE,
            quota.HELD // quota.SHARE,
        )
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await Pauses(seconds=0).pause("192.0.2.1")

    asyncio.run(all_of_them())
