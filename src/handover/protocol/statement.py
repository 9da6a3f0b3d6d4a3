"""Statements of acts: what an officer decides, for a passkey to sign (docs/spec/assertion.md, section 2).

It says what the envelope of the act will say, without the officers and without its place among other envelopes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from handover.domain.consent import Purpose
from handover.domain.errors import MalformedError
from handover.domain.handover import Act, VoidReason
from handover.domain.ids import UUID7, Digest, NodeId, PairId, RoundId
from handover.protocol import strict
from handover.protocol.envelope import LARGEST_COUNT, Envelope
from handover.protocol.strict import Json

_T = TypeVar("_T")
_E = TypeVar("_E", bound=StrEnum)
TYPE: Final = "handover-act/1"
NONCE_LENGTH: Final = 16
TERM: Final = 300  # seconds from the making of a statement in which it may be signed and acted upon
_LONGEST: Final = 64
_LOCAL_LENGTH: Final = 36
_SCHEMA: Final = re.compile(r"[a-z]{1,32}/[1-9][0-9]{0,3}")
MEMBERS: Final = (
    "typ", "iss", "to", "act", "matter", "round", "epoch", "purpose", "schema", "re", "fields", "consent", "deadline",
    "made", "nonce",
)  # fmt: skip


class AssertedAct(StrEnum):
    """What an officer confirms with a passkey."""

    OFFER = "offer"
    """To release an offer."""
    ACCEPTANCE = "acceptance"
    """To accept one."""
    DEED = "deed"
    """To countersign a deed."""
    REFERRAL = "referral"
    """To release a referral."""
    RESOLUTION = "resolution"
    """To resolve a deed as the second officer: the void that says `resolved`."""
    EXPORT = "export"
    """To take a matter's evidence out of the node."""


_SAID: Final = {act: AssertedAct(act.value) for act in (Act.OFFER, Act.ACCEPTANCE, Act.DEED, Act.REFERRAL)}
_OF_ROUND: Final = frozenset({"to", "round", "epoch", "purpose", "schema"})
# What the statement of an act must have; what else may be null must be null.
STATES: Final[dict[AssertedAct, frozenset[str]]] = {
    AssertedAct.OFFER: _OF_ROUND | {"fields", "consent", "deadline"},
    AssertedAct.ACCEPTANCE: _OF_ROUND | {"re"},
    AssertedAct.DEED: _OF_ROUND | {"re", "fields", "consent"},
    AssertedAct.REFERRAL: _OF_ROUND | {"fields", "consent", "deadline"},
    AssertedAct.RESOLUTION: _OF_ROUND | {"re"},
    AssertedAct.EXPORT: frozenset(),
}
MAY_BE_NULL: Final = _OF_ROUND | {"re", "fields", "consent", "deadline"}


@dataclass(frozen=True, kw_only=True)
class Statement:
    """An act as far as an officer decides it. `made` is in seconds since 1970; `nonce` makes it one of its kind.

    `matter` is the pair pseudonym of a round and, for an export, the identifier that this node alone knows.
    """

    iss: NodeId
    act: AssertedAct
    matter: PairId | UUID7
    made: int
    nonce: bytes
    to: NodeId | None = None
    round: RoundId | None = None
    epoch: int | None = None
    purpose: Purpose | None = None
    schema: str | None = None
    re: Digest | None = None
    fields: str | None = None
    consent: Digest | None = None
    deadline: int | None = None

    def __post_init__(self) -> None:
        strict.moment(self.made, 1)
        if len(self.nonce) != NONCE_LENGTH:
            raise MalformedError("a nonce is %(length)s bytes", length=NONCE_LENGTH)
        if any((getattr(self, name) is not None) != (name in STATES[self.act]) for name in MAY_BE_NULL):
            raise MalformedError("a statement without what its act must have, or with what it must not have")
        if isinstance(self.matter, UUID7) != (self.act is AssertedAct.EXPORT):
            raise MalformedError("a round has a pseudonym, an export an identifier of the node's own")

    @property
    def challenge(self) -> bytes:
        """The 32 bytes that the passkey signs: SHA-256 of the statement's one encoding."""
        return strict.unb64(strict.digest(encode(self)))


def asserted_act(act: Act, reason: str | None) -> AssertedAct | None:
    """Give what an officer confirms who lets *act* be said for *reason*, or None where that is confirmed by nobody."""
    if act is Act.VOID and reason == VoidReason.RESOLVED:
        return AssertedAct.RESOLUTION
    return _SAID.get(act)


def of_envelope(envelope: Envelope, *, made: int, nonce: bytes) -> Statement | None:
    """Give the statement of what an envelope says, or None where its act is confirmed by nobody."""
    act = asserted_act(envelope.act, envelope.reason)
    if act is None:
        return None
    return Statement(
        iss=envelope.iss,
        act=act,
        matter=envelope.matter,
        made=made,
        nonce=nonce,
        to=envelope.aud,
        round=envelope.round,
        epoch=envelope.epoch,
        purpose=envelope.purpose,
        schema=envelope.schema,
        re=envelope.re,
        fields=envelope.fields,
        consent=envelope.consent,
        deadline=envelope.deadline,
    )


def encode(statement: Statement) -> bytes:
    """Give the statement's one encoding: compact, all members in their order."""
    return strict.dumps(to_json(statement))


def to_json(statement: Statement) -> Json:
    """Give the statement as a JSON object, all members in their order."""
    found: dict[str, Json] = {"typ": TYPE}
    found |= {name: getattr(statement, name) for name in MEMBERS[1:-1]}
    return found | {"nonce": strict.b64(statement.nonce)}


def from_json(value: Json) -> Statement:
    """Give the statement of a JSON object.

    Raises:
        MalformedError: not exactly the members that belong there, or one without its one spelling.
    """
    found = dict(zip(MEMBERS, strict.members(value, *MEMBERS), strict=True))
    if found["typ"] != TYPE:
        raise MalformedError("not the statement of an act")
    return Statement(
        iss=NodeId(strict.text(found["iss"])),
        act=_one_of(AssertedAct)(found["act"]),
        matter=matter_of(found["matter"]),
        made=strict.moment(found["made"]),
        nonce=strict.unb64(strict.text(found["nonce"])),
        to=_or_null(lambda text: NodeId(strict.text(text)), found["to"]),
        round=_or_null(lambda text: RoundId(strict.text(text)), found["round"]),
        epoch=_or_null(lambda number: strict.integer(number, 1, LARGEST_COUNT), found["epoch"]),
        purpose=_or_null(_one_of(Purpose), found["purpose"]),
        schema=_or_null(_schema, found["schema"]),
        re=_or_null(_digest, found["re"]),
        fields=_or_null(_bitmap, found["fields"]),
        consent=_or_null(_digest, found["consent"]),
        deadline=_or_null(strict.integer, found["deadline"]),
    )


def matter_of(value: Json) -> PairId | UUID7:
    """Give what names a matter: the pseudonym for a pair of nodes, or the identifier of one node.

    Raises:
        MalformedError: neither.
    """
    text = strict.text(value)
    return UUID7(text) if len(text) == _LOCAL_LENGTH else PairId(text)


def _or_null(read: Callable[[Json], _T], value: Json) -> _T | None:
    return None if value is None else read(value)


def _one_of(kind: type[_E]) -> Callable[[Json], _E]:
    def read(value: Json) -> _E:
        try:
            return kind(strict.text(value, _LONGEST))
        except ValueError:
            raise MalformedError("unknown word") from None

    return read


def _digest(value: Json) -> Digest:
    return Digest(strict.text(value))


def _schema(value: Json) -> str:
    name = strict.text(value, _LONGEST)
    if _SCHEMA.fullmatch(name) is None:
        raise MalformedError("not the name of a schema")
    return name


def _bitmap(value: Json) -> str:
    text = strict.text(value, _LONGEST)
    strict.unb64(text)
    return text
