"""The payload: what only the recipient may read, one JSON document padded to steps of 1 KiB (docs/spec/payload.md)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from handover.domain.errors import MalformedError, UntrustedError
from handover.domain.handover import Act
from handover.domain.ids import Digest
from handover.protocol import attachment, strict
from handover.protocol.strict import Json

PAYLOAD_LIMIT: Final = 192 * 1024  # bytes of plaintext
STEP: Final = 1024
EVIDENCE_LIMIT: Final = 32  # deeds of a chain, or the one acceptance that a deed answers
LONGEST_TEXT: Final = 4000  # characters
LONGEST_NAME: Final = 200


class CommitmentError(UntrustedError):
    """The payload opens to another plaintext than the envelope commits to."""

    name = "commitment"
    title = "The payload is not the one that the envelope commits to."
    advice = (
        "The sender's software is broken or hostile. Keep the envelope and tell the registry's operators."
    )


class IncompleteMessageError(MalformedError):
    """The body of the message lacks what its act must say; the detail names the member."""

    name = "message-incomplete"
    title = "The message lacks what this step must say."
    advice = "Fill in the named member."


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
        MalformedError: more than 32 envelopes as evidence, or a plaintext over 192 KiB.
    """
    if len(message.evidence) > EVIDENCE_LIMIT:
        raise MalformedError("more than 32 envelopes as evidence")
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


def check_body(act: Act, body: dict[str, Json]) -> None:
    """Do nothing if *body* says what *act* must say, and no more.

    Raises:
        IncompleteMessageError: a member is missing, empty, unknown or too long.
    """
    try:
        _BODIES[act](body)
    except IncompleteMessageError:
        raise
    except (MalformedError, KeyError) as error:
        detail = error.detail if isinstance(error, MalformedError) else f"{act} has no body"
        raise IncompleteMessageError(detail) from error


def _offer(body: Json) -> None:
    note, attachments = strict.members(body, "note", "attachments")
    strict.text(note, LONGEST_TEXT)
    attachment.from_json(attachments)


def _acceptance(body: Json) -> None:
    responsible, plan = strict.members(body, "responsible", "plan")
    as_, name, organisation, contact = strict.members(responsible, "as", "name", "organisation", "contact")
    if as_ not in ("guardian", "officer"):
        raise IncompleteMessageError("responsible.as is guardian or officer")
    _filled("responsible.name", name, LONGEST_NAME)
    _filled("responsible.organisation", organisation, LONGEST_NAME)
    strict.text(contact, LONGEST_NAME)
    _filled("plan", plan, LONGEST_TEXT)


def _text(body: Json) -> None:
    (text,) = strict.members(body, "text")
    _filled("text", text, LONGEST_TEXT)


def _deed(body: Json) -> None:
    strict.members(body)


def _arrival(body: Json) -> None:
    day, text = strict.members(body, "date", "text")
    _day("date", day)
    strict.text(text, LONGEST_TEXT)


_BODIES: Final = {
    Act.OFFER: _offer,
    Act.ACCEPTANCE: _acceptance,
    Act.DECLINE: _text,
    Act.DEED: _deed,
    Act.QUESTION: _text,
    Act.ANSWER: _text,
    Act.ARRIVAL: _arrival,
    Act.NON_ARRIVAL: _arrival,
}


def _filled(name: str, value: Json, longest: int) -> None:
    if not strict.text(value, longest).strip():
        raise IncompleteMessageError(f"{name} is empty")


def _day(name: str, value: Json) -> None:
    text = strict.text(value, 10)
    try:
        if date.fromisoformat(text).isoformat() != text:
            raise ValueError
    except ValueError:
        raise IncompleteMessageError(f"{name} is not a day, written as 2026-11-22") from None


def _ascii(part: bytes | None) -> str | None:
    return None if part is None else part.decode("ascii")


def _part(value: Json) -> bytes | None:
    return None if value is None else _bytes(value)


def _bytes(value: Json) -> bytes:
    text = strict.text(value, strict.PART_LIMIT)
    if not text.isascii():
        raise MalformedError("not ASCII")
    return text.encode("ascii")
