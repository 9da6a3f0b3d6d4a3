"""Signing in at the authority's own identity provider. Roles follow the groups there, at each sign-in."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from handover.application.access import (
    OIDC,
    Account,
    Caller,
    Challenge,
    ChallengeKind,
    Change,
    Person,
    SignedIn,
)
from handover.application.changes import note
from handover.application.facts import Actor, Officer, OfficerRole
from handover.application.officers import UnauthenticatedError, end_of
from handover.application.ports import Database, Provider, UnitOfWork
from handover.application.sealing import new_id
from handover.application.sessions import Sessions
from handover.protocol import strict

WAIT: Final = 600  # seconds for signing in there
_NAME: Final = 200


class ProviderRefusedError(UnauthenticatedError):
    """What came back is not the answer of the provider to what this browser was sent there for."""

    name = "provider-refused"
    title = "Signing in at your authority's identity provider failed."
    advice = "Begin again on the sign-in page; if it stays so, tell the operator."


class NoGroupError(UnauthenticatedError):
    """No group of the person has a role here."""

    name = "no-group"
    title = "You are known to your authority, but have no role in this node."
    advice = "Ask those who manage your account there to put you into the right group."


@dataclass(frozen=True)
class Departure:
    """Where the browser is sent, and what it keeps in a cookie meanwhile, so that nobody else's answer is taken."""

    address: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Returned:
    """What waited here for a browser that has come back: two secrets, and what it had with it."""

    nonce: str
    verifier: str
    anew: bool
    carried: str


class Provided:
    """The door by way of the identity provider. `groups` gives the roles of each group."""

    def __init__(
        self,
        database: Database,
        provider: Provider,
        sessions: Sessions,
        groups: Mapping[str, Sequence[OfficerRole]],
    ) -> None:
        self._database = database
        self._provider = provider
        self._sessions = sessions
        self._groups = groups

    def depart(self, carried: str = "", *, anew: bool = False) -> Departure:
        """Give where to send the browser; *carried* waits here until it comes back.

        *anew*: the officer has to prove there once more who it is, even where still signed in.

        Raises:
            ProviderError: the provider does not answer, or not as it must.
        """
        state, nonce, verifier = (strict.b64(secrets.token_bytes(32)) for _ in range(3))
        with self._database.begin() as work:
            work.doors.drop_challenges(work.now)
            work.doors.ask(
                Challenge(
                    digest=_digest(state),
                    kind=ChallengeKind.OIDC,
                    officer=None,
                    secret=f"{nonce} {verifier} {anew:d} {carried}".encode(),
                    expires_at=work.now + WAIT,
                )
            )
        address = self._provider.address(state=state, nonce=nonce, verifier=verifier, anew=anew)
        return Departure(address, state)

    def arrive(self, *, state: str, kept: str, code: str, caller: Caller) -> SignedIn:
        """Begin a session for who signed in there. *state* is what came back, *kept* what the browser's cookie says.

        Raises:
            ProviderRefusedError: the answer is not one to this browser's request, or not the provider's, or the
                officer has no access here any more.
            NoGroupError: no group of the person has a role here; sessions that the person still has end.
            ProviderError: the provider does not answer, or not as it must.
        """
        return self.enter(self.returned(state=state, kept=kept), code=code, caller=caller)

    def returned(self, *, state: str, kept: str) -> Returned:
        """Give what waits for this browser, which is used up by this.

        Raises:
            ProviderRefusedError: nothing does.
        """
        nonce, verifier, anew, carried = self._taken(state, kept).secret.decode().split(" ", 3)
        return Returned(nonce=nonce, verifier=verifier, anew=anew == "1", carried=carried)

    def enter(self, returned: Returned, *, code: str, caller: Caller) -> SignedIn:
        """Begin a session for who signed in there, as `arrive`."""
        person = self._provider.person(code=code, nonce=returned.nonce, verifier=returned.verifier)
        if returned.anew and person.waited is not None and person.waited > WAIT:
            raise ProviderRefusedError  # it let in who had signed in there long ago
        roles = self._roles(person)
        with self._database.begin() as work:
            account = work.accounts.of_subject(person.subject)
            if roles:
                return self._enter(work, account, person, roles, caller)
            if account is not None:
                work.doors.end(account.officer, work.now)
        raise NoGroupError

    def _taken(self, state: str, kept: str) -> Challenge:
        if not secrets.compare_digest(state.encode(), kept.encode()):
            raise ProviderRefusedError
        with self._database.begin() as work:
            found = work.doors.take(_digest(state))
            now = work.now
        if found is None or found.kind is not ChallengeKind.OIDC or now >= found.expires_at:
            raise ProviderRefusedError
        return found

    def _enter(
        self,
        work: UnitOfWork,
        account: Account | None,
        person: Person,
        roles: tuple[OfficerRole, ...],
        caller: Caller,
    ) -> SignedIn:
        if account is None:
            officer = Officer(
                id=new_id(work.now),
                name=person.name[:_NAME],
                roles=roles,
                until=end_of(roles, None, work.now),
            )
            work.staff.add(officer)
            work.accounts.put(Account(officer=officer.id, subject=person.subject))
            note(work, Change.CAME_BY_PROVIDER, officer, by=_self(officer))
        else:
            officer = work.staff.get(account.officer)
        if not officer.may_enter(work.now):
            raise ProviderRefusedError
        if officer.roles != roles:
            officer = replace(officer, roles=roles, until=end_of(roles, None, work.now))
            work.staff.change(officer)
            note(work, Change.ROLES_CHANGED, officer, by=_self(officer))
        return self._sessions.admit(work, officer.id, auth=OIDC, caller=caller)

    def _roles(self, person: Person) -> tuple[OfficerRole, ...]:
        return tuple(sorted({role for group in person.groups for role in self._groups.get(group, ())}))


def _self(officer: Officer) -> Actor:
    return Actor(officer=officer.id, roles=(), auth=OIDC)


def _digest(state: str) -> bytes:
    return sha256(state.encode()).digest()
