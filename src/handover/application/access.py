"""How officers get in, as the use cases see it: accounts, passkeys, sessions, one-time links, readings.

Times are seconds since 1970. Of every secret that a browser holds, a digest alone is kept.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from handover.application.facts import Actor
from handover.domain.ids import UUID7, Digest, MatterId

PASSKEY: Final = "passkey"
PASSWORD: Final = "password-totp"  # noqa: S105 - the name of a way to sign in
OIDC: Final = "oidc"
CONSOLE: Final = "console"
LINK: Final = "one-time-link"
"""How an officer was authenticated: the words of `Actor.auth`, beside `api-key`."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """How one officer signs in. `login` and `subject` are the names to look it up by: all texts are kept encrypted.

    `subject` is the person's name at the authority's identity provider; `totp` a secret in base32, which counts once
    `totp_confirmed`; `totp_step` is the last time step whose code was used. `email` is for notices alone.
    """

    officer: UUID7
    login: str | None = None
    subject: str | None = None
    language: str | None = None
    email: str | None = None
    password: str | None = None
    totp: str | None = None
    totp_confirmed: bool = False
    totp_step: int = 0


@dataclass(frozen=True, kw_only=True)
class Passkey:
    """An officer's passkey; `public_key` is a COSE key, `attestation` the digest of what vouches for it."""

    id: UUID7
    officer: UUID7
    credential: bytes
    public_key: bytes
    sign_count: int
    label: str
    created_at: int
    attestation: Digest | None = None
    last_used_at: int | None = None
    revoked_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class Session:
    """One browser in which an officer is signed in; `digest` is that of its cookie, `browser` what it calls itself.

    `fresh_at` is when the officer last proved to be there, at sign-in or by a step-up.
    """

    id: UUID7
    digest: bytes
    officer: UUID7
    auth: str
    browser: str
    created_at: int
    seen_at: int
    fresh_at: int
    ends_at: int
    revoked_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """The officer behind a request, from a live session; `csrf` goes into every form of that session."""

    actor: Actor
    name: str
    session: UUID7
    language: str | None
    csrf: str
    fresh_at: int


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A one-time link by which an officer gets in without a credential, to make one."""

    digest: bytes
    officer: UUID7
    created_at: int
    expires_at: int
    used_at: int | None = None


class ChallengeKind(StrEnum):
    """What a challenge is for."""

    REGISTER = "register"
    SIGN_IN = "sign-in"
    STEP_UP = "step-up"
    OIDC = "oidc"


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """Something this node asked a browser to prove, once; `secret` is what the answer is checked with."""

    digest: bytes
    kind: ChallengeKind
    officer: UUID7 | None
    secret: bytes
    expires_at: int


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """How often signing in failed of late, under a keyed digest of an account, an address, or both together.

    `good_at` is when it last succeeded.
    """

    key: bytes
    failures: int = 0
    failed_at: int = 0
    good_at: int = 0


class ReadingReason(StrEnum):
    """Why an officer opens a record."""

    CASE_WORK = "case-work"
    HANDOVER = "handover"
    SUPERVISION = "supervision"
    COMPLAINT = "complaint"
    CORRECTION = "correction"
    URGENT = "urgent"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Who opened which record on which day (days since 1970), and why; `text` is None once it was erased."""

    id: UUID7
    officer: UUID7
    matter: MatterId
    day: int
    reason: ReadingReason
    text: str | None
    at: int
