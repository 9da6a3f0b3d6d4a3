"""Turns a decision into bytes: signs envelopes, seals payloads, keeps, logs and queues them, all in one transaction."""

import itertools
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from handover.application import disclosures, permissions
from handover.application.facts import Actor, Exhibit, Handover, KeptEnvelope, changed
from handover.application.ports import UnitOfWork, Vault
from handover.application.registry import Registry
from handover.domain.courses import OPENS
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act, VoidReason
from handover.domain.ids import UUID7, Digest, NodeId, Pseudonym
from handover.domain.record import schema
from handover.domain.sequence import RECORDS, SHOWS, SHOWS_NOTHING
from handover.protocol import bodies, jwe, message, strict
from handover.protocol import envelope as envelopes
from handover.protocol.entry import EntryKind
from handover.protocol.envelope import By, Envelope, LogHead, Sealed
from handover.protocol.jwe import SealingKey
from handover.protocol.message import Message
from handover.protocol.node_key import KeyStatus, KeyUse
from handover.protocol.strict import Json

WEIGHTY: Final = frozenset(
    {Act.OFFER, Act.DEED, Act.REFERRAL}
)  # acts that rest on a fresh registry and on a ground
_counter: Final = itertools.count(secrets.randbelow(4096))


def new_id(now: int) -> UUID7:
    """Give a fresh UUIDv7 (RFC 9562): milliseconds, a 12-bit counter that keeps order, 62 random bits."""
    value = (now * 1000) << 80 | 0x7 << 76 | (next(_counter) & 0xFFF) << 64
    value |= 0b10 << 62 | secrets.randbits(62)
    text = f"{value:032x}"
    return UUID7("-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:])))


def new_token() -> str:
    """Give 128 fresh random bits in base64url."""
    return strict.b64(secrets.token_bytes(16))


@dataclass(frozen=True, kw_only=True)
class Saying:
    """What is to be said: an act, what it answers, its sealed content, and who says it (none: the node itself).

    `fields`, `deadline` and `ground` (this node's own, behind the token in `content`) are not for offers and deeds:
    those have the round's.
    """

    act: Act
    re: Digest | None = None
    content: Message | None = None
    body: Mapping[str, Json] | None = None
    by: By | None = None
    reason: str | None = None
    standing: bool = False
    record: Digest | None = None
    consent: Digest | None = None
    fields: tuple[str, ...] | None = None
    deadline: int | None = None
    ground: UUID7 | None = None


class Sealer:
    """Makes envelopes of this node."""

    def __init__(
        self, vault: Vault, registry: Registry, random: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._vault = vault
        self._registry = registry
        self._random = random

    def by(self, handover: Handover, prepared: str, actor: Actor) -> By:
        """Give the pseudonyms under which two officers (or one, twice) act in this round."""
        return By(
            prepared=Pseudonym(self._vault.pseudonym(handover.pair, prepared)),
            released=Pseudonym(self._vault.pseudonym(handover.pair, actor.officer)),
            role=permissions.acts_as(actor),
            auth=actor.auth,
        )

    def pseudonym(self, handover: Handover, officer: str) -> str:
        """Give the pseudonym under which an officer appears in this round; what is one already stays."""
        return self._vault.pseudonym(handover.pair, officer) if "-" in officer else officer

    def say(self, work: UnitOfWork, handover: Handover, saying: Saying) -> Handover:
        """Sign, keep, log and queue what is said; give the round with its next `seq`, not yet written.

        Raises:
            RefusedError: the peer has no key to seal to.
            IncompleteMessageError: the body does not say what the act must say.
        """
        jti, signer = (
            new_id(work.now),
            self._vault.signer,
        )  # asked once: another key may come into use meanwhile
        plaintext, payload, sealed = self._seal(work, handover, saying, jti, signer.kid)
        envelope = self._envelope(work, handover, saying, jti, sealed)
        data = envelopes.sign(envelope, signer=signer)
        kept = KeptEnvelope(
            digest=strict.digest(data),
            handover=handover.id,
            incoming=False,
            act=saying.act,
            peer=handover.peer,
            round=handover.round,
            incarnation=envelope.incarnation,
            seq=envelope.seq,
            re=saying.re,
            stored_at=work.now,
            data=data,
        )
        work.envelopes.add(kept, payload=payload, plaintext=plaintext)
        if exhibited(saying.act, saying.content) or saying.reason == VoidReason.RESOLVED:
            registry = self._registry.current(work.now).digests.timestamp
            work.exhibits.add(exhibit(kept.digest, saying.content, registry))
        disclosures.register(work, handover, kept, saying.content, ground=saying.ground or handover.ground)
        work.queue.put(kept, now=work.now, standing=saying.standing)
        work.log.append(EntryKind.SENT, stream=handover.pair, object_=kept.digest, now=work.now)
        return changed(handover, seq=envelope.seq, last=kept.digest)

    def _seal(
        self, work: UnitOfWork, handover: Handover, saying: Saying, jti: UUID7, signing: str
    ) -> tuple[bytes | None, bytes | None, Sealed | None]:
        content = saying.content
        if content is None and saying.body is not None:
            content = Message(nonce=self._random(32), body=dict(saying.body))
        if content is None:
            return None, None, None
        bodies.check_body(saying.act, content.body)
        shows = saying.act not in SHOWS_NOTHING and not (saying.act in SHOWS and content.consent is None)
        public, kid = self._key(handover.peer, work.now, shows=shows)
        context = envelopes.context(
            iss=self._vault.node,
            aud=handover.peer,
            round_=handover.round,
            jti=jti,
            kid=signing,
        )
        plaintext = message.encode(content)
        payload = jwe.seal(plaintext, public=public, kid=kid, context=context)
        sealed = Sealed(digest=strict.digest(payload), commit=strict.digest(plaintext))
        return plaintext, payload, sealed

    def _key(self, peer: NodeId, now: int, *, shows: bool) -> tuple[bytes, str]:
        """Give the key to seal to. What shows nothing and finds none is kept: sealed to a key that nobody has.

        It is signed anew, and sealed to a key of the peer, once the peer has one again and says that it cannot open it.
        """
        try:
            key = self._registry.sealing_key(peer, now, ended=not shows)
        except NotFoundError:
            if shows:
                raise
            nobodys = SealingKey.generate()
            return nobodys.public, nobodys.kid
        return key.public, key.kid

    def lost(self, peer: NodeId, now: int) -> bool:
        """Tell whether nothing reaches a peer any more, or nothing that it says can be believed.

        The registry does not name it, or each of its keys of one use is compromised.
        """
        try:
            keys = self._registry.entry(peer, now).keys
        except NotFoundError:
            return True
        return any(
            all(key.status is KeyStatus.COMPROMISED for key in keys if key.use is use)
            for use in (KeyUse.SIG, KeyUse.SEAL)
        )

    def _envelope(
        self, work: UnitOfWork, handover: Handover, saying: Saying, jti: UUID7, sealed: Sealed | None
    ) -> Envelope:
        named = handover.fields if saying.act in WEIGHTY else saying.fields
        fields = None if named is None else strict.b64(schema(handover.schema).bitmap(named))
        return Envelope(
            iss=self._vault.node,
            aud=handover.peer,
            jti=jti,
            iat=work.now,
            incarnation=self._vault.incarnation,
            act=saying.act,
            matter=handover.pair,
            epoch=handover.epoch,
            round=handover.round,
            seq=handover.seq + 1,
            prev=handover.last,
            re=saying.re,
            purpose=handover.purpose,
            schema=handover.schema,
            record=saying.record,
            fields=fields,
            consent=saying.consent,
            deadline=handover.deadline if saying.act in RECORDS & OPENS.keys() else saying.deadline,
            reason=saying.reason,
            payload=sealed,
            by=saying.by,
            log=log_head(work),
        )


def log_head(work: UnitOfWork) -> LogHead:
    """Give this node's last committed checkpoint, as an envelope states it."""
    head = work.log.head()
    return LogHead(size=head.size, root=Digest(strict.b64(head.root)))


def exhibited(act: Act, content: Message | None) -> bool:
    """Tell whether something of an act outlives its payload: an offer, a deed, or whatever holds a token."""
    return act in WEIGHTY or (content is not None and content.consent is not None)


def exhibit(envelope: Digest, content: Message | None, registry: Digest) -> Exhibit:
    """Give what of an offer or a deed outlives its payload: no disclosure, no statement."""
    record = content.record if content else None
    return Exhibit(
        envelope=envelope,
        registry=registry,
        record=record and record.partition(b"~")[0],
        consent=content.consent if content else None,
    )


def answers_to(handover: Handover, act: Act) -> Digest | None:
    """Give the digest of the envelope that *act* of this round answers."""
    match act:
        case Act.DEED:
            return handover.acceptance
        case Act.TAKE_UP_RECEIPT | Act.ARRIVAL | Act.NON_ARRIVAL | Act.FOLLOW_UP:
            return handover.deed
        case Act.VOID_RECEIPT | Act.END_RECEIPT:
            return handover.closing
        case Act.ANSWER:
            return handover.question
        case _:
            return handover.offer
