"""Text in one form of Unicode, in a time that grows with its length alone.

Marks that stand in a row are put into an order, and of many that takes as much as their square: a stranger's form of a
megabyte would hold a node up for minutes. What people write has a few in a row (Unicode's stream-safe format: 30).
"""

import unicodedata
from typing import Final, Literal

MOST_MARKS: Final = 30


def composed(text: str, form: Literal["NFC", "NFKC"] = "NFC") -> str:
    """Give the text in that form; what has more marks in a row than any writing stays as it is."""
    if text.isascii():
        return text
    row = 0
    for letter in text:
        row = row + 1 if unicodedata.combining(letter) else 0
        if row > MOST_MARKS:
            return text
    return unicodedata.normalize(form, text)
