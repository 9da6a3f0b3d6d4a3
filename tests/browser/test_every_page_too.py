"""Every page that officers see, in the other half of the languages: as in `test_every_page`."""

import pytest

from browser.every_page import THERE, look, people
from browser.people import Cast

__all__ = ["people"]


@pytest.mark.parametrize("language", THERE)
def test_a_page_is_right_in_every_language_and_on_a_narrow_screen(
    people: tuple[Cast, list[str], list[str]], language: str
) -> None:
    look(people, language)
