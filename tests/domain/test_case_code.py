"""The case code: its letters cannot be mistaken, and its check letter finds what was mistyped."""

from itertools import pairwise

import pytest

from handover.domain.case_code import ALPHABET, LENGTH, normal, spelled, with_check

CODE = with_check("Z23456789ABCDEFG")


def test_a_code_is_read_as_it_is_spelled() -> None:
    assert spelled(CODE).count("-") == 3
    assert normal(spelled(CODE)) == normal(CODE.lower()) == normal(f" {CODE} ") == CODE


def test_each_wrong_letter_is_found() -> None:
    wrong = [
        CODE[:at] + letter + CODE[at + 1 :]
        for at in range(LENGTH)
        for letter in ALPHABET
        if letter != CODE[at]
    ]
    assert len(wrong) == LENGTH * (len(ALPHABET) - 1)
    assert not [each for each in wrong if normal(each)]


def test_two_neighbours_that_changed_places_are_found() -> None:
    for at, (one, other) in enumerate(pairwise(CODE)):
        swapped = CODE[:at] + other + one + CODE[at + 2 :]
        assert one == other or normal(swapped) is None


@pytest.mark.parametrize("text", ["", CODE[1:], CODE + "2", "0" + CODE[1:], "İ" + CODE[1:], "é" * LENGTH])
def test_what_has_another_length_or_letters_is_none(text: str) -> None:
    assert normal(text) is None
