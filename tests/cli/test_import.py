"""A document of Primero from the command line: a draft and a report, and never a consent."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.stage import Call, Stage
from handover import config, node

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "primero"
CASE = {
    "case_id": "c-1",
    "short_id": "c1",
    "name_first": "Νίκος",
    "name_last": "Zzyzx",
    "sex": "male",
    "date_of_birth": "2012-03-04",
    "consent_for_services": True,
    "status": "open",
    "field_of_ours_a1b2c3d": "\u001b[31mred",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(CASE))
    return path


def _json(text: str) -> dict[str, Any]:
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def test_a_dry_run_needs_no_node_and_reports_every_value(file: Path, call: Call) -> None:
    (draft,) = _json(call("import", "primero", file, "--dry-run", "--json").out)["drafts"]
    places = {each["place"] for kind in ("mapped", "unmapped", "refused", "claims") for each in draft[kind]}
    assert places | set(draft["empty"]) == {f"/{name}" for name in CASE}
    assert draft["record"]["identity.sex"] == "male"
    assert [claim["said"] for claim in draft["claims"]] == ["yes"]


def test_the_report_is_readable_and_obeys_no_document(file: Path, call: Call) -> None:
    out = call("import", "primero", file, "--dry-run").out
    for word in (
        "Draft of guardianship/1",
        "Mapped (",
        "Not mapped (",
        "Claims about consent",
        "best-interests-missing",
    ):
        assert word in out
    assert "\u001b" not in out
    assert "Nothing was written" in out


def test_broken_json_is_named_by_line_and_column_and_not_repeated(file: Path, call: Call) -> None:
    file.write_text('{\n  "name": "Zzyzx",\n  "age": }\n')
    result = call("import", "primero", file, "--dry-run", "--json", expect=1)
    assert "line 3, column 10" in result.err
    assert "Zzyzx" not in result.err
    assert result.out == ""


def test_one_case_of_a_list_is_chosen_by_place_or_number(file: Path, call: Call) -> None:
    file.write_text(json.dumps([CASE, {**CASE, "case_id": "c-2", "sex": "female"}]))
    assert len(_json(call("import", "primero", file, "--dry-run", "--json").out)["drafts"]) == 2
    for option in (("--index", "1"), ("--id", "c-2")):
        (draft,) = _json(call("import", "primero", file, "--dry-run", "--json", *option).out)["drafts"]
        assert draft["record"]["identity.sex"] == "female"
    call("import", "primero", file, "--dry-run", "--index", "2", expect=1)
    call("import", "primero", file, "--dry-run", "--index", "1", "--id", "c-2", expect=64)


def test_a_file_that_is_not_there_is_named(tmp_path: Path, call: Call) -> None:
    call("import", "primero", tmp_path / "no.json", "--dry-run", expect=1)


def test_an_officer_writes_the_record_once(file: Path, stage: Stage) -> None:
    data = ("--data", stage.data())
    stage.call("import", "primero", file, *data, expect=1)
    stage.call("user", "add", "A. Officer", "--role", "caseworker", *data)
    written = _json(stage.call("import", "primero", file, "--as", "A. Officer", "--json", *data).out)[
        "written"
    ]
    assert written["version"] == 1
    result = stage.call("import", "primero", file, "--as", "A. Officer", *data, expect=1)
    assert written["matter"] in result.err
    again = ("--as", "A. Officer", "--matter", written["matter"])
    assert "version 2" in stage.call("import", "primero", file, *again, *data).out
    opened = node.open_node(config.load(stage.data()))
    with opened.database.reading() as work:
        kept = work.records.latest(work.matters.page(after="", limit=1)[0].id)
        assert not work.grounds.of_matter(kept.matter)
    opened.close()
    assert (kept.version, kept.source) == (2, "primero")


@pytest.mark.parametrize("role", ["auditor", "operator"])
def test_who_may_not_write_cases_imports_none(file: Path, stage: Stage, role: str) -> None:
    data = ("--data", stage.data())
    stage.call("user", "add", "A. Reader", "--role", role, *data)
    assert "role" in stage.call("import", "primero", file, "--as", "A. Reader", *data, expect=1).err


def test_who_has_left_imports_nothing(file: Path, stage: Stage) -> None:
    data = ("--data", stage.data())
    stage.call("user", "add", "A. Leaver", "--role", "caseworker", *data)
    stage.call("user", "disable", "A. Leaver", *data)
    stage.call("import", "primero", file, "--as", "A. Leaver", *data, expect=1)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared samples are not beside this repository")
def test_samples_of_live_sites_become_drafts(call: Call) -> None:
    for path in sorted(SHARED.glob("*.json")):
        broken = path.name == "getPrimeroCases.json"
        result = call("import", "primero", path, "--dry-run", "--json", expect=1 if broken else 0)
        assert "line" in result.err if broken else _json(result.out)["drafts"]
