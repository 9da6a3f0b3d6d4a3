"""One thing said in several envelopes: what was signed anew has several names, and each side may know another."""

from handover.application.facts import KeptEnvelope
from handover.application.ports import UnitOfWork
from handover.domain.ids import Digest
from handover.protocol import envelope as envelopes


def names(work: UnitOfWork, digest: Digest) -> tuple[Digest, ...]:
    """Give the digests of all envelopes kept here that say what the envelope *digest* says, itself included.

    Raises:
        NotFoundError: it is not kept here.
    """
    kept = work.envelopes.get(digest)
    roots: dict[Digest, Digest] = {}
    for each in sorted(_of_its_kind(work, kept), key=lambda each: (each.incarnation, each.seq)):
        replaces = envelopes.read(each.data).claimed.replaces
        roots[each.digest] = each.digest if replaces is None else roots.get(replaces, replaces)
    return tuple(each for each, root in roots.items() if root == roots[digest])


def _of_its_kind(work: UnitOfWork, kept: KeptEnvelope) -> list[KeptEnvelope]:
    found = work.envelopes.of_handover(kept.handover)
    return [each for each in found if (each.act, each.incoming) == (kept.act, kept.incoming)]
