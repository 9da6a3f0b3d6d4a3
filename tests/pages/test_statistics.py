"""The page of statistics: words in place of codes, bars without style, a file without formulas."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from handover.application import statistics_sheet
from handover.application.counting import KeptPart
from handover.application.facts import OfficerRole
from handover.application.statistics import Quarterly, Report, Row
from handover.domain.consent import Basis
from handover.domain.ids import MatterId, NodeId, Quarter
from handover.domain.statistics import TABLES, Subject, end_of, quarter_of
from handover.domain.suppression import Total
from handover.pages import statistics
from handover.protocol import statistics as protocol
from handover.protocol.statistics import WORD
from pages.office import Browser, Offices, offices

SUPERVISOR = (OfficerRole.SUPERVISOR,)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    """Give two offices that have published a quarter: Athens with handovers of seven children, Hamburg with none."""
    with offices(tmp_path_factory.mktemp("statistics")) as made:
        nodes = [made.north.node, made.south.node]
        quarterlies = [
            Quarterly(
                each.database,
                each.vault,
                each.registry,
                lambda node, _address, path, _limit: made.fed.wire.nodes[node].statistics.part(
                    Quarter(path.rpartition("/")[2])
                ),
            )
            for each in nodes
        ]
        for each in quarterlies:
            each.publish()
        _count(made)
        made.fed.clock.now = end_of(quarter_of(made.fed.clock.now)) + 3600
        made.fed.publish()
        for each in quarterlies:
            each.publish()
        for each in quarterlies:
            each.collect()
        yield made


def _count(made: Offices) -> None:
    cells = {
        "route": "de",
        "outcome": "declined-no-capacity",
        "time": "within-3-days",
        "age": "14-15",
        "sex": "female",
    }
    with made.north.node.database.begin() as work:
        for number in range(7):
            matter = MatterId(f"019a3c5e-8c00-7a00-8000-00000000000{number}")
            work.statistics.count(Subject.GUARDIANSHIP, cells, matter)


def supervisor(stage: Offices) -> Browser:
    return stage.browser(stage.north, "chief", SUPERVISOR)


def test_a_quarter_is_shown_in_words_with_bars(stage: Offices) -> None:
    page = supervisor(stage).get("/office/statistics")
    for text in (
        "Girls",
        "14–15 years",
        "From Greece to Germany",
        "Declined: No place or no staff",
        "at least 7",
    ):
        assert text in page, text
    assert '<rect width="100" height="8"' in page
    assert "Of all other routes the counts are withheld." in page
    assert "All counts are withheld." in page


def test_bars_begin_where_the_language_does(stage: Offices) -> None:
    browser = supervisor(stage)
    page = browser.get("/office/statistics?language=ar")
    assert 'dir="rtl"' in page
    assert '<rect x="0" width="100"' in page


def test_nothing_of_the_page_is_style_or_script_of_its_own(stage: Offices) -> None:
    page = supervisor(stage).get("/office/statistics")
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)


def test_a_quarter_that_nobody_has_published_is_not_found(stage: Offices) -> None:
    browser = supervisor(stage)
    for asked in ("2020-Q1", "x", "2026-Q9"):
        browser.get(f"/office/statistics?quarter={asked}", status=404)


def test_the_file_holds_what_the_page_shows_and_what_is_withheld_is_empty(stage: Offices) -> None:
    answer = supervisor(stage).client.get("/office/statistics/sheet")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    found = {(row["subject"], row["table"], row["cell"]): row for row in rows}
    girls = found["guardianship", "sex", "female"]
    assert (girls["own"], girls["own_withheld"], girls["all"], girls["all_withheld"]) == ("7", "", "7", "yes")
    boys = found["guardianship", "sex", "male"]
    assert (boys["own"], boys["own_withheld"]) == ("", "yes")
    assert found["guardianship", "route", "gr-de"]["all_withheld"] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "|", "%"])
def test_no_cell_of_the_file_is_taken_for_a_formula(start: str) -> None:
    total = Total(known=9)
    row = Row(subject=f"{start}1+1", table="t", cell=f"{start}cmd", total=total)
    report = Report(
        quarter=Quarter("2026-Q3"),
        quarters=(),
        own=(row,),
        all=(row,),
        nodes=(NodeId("gr/athens"),),
        missing=(),
    )
    (line,) = csv.DictReader(io.StringIO(statistics_sheet.of(report).decode(), newline=""))
    assert line["subject"].startswith("'")
    assert line["cell"].startswith("'")
    assert line["all"] == "9"


def test_every_word_that_is_counted_now_has_its_words_on_the_page() -> None:
    for subject, tables in TABLES.items():
        assert subject in statistics.SUBJECTS
        for table in tables:
            assert table.name in statistics.TABLES
            for cell in table.cells_of(()):
                assert re.fullmatch(WORD, cell)
                assert cell in statistics.CELLS or cell.replace("-", "").isdigit(), cell
    assert Basis.CONSENT.value not in statistics.CELLS


def test_what_this_version_does_not_know_is_shown_under_its_name(stage: Offices) -> None:
    subject = {"weather": {"rain": {"heavy": 9, "other": None}, "route": {"int": 8, "zz": 7, "other": None}}}
    with stage.north.node.database.begin() as work:
        node, quarter = NodeId("int/red-cross"), Quarter("2026-Q2")
        part = protocol.Part(node=node, issued=end_of(quarter), quarter=quarter, subjects=subject)
        document = protocol.sign(part, signer=stage.north.node.vault.signer)
        work.statistics.keep(KeptPart(node=node, quarter=quarter, kept_at=work.now, document=document))
    page = supervisor(stage).get("/office/statistics?quarter=2026-Q2&language=en")
    for text in ("weather", "rain", "heavy", "From An international organisation to zz"):
        assert text in page, text


def test_the_api_gives_the_same_counts(stage: Offices) -> None:
    stage.north.hire("auditor", (OfficerRole.AUDITOR,))
    found = stage.north.get("/statistics", by="auditor")
    assert found["nodes"] == ["de/hamburg", "gr/athens"]
    assert {
        "subject": "guardianship",
        "table": "age",
        "cell": "14-15",
        "known": 7,
        "withheld": False,
    } in found["own"]
    assert stage.north.get(f"/statistics?quarter={found['quarter']}", by="auditor") == found
    assert stage.north.call("GET", "/statistics?quarter=2020-Q1", by="auditor").status_code == 404
    assert stage.north.call("GET", "/statistics?quarter=x", by="auditor").status_code == 422
    stage.north.hire("worker", (OfficerRole.CASEWORKER,))
    assert stage.north.call("GET", "/statistics", by="worker").status_code == 403


def test_everybody_may_have_the_signed_part(stage: Offices) -> None:
    quarter = stage.north.get("/statistics")["quarter"]
    answer = stage.north.client.get(f"/federation/v1/statistics/{quarter}")
    assert answer.content == stage.north.node.statistics.part(Quarter(quarter))
    assert "immutable" in answer.headers["cache-control"]
    for name in ("2020-Q1", "x", quarter.lower()):
        assert stage.north.client.get(f"/federation/v1/statistics/{name}").status_code == 404


def test_before_the_first_quarter_has_ended_the_page_says_so(tmp_path: Path) -> None:
    with offices(tmp_path) as made:
        browser = made.browser(made.south, "chief", SUPERVISOR)
        assert "Nothing was published yet." in browser.get("/office/statistics")
        browser.get("/office/statistics/sheet", status=404)
        assert made.south.get("/statistics")["quarter"] is None
