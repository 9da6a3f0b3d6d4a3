"""Queries for rounds that the worker asks at each turn, made once (see `statements`)."""

from functools import cache
from typing import Any, Final

from sqlalchemy import Integer, Select, bindparam, exists, or_, select

from handover.adapters import doubt_tables, tables
from handover.adapters.statements import given
from handover.adapters.worklist_tables import APART
from handover.domain.courses import TIMED
from handover.domain.handover import Course

_rounds = tables.handover
_LIMIT: Final = bindparam("limit", type_=Integer)
# A handover that a restore has made uncertain is not ended by the clock.
_CERTAIN: Final = or_(
    _rounds.c.course != Course.HANDOVER, ~exists().where(doubt_tables.doubt.c.matter == _rounds.c.matter)
)

OVERDUE: Final = (
    select(_rounds)
    .where(_rounds.c.state.in_(list(TIMED)), _rounds.c.deadline < bindparam("now"), _CERTAIN)
    .order_by(_rounds.c.deadline)
    .limit(_LIMIT)
)
STANDING: Final = (
    select(_rounds)
    .where(APART, given(_rounds.c.state, "state"), _rounds.c.updated_at < bindparam("before"))
    .order_by(_rounds.c.updated_at, _rounds.c.id)
    .limit(_LIMIT)
)
OF_MATTER: Final = select(_rounds).where(given(_rounds.c.matter, "matter")).order_by(_rounds.c.id)


@cache
def page(*, role: bool, state: bool) -> Select[Any]:
    """Give the query for rounds of one course from behind *after*: in one *role*, in one *state*, or in any."""
    found = select(_rounds).where(_rounds.c.id > bindparam("after"), given(_rounds.c.course, "course"))
    if role:
        found = found.where(given(_rounds.c.role, "role"))
    if state:
        found = found.where(given(_rounds.c.state, "state"))
    return found.order_by(_rounds.c.id).limit(_LIMIT)
