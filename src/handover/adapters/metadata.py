"""The catalogue of all tables, how constraints are named, and the key of tables that are written often."""

from typing import Final

from sqlalchemy import BigInteger, Integer, MetaData

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)
ROW_ID: Final = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER is SQLite's row id
