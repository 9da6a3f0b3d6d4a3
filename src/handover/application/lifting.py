"""The end of the doubt about one matter, and what it kept from being decided meanwhile (docs/spec/restore.md)."""

from handover.application import resolved_again
from handover.application.alarms import raise_alarm
from handover.application.doubt import WaitingDeed
from handover.application.facts import Handover
from handover.application.ports import UnitOfWork, Vault
from handover.application.rounds import Cause, Rounds
from handover.domain.courses import Course
from handover.domain.errors import OutOfOrderError
from handover.domain.handover import OPEN_OFFER, Act, Order, Role, State, VoidReason
from handover.domain.ids import MatterId, NodeId
from handover.protocol import envelope as envelopes
from handover.protocol.delivery import Item
from handover.protocol.resync import Round


def lift(work: UnitOfWork, rounds: Rounds, vault: Vault, matter: MatterId) -> None:
    """Take the doubt from a matter of which all that its peers say was applied: states, claim and chain are true again.

    What two officers had resolved is so again, other offers of this node that are still open are voided; a deed that
    waited is taken up if it is the next one.
    """
    waiting = work.doubts.waiting(matter)
    work.doubts.lift(matter)
    for each in work.handovers.of_matter(matter):
        if resolved_again.again(work, rounds, vault, each):
            continue
        if each.course is Course.HANDOVER and each.role is Role.SENDER and each.state in OPEN_OFFER:
            rounds.move(work, each, Cause(event=Order.WITHDRAW, void=VoidReason.RESTORED))
    for deed in waiting:
        _take_up(work, rounds, deed)


def shown_by_others(work: UnitOfWork, node: NodeId, matter: MatterId) -> list[tuple[NodeId, Round]]:
    """Give each deed to *node* that only a later holder has shown, with its giver: that one has forgotten it, too.

    The round and this node's acceptance are known. A void that the giver has said in it since is put before a person.
    """
    rounds = []
    for digest in work.matters.get(matter).chain:
        deed = work.envelopes.deed(digest)
        said = envelopes.read(deed).claimed
        found = work.handovers.find(said.iss, [said.round]).get(said.round)
        if said.aud != node or found is None:
            continue
        kept = work.envelopes.of_handover(found.id)
        voids = [each.data for each in kept if each.incoming and each.act is Act.VOID]
        if voids:
            raise_alarm(work, "equivocation", peer=said.iss, handover=found, evidence=(deed, voids[0]))
        elif digest not in {each.digest for each in kept} and said.re in {each.digest for each in kept}:
            items = (Item(envelope=deed, payload=None),)
            rounds.append((said.iss, Round(round=said.round, items=items, chain=())))
    return rounds


def _take_up(work: UnitOfWork, rounds: Rounds, deed: WaitingDeed) -> None:
    handover = work.handovers.get(deed.handover)
    data = work.envelopes.get(deed.digest).data
    said = envelopes.read(data).claimed
    work.doubts.release(deed)
    try:
        _require_next(work, handover, said.epoch)
        cause = Cause(event=Act.DEED, heard=deed.digest, answers=said.re, bound=True)
        rounds.move(work, handover, cause)
    except OutOfOrderError:
        raise_alarm(work, "stray-deed", peer=handover.peer, handover=handover, evidence=(data,))


def _require_next(work: UnitOfWork, handover: Handover, epoch: int) -> None:
    if handover.state is not State.HOLDING and epoch != work.matters.get(handover.matter).epoch + 1:
        raise OutOfOrderError("a deed that others have followed")
