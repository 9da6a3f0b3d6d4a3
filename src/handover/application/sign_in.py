"""Signing in with a password and a one-time code, or with a one-time link. Whatever is wrong, the answer is the same.

The password is stretched outside any transaction: nobody waits for it.
"""

from dataclasses import replace
from hashlib import sha256

from handover.application.access import LINK, PASSWORD, Account, Caller, Change, SignedIn, Visitor
from handover.application.brake import Brake
from handover.application.changes import note
from handover.application.facts import Actor
from handover.application.officers import UnauthenticatedError
from handover.application.passkeys import SignInRefusedError
from handover.application.passwords import normal, normal_login
from handover.application.ports import Database, Passwords, UnitOfWork
from handover.application.sessions import Sessions
from handover.domain.errors import MalformedError, RefusedError
from handover.protocol import strict


class LinkRefusedError(UnauthenticatedError):
    """A one-time link counts once, for three days, and only the newest one of an officer."""

    name = "link-refused"
    title = "This link does not count: it was used, has expired, or was replaced by a newer one."
    advice = "Ask the operator for a new link."


class StepUpRefusedError(RefusedError):
    """Password or code were wrong, or the code was used before."""

    name = "step-up-refused"
    title = "That did not prove that it is you."
    advice = "Check the password and wait for a fresh code, or use a passkey."


class SignIn:
    """The door for those without a passkey."""

    def __init__(self, database: Database, passwords: Passwords, brake: Brake, sessions: Sessions) -> None:
        self._database = database
        self._passwords = passwords
        self._brake = brake
        self._sessions = sessions

    def with_password(self, login: str, password: str, code: str, caller: Caller) -> SignedIn:
        """Begin a session for the officer who knows the password and a code that was not used before.

        Raises:
            SignInRefusedError: no such account, another password, another code, a code used before, or an officer
                without access: all in the same words, after the same work.
            SignInWaitError: too many attempts have failed.
            SignInBusyError: too many at once.
        """
        login = normal_login(login)
        account = self._proved(login, password, caller)
        with self._database.begin() as work:
            current = self._spent(work, account, code)
            if current is not None and work.staff.get(current.officer).may_enter(work.now):
                return self._sessions.admit(work, current.officer, auth=PASSWORD, caller=caller)
        raise SignInRefusedError

    def step_up(self, visitor: Visitor, password: str, code: str, caller: Caller) -> str:
        """Give the session's new cookie value, when the officer has proved once more to be there.

        Raises:
            StepUpRefusedError: another password or code, or the officer has none.
            SignInWaitError: too many attempts have failed.
        """
        with self._database.reading() as work:
            login = work.accounts.get(visitor.actor.officer).login
        if login is None:
            raise StepUpRefusedError
        account = self._proved(login, password, caller)
        with self._database.begin() as work:
            current = self._spent(work, account, code)
            if current is not None and current.officer == visitor.actor.officer:
                self._brake.succeeded(work, login, caller, caller.device)
                return self._sessions.renew(work, visitor.session)
        raise StepUpRefusedError

    def with_link(self, secret: str, caller: Caller) -> SignedIn:
        """Begin a session in which the officer can make a passkey, or a password and codes, and nothing else before.

        Raises:
            LinkRefusedError: the link was used, has expired or was replaced, or the officer has no access.
        """
        try:
            digest = sha256(strict.unb64(secret, length=32)).digest()
        except MalformedError as error:
            raise LinkRefusedError from error
        with self._database.begin() as work:
            found = work.accounts.invitation(digest)
            if found is None or found.used_at is not None or work.now >= found.expires_at:
                raise LinkRefusedError
            officer = work.staff.get(found.officer)
            if not officer.may_enter(work.now):
                raise LinkRefusedError
            work.accounts.put_invitation(replace(found, used_at=work.now))
            by = Actor(officer=officer.id, roles=(), auth=LINK)
            note(work, Change.CAME_BY_LINK, officer, by=by)
            return self._sessions.admit(work, officer.id, auth=LINK, caller=caller)

    def _proved(self, login: str, password: str, caller: Caller) -> Account | None:
        """Give the account if the password fits; the attempt is counted before it is looked at."""
        with self._database.begin() as work:
            self._brake.enter(work, login, caller)
            account = work.accounts.of_login(login)
        kept = None if account is None else account.password
        fits = self._passwords.fits(kept, normal(password))
        return account if fits else None

    def _spent(self, work: UnitOfWork, account: Account | None, code: str) -> Account | None:
        """Give the account as it is now, with the code used up; None where anything does not fit."""
        current = None if account is None else work.accounts.get(account.officer)
        secret = None if current is None else current.totp
        step = self._passwords.step(secret, code.replace(" ", ""), work.now)
        if account is None or current is None or current.password != account.password:
            return None
        if step is None or step <= current.totp_step:
            return None
        used = replace(current, totp_step=step)
        work.accounts.put(used)
        return used
