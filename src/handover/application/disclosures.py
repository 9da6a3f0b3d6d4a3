"""The register of disclosures: each envelope that shows something is in it, with the ground behind it."""

from dataclasses import replace

from handover.application import anew, tokens
from handover.application.continuity import KeptDemand, KeptDisclosure
from handover.application.facts import Handover, KeptEnvelope, KeptGround
from handover.application.ports import UnitOfWork, Vault
from handover.domain.consent import Basis, GroundError, GroundWithdrawnError
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, Digest
from handover.domain.record import schema
from handover.domain.sequence import DISCLOSES, discloses_anew
from handover.protocol import consent
from handover.protocol import envelope as envelopes
from handover.protocol.message import Message


def register(
    work: UnitOfWork,
    handover: Handover,
    kept: KeptEnvelope,
    content: Message | None,
    *,
    ground: UUID7 | None = None,
    anew_: bool = False,
) -> None:
    """Enter an envelope that was said or heard, if it holds the token of a ground; what was signed *anew_*, once."""
    if content is None or content.consent is None:
        return
    if anew_ and len(anew.names(work, kept.digest)) > 1:
        return
    token = consent.read(content.consent).claimed
    found = KeptDisclosure(
        envelope=kept.digest,
        matter=handover.matter,
        handover=handover.id,
        peer=handover.peer,
        incoming=kept.incoming,
        act=kept.act,
        ground=None if kept.incoming else ground,
        basis=token.ground.basis,
        purpose=handover.purpose,
        schema=handover.schema,
        fields=token.ground.fields,
        at=work.now,
    )
    work.disclosures.add(found)


def recalled(work: UnitOfWork, handover: Handover, kept: KeptEnvelope) -> None:
    """Enter what this node has shown and forgotten, of which a peer has returned the envelope alone.

    Its token is lost with its words. The ground is the newest that covered it then; else it counts as a consent, which
    a person can withdraw.
    """
    said = envelopes.read(kept.data).claimed
    shows = kept.act in DISCLOSES or discloses_anew(handover.course, kept.act)
    if kept.incoming or said.consent is None or said.replaces is not None or not shows:
        return
    fields = consent.fields_of(schema(said.schema), said.fields) if said.fields else handover.fields
    covers = [
        each for each in work.grounds.of_matter(handover.matter) if _covered(each, handover, fields, said.iat)
    ]
    found = KeptDisclosure(
        envelope=kept.digest,
        matter=handover.matter,
        handover=handover.id,
        peer=handover.peer,
        incoming=False,
        act=kept.act,
        ground=covers[-1].id if covers else None,
        basis=covers[-1].ground.basis if covers else Basis.CONSENT,
        purpose=handover.purpose,
        schema=handover.schema,
        fields=fields,
        at=min(said.iat, work.now),
    )
    work.disclosures.add(found)


def _covered(kept: KeptGround, handover: Handover, fields: tuple[str, ...], at: int) -> bool:
    ground = replace(kept.ground, withdrawn_at=None)
    try:
        ground.require(recipient=handover.peer, purpose=handover.purpose, fields=fields, now=at)
    except GroundError:
        return False
    return ground.schema == handover.schema


def behind(work: UnitOfWork, demand: KeptDemand) -> KeptDisclosure | None:
    """Give what a withdrawal is about, if that is known here: by its envelope, or by its token, which no other has."""
    try:
        return work.disclosures.get(demand.about)
    except NotFoundError:
        pass
    token = _token(work, demand.envelope)
    for found in work.disclosures.of_matter(demand.matter):
        if found.handover == demand.handover and _token(work, found.envelope) == token:
            return found
    return None


def _token(work: UnitOfWork, envelope: Digest) -> Digest | None:
    return envelopes.read(work.envelopes.get(envelope).data).claimed.consent


def covering(work: UnitOfWork, handover: Handover, fields: tuple[str, ...]) -> KeptGround:
    """Give a ground of this node that covers showing *fields* to the other side of the round now, the newest first.

    Raises:
        GroundError: there is none; the reason is that of the newest.
    """
    reason: GroundError | None = None
    for kept in reversed(work.grounds.of_matter(handover.matter)):
        if kept.ground.schema != handover.schema:
            continue
        try:
            kept.ground.require(
                recipient=handover.peer, purpose=handover.purpose, fields=fields, now=work.now
            )
        except GroundError as error:
            reason = reason or error
        else:
            return kept
    raise reason or GroundError


def token_for(
    work: UnitOfWork, vault: Vault, handover: Handover, fields: tuple[str, ...], *, jti: UUID7
) -> tuple[bytes, KeptGround]:
    """Give the token of a ground that covers showing *fields* now, and the ground.

    Raises:
        GroundError: no ground covers it.
    """
    kept = covering(work, handover, fields)
    under = replace(handover, ground=kept.id, fields=fields)
    return tokens.issue(work, vault, under, jti=jti, iat=work.now), kept


def require_shown_still(work: UnitOfWork, found: KeptDisclosure) -> None:
    """Do nothing if what was said and still waits may leave: its ground covers it now.

    Raises:
        GroundError: it does not any more, or what it was shown with was withdrawn.
    """
    if found.withdrawn_at is not None:
        raise GroundWithdrawnError
    try:
        kept = None if found.ground is None else work.grounds.get(found.ground)
    except NotFoundError as error:
        raise GroundError from error
    if kept is None:
        raise GroundError
    kept.ground.require(recipient=found.peer, purpose=found.purpose, fields=found.fields, now=work.now)


def is_held(work: UnitOfWork, found: KeptDisclosure) -> bool:
    """Tell whether values of a disclosure are still here."""
    for each in anew.names(work, found.envelope):
        try:
            work.envelopes.plaintext(each)
        except NotFoundError:
            continue
        return True
    if not found.is_offer:
        return False
    try:
        work.records.latest(found.matter)
    except NotFoundError:
        return False
    return True


def skeleton_of(work: UnitOfWork, found: KeptDisclosure) -> Digest | None:
    """Give the digest of the record that was shown, if it was a record."""
    return envelopes.read(work.envelopes.get(found.envelope).data).claimed.record
