"""What the auditor's page says, in every language: written into its file by `python3 dev.py messages`.

The page is one file that works from a disk, so it holds its translations itself. They are those of the catalogues.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

from handover.pages import words
from handover.pages.languages import LANGUAGES, SOURCE

PAGE: Final = Path(__file__).resolve().parents[1] / "src" / "handover" / "pages" / "static" / "verify.html"
LOCALE: Final = PAGE.parents[1] / "locale"
PLAIN: Final[Mapping[str, Mapping[str, str]]] = {
    "act": {key.value: text for key, text in words.ACTS.items()},
    "state": {key.value: text for key, text in words.STATES.items() if text},
    "entry": {key.value: text for key, text in words.ENTRIES.items()},
    "part": {key.value: text for key, text in words.PARTS.items()},
    "purpose": {key.value: text for key, text in words.PURPOSES.items()},
    "reason": words.REASONS,
    "basis": {key.value: text for key, text in words.BASES.items()},
    "onward": {key.value: text for key, text in words.ONWARD.items()},
}
_MADE: Final = re.compile(r"(/\* made: begin \*/\n).*?(/\* made: end \*/)", re.DOTALL)
_WORDS: Final = re.compile(r"const WORDS = \{\n(.*?)\n\};", re.DOTALL)
_SENTENCE: Final = re.compile(r'\bsentence\(("(?:[^"\\\n]|\\.)*")')
_ROW: Final = re.compile(r'^  (?:\w+|"[\w -]+"): (".*"),$', re.MULTILINE)


def own() -> Iterator[str]:
    """Give the texts that stand in the page: its words, and the sentences of its findings."""
    script = PAGE.read_text("utf-8")
    (rows,) = _WORDS.findall(script)
    for text in (*_ROW.findall(rows), *_SENTENCE.findall(script)):
        yield json.loads(text)


def made() -> str:
    """Give the page with the words and translations of today."""
    page = PAGE.read_text("utf-8")
    script = _MADE.sub("", page.partition("<script>")[2])
    rows = list(_rows(script))
    lines = ["const PLAIN = {", *(f"  {name}: {_json(table)}," for name, table in PLAIN.items()), "};"]
    lines += ["const TRANSLATED = {", *rows, "};"]
    return _MADE.sub(lambda found: found[1] + "\n".join(lines) + "\n" + found[2], page)


def _rows(script: str) -> Iterator[str]:
    """Give the translations of every text of the catalogues that the script has, and of the plain words."""
    kept = [_catalogue(language) for language in LANGUAGES if language != SOURCE]
    plain = {text for table in PLAIN.values() for text in table.values()}
    for text in sorted(set(kept[0])):
        if text and (text in plain or json.dumps(text, ensure_ascii=False) in script):
            yield f"  {_json(text)}: {_json([each[text] for each in kept])},"


def _catalogue(language: str) -> dict[str, str]:
    with (LOCALE / f"{language}.po").open("rb") as file:
        found = read_po(file, locale=language)
    return {
        each.id: each.string for each in found if isinstance(each.id, str) and isinstance(each.string, str)
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
