"""Brings a database to the newest schema, with Alembic; each migration is applied whole or not at all.

Alembic is imported only when there is something to do: at most starts there is not, and it costs a fifth of a second.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine, inspect

from handover.domain.errors import HandoverError

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER: Final = Path(__file__).parent / "migrations"
_TABLE: Final = "alembic_version"
MARK: Final = (
    "database-made"  # an empty file in the data folder: from then on, an empty database is another one
)


class UnknownSchemaVersionError(HandoverError):
    """The database was written by a newer version of the program."""

    name = "schema-version"
    title = "The database has a schema that this version of Handover does not know."
    advice = "Install the version that wrote it, or a newer one; nothing was changed."


class DatabaseForgottenError(HandoverError):
    """The database is empty, though this node had one before."""

    name = "database-forgotten"
    title = "This node has kept its data in a database before, and the one that is named now is empty."
    advice = (
        "Name the former one again: a node that forgets what it signed says things twice. To change from SQLite to "
        "PostgreSQL, call `handover move-database`."
    )


def upgrade(engine: Engine, folder: Path) -> None:
    """Bring the database of the node in *folder* to the newest schema.

    Raises:
        DatabaseForgottenError: it is empty, and the node has had one before.
        UnknownSchemaVersionError: it is newer than this program.
    """
    mark = folder / MARK
    if not is_current(engine):
        if mark.exists() and _is_empty(engine):
            raise DatabaseForgottenError
        to_newest(engine)
    if not mark.exists():
        mark.touch()


def to_newest(engine: Engine) -> None:
    """Apply what is missing, whatever was there before; raises UnknownSchemaVersionError when it is too new."""
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(config(engine), "head")
    except CommandError as error:
        raise UnknownSchemaVersionError from error


def is_current(engine: Engine) -> bool:
    """Tell whether the database has the newest schema."""
    with engine.connect().execution_options(handover_reads=True) as connection:
        if not inspect(connection).has_table(_TABLE):
            return False
        return connection.exec_driver_sql(f"SELECT version_num FROM {_TABLE}").scalar() == newest()  # noqa: S608


def _is_empty(engine: Engine) -> bool:
    with engine.connect().execution_options(handover_reads=True) as connection:
        return not inspect(connection).has_table(_TABLE)


def newest() -> str:
    """Give the newest revision: migrations are files named by it, `0001_what_it_does.py`, and counted up."""
    return max(path.name for path in (_FOLDER / "versions").glob("[0-9]*.py")).partition("_")[0]


def config(engine: Engine) -> "Config":
    """Give Alembic's configuration for a database."""
    from alembic.config import Config

    found = Config()
    found.set_main_option("script_location", str(_FOLDER))
    found.attributes["engine"] = engine
    return found
