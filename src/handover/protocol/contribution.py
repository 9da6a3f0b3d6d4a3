"""One holder's part in a key ceremony: what it commits to, and a share for each holder (docs/spec/tracing-keys.md).

Every holder deals a polynomial of its own and forgets it; the epoch's key is the sum of five secrets, of which nobody
ever has more than one. Shares are sealed to the holders' sealing keys, so that the files can travel in the open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256, sha512
from typing import Final

from handover.domain.errors import HandoverError, MalformedError, UntrustedError
from handover.domain.ids import Digest, NodeId
from handover.protocol import jwe, jws, ristretto, strict, threshold
from handover.protocol.epoch import Epoch, Plan
from handover.protocol.node_key import NodeKey
from handover.protocol.ristretto import ORDER
from handover.protocol.threshold import HOLDERS, PLACES, THRESHOLD, Polynomial

FORMAT: Final = "handover-tracing-contribution/1"
TYPE: Final = "handover-tracing-contribution+jwt"
_SEALED_LIMIT: Final = 8192  # characters of one sealed share


class BadContributionError(UntrustedError):
    """A holder's contribution does not hold; the detail names the holder."""

    name = "ceremony-contribution"
    title = "A contribution to the key ceremony does not hold, or is missing."
    advice = "Ask the holder that is named; the ceremony begins anew with a new plan."


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """What a holder brings: commitments, that it knows what is behind the first, and five sealed shares."""

    plan: Digest
    holder: NodeId
    commitments: tuple[bytes, ...]
    challenge: int
    response: int
    shares: tuple[bytes, ...]
    digest: Digest

    def check(self) -> None:
        """Do nothing if whoever made it knows the secret behind the first commitment.

        Raises:
            BadContributionError: it does not: it could have been made to cancel another one out.
        """
        try:
            nonce = ristretto.add(
                ristretto.multiply_base(self.response),
                ristretto.multiply(self.challenge, self.commitments[0]),
            )
        except HandoverError as error:
            raise BadContributionError("%(holder)s", holder=self.holder) from error
        if _challenge(self.plan, self.holder, self.commitments[0], nonce) != self.challenge:
            raise BadContributionError("%(holder)s", holder=self.holder)

    def share_for(self, place: int, opener: jwe.Opener) -> int:
        """Give the share of the holder at *place*, which has *opener*.

        Raises:
            BadContributionError: it does not open, or is not the share that was committed to.
        """
        try:
            opened = jwe.open_sealed(
                self.shares[place - 1], opener=opener, context=context_of(self.plan, self.holder, place)
            )
            share = ristretto.scalar(opened)
            threshold.check_share(share, self.commitments, place)
        except UntrustedError as error:
            raise BadContributionError("%(holder)s", holder=self.holder) from error
        return share


@dataclass(frozen=True, kw_only=True)
class Unverified:
    """A contribution whose shape was checked and whose signature was not."""

    kid: str
    claimed: Contribution
    signed: jws.Unverified

    def verify(self, public: bytes) -> Contribution:
        """Give the contribution that the holder of *public* signed.

        Raises:
            SignatureError: the signature does not fit.
            BadContributionError: whoever made it does not know its secret.
        """
        self.signed.verify(public)
        self.claimed.check()
        return self.claimed


def contribute(plan: Plan, holder: NodeId, sealing: Sequence[NodeKey], *, signer: jws.Signer) -> bytes:
    """Give a holder's contribution; *sealing* are the sealing keys of all holders. The secret is not kept.

    Raises:
        NotFoundError: it is no holder of the plan.
    """
    plan.place(holder)
    secret = Polynomial.random()
    commitments, nonce = secret.commitments(), ristretto.random_scalar()
    challenge = _challenge(plan.digest, holder, commitments[0], ristretto.multiply_base(nonce))
    response = ristretto.difference(nonce, ristretto.product(challenge, secret.coefficients[0]))
    shares = [
        jwe.seal(
            ristretto.to_bytes(secret.at(place)),
            public=key.public,
            kid=key.kid,
            context=context_of(plan.digest, holder, place),
        )
        for place, key in zip(PLACES, sealing, strict=True)
    ]
    payload = strict.dumps(
        {
            "format": FORMAT,
            "plan": plan.digest,
            "holder": holder,
            "commitments": [strict.b64(each) for each in commitments],
            "possession": strict.b64(ristretto.to_bytes(challenge) + ristretto.to_bytes(response)),
            "shares": [each.decode("ascii") for each in shares],
        }
    )
    return jws.sign(payload, typ=TYPE, signer=signer)


def read(data: bytes) -> Unverified:
    """Take a contribution apart.

    Raises:
        MalformedError: it does not have the one shape.
    """
    signed = jws.read(data, typ=TYPE)
    form, plan, holder, commitments, possession, shares = strict.members(
        strict.loads_compact(signed.payload),
        *("format", "plan", "holder", "commitments", "possession", "shares"),
    )
    points, sealed = strict.array(commitments, THRESHOLD), strict.array(shares, HOLDERS)
    if form != FORMAT or len(points) != THRESHOLD or len(sealed) != HOLDERS:
        raise MalformedError("not a contribution of a known format")
    proof = strict.unb64(strict.text(possession), length=2 * ristretto.BYTES)
    claimed = Contribution(
        plan=Digest(strict.text(plan)),
        holder=NodeId(strict.text(holder)),
        commitments=tuple([ristretto.element(strict.unb64(strict.text(each))) for each in points]),
        challenge=ristretto.scalar(proof[: ristretto.BYTES]),
        response=ristretto.scalar(proof[ristretto.BYTES :]),
        shares=tuple([strict.text(each, _SEALED_LIMIT).encode() for each in sealed]),
        digest=strict.digest(data),
    )
    return Unverified(kid=signed.kid, claimed=claimed, signed=signed)


def conclude(plan: Plan, given: Sequence[Contribution]) -> Epoch:
    """Give the epoch that comes of five verified contributions, whichever order they came in.

    Raises:
        BadContributionError: one is missing, comes twice, or is to another plan; it is named.
    """
    found = {each.holder: each for each in given}
    for holder in plan.holders:
        if holder not in found or found[holder].plan != plan.digest:
            raise BadContributionError("%(holder)s", holder=holder)
    if len(given) != HOLDERS:
        raise BadContributionError
    ordered = [found[holder] for holder in plan.holders]
    return Epoch(
        number=plan.number,
        begins=plan.begins,
        ends=plan.ends,
        holders=plan.holders,
        tables=plan.tables,
        weights=plan.weights,
        keys=threshold.public_keys([each.commitments for each in ordered]),
        plan=plan.digest,
        contributions=tuple([each.digest for each in ordered]),
    )


def _challenge(plan: Digest, holder: NodeId, commitment: bytes, nonce: bytes) -> int:
    """Give the challenge of a Schnorr proof that is of use for this plan and holder alone."""
    said = b"handover-tracing-possession/1" + f"{plan} {holder} ".encode() + commitment + nonce
    return int.from_bytes(sha512(said).digest(), "little") % ORDER


def context_of(plan: Digest, dealer: NodeId, place: int) -> bytes:
    """Give to what a sealed share is bound: this plan, dealer and place."""
    return sha256(f"handover-tracing-share/1 {plan} {dealer} {place}".encode()).digest()
