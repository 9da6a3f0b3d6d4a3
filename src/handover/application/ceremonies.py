"""The key ceremony of a tracing epoch, at each of the five holders (docs/spec/tracing-keys.md, section 3)."""

import secrets
from collections.abc import Sequence

from handover.application import epochs as desks
from handover.application.epochs import EpochKnownError, Epochs, signer_of
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.registry import Registry
from handover.domain.errors import HandoverError
from handover.protocol import contribution, jwe, ristretto, strict
from handover.protocol import epoch as epochs
from handover.protocol.contribution import BadContributionError, Contribution
from handover.protocol.entry import EntryKind
from handover.protocol.epoch import Plan
from handover.protocol.ristretto import ORDER


class Ceremonies:
    """Each step takes files and gives a file; operators carry them, or put them where the others fetch them."""

    def __init__(self, database: Database, vault: Vault, registry: Registry, known: Epochs) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._epochs = known

    def plan(self, *, number: int, begins: int, ends: int, tables: bytes, weights: bytes) -> bytes:
        """Give a plan with which any holder begins a ceremony, among the five of the settings.

        Raises:
            EpochKnownError: the number is not a new one.
            RefusedError: a holder has no mandate, or is suspended.
        """
        made = Plan(
            number=number,
            begins=begins,
            ends=ends,
            holders=self._epochs.holders,
            tables=tables,
            weights=weights,
            nonce=secrets.token_bytes(32),
        )
        with self._database.reading() as work:
            self._check(work, made)
        return made.encode()

    def contribute(self, plan: bytes) -> bytes:
        """Deal a secret of this node's own and give the contribution; the secret is forgotten.

        Raises:
            HoldersDifferError, EpochKnownError: the plan is none for this node.
            UnreachableError: the registry is stale: sealing keys would not be certain.
        """
        read = Plan.decode(plan)
        with self._database.begin() as work:
            self._check(work, read)
            self._registry.require_fresh(work.now)
            sealing = [self._registry.sealing_key(holder, work.now) for holder in read.holders]
            data = contribution.contribute(read, self._vault.node, sealing, signer=self._vault.signer)
            work.log.append(EntryKind.EPOCH, stream="", object_=strict.digest(data), now=work.now)
        return data

    def conclude(self, plan: bytes, contributions: Sequence[bytes]) -> bytes:
        """Verify all five contributions, keep this node's share, and give its signature over the epoch's document.

        Raises:
            BadContributionError: one does not hold, or is missing; it is named, and the ceremony begins anew.
        """
        read = Plan.decode(plan)
        with self._database.begin() as work:
            self._check(work, read)
            given = [self._verified(each, work.now) for each in contributions]
            made = contribution.conclude(read, given)
            place = made.place(self._vault.node)
            share = sum(each.share_for(place, self._opener(each, place)) for each in given) % ORDER
            if ristretto.multiply_base(share) != made.keys.shares[place - 1]:
                raise BadContributionError
            self._vault.keep_share(
                made.digest, ristretto.to_bytes(share), begins=made.begins, until=desks.until(made)
            )
            work.log.append(EntryKind.EPOCH, stream="", object_=made.digest, now=work.now)
        return epochs.sign(made, signer=self._vault.signer)

    def join(self, signatures: Sequence[bytes]) -> bytes:
        """Give the epoch's document with its five signatures, whichever order they came in.

        Raises:
            EpochUnsignedError: they are not five over the same document.
            UntrustedError, RefusedError: one is not that of its holder.
        """
        with self._database.reading() as work:
            by_key = {
                signer_of(self._registry, epochs.read_signature(each).kid, now=work.now).entry.node: each
                for each in signatures
            }
            document = epochs.join([by_key[each] for each in self._epochs.holders if each in by_key])
            self._epochs.verified(document, work.now)
        return document

    def _check(self, work: UnitOfWork, plan: Plan) -> None:
        self._epochs.require_holders(plan.holders, work.now)
        plan.place(self._vault.node)
        if any(kept.number >= plan.number for kept in work.tracing_keys.epochs()):
            raise EpochKnownError

    def _verified(self, data: bytes, now: int) -> Contribution:
        found = contribution.read(data)
        holder = found.claimed.holder
        try:
            return found.verify(self._registry.sender(holder, found.kid, now=now).key.public)
        except HandoverError as error:
            raise BadContributionError("%(holder)s", holder=holder) from error

    def _opener(self, given: Contribution, place: int) -> jwe.Opener:
        try:
            return self._vault.opener(jwe.recipient(given.shares[place - 1]))
        except HandoverError as error:
            raise BadContributionError("%(holder)s", holder=given.holder) from error
