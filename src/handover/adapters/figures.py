"""Counts for operators: open rounds by state, those that have stood too long, alarms. Nothing about a person."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, Select, func, select

from handover.adapters import alarms, log_tables, tables
from handover.adapters.notice_tables import GIVEN_UP, notice
from handover.adapters.retention_tables import erasure
from handover.adapters.worklist_tables import UNFINISHED
from handover.application.clockwork import LATE
from handover.domain.handover import OPEN_OFFER, SETTLED, State
from handover.protocol import entry

_PENDING: Final = select(func.min(erasure.c.erased_at)).where(erasure.c.renewed_at.is_(None))


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How many rounds are open, by state, and how many overdue; how many alarms are open, and mails given up.

    `erased` is when the first data key was destroyed that the keys were not renewed for since, `renewed` when they
    were renewed last.
    """

    open_rounds: dict[State, int]
    overdue: int
    alarms: int
    mails: int
    erased: int | None
    renewed: int | None


def count(engine: Engine, now: int) -> Figures:
    """Give the figures of a node's database at *now* (seconds since 1970)."""
    rounds = tables.handover
    by_state = select(rounds.c.state, func.count()).where(UNFINISHED).group_by(rounds.c.state)
    with engine.connect().execution_options(handover_reads=True) as connection, connection.begin():
        states = {State(row[0]): int(row[1]) for row in connection.execute(by_state)}
        late = sum(int(connection.execute(query).scalar_one()) for query in _late(now))
        mails = int(connection.execute(_given_up()).scalar_one())
        raised = int(
            connection.execute(select(func.count()).select_from(alarms.table).where(alarms.OPEN)).scalar_one()
        )
        erased = connection.execute(_PENDING).scalar_one()
        renewed = connection.execute(select(func.max(erasure.c.renewed_at))).scalar_one()
    open_rounds = {state: states[state] for state in State if state in states and state not in SETTLED}
    return Figures(
        open_rounds=open_rounds, overdue=late, alarms=raised, mails=mails, erased=erased, renewed=renewed
    )


def _late(now: int) -> list[Select[int]]:
    rounds = tables.handover
    number = (
        select(func.count()).select_from(rounds).where(UNFINISHED)
    )  # by its index: settled rounds cost nothing
    too_long = [
        number.where(rounds.c.state == state, rounds.c.updated_at < now - limit)
        for state, limit in LATE.items()
    ]
    return [*too_long, number.where(rounds.c.state.in_(list(OPEN_OFFER)), rounds.c.deadline < now)]


def _given_up() -> Select[int]:
    return select(func.count(notice.c.mail.distinct())).where(GIVEN_UP)


def newest_entry(engine: Engine) -> int | None:
    """Give the time (seconds since 1970) that the newest entry of the log bears."""
    table = log_tables.log_entry
    query = select(table.c.document).order_by(table.c.position.desc()).limit(1)
    with engine.connect().execution_options(handover_reads=True) as connection, connection.begin():
        document = connection.execute(query).scalar()
    return None if document is None else entry.decode(document).time
