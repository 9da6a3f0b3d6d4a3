"""Notices in the database."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, and_, delete, func, select, update

from handover.adapters import access_tables, tables
from handover.adapters.access import AccountShelf
from handover.adapters.notice_tables import GIVEN_UP
from handover.adapters.notice_tables import notice as table
from handover.adapters.unit import Unit
from handover.application.facts import OfficerRole
from handover.application.notice import Notice, NoticeKind
from handover.domain.ids import UUID7, HandoverId


class NoticeShelf:
    """The notices of a node; where none are kept, nothing asks for them."""

    def __init__(self, unit: Unit, accounts: AccountShelf, *, kept: bool) -> None:
        self.kept = kept
        self._unit = unit
        self._accounts = accounts
        self._told: set[tuple[NoticeKind, str]] = set()
        self._reachable: list[tuple[UUID7, frozenset[str]]] | None = None

    def reachable(self, roles: Collection[OfficerRole]) -> list[UUID7]:
        """Give the officers with one of *roles* who have access and an address for mail."""
        if self._reachable is None:
            self._reachable = list(self._with_address())
        return [officer for officer, own in self._reachable if own & set(roles)]

    def _with_address(self) -> list[tuple[UUID7, frozenset[str]]]:
        officers, now = tables.officer, self._unit.now
        query = (
            select(officers.c.id, officers.c.roles)
            .join(access_tables.account, access_tables.account.c.officer == officers.c.id)
            .where(officers.c.disabled_at.is_(None), func.coalesce(officers.c.until, now + 1) > now)
            .order_by(officers.c.id)
        )
        found = [(UUID7(row.id), frozenset(row.roles.split())) for row in self._unit.rows(query)]
        return [each for each in found if self._accounts.get(each[0]).email]

    def told(self, kind: NoticeKind, about: str) -> bool:
        """Tell whether this was noted before, in this transaction or an earlier one."""
        if (kind, about) in self._told:
            return True
        query = select(table.c.id).where(table.c.kind == kind, table.c.about == about).limit(1)
        return bool(self._unit.peek(query))

    def add(self, notice: Notice) -> None:
        """Keep a new notice."""
        self._told.add((notice.kind, notice.about))
        self._unit.insert(table, vars(notice))

    def change(self, notice: Notice) -> None:
        """Write the notice as it is now."""
        self._unit.upsert(table, vars(notice))

    def waiting(self, limit: int) -> list[UUID7]:
        """Give the officers for whom something is due now."""
        query = (
            select(table.c.officer)
            .where(table.c.due <= self._unit.now)
            .group_by(table.c.officer)
            .order_by(func.min(table.c.due))
            .limit(limit)
        )
        return [UUID7(row.officer) for row in self._unit.rows(query)]

    def due_for(self, officer: UUID7) -> list[Notice]:
        """Give what is due for *officer* now, oldest first."""
        return self._list(table.c.officer == officer, table.c.due <= self._unit.now)

    def last_sent(self, officer: UUID7) -> int | None:
        """Give when the last mail to *officer* was taken."""
        rows = self._unit.rows(select(func.max(table.c.sent_at)).where(table.c.officer == officer))
        return rows[0][0] if rows else None

    def of_mail(self, mail: UUID7) -> list[Notice]:
        """Give what goes with a mail, oldest first."""
        return self._list(table.c.mail == mail)

    def of_officer(self, officer: UUID7, limit: int) -> list[Notice]:
        """Give the newest notices of an officer."""
        query = select(table).where(table.c.officer == officer).order_by(table.c.id.desc()).limit(limit)
        return [_notice(row) for row in self._unit.rows(query)]

    def failed(self, limit: int) -> list[Notice]:
        """Give the newest notices whose mail was given up."""
        query = select(table).where(GIVEN_UP).order_by(table.c.id.desc()).limit(limit)
        return [_notice(row) for row in self._unit.rows(query)]

    def again(self, mail: UUID7 | None) -> int:
        """Make a mail that was given up due now, or all of them; give the number of notices."""
        which = GIVEN_UP if mail is None else and_(GIVEN_UP, table.c.mail == mail)
        anew = update(table).where(which).values(due=self._unit.now, attempts=0)
        return self._unit.run(anew)

    def drop(self, notices: Sequence[Notice]) -> None:
        """Forget notices that nobody is there for."""
        self._unit.run(delete(table).where(table.c.id.in_([each.id for each in notices])))

    def drop_before(self, before: int) -> None:
        """Forget what was noted before *before*, and is not to be sent any more."""
        self._unit.run(delete(table).where(table.c.created_at < before, table.c.due.is_(None)))

    def _list(self, *where: Any) -> list[Notice]:
        return [_notice(row) for row in self._unit.rows(select(table).where(*where).order_by(table.c.id))]


def _notice(row: Row[Any]) -> Notice:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    values |= {
        "id": UUID7(row.id),
        "officer": UUID7(row.officer),
        "kind": NoticeKind(row.kind),
        "handover": None if row.handover is None else HandoverId(row.handover),
        "mail": None if row.mail is None else UUID7(row.mail),
    }
    return Notice(**values)
