"""The chapter on the command line names every command, exit status, and member of a JSON answer."""

import json
from pathlib import Path

from cli.stage import Stage

CHAPTER = (Path(__file__).resolve().parents[2] / "docs" / "spec" / "cli.md").read_text(encoding="utf-8")


def _members(value: object) -> set[str]:
    if isinstance(value, dict):
        inner = (_members(each) for each in value.values())
        return set(value).union(*inner)
    return set().union(*map(_members, value)) if isinstance(value, list) else set()


def test_every_member_of_a_json_answer_is_in_the_chapter(stage: Stage, tmp_path: Path) -> None:
    data = ("--data", stage.data())
    case = tmp_path / "case.json"
    case.write_text(
        json.dumps({"case_id": "c-1", "sex": "male", "status": "open", "consent_for_services": True})
    )
    stage.call("user", "add", "A. Officer", "--role", "caseworker", *data)
    calls = (
        ("status",), ("doctor", "--offline"), ("refresh", "--from", stage.public), ("keys", "show"),
        ("user", "add", "B. Officer", "--role", "auditor"), ("user", "key", "add", "A. Officer"), ("user", "list"),
        ("user", "key", "list", "A. Officer"), ("queue", "show"), ("backup", tmp_path / "one.backup"),
        ("reconcile", "de/hamburg"), ("import", "primero", case, "--as", "A. Officer"),
    )  # fmt: skip
    for call in calls:
        found = stage.call(*call, "--json", *data, expect=None).json
        if call[0] == "import":
            assert isinstance(found, dict)
            for draft in found["drafts"]:
                draft["record"] = {}
                draft["counts"] = {}
        missing = {name for name in _members(found) if f"`{name}`" not in CHAPTER}
        assert not missing, call
