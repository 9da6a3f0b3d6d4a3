"""What the documents say is what the code does, and every link leads somewhere."""

import re
from pathlib import Path

import pytest

import documents
from handover.domain.courses import TABLES
from handover.domain.lifecycle import ANSWERS, RECEIVER, SAYS, SENDER, Act, Claim, Refusal, State

LIFECYCLE = (documents.ROOT / "docs" / "spec" / "lifecycle.md").read_text(encoding="utf-8")
COURSES = (documents.ROOT / "docs" / "spec" / "referral.md").read_text(encoding="utf-8")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize(
    "page", list(documents.pages()), ids=lambda page: page.relative_to(documents.ROOT).as_posix()
)
def test_generated_parts_are_as_the_code_makes_them(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert documents.renewed(text) == text, "run: python3 dev.py documents"


@pytest.mark.parametrize(
    "page", list(documents.pages()), ids=lambda page: page.relative_to(documents.ROOT).as_posix()
)
def test_every_link_leads_to_a_file_of_the_project(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    missing = [
        target
        for target in LINK.findall(text)
        if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists()
    ]
    assert not missing


def test_every_generated_part_has_its_place_in_a_document() -> None:
    found = {
        match[2] for page in documents.pages() for match in documents.PART.finditer(page.read_text("utf-8"))
    }
    assert found == set(documents.PARTS)


def test_the_chapter_names_every_act_claim_and_state() -> None:
    chapters = LIFECYCLE + COURSES
    for word in (*Act, *Claim, *State):
        assert f"`{word}`" in chapters or f"{word}" in chapters
    for act in Act:
        assert f"`{act}`" in chapters


def test_the_acts_that_states_say_are_acts_that_the_other_side_hears() -> None:
    said = set(SAYS.values()) | set(ANSWERS.values())
    heard = {column for table in (SENDER, RECEIVER) for row in table.values() for column in row}
    heard |= {column for table in TABLES.values() for row in table.values() for column in row}
    assert said == {column for column in heard if isinstance(column, Act)}


def test_every_refusal_of_the_tables_has_words_in_the_document() -> None:
    assert set(documents.REFUSED) == set(Refusal)


def test_a_column_without_a_head_is_not_left_out_silently() -> None:
    with pytest.raises(ValueError, match="columns without a place"):
        documents._table({State.OFFERED: {Act.QUESTION: State.VOIDED}}, ())
