"""Checks what comes sealed: opens the payload of a verified envelope and asks for ground, record and evidence."""

from collections.abc import Collection
from dataclasses import dataclass, field

from handover.application import chains
from handover.application.facts import changed
from handover.application.ports import Vault
from handover.application.registry import (
    KeyCompromisedError,
    MandateMissingError,
    NodeSuspendedError,
    Registry,
    Sender,
    require_usable,
)
from handover.application.unopened import (
    MismatchError,
    PayloadError,
    SealingKeyGoneError,
    files_of,
    require_plain,
    require_term,
)
from handover.domain import continuity
from handover.domain.consent import Purpose
from handover.domain.courses import OPENS, Course
from handover.domain.errors import NotFoundError, UntrustedError
from handover.domain.handover import Act
from handover.domain.ids import Digest, NodeId
from handover.domain.record import require_offerable, schema
from handover.domain.sequence import discloses_anew
from handover.protocol import attachment, bodies, consent, jwe, message, sdjwt, strict
from handover.protocol import envelope as envelopes
from handover.protocol.envelope import Envelope
from handover.protocol.message import Message
from handover.protocol.node_entry import Mandate
from handover.protocol.node_key import KeyStatus
from handover.protocol.sdjwt import VerifiedRecord
from handover.protocol.tracing_hit import Hit


@dataclass(frozen=True, kw_only=True)
class Received:
    """A verified envelope, its bytes, its digest, and what its payload opened to."""

    envelope: Envelope
    data: bytes
    digest: Digest
    kid: str
    sender: Sender
    registry: Digest
    content: Message | None = None
    plaintext: bytes | None = None
    chain: tuple[Digest, ...] = ()
    files: dict[Digest, str] = field(default_factory=dict)


class Intake:
    """Verifies in the order of docs/spec/federation.md; writes nothing."""

    def __init__(self, vault: Vault, registry: Registry) -> None:
        self._vault = vault
        self._registry = registry

    def signed(self, data: bytes, now: int) -> Received:
        """Give the envelope if it was signed with a key that the registry lists for its sender.

        Raises:
            UntrustedError: shape, key or signature do not fit: a stranger spoke.
        """
        unverified = envelopes.read(data)
        sender = self._registry.listed(unverified.claimed.iss, unverified.kid, now=now)
        return Received(
            envelope=unverified.verify(sender.key.public),
            data=data,
            digest=unverified.digest,
            kid=unverified.kid,
            sender=sender,
            registry=self._registry.current(now).digests.timestamp,
        )

    def require_acceptable(self, received: Received, now: int, *, known: bool) -> None:
        """Do nothing if the key may be used, and the envelope is for this node and not from the future.

        What is *known* here was logged before: that its key was reported stolen since takes its receipt from nobody.

        Raises:
            UntrustedError: one of these does not hold; a member spoke, and is told which.
        """
        if not known or received.sender.key.status is not KeyStatus.COMPROMISED:
            require_usable(received.sender.key, now)
        if received.envelope.aud != self._vault.node:
            raise envelopes.WrongRecipientNodeError
        if received.envelope.iat > now + envelopes.FUTURE:
            raise envelopes.FromTheFutureError

    def opened(
        self, received: Received, payload: bytes | None, now: int, *, course: Course = Course.HANDOVER
    ) -> Received:
        """Give the envelope with its content, all of it checked.

        Raises:
            UntrustedError: payload, commitment, record, consent or evidence do not fit.
            GroundError: no ground covers what is disclosed.
        """
        envelope = received.envelope
        if envelope.payload is None or payload is None:
            if envelope.payload is not None or payload is not None:
                raise PayloadError
            return received
        if strict.digest(payload) != envelope.payload.digest:
            raise PayloadError
        content, plaintext = self._open(received, payload)
        bodies.check_body(envelope.act, content.body)
        if envelope.act in OPENS:
            received = self._opening(received, content, now)
        elif discloses_anew(course, envelope.act):
            self._showing(received, content, now)
        else:
            require_plain(envelope, content)
        return changed(received, content=content, plaintext=plaintext)

    def _open(self, received: Received, payload: bytes) -> tuple[Message, bytes]:
        envelope = received.envelope
        context = envelopes.context(
            iss=envelope.iss, aud=envelope.aud, round_=envelope.round, jti=envelope.jti, kid=received.kid
        )
        try:
            opener = self._vault.opener(jwe.recipient(payload))
        except NotFoundError as error:
            raise SealingKeyGoneError from error
        plaintext = jwe.open_sealed(payload, opener=opener, context=context)
        if envelope.payload is None:
            raise PayloadError
        return message.decode(plaintext, commit=envelope.payload.commit), plaintext

    def _opening(self, received: Received, content: Message, now: int) -> Received:
        require_term(received.envelope)
        match received.envelope.act:
            case Act.OFFER:
                return self._offer(received, content, now)
            case Act.REFERRAL:
                return self._referral(received, content, now)
            case _:
                self._hit(received, content, now)
                return received

    def _offer(self, received: Received, content: Message, now: int) -> Received:
        envelope = received.envelope
        if content.record is None or content.consent is None:
            raise MismatchError("an offer holds a record and a ground")
        self._require_mandates(received, now)
        record = self._record(received, content.record, now)
        require_offerable(record.schema, record.values)
        self._ground(received, content.consent, record.fields, now)
        return changed(
            received,
            chain=chains.require(self._registry, envelope, content.evidence, now),
            files=files_of(record, content.body),
        )

    def _referral(self, received: Received, content: Message, now: int) -> Received:
        """A referral shows a record as an offer does; it need not hold what an offer must, and brings no files."""
        envelope = received.envelope
        if content.record is None or content.consent is None:
            raise MismatchError("a referral holds a record and a ground")
        self._require_mandates(received, now)
        record = self._record(received, content.record, now)
        if attachment.named_in(record.values):
            raise MismatchError("a referral brings no files")
        self._ground(received, content.consent, record.fields, now)
        return changed(received, chain=chains.require(self._registry, envelope, content.evidence, now))

    def _hit(self, received: Received, content: Message, now: int) -> None:
        """A match names nobody, and opens an address of an index that its holder has stated."""
        if content.record is not None or content.consent is not None or content.evidence:
            raise MismatchError("a match names nobody")
        if received.envelope.purpose is not Purpose.FAMILY_TRACING:
            raise MismatchError("a match answers a question of tracing")
        self._require_mandates(received, now)
        Hit.from_json(content.body).require_shown(received.envelope.iss)

    def _showing(self, received: Received, content: Message, now: int) -> None:
        """What is shown after the deed is shown under a ground that covers it; with nothing in it there is none."""
        envelope = received.envelope
        if (envelope.record is None) != (content.record is None):
            raise MismatchError("the record is there if the envelope names one")
        if content.consent is None:
            shown = continuity.shown_by(envelope.act, content.body)
            if envelope.consent is not None or envelope.fields is not None or shown:
                raise MismatchError("what is shown has no ground")
            return
        self._require_mandates(received, now)
        of = schema(envelope.schema)
        fields = consent.fields_of(of, envelope.fields or "")
        if not fields:
            raise MismatchError("what is shown has no field")
        if not set(continuity.shown_by(envelope.act, content.body)) <= set(fields):
            raise MismatchError("the envelope names fewer fields than the message tells of")
        if content.record is not None:
            self._record(received, content.record, now)
        self._ground(received, content.consent, fields, now)

    def _require_mandates(self, received: Received, now: int) -> None:
        """Both sides of a disclosure have the registry's mandate for its purpose, and neither is suspended."""
        envelope = received.envelope
        if received.sender.barred:
            raise NodeSuspendedError
        if Mandate(envelope.purpose.value) not in received.sender.entry.mandates:
            raise MandateMissingError
        self._registry.recipient(self._vault.node, envelope.purpose, envelope.schema, now=now)

    def _record(self, received: Received, presentation: bytes, now: int) -> VerifiedRecord:
        envelope = received.envelope
        unverified = sdjwt.read(presentation)
        verified = unverified.verify(self._part_key(envelope.iss, unverified.kid, now), schema)
        fits = (
            verified.issuer == envelope.iss
            and verified.matter == envelope.matter
            and verified.schema.name == envelope.schema
            and strict.digest(verified.skeleton) == envelope.record
            and strict.b64(verified.schema.bitmap(verified.fields)) == envelope.fields
        )
        if not fits:
            raise MismatchError("the record is not the one that the envelope names")
        return verified

    def _ground(self, received: Received, token: bytes, fields: tuple[str, ...], now: int) -> None:
        envelope = received.envelope
        unverified = consent.read(token)
        found = unverified.verify(self._part_key(envelope.iss, unverified.kid, now))
        fits = (
            found.ground.issuer == envelope.iss
            and found.matter == envelope.matter
            and found.round == envelope.round
            and found.ground.schema == envelope.schema
            and strict.digest(token) == envelope.consent
        )
        if not fits:
            raise MismatchError("the ground is not the one that the envelope names")
        # A clock that is behind the sender's, within what is forgiven, does not make a fresh ground one to come.
        at = max(now, envelope.iat)
        found.ground.require(recipient=self._vault.node, purpose=envelope.purpose, fields=fields, now=at)

    def _part_key(self, node: NodeId, kid: str, now: int) -> bytes:
        """What an envelope vouches for may be signed with a key that was retired since, never a compromised one."""
        key = self._registry.listed(node, kid, now=now).key
        if key.status is KeyStatus.COMPROMISED:
            raise KeyCompromisedError
        return key.public

    def holds_own_acceptance(self, received: Received, now: int, *, said: Collection[Digest]) -> bool:
        """Tell whether a deed holds this node's own acceptance of this round: evidence, not memory.

        One that this node remembers to have *said* stands whatever has become of its own key since.
        """
        evidence = received.content.evidence if received.content else ()
        if len(evidence) != 1:
            return False
        try:
            unverified = envelopes.read(evidence[0])
            remembered = unverified.digest in said
            acceptance = unverified.verify(
                self._registry.listed(self._vault.node, unverified.kid, now=now).key.public
                if remembered
                else self._part_key(self._vault.node, unverified.kid, now)
            )
        except UntrustedError:
            return False
        envelope = received.envelope
        return (
            acceptance.act is Act.ACCEPTANCE
            and acceptance.iss == self._vault.node
            and acceptance.aud == envelope.iss
            and acceptance.round == envelope.round
            and acceptance.epoch == envelope.epoch
            and acceptance.matter == envelope.matter
            and unverified.digest == envelope.re
        )
