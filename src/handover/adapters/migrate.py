"""Brings a database to the newest schema, with Alembic; each migration is applied whole or not at all."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine

from handover.domain.errors import HandoverError

_FOLDER = Path(__file__).parent / "migrations"


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["engine"] = engine
    return config


class UnknownSchemaVersionError(HandoverError):
    """The database was written by a newer version of the program."""

    name = "schema-version"
    title = "The database has a schema that this version of Handover does not know."
    advice = "Install the version that wrote it, or a newer one; nothing was changed."


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema.

    Raises:
        UnknownSchemaVersionError: it is newer than this program.
    """
    try:
        command.upgrade(_config(engine), "head")
    except CommandError as error:
        raise UnknownSchemaVersionError from error


def is_current(engine: Engine) -> bool:
    """Tell whether the database has the newest schema."""
    with engine.connect() as connection:
        have = MigrationContext.configure(connection).get_current_revision()
    return have == ScriptDirectory.from_config(_config(engine)).get_current_head()
