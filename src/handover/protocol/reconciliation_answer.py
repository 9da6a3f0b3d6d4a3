"""How a node answers what another holds of what the two have said to one another (docs/spec/reconciliation.md).

It is signed: whoever denies in it what its own receipt says is shown by the two together.
"""

from dataclasses import dataclass
from typing import Final

from handover.domain.errors import MalformedError, UntrustedError
from handover.domain.handover import Act
from handover.domain.ids import Digest, NodeId, RoundId
from handover.protocol import digest_tree, jws, strict
from handover.protocol import reconciliation as questions
from handover.protocol.digest_tree import BRANCHES, DEEPEST, LISTED, Summary
from handover.protocol.envelope import LARGEST_COUNT, LogHead
from handover.protocol.reconciliation import MOST_PARTS, PART_MEMBERS, Part
from handover.protocol.strict import Json

TYPE: Final = "handover-reconciliation-answer+jwt"
LIMIT: Final = 131072
"""The longest answer, in bytes."""
MEMBERS: Final = ("iss", "aud", "iat", "re", "incarnation", "log", "parts")
TOLD_MEMBERS: Final = (*PART_MEMBERS, "branches", "listed")
LISTED_MEMBERS: Final = ("digest", "round", "act", "receipted")


class ReconciliationMismatchError(UntrustedError):
    """The answer is not one to the question that was asked."""

    name = "reconciliation-mismatch"
    title = "The other node's answer does not fit what it was asked about the messages between the two."
    advice = "The question is asked again with the next reconciliation; tell the other node's operator if it stays."


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One message between the two: its digest, its round and act, and whether its signer holds a receipt for it."""

    digest: Digest
    round: RoundId
    act: Act
    receipted: bool = True


@dataclass(frozen=True, kw_only=True)
class Told(Part):
    """What the other holds of one part. Neither branches nor a list: just what the asker holds."""

    branches: tuple[Summary, ...] | None = None
    listed: tuple[Listed, ...] | None = None

    def __post_init__(self) -> None:
        if self.branches is not None:
            self._check_branches(self.branches)
        elif self.listed is not None:
            self._check_list(self.listed)

    def _check_branches(self, branches: tuple[Summary, ...]) -> None:
        if self.listed is not None or len(branches) != BRANCHES or len(self.prefix) == DEEPEST:
            raise MalformedError("a part has sixteen branches or a list")
        whole = digest_tree.joined(branches)
        if whole.count != self.summary.count or (whole.count > LISTED and whole != self.summary):
            raise MalformedError("the branches are not those of the whole")

    def _check_list(self, listed: tuple[Listed, ...]) -> None:
        digests = [strict.unb64(each.digest) for each in listed]
        first, last = digest_tree.bounds(self.prefix)
        if len(listed) > LISTED or digests != sorted(set(digests)):
            raise MalformedError("a list has at most %(most)s digests, in order, each once", most=LISTED)
        if any(not first <= each <= last for each in digests):
            raise MalformedError("a digest that is listed has the prefix of its part")
        held = [data for data, each in zip(digests, listed, strict=True) if each.receipted]
        if digest_tree.summary(held, depth=len(self.prefix)) != self.summary:
            raise MalformedError("the list is not that of the whole")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the other holds, part by part; `log` is its log by now, `re` the digest of the question."""

    asked: NodeId
    asker: NodeId
    issued: int
    re: Digest
    incarnation: int
    log: LogHead
    parts: tuple[Told, ...]

    def __post_init__(self) -> None:
        for part in self.parts:
            if part.by == self.asker and any(not each.receipted for each in part.listed or ()):
                raise MalformedError("what came here is receipted")

    def denies(self, envelope: Digest, *, index: int) -> bool:
        """Tell whether it says that the asker's *envelope* never came, though its log has the receipt at *index*."""
        return index < self.log.size and any(
            part.by == self.asker
            and part.listed is not None
            and digest_tree.begins(envelope, part.prefix)
            and all(each.digest != envelope for each in part.listed)
            for part in self.parts
        )


@dataclass(frozen=True, kw_only=True)
class Unverified:
    """An answer whose shape was checked and whose signature was not."""

    kid: str
    claimed: Answer
    signed: jws.Unverified

    def verify(self, public: bytes, *, question: bytes) -> Answer:
        """Give the answer by which the holder of *public* answers *question*, as that was signed.

        Raises:
            UntrustedError: the signature does not fit, or it answers something else.
        """
        self.signed.verify(public)
        answer, asked = self.claimed, questions.read(question).claimed
        if (answer.re, answer.asker, answer.asked) != (strict.digest(question), asked.asker, asked.asked):
            raise ReconciliationMismatchError
        if len(answer.parts) != len(asked.parts):
            raise ReconciliationMismatchError
        for told, part in zip(answer.parts, asked.parts, strict=True):
            same = told.branches is None and told.listed is None
            if (told.by, told.prefix, same) != (part.by, part.prefix, told.summary == part.summary):
                raise ReconciliationMismatchError
        return answer


def sign(answer: Answer, *, signer: jws.Signer) -> bytes:
    """Give the signed bytes of *answer*."""
    claims: dict[str, Json] = {
        "iss": answer.asked,
        "aud": answer.asker,
        "iat": answer.issued,
        "re": answer.re,
        "incarnation": answer.incarnation,
        "log": questions.head_json(answer.log),
        "parts": [_told_json(each) for each in answer.parts],
    }
    return jws.sign(strict.dumps(claims), typ=TYPE, signer=signer)


def read(data: bytes) -> Unverified:
    """Give the answer that *data* claims to be.

    Raises:
        MalformedError: the bytes do not have the one shape.
    """
    signed = jws.read(data, typ=TYPE, limit=LIMIT)
    claims = strict.loads_compact(signed.payload, limit=LIMIT)
    iss, aud, iat, re, incarnation, log, parts = strict.members(claims, *MEMBERS)
    claimed = Answer(
        asked=NodeId(strict.text(iss)),
        asker=NodeId(strict.text(aud)),
        issued=strict.moment(iat),
        re=Digest(strict.text(re)),
        incarnation=strict.integer(incarnation, 1, LARGEST_COUNT),
        log=questions.head_of(log),
        parts=questions.each_of(parts, MOST_PARTS, _told),
    )
    return Unverified(kid=signed.kid, claimed=claimed, signed=signed)


def _told_json(part: Told) -> Json:
    found = questions.part_json(part) | dict.fromkeys(("branches", "listed"))
    if part.branches is not None:
        found["branches"] = [questions.summary_json(each) for each in part.branches]
    if part.listed is not None:
        found["listed"] = [_listed_json(each) for each in part.listed]
    return found


def _listed_json(listed: Listed) -> Json:
    return {name: getattr(listed, name) for name in LISTED_MEMBERS}


def _told(value: Json) -> Told:
    *part, branches, listed = strict.members(value, *TOLD_MEMBERS)
    found = questions.part_of(dict(zip(PART_MEMBERS, part, strict=True)))
    return Told(
        by=found.by,
        prefix=found.prefix,
        summary=found.summary,
        branches=None if branches is None else questions.each_of(branches, BRANCHES, _branch),
        listed=None if listed is None else questions.each_of(listed, LISTED, _listed),
    )


def _branch(value: Json) -> Summary:
    return questions.summary_of(*strict.members(value, "count", "digest"))


def _listed(value: Json) -> Listed:
    digest, round_, act, receipted = strict.members(value, *LISTED_MEMBERS)
    try:
        found = Act(strict.text(act))
    except ValueError:
        raise MalformedError("unknown word") from None
    return Listed(
        digest=Digest(strict.text(digest)),
        round=RoundId(strict.text(round_)),
        act=found,
        receipted=strict.boolean(receipted),
    )
