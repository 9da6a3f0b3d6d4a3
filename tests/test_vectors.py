"""Published cases have one form, so that whoever plays them against another implementation needs no look at ours."""

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "vectors"
README = (FOLDER / "README.md").read_text("utf-8")
FOLDERS = sorted(path.name for path in FOLDER.iterdir() if any(path.glob("*.json")))


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_case_has_the_form_that_the_readme_says(folder: str) -> None:
    for path in sorted((FOLDER / folder).glob("*.json")):
        case = json.loads(path.read_text("utf-8"))
        outcome = {"expected", "error"} & case.keys()
        assert len(outcome) == 1, path.name
        assert case.keys() - outcome - {"steps"} == {"description", "input"}, path.name
        assert all(isinstance(case[name], dict) for name in ("input", *(outcome - {"error"}))), path.name


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_case_is_refused_under_the_name_of_a_problem(folder: str) -> None:
    problems = (FOLDER.parents[1] / "docs" / "spec" / "problems.md").read_text("utf-8")
    for path in sorted((FOLDER / folder).glob("*.json")):
        error = json.loads(path.read_text("utf-8")).get("error")
        assert error is None or f"| `{error}` |" in problems, path.name


def test_the_readme_names_every_folder_and_no_other() -> None:
    rows = [row.split("|")[1] for row in README.splitlines() if row.startswith("| `")]
    named = {word for row in rows for word in row.replace("`", "").replace(",", " ").split()}
    assert named - {"description", "input", "expected", "error", "steps"} == set(FOLDERS)
