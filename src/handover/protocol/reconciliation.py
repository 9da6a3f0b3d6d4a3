"""What a node asks another to find what one has and the other has not (docs/spec/reconciliation.md).

Only what the two have said to one another is spoken of, and only by digests and counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from handover.domain.errors import MalformedError
from handover.domain.ids import Digest, NodeId
from handover.protocol import digest_tree, jws, strict
from handover.protocol.digest_tree import Summary
from handover.protocol.envelope import LogHead
from handover.protocol.strict import Json

_T = TypeVar("_T")
TYPE: Final = "handover-reconciliation-question+jwt"
LIMIT: Final = 16384
"""The longest question, in bytes."""
MOST_PARTS: Final = 32
FRESH: Final = 600
"""Seconds by which the times of the two may differ: a question that is older, or from the future, is not answered."""
NONCE_LENGTH: Final = 16
MEMBERS: Final = ("iss", "aud", "iat", "nonce", "log", "parts")
PART_MEMBERS: Final = ("by", "prefix", "count", "digest")


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one of the two holds of what *by* has said to the other, as far as its digests begin with *prefix*."""

    by: NodeId
    prefix: str
    summary: Summary


@dataclass(frozen=True, kw_only=True)
class Question:
    """Whether the other holds the same. `log` is the asker's log by now; `issued` is in seconds since 1970."""

    asker: NodeId
    asked: NodeId
    issued: int
    nonce: bytes
    log: LogHead
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        if self.asker == self.asked or len(self.nonce) != NONCE_LENGTH:
            raise MalformedError("not a question of one node to another")
        if not 1 <= len(self.parts) <= MOST_PARTS:
            raise MalformedError("a question has from 1 to %(most)s parts", most=MOST_PARTS)
        if any(each.by not in (self.asker, self.asked) for each in self.parts):
            raise MalformedError("it is about what the two have said to one another")
        for each, after in zip(self.parts, self.parts[1:], strict=False):
            within = each.by == after.by and after.prefix.startswith(each.prefix)
            if within or (each.by, each.prefix) > (after.by, after.prefix):
                raise MalformedError("parts are in order, and none is within another")


@dataclass(frozen=True, kw_only=True)
class Unverified:
    """A question whose shape was checked and whose signature was not."""

    kid: str
    claimed: Question
    signed: jws.Unverified

    def verify(self, public: bytes) -> Question:
        """Give the question that the holder of *public* signed.

        Raises:
            UntrustedError: the signature does not fit.
        """
        self.signed.verify(public)
        return self.claimed


def sign(question: Question, *, signer: jws.Signer) -> bytes:
    """Give the signed bytes of *question*."""
    claims: dict[str, Json] = {
        "iss": question.asker,
        "aud": question.asked,
        "iat": question.issued,
        "nonce": strict.b64(question.nonce),
        "log": head_json(question.log),
        "parts": [part_json(each) for each in question.parts],
    }
    return jws.sign(strict.dumps(claims), typ=TYPE, signer=signer)


def read(data: bytes) -> Unverified:
    """Give the question that *data* claims to be.

    Raises:
        MalformedError: the bytes do not have the one shape.
    """
    signed = jws.read(data, typ=TYPE, limit=LIMIT)
    claims = strict.loads_compact(signed.payload)
    iss, aud, iat, nonce, log, parts = strict.members(claims, *MEMBERS)
    claimed = Question(
        asker=NodeId(strict.text(iss)),
        asked=NodeId(strict.text(aud)),
        issued=strict.moment(iat),
        nonce=strict.unb64(strict.text(nonce)),
        log=head_of(log),
        parts=each_of(parts, MOST_PARTS, part_of),
    )
    return Unverified(kid=signed.kid, claimed=claimed, signed=signed)


def head_json(log: LogHead) -> Json:
    """Give a log's size and root hash as JSON."""
    return {"size": log.size, "root": log.root}


def head_of(value: Json) -> LogHead:
    """Give a log's size and root hash.

    Raises:
        MalformedError: it is neither.
    """
    size, root = strict.members(value, "size", "root")
    return LogHead(size=strict.integer(size), root=Digest(strict.text(root)))


def part_json(part: Part) -> dict[str, Json]:
    """Give the members that a part of the question and of the answer have both."""
    return {"by": part.by, "prefix": part.prefix, **summary_json(part.summary)}


def summary_json(summary: Summary) -> dict[str, Json]:
    """Give a summary as JSON."""
    return {"count": summary.count, "digest": summary.digest}


def part_of(value: Json) -> Part:
    """Give what `part_json` made.

    Raises:
        MalformedError: not exactly the members that belong there, or one without its one spelling.
    """
    by, prefix, *counted = strict.members(value, *PART_MEMBERS)
    return Part(
        by=NodeId(strict.text(by)),
        prefix=digest_tree.prefix_of(strict.text(prefix)),
        summary=summary_of(*counted),
    )


def summary_of(count: Json, digest: Json) -> Summary:
    """Give a summary of its two members.

    Raises:
        MalformedError: they are not.
    """
    return Summary(count=strict.integer(count), digest=Digest(strict.text(digest)))


def each_of(value: Json, most: int, read_: Callable[[Json], _T]) -> tuple[_T, ...]:
    """Give what the items of an array hold.

    Raises:
        MalformedError: no array, or a longer one.
    """
    return tuple(read_(each) for each in strict.array(value, most))
