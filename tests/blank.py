"""The database of a node that has done nothing yet, with the newest schema: migrated once in a process, then copied.

That the migrations lead there, and each from the one before it, is tested where they are.
"""

import tempfile
from functools import cache
from pathlib import Path

from handover.adapters import migrate
from handover.adapters.engines import make_engine


def put(data: Path) -> None:
    """Give the node whose data lie in *data* an empty database, in SQLite."""
    (data / "handover.db").write_bytes(_migrated())


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blank.db"
        engine = make_engine(f"sqlite:///{path}")
        migrate.to_newest(engine)
        engine.dispose()
        return path.read_bytes()
