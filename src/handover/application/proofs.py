"""What an officer was asked to confirm, and what the browser answered; nothing is believed here yet."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from handover.application.access import CONSOLE, Challenge, ChallengeKind
from handover.application.facts import Actor, Proof
from handover.application.ports import UnitOfWork
from handover.application.sessions import StepUpError
from handover.domain.errors import MalformedError
from handover.domain.ids import UUID7
from handover.protocol import passkey, strict
from handover.protocol.passkey import Signed
from handover.protocol.statement import TERM, AssertedAct

ANSWER_LIMIT: Final = 16 * 1024  # bytes
WITHOUT: Final = frozenset({"api-key", CONSOLE})  # these act for an officer, and have no one to ask
_PENDING: Final = ("act", "target", "made", "nonce", "jti")


@dataclass(frozen=True, kw_only=True)
class Begun:
    """What an officer was asked to confirm, as far as it is drawn and not decided; `jti` is that of a token."""

    challenge: bytes
    act: AssertedAct
    target: str
    made: int
    nonce: bytes
    jti: UUID7


def ask(work: UnitOfWork, actor: Actor, begun: Begun) -> None:
    """Remember what the officer is asked to confirm."""
    work.doors.drop_challenges(work.now)
    work.doors.ask(
        Challenge(
            digest=sha256(begun.challenge).digest(),
            kind=ChallengeKind.ACT,
            officer=actor.officer,
            secret=_secret(begun),
            expires_at=begun.made + TERM,
        )
    )


def read_proof(answer: str) -> Proof:
    """Give what a browser answered: the JSON of `PublicKeyCredential.toJSON()`; nothing of it is checked yet.

    Raises:
        StepUpError: it is no such answer.
    """
    try:
        found = strict.loads(answer.encode(), limit=ANSWER_LIMIT)
        inner = found.get("response") if isinstance(found, dict) else None
        if not isinstance(found, dict) or not isinstance(inner, dict):
            raise MalformedError("not an answer")
        names = ("authenticatorData", "clientDataJSON", "signature")
        data, client_data, signature = (_bytes(inner.get(name)) for name in names)
        signed = Signed(authenticator_data=data, client_data=client_data, signature=signature)
        return Proof(credential=_bytes(found.get("rawId")), signed=signed)
    except (MalformedError, UnicodeEncodeError) as error:
        raise StepUpError from error


def take(work: UnitOfWork, act: AssertedAct, target: str, actor: Actor) -> Begun | None:
    """Give what the actor's proof answers, which is thereby used up; None where there is no proof.

    Raises:
        StepUpError: this officer was not asked to confirm this, or too long ago, or has confirmed it already.
    """
    if actor.proof is None:
        return None
    if actor.auth in WITHOUT:
        raise StepUpError("a key or a console cannot confirm for an officer")
    try:
        challenge = passkey.claimed_challenge(actor.proof.signed.client_data)
    except MalformedError as error:
        raise StepUpError from error
    kept = work.doors.take(sha256(challenge).digest())
    if kept is None or kept.kind is not ChallengeKind.ACT or kept.officer != actor.officer:
        raise StepUpError
    begun = _begun(challenge, kept.secret)
    if (begun.act, begun.target) != (act, target) or not begun.made <= work.now <= begun.made + TERM:
        raise StepUpError
    return begun


def _secret(begun: Begun) -> bytes:
    return strict.dumps(
        {
            "act": begun.act.value,
            "target": begun.target,
            "made": begun.made,
            "nonce": strict.b64(begun.nonce),
            "jti": begun.jti,
        }
    )


def _begun(challenge: bytes, secret: bytes) -> Begun:
    act, target, made, nonce, jti = strict.members(strict.loads(secret), *_PENDING)
    return Begun(
        challenge=challenge,
        act=AssertedAct(strict.text(act)),
        target=strict.text(target),
        made=strict.integer(made),
        nonce=strict.unb64(strict.text(nonce)),
        jti=UUID7(strict.text(jti)),
    )


def _bytes(value: strict.Json) -> bytes:
    return strict.unb64(strict.text(value, ANSWER_LIMIT))
