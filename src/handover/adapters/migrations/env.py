"""How Alembic runs here: on the engine that the caller hands over, one transaction for each migration."""

from alembic import context
from sqlalchemy import Engine

from handover.adapters import (
    access_tables,
    alarms,
    answered_tables,
    continuity_tables,
    correction_tables,
    decision_tables,
    doubt_tables,
    followup_tables,
    log_tables,
    notice_tables,
    override_tables,
    petition_tables,
    reconciliation_tables,
    referral_tables,
    resolution_tables,
    resync_tables,
    retention_tables,
    statistics_tables,
    tables,
    tracing_key_tables,
    tracing_tables,
    witness_tables,
    worklist_tables,
)
from handover.adapters.metadata import metadata

TABLES = (  # importing them fills the catalogue
    access_tables,
    alarms,
    answered_tables,
    continuity_tables,
    correction_tables,
    decision_tables,
    doubt_tables,
    followup_tables,
    log_tables,
    notice_tables,
    override_tables,
    petition_tables,
    reconciliation_tables,
    referral_tables,
    resolution_tables,
    resync_tables,
    retention_tables,
    statistics_tables,
    tables,
    tracing_key_tables,
    tracing_tables,
    witness_tables,
    worklist_tables,
)
engine: Engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transactional_ddl=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
