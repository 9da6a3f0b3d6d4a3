"""Accounts: what an operator does about officers' access, and what officers do about their own."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from handover.application import passwords as rules
from handover.application.access import PASSWORD, AccessChange, Change, Invitation, Visitor
from handover.application.changes import note
from handover.application.facts import Actor, ApiKey, Officer, OfficerRole
from handover.application.officers import OfficerGoneError, Officers, end_of
from handover.application.passwords import LoginNameError
from handover.application.permissions import Right, require
from handover.application.ports import Database, Passwords
from handover.application.sessions import Sessions
from handover.domain.errors import MalformedError, NotFoundError, RefusedError
from handover.domain.ids import UUID7
from handover.protocol import strict

LINK_LIFE: Final = 72 * 3600  # seconds
LANGUAGES: Final = ("en", "fr", "es", "el", "uk", "ar")
_EMAIL: Final = 254


class OwnAccessError(RefusedError):
    """Nobody gives roles to themselves, or shuts themselves out."""

    name = "own-access"
    title = "Nobody changes their own roles or ends their own access."
    advice = "Ask another operator."


class CodeRefusedError(RefusedError):
    """The one-time code does not fit the secret that was offered."""

    name = "code-refused"
    title = "The code does not fit."
    advice = "Look whether the clock of your telephone is right, wait for a fresh code, and type that."


class PasswordFirstError(RefusedError):
    """Codes go with a password."""

    name = "password-first"
    title = "Set a login name and a password first."
    advice = "Set them on the page of your account, then the codes."


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What an officer sees of the own account: no secret."""

    login: str | None
    language: str | None
    email: str | None
    has_password: bool
    has_codes: bool
    has_provider: bool


@dataclass(frozen=True, kw_only=True)
class OfferedCodes:
    """What a code app is given, once: the secret in base32, and the same as an `otpauth:` address for a picture."""

    secret: str
    address: str


class Accounts:
    """The desk for access."""

    def __init__(self, database: Database, passwords: Passwords, sessions: Sessions, *, issuer: str) -> None:
        self._database = database
        self._passwords = passwords
        self._sessions = sessions
        self._issuer = issuer

    def invite(self, officer: UUID7, *, actor: Actor) -> str:
        """Give the secret of a one-time link by which the officer gets in for the first time, or again.

        It is told this once, counts for three days, and ends every earlier link of the officer.

        Raises:
            ForbiddenError: only operators do this.
            OfficerGoneError: the officer has no access any more.
        """
        require(actor, Right.OPERATE)
        secret = secrets.token_bytes(32)
        with self._database.begin() as work:
            found = work.staff.get(officer)
            if not found.may_enter(work.now):
                raise OfficerGoneError
            work.accounts.drop_invitations(officer)
            work.accounts.put_invitation(
                Invitation(
                    digest=sha256(secret).digest(),
                    officer=officer,
                    created_at=work.now,
                    expires_at=work.now + LINK_LIFE,
                )
            )
            note(work, Change.INVITED, found, by=actor)
        return strict.b64(secret)

    def set_roles(
        self, officer: UUID7, roles: Sequence[OfficerRole], *, actor: Actor, until: int | None = None
    ) -> Officer:
        """Give the officer other roles, from the next request on, and access until *until*.

        Raises:
            ForbiddenError: only operators do this.
            OwnAccessError: it is oneself.
            MalformedError: no role, or an end that does not count.
        """
        require(actor, Right.OPERATE)
        if actor.officer == officer:
            raise OwnAccessError
        if not roles:
            raise MalformedError("an officer has at least one role")
        with self._database.begin() as work:
            end = end_of(roles, until, work.now)
            changed = replace(work.staff.get(officer), roles=tuple(sorted(set(roles))), until=end)
            work.staff.change(changed)
            note(work, Change.ROLES_CHANGED, changed, by=actor)
            return changed

    def disable(self, officer: UUID7, *, actor: Actor) -> Officer:
        """End the officer's access: at once, with all keys, sessions and links.

        Raises:
            ForbiddenError: only operators do this.
            OwnAccessError: it is oneself.
        """
        require(actor, Right.OPERATE)
        if actor.officer == officer:
            raise OwnAccessError
        with self._database.begin() as work:
            gone = Officers(self._database).disable(officer)
            note(work, Change.DISABLED, gone, by=actor)
            return gone

    def keys(self, officer: UUID7, *, actor: Actor) -> list[ApiKey]:
        """Give the keys by which programs act for the officer; raises ForbiddenError: only operators see them."""
        require(actor, Right.OPERATE)
        with self._database.reading() as work:
            return work.staff.keys_of(officer)

    def issue_key(
        self, officer: UUID7, *, scopes: Sequence[str], life: int, actor: Actor
    ) -> tuple[ApiKey, str]:
        """Give a new key and its secret, shown this once; whoever gave it stands in the log.

        Raises:
            ForbiddenError: only operators do this.
            OfficerGoneError: the officer has no access any more.
            MalformedError: an unknown scope, or a life of more than a year.
        """
        require(actor, Right.OPERATE)
        with self._database.begin() as work:
            found = work.staff.get(officer)
            if not found.may_enter(work.now):
                raise OfficerGoneError
            made = Officers(self._database).issue_key(officer, scopes=scopes, life=life)
            note(work, Change.KEY_ISSUED, found, by=actor)
            return made

    def revoke_key(self, officer: UUID7, key: UUID7, *, actor: Actor) -> None:
        """End a key of the officer.

        Raises:
            ForbiddenError: only operators do this.
            NotFoundError: the officer has no such key.
        """
        require(actor, Right.OPERATE)
        with self._database.begin() as work:
            if key not in {each.id for each in work.staff.keys_of(officer)}:
                raise NotFoundError
            work.staff.revoke_key(key, work.now)
            note(work, Change.KEY_REVOKED, work.staff.get(officer), by=actor)

    def changes(self, *, actor: Actor, officer: UUID7 | None = None, limit: int = 100) -> list[AccessChange]:
        """Give the newest changes to officers' access, for operators and auditors.

        Raises:
            ForbiddenError: the actor is neither.
        """
        if OfficerRole.OPERATOR not in actor.roles:
            require(actor, Right.AUDIT)
        with self._database.reading() as work:
            return work.accounts.changes(officer, limit)

    def mine(self, visitor: Visitor) -> Profile:
        """Give what the officer sees of the own account."""
        with self._database.reading() as work:
            account = work.accounts.get(visitor.actor.officer)
        return Profile(
            login=account.login,
            language=account.language,
            email=account.email,
            has_password=account.password is not None,
            has_codes=account.totp is not None,
            has_provider=account.subject is not None,
        )

    def set_language(self, visitor: Visitor, language: str) -> None:
        """Remember the officer's language.

        Raises:
            MalformedError: there are no pages in it.
        """
        if language not in LANGUAGES:
            raise MalformedError("the pages are not there in this language")
        with self._database.begin() as work:
            work.accounts.put(replace(work.accounts.get(visitor.actor.officer), language=language))

    def set_email(self, visitor: Visitor, email: str) -> None:
        """Remember where notices to the officer go; nothing for none.

        Raises:
            MalformedError: it is no address.
        """
        address = email.strip()
        if address and not _is_address(address):
            raise MalformedError("an e-mail address has one @, and neither spaces nor control characters")
        with self._database.begin() as work:
            work.accounts.put(replace(work.accounts.get(visitor.actor.officer), email=address or None))

    def set_password(self, visitor: Visitor, login: str, password: str) -> None:
        """Set login name and password; all other sessions of the officer end.

        Raises:
            StepUpError: the officer has not proved to be there just now.
            LoginNameError: the name cannot be one, or is another officer's.
            WeakPasswordError: the password is too short or too easy to guess.
        """
        self._sessions.require_fresh(visitor)
        login, password = rules.normal_login(login), rules.normal(password)
        rules.check_login(login)
        rules.check(password, login)
        kept = self._passwords.stretch(password)
        officer = visitor.actor.officer
        with self._database.begin() as work:
            other = work.accounts.of_login(login)
            if other is not None and other.officer != officer:
                raise LoginNameError
            work.accounts.put(replace(work.accounts.get(officer), login=login, password=kept))
            self._sessions.end_others(work, visitor)
            note(work, Change.PASSWORD_SET, work.staff.get(officer), by=visitor.actor)

    def offer_codes(self, visitor: Visitor) -> OfferedCodes:
        """Give a fresh secret for a code app; it counts once a code of it was typed in, and replaces the former then.

        Raises:
            StepUpError: the officer has not proved to be there just now.
            PasswordFirstError: there is no password yet.
        """
        self._sessions.require_fresh(visitor)
        secret = self._passwords.new_secret()
        with self._database.begin() as work:
            account = work.accounts.get(visitor.actor.officer)
            if account.login is None or account.password is None:
                raise PasswordFirstError
            work.accounts.put(replace(account, totp_offered=secret))
        address = self._passwords.address(secret, login=account.login, issuer=self._issuer)
        return OfferedCodes(secret=secret, address=address)

    def confirm_codes(self, visitor: Visitor, code: str) -> str:
        """Take the offered secret, and give the session's new cookie value.

        A session that began with a one-time link has the officer's roles from now on.

        Raises:
            CodeRefusedError: the code is not one of the secret, or none was offered.
        """
        officer = visitor.actor.officer
        with self._database.begin() as work:
            account = work.accounts.get(officer)
            step = self._passwords.step(account.totp_offered, code.replace(" ", ""), work.now)
            if step is None:
                raise CodeRefusedError
            taken = replace(account, totp=account.totp_offered, totp_offered=None, totp_step=step)
            work.accounts.put(taken)
            note(work, Change.CODES_SET, work.staff.get(officer), by=visitor.actor)
            return self._sessions.renew(work, visitor.session, auth=PASSWORD)


def _is_address(text: str) -> bool:
    name, _, host = text.rpartition("@")
    plain = text.isprintable() and not any(letter.isspace() or letter in '<>,;"' for letter in text)
    return plain and len(text) <= _EMAIL and bool(name) and "@" not in name and "." in host.strip(".")
