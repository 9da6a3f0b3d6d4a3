"""Officers and their API keys: who may act here, and how a program proves for whom it acts."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Final

from handover.application.colleagues import same_name
from handover.application.facts import Actor, ApiKey, Officer, OfficerRole
from handover.application.ports import Database
from handover.application.sealing import new_id
from handover.domain.errors import HandoverError, MalformedError, NotFoundError, RefusedError
from handover.domain.ids import UUID7
from handover.protocol import strict

KEY_LIFE: Final = 90 * 86400  # seconds
LONGEST_KEY_LIFE: Final = 366 * 86400
AUDIT_LIFE: Final = 90 * 86400
LONGEST_AUDIT_LIFE: Final = 366 * 86400
SCOPES: Final = ("read", "write")
_PREFIX: Final = "ho_"


class UnauthenticatedError(HandoverError):
    """The request does not prove who acts; all failures look alike."""

    name = "unauthenticated"
    title = "Who acts could not be established."
    advice = "Send a valid API key as a bearer token."


class NameTakenError(RefusedError):
    """Two officers with one name could not be told apart, in lists and in what auditors read."""

    name = "name-taken"
    title = "An officer with this name has access already."
    advice = (
        "Look at the list of officers. If it is another person, add to the name what tells the two apart."
    )


class OfficerGoneError(RefusedError):
    """Who has no access any more does nothing here."""

    name = "officer-gone"
    title = "This officer has no access any more."
    advice = "Name another officer, or enter this one anew."


def end_of(roles: Sequence[OfficerRole], until: int | None, now: int) -> int | None:
    """Give when access ends: as asked for, or after 90 days for who is here as an auditor alone.

    Raises:
        MalformedError: it is over already, or an auditor's is more than a year away.
    """
    auditor = set(roles) == {OfficerRole.AUDITOR}
    if until is None:
        return now + AUDIT_LIFE if auditor else None
    if not now < until <= now + LONGEST_AUDIT_LIFE and (auditor or until <= now):
        raise MalformedError("access ends after today, and an auditor's within 366 days")
    return until


class Officers:
    """The operator's desk for people and keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, roles: Sequence[OfficerRole], *, until: int | None = None) -> Officer:
        """Give a new officer, with access until a date if one is given; an auditor's always has an end.

        Raises:
            MalformedError: no name or no role, or an end that cannot be.
            NameTakenError: an officer who has access has the name.
        """
        if not name.strip() or not roles:
            raise MalformedError("an officer has a name and at least one role")
        text = strict.text(name, 200)
        with self._database.begin() as work:
            if any(each.may_enter(work.now) and same_name(each.name, text) for each in work.staff.all()):
                raise NameTakenError
            officer = Officer(
                id=new_id(work.now),
                name=text,
                roles=tuple(sorted(set(roles))),
                until=end_of(roles, until, work.now),
            )
            work.staff.add(officer)
            return officer

    def disable(self, officer: UUID7) -> Officer:
        """End the officer's access: at once, with all keys, sessions and links."""
        with self._database.begin() as work:
            found = replace(work.staff.get(officer), disabled_at=work.now)
            work.staff.change(found)
            work.doors.end(officer, work.now)
            work.accounts.drop_invitations(officer)
            for key in work.staff.keys_of(officer):
                if key.revoked_at is None:
                    work.staff.revoke_key(key.id, work.now)
            return found

    def all(self) -> list[Officer]:
        """Give all officers."""
        with self._database.reading() as work:
            return work.staff.all()

    def issue_key(
        self, officer: UUID7, *, scopes: Sequence[str] = SCOPES, life: int = KEY_LIFE
    ) -> tuple[ApiKey, str]:
        """Give a new API key and its secret text, which is shown this once and not kept.

        Raises:
            MalformedError: an unknown scope, or a life of more than a year.
        """
        if not set(scopes) <= set(SCOPES) or not scopes or not 0 < life <= LONGEST_KEY_LIFE:
            raise MalformedError("scopes are read and write; a key lives at most 366 days")
        secret = secrets.token_bytes(32)
        with self._database.begin() as work:
            work.staff.get(officer)
            key = ApiKey(
                id=new_id(work.now),
                officer=officer,
                digest=sha256(secret).digest(),
                scopes=tuple(sorted(set(scopes))),
                expires_at=work.now + life,
                created_at=work.now,
            )
            work.staff.add_key(key)
        return key, f"{_PREFIX}{key.id}_{strict.b64(secret)}"

    def revoke_key(self, key: UUID7) -> None:
        """End an API key."""
        with self._database.begin() as work:
            work.staff.revoke_key(key, work.now)

    def authenticate(self, bearer: str) -> Actor:
        """Give the officer for whom the key acts.

        Raises:
            UnauthenticatedError: no such key, wrong secret, expired, revoked, or the officer left.
        """
        try:
            prefix, id_, text = bearer.split("_", 2)
            secret = strict.unb64(text, length=32)
            with self._database.reading() as work:
                key = work.staff.key(UUID7(id_))
                officer = work.staff.get(key.officer)
                now = work.now
        except (ValueError, MalformedError, NotFoundError) as error:
            raise UnauthenticatedError from error
        good = hmac.compare_digest(sha256(secret).digest(), key.digest) and f"{prefix}_" == _PREFIX
        if not good or key.revoked_at is not None or now >= key.expires_at or not officer.may_enter(now):
            raise UnauthenticatedError
        return Actor(officer=officer.id, roles=officer.roles, auth="api-key", scopes=key.scopes)
