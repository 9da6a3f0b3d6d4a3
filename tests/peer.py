"""A member whose private keys the test holds: it can say anything, right or wrong, to a real node."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import cases
from handover.application.facts import Handover
from handover.application.sealing import new_id, new_token
from handover.domain.consent import Basis, Ground, Onward, Purpose
from handover.domain.handover import Act
from handover.domain.ids import UUID7, Digest, NodeId, PairId, Pseudonym, RoundId
from handover.domain.record import Value, record, schema
from handover.domain.sequence import AFTER_DEED
from handover.node import Node
from handover.protocol import act_members, consent, jwe, jws, merkle, message, sdjwt, strict
from handover.protocol import envelope as envelopes
from handover.protocol.consent import ConsentToken
from handover.protocol.delivery import Answer, Delivery, Item, decode_delivery, encode_delivery
from handover.protocol.envelope import By, Envelope, LogHead, Sealed
from handover.protocol.message import Message
from handover.protocol.sdjwt import Issued
from handover.protocol.strict import Json
from vectors import apart, later

DAY = 86400
BY = By(prepared=Pseudonym("A" * 22), released=Pseudonym("A" * 21 + "Q"), role="liaison", auth="api-key")
HEAD = LogHead(size=0, root=Digest(strict.b64(merkle.EMPTY_ROOT)))
FIELDS = tuple(path for path in cases.GUARDIANSHIP if path != "health.urgent_needs")
BODIES: dict[Act, dict[str, Json]] = {
    Act.OFFER: {"note": "", "attachments": []},
    Act.ACCEPTANCE: {
        "responsible": {"as": "guardian", "name": "Anna", "organisation": "Jugendamt", "contact": ""},
        "plan": "Met at the station.",
        "follow_ups": [7, 30, 90],
    },
    Act.DECLINE: {"text": "No place."},
    Act.DEED: {},
    Act.QUESTION: {"text": "When?"},
    Act.ANSWER: {"text": "At noon."},
    Act.ARRIVAL: {"date": "2026-11-22", "text": ""},
    Act.NON_ARRIVAL: {"date": "2026-11-22", "text": ""},
    **later.BODIES,
    **apart.BODIES,
}


def _later(act: Act) -> dict[str, Any]:
    """Give what an act after the deed, or in a round that moves nothing, must have beside its body: about nothing."""
    if act not in AFTER_DEED | apart.BODIES.keys() | {Act.END_RECEIPT}:
        return {}
    values = {
        "record": Digest("A" * 43),
        "consent": Digest("A" * 43),
        "fields": "A" * 11,
        "reason": min(act_members.REASONS.get(act, {"other"})),
    }
    return {name: value for name, value in values.items() if name in act_members.REQUIRED[act]}


def deliver(to: Node, *items: Item, log_size: int = 0) -> Answer:
    """Give a node's answer to a delivery that came as bytes."""
    return to.inbox.receive(decode_delivery(encode_delivery(Delivery(log_size=log_size, items=items))))


def flipped(data: bytes, place: int) -> bytes:
    """Give *data* with one bit of the byte at *place* changed."""
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


def respelled(letter: bytes) -> bytes:
    """Give another letter that decodes, as the last one of base64url with spare bits, to the same bytes."""
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return bytes([letters[letters.index(letter) ^ 1]])


def rewritten(compact: bytes, part: int, change: Callable[[bytes], bytes]) -> bytes:
    """Give a compact JWS with one decoded part changed and the signature left as it was."""
    parts = compact.split(b".")
    parts[part] = strict.b64_ascii(change(strict.unb64(parts[part])))
    return b".".join(parts)


def signed_anyhow(payload: bytes, header: Mapping[str, Any] | bytes, signer: jws.Signer) -> bytes:
    """Give a compact JWS over whatever header and payload, signed well."""
    spelled = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    signing_input = strict.b64_ascii(spelled) + b"." + strict.b64_ascii(payload)
    return signing_input + b"." + strict.b64_ascii(signer.sign(signing_input))


@dataclass
class Peer:
    """One member, as it speaks to one other."""

    own: Node
    to: Node

    @property
    def signer(self) -> jws.Signer:
        return self.own.vault.signer

    @property
    def now(self) -> int:
        return self.own.clock()

    def round(self, **options: Any) -> "Round":
        """Begin a round as its sender."""
        return Round(peer=self, **options)

    def answering(self, handover: Handover) -> "Round":
        """Take the other side of a round that the node has begun, as that node keeps it."""
        return Round(
            peer=self,
            round=handover.round,
            pair=handover.pair,
            epoch=handover.epoch,
            of=handover.schema,
            purpose=handover.purpose,
        )


@dataclass
class Round:
    """What this side has said so far in one round; what it says next is right unless a test changes it."""

    peer: Peer
    round: RoundId = field(default_factory=lambda: RoundId(new_token()))
    pair: PairId = field(default_factory=lambda: PairId(new_token()))
    epoch: int = 1
    of: str = "guardianship/1"
    purpose: Purpose = Purpose.CHILD_PROTECTION
    seq: int = 0
    last: Digest | None = None
    said: dict[Act, Item] = field(default_factory=dict)

    def digest(self, act: Act) -> Digest:
        """Give the digest of what was said last of this act."""
        return strict.digest(self.said[act].envelope)

    def issued(
        self, values: Mapping[str, Value] | None = None, *, signer: jws.Signer | None = None, **claims: Any
    ) -> Issued:
        """Give a signed record."""
        right: dict[str, Any] = {"issuer": self.peer.own.id, "iat": self.peer.now, "matter": self.pair}
        return sdjwt.issue(
            record(schema(self.of), cases.GUARDIANSHIP if values is None else values),
            jti=new_id(self.peer.now),
            signer=signer or self.peer.signer,
            **(right | claims),
        )

    def ground(self, **terms: Any) -> Ground:
        """Give a ground that covers the offer."""
        right: dict[str, Any] = {
            "basis": Basis.CONSENT,
            "issuer": self.peer.own.id,
            "recipients": (self.peer.to.id,),
            "purposes": (self.purpose,),
            "schema": self.of,
            "fields": tuple(each.path for each in schema(self.of).fields),
            "onward": Onward.NONE,
            "valid_from": self.peer.now - DAY,
            "valid_until": self.peer.now + 30 * DAY,
        }
        return Ground(**(right | terms))

    def token(
        self, ground: Ground | None = None, *, signer: jws.Signer | None = None, **claims: Any
    ) -> bytes:
        """Give a signed consent token."""
        right: dict[str, Any] = {
            "jti": new_id(self.peer.now),
            "iat": self.peer.now,
            "matter": self.pair,
            "round": self.round,
            "ground": ground or self.ground(),
            "statement": strict.digest(b"salt and statement"),
        }
        return consent.sign(ConsentToken(**(right | claims)), signer=signer or self.peer.signer)

    def envelope(self, act: Act, **members: Any) -> Envelope:
        """Give the next envelope of this side, not signed; members may be changed."""
        by_rule = act_members.REQUIRED[act]
        right: dict[str, Any] = {
            "iss": self.peer.own.id,
            "aud": self.peer.to.id,
            "jti": new_id(self.peer.now),
            "iat": self.peer.now,
            "incarnation": 1,
            "act": act,
            "matter": self.pair,
            "epoch": self.epoch,
            "round": self.round,
            "seq": self.seq + 1,
            "prev": self.last,
            "purpose": self.purpose,
            "schema": self.of,
            "deadline": self.peer.now + 14 * DAY if "deadline" in by_rule else None,
            "by": BY if "by" in by_rule else None,
            **_later(act),
            "log": HEAD,
        }
        return Envelope(**(right | members))

    def seal(
        self,
        plaintext: bytes,
        jti: UUID7,
        *,
        public: bytes | None = None,
        kid: str | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Give a sealed payload that belongs to the envelope *jti*."""
        peer = self.peer
        key = peer.own.registry.sealing_key(peer.to.id, peer.now)
        binds: dict[str, Any] = {
            "iss": peer.own.id,
            "aud": peer.to.id,
            "round_": self.round,
            "jti": jti,
            "kid": peer.signer.kid,
        }
        return jwe.seal(
            plaintext,
            public=public or key.public,
            kid=kid or key.kid,
            context=envelopes.context(**(binds | dict(context or {}))),
        )

    def say(
        self,
        act: Act,
        *,
        plaintext: bytes | None = None,
        content: Message | None = None,
        payload: bytes | None = None,
        sealing: Mapping[str, Any] | None = None,
        signer: jws.Signer | None = None,
        counts: bool = True,
        **members: Any,
    ) -> Item:
        """Say something: all of it right, but for what is given. With *counts* false `seq` does not move on."""
        envelope = self.envelope(act, **members)
        if content is None and act in BODIES:
            content = Message(nonce=bytes(32), body=BODIES[act])
        if plaintext is None and content is not None:
            plaintext = message.encode(content)
        if payload is None and plaintext is not None:
            payload = self.seal(plaintext, envelope.jti, **dict(sealing or {}))
        if "payload" not in members and payload is not None:
            commit = strict.digest(plaintext or b"")
            envelope = replace(envelope, payload=Sealed(digest=strict.digest(payload), commit=commit))
        item = Item(envelope=envelopes.sign(envelope, signer=signer or self.peer.signer), payload=payload)
        if counts:
            self.seq, self.last = envelope.seq, strict.digest(item.envelope)
            self.said[act] = item
        return item

    def offer(
        self,
        *,
        fields: Sequence[str] = FIELDS,
        issued: Issued | None = None,
        presentation: bytes | None = None,
        token: bytes | None = None,
        evidence: tuple[bytes, ...] = (),
        body: dict[str, Json] | None = None,
        bitmap: str = "",
        **changes: Any,
    ) -> Item:
        """Make an offer of *fields*, all of it right, but for what is given; *bitmap* is what the envelope says."""
        issued = issued or self.issued()
        token = self.token() if token is None else token
        content = Message(
            nonce=bytes(32),
            record=sdjwt.present(issued, fields) if presentation is None else presentation,
            consent=token,
            evidence=evidence,
            body=BODIES[Act.OFFER] if body is None else body,
        )
        named: dict[str, Any] = {
            "record": strict.digest(issued.jwt),
            "fields": bitmap or strict.b64(schema(self.of).bitmap(fields)),
            "consent": strict.digest(token),
        }
        return self.say(Act.OFFER, content=content, **(named | changes))

    def void(self, **changes: Any) -> Item:
        """Take the offer back."""
        right: dict[str, Any] = {"re": self.digest(Act.OFFER) if Act.OFFER in self.said else ANY}
        return self.say(Act.VOID, **(right | {"reason": "withdrawn"} | changes))

    def deed(self, acceptance: bytes, **changes: Any) -> Item:
        """Give the deed that answers an acceptance."""
        offer = envelopes.read(self.said[Act.OFFER].envelope).claimed
        right: dict[str, Any] = {
            "re": strict.digest(acceptance),
            "record": offer.record,
            "fields": offer.fields,
            "consent": offer.consent,
            "content": Message(nonce=bytes(32), evidence=(acceptance,)),
        }
        return self.say(Act.DEED, **(right | changes))


ANY = strict.digest(b"something that nobody ever said")


def node_of(name: str) -> NodeId:
    """Give a node's name."""
    return NodeId(name)
