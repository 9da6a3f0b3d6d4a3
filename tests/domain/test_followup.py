"""The dates that an acceptance promises, and how each stands."""

from hypothesis import given
from hypothesis import strategies as st

from handover.domain.continuity import DAY, LAST_FOLLOW_UP
from handover.domain.followup import GRACE, Stage, dates, stage

TIMES = st.integers(min_value=0, max_value=2**40)
PERHAPS = st.none() | TIMES
ORDER = (Stage.PLANNED, Stage.DUE, Stage.OVERDUE)


@given(TIMES, st.sets(st.integers(min_value=1, max_value=LAST_FOLLOW_UP), max_size=12))
def test_each_promised_day_has_one_date_that_many_days_after_the_take_up(
    taken_up: int, days: set[int]
) -> None:
    found = dates(taken_up, sorted(days))
    assert list(found) == sorted(days)
    assert {due - taken_up for due in found.values()} == {day * DAY for day in days}


@given(TIMES, TIMES, TIMES)
def test_as_time_passes_a_date_only_gets_more_urgent(due: int, now: int, later: int) -> None:
    before, after = sorted((now, later))
    assert ORDER.index(stage(due=due, now=before)) <= ORDER.index(stage(due=due, now=after))


@given(TIMES, TIMES, PERHAPS, PERHAPS)
def test_what_was_told_is_done_and_what_ended_is_owed_no_more(
    due: int, now: int, done: int | None, ended: int | None
) -> None:
    found = stage(due=due, now=now, done_at=done, ended_at=ended)
    assert (found is Stage.DONE) == (done is not None)
    assert (found is Stage.ENDED) == (done is None and ended is not None)
    if found not in (Stage.DONE, Stage.ENDED):
        assert (found is Stage.PLANNED) == (now < due)
        assert (found is Stage.OVERDUE) == (now >= due + GRACE)
