"""The desks of sign-in, joined: all of them know the same sessions and the same brake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from handover.application.accounts import Accounts
from handover.application.brake import Brake
from handover.application.facts import OfficerRole
from handover.application.passkeys import Passkeys
from handover.application.ports import Authenticator, Database, Passwords, Provider, Vault
from handover.application.provided import Provided
from handover.application.readings import Readings
from handover.application.sessions import Sessions
from handover.application.sign_in import SignIn


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How long sessions last (seconds), what code apps call this node, and which roles a provider's groups have."""

    idle: int
    life: int
    issuer: str
    groups: Mapping[str, Sequence[OfficerRole]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reception:
    """Where officers come in. `provided` is None where the authority has no identity provider."""

    sessions: Sessions
    accounts: Accounts
    passkeys: Passkeys
    sign_in: SignIn
    readings: Readings
    provided: Provided | None

    @classmethod
    def of(
        cls,
        database: Database,
        vault: Vault,
        *,
        passwords: Passwords,
        authenticator: Authenticator,
        terms: Terms,
        provider: Provider | None = None,
    ) -> Self:
        """Join the desks."""
        brake = Brake(vault)
        sessions = Sessions(database, brake, idle=terms.idle, life=terms.life)
        return cls(
            sessions=sessions,
            accounts=Accounts(database, passwords, sessions, issuer=terms.issuer),
            passkeys=Passkeys(database, vault, authenticator, sessions),
            sign_in=SignIn(database, passwords, brake, sessions),
            readings=Readings(database),
            provided=Provided(database, provider, sessions, terms.groups) if provider else None,
        )
