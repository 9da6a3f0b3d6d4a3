"""A database gets the newest schema once; one from a newer program is left alone."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from handover.adapters import log_tables, migrate, tables
from handover.adapters.engines import make_engine
from handover.adapters.metadata import metadata


def test_migrations_are_counted_up_as_alembic_chains_them(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'a.db'}")
    scripts = ScriptDirectory.from_config(migrate.config(engine))
    assert migrate.newest() == scripts.get_current_head()
    revisions = [each.revision for each in scripts.walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)
    engine.dispose()


def test_an_empty_database_gets_every_table_that_the_program_knows(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'a.db'}")
    assert not migrate.is_current(engine)
    migrate.upgrade(engine, tmp_path)
    assert migrate.is_current(engine)
    migrate.upgrade(engine, tmp_path)
    with engine.connect() as connection:
        assert {log_tables.log_entry.name, tables.matter.name} <= metadata.tables.keys()
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_alembic_knows_every_module_of_tables_whatever_was_imported_before() -> None:
    folder = Path(migrate.__file__).parent
    modules = {path.stem for path in folder.glob("*_tables.py")}
    named = (folder / "migrations" / "env.py").read_text(encoding="utf-8")
    assert {each for each in modules if named.count(f"    {each},\n") != 2} == set()


def test_a_schema_from_the_future_is_refused_and_kept(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'a.db'}")
    migrate.upgrade(engine, tmp_path)
    plain = create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with plain.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrate.UnknownSchemaVersionError):
        migrate.upgrade(engine, tmp_path)
    with plain.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "9999"
    plain.dispose()
    engine.dispose()
