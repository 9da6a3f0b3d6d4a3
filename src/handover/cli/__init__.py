"""The command line: reads arguments, calls the desks of a node, prints what they give. No rule is here.

What is slow to import (the database, the web, the registry's library) is imported inside the commands that need it.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Final

import typer
from typer.exceptions import TyperException

from handover.cli import (
    backup,
    carry,
    doctor,
    evidence,
    exits,
    importing,
    keys,
    moving,
    queue,
    reconciling,
    refresh,
    registry,
    restore,
    running,
    setup,
    statistics,
    status,
    terminal,
    tracing,
    user,
    witness,
)
from handover.cli.exits import Exit
from handover.cli.version import VERSION
from handover.domain.errors import HandoverError

_SET_UP: Final = "Set up and run"
_LOOK: Final = "Look after the node"
_PEOPLE: Final = "Keys and people"
_CASES: Final = "Cases and evidence"

app = typer.Typer(
    name="handover",
    help="A child's case crosses a border without being lost, leaked, or left without a guardian.\n\n"
    "Exit status: 0 done, 1 refused or invalid, 2 incomplete, 3 not set up, 4 unreachable, 64 wrong call.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 110},
)


def _on_version(value: bool) -> None:
    if value:
        terminal.say(VERSION)
        raise typer.Exit


@app.callback()
def _front(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and end.", is_eager=True, callback=_on_version),
    ] = False,
) -> None:
    del version  # its callback has done what there is to do


app.command(rich_help_panel=_SET_UP)(setup.init)
app.command(rich_help_panel=_SET_UP)(setup.enrol)
app.command(rich_help_panel=_SET_UP)(running.serve)
app.command(rich_help_panel=_SET_UP)(running.worker)
app.command(rich_help_panel=_SET_UP)(running.demo)
app.command(rich_help_panel=_LOOK)(status.status)
app.command(rich_help_panel=_LOOK)(doctor.doctor)
app.command(rich_help_panel=_LOOK)(refresh.refresh)
app.command(rich_help_panel=_LOOK)(statistics.statistics)
app.command(rich_help_panel=_LOOK)(backup.backup)
app.command(rich_help_panel=_LOOK)(restore.restore)
app.command("move-database", rich_help_panel=_LOOK)(moving.move_database)
app.add_typer(queue.app, name="queue", rich_help_panel=_LOOK)
app.command(rich_help_panel=_LOOK)(reconciling.reconcile)
app.add_typer(carry.app, name="carry", rich_help_panel=_LOOK)
app.command(rich_help_panel=_CASES)(evidence.verify)
app.add_typer(evidence.app, name="evidence", rich_help_panel=_CASES)
app.add_typer(witness.app, name="witness", rich_help_panel=_CASES)
app.add_typer(importing.app, name="import", rich_help_panel=_CASES)
app.add_typer(tracing.app, name="tracing", rich_help_panel=_CASES)
app.add_typer(keys.app, name="keys", rich_help_panel=_PEOPLE)
app.add_typer(user.app, name="user", rich_help_panel=_PEOPLE)
app.add_typer(registry.app, name="registry", rich_help_panel=_PEOPLE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command and give its exit status; nothing is raised."""
    try:
        found = app(args=arguments, prog_name="handover", standalone_mode=False)
    except HandoverError as error:
        terminal.refuse(error)
        return exits.of(error)
    except TyperException as error:
        return _wrong_call(error)
    except typer.Abort:
        terminal.warn("Stopped; nothing was changed.")
        return Exit.REFUSED
    except OSError as error:
        # What the system says names a file, never what is in it.
        terminal.warn(f"Refused: {terminal.clean(str(error))}")
        return Exit.REFUSED
    except Exception as error:  # noqa: BLE001 - the last edge: the text of a stray exception may hold values
        _report(error)
        return Exit.BROKEN
    return found if isinstance(found, int) else Exit.DONE


def _wrong_call(error: TyperException) -> Exit:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "handover"
    message = terminal.clean(error.format_message())
    if message:  # without one, the help has just been shown
        terminal.warn(f"{message}\nTry: {command} --help")
    return Exit.USAGE


def _report(error: Exception) -> None:
    last = traceback.extract_tb(error.__traceback__)[-1]
    terminal.warn(
        f"This is a mistake in Handover: {type(error).__name__} in {last.name}, line {last.lineno}."
    )
    terminal.warn(
        "  Nothing was half done. Report it with this line; HANDOVER_TRACEBACK=1 shows the whole way to it."
    )
    if os.environ.get("HANDOVER_TRACEBACK") == "1":
        traceback.print_exception(error, file=sys.stderr)
