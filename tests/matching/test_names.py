"""One name in many scripts and spellings shares a skeleton; another name does not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.matching import names, sounds, tables
from handover.matching.names import MOST_PARTS
from handover.matching.sounds import MOST
from handover.matching.text import script

LISTS = Path(__file__).parent / "names"


def rows(name: str) -> list[list[str]]:
    """Return the lines of a list."""
    lines = (LISTS / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def forms(name: str) -> set[str]:
    """Return all skeletons of all parts of a name."""
    return {form for part in names.read(name, joined=True) for form in part}


@pytest.mark.parametrize("row", rows("same.tsv"), ids=lambda row: str(row[1]))
def test_one_name_in_many_scripts_and_spellings_shares_a_skeleton(row: list[str]) -> None:
    _, first, *others = row
    assert [other for other in others if not forms(first) & forms(other)] == []


@pytest.mark.parametrize("row", rows("different.tsv"), ids=" ".join)
def test_another_name_is_not_taken_for_it(row: list[str]) -> None:
    one, other = row
    first = [parts[:1] for parts in (names.read(one), names.read(other))]
    assert not set(first[0]) & set(first[1])
    assert not {part[0] for part in names.read(one)} & {part[0] for part in names.read(other)}


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "?", "N/A", "n/a", "unknown", "FNU", "LNU", "Unbekannt", "inconnu", "لا يوجد", "غير معروف",
     "مجهول", "невідомо", "άγνωστο", "অজানা", "የለም", "xxx", "123", "😀", "\u202e\u200f", "....", "NULL\x00"[:0]],
)  # fmt: skip
def test_what_is_no_name_gives_none(text: str) -> None:
    assert names.read(text) == ()


@pytest.mark.parametrize(
    ("dressed", "plain"),
    [
        ("Dr. Ahmad", "Ahmad"), ("الشيخ أحمد", "أحمد"), ("Haji Karim", "Karim"), ("пан Іван", "Іван"),
        ("Ato Dawit", "Dawit"), ("Sheekh Nuur", "Nuur"), ("Mst. Rahima", "Rahima"), ("κύριος Γιώργος", "Γιώργος"),
        ("Mohammed al-Masri", "Mohammed Masri"), ("van den Berg", "Berg"), ("bint Ahmad", "Ahmad"),
    ],
)  # fmt: skip
def test_titles_and_articles_say_nothing(dressed: str, plain: str) -> None:
    assert names.read(dressed) == names.read(plain)


def test_a_title_that_is_all_there_is_stays_a_name() -> None:
    assert names.read("Sayed") != ()


def test_marks_controls_and_widths_change_nothing() -> None:
    wanted = names.read("Ahmad Karim")
    for text in (
        "ＡＨＭＡＤ Karim",
        "Ah\u200bmad \u202eKarim\u202c",
        "Ahmad\u00a0Karim",
        "Áhmäd Kàrim",
        "AHMAD  karim😀",
    ):
        assert names.read(text) == wanted


def test_a_patronymic_is_the_fathers_name_and_a_name_of_its_own() -> None:
    (petrovych,) = names.read("Petrović")
    assert len(petrovych) <= MOST
    assert set(names.read("Petro")[0]) & set(petrovych)


@given(st.text(max_size=500))
def test_any_text_is_read_in_bounds(text: str) -> None:
    parts = names.read(text, joined=True)
    assert len(parts) <= MOST_PARTS + 1
    for part in parts:
        assert 1 <= len(part) <= MOST
        assert len(set(part)) == len(part)
        assert all(part)


@given(st.text(alphabet="احمدyسفкјюωგაবমি্ሀሙ\u200f\u064bé😀 -", max_size=60))
def test_mixed_scripts_are_read_in_bounds(text: str) -> None:
    assert names.read(text) == names.read(text)


def test_four_hundred_letters_are_read_no_further_than_a_name_goes() -> None:
    (part,) = names.read("a" + "bk" * 200)
    assert all(len(form) <= 42 for form in part)


@pytest.mark.parametrize("name", sounds.SCRIPTS)
def test_every_letter_of_a_table_is_of_its_script(name: str) -> None:
    for rules in sounds.table(name).rules.values():
        for rule in rules:
            assert {script(letter) for letter in rule.letters} <= {name, ""}
            assert all(set(reading) <= set("ABFHJKLMNRSTXYaeiou?+-") for reading, _ in rule.readings)


def test_no_variant_is_listed_in_vain() -> None:
    for name, members in tables.rows("equals.tsv"):
        assert len(members.split()) > 1, name
