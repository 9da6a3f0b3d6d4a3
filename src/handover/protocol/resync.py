"""What a restored node asks its peers, and what they answer: all that the two have said (docs/spec/restore.md).

Both are signed. An answer holds whole envelopes, as they were; whoever reads it verifies each by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

from handover.domain.errors import MalformedError, UntrustedError
from handover.domain.ids import Digest, NodeId, RoundId
from handover.protocol import jws, strict
from handover.protocol.delivery import Item
from handover.protocol.envelope import LARGEST_COUNT
from handover.protocol.jwe import SEALED_LIMIT
from handover.protocol.message import EVIDENCE_LIMIT
from handover.protocol.note import NOTE_LIMIT
from handover.protocol.strict import Json

PATH: Final = "/federation/v1/resync"
REQUEST_LIMIT: Final = 32 * 1024  # bytes
ANSWER_LIMIT: Final = 2 * 1024 * 1024
ROOM: Final = 1024 * 1024
"""Bytes of envelopes and payloads after which an answer takes no other item: base64 adds a third."""
MOST_ROUNDS: Final = 128
MOST_ITEMS: Final = 512
REACH: Final = 600
"""Seconds that the two clocks may differ: who has caught a request gets no answer to it later."""
REQUEST_TYPE: Final = "handover-resync+jwt"
ANSWER_TYPE: Final = "handover-resync-answer+jwt"
_NONCE: Final = 16  # bytes
_CLAIMS: Final = ("iss", "aud", "iat", "incarnation")


class ResyncClockError(UntrustedError):
    """The request was not made now."""

    name = "resync-clock"
    title = "The request of a restored node is more than ten minutes old, or dated ahead."
    advice = "Set the clock of the restored node; it asks again by itself."
    retry = True


class OtherRequestError(UntrustedError):
    """The answer is one to another request, or between other nodes."""

    name = "resync-mismatch"
    title = "The answer belongs to another request."
    advice = "The restored node asks again by itself. If it stays so, tell both operators."


@dataclass(frozen=True, kw_only=True, order=True)
class Place:
    """A place in the answers: so many items of this round came already."""

    round: RoundId
    items: int


@dataclass(frozen=True, kw_only=True)
class Request:
    """Who asks whom, in which new incarnation; `checkpoint` is one of its new log.

    Asked for are rounds in which something was said since `since` (the peer's clock), or that are open; from behind
    `after`.
    """

    iss: NodeId
    aud: NodeId
    iat: int
    incarnation: int
    checkpoint: bytes
    since: int
    nonce: bytes
    after: Place | None = None


@dataclass(frozen=True, kw_only=True)
class Round:
    """What both sides have said in a round, in the order in which the answering side has stored it.

    `chain` is what its offer has shown of the matter's deeds before it; with its first items alone.
    """

    round: RoundId
    items: tuple[Item, ...]
    chain: tuple[bytes, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Rounds in the order of their names; `after` is where the next request goes on (none: that was all).

    `checkpoint` is the last that the answering node holds of the asking node's log of an earlier incarnation.
    """

    iss: NodeId
    aud: NodeId
    iat: int
    incarnation: int
    re: Digest
    rounds: tuple[Round, ...]
    checkpoint: bytes | None = None
    after: Place | None = None


@dataclass(frozen=True, kw_only=True)
class UnverifiedRequest:
    """A request whose shape was checked and whose signature was not."""

    kid: str
    claimed: Request
    digest: Digest
    signed: jws.Unverified

    def verify(self, public: bytes, *, aud: NodeId, now: int) -> Request:
        """Give the request that the holder of *public* made now, for *aud*.

        Raises:
            SignatureError: the signature does not fit.
            OtherRequestError: it is for another node.
            ResyncClockError: it was not made now.
        """
        self.signed.verify(public)
        if self.claimed.aud != aud or self.claimed.iss == aud:
            raise OtherRequestError
        if abs(self.claimed.iat - now) > REACH:
            raise ResyncClockError
        return self.claimed

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Take a request apart; nothing is verified yet.

        Raises:
            MalformedError: it has not the one shape.
        """
        signed = jws.read(data, typ=REQUEST_TYPE, limit=REQUEST_LIMIT)
        value = strict.loads(signed.payload, limit=REQUEST_LIMIT)
        names = (*_CLAIMS, "checkpoint", "since", "nonce", "after")
        found = dict(zip(names, strict.members(value, *names), strict=True))
        iss, aud, iat, incarnation = _claims(found)
        claimed = Request(
            iss=iss,
            aud=aud,
            iat=iat,
            incarnation=incarnation,
            checkpoint=_note(found["checkpoint"]),
            since=strict.moment(found["since"]),
            nonce=strict.unb64(strict.text(found["nonce"]), length=_NONCE),
            after=_place(found["after"]),
        )
        return cls(kid=signed.kid, claimed=claimed, digest=strict.digest(data), signed=signed)


@dataclass(frozen=True, kw_only=True)
class UnverifiedAnswer:
    """An answer whose shape was checked and whose signature was not."""

    kid: str
    claimed: Answer
    signed: jws.Unverified

    def verify(self, public: bytes, *, request: bytes, asked: Request) -> Answer:
        """Give the answer that the holder of *public* gave to just this *request*, which goes on from it.

        Raises:
            SignatureError: the signature does not fit.
            OtherRequestError: it is another node's, or to another request.
            MalformedError: it gives what came already, or names no place further on.
        """
        self.signed.verify(public)
        claimed = self.claimed
        if (claimed.iss, claimed.aud) != (asked.aud, asked.iss) or claimed.re != strict.digest(request):
            raise OtherRequestError
        _require_further(asked.after, claimed)
        return claimed

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Take an answer apart; nothing is verified yet.

        Raises:
            MalformedError: it has not the one shape.
        """
        signed = jws.read(data, typ=ANSWER_TYPE, limit=ANSWER_LIMIT)
        value = strict.loads(signed.payload, limit=ANSWER_LIMIT)
        names = (*_CLAIMS, "re", "checkpoint", "rounds", "after")
        found = dict(zip(names, strict.members(value, *names), strict=True))
        iss, aud, iat, incarnation = _claims(found)
        rounds = tuple(_round(each) for each in strict.array(found["rounds"], MOST_ROUNDS))
        if sum(len(each.items) for each in rounds) > MOST_ITEMS:
            raise MalformedError("more items than an answer holds")
        if any(later.round <= earlier.round for earlier, later in pairwise(rounds)):
            raise MalformedError("rounds stand in the order of their names, each once")
        claimed = Answer(
            iss=iss,
            aud=aud,
            iat=iat,
            incarnation=incarnation,
            re=Digest(strict.text(found["re"])),
            rounds=rounds,
            checkpoint=None if found["checkpoint"] is None else _note(found["checkpoint"]),
            after=_place(found["after"]),
        )
        return cls(kid=signed.kid, claimed=claimed, signed=signed)


def ask(request: Request, *, signer: jws.Signer) -> bytes:
    """Give the signed bytes of a request."""
    claims = {
        **_said(request),
        "checkpoint": request.checkpoint.decode("utf-8"),
        "since": request.since,
        "nonce": strict.b64(request.nonce),
        "after": _stated(request.after),
    }
    return jws.sign(strict.dumps(claims), typ=REQUEST_TYPE, signer=signer)


def answer(given: Answer, *, signer: jws.Signer) -> bytes:
    """Give the signed bytes of an answer."""
    claims = {
        **_said(given),
        "re": given.re,
        "checkpoint": None if given.checkpoint is None else given.checkpoint.decode("utf-8"),
        "rounds": [_written(each) for each in given.rounds],
        "after": _stated(given.after),
    }
    return jws.sign(strict.dumps(claims), typ=ANSWER_TYPE, signer=signer)


def _said(part: Request | Answer) -> dict[str, Json]:
    return {"iss": part.iss, "aud": part.aud, "iat": part.iat, "incarnation": part.incarnation}


def _stated(place: Place | None) -> Json:
    return None if place is None else {"round": place.round, "items": place.items}


def _written(given: Round) -> Json:
    items: list[Json] = [
        {
            "envelope": item.envelope.decode("ascii"),
            "payload": None if item.payload is None else item.payload.decode("utf-8"),
        }
        for item in given.items
    ]
    return {"round": given.round, "chain": [part.decode("utf-8") for part in given.chain], "items": items}


def _claims(found: Mapping[str, Json]) -> tuple[NodeId, NodeId, int, int]:
    return (
        NodeId(strict.text(found["iss"])),
        NodeId(strict.text(found["aud"])),
        strict.moment(found["iat"]),
        strict.integer(found["incarnation"], 1, LARGEST_COUNT),
    )


def _note(value: Json) -> bytes:
    return strict.text(value, NOTE_LIMIT).encode("utf-8")


def _place(value: Json) -> Place | None:
    if value is None:
        return None
    round_, items = strict.members(value, "round", "items")
    return Place(round=RoundId(strict.text(round_)), items=strict.integer(items, 1, LARGEST_COUNT))


def _round(value: Json) -> Round:
    round_, chain, items = strict.members(value, "round", "chain", "items")
    found = tuple(_item(each) for each in strict.array(items, MOST_ITEMS))
    if not found:
        raise MalformedError("a round of which nothing was said")
    deeds = tuple(_part(deed) for deed in strict.array(chain, EVIDENCE_LIMIT))
    return Round(round=RoundId(strict.text(round_)), items=found, chain=deeds)


def _item(value: Json) -> Item:
    envelope, payload = strict.members(value, "envelope", "payload")
    return Item(envelope=_part(envelope), payload=None if payload is None else _part(payload, SEALED_LIMIT))


def _part(value: Json, limit: int = strict.PART_LIMIT) -> bytes:
    return strict.text(value, limit).encode("utf-8")


def _require_further(asked: Place | None, given: Answer) -> None:
    """Each answer goes on where the one before it ended: whoever asks comes to an end."""
    if asked is not None and any(each.round < asked.round for each in given.rounds):
        raise MalformedError("a round that came already")
    last = given.rounds[-1] if given.rounds else None
    if given.after is None:
        return
    before = asked.items if asked is not None and last is not None and asked.round == last.round else 0
    if last is None or given.after != Place(round=last.round, items=before + len(last.items)):
        raise MalformedError("an answer that ends elsewhere than it says")
