"""Says the same act again in new bytes, where the stored ones can no longer serve (docs/spec/lifecycle.md, reissue).

The peer's sealing key is gone, this node's signing key was rotated or reported stolen, or its incarnation was raised:
the act is signed anew with the next `seq`; `replaces` names the old envelope and `commit` stays, so the table takes it
as a repeat.
"""

from dataclasses import replace
from typing import Final

from handover.application import departures, disclosures
from handover.application.facts import Handover, KeptEnvelope
from handover.application.ports import UnitOfWork, Vault
from handover.application.registry import KeyCompromisedError, KeyNotUsableError, Registry
from handover.application.sealing import exhibit, exhibited, log_head, new_id
from handover.domain.handover import Act, Course, InDoubtError, Role
from handover.domain.ids import UUID7
from handover.domain.sequence import DISCLOSES, SHOWS, SHOWS_NOTHING
from handover.protocol import consent, jwe, message, sdjwt, strict
from handover.protocol import envelope as envelopes
from handover.protocol.entry import EntryKind
from handover.protocol.envelope import Envelope, Sealed
from handover.protocol.node_key import KeyStatus

SEALING_KEY_GONE: Final = "sealing-key-gone"
ASKED: Final = frozenset(
    {SEALING_KEY_GONE, KeyNotUsableError.name, KeyCompromisedError.name, "stale-incarnation"}
)
"""The problems that are answered by a reissue."""


class Reissuer:
    """Signs anew what a peer can no longer take as it is."""

    def __init__(self, vault: Vault, registry: Registry) -> None:
        self._vault = vault
        self._registry = registry

    def serves(self, work: UnitOfWork, kept: KeptEnvelope, payload: bytes | None, problem: str) -> bool:
        """Tell whether new bytes can mend *problem* now; else the old ones wait for a newer registry."""
        if problem == SEALING_KEY_GONE and payload is not None:
            ended = not _shows(envelopes.read(kept.data).claimed)
            key = self._registry.sealing_key(kept.peer, work.now, ended=ended)
            return key.kid != jwe.recipient(payload)
        return envelopes.read(kept.data).kid != self._vault.signer.kid or (
            kept.incarnation < self._vault.incarnation
        )

    def reissue(self, work: UnitOfWork, kept: KeptEnvelope, *, standing: bool) -> KeptEnvelope:
        """Give the act in new bytes: kept, logged and queued in place of the old.

        Raises:
            ErasedError: the round is settled and its payload gone.
            RefusedError: it discloses, and ground, registry or recipient do not allow it now.
            RegistryStaleError: the registry is too old for that.
            InDoubtError: it discloses, and a restore has made the matter uncertain.
            KeyCompromisedError: what it shows is signed with a key that was reported stolen, and `commit` stays.
        """
        handover = work.handovers.get(kept.handover)
        self._require_sound(work, kept)
        self._require_disclosable(work, handover, kept)
        claimed = envelopes.read(kept.data).claimed
        jti, signer = new_id(work.now), self._vault.signer
        payload, plaintext, sealed = self._seal_again(
            work, handover, kept, claimed, jti=jti, signing=signer.kid
        )
        envelope = replace(
            claimed,
            jti=jti,
            iat=work.now,
            incarnation=self._vault.incarnation,
            seq=handover.seq + 1,
            prev=handover.last,
            replaces=kept.digest,
            payload=sealed,
            log=log_head(work),
        )
        data = envelopes.sign(envelope, signer=signer)
        new = replace(kept, digest=strict.digest(data), stored_at=work.now, data=data)
        new = replace(new, incarnation=envelope.incarnation, seq=envelope.seq)
        work.envelopes.add(new, payload=payload, plaintext=plaintext)
        self._exhibit(work, handover, kept, new, plaintext)
        work.demands.renew(kept.digest, new.digest)
        work.petitions.renew(kept.digest, new.digest)
        work.queue.replace(kept.digest, new, now=work.now, standing=standing)
        work.log.append(EntryKind.SENT, stream=handover.pair, object_=new.digest, now=work.now)
        work.handovers.change(handover, replace(handover, seq=new.seq, last=new.digest))
        return new

    def _require_sound(self, work: UnitOfWork, kept: KeptEnvelope) -> None:
        """A new signature on the envelope mends nothing where record or ground bear that of a stolen key."""
        shown = work.exhibits.find([kept.digest]).get(kept.digest)
        if shown is None:
            return
        kids = [
            *([] if shown.record is None else [sdjwt.read(shown.record + b"~").kid]),
            *([] if shown.consent is None else [consent.read(shown.consent).kid]),
        ]
        for kid in kids:
            if self._registry.listed(self._vault.node, kid, now=work.now).key.status is KeyStatus.COMPROMISED:
                raise KeyCompromisedError

    def _exhibit(
        self,
        work: UnitOfWork,
        handover: Handover,
        old: KeptEnvelope,
        new: KeptEnvelope,
        plaintext: bytes | None,
    ) -> None:
        content = None if plaintext is None else message.decode_kept(plaintext)
        if exhibited(new.act, content):
            registry = self._registry.current(work.now).digests.timestamp
            work.exhibits.add(exhibit(new.digest, content, registry))
        if (
            (old.act in DISCLOSES or departures.shows_anew(old))
            and content is not None
            and content.consent is not None
        ):
            ground = work.disclosures.get(old.digest).ground
            work.disclosures.drop(old.digest)
            disclosures.register(work, handover, new, content, ground=ground)

    def _require_disclosable(self, work: UnitOfWork, handover: Handover, kept: KeptEnvelope) -> None:
        """Sealing anew what discloses is a disclosure like the first: all that was asked then is asked again, now."""
        act = kept.act
        if (act in DISCLOSES or departures.shows_anew(kept)) and work.doubts.stands(handover.matter):
            raise InDoubtError  # the ground may have been withdrawn on the days that were lost
        if act in (Act.OFFER, Act.REFERRAL):
            self._registry.require_fresh(work.now)
            departures.require_standing(self._registry, self._vault.node, handover, work.now)
        opens = act in (Act.OFFER, Act.REFERRAL)
        answers = act is Act.ANSWER and handover.course is Course.HANDOVER
        if (opens or answers) and handover.role is Role.SENDER:
            departures.require_covered(work, handover)
        if departures.shows_anew(kept):
            departures.require_standing(self._registry, self._vault.node, handover, work.now)
            disclosures.require_shown_still(work, work.disclosures.get(kept.digest))

    def _seal_again(
        self,
        work: UnitOfWork,
        handover: Handover,
        kept: KeptEnvelope,
        claimed: Envelope,
        *,
        jti: UUID7,
        signing: str,
    ) -> tuple[bytes | None, bytes | None, Sealed | None]:
        if claimed.payload is None:
            return None, None, None
        plaintext = work.envelopes.plaintext(kept.digest)
        key = self._registry.sealing_key(handover.peer, work.now, ended=not _shows(claimed))
        context = envelopes.context(
            iss=claimed.iss,
            aud=claimed.aud,
            round_=claimed.round,
            jti=jti,
            kid=signing,
        )
        payload = jwe.seal(plaintext, public=key.public, kid=key.kid, context=context)
        return payload, plaintext, Sealed(digest=strict.digest(payload), commit=claimed.payload.commit)


def _shows(claimed: Envelope) -> bool:
    """Tell whether an act shows something: what does not is sealed to an ended key where there is no other."""
    return claimed.act not in SHOWS_NOTHING and not (claimed.act in SHOWS and claimed.consent is None)
