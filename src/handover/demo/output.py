"""What the demonstration prints: scenes, steps with the seconds since the start, and the table of what was checked."""

import textwrap
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

WIDE: Final = 116  # columns where nobody looks
_SHORT: Final = 22  # columns: so much is not folded
_COLOURS: Final = {
    "gr/athens": "cyan",
    "de/hamburg": "green",
    "es/barcelona": "yellow",
    "hn/san-pedro-sula": "magenta",
}


class DemoError(Exception):
    """The demonstration cannot go on; the text says why, *advice* what to do, *log* whose last lines to show."""

    def __init__(self, text: str, *, advice: str = "", node: str = "") -> None:
        super().__init__(text)
        self.advice = advice
        self.node = node


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that has to be so: what, what was seen, and whether it holds."""

    what: str
    seen: str
    holds: bool


class Output:
    """Prints, and remembers what was checked."""

    def __init__(self, console: Console | None = None) -> None:
        plain = console or Console(highlight=False, emoji=False)
        self.console = (
            plain if plain.is_terminal else Console(highlight=False, emoji=False, width=WIDE, file=plain.file)
        )
        self.checks: list[Check] = []
        self._began = time.monotonic()
        self._scenes = 0

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return time.monotonic() - self._began

    @property
    def all_hold(self) -> bool:
        """Whether something was checked, and everything that was checked holds."""
        return bool(self.checks) and all(check.holds for check in self.checks)

    def line(self, text: str = "", style: str = "") -> None:
        """Print a line as it is."""
        self.console.print(Text(text, style=style), soft_wrap=True)

    def show(self, what: RenderableType) -> None:
        """Print a table or a text of rich."""
        self.console.print(what)

    def scene(self, title: str, text: str = "") -> None:
        """Begin a scene."""
        self._scenes += 1
        self.line()
        self.line(f"{self._scenes}. {title}", style="bold")
        if text:
            self.console.print(Text(text, style="dim"))

    def about(self, names: str) -> None:
        """Print whom a scene is about."""
        self.line(f"        The case of {names}", style="italic")

    def step(self, node: str, who: str, text: str) -> None:
        """Print who did what where."""
        self._row(node, who, text)

    def note(self, text: str) -> None:
        """Print what follows from the step before."""
        self._row("", "", text, style="dim")

    def problem(self, node: str, who: str, problem: Mapping[str, object]) -> None:
        """Print a refusal as the API gives it."""
        name = str(problem.get("type", "")).rpartition("/")[2]
        self.step(node, who, f"REFUSED ({problem.get('status')}, {name}): {problem.get('title')}")
        if problem.get("detail") not in (None, problem.get("title")):
            self.note(f"detail: {problem['detail']}")
        self.note(f"advice: {problem.get('advice')}")

    def _row(self, node: str, who: str, text: str, style: str = "") -> None:
        shown = f"{self.seconds:5.1f}s" if node else ""
        head = f"{shown:7} {node:18} {who:16} "
        lines = textwrap.wrap(text, max(self.console.width - len(head), 30)) or [""]
        first = Text(head, style="dim")
        first.stylize(_COLOURS.get(node, ""), 8, 8 + len(node))
        self.console.print(first.append(lines[0], style=style or "not dim"), soft_wrap=True)
        for line in lines[1:]:
            self.console.print(Text(" " * len(head) + line, style=style), soft_wrap=True)

    def check(self, what: str, *, holds: bool, seen: str) -> bool:
        """Remember that something was checked; print it at once where it does not hold."""
        self.checks.append(Check(what=what, seen=seen, holds=holds))
        if not holds:
            self.line(f"        NOT AS IT SHOULD BE: {what}: {seen}", style="bold red")
        return holds

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
        """Print a table; nothing in a cell is taken as markup."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        cells = [[Text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
        for name, *column in zip(head, *cells, strict=True):
            short = all(len(cell) <= _SHORT for cell in column)
            table.add_column(Text(name), overflow="fold", no_wrap=short)
        for row in cells:
            table.add_row(*row)
        self.console.print(table)

    def conclude(self) -> None:
        """Print the table of what was checked."""
        marks = {True: Text("yes", style="green"), False: Text("NO", style="bold red")}
        self.table(
            ("", "checked", "seen", "holds"),
            (
                (str(number), check.what, check.seen, marks[check.holds])
                for number, check in enumerate(self.checks, 1)
            ),
        )

    @contextmanager
    def under_way(self, text: str) -> Iterator[None]:
        """Show that something goes on, and how long it took; nothing moves where nobody looks."""
        began = time.monotonic()
        with self.console.status(Text(text)):
            yield
        self.line(f"{self.seconds:5.1f}s  {text}  ({time.monotonic() - began:.1f} s)")
