"""Accounts, sessions and readings in the database: texts encrypted, names to look up by as keyed digests."""

from typing import Any, Final, Protocol

from sqlalchemy import Row, delete, select, update

from handover.adapters import access_tables as tables
from handover.adapters import endings
from handover.adapters.cells import NODE, ErasedError
from handover.adapters.unit import Unit
from handover.application.access import (
    AccessChange,
    Account,
    Attempts,
    Challenge,
    ChallengeKind,
    Change,
    Invitation,
    Passkey,
    Reading,
    ReadingReason,
    Session,
)
from handover.application.facts import OfficerRole
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, MatterId
from handover.protocol import strict

_SEALED: Final = ("login", "subject", "email", "password", "totp", "totp_offered")


class Marker(Protocol):
    """Gives keyed digests to look values up by."""

    def mark(self, use: str, value: str) -> bytes:
        """Give the digest of *value* for this use."""
        ...


class AccountShelf:
    """Accounts, passkeys and one-time links."""

    def __init__(self, unit: Unit, marker: Marker) -> None:
        self._unit = unit
        self._marker = marker

    def get(self, officer: UUID7) -> Account:
        """Give the officer's account: an empty one where none was kept yet."""
        table = tables.account
        rows = self._unit.rows(select(table).where(table.c.officer == officer))
        return self._account(rows[0]) if rows else Account(officer=officer)

    def put(self, account: Account) -> None:
        """Write the account as it is now."""
        texts = {name: getattr(account, name) for name in _SEALED}
        sealed = self._unit.cells.seal(NODE, f"account|{account.officer}", strict.dumps(texts))
        row = {
            "officer": account.officer,
            "login": None if account.login is None else self._marker.mark("login", account.login),
            "subject": None if account.subject is None else self._marker.mark("subject", account.subject),
            "language": account.language,
            "totp_step": account.totp_step,
            "sealed": sealed,
        }
        self._unit.upsert(tables.account, row)

    def of_login(self, login: str) -> Account | None:
        """Give the account with this login name."""
        return self._one(tables.account.c.login == self._marker.mark("login", login))

    def of_subject(self, subject: str) -> Account | None:
        """Give the account of this person at the identity provider."""
        return self._one(tables.account.c.subject == self._marker.mark("subject", subject))

    def _one(self, where: Any) -> Account | None:
        rows = self._unit.rows(select(tables.account).where(where))
        return self._account(rows[0]) if rows else None

    def _account(self, row: Row[Any]) -> Account:
        texts: Any = strict.loads(self._unit.cells.open(NODE, f"account|{row.officer}", row.sealed))
        return Account(officer=UUID7(row.officer), language=row.language, totp_step=row.totp_step, **texts)

    def add_passkey(self, passkey: Passkey) -> None:
        """Keep a new passkey."""
        self._unit.insert(tables.passkey, self._passkey_row(passkey))

    def change_passkey(self, passkey: Passkey) -> None:
        """Write the passkey as it is now."""
        self._unit.upsert(tables.passkey, self._passkey_row(passkey))
        if passkey.revoked_at is not None:
            self._unit.ended.append(endings.ended("passkey", passkey.id))

    def passkeys(self, officer: UUID7) -> list[Passkey]:
        """Give the passkeys of *officer* that still count."""
        table = tables.passkey
        where = (table.c.officer == officer, table.c.revoked_at.is_(None))
        return [
            self._passkey(row) for row in self._unit.rows(select(table).where(*where).order_by(table.c.id))
        ]

    def passkey_of(self, credential: bytes) -> Passkey | None:
        """Give the passkey with this credential identifier, an ended one too."""
        table = tables.passkey
        rows = self._unit.rows(select(table).where(table.c.credential == credential))
        return self._passkey(rows[0]) if rows else None

    def _passkey_row(self, passkey: Passkey) -> dict[str, Any]:
        row = {name: getattr(passkey, name) for name in passkey.__dataclass_fields__ if name != "label"}
        row["sealed"] = self._unit.cells.seal(NODE, f"passkey|{passkey.id}", passkey.label.encode())
        return row

    def _passkey(self, row: Row[Any]) -> Passkey:
        values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
        label = self._unit.cells.open(NODE, f"passkey|{row.id}", values.pop("sealed")).decode()
        values |= {"id": UUID7(row.id), "officer": UUID7(row.officer)}
        return Passkey(label=label, **values)

    def put_invitation(self, invitation: Invitation) -> None:
        """Write the one-time link as it is now."""
        self._unit.upsert(tables.invitation, vars(invitation))

    def invitation(self, digest: bytes) -> Invitation | None:
        """Give the one-time link whose secret has this digest."""
        table = tables.invitation
        rows = self._unit.rows(select(table).where(table.c.digest == digest))
        if not rows:
            return None
        values = dict(rows[0]._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
        return Invitation(**{**values, "officer": UUID7(rows[0].officer)})

    def drop_invitations(self, officer: UUID7) -> None:
        """Forget all one-time links of *officer*."""
        self._unit.run(delete(tables.invitation).where(tables.invitation.c.officer == officer))

    def note(self, change: AccessChange) -> None:
        """Keep what was done to an officer's access."""
        self._unit.insert(tables.access_change, {**vars(change), "roles": " ".join(change.roles)})
        what = endings.changed(change)
        if what is not None:
            self._unit.ended.append(what)

    def changes(self, officer: UUID7 | None, limit: int) -> list[AccessChange]:
        """Give the newest changes: of one officer, or of all."""
        table = tables.access_change
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        rows = self._unit.rows(query if officer is None else query.where(table.c.officer == officer))
        return [_change(row) for row in rows]


def _change(row: Row[Any]) -> AccessChange:
    return AccessChange(
        id=UUID7(row.id),
        officer=UUID7(row.officer),
        by=UUID7(row.by),
        what=Change(row.what),
        roles=tuple(OfficerRole(role) for role in row.roles.split()),
        at=row.at,
    )


class DoorShelf:
    """Sessions, what browsers were asked to prove, and attempts that failed."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def put(self, session: Session) -> None:
        """Write the session as it is now."""
        row = {name: value for name, value in vars(session).items() if name != "browser"}
        sealed = self._unit.cells.seal(NODE, f"session|{session.id}", session.browser.encode())
        self._unit.upsert(tables.session, {**row, "sealed": sealed})

    def find(self, digest: bytes) -> Session | None:
        """Give the session whose cookie has this digest, an ended one too."""
        table = tables.session
        rows = self._unit.rows(select(table).where(table.c.digest == digest))
        return self._session(rows[0]) if rows else None

    def session(self, session: UUID7) -> Session:
        """Give the session; raises NotFoundError."""
        rows = self._unit.rows(select(tables.session).where(tables.session.c.id == session))
        if not rows:
            raise NotFoundError
        return self._session(rows[0])

    def sessions(self, officer: UUID7) -> list[Session]:
        """Give the sessions of *officer* that were not ended."""
        table = tables.session
        where = (table.c.officer == officer, table.c.revoked_at.is_(None))
        return [
            self._session(row) for row in self._unit.rows(select(table).where(*where).order_by(table.c.id))
        ]

    def end(self, officer: UUID7, now: int) -> int:
        """End all sessions of *officer*; give their number."""
        table = tables.session
        where = (table.c.officer == officer, table.c.revoked_at.is_(None))
        return self._unit.run(update(table).where(*where).values(revoked_at=now))

    def drop_sessions(self, before: int) -> None:
        """Forget sessions whose end lies before *before*."""
        self._unit.run(delete(tables.session).where(tables.session.c.ends_at < before))

    def _session(self, row: Row[Any]) -> Session:
        values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
        browser = self._unit.cells.open(NODE, f"session|{row.id}", values.pop("sealed")).decode()
        return Session(browser=browser, **{**values, "id": UUID7(row.id), "officer": UUID7(row.officer)})

    def ask(self, challenge: Challenge) -> None:
        """Keep what a browser was asked to prove."""
        place = f"challenge|{challenge.digest.hex()}"
        row = {name: value for name, value in vars(challenge).items() if name != "secret"}
        row["sealed"] = self._unit.cells.seal(NODE, place, challenge.secret)
        self._unit.insert(tables.challenge, row)

    def take(self, digest: bytes) -> Challenge | None:
        """Give the challenge and forget it: it is answered once."""
        table = tables.challenge
        rows = self._unit.rows(select(table).where(table.c.digest == digest))
        if not rows or not self._unit.run(delete(table).where(table.c.digest == digest)):
            return None
        row = rows[0]
        return Challenge(
            digest=row.digest,
            kind=ChallengeKind(row.kind),
            officer=None if row.officer is None else UUID7(row.officer),
            secret=self._unit.cells.open(NODE, f"challenge|{digest.hex()}", row.sealed),
            expires_at=row.expires_at,
        )

    def drop_challenges(self, before: int) -> None:
        """Forget challenges that ended before *before*."""
        self._unit.run(delete(tables.challenge).where(tables.challenge.c.expires_at < before))

    def attempts(self, key: bytes) -> Attempts:
        """Give what is remembered under *key*."""
        table = tables.attempt
        rows = self._unit.rows(select(table).where(table.c.key == key))
        if not rows:
            return Attempts(key=key)
        row = rows[0]
        return Attempts(key=key, failures=row.failures, failed_at=row.failed_at, good_at=row.good_at)

    def put_attempts(self, attempts: Attempts) -> None:
        """Remember it."""
        self._unit.upsert(tables.attempt, {**vars(attempts), "changed_at": self._unit.now})

    def drop_attempts(self, before: int) -> None:
        """Forget what has not changed since *before*."""
        self._unit.run(delete(tables.attempt).where(tables.attempt.c.changed_at < before))

    def drop_failures(self, before: int, forgotten: int) -> None:
        """Forget what has not changed since *before*, never succeeded, and lost a failure each *forgotten* seconds."""
        table = tables.attempt
        over = table.c.failed_at + table.c.failures * forgotten <= self._unit.now
        self._unit.run(delete(table).where(table.c.changed_at < before, table.c.good_at == 0, over))


class ReadingShelf:
    """Who opened which record, and why: the text under the data key of the matter, so that it is erased with it."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, reading: Reading) -> None:
        """Keep a reading."""
        row = {name: value for name, value in vars(reading).items() if name != "text"}
        text = reading.text or ""
        row["sealed"] = self._unit.cells.seal(reading.matter, f"reading|{reading.id}", text.encode())
        self._unit.insert(tables.reading, row)

    def stated(self, officer: UUID7, matter: MatterId, day: int) -> bool:
        """Tell whether the officer has said why on that day."""
        table = tables.reading
        where = (table.c.matter == matter, table.c.officer == officer, table.c.day == day)
        return bool(self._unit.rows(select(table.c.id).where(*where)))

    def of_matter(self, matter: MatterId) -> list[Reading]:
        """Give all readings of the matter, oldest first."""
        table = tables.reading
        query = select(table).where(table.c.matter == matter).order_by(table.c.at, table.c.id)
        return [self._reading(row) for row in self._unit.rows(query)]

    def _reading(self, row: Row[Any]) -> Reading:
        try:
            text = self._unit.cells.open(row.matter, f"reading|{row.id}", row.sealed).decode()
        except ErasedError:
            text = None
        return Reading(
            id=UUID7(row.id),
            officer=UUID7(row.officer),
            matter=MatterId(row.matter),
            day=row.day,
            reason=ReadingReason(row.reason),
            text=text,
            at=row.at,
        )
