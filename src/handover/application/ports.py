"""What the use cases need from outside, as protocols. A `UnitOfWork` is one transaction: all of it, or none."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from handover.application.access import NewPasskey, Passkey, Person
from handover.application.access_shelves import (
    Accounts,
    Assertions,
    Doors,
    Keys,
    Notices,
    Readings,
    Replies,
)
from handover.application.alarm_shelf import Alarms
from handover.application.answered import Answered
from handover.application.continuity import Demands, Disclosures
from handover.application.corrected import CorrectionShelf
from handover.application.counting import Statistics
from handover.application.decided import Register
from handover.application.doubt import Doubts
from handover.application.endings import EndingShelf
from handover.application.keeping import Retained
from handover.application.paper import Paper
from handover.application.petition import Petitions
from handover.application.promised import FollowUpShelf
from handover.application.reconciled import Reconciliations
from handover.application.referred import ReferralShelf
from handover.application.resolutions import Resolutions
from handover.application.resyncs import Resyncs
from handover.application.shelves import (
    Envelopes,
    Exhibits,
    Files,
    Grounds,
    Handovers,
    Log,
    Matters,
    Peers,
    Queue,
    Records,
    Staff,
)
from handover.application.tracing_keys import TracingKeys
from handover.application.tracing_shelf import TracingShelves
from handover.domain.ids import Digest, NodeId
from handover.protocol.checkpoint import LogSigner
from handover.protocol.jwe import Opener
from handover.protocol.jws import Signer

if TYPE_CHECKING:
    from handover.application.overrides import Overrides
    from handover.application.witness_shelf import WitnessedLogs
    from handover.application.witnesses import CosignedShelf

Clock = Callable[[], int]
"""Gives the time in whole seconds since 1970."""


class Vault(Protocol):
    """Keeps private keys; hands out ways to use them, never the keys. `seal_cell` and `open_cell` are AES-256-GCM."""

    @property
    def node(self) -> NodeId: ...
    @property
    def incarnation(self) -> int: ...
    @property
    def signer(self) -> Signer: ...
    @property
    def log_signer(self) -> LogSigner: ...

    def opener(self, kid: str) -> Opener:
        """Give what opens payloads sealed to *kid*; raises NotFoundError when the key is gone."""
        ...

    def keep_share(self, epoch: Digest, share: bytes, *, begins: int, until: int) -> None:
        """Keep this node's share of a tracing epoch's key, named by its document, until its end."""
        ...

    def share(self, epoch: Digest) -> bytes:
        """Give the share; raises NotFoundError when this node has none, or it was destroyed."""
        ...

    def destroy_shares(self, *, before: int) -> int:
        """Destroy the shares whose time ended before *before*; give their number."""
        ...

    def pseudonym(self, matter: str, officer: str) -> str:
        """Give the officer's pseudonym for this matter: HMAC-SHA-256 of node secret, 128 bits, base64url."""
        ...

    def mark(self, use: str, value: str) -> bytes:
        """Give a digest of *value* by which it can be found again, keyed with a node secret: one for each use."""
        ...


class UnitOfWork(Protocol):
    """One transaction. Reading and writing go through the shelves; `now` is the time of the transaction."""

    @property
    def now(self) -> int: ...
    @property
    def matters(self) -> Matters: ...
    @property
    def handovers(self) -> Handovers: ...
    @property
    def envelopes(self) -> Envelopes: ...
    @property
    def exhibits(self) -> Exhibits: ...
    @property
    def disclosures(self) -> Disclosures: ...
    @property
    def doubts(self) -> Doubts: ...
    @property
    def endings(self) -> EndingShelf: ...
    @property
    def demands(self) -> Demands: ...
    @property
    def overrides(self) -> "Overrides": ...
    @property
    def decisions(self) -> Register: ...
    @property
    def follow_ups(self) -> FollowUpShelf: ...
    @property
    def petitions(self) -> Petitions: ...
    @property
    def corrections(self) -> CorrectionShelf: ...
    @property
    def queue(self) -> Queue: ...
    @property
    def reconciliations(self) -> Reconciliations: ...
    @property
    def answered(self) -> Answered: ...
    @property
    def log(self) -> Log: ...
    @property
    def files(self) -> Files: ...
    @property
    def records(self) -> Records: ...
    @property
    def grounds(self) -> Grounds: ...
    @property
    def peers(self) -> Peers: ...
    @property
    def staff(self) -> Staff: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def doors(self) -> Doors: ...
    @property
    def assertions(self) -> Assertions: ...
    @property
    def readings(self) -> Readings: ...
    @property
    def statistics(self) -> Statistics: ...
    @property
    def alarms(self) -> Alarms: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def replies(self) -> Replies: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def retention(self) -> Retained: ...
    @property
    def tracing(self) -> TracingShelves: ...
    @property
    def tracing_keys(self) -> TracingKeys: ...
    @property
    def resolutions(self) -> Resolutions: ...
    @property
    def resyncs(self) -> Resyncs: ...
    @property
    def referrals(self) -> ReferralShelf: ...
    @property
    def witnessed(self) -> "WitnessedLogs": ...
    @property
    def cosigned(self) -> "CosignedShelf": ...


class Database(Protocol):
    """Opens units of work. Only one writes at a time; what raises inside leaves no trace."""

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a transaction that writes."""
        ...

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a transaction that only reads."""
        ...


class Passwords(Protocol):
    """Stretches passwords, few at once, and reads one-time codes; without a secret, with the same work for nothing."""

    def stretch(self, password: str) -> str:
        """Give what is kept of a password; raises SignInBusyError."""
        ...

    def fits(self, kept: str | None, password: str) -> bool:
        """Tell whether it is that password; raises SignInBusyError."""
        ...

    def new_secret(self) -> str:
        """Give a fresh secret for one-time codes, in base32."""
        ...

    def address(self, secret: str, *, login: str, issuer: str) -> str:
        """Give the `otpauth:` address that a code app reads."""
        ...

    def step(self, secret: str | None, code: str, now: int) -> int | None:
        """Give the time step whose code this is, at most one away from now."""
        ...


class Authenticator(Protocol):
    """Speaks with passkeys (WebAuthn): options and answers are the JSON of `PublicKeyCredential`."""

    def creation(self, challenge: bytes, *, handle: bytes, name: str, known: Sequence[Passkey]) -> str:
        """Give the options for making a passkey."""
        ...

    def created(self, answer: str, challenge: bytes) -> NewPasskey:
        """Give the passkey that was made; raises PasskeyError."""
        ...

    def request(self, challenge: bytes, *, known: Sequence[Passkey] = ()) -> str:
        """Give the options for using a passkey: one of *known*, or any of this node."""
        ...

    def asked(self, answer: str) -> tuple[bytes, bytes]:
        """Give the challenge and the credential that the answer names, unchecked; raises PasskeyError."""
        ...

    def used(self, answer: str, challenge: bytes, expected: Passkey) -> int:
        """Give the passkey's new sign count; raises PasskeyError."""
        ...


class Provider(Protocol):
    """The authority's own identity provider (OpenID Connect, code with PKCE)."""

    def address(self, *, state: str, nonce: str, verifier: str, anew: bool = False) -> str:
        """Give where the browser is sent; *anew*: signed in there is not enough; raises ProviderError."""
        ...

    def person(self, *, code: str, nonce: str, verifier: str) -> Person:
        """Give who signed in there; raises ProviderError."""
        ...


class Printer(Protocol):
    """Makes papers."""

    def pdf(self, paper: Paper) -> bytes:
        """Give the paper as PDF that can be read aloud; raises PrintingError."""
        ...


class Wire(Protocol):
    """Posts one batch to a peer's address and gives the answer's bytes; pushes parts of sealed files."""

    def post(self, peer: NodeId, address: str, body: bytes) -> bytes:
        """Give the answer; raises UnreachableError when there is none, UntrustedError when it breaks the limits."""
        ...

    def push(self, peer: NodeId, address: str, sealed: Digest, offset: int, part: bytes) -> int:
        """Send a part of a ciphertext and give how many bytes of it the peer has; raises as `post`."""
        ...

    def ask(self, peer: NodeId, address: str, path: str, body: bytes, limit: int) -> bytes:
        """Post *body* to a path of the peer and give the answer of at most *limit* bytes, soon or not at all.

        Raises:
            PeerSpentError: the peer says that this node has had enough for now.
            UnreachableError, UntrustedError: as `post`.
        """
        ...
