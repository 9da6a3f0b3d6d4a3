"""No count of a few children can be computed from what is published, even by whoever knows nearly everything else."""

import itertools
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.suppression import (
    THRESHOLD,
    Count,
    Total,
    UnprotectedError,
    protect,
    require_protected,
)

Counts = dict[str, Count]
KEPT = "z"
FORM = dict[str, int | None]

cells = st.builds(
    lambda children, more: Count(events=children + (more if children else 0), children=children),
    st.one_of(st.integers(0, 9), st.integers(0, 200)),
    st.integers(0, 6),
)
tables = st.lists(cells, min_size=1, max_size=8).map(
    lambda each: dict(zip("abcdefgh", each, strict=False)) | {KEPT: Count()}
)


def of_children(events: dict[str, int]) -> Counts:
    """Give a table in which each event is another child's."""
    return {cell: Count(events=number, children=number) for cell, number in events.items()}


def summed(world: list[dict[str, int]]) -> list[dict[str, int]]:
    """Give tables of the same events: what is never shown makes their sums equal."""
    total = max(sum(number for cell, number in table.items() if cell != KEPT) for table in world)
    return [
        table | {KEPT: total - sum(number for cell, number in table.items() if cell != KEPT)}
        for table in world
    ]


def test_every_withheld_count_may_be_any_number_below_the_threshold() -> None:
    """Every table up to a size is tried out: those with one published form are told apart by nobody."""
    alike: dict[tuple[int | None, ...], list[tuple[int, ...]]] = defaultdict(list)
    for events in itertools.product(range(THRESHOLD + 3), repeat=4):
        table = of_children(dict(zip(("a", "b", "c", KEPT), events, strict=True)))
        alike[tuple(protect(table, KEPT).values())].append(events)
    for form, worlds in alike.items():
        for place, count in enumerate(form):
            if count is None:
                assert {world[place] for world in worlds} >= set(range(THRESHOLD))


@given(st.lists(tables, min_size=1, max_size=5), st.data())
def test_not_even_all_other_counts_of_all_tables_narrow_a_withheld_one(
    published: list[Counts], data: st.DataObject
) -> None:
    """Whoever knows every published table and every other withheld count but those never shown learns nothing."""
    forms = [protect(table, KEPT) for table in published]
    hidden = [
        (place, cell)
        for place, form in enumerate(forms)
        for cell, count in form.items()
        if count is None and cell != KEPT
    ]
    if not hidden:
        return
    place, cell = data.draw(st.sampled_from(hidden))
    for value in range(THRESHOLD):
        world = [
            {
                name: count.events if forms[number][name] is not None else min(count.events, THRESHOLD - 1)
                for name, count in table.items()
            }
            for number, table in enumerate(published)
        ]
        world[place][cell] = value
        again = summed(world)
        assert len({sum(table.values()) for table in again}) == 1
        assert [protect(of_children(table), KEPT) for table in again] == forms


@given(tables, st.data())
def test_one_child_more_or_less_shows_in_no_count_but_its_own(table: Counts, data: st.DataObject) -> None:
    cell = data.draw(st.sampled_from(sorted(table)))
    old = table[cell]
    more = table | {cell: Count(events=old.events + 1, children=old.children + 1)}
    before, after = protect(table, KEPT), protect(more, KEPT)
    assert {each: count for each, count in before.items() if each != cell} == {
        each: count for each, count in after.items() if each != cell
    }
    if old.children + 1 < THRESHOLD or cell == KEPT:
        assert before[cell] is after[cell] is None
    else:
        assert after[cell] == old.events + 1


@given(tables)
def test_the_sum_of_a_table_follows_from_none_of_its_counts(table: Counts) -> None:
    more = table | {KEPT: table[KEPT] + Count(events=7, children=7)}
    assert protect(more, KEPT) == protect(table, KEPT)


def test_small_counts_are_withheld_with_the_one_that_is_never_shown() -> None:
    table = of_children({"a": 7, "b": THRESHOLD, "c": THRESHOLD - 1, "d": 0, KEPT: 40})
    assert protect(table, KEPT) == {"a": 7, "b": THRESHOLD, "c": None, "d": None, KEPT: None}


def test_many_events_of_few_children_are_small() -> None:
    table = {"a": Count(events=12, children=THRESHOLD - 1), KEPT: Count()}
    assert protect(table, KEPT) == {"a": None, KEPT: None}


@given(tables)
def test_what_this_node_publishes_passes_the_check_of_every_other(table: Counts) -> None:
    require_protected(protect(table, KEPT))


@pytest.mark.parametrize(
    "shown",
    [{}, {"a": 9, "b": 8}, {"a": 9, "b": 4, "c": None}, {"a": 0, "b": None}],
    ids=["empty", "all-shown", "small", "nothing"],
)
def test_counts_that_give_a_small_one_away_are_known_as_such(shown: FORM) -> None:
    with pytest.raises(UnprotectedError):
        require_protected(shown)


def test_a_node_may_withhold_more_and_is_held_to_it() -> None:
    require_protected({"a": 9, "b": None})
    with pytest.raises(UnprotectedError):
        require_protected({"a": 9, "b": None}, 10)


def test_what_one_node_withholds_leaves_the_total_open() -> None:
    assert Total().plus(7).plus(5) == Total(known=12)
    assert Total().plus(7).plus(None) == Total(known=7, withheld=True)


def test_two_cells_made_one_count_no_child_that_may_be_in_both() -> None:
    assert Count(events=6, children=4) + Count(events=3, children=3) == Count(events=9, children=4)
