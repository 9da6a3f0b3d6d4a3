"""What commands print: text, tables and JSON on standard output; refusals on standard error, without a value."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import typer

from handover.domain.errors import HandoverError
from handover.domain.sentences import Moment, Span

_WIDE: Final = 200  # columns where nobody looks: a table that a program or a file receives is not folded
_JOINERS: Final = "\u200c\u200d"  # letters of Persian and of Indic scripts need them
_ESCAPED: Final = {
    code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)
}  # control characters that JSON lets pass


def say(text: str = "") -> None:
    """Print a line."""
    typer.echo(text)


def say_json(value: object) -> None:
    """Print *value* as JSON that no terminal can take for a command."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2).translate(_ESCAPED))


def say_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under a head; nothing in a cell is taken as markup or as a command to the terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in head:
        table.add_column(Text(name), overflow="fold")
    for row in rows:
        table.add_row(*(Text(clean(str(cell))) for cell in row))
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else _WIDE, highlight=False).print(table)


def say_facts(facts: Mapping[str, object]) -> None:
    """Print names and values, one to a line, the values under one another."""
    width = max(map(len, facts))
    for name, value in facts.items():
        say(f"{name:<{width}}  {clean(str(value))}")


def warn(text: str) -> None:
    """Print a line on standard error."""
    typer.echo(text, err=True)


def refuse(error: HandoverError) -> None:
    """Print what was refused, why, and what to do: on standard error, without a traceback."""
    warn(f"Refused: {error.title}")
    if error.detail and error.detail != error.title:
        warn(f"  {clean(error.detail)}")
    warn(f"  {error.advice}")


def clean(text: str) -> str:
    """Give *text* without what a terminal would obey: control characters and changes of direction."""
    return "".join(letter if letter.isprintable() or letter in _JOINERS else "\ufffd" for letter in text)


def when(seconds: int | None) -> str:
    """Give a time in UTC as ISO 8601 writes it; a dash for none."""
    if not seconds:
        return "-"
    return str(Moment(seconds))


def span(seconds: int) -> str:
    """Give a duration in its largest fitting unit, for people."""
    return str(Span(seconds))
