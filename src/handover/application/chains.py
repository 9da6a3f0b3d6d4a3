"""The earlier deeds that come with an offer: whether each stands, leads to the next, and the last one to the sender.

A deed whose key was reported stolen later stands if its taker had logged it before (docs/spec/payload.md, section 3).
"""

from collections.abc import Sequence
from typing import Final

from handover.application.answers import log_key
from handover.application.ports import UnitOfWork
from handover.application.registry import Registry, UnknownSenderError
from handover.application.unopened import ChainError, ChainUnlistedError
from handover.domain.errors import NotFoundError, UntrustedError
from handover.domain.handover import Act
from handover.domain.ids import Digest
from handover.protocol import envelope as envelopes
from handover.protocol import receipt as receipts
from handover.protocol import shown_chain, strict
from handover.protocol.checkpoint import CheckpointUnsignedError, LogKey
from handover.protocol.envelope import Envelope, Unverified
from handover.protocol.node_entry import NodeEntry
from handover.protocol.node_key import KeyStatus, KeyUse
from handover.protocol.receipt import Receipt
from handover.protocol.shown_chain import ShownChain

_OF_LOG: Final = (KeyUse.LOG, KeyUse.LOG_PQ)


def require(
    registry: Registry, envelope: Envelope, evidence: tuple[bytes, ...], now: int, *, accepted: bool = False
) -> tuple[Digest, ...]:
    """Give the digests of the earlier deeds: each leads to the next, the last one to the sender.

    Raises:
        ChainError: they do not, a receipt that came with them proves nothing, or a key was reported stolen and no
            receipt shows that the deed was there before, which is not asked of what was *accepted* already.
        ChainUnlistedError: a node or a key of theirs is not listed, which a newer registry may change.
    """
    try:
        return _led(registry, envelope, shown_chain.read(evidence), now, accepted=accepted)
    except ChainUnlistedError:
        raise
    except UntrustedError as error:
        raise ChainError from error


def given_back(
    registry: Registry, envelope: Envelope, evidence: tuple[bytes, ...], now: int, *, accepted: bool
) -> tuple[Digest, ...]:
    """Give the same of what a peer shows a restored node; what does not lead to the sender names nobody.

    *accepted*: this node has offered or accepted the matter, and looked then which keys were stolen. That one was since
    is no lie of the peer, and changes nothing.

    Raises:
        ChainUnlistedError: a node or a key of theirs is not listed, which a newer registry may change.
    """
    try:
        return require(registry, envelope, evidence, now, accepted=accepted)
    except ChainUnlistedError:
        raise
    except ChainError:
        return ()


def _led(
    registry: Registry, envelope: Envelope, shown: ShownChain, now: int, *, accepted: bool
) -> tuple[Digest, ...]:
    if envelope.epoch != len(shown.deeds) + 1:
        raise ChainError
    holder = None
    for number, data in enumerate(shown.deeds, start=1):
        unverified = envelopes.read(data)
        receipt = shown.receipts.get(unverified.digest)
        deed = _verified(registry, unverified, receipt, now, accepted=accepted)
        if deed.act is not Act.DEED or deed.epoch != number or holder not in (None, deed.iss):
            raise ChainError
        if (deed.purpose, deed.schema) != (envelope.purpose, envelope.schema):
            raise ChainError
        holder = deed.aud
    if holder not in (None, envelope.iss):
        raise ChainError
    return tuple(strict.digest(data) for data in shown.deeds)


def _verified(
    registry: Registry, unverified: Unverified, receipt: Receipt | None, now: int, *, accepted: bool
) -> Envelope:
    claimed = unverified.claimed
    try:
        key = registry.listed(claimed.iss, unverified.kid, now=now).key
    except UnknownSenderError as error:
        raise ChainUnlistedError from error
    anchored = None if receipt is None else logged_at(registry, claimed, unverified.digest, receipt, now)
    stolen = key.status is KeyStatus.COMPROMISED and (anchored is None or not key.sound(anchored))
    if stolen and not accepted:
        raise ChainError
    return unverified.verify(key.public)


def logged_at(
    registry: Registry, claimed: Envelope, digest: Digest, receipt: Receipt, now: int
) -> int | None:
    """Give when its addressee logged an envelope; None where that log was itself in other hands by then.

    Raises:
        ChainError: the receipt does not prove it.
        ChainUnlistedError: the addressee, or the key of its log, is not listed.
    """
    try:
        entry = registry.entry(claimed.aud, now)
        key = log_key(receipt.checkpoint, entry)
        found = receipts.verify(receipt, envelope=digest, key=key)
    except (NotFoundError, CheckpointUnsignedError) as error:
        raise ChainUnlistedError from error
    except UntrustedError as error:
        raise ChainError from error
    if found.matter != claimed.matter:
        raise ChainError
    return found.time if _log_sound(entry, key, found.time) else None


def _log_sound(entry: NodeEntry, key: LogKey, at: int) -> bool:
    publics = (key.ed25519, key.mldsa44)
    return all(each.sound(at) for each in entry.keys if each.use in _OF_LOG and each.public in publics)


def shown(work: UnitOfWork, registry: Registry, chain: tuple[Digest, ...]) -> tuple[bytes, ...]:
    """Give what an offer shows of a matter's *chain*: its deeds, and what receipts of them are here and fit.

    Raises:
        NotFoundError: a deed is not here.
    """
    deeds = {digest: work.envelopes.deed(digest) for digest in chain}
    kept = work.envelopes.deed_receipts(chain)
    stolen = [digest for digest, deed in deeds.items() if is_stolen(registry, deed, work.now)]
    first = sorted(kept, key=lambda digest: (digest not in stolen, -chain.index(digest)))
    return shown_chain.parts(tuple(deeds.values()), {digest: kept[digest].proof for digest in first})


def is_stolen(registry: Registry, envelope: bytes, now: int) -> bool:
    """Tell whether the key under an envelope was reported stolen."""
    unverified = envelopes.read(envelope)
    try:
        key = registry.listed(unverified.claimed.iss, unverified.kid, now=now).key
    except UntrustedError:
        return False
    return key.status is KeyStatus.COMPROMISED


def keep(work: UnitOfWork, received: Sequence[Digest], evidence: tuple[bytes, ...]) -> None:
    """Keep the deeds of the chain *received* with their receipts, for whoever is offered the matter next."""
    found, known = shown_chain.read(evidence), work.envelopes.deed_receipts(received)
    for digest, data in zip(received, found.deeds, strict=True):
        earlier = known[digest].proof if digest in known else None
        work.envelopes.keep_deed(digest, data, found.receipts.get(digest, earlier))
