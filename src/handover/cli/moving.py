"""`handover move-database`: from SQLite to PostgreSQL, with everything that the node has signed."""

from typing import Annotated

import typer

from handover.cli import opening, terminal
from handover.cli.options import HERE, Data
from handover.domain.errors import RefusedError


class NoSQLiteError(RefusedError):
    """The node's database is no SQLite file in its folder."""

    name = "no-sqlite"
    title = "This node does not keep its data in SQLite."
    advice = "A PostgreSQL database is moved with PostgreSQL's own programs, pg_dump and pg_restore."


def move_database(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The new, empty database: postgresql+psycopg://...")
    ],
    data: Data = HERE,
) -> None:
    """Move the node's database from SQLite to PostgreSQL: all of it, or nothing.

    Stop the node first. The old file is put aside, not destroyed: it holds what the node knew of children.
    Write no password into the URL; PostgreSQL's library reads it from PGPASSFILE.

    Example: handover move-database postgresql+psycopg:///handover --data /var/lib/handover
    """
    from handover.adapters import moving

    settings = opening.settings_of(data)
    if settings.database:
        raise NoSQLiteError
    with opening.opened(data):
        pass  # brings the old one to the newest schema first
    moved = moving.move(data / "handover.db", url)
    terminal.say(f"{moved.rows} rows of {moved.tables} tables are in the new database.")
    terminal.say(f"The old one lies in {moved.old}; destroy it once a backup of the new one was made.")
    terminal.say("Before the next start, set in handover.toml, above its tables:")
    terminal.say(f'  database = "{terminal.clean(url)}"')
