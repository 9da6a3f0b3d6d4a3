"""What is counted where: quarters, bands of age and time, outcomes; every table is fixed before anything is counted."""

from datetime import UTC, datetime

import pytest

from handover.domain import statistics
from handover.domain.consent import Basis
from handover.domain.continuity import ReferralTask
from handover.domain.errors import MalformedError
from handover.domain.handover import DeclineReason, EndReason, VoidReason
from handover.domain.ids import Quarter
from handover.domain.record import Absent, Value
from handover.domain.statistics import TABLES, Subject, end_of, following, quarter_of

NOW = int(datetime(2026, 8, 15, tzinfo=UTC).timestamp())
DAY = 86400


def test_each_table_of_a_subject_has_a_name_of_its_own_and_a_cell_that_is_never_shown() -> None:
    assert set(TABLES) == set(Subject)
    for tables in TABLES.values():
        assert len({table.name for table in tables}) == len(tables)
        for table in tables:
            for countries in ((), ("gr", "de")):
                cells = table.cells_of(countries)
                assert len(set(cells)) == len(cells)
                assert table.kept_back in cells


def test_a_route_is_a_country_of_the_registry_or_another() -> None:
    assert statistics.ROUTE.cells_of(["gr", "de", "gr"]) == ("de", "gr", "other")


def test_a_quarter_has_one_spelling() -> None:
    for text in ("2026-Q5", "2026-q1", "1999-Q1", "2026-Q1 ", "2026-Q01"):
        with pytest.raises(MalformedError):
            Quarter(text)


@pytest.mark.parametrize(
    ("day", "quarter"),
    [((2026, 1, 1), "2026-Q1"), ((2026, 3, 31), "2026-Q1"), ((2026, 4, 1), "2026-Q2"), ((2026, 12, 31), "2026-Q4")],
)  # fmt: skip
def test_a_quarter_has_three_months(day: tuple[int, int, int], quarter: str) -> None:
    at = int(datetime(*day, tzinfo=UTC).timestamp())
    assert quarter_of(at) == quarter
    assert quarter_of(at + DAY - 1) == quarter


def test_quarters_follow_one_another_without_a_gap() -> None:
    quarter = Quarter("2026-Q3")
    for expected in ("2026-Q4", "2027-Q1", "2027-Q2"):
        end = end_of(quarter)
        assert quarter_of(end - 1) == quarter
        quarter = following(quarter)
        assert quarter == expected == quarter_of(end)


@pytest.mark.parametrize(
    ("values", "cell"),
    [
        ({"identity.birth_date": {"date": "2012-08-15", "precision": "day"}}, "14-15"),
        ({"identity.birth_date": {"date": "2012-08-16", "precision": "day"}}, "10-13"),
        ({"identity.birth_date": {"date": "2012-08", "precision": "month"}}, "14-15"),
        ({"identity.birth_date": {"date": "2012", "precision": "year"}}, "14-15"),
        ({"identity.birth_date": {"date": "2022-01-01", "precision": "estimated"}}, "0-4"),
        ({"identity.birth_date": {"date": "2008-08-15", "precision": "day"}}, "18-and-over"),
        ({"identity.birth_date": {"date": "1850", "precision": "year"}}, "unknown"),
        ({"identity.birth_date": {"date": "2026-09", "precision": "month"}}, "unknown"),
        ({"identity.birth_date": Absent.UNKNOWN, "identity.age": {"years": 16}}, "16-17"),
        ({"identity.age": {"years": 15, "as_of": "2025-08-15"}}, "16-17"),
        ({"identity.age": Absent.NOT_APPLICABLE}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_an_age_is_counted_in_its_band_on_the_day(values: dict[str, Value], cell: str) -> None:
    assert statistics.age_cell(values, NOW) == cell


def test_a_sex_is_counted_as_the_record_says() -> None:
    for code in ("female", "male", "other"):
        assert statistics.sex_cell({"identity.sex": code}) == code
    for values in (
        {},
        {"identity.sex": Absent.UNKNOWN},
        {"identity.sex": Absent.NOT_APPLICABLE},
        {"identity.sex": 1},
    ):
        assert statistics.sex_cell(values) == "unknown"


@pytest.mark.parametrize(
    ("seconds", "cell"),
    [
        (0, "within-1-day"),
        (DAY, "within-1-day"),
        (DAY + 1, "within-3-days"),
        (14 * DAY, "within-14-days"),
        (30 * DAY, "within-30-days"),
        (90 * DAY, "longer"),
    ],
)
def test_a_time_is_counted_in_whole_bands(seconds: int, cell: str) -> None:
    assert statistics.time_cell(NOW, NOW + seconds) == cell


def test_an_answer_is_in_time_late_or_very_late() -> None:
    for late, cell in ((0, "in-time"), (1, "up-to-30-days-late"), (30 * DAY, "up-to-30-days-late")):
        assert statistics.punctuality_cell(NOW, NOW + late) == cell
    assert statistics.punctuality_cell(NOW, NOW + 30 * DAY + 1) == "over-30-days-late"


def test_every_end_without_take_up_has_its_outcome() -> None:
    for reason in VoidReason:
        assert statistics.void_cell(reason.value, "other") in statistics.OUTCOME.cells
    for declined in DeclineReason:
        assert statistics.void_cell("declined", declined.value) == f"declined-{declined.value}"
    assert statistics.void_cell("declined", None) == "declined-other"
    assert statistics.void_cell(None, None) == statistics.void_cell("superseded", None) == "other"
    assert statistics.void_cell("expired", None) == "expired"


def test_every_basis_but_consent_is_counted() -> None:
    assert set(statistics.BASIS.cells) == {each.value for each in Basis} - {"consent"}


def test_an_erasure_is_confirmed_in_time_or_held_or_overdue() -> None:
    for held in (False, True):
        assert statistics.erasure_cell(late=False, held=held) == "in-time"
    assert statistics.erasure_cell(late=True, held=True) == "held"
    assert statistics.erasure_cell(late=True, held=False) == "overdue"


def test_every_end_of_a_referral_and_every_task_has_its_cell() -> None:
    of_contacts = {EndReason.CONFIRMED, EndReason.REJECTED, EndReason.UNDECIDED}
    assert set(statistics.CONCLUSION.cells) == {each.value for each in set(EndReason) - of_contacts}
    assert set(statistics.TASK.cells) == {each.value for each in ReferralTask}


def test_a_match_is_confirmed_rejected_or_undecided_whatever_ended_it() -> None:
    assert statistics.match_cell(EndReason.CONFIRMED) == "confirmed"
    assert statistics.match_cell(EndReason.REJECTED) == "rejected"
    for reason in (None, *(set(EndReason) - {EndReason.CONFIRMED, EndReason.REJECTED})):
        assert statistics.match_cell(reason) == "undecided"
