"""Sentences are English as text, and keep apart what they are about."""

import pytest

from handover.domain.sentences import Days, Field, Moment, Names, Part, Span, sentence


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (3, "3"),
        ("handover doctor", "handover doctor"),
        (Span(0), "0 s"),
        (Span(119), "119 s"),
        (Span(-7200), "2 h"),
        (Span(86400 * 2), "2 d"),
        (Days(7), "in 7 days"),
        (Days(-3), "3 days ago"),
        (Moment(1_790_000_000), "2026-09-21T14:13:20Z"),
        (Field("guardianship/1/identity.names", "identity.names"), "identity.names"),
        (Names(("a", "b")), "a, b"),
        (sentence("%(number)s of them", number=2), "2 of them"),
    ],
)
def test_each_part_of_a_sentence_has_its_english(part: Part, text: str) -> None:
    assert str(sentence("Seen: %(what)s.", what=part)) == f"Seen: {text}."


def test_a_sentence_about_nothing_is_its_text() -> None:
    assert str(sentence("100 % sure")) == "100 % sure"


def test_a_sentence_can_be_filled_later() -> None:
    found = sentence("%(key)s ends: %(when)s.", key="K").of(when=Days(2))
    assert str(found) == "K ends: in 2 days."
