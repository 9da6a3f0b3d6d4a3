"""Passkeys of officers: making one, signing in with one, and the step-up before a weighty act."""

import secrets
from dataclasses import replace
from hashlib import sha256
from typing import Final

from handover.application.access import (
    PASSKEY,
    Caller,
    Challenge,
    ChallengeKind,
    Change,
    Passkey,
    SignedIn,
    Visitor,
)
from handover.application.changes import note
from handover.application.facts import Actor
from handover.application.officers import UnauthenticatedError
from handover.application.permissions import Right, require
from handover.application.ports import Authenticator, Database, UnitOfWork, Vault
from handover.application.sealing import new_id
from handover.application.sessions import Sessions
from handover.domain.errors import NotFoundError, RefusedError
from handover.domain.ids import UUID7

CHALLENGE_LIFE: Final = 300  # seconds
MOST: Final = 10  # passkeys of one officer
_LABEL: Final = 60
_SAID: Final = 24  # bytes of a challenge before its mark: 16 random ones, and its end


class PasskeyError(RefusedError):
    """The browser's answer is not one to what it was asked, or not one of a passkey that this node takes."""

    name = "passkey-refused"
    title = "The passkey was not accepted."
    advice = "Try again on this page; if it stays so, use another device or ask the operator for a new link."


class SignInRefusedError(UnauthenticatedError):
    """Signing in failed; nothing tells whether the account, the password, the code or the passkey was wrong."""

    name = "sign-in-refused"
    title = "Signing in failed."
    advice = (
        "Check what you typed, wait for a fresh code, or use a passkey; the operator can send you a new link."
    )


class TooManyPasskeysError(RefusedError):
    """An officer has at most ten passkeys."""

    name = "too-many-passkeys"
    title = "You have as many passkeys as one officer may have."
    advice = "Remove one that you do not use any more."


class LastWayInError(RefusedError):
    """Whoever removes the last way to sign in could not come back."""

    name = "last-way-in"
    title = "This is your only way to sign in."
    advice = "Add another passkey first."


class Passkeys:
    """The ceremonies, with challenges of this node's own that are answered once, within five minutes."""

    def __init__(
        self, database: Database, vault: Vault, authenticator: Authenticator, sessions: Sessions
    ) -> None:
        self._database = database
        self._vault = vault
        self._authenticator = authenticator
        self._sessions = sessions

    def ask_to_register(self, visitor: Visitor) -> str:
        """Give the options for making a passkey: JSON for `PublicKeyCredential.parseCreationOptionsFromJSON`.

        Raises:
            StepUpError: the officer has not proved to be there just now.
            TooManyPasskeysError: there are ten already.
        """
        self._sessions.require_fresh(visitor)
        officer = visitor.actor.officer
        with self._database.begin() as work:
            known = work.accounts.passkeys(officer)
            if len(known) >= MOST:
                raise TooManyPasskeysError
            challenge = self._ask(work, ChallengeKind.REGISTER, officer)
        handle = self._vault.mark("user-handle", officer)[:16]
        return self._authenticator.creation(challenge, handle=handle, name=visitor.name, known=known)

    def register(self, visitor: Visitor, answer: str, *, label: str) -> tuple[Passkey, str]:
        """Keep the passkey that the browser made; give it, and the session's new cookie value.

        A session that began with a one-time link has the officer's roles from now on.

        Raises:
            PasskeyError: the answer is not one to a challenge of this officer's.
        """
        self._sessions.require_fresh(visitor)
        challenge = self._answered(answer, ChallengeKind.REGISTER, visitor.actor.officer)
        made = self._authenticator.created(answer, challenge.secret)
        with self._database.begin() as work:
            if work.accounts.passkey_of(made.credential) is not None:
                raise PasskeyError
            passkey = Passkey(
                id=new_id(work.now),
                officer=visitor.actor.officer,
                credential=made.credential,
                public_key=made.public_key,
                sign_count=made.sign_count,
                label=_words(label),
                created_at=work.now,
            )
            work.accounts.add_passkey(passkey)
            note(work, Change.PASSKEY_ADDED, work.staff.get(passkey.officer), by=visitor.actor)
            return passkey, self._sessions.renew(work, visitor.session, auth=PASSKEY)

    def ask_to_sign_in(self) -> str:
        """Give the options for signing in with any passkey of this node: JSON for `parseRequestOptionsFromJSON`.

        Anybody may ask, so nothing is kept: the challenge says until when it counts, under a mark of this node's, and
        is remembered once it was answered well.
        """
        with self._database.reading() as work:
            end = (work.now + CHALLENGE_LIFE).to_bytes(8, "big")
        said = secrets.token_bytes(16) + end
        return self._authenticator.request(said + self._mark(said))

    def sign_in(self, answer: str, caller: Caller) -> SignedIn:
        """Begin a session for the officer whose passkey answered.

        Raises:
            SignInRefusedError: whatever was wrong.
        """
        try:
            asked, _ = self._authenticator.asked(answer)
            if not secrets.compare_digest(asked[_SAID:], self._mark(asked[:_SAID])):
                raise PasskeyError
            with self._database.begin() as work:
                passkey = self._used(work, answer, self._spent(work, asked))
                if not work.staff.get(passkey.officer).may_enter(work.now):
                    raise SignInRefusedError
                return self._sessions.admit(work, passkey.officer, auth=PASSKEY, caller=caller)
        except (PasskeyError, NotFoundError) as error:
            raise SignInRefusedError from error

    def ask_to_step_up(self, visitor: Visitor, *, challenge: bytes | None = None) -> str:
        """Give the options for proving to be there: JSON for `parseRequestOptionsFromJSON`.

        *challenge* is the digest of an act's statement, where the answer is to be kept as evidence.
        """
        officer = visitor.actor.officer
        with self._database.begin() as work:
            asked = self._ask(work, ChallengeKind.STEP_UP, officer, challenge)
            known = work.accounts.passkeys(officer)
        return self._authenticator.request(asked, known=known)

    def step_up(self, visitor: Visitor, answer: str) -> tuple[Passkey, str]:
        """Give the passkey that answered, and the session's new cookie value; the session is fresh from now.

        Raises:
            PasskeyError: the answer is not one of this officer's passkeys to a challenge of this officer's.
        """
        challenge = self._answered(answer, ChallengeKind.STEP_UP, visitor.actor.officer)
        with self._database.begin() as work:
            passkey = self._used(work, answer, challenge)
            return passkey, self._sessions.renew(work, visitor.session)

    def all(self, officer: UUID7, *, actor: Actor) -> list[Passkey]:
        """Give the passkeys of the officer: one's own, or anybody's for an operator.

        Raises:
            ForbiddenError: they are another officer's.
        """
        if actor.officer != officer:
            require(actor, Right.OPERATE)
        with self._database.reading() as work:
            return work.accounts.passkeys(officer)

    def remove(self, visitor: Visitor, passkey: UUID7) -> None:
        """End one's own passkey.

        Raises:
            StepUpError: the officer has not proved to be there just now.
            NotFoundError: one has no such passkey.
            LastWayInError: nothing would be left to sign in with.
        """
        self._sessions.require_fresh(visitor)
        officer = visitor.actor.officer
        with self._database.begin() as work:
            mine = {each.id: each for each in work.accounts.passkeys(officer)}
            if passkey not in mine:
                raise NotFoundError
            if len(mine) == 1 and not work.accounts.get(officer).has_other_way_in:
                raise LastWayInError
            work.accounts.change_passkey(replace(mine[passkey], revoked_at=work.now))
            note(work, Change.PASSKEY_REMOVED, work.staff.get(officer), by=visitor.actor)

    def _ask(
        self, work: UnitOfWork, kind: ChallengeKind, officer: UUID7, secret: bytes | None = None
    ) -> bytes:
        asked = secret or secrets.token_bytes(32)
        work.doors.drop_challenges(work.now)
        digest = sha256(asked).digest()
        work.doors.take(digest)  # asked again, as for the same act: the newest counts
        end = work.now + CHALLENGE_LIFE
        work.doors.ask(Challenge(digest=digest, kind=kind, officer=officer, secret=asked, expires_at=end))
        return asked

    def _mark(self, said: bytes) -> bytes:
        return self._vault.mark("challenge", said.hex())

    def _spent(self, work: UnitOfWork, asked: bytes) -> Challenge:
        """Give the challenge of a sign-in, which counts no more once this transaction is committed."""
        digest = sha256(b"spent" + asked).digest()  # under no name by which `_answered` would find it
        end = int.from_bytes(asked[_SAID - 8 : _SAID], "big")
        if work.now >= end or work.doors.take(digest) is not None:
            raise PasskeyError
        work.doors.drop_challenges(work.now)
        spent = Challenge(
            digest=digest, kind=ChallengeKind.SIGN_IN, officer=None, secret=asked, expires_at=end
        )
        work.doors.ask(spent)
        return spent

    def _answered(self, answer: str, kind: ChallengeKind, officer: UUID7) -> Challenge:
        """Give the challenge, which is used up by this, whatever the answer is worth."""
        asked, _ = self._authenticator.asked(answer)
        with self._database.begin() as work:
            found = work.doors.take(sha256(asked).digest())
            now = work.now
        if found is None or found.kind is not kind or found.officer != officer or now >= found.expires_at:
            raise PasskeyError
        return found

    def _used(self, work: UnitOfWork, answer: str, challenge: Challenge) -> Passkey:
        _, credential = self._authenticator.asked(answer)
        found = work.accounts.passkey_of(credential)
        if found is None or found.revoked_at is not None:
            raise PasskeyError
        if challenge.officer is not None and found.officer != challenge.officer:
            raise PasskeyError
        count = self._authenticator.used(answer, challenge.secret, found)
        used = replace(found, sign_count=count, last_used_at=work.now)
        work.accounts.change_passkey(used)
        return used


def _words(label: str) -> str:
    """Give what the officer calls the device, as one line."""
    return "".join(letter for letter in label if letter.isprintable()).strip()[:_LABEL] or "passkey"
