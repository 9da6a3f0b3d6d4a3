"""An allowance: so much at once, so much more each second, and never more however the clock is set."""

from hypothesis import given
from hypothesis import strategies as st

from handover.domain.allowance import UNUSED, Allowance, Level

ALLOWANCE = Allowance(burst=4, rate=0.5)
AMOUNTS = st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 3)), max_size=60)


def test_what_is_left_is_left_at_once() -> None:
    assert ALLOWANCE.wait(UNUSED, 0) == 0
    assert ALLOWANCE.wait(ALLOWANCE.after(UNUSED, 3, 0), 0) == 0


def test_what_is_used_up_comes_back_with_time() -> None:
    level = ALLOWANCE.after(UNUSED, 6, 100)
    wait = ALLOWANCE.wait(level, 100)
    assert wait == 5
    assert ALLOWANCE.wait(level, 100 + wait) == 0
    assert ALLOWANCE.used(level, 200) == 0


def test_a_clock_that_is_set_back_gives_nothing_back() -> None:
    level = ALLOWANCE.after(Level(used=4, at=100), 1, 50)
    assert level == Level(used=5, at=50)


@given(AMOUNTS)
def test_nobody_gets_more_than_the_time_that_has_passed_gives(steps: list[tuple[int, int]]) -> None:
    level, now, taken, forward = UNUSED, 1000.0, 0, 0
    for seconds, amount in steps:
        now += seconds
        forward += max(0, seconds)
        if not ALLOWANCE.wait(level, now):
            level = ALLOWANCE.after(level, amount, now)
            taken += amount
    assert taken <= ALLOWANCE.burst + ALLOWANCE.rate * forward + 3  # the last one may go beyond it
