"""Who is responsible for a matter by its chain of deeds: the head of the chain decides, not each deed by itself."""

from collections.abc import Sequence
from dataclasses import replace

from handover.application import chains
from handover.application.alarms import raise_alarm
from handover.application.facts import Handover, Matter
from handover.application.ports import UnitOfWork, Vault
from handover.application.preparing import pair_for
from handover.application.rounds import Rounds
from handover.domain.courses import Course
from handover.domain.handover import Claim, State
from handover.domain.ids import Digest, MatterId, NodeId
from handover.protocol import envelope as envelopes

_TAKEN = (State.HOLDING, State.TRANSFERRED)


def lengthen(
    work: UnitOfWork, vault: Vault, handover: Handover, shown: tuple[bytes, ...], chain: Sequence[Digest]
) -> None:
    """Keep the deeds that were before a round, where fewer of them are known here and they go on from these."""
    old = work.matters.get(handover.matter)
    if not goes_on(work, vault, old, shown, chain, peer=handover.peer):
        return
    chains.keep(work, chain, shown)
    if len(chain) > len(old.chain):
        work.matters.change(old, replace(old, chain=tuple(chain), epoch=max(old.epoch, len(chain))))


def goes_on(
    work: UnitOfWork,
    vault: Vault,
    matter: Matter,
    shown: tuple[bytes, ...],
    chain: Sequence[Digest],
    *,
    peer: NodeId,
) -> bool:
    """Tell whether deeds that *peer* shows are about this matter; others are put before a person.

    They begin with those that are known here. Where this node is responsible, as far as it knows, it has given the
    next one itself, under a pseudonym of this matter: nobody else's, and none of its own about another, takes it away.
    """
    known = matter.chain
    both = min(len(known), len(chain))
    fits = tuple(chain[:both]) == known[:both]
    if fits and len(chain) > both and matter.claim is not Claim.NONE:
        deed = envelopes.read(shown[both]).claimed
        bound = work.matters.of_pair(deed.aud, deed.matter) == matter.id
        fits = deed.iss == vault.node and (bound or pair_for(vault, matter.id, deed.aud) == deed.matter)
    if not fits:
        raise_alarm(work, "two-chains", peer=peer, handover=None, evidence=shown[: len(chain)])
    return fits


def decide(work: UnitOfWork, rounds: Rounds, node: NodeId, matter: MatterId) -> Matter:
    """Give the matter with the claim that its chain and its rounds show, written.

    A deed of another number than the next, or a second one of a number, moves nothing and is put before a person; of
    two, that by which this node itself took or gave up the matter stands against what it was only shown.
    """
    old = work.matters.get(matter)
    known = [each for each in work.handovers.of_matter(matter) if each.course is Course.HANDOVER]
    chain = _joined(work, old.chain, known)
    new = replace(old, chain=chain, epoch=max(old.epoch, len(chain)))
    new = _claimed(work, node, new, known)
    if new != old:
        work.matters.change(old, new)
    if new.claim is Claim.NONE:
        for each in known:
            if each.state is State.TRANSFERRED and old.claim is not Claim.NONE:
                rounds.let_go(work, each)
                break
    return new


def _joined(work: UnitOfWork, shown: Sequence[Digest], known: Sequence[Handover]) -> tuple[Digest, ...]:
    chain = list(shown)
    taken = [each for each in known if each.state in _TAKEN]
    own = {each.deed for each in taken}
    for each in sorted(taken, key=lambda each: each.epoch):
        if each.deed is None or each.deed in chain:
            continue
        if each.epoch != len(chain) + 1:
            evidence = (work.envelopes.deed(each.deed),)
            raise_alarm(work, "two-chains", peer=each.peer, handover=each, evidence=evidence)
        if each.epoch <= len(chain) + 1 and own.isdisjoint(chain[each.epoch - 1 :]):
            chain[each.epoch - 1 :] = [each.deed]
    return tuple(chain)


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
