"""Two signed statements that exclude each other: found, refused, and both kept as evidence for anyone."""

from collections.abc import Sequence

from handover.application.alarms import TWO_RESPONSIBLE, raise_alarm
from handover.application.facts import Handover, KeptEnvelope, Matter
from handover.application.intake import Received
from handover.application.ports import UnitOfWork
from handover.application.unopened import ChainError
from handover.domain.errors import NotFoundError, OutOfOrderError
from handover.domain.handover import Act, EquivocationError, RoundResolvedError, State
from handover.domain.ids import Digest
from handover.protocol import envelope as envelopes
from handover.protocol.entry import EntryKind
from handover.protocol.envelope import Envelope

# What a state says that excludes the act: the one of these that came (or went out) is the other statement.
_EXCLUDED_BY = {
    Act.VOID: (Act.DEED,),
    Act.DEED: (Act.VOID, Act.DEED),
    Act.TAKE_UP_RECEIPT: (Act.VOID_RECEIPT, Act.VOID, Act.OFFER),
    Act.VOID_RECEIPT: (Act.TAKE_UP_RECEIPT, Act.DEED, Act.OFFER),
    Act.END_RECEIPT: (Act.REFERRAL, Act.HIT),
}


def require_sequence(kept: KeptEnvelope, envelope: Envelope, earlier: Sequence[KeptEnvelope]) -> None:
    """Do nothing if the envelope has its own number, and names the one before it as the one that came.

    Raises:
        EquivocationError: two different envelopes with one number, or with one predecessor.
    """
    for each in _of_generation(kept, earlier):
        if each.seq == kept.seq:
            raise EquivocationError("two envelopes with one number")
        if not _follows(kept, envelope.prev, each):
            raise EquivocationError("another envelope before this one than the one that came")


def _of_generation(kept: KeptEnvelope, earlier: Sequence[KeptEnvelope]) -> list[KeptEnvelope]:
    return [each for each in earlier if each.incoming and each.incarnation == kept.incarnation]


def _follows(kept: KeptEnvelope, prev: Digest | None, other: KeptEnvelope) -> bool:
    if other.seq == kept.seq - 1:
        return other.digest == prev
    if other.seq == kept.seq + 1:
        return envelopes.read(other.data).claimed.prev == kept.digest
    return True


def keep(
    work: UnitOfWork,
    received: Received,
    kept: KeptEnvelope | None,
    found: Handover | None,
    error: OutOfOrderError,
) -> None:
    """Keep both signed statements and raise an alarm; a deed that nobody asked for is kept by itself.

    A late deed of a round that was resolved and is closed here makes nobody responsible: it is refused, no more.
    """
    peer = received.envelope.iss
    if isinstance(error, EquivocationError) and found is not None and kept is not None:
        other = _other(work, received.envelope, kept, found)
        if raise_alarm(work, "equivocation", peer=peer, handover=found, evidence=(received.data, *other)):
            work.log.append(EntryKind.EQUIVOCATION, stream=found.pair, object_=received.digest, now=work.now)
    elif isinstance(error, RoundResolvedError) and found is not None:
        _keep_resolved(work, received, found)
    elif received.envelope.act is Act.DEED:
        raise_alarm(work, "stray-deed", peer=peer, handover=found, evidence=(received.data,))


def _keep_resolved(work: UnitOfWork, received: Received, found: Handover) -> None:
    """Two may hold themselves responsible: one has taken up what two officers of the other have resolved."""
    against = {Act.TAKE_UP_RECEIPT: Act.VOID, Act.VOID: Act.DEED}.get(received.envelope.act)
    other = [each.data for each in work.envelopes.of_handover(found.id) if each.act is against]
    alarms = [each for each in work.alarms.of_handovers([found.id]) if each.kind == TWO_RESPONSIBLE]
    kept = [envelopes.read(part).claimed.iss for each in alarms for part in each.evidence]
    if against is not None and found.peer not in kept:  # that the peer has refused ours may stand already
        evidence = (received.data, *other[:1])
        raise_alarm(work, TWO_RESPONSIBLE, peer=found.peer, handover=found, evidence=evidence, anew=True)


def require_unresolved(work: UnitOfWork, received: Received) -> None:
    """Do nothing if no deed that came with the offer was resolved here.

    Raises:
        RoundResolvedError: one was: whoever offers has taken up what this node holds as before.
    """
    for each in work.resolutions.confirmed(received.chain):
        found: Handover | None
        evidence: tuple[bytes, ...] = (received.data,)
        try:
            found, evidence = work.handovers.get(each.handover), (*evidence, work.envelopes.deed(each.deed))
        except NotFoundError:
            found = None  # a restore has put back what was resolved, and not the round
        raise_alarm(work, TWO_RESPONSIBLE, peer=received.envelope.iss, handover=found, evidence=evidence)
        raise RoundResolvedError


def _other(work: UnitOfWork, envelope: Envelope, kept: KeptEnvelope, found: Handover) -> tuple[bytes, ...]:
    """Give the statement that the envelope contradicts: one with its number or place, of its act, or of its state."""
    earlier = work.envelopes.of_handover(found.id)
    for each in _of_generation(kept, earlier):
        if each.seq == kept.seq or not _follows(kept, envelope.prev, each):
            return (each.data,)
    for each in earlier:
        if each.incoming and each.act is envelope.act:
            return (each.data,)
    for act in _EXCLUDED_BY.get(envelope.act, ()):
        for each in earlier:
            if each.act is act:
                return (each.data,)
    return _rival(work, envelope, found)


def _rival(work: UnitOfWork, envelope: Envelope, found: Handover) -> tuple[bytes, ...]:
    chain = work.matters.get(found.matter).chain
    if envelope.act is Act.DEED and found.state is not State.HOLDING and envelope.epoch <= len(chain):
        return (work.envelopes.deed(chain[envelope.epoch - 1]),)
    return ()


def require_next_deed(work: UnitOfWork, envelope: Envelope, found: Handover) -> None:
    """Do nothing if no other deed of the matter has the number of this one.

    Raises:
        EquivocationError: responsibility passed by another deed of the same number.
    """
    if found.state is not State.HOLDING and envelope.epoch <= len(work.matters.get(found.matter).chain):
        raise EquivocationError("two deeds of one number")


def require_one_chain(work: UnitOfWork, matter: Matter, received: Received) -> None:
    """Do nothing if the deeds that came with an offer go on from those that are known here.

    Where both have a deed of one number, the alarm holds the two: whoever signed both has lied to somebody. Who has
    given a deed and waits for its receipt knows the next one: its own.

    Raises:
        ChainError: the deeds are others, or fewer.
    """
    known, shown = matter.chain, received.chain
    if shown[: len(known)] == known and _goes_by_own(work, matter, shown):
        return
    evidence: tuple[bytes, ...] = (received.data,)
    parts = received.content.evidence if received.content else ()
    for mine, theirs, data in zip(known, shown, parts, strict=False):
        if mine != theirs:
            evidence = (data, work.envelopes.deed(mine))
            break
    raise_alarm(work, "two-chains", peer=received.envelope.iss, handover=None, evidence=evidence)
    raise ChainError("the deeds that came with the offer are not those that are known here")


def _goes_by_own(work: UnitOfWork, matter: Matter, shown: Sequence[Digest]) -> bool:
    if matter.relieving_for is None:
        return True
    said = work.envelopes.of_handover(matter.relieving_for)
    given = {each.digest for each in said if each.act is Act.DEED and not each.incoming}
    return not given.isdisjoint(shown[len(matter.chain) :][:1])
