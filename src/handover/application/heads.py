"""Who is responsible for a matter by its chain of deeds: the head of the chain decides, not each deed by itself."""

from collections.abc import Sequence
from dataclasses import replace

from handover.application import chains
from handover.application.alarms import raise_alarm
from handover.application.facts import Handover, Matter
from handover.application.ports import UnitOfWork
from handover.application.rounds import Rounds
from handover.domain.courses import Course
from handover.domain.handover import Claim, State
from handover.domain.ids import Digest, MatterId, NodeId
from handover.protocol import envelope as envelopes

_TAKEN = (State.HOLDING, State.TRANSFERRED)


def lengthen(work: UnitOfWork, matter: MatterId, shown: tuple[bytes, ...], chain: Sequence[Digest]) -> None:
    """Keep the deeds that were before a round, where fewer of them are known here."""
    old = work.matters.get(matter)
    chains.keep(work, chain, shown)
    if len(chain) > len(old.chain):
        work.matters.change(old, replace(old, chain=tuple(chain), epoch=max(old.epoch, len(chain))))


def decide(work: UnitOfWork, rounds: Rounds, node: NodeId, matter: MatterId) -> Matter:
    """Give the matter with the claim that its chain and its rounds show, written.

    A deed of another number than the next, or a second one of a number, moves nothing and is put before a person.
    """
    old = work.matters.get(matter)
    known = [each for each in work.handovers.of_matter(matter) if each.course is Course.HANDOVER]
    chain = list(old.chain)
    for each in sorted(known, key=lambda each: each.epoch):
        if each.state not in _TAKEN or each.deed is None or each.deed in chain:
            continue
        if each.epoch == len(chain) + 1:
            chain.append(each.deed)
        else:
            evidence = (work.envelopes.deed(each.deed),)
            raise_alarm(work, "two-chains", peer=each.peer, handover=each, evidence=evidence)
    new = replace(old, chain=tuple(chain), epoch=max(old.epoch, len(chain)))
    new = _claimed(work, node, new, known)
    if new != old:
        work.matters.change(old, new)
    if new.claim is Claim.NONE:
        for each in known:
            if each.state is State.TRANSFERRED and old.claim is not Claim.NONE:
                rounds.let_go(work, each)
                break
    return new


def _claimed(work: UnitOfWork, node: NodeId, matter: Matter, known: Sequence[Handover]) -> Matter:
    out = next(
        (each for each in known if each.state is State.RELIEVING and each.epoch > len(matter.chain)), None
    )
    if out is not None:
        return replace(matter, claim=Claim.RELIEVING, relieving_for=out.id, holder=node)
    if not matter.chain:
        return matter if matter.claim is not Claim.RELIEVING else _held(matter, node, node)
    return _held(matter, envelopes.read(work.envelopes.deed(matter.chain[-1])).claimed.aud, node)


def _held(matter: Matter, holder: NodeId, node: NodeId) -> Matter:
    claim = Claim.HOLDER if holder == node else Claim.NONE
    return replace(matter, claim=claim, holder=holder, relieving_for=None)
