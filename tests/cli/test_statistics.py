"""`handover statistics`: what was published of a quarter, for people, for programs and for spreadsheets."""

import csv
import io

from cli.stage import Call, Stage
from handover import config, node
from handover.application.counting import KeptPart
from handover.domain.ids import Quarter
from handover.domain.statistics import end_of
from handover.protocol import statistics

QUARTER = Quarter("2026-Q2")
SHOWN = {"guardianship": {"sex": {"female": 7, "male": None, "other": None, "unknown": None}}}


def published(stage: Stage) -> None:
    """Let the node have published a quarter."""
    opened = node.open_node(config.load(stage.data()))
    try:
        part = statistics.Part(
            node=opened.id, issued=end_of(QUARTER), quarter=QUARTER, subjects=SHOWN, threshold=5
        )
        document = statistics.sign(part, signer=opened.vault.signer)
        with opened.database.begin() as work:
            work.statistics.keep(
                KeptPart(node=opened.id, quarter=QUARTER, kept_at=work.now, document=document)
            )
    finally:
        opened.close()


def test_counts_of_a_quarter_are_shown(stage: Stage, call: Call) -> None:
    published(stage)
    out = call("statistics", "--data", stage.data()).out
    assert "2026-Q2" in out
    assert "nobody" in out
    assert "withheld" in out
    assert "7" in out


def test_programs_and_spreadsheets_get_the_same_counts(stage: Stage, call: Call) -> None:
    published(stage)
    found = call("statistics", "--data", stage.data(), "--quarter", QUARTER, "--json").json
    assert isinstance(found, dict)
    assert {
        "subject": "guardianship", "table": "sex", "cell": "female", "known": 7, "withheld": False,
    } in found["own"]  # fmt: skip
    sheet = call("statistics", "--data", stage.data(), "--csv").out
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert [(row["cell"], row["own"]) for row in rows][:2] == [("female", "7"), ("male", "")]


def test_before_the_first_quarter_has_ended_nothing_is_shown(stage: Stage, call: Call) -> None:
    assert "Nothing was published yet." in call("statistics", "--data", stage.data()).out
    assert (
        "There is nothing here"
        in call("statistics", "--data", stage.data(), "--quarter", QUARTER, expect=None).err
    )
    assert "malformed" in call("statistics", "--data", stage.data(), "--quarter", "x", expect=None).err
