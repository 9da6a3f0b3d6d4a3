"""Lists and names stand with the punctuation of the language of the page."""

import re

import pytest

import messages
from handover.pages import languages, view

TEMPLATES = sorted((messages.PAGES / "templates").glob("*.html"))


@pytest.mark.parametrize(
    ("language", "comma", "colon", "semicolon"),
    [("en", ", ", ": ", "; "), ("fr", ", ", "\u202f: ", "\u202f; "), ("es", ", ", ": ", "; "),
     ("el", ", ", ": ", "· "), ("uk", ", ", ": ", "; "), ("ar", "، ", ": ", "؛ ")],
)  # fmt: skip
def test_each_language_has_its_own_marks(language: str, comma: str, colon: str, semicolon: str) -> None:
    assert languages.comma(language) == comma
    assert languages.colon(language) == colon
    assert languages.semicolon(language) == semicolon
    known = view.environment(language).globals
    assert (known["comma"], known["colon"], known["semicolon"]) == (comma, colon, semicolon)


def test_no_template_writes_a_mark_of_its_own_between_two_texts() -> None:
    between = re.compile(r"[}>][:;,] ?[{<]")
    found = [
        f"{path.name}: {each}" for path in TEMPLATES for each in between.findall(path.read_text("utf-8"))
    ]
    assert found == []
