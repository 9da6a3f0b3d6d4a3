"""A tracing epoch: who holds its key and when; which tables and weights compare names (docs/spec/tracing-keys.md).

A plan begins a ceremony; the epoch's document ends it and counts once all five holders have signed the same bytes.
"""

from dataclasses import dataclass
from typing import Final, TypedDict

from handover.domain.errors import MalformedError, NotFoundError, UntrustedError
from handover.domain.ids import Digest, NodeId
from handover.protocol import jws, ristretto, strict
from handover.protocol.strict import Json
from handover.protocol.threshold import HOLDERS, THRESHOLD, PublicKeys

PLAN_FORMAT: Final = "handover-tracing-plan/1"
FORMAT: Final = "handover-tracing-epoch/1"
SIGNED_FORMAT: Final = "handover-tracing-epoch-signed/1"
TYPE: Final = "handover-tracing-epoch+jwt"
LONGEST: Final = 400 * 86400  # seconds
LEAD: Final = 14 * 86400  # seconds before an epoch begins in which indexes are made for it
GRACE: Final = 86400  # seconds after its end until the holders' shares are destroyed
SIGNED_LIMIT: Final = 32768  # bytes of a document with its five signatures
_NONCE: Final = 32
_DIGEST: Final = 32


class EpochUnsignedError(UntrustedError):
    """Not all five holders have signed the same document."""

    name = "epoch-unsigned"
    title = "The epoch's document is not signed by all five key-holders."
    advice = (
        "Collect the signatures again; if holders have signed different documents, the ceremony begins anew."
    )


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a plan and the document that comes of it have in common. Times are seconds since 1970."""

    number: int
    begins: int
    ends: int
    holders: tuple[NodeId, ...]
    tables: bytes
    weights: bytes

    def __post_init__(self) -> None:
        strict.integer(self.number, 1, 2**32 - 1)
        if not 0 < self.ends - self.begins <= LONGEST or self.begins < 1:
            raise MalformedError("an epoch ends after it begins, at most 400 days later")
        if len(self.holders) != HOLDERS or len(set(self.holders)) != HOLDERS:
            raise MalformedError("an epoch has five different holders")
        if (len(self.tables), len(self.weights)) != (_DIGEST, _DIGEST):
            raise MalformedError("tables and weights are named by their digests")

    def place(self, holder: NodeId) -> int:
        """Give the place of a holder, from one.

        Raises:
            NotFoundError: it is none.
        """
        if holder not in self.holders:
            raise NotFoundError
        return self.holders.index(holder) + 1

    def _members(self, form: str) -> dict[str, Json]:
        return {
            "format": form,
            "number": self.number,
            "begins": self.begins,
            "ends": self.ends,
            "holders": [*self.holders],
            "threshold": THRESHOLD,
            "tables": strict.b64(self.tables),
            "weights": strict.b64(self.weights),
        }


_TERMS: Final = ("number", "begins", "ends", "holders", "threshold", "tables", "weights")


@dataclass(frozen=True, kw_only=True)
class Plan(Terms):
    """How a ceremony begins; `nonce` makes it another ceremony than one that failed."""

    nonce: bytes

    def encode(self) -> bytes:
        """Give the one encoding."""
        return strict.dumps({**self._members(PLAN_FORMAT), "nonce": strict.b64(self.nonce)})

    @property
    def digest(self) -> Digest:
        """By what contributions name the plan."""
        return strict.digest(self.encode())

    @classmethod
    def decode(cls, data: bytes) -> "Plan":
        """Give the plan that the bytes hold; raises MalformedError."""
        form, *terms, nonce = strict.members(strict.loads_compact(data), "format", *_TERMS, "nonce")
        if form != PLAN_FORMAT:
            raise MalformedError("not a plan of a known format")
        return cls(**_terms(terms), nonce=strict.unb64(strict.text(nonce), length=_NONCE))


@dataclass(frozen=True, kw_only=True)
class Epoch(Terms):
    """What comes of a ceremony: the keys, and by which plan and contributions they were made."""

    keys: PublicKeys
    plan: Digest
    contributions: tuple[Digest, ...]

    def encode(self) -> bytes:
        """Give the one encoding, which all holders sign."""
        return strict.dumps(
            {
                **self._members(FORMAT),
                "whole": strict.b64(self.keys.whole),
                "shares": [strict.b64(each) for each in self.keys.shares],
                "plan": self.plan,
                "contributions": [*self.contributions],
            }
        )

    @property
    def digest(self) -> Digest:
        """By what the document is known, and what is logged."""
        return strict.digest(self.encode())

    @classmethod
    def decode(cls, data: bytes) -> "Epoch":
        """Give the epoch that the bytes hold.

        Raises:
            UntrustedError: they hold none, or its keys are not of one polynomial.
        """
        form, *terms, whole, shares, plan, contributions = strict.members(
            strict.loads_compact(data), "format", *_TERMS, "whole", "shares", "plan", "contributions"
        )
        given = strict.array(contributions, HOLDERS)
        if form != FORMAT or len(given) != HOLDERS:
            raise MalformedError("not an epoch's document of a known format")
        keys = PublicKeys(
            whole=_element(whole), shares=tuple([_element(each) for each in strict.array(shares, HOLDERS)])
        )
        keys.check()
        return cls(
            **_terms(terms),
            keys=keys,
            plan=Digest(strict.text(plan)),
            contributions=tuple([Digest(strict.text(each)) for each in given]),
        )

    def indexed(self, now: int) -> bool:
        """Tell whether keys may be evaluated for an index at *now*."""
        return self.begins - LEAD <= now < self.ends

    def asked(self, now: int) -> bool:
        """Tell whether questions may be asked in it at *now*."""
        return self.begins <= now < self.ends


class _Said(TypedDict):
    number: int
    begins: int
    ends: int
    holders: tuple[NodeId, ...]
    tables: bytes
    weights: bytes


def _terms(values: list[Json]) -> _Said:
    number, begins, ends, holders, threshold, tables, weights = values
    if threshold != THRESHOLD:
        raise MalformedError("three of five holders are needed")
    return {
        "number": strict.integer(number),
        "begins": strict.moment(begins),
        "ends": strict.moment(ends),
        "holders": tuple([NodeId(strict.text(each)) for each in strict.array(holders, HOLDERS)]),
        "tables": strict.unb64(strict.text(tables), length=_DIGEST),
        "weights": strict.unb64(strict.text(weights), length=_DIGEST),
    }


def _element(value: Json) -> bytes:
    return ristretto.element(strict.unb64(strict.text(value)))


@dataclass(frozen=True, kw_only=True)
class Signed:
    """An epoch's document with five signatures, in the order of the holders; none is verified yet."""

    claimed: Epoch
    signatures: tuple[jws.Unverified, ...]


def sign(epoch: Epoch, *, signer: jws.Signer) -> bytes:
    """Give one holder's signature over the document: a JWS that holds it."""
    return jws.sign(epoch.encode(), typ=TYPE, signer=signer)


def read_signature(data: bytes) -> jws.Unverified:
    """Take one holder's signature apart.

    Raises:
        MalformedError: it does not have the one shape.
    """
    return jws.read(data, typ=TYPE)


def join(signatures: list[bytes]) -> bytes:
    """Give the file that holds the document with all its signatures, in the order of the holders.

    Raises:
        EpochUnsignedError: they are not five over the same document.
    """
    data = strict.dumps(
        {"format": SIGNED_FORMAT, "signatures": [each.decode("ascii") for each in signatures]}
    )
    read(data)
    return data


def read(data: bytes) -> Signed:
    """Take a signed document apart; whose signatures these are is for the registry to say.

    Raises:
        UntrustedError: no document, or not five signatures over the same bytes.
    """
    form, signatures = strict.members(strict.loads_compact(data, limit=SIGNED_LIMIT), "format", "signatures")
    if form != SIGNED_FORMAT:
        raise MalformedError("not a signed epoch of a known format")
    found = tuple(
        [
            read_signature(strict.text(each, SIGNED_LIMIT).encode())
            for each in strict.array(signatures, HOLDERS)
        ]
    )
    if len(found) != HOLDERS or len({each.payload for each in found}) != 1:
        raise EpochUnsignedError
    return Signed(claimed=Epoch.decode(found[0].payload), signatures=found)
