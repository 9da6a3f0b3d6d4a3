"""How officers get in, as the use cases see it: accounts, passkeys, sessions, one-time links, readings.

Times are seconds since 1970. Of every secret that a browser holds, a digest alone is kept.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from handover.application.facts import Actor, OfficerRole
from handover.domain.ids import UUID7, MatterId

PASSKEY: Final = "passkey"
PASSWORD: Final = "password-totp"  # noqa: S105 - the name of a way to sign in
OIDC: Final = "oidc"
CONSOLE: Final = "console"
LINK: Final = "one-time-link"
"""How an officer was authenticated: the words of `Actor.auth`, beside `api-key`."""
BROWSER: Final = frozenset({PASSKEY, PASSWORD, OIDC, LINK})
OPERATOR_HERE: Final = Actor(
    officer=UUID7("00000000-0000-7000-8000-000000000000"), roles=(OfficerRole.OPERATOR,), auth=CONSOLE
)
"""Whoever uses the command line of this machine has its keys and database anyway."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """How one officer signs in. `login` and `subject` are the names to look it up by; but for `language`, texts are
    kept encrypted.

    `subject` is the person's name at the authority's identity provider; `totp` a secret in base32, `totp_offered` the
    one that no code has confirmed yet; `totp_step` is the last time step whose code was used. `email` is for notices.
    """

    officer: UUID7
    login: str | None = None
    subject: str | None = None
    language: str | None = None
    email: str | None = None
    password: str | None = None
    totp: str | None = None
    totp_offered: str | None = None
    totp_step: int = 0

    @property
    def has_other_way_in(self) -> bool:
        """Tell whether the officer can sign in without a passkey."""
        return self.subject is not None or (self.password is not None and self.totp is not None)


@dataclass(frozen=True, kw_only=True)
class Passkey:
    """An officer's passkey; `public_key` is a COSE key."""

    id: UUID7
    officer: UUID7
    credential: bytes
    public_key: bytes
    sign_count: int
    label: str
    created_at: int
    last_used_at: int | None = None
    revoked_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class NewPasskey:
    """What a browser made: not yet kept."""

    credential: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who signed in at the authority's identity provider: `subject` is unique among all issuers.

    `waited` is how many seconds before the provider's answer the person had proved there to be who it is; None where
    the provider does not say.
    """

    subject: str
    name: str
    groups: tuple[str, ...]
    waited: int | None = None


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """What a browser gets when an officer has signed in: the values of its two cookies.

    `device` stays in the browser when the session ends: by it the browser is known again, and is not made to wait
    for what strangers tried.
    """

    cookie: str
    device: str


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Where a request to sign in comes from: its address, what the browser calls itself, and its device cookie.

    The address is empty where a reverse proxy on the same machine speaks for everybody.
    """

    address: str = ""
    browser: str = ""
    device: str = ""


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
    ACT = "act"
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


class Change(StrEnum):
    """What was done to an officer's access."""

    INVITED = "invited"
    CAME_BY_LINK = "came-by-link"
    CAME_BY_PROVIDER = "came-by-provider"
    PASSKEY_ADDED = "passkey-added"
    PASSKEY_REMOVED = "passkey-removed"
    PASSWORD_SET = "password-set"  # noqa: S105 - a word of the log
    CODES_SET = "codes-set"
    ROLES_CHANGED = "roles-changed"
    DISABLED = "disabled"
    SESSIONS_ENDED = "sessions-ended"
    KEY_ISSUED = "key-issued"
    KEY_REVOKED = "key-revoked"


@dataclass(frozen=True, kw_only=True)
class AccessChange:
    """Who changed whose access, when, and how; the log has an entry for each, with its mark."""

    id: UUID7
    officer: UUID7
    by: UUID7
    what: Change
    roles: tuple[OfficerRole, ...]
    at: int


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
