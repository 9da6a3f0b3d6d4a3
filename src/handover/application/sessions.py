"""Sessions of officers in browsers: rows here, a random value in a cookie there, of which a digest alone is kept."""

import hmac
import secrets
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from handover.application.access import LINK, Caller, Change, Session, SignedIn, Visitor
from handover.application.brake import Brake
from handover.application.changes import note
from handover.application.facts import Actor, Officer
from handover.application.officers import UnauthenticatedError
from handover.application.permissions import ForbiddenError, Right, require
from handover.application.ports import Database, UnitOfWork
from handover.application.sealing import new_id, new_token
from handover.domain.errors import MalformedError, NotFoundError, RefusedError
from handover.domain.ids import UUID7
from handover.protocol import strict

STEP_UP: Final = 300  # seconds for which a step-up counts
LINK_LIFE: Final = 3600  # seconds for a session that began with a one-time link
_TOUCH: Final = 60  # seconds: a session is written at most so often for being seen
_KEPT: Final = 30 * 86400  # seconds for which an ended session is still listed in the database
_BROWSER: Final = 200
_DEVICE: Final = 16  # bytes


class SignedOutError(UnauthenticatedError):
    """There is no session, or it has ended; all ways of it look alike."""

    name = "signed-out"
    title = "You are not signed in, or your session has ended."
    advice = "Sign in. What you typed is still in the form."


class ForgedFormError(RefusedError):
    """A form was not sent from a page of the same session."""

    name = "forged-form"
    title = "The form did not come from a page of this session."
    advice = "Open the page again and send the form from there."


class StepUpError(RefusedError):
    """A weighty step needs proof, just now, that the officer is there."""

    name = "step-up"
    title = "For this step you have to prove once more that it is you."
    advice = "Confirm with your passkey, or with your password and a fresh code, and send it again."


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A session that may have ended: its officer, and what stands in the forms that were made in it."""

    officer: UUID7
    csrf: str


class Sessions:
    """Begins, finds and ends sessions. `idle` and `life` are seconds."""

    def __init__(self, database: Database, brake: Brake, *, idle: int, life: int) -> None:
        self._database = database
        self._brake = brake
        self._idle = idle
        self._life = life

    def admit(self, work: UnitOfWork, officer: UUID7, *, auth: str, caller: Caller) -> SignedIn:
        """Begin a session for an officer whose identity was proved in this transaction.

        The cookie's value is new each time, so that nobody can know it before; it is told this once and not kept.
        """
        device = caller.device if is_device(caller.device) else new_token()
        login = work.accounts.get(officer).login
        if login is not None and auth != LINK:
            self._brake.succeeded(work, login, caller, device)
        return SignedIn(cookie=self.begin(work, officer, auth=auth, browser=caller.browser), device=device)

    def begin(self, work: UnitOfWork, officer: UUID7, *, auth: str, browser: str) -> str:
        """Give the cookie's value of a new session, as `admit`, without a word about the browser's past."""
        secret = secrets.token_bytes(32)
        work.doors.drop_sessions(work.now - _KEPT)
        work.doors.put(
            Session(
                id=new_id(work.now),
                digest=sha256(secret).digest(),
                officer=officer,
                auth=auth,
                browser=_printable(browser),
                created_at=work.now,
                seen_at=work.now,
                fresh_at=work.now,
                ends_at=work.now + (LINK_LIFE if auth == LINK else self._life),
            )
        )
        return strict.b64(secret)

    def find(self, cookie: str) -> Visitor:
        """Give who is behind the cookie; being seen keeps the session from ending for idleness.

        Whoever came by a one-time link has no role before a passkey, or a password and codes, were made in it.

        Raises:
            SignedOutError: no such session, or it was ended, or is over, or the officer has no access any more.
        """
        secret = _secret(cookie)
        with self._database.reading() as work:
            session, officer = self._live(work, secret)
            language = work.accounts.get(officer.id).language
            stale = work.now - session.seen_at >= _TOUCH
        if stale:
            with self._database.begin() as work:
                session, officer = self._live(work, secret)
                work.doors.put(replace(session, seen_at=work.now))
        return Visitor(
            actor=Actor(
                officer=officer.id,
                roles=() if session.auth == LINK else officer.roles,
                auth=session.auth,
                fresh_at=session.fresh_at,
            ),
            name=officer.name,
            session=session.id,
            language=language,
            csrf=_token(secret),
            fresh_at=session.fresh_at,
        )

    def ended(self, cookie: str) -> Ended | None:
        """Give whose session this was, ended or not: what was typed in it is theirs, and nothing else."""
        try:
            secret = _secret(cookie)
        except SignedOutError:
            return None
        with self._database.reading() as work:
            found = work.doors.find(sha256(secret).digest())
        return None if found is None else Ended(officer=found.officer, csrf=_token(secret))

    def renew(self, work: UnitOfWork, session: UUID7, *, auth: str | None = None) -> str:
        """Give the session a new cookie value; it is fresh from now, and the old value is worth nothing.

        *auth* is the way in that was just made; it counts where the session began with a one-time link.

        Raises:
            SignedOutError: it has ended meanwhile.
        """
        found = work.doors.session(session)
        if found.revoked_at is not None:
            raise SignedOutError
        secret = secrets.token_bytes(32)
        changed = replace(found, digest=sha256(secret).digest(), fresh_at=work.now, seen_at=work.now)
        if auth is not None and found.auth == LINK:
            changed = replace(changed, auth=auth, ends_at=found.created_at + self._life)
        work.doors.put(changed)
        return strict.b64(secret)

    def require_fresh(self, visitor: Visitor) -> None:
        """Do nothing if the officer has proved to be there in the last minutes.

        Raises:
            StepUpError: it is too long ago.
        """
        with self._database.reading() as work:
            if work.now - visitor.fresh_at > STEP_UP:
                raise StepUpError

    def end(self, cookie: str) -> None:
        """Sign out; a cookie that means nothing any more is no error."""
        try:
            secret = _secret(cookie)
        except SignedOutError:
            return
        with self._database.begin() as work:
            found = work.doors.find(sha256(secret).digest())
            if found is not None and found.revoked_at is None:
                work.doors.put(replace(found, revoked_at=work.now))

    def list(self, officer: UUID7, *, actor: Actor) -> list[Session]:
        """Give the live sessions of the officer: one's own, or anybody's for an operator.

        Raises:
            ForbiddenError: they are another officer's.
        """
        _require_own(actor, officer)
        with self._database.reading() as work:
            return [each for each in work.doors.sessions(officer) if self._lasts(each, work.now)]

    def revoke(self, session: UUID7, *, actor: Actor) -> None:
        """End one session: one's own, or anybody's for an operator.

        Raises:
            NotFoundError: there is none, or it is another officer's.
        """
        with self._database.begin() as work:
            found = work.doors.session(session)
            try:
                _require_own(actor, found.officer)
            except ForbiddenError as error:
                raise NotFoundError from error
            work.doors.put(replace(found, revoked_at=found.revoked_at or work.now))

    def end_all(self, officer: UUID7, *, actor: Actor) -> int:
        """End all sessions of the officer; give their number.

        Raises:
            ForbiddenError: they are another officer's.
        """
        _require_own(actor, officer)
        with self._database.begin() as work:
            ended = work.doors.end(officer, work.now)
            if actor.officer != officer:
                note(work, Change.SESSIONS_ENDED, work.staff.get(officer), by=actor)
            return ended

    def end_others(self, work: UnitOfWork, visitor: Visitor) -> None:
        """End all sessions of the officer but this one."""
        for each in work.doors.sessions(visitor.actor.officer):
            if each.id != visitor.session:
                work.doors.put(replace(each, revoked_at=work.now))

    def _live(self, work: UnitOfWork, secret: bytes) -> tuple[Session, Officer]:
        found = work.doors.find(sha256(secret).digest())
        if found is None or not self._lasts(found, work.now):
            raise SignedOutError
        officer = work.staff.get(found.officer)
        if not officer.may_enter(work.now):
            raise SignedOutError
        return found, officer

    def _lasts(self, session: Session, now: int) -> bool:
        idle = now - session.seen_at >= self._idle
        return session.revoked_at is None and now < session.ends_at and not idle


def is_device(device: str) -> bool:
    """Tell whether a browser's device cookie is one that a node can have given."""
    try:
        return len(strict.unb64(device)) == _DEVICE
    except MalformedError:
        return False


def _token(secret: bytes) -> str:
    """The token follows from the cookie: who reads the database can forge none."""
    return strict.b64(hmac.digest(secret, b"form", sha256))


def _secret(cookie: str) -> bytes:
    try:
        return strict.unb64(cookie, length=32)
    except MalformedError as error:
        raise SignedOutError from error


def _require_own(actor: Actor, officer: UUID7) -> None:
    if actor.officer != officer:
        require(actor, Right.OPERATE)


def _printable(browser: str) -> str:
    return "".join(letter for letter in browser if letter.isprintable())[:_BROWSER]
