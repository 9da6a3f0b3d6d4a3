"""Text comes into one form, and no text makes that dear."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from handover.domain.composing import MOST_MARKS, composed

FORMS = st.sampled_from(("NFC", "NFKC"))
WRITTEN = st.text(alphabet=st.characters(codec="utf-8"), max_size=MOST_MARKS)


@given(WRITTEN, FORMS)
def test_what_people_write_comes_into_the_form_of_unicode(text: str, form: str) -> None:
    assert composed(text, form) == unicodedata.normalize(form, text)  # type: ignore[arg-type]


@given(WRITTEN, st.lists(st.sampled_from("\u0301\u0316\u0345\u05b0"), min_size=MOST_MARKS + 1), FORMS)
def test_more_marks_in_a_row_than_any_writing_has_stay_as_they_are(
    before: str, marks: list[str], form: str
) -> None:
    text = f"{before}a{''.join(marks)}b"
    assert composed(text, form) is text  # type: ignore[arg-type]


def test_marks_on_many_letters_are_no_row() -> None:
    text = "e\u0301" * 1000
    assert composed(text) == "\u00e9" * 1000
