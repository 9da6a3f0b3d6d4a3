"""Rounds that a restored node has forgotten, begun anew from what was signed in them (docs/spec/restore.md)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from handover.application import drafts, heads
from handover.application.alarms import raise_alarm
from handover.application.facts import Handover, Matter
from handover.application.intake import Received
from handover.application.ports import UnitOfWork, Vault
from handover.application.preparing import pair_for
from handover.application.sealing import new_id
from handover.application.unopened import MismatchError
from handover.domain.courses import Course
from handover.domain.handover import Act, Claim, Role
from handover.domain.ids import Digest, MatterId, NodeId, PairId
from handover.domain.record import MatterKind
from handover.protocol import envelope as envelopes

_OPENING: Final = {
    (Course.HANDOVER, Role.SENDER): (Act.OFFER,),
    (Course.HANDOVER, Role.RECEIVER): (Act.OFFER, Act.DEED, Act.VOID),
    (Course.REFERRAL, Role.SENDER): (Act.REFERRAL,),
    (Course.REFERRAL, Role.RECEIVER): (Act.REFERRAL,),
}
"""What a round is begun anew from, the first of it that is there."""
_PAGE: Final = 500  # matters that are looked at together


def begin(
    work: UnitOfWork,
    vault: Vault,
    parts: Sequence[Received],
    *,
    course: Course,
    role: Role,
    chain: tuple[Digest, ...],
    shown: tuple[bytes, ...],
) -> Handover | None:
    """Give a round that was forgotten, with its matter; None where too little of it is left, or needed.

    A contact is begun anew by nobody: what was told in it is gone, and its end is answered where it is heard.

    Raises:
        MismatchError: purpose, kind and matter do not fit.
    """
    said = {each.envelope.act: each for each in reversed(parts)}
    wanted = _OPENING.get((course, role), ())
    opening = next((said[act] for act in wanted if act in said), None)
    if opening is None:
        return None
    _recognise(work, vault, parts, chain, shown)
    peer = opening.envelope.aud if role is Role.SENDER else opening.envelope.iss
    known = work.matters.of_pair(peer, opening.envelope.matter)
    if known is not None and not heads.goes_on(work, vault, work.matters.get(known), shown, chain, peer=peer):
        chain = ()
    if role is Role.SENDER:
        return _offered(work, vault, opening, chain)
    received = replace(opening, chain=chain)
    handover = drafts.unknown(received, work.now)
    drafts.require_of_kind(work, received, handover)
    return drafts.begin(work, received, handover)


def _recognise(
    work: UnitOfWork,
    vault: Vault,
    parts: Sequence[Received],
    chain: tuple[Digest, ...],
    shown: tuple[bytes, ...],
) -> None:
    """Bind the round's pseudonym to the matter that it is about, if that is known by whatever peer or round.

    It was made of the matter and the peer here, or a deed of the round or before it is in the matter's chain, or one
    before it is this node's own, forgotten as well: under a pseudonym that was made of the matter.
    """
    envelope = parts[0].envelope
    peer = envelope.aud if envelope.iss == vault.node else envelope.iss
    deeds = {*chain, *(each.digest for each in parts if each.envelope.act is Act.DEED)}
    known = work.matters.of_pair(peer, envelope.matter) or work.matters.of_deed(sorted(deeds))
    own = {(peer, envelope.matter), *_given(vault, chain, shown)}
    for each in () if known is not None else _every(work):
        if deeds & set(each.chain) or any(pair_for(vault, each.id, to) == pair for to, pair in own):
            known = each.id
            break
    if known is not None:
        work.matters.bind(peer, envelope.matter, known)


def _given(
    vault: Vault, chain: tuple[Digest, ...], shown: tuple[bytes, ...]
) -> Iterator[tuple[NodeId, PairId]]:
    """Give to whom this node has given deeds of a chain that was verified, and under which pseudonyms."""
    for read in map(envelopes.read, shown[: len(chain)]):
        if read.digest in chain and read.claimed.iss == vault.node:
            yield read.claimed.aud, read.claimed.matter


def _offered(work: UnitOfWork, vault: Vault, opening: Received, chain: tuple[Digest, ...]) -> Handover:
    """Give an offer that this node has made and forgotten."""
    envelope, begun = opening.envelope, drafts.unknown(opening, work.now)
    handover = replace(
        begun,
        matter=_matter(work, vault, envelope.aud, envelope.matter, begun.kind, chain),
        role=Role.SENDER,
        peer=envelope.aud,
        prepared_by=envelope.by.prepared if envelope.by else None,
        released_by=envelope.by.released if envelope.by else None,
    )
    work.matters.bind(envelope.aud, envelope.matter, handover.matter)
    return handover


def _matter(
    work: UnitOfWork,
    vault: Vault,
    peer: NodeId,
    pair: PairId,
    kind: MatterKind,
    chain: tuple[Digest, ...],
) -> MatterId:
    """Give the matter that goes by a pseudonym with *peer*; one that is forgotten as well has no record any more."""
    known = work.matters.of_pair(peer, pair)
    if known is not None:
        if work.matters.get(known).kind is not kind:
            raise MismatchError("the matter is of another kind")
        return known
    made = Matter(
        id=MatterId(new_id(work.now)),
        kind=kind,
        claim=Claim.HOLDER,
        holder=vault.node,
        created_at=work.now,
        chain=chain,
        epoch=len(chain),
    )
    work.matters.add(made)
    raise_alarm(work, "record-missing", peer=peer, handover=None)
    return made.id


def _every(work: UnitOfWork) -> Iterable[Matter]:
    after = ""
    while page := work.matters.page(after=after, limit=_PAGE):
        yield from page
        after = page[-1].id
