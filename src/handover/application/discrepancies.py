"""Judges what a comparison has listed: what is on its way, what is lost on which side, and what is denied.

That a peer lacks something is judged by what this node held when it asked; that this node lacks something by what it
holds now. So nothing that moved meanwhile is taken for lost.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from handover.application.alarms import raise_alarm
from handover.application.facts import Delivery, Handover, KeptEnvelope, KeptReceipt
from handover.application.ports import UnitOfWork
from handover.application.reconciled import Difference, Finding, Reconciled
from handover.domain.handover import ANSWERS, SAYS
from handover.domain.ids import Digest, NodeId
from handover.protocol import entry as entries
from handover.protocol import receipt, strict
from handover.protocol.entry import EntryKind
from handover.protocol.log_origin import LogOrigin
from handover.protocol.receipt import Receipt
from handover.protocol.reconciliation_answer import Answer, Listed, Told

DENIED: Final = "receipt-denied"
MISSING: Final = "message-missing"
_STANDING: Final = frozenset(SAYS.values()) | frozenset(ANSWERS.values())
_CONTRADICTS: Final = frozenset({Finding.DENIED, Finding.DISOWNED})


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One list of the peer, with what this node held there when it asked; `texts` are question and answer."""

    told: Told
    held: frozenset[bytes]
    answer: Answer
    texts: tuple[bytes, bytes]


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A difference with what shows it."""

    difference: Difference
    evidence: tuple[bytes, ...] = ()


def judged(work: UnitOfWork, own: NodeId, peer: NodeId, lists: Sequence[Seen]) -> Reconciled:
    """Give what the lists of *peer* show; say again what waits nowhere, and raise alarms for what is new."""
    found: list[_Found] = []
    coming = 0
    for seen in lists:
        theirs = {each.digest: each for each in seen.told.listed or ()}
        held = work.reconciliations.kept(list(theirs))
        missing = [each for each in theirs.values() if _is_missing(held.get(each.digest), peer)]
        lacking = [each for each in map(_digest, sorted(seen.held)) if each not in theirs]
        if seen.told.by == own:
            found += [_unknown(work, peer, each, Finding.UNKNOWN_HERE) for each in missing]
            found += _denied(work, seen, lacking)
        else:
            found += [_unknown(work, peer, each, Finding.LOST_HERE) for each in missing if each.receipted]
            found += _disowned(work, seen, lacking)
            coming += sum(not each.receipted for each in missing)
    waiting = work.reconciliations.waiting(peer)
    requeued = [each.kept for each in waiting if each.delivery is None and _say_again(work, each.kept)]
    found += [_Found(difference=_of(each, Finding.REQUEUED)) for each in requeued]
    found = list({each.difference.digest: each for each in reversed(found)}.values())[::-1]
    _tell(work, peer, found)
    return Reconciled(
        peer=peer,
        tried_at=work.now,
        done_at=work.now,
        waiting=sum(each.due for each in waiting),
        refused=sum(each.delivery is Delivery.REFUSED and not each.due for each in waiting),
        coming=coming,
        differences=tuple(each.difference for each in found),
    )


def _digest(data: bytes) -> Digest:
    return Digest.known(strict.b64(data))


def _of(kept: KeptEnvelope, finding: Finding, index: int | None = None) -> Difference:
    return Difference(
        digest=kept.digest,
        finding=finding,
        round=kept.round,
        act=kept.act,
        handover=kept.handover,
        index=index,
    )


def _is_missing(kept: KeptEnvelope | None, peer: NodeId) -> bool:
    return kept is None or kept.peer != peer


def _unknown(work: UnitOfWork, peer: NodeId, listed: Listed, finding: Finding) -> _Found:
    """What the peer has and this node has not; where its own log still knows it, the place there is given."""
    handover = work.handovers.find(peer, [listed.round]).get(listed.round)
    kind = EntryKind.SENT if finding is Finding.UNKNOWN_HERE else EntryKind.RECEIVED
    difference = Difference(
        digest=listed.digest,
        finding=finding,
        round=listed.round,
        act=listed.act,
        handover=None if handover is None else handover.id,
        index=None if handover is None else _logged(work, handover, kind, listed.digest),
    )
    return _Found(difference=difference)


def _logged(work: UnitOfWork, handover: Handover, kind: EntryKind, digest: Digest) -> int | None:
    for index, document in work.log.entries(handover.pair):
        found = entries.decode(document)
        if found.kind is kind and found.object == digest:
            return index
    return None


def _denied(work: UnitOfWork, seen: Seen, lacking: Sequence[Digest]) -> Iterator[_Found]:
    """What the peer has receipted and does not hold: forgotten with a restore, or denied."""
    receipts = work.envelopes.receipts(lacking)
    for digest, kept in work.reconciliations.kept(lacking).items():
        held = receipts[digest]
        if _incarnation(held) < seen.answer.incarnation:
            found = _of(kept, Finding.FORGOTTEN, held.index)
        elif seen.answer.denies(digest, index=held.index):
            found = _of(kept, Finding.DENIED, held.index)
        else:
            continue  # it came after the answer
        if kept.act in _STANDING:
            _say_again(work, kept)
        yield _Found(difference=found, evidence=(kept.data, _proof(held), *seen.texts))


def _incarnation(held: KeptReceipt) -> int:
    return LogOrigin.parse(held.checkpoint.partition(b"\n")[0].decode()).incarnation


def _proof(held: KeptReceipt) -> bytes:
    return receipt.to_proof(
        Receipt(entry=held.document, index=held.index, path=held.path, checkpoint=held.checkpoint)
    )


def _disowned(work: UnitOfWork, seen: Seen, lacking: Sequence[Digest]) -> Iterator[_Found]:
    """What the peer has signed and does not hold: forgotten with a restore, or disowned."""
    for kept in work.reconciliations.kept(lacking).values():
        forgotten = kept.incarnation < seen.answer.incarnation
        finding = Finding.FORGOTTEN if forgotten else Finding.DISOWNED
        yield _Found(difference=_of(kept, finding), evidence=(kept.data, *seen.texts))


def _say_again(work: UnitOfWork, kept: KeptEnvelope) -> bool:
    """Say a message again, now, unless its round no longer says it; tell whether it is said."""
    handover = work.handovers.find(kept.peer, [kept.round]).get(kept.round)
    if handover is None:
        return False
    if kept.act in _STANDING:
        says = SAYS.get(handover.state) or ANSWERS.get(handover.state)
        own = [each for each in work.envelopes.of_handover(handover.id) if not each.incoming]
        newest = [each.digest for each in own if each.act is kept.act][-1]
        if says is not kept.act or newest != kept.digest:
            return False
    if kept.digest in work.queue.of_handover(handover.id):
        work.queue.rearm(handover.id, kept.act, now=work.now)
    else:
        work.queue.put(kept, now=work.now, standing=kept.act in SAYS.values())
    return True


def _tell(work: UnitOfWork, peer: NodeId, found: Sequence[_Found]) -> None:
    """Raise an alarm for each difference that was not there the last time; contradictions are logged."""
    last = work.reconciliations.get(peer)
    known = {(each.digest, each.finding) for each in last.differences} if last else set()
    for each in found:
        difference = each.difference
        if difference.finding is Finding.REQUEUED or (difference.digest, difference.finding) in known:
            continue
        handover = work.handovers.find(peer, [difference.round]).get(difference.round)
        contradicts = difference.finding in _CONTRADICTS
        kind = DENIED if contradicts else MISSING
        raised = raise_alarm(work, kind, peer=peer, handover=handover, evidence=each.evidence)
        if raised and contradicts:
            stream = "" if handover is None else handover.pair
            object_ = strict.digest(each.evidence[-1])
            work.log.append(EntryKind.EQUIVOCATION, stream=stream, object_=object_, now=work.now)
