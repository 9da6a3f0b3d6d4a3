"""Births in four calendars; what cannot be is missing, never an error."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.matching import dates
from handover.matching.calendars import CALENDARS, ethiopian, hijri, solar
from handover.matching.dates import LAST, MOST_YEARS, birth


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ((1357, 11, 22), date(1979, 2, 11)), ((1399, 12, 30), date(2021, 3, 20)), ((1400, 1, 1), date(2021, 3, 21)),
        ((1403, 1, 1), date(2024, 3, 20)), ((1404, 1, 1), date(2025, 3, 21)), ((1385, 5, 14), date(2006, 8, 5)),
        ((1370, 1, 1), date(1991, 3, 21)), ((1378, 10, 11), date(2000, 1, 1)),
    ],
)  # fmt: skip
def test_a_solar_hijri_day_is_the_day_that_it_was(there: tuple[int, int, int], here: date) -> None:
    assert solar(*there) == here


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ((2000, 1, 1), date(2007, 9, 12)), ((2013, 1, 1), date(2020, 9, 11)), ((2012, 1, 1), date(2019, 9, 12)),
        ((2007, 4, 29), date(2015, 1, 7)), ((2015, 13, 6), date(2023, 9, 11)), ((1992, 4, 22), date(2000, 1, 1)),
    ],
)  # fmt: skip
def test_an_ethiopian_day_is_the_day_that_it_was(there: tuple[int, int, int], here: date) -> None:
    assert ethiopian(*there) == here


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ((1400, 1, 1), date(1979, 11, 21)), ((1420, 9, 24), date(2000, 1, 1)), ((1445, 9, 1), date(2024, 3, 11)),
        ((1443, 1, 1), date(2021, 8, 10)),
    ],
)  # fmt: skip
def test_a_hijri_day_is_true_to_a_day(there: tuple[int, int, int], here: date) -> None:
    found = hijri(*there)
    assert found is not None
    assert abs((found - here).days) <= 1


@pytest.mark.parametrize(
    ("name", "day"),
    [("solar", (1398, 12, 30)), ("solar", (1385, 13, 1)), ("solar", (1385, 7, 31)), ("hijri", (1420, 13, 1)),
     ("ethiopian", (2014, 13, 6)), ("ethiopian", (2014, 14, 1)), ("ethiopian", (2014, 2, 31))],
)  # fmt: skip
def test_a_day_that_a_calendar_does_not_have_is_none(name: str, day: tuple[int, int, int]) -> None:
    assert CALENDARS[name](*day) is None


@given(st.integers(1310, 1470))
def test_solar_years_follow_one_another(year: int) -> None:
    first, last = solar(year, 1, 1), solar(year + 1, 1, 1)
    assert first is not None
    assert last is not None
    assert (last - first).days in {365, 366}
    assert solar(year, 12, 30 if (last - first).days == 366 else 29) is not None


def read(text: str, **more: object) -> tuple[tuple[int, ...], int | None, int | None]:
    """Return the years, month and day of a birth."""
    found = birth(text, **{"age": None, "registered": "2025-06-01", **more})  # type: ignore[arg-type]
    return found.years, found.month, found.day


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2010", ((2010,), None, None)), ("2010-05", ((2010,), 5, None)), ("2010-05-03", ((2010,), 5, 3)),
        ("2010-01-01", ((2010,), None, None)), ("3.5.2010", ((2010,), 5, 3)), ("2010/5/3", ((2010,), 5, 3)),
        ("٢٠١٠-٠٥-٠٣", ((2010,), 5, 3)), ("2010-02-30", ((2010,), 2, None)), ("2010-25-03", ((2010,), 3, 25)),
        ("2010-60-18", ((2010,), None, None)), ("2010-00-00", ((2010,), None, None)),
        ("2010-05-03T00:00:00Z", ((2010,), 5, 3)),
        ("1389-02-13", ((2010,), 5, 3)), ("1389", ((2010, 2011), None, None)), ("1431", ((2010, 2009), None, None)),
        ("", ((), None, None)), ("soon", ((), None, None)), ("2098", ((), None, None)), ("0000", ((), None, None)),
        ("12345", ((), None, None)), ("-5", ((), None, None)),
    ],
)  # fmt: skip
def test_a_stated_birth_is_read_as_far_as_it_goes(text: str, wanted: object) -> None:
    years, month, day = read(text)
    assert (years[:2] if len(text) == 4 and text < "1900" else years[:1], month, day) == wanted


def test_an_ethiopian_year_is_a_further_reading_where_people_write_it() -> None:
    assert read("2005", calendars=("ethiopian",))[0] == (2005, 2013, 2012)
    assert read("2005")[0] == (2005,)


def test_an_age_gives_two_years_the_likelier_first() -> None:
    assert read("", age=10, registered="2025-11-01")[0] == (2015, 2014)
    assert read("", age=10, registered="2025-02-01")[0] == (2014, 2015)
    assert read("", age=10, registered="")[0] == ()


def test_an_age_that_contradicts_the_date_is_a_further_reading() -> None:
    assert read("2005", age=12)[0][:2] == (2005, 2012)
    assert read("2013", age=12)[0] == (2013,)


def test_nobody_is_registered_before_birth() -> None:
    assert all(year <= 2025 for year in read("2024", calendars=("ethiopian",))[0])


@given(st.text(max_size=50), st.none() | st.integers(0, 150), st.text(max_size=20))
def test_any_text_is_a_birth_or_none(text: str, age: int | None, registered: str) -> None:
    found = birth(text, age=age, registered=registered, calendars=tuple(CALENDARS))
    assert len(found.years) <= MOST_YEARS
    assert all(1740 < year <= LAST for year in found.years)


@given(
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True),
    st.sampled_from(["", "2024-07-01", "1500-99-99"]),
)
def test_any_digits_are_a_birth_or_none(text: str, registered: str) -> None:
    found = birth(text, age=None, registered=registered, calendars=tuple(CALENDARS))
    assert found.day is None or found.month is not None
    assert dates.month(text) is None or dates.month(text) == (int(text[:4]), min(int(text[5:7]), 13) % 13)
