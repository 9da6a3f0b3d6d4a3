"""The chapters on log and receipt show what the vectors hold, name every kind of entry and every refusal."""

import re
from pathlib import Path
from typing import Any

import pytest

from handover.domain.errors import HandoverError, MalformedError
from handover.protocol import checkpoint, entry, merkle, note, receipt, tile
from handover.protocol.entry import EntryKind
from protocol import log_vectors

SPEC = Path(__file__).parents[2] / "docs" / "spec"
CHAPTERS = {name: (SPEC / f"{name}.md").read_text("utf-8") for name in ("log", "receipt")}
EXAMPLE = re.compile(r"<!-- example: (\S+)/(\S+) (\S+) -->\n```\n(.*?)```\n", re.DOTALL)
SHOWN = 100  # characters of a line, before it is cut


def examples() -> list[tuple[str, str, str, str]]:
    return [match for chapter in CHAPTERS.values() for match in EXAMPLE.findall(chapter)]


def shown(value: str | list[str]) -> str:
    """Return how a vector's value is printed: one item a line, the middle of long lines left out."""
    lines = value if isinstance(value, list) else value.removesuffix("\n").split("\n")
    cut = [line if len(line) <= 4 * SHOWN else f"{line[:SHOWN]}[...]{line[-24:]}" for line in lines]
    return "".join(f"{line}\n" for line in cut)


@pytest.mark.parametrize(
    ("chapter", "name", "place", "text"), examples(), ids=lambda value: "" if "\n" in value else value
)
def test_examples_are_vectors(chapter: str, name: str, place: str, text: str) -> None:
    value: Any = log_vectors.read(chapter, name)
    for key in place.split("."):
        value = value[key]
    assert text == shown(value)


def test_both_chapters_have_examples() -> None:
    assert all(EXAMPLE.search(chapter) for chapter in CHAPTERS.values())
    assert all(
        chapter.count("<!-- example") == len(EXAMPLE.findall(chapter)) for chapter in CHAPTERS.values()
    )


def test_every_kind_of_entry_is_described() -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \|$", CHAPTERS["log"].partition("### 1.2")[0], re.MULTILINE
    )
    assert [row for row in rows if row in list(EntryKind)] == list(EntryKind)


@pytest.mark.parametrize("module", [checkpoint, entry, merkle, note, receipt, tile])
def test_every_refusal_is_described(module: object) -> None:
    own = [
        each for each in vars(module).values() if isinstance(each, type) and issubclass(each, HandoverError)
    ]
    for error in own:
        if error.__module__ == getattr(module, "__name__", "") or error is MalformedError:
            text = CHAPTERS["receipt" if error is receipt.ReceiptMismatchError else "log"]
            assert f"| `{error.name}` |" in text


def test_limits_are_those_of_the_code() -> None:
    assert f"at most {entry.DOCUMENT_LIMIT} bytes" in CHAPTERS["log"]
    assert "at most 131 072 bytes" in CHAPTERS["log"]
    assert note.NOTE_LIMIT == 131_072
    assert f"at most {note.LINES_LIMIT} signature lines" in CHAPTERS["log"]
    assert "at most 135 168 bytes" in CHAPTERS["receipt"]
    assert receipt.PROOF_LIMIT == 135_168
    assert f"*{receipt.LONGEST_PATH}( base64(hash) LF )" in CHAPTERS["receipt"]
