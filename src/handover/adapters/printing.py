"""Papers as PDF that can be read aloud (PDF/UA-1), set by typst with the fonts that lie beside the template.

Nothing of the machine goes in: neither its fonts nor the time. What is said goes in as data, so that it stays text.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import segno
import typst

from handover.application.paper import Code, Facts, Heading, Lines, Paper, Part, Points, Run, Table, Text
from handover.domain.errors import HandoverError

_FOLDER: Final = Path(__file__).with_name("printed")
_TEMPLATE: Final = _FOLDER / "paper.typ"
_KEPT: Final = "\n"


class PrintingError(HandoverError):
    """The paper could not be made for a reason that lies in this program."""

    name = "printing"
    title = "The paper could not be made."
    advice = "Print the page from the browser instead, and tell the operator of this node."


class TypstPrinter:
    """Makes PDF."""

    def pdf(self, paper: Paper) -> bytes:
        """Give the paper as PDF.

        Raises:
            PrintingError: it cannot be made.
        """
        try:
            return compiled(paper, Letters())
        except typst.TypstError:
            raise PrintingError from None  # what typst says holds a piece of the paper


@cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FOLDER])


@cache
def printable() -> frozenset[int]:
    """Give the letters that the fonts have, in both weights."""
    found: set[int] = set()
    for each in (_FOLDER / "letters.txt").read_text("ascii").split():
        first, _, last = each.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)


class Letters:
    """Puts the number of a letter in place of one that no font has: a paper says so, and leaves no gap unseen."""

    def __init__(self) -> None:
        self.missed = False

    def plain(self, text: str) -> str:
        """Give a text of which every letter can be printed."""
        return "".join(map(self._plain, text.replace("\r\n", "\n").replace("\t", " ")))

    def _plain(self, letter: str) -> str:
        if ord(letter) in printable() or letter == _KEPT:
            return letter
        self.missed = True
        return f"[U+{ord(letter):04X}]"

    def run(self, run: Run) -> dict[str, Any]:
        """Give a run as the template takes it."""
        return {"text": self.plain(run.text), "fixed": run.fixed, "direction": run.direction}


def compiled(paper: Paper, letters: Letters) -> bytes:
    """Give the paper as PDF, every letter looked at by *letters*."""
    content: dict[str, Any] = {
        "language": paper.language,
        "direction": paper.direction,
        "title": letters.plain(paper.title),
        "author": paper.author,
        "foot": letters.plain(paper.foot),
        "large": paper.large,
        "blocks": [_block(part, letters) for part in paper.parts],
    }
    if letters.missed:
        content["blocks"].append(_block(Text(run=Run(text=paper.missing)), letters))
    compiler = typst.Compiler(
        _template(),
        root=_FOLDER,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(content)},
    )
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"])
    if not isinstance(made, bytes):
        raise PrintingError
    return made


def _block(part: Part, letters: Letters) -> Mapping[str, Any]:
    plain, run = letters.plain, letters.run
    match part:
        case Text():
            return {"kind": "lead" if part.lead else "text", "run": run(part.run)}
        case Heading():
            return {"kind": "heading", "text": plain(part.text)}
        case Points():
            return {"kind": "list", "items": [run(each) for each in part.items]}
        case Facts():
            rows = [
                {"term": plain(term), "values": [run(each) for each in values]} for term, values in part.rows
            ]
            return {"kind": "facts", "head": [plain(each) for each in part.head], "rows": rows}
        case Table():
            cells = [[[run(each) for each in cell] for cell in row] for row in part.rows]
            head = [plain(each) for each in part.head]
            return {"kind": "table", "head": head, "widths": list(part.widths), "rows": cells}
        case Code():
            runs = [run(each) for each in part.runs]
            return {
                "kind": "code",
                "svg": _square(part.content),
                "alt": plain(part.alternative),
                "runs": runs,
            }
        case Lines():
            return {"kind": "lines", "labels": [plain(each) for each in part.labels]}


def _square(content: str) -> str:
    return segno.make(content, error="m", micro=False).svg_inline(border=4, omitsize=True)
