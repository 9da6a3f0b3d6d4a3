"""The payload: what only the recipient may read, one JSON document padded to steps of 1 KiB (docs/spec/payload.md)."""

from dataclasses import dataclass, field
from typing import Final

from handover.domain.errors import MalformedError, UntrustedError
from handover.domain.ids import Digest
from handover.protocol import strict
from handover.protocol.strict import Json

PAYLOAD_LIMIT: Final = 192 * 1024  # bytes of plaintext
STEP: Final = 1024
EVIDENCE_LIMIT: Final = 64  # deeds of a chain with their receipts, or the one acceptance that a deed answers


class CommitmentError(UntrustedError):
    """The payload opens to another plaintext than the envelope commits to."""

    name = "commitment"
    title = "The payload is not the one that the envelope commits to."
    advice = (
        "The sender's software is broken or hostile. Keep the envelope and tell the registry's operators."
    )


@dataclass(frozen=True, kw_only=True)
class Message:
    """What travels sealed: the record and its consent token (offers), evidence (deeds of the chain), and a body."""

    nonce: bytes
    body: dict[str, Json] = field(default_factory=dict)
    record: bytes | None = None
    consent: bytes | None = None
    evidence: tuple[bytes, ...] = ()


def encode(message: Message) -> bytes:
    """Give the plaintext, padded with spaces to a whole number of KiB.

    Raises:
        MalformedError: more than 64 parts as evidence, or a plaintext over 192 KiB.
    """
    if len(message.evidence) > EVIDENCE_LIMIT:
        raise MalformedError("more than 64 parts as evidence")
    text = strict.dumps(
        {
            "record": _ascii(message.record),
            "consent": _ascii(message.consent),
            "evidence": [part.decode("ascii") for part in message.evidence],
            "nonce": strict.b64(message.nonce),
            "body": message.body,
        }
    )
    padded = text + b" " * (-len(text) % STEP)
    if len(padded) > PAYLOAD_LIMIT:
        raise MalformedError("the payload is over 192 KiB")
    return padded


def decode(plaintext: bytes, *, commit: Digest) -> Message:
    """Give the message that *plaintext* is, if it is the one committed to.

    Raises:
        CommitmentError: the digest of the plaintext is another.
        MalformedError: the bytes do not have the one shape.
    """
    if strict.digest(plaintext) != commit:
        raise CommitmentError
    return decode_kept(plaintext)


def decode_kept(plaintext: bytes) -> Message:
    """Give the message that *plaintext* is; whether it is the one committed to was checked when it came.

    Raises:
        MalformedError: the bytes do not have the one shape.
    """
    if len(plaintext) % STEP or len(plaintext) > PAYLOAD_LIMIT:
        raise MalformedError("the payload is not padded to a whole number of KiB, at most 192")
    value = strict.loads(plaintext.rstrip(b" "), limit=PAYLOAD_LIMIT)
    record, consent, evidence, nonce, body = strict.members(
        value, "record", "consent", "evidence", "nonce", "body"
    )
    if not isinstance(body, dict):
        raise MalformedError("body is not an object")
    return Message(
        record=_part(record),
        consent=_part(consent),
        evidence=tuple(_bytes(part) for part in strict.array(evidence, EVIDENCE_LIMIT)),
        nonce=strict.unb64(strict.text(nonce), length=32),
        body=body,
    )


def _ascii(part: bytes | None) -> str | None:
    return None if part is None else part.decode("ascii")


def _part(value: Json) -> bytes | None:
    return None if value is None else _bytes(value)


def _bytes(value: Json) -> bytes:
    text = strict.text(value, strict.PART_LIMIT)
    if not text.isascii():
        raise MalformedError("not ASCII")
    return text.encode("ascii")
