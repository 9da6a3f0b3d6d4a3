"""What must hold when everything has healed: from everything that there is."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import select

from handover.adapters import tables
from handover.adapters.retention_tables import erasure
from handover.application import verifier
from handover.application.endings import ERASED
from handover.application.facts import Delivery, Queued
from handover.application.ports import UnitOfWork
from handover.application.registry import NodeSuspendedError
from handover.application.verifier_report import Finding, Severity, Verdict
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act, Role, State
from handover.domain.ids import Digest, HandoverId, MatterId, NodeId
from handover.protocol import envelope as envelopes
from handover.simulation.case import MARK
from handover.simulation.faults import ViolationError
from handover.simulation.invariants import CLOSED_ALIKE, Line, View, pair_of
from handover.simulation.place import Place

_END_ALONE: Final = frozenset({Act.VOID, Act.VOID_RECEIPT})


def check_said(places: Mapping[NodeId, Place]) -> None:
    """Raise ViolationError where something waits though the network was fair for longer than the longest back-off."""
    for place in places.values():
        with place.node.database.reading() as work:
            for each in _waiting(work):
                if max(each.due, work.peers.get(each.peer).not_before) > work.now:
                    raise ViolationError(f"{place} has something for {each.peer} that does not leave")


def waits(place: Place) -> bool:
    """Tell whether something waits that was not refused."""
    with place.node.database.reading() as work:
        return bool(_waiting(work))


def _waiting(work: UnitOfWork) -> list[Queued]:
    queued = work.queue.list(delivery=Delivery.QUEUED, limit=1000)
    return [each for each in queued if each.due and each.problem is None]


def check_end(view: View, places: Mapping[NodeId, Place], root: bytes, *, clocks_set: bool) -> None:
    """Raise ViolationError where anything is open, lost, kept too long, told to the wrong one, or does not verify."""
    for number, both in view.sides().items():
        pair = pair_of(both)
        if pair not in CLOSED_ALIKE and not _never_came(pair, both, places, view.restored):
            raise ViolationError(f"round {number} is left open: {pair[0]} and {pair[1]}")
        if pair[1] is State.CLOSED:
            _check_erased(places[both[Role.RECEIVER][0]], both[Role.RECEIVER][1])
    if view.restoring:
        raise ViolationError(f"in doubt for ever: {', '.join(sorted(view.restoring))}")
    for place in places.values():
        _check_said(place, places, view.restored)
        if view.erased.get(place.site.id, set()) - erased_offers(place):
            raise ViolationError(f"{place} has a record again that it had erased before it was restored")
        _check_refused(place)
        _check_files(place)
        if not clocks_set:  # else a later act may bear an earlier time
            _check_deeds(place)
    _check_evidence(view, places, root)


def _never_came(
    pair: tuple[State, State],
    both: Mapping[Role, tuple[NodeId, Line]],
    places: Mapping[NodeId, Place],
    restored: Collection[NodeId],
) -> bool:
    """Tell whether only the void of a round has come, and its sender was restored to before it: nothing is lost."""
    if pair != (State.UNKNOWN, State.CLOSED):
        return False
    node, line = both[Role.RECEIVER]
    if line.peer not in restored:
        return False
    with places[node].node.database.reading() as work:
        return all(each.act is not Act.OFFER for each in work.envelopes.of_handover(HandoverId(line.id)))


def _check_erased(place: Place, line: Line) -> None:
    with place.node.database.reading() as work:
        for kept in work.envelopes.of_handover(HandoverId(line.id)):
            if kept.incoming and kept.act is Act.OFFER and _shows(work, kept.digest):
                raise ViolationError("a void round has left a record at its receiver")


def check_destroyed(place: Place) -> None:
    """Raise ViolationError where a restore has brought back a data key that was destroyed.

    After an erasure that the database knows, too, its owner may have been given another key.
    """
    noted = [each for each in place.node.database.ledger.read() if each.kind == ERASED]
    with place.node.database.engine.connect().execution_options(handover_reads=True) as connection:
        known = {(row.owner, row.erased_at) for row in connection.execute(select(erasure))}
        forgotten = {each.what for each in noted if (each.what, each.at) not in known}
        kept = forgotten & set(connection.execute(select(tables.data_key.c.owner)).scalars())
    if kept:
        raise ViolationError(f"{place} keeps {len(kept)} data keys that were destroyed")


def erased_offers(place: Place) -> set[Digest]:
    """Give the offers of others of which the record is gone."""
    with place.node.database.reading() as work:
        page = work.handovers.page(after="", limit=1000)
        offers = [each for handover in page for each in work.envelopes.of_handover(handover.id)]
        return {
            each.digest
            for each in offers
            if each.incoming and each.act is Act.OFFER and not _shows(work, each.digest)
        }


def _shows(work: UnitOfWork, offer: Digest) -> bool:
    try:
        work.envelopes.plaintext(offer)
    except NotFoundError:
        return False
    return True


def _check_said(place: Place, places: Mapping[NodeId, Place], restored: Collection[NodeId]) -> None:
    """What a peer has receipted it has, but for the end of what it made and forgot; no round has a deed and a void."""
    with place.node.database.reading() as work:
        page = work.handovers.page(after="", limit=1000)
        said = [each for handover in page for each in work.envelopes.of_handover(handover.id)]
        receipts = work.envelopes.receipts([each.digest for each in said if not each.incoming])
    ends: dict[str, set[Act]] = {}
    for each in said:
        ends.setdefault(each.round, set()).add(each.act)
    if any({Act.DEED, Act.VOID} <= acts for acts in ends.values()):
        raise ViolationError("a deed and a void of one round")
    for each in said:
        if each.incoming or each.digest not in receipts:
            continue
        if each.peer in restored and ends[each.round] <= _END_ALONE:
            continue
        with places[each.peer].node.database.reading() as work:
            try:
                work.envelopes.get(each.digest)
            except NotFoundError as error:
                raise ViolationError(f"{each.peer} has receipted a {each.act} and lost it") from error


def _check_deeds(place: Place) -> None:
    """No deed was given after its deadline, or after its ground was withdrawn."""
    with place.node.database.reading() as work:
        for handover in work.handovers.page(after="", limit=1000):
            if handover.role is not Role.SENDER or handover.deed is None or handover.ground is None:
                continue
            deeds = [each for each in work.envelopes.of_handover(handover.id) if each.act is Act.DEED]
            given = min(envelopes.read(each.data).claimed.iat for each in deeds)
            withdrawn = work.grounds.get(handover.ground).ground.withdrawn_at
            if given > handover.deadline:
                raise ViolationError("a deed after its deadline")
            if withdrawn is not None and withdrawn < given:
                raise ViolationError("a deed after its ground was withdrawn")


def _check_refused(place: Place) -> None:
    """Nothing is refused for a reason that time or new bytes mend, but for who is suspended."""
    with place.node.database.reading() as work:
        for each in work.queue.list(delivery=Delivery.REFUSED, limit=1000):
            if each.due and each.problem != NodeSuspendedError.name:
                raise ViolationError(f"{each.peer} still refuses what {place} says: {each.problem}")


def _check_files(place: Place) -> None:
    for path in (place.path, Path(f"{place.path}-wal")):
        if path.exists() and MARK.encode() in path.read_bytes():
            raise ViolationError(f"a personal value stands in {path.suffix} of {place}")


def _check_evidence(view: View, places: Mapping[NodeId, Place], root: bytes) -> None:
    for place in places.values():
        _, second = place.site.officers
        for matter in view.claims[place.site.id]:
            bundle = place.node.evidence.export(MatterId(matter), actor=second)
            if MARK.encode() in bundle:
                raise ViolationError("a personal value stands in a bundle of evidence")
            report = verifier.verify([bundle], root=root)
            if report.verdict is Verdict.INVALID:
                raise ViolationError(f"evidence of {place} does not verify: {_findings(report.findings)}")


def _findings(findings: Sequence[Finding]) -> str:
    wrong = [each for each in findings if each.severity is Severity.INVALID]
    return "; ".join(f"{each.rule.value}: {each.text}" for each in wrong[:3])
