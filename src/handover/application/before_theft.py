"""What was said with a key that was stolen since: a restored node believes of itself what its peer had logged before.

The peer shows its receipts behind the chain of the round (docs/spec/restore.md, section 6.2).
"""

from collections.abc import Collection, Mapping, Sequence

from handover.application import chains, fit, receipted
from handover.application.facts import Handover
from handover.application.intake import Received
from handover.application.ports import UnitOfWork
from handover.application.registry import KeyCompromisedError, Registry
from handover.domain.ids import Digest
from handover.protocol import entry as entries
from handover.protocol import receipt as receipts
from handover.protocol import strict
from handover.protocol.node_key import KeyStatus
from handover.protocol.receipt import Receipt


def shown(work: UnitOfWork, registry: Registry, handover: Handover) -> tuple[bytes, ...]:
    """Give this node's receipts of what the other side of a round has said with a key that was stolen since."""
    said = work.envelopes.of_handover(handover.id)
    stolen = [
        each.digest for each in said if each.incoming and chains.is_stolen(registry, each.data, work.now)
    ]
    found = work.envelopes.receipts(stolen).values()
    return tuple(strict.b64(receipts.to_proof(each.proof)).encode("ascii") for each in found)


def apart(
    evidence: Sequence[bytes], said: Collection[Digest]
) -> tuple[dict[Digest, Receipt], tuple[bytes, ...]]:
    """Give the receipts in *evidence* for what was *said*, and the chain of deeds that is left.

    Raises:
        UntrustedError: a part is neither a deed nor a receipt.
    """
    found: dict[Digest, Receipt] = {}
    left: list[bytes] = []
    for part in evidence:
        proof = None if b"." in part else receipts.from_proof(strict.unb64(part.decode("ascii", "replace")))
        if proof is not None and (name := entries.decode(proof.entry).object) in said:
            found[name] = proof
        else:
            left.append(part)
    return found, tuple(left)


def require(work: UnitOfWork, registry: Registry, received: Received, receipt: Receipt | None) -> None:
    """What this node is to have said with a key that was stolen since it knows, or the peer had logged before.

    For what the peer has said before its own theft, it vouches by the sound key under its answer.

    Raises:
        KeyCompromisedError: nobody can tell it from what the thief says.
        ChainError: the receipt proves nothing.
    """
    key = received.sender.key
    if key.status is not KeyStatus.COMPROMISED or fit.is_known(work, received.digest):
        return
    if receipt is None:
        raise KeyCompromisedError
    at = chains.logged_at(registry, received.envelope, received.digest, receipt, work.now)
    if at is None or not key.sound(at):
        raise KeyCompromisedError


def keep(work: UnitOfWork, said: Sequence[Received], dated: Mapping[Digest, Receipt]) -> None:
    """Keep the receipts of what this node has said, where they were asked for: its evidence rests on them."""
    work.envelopes.add_receipts(
        receipted.kept(each.digest, dated[each.digest])
        for each in said
        if each.digest in dated and each.sender.key.status is KeyStatus.COMPROMISED
    )
