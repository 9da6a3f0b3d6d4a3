"""Tracing epochs as a node goes by them: accepted once, when holders, registry and five signatures fit."""

from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.registry import (
    KeyCompromisedError,
    MandateMissingError,
    NodeSuspendedError,
    Registry,
    Sender,
    UnknownSenderError,
)
from handover.application.tracing_keys import HoldersDifferError, KeptEpoch, NoEpochError
from handover.domain.errors import OutOfOrderError
from handover.domain.ids import NodeId
from handover.protocol import epoch as epochs
from handover.protocol.entry import EntryKind
from handover.protocol.epoch import GRACE, Epoch
from handover.protocol.node_entry import Mandate
from handover.protocol.node_key import KeyStatus, KeyUse


class EpochKnownError(OutOfOrderError):
    """An epoch of this number, or a later one, was accepted before."""

    name = "epoch-known"
    title = "An epoch of this number was accepted here before, with another document."
    advice = "Compare both documents with the other holders; the next ceremony takes the next number."


class Epochs:
    """The desk of epochs. *holders* are the five whom this node's operators name; none where nobody traces."""

    def __init__(
        self, database: Database, vault: Vault, registry: Registry, holders: tuple[NodeId, ...]
    ) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._read: dict[int, Epoch] = {}
        self.holders = holders

    def current(self, now: int | None = None) -> Epoch:
        """Give the epoch in which questions are asked now.

        Raises:
            NoEpochError: there is none.
        """
        with self._database.reading() as work:
            moment = work.now if now is None else now
            for kept in work.tracing_keys.epochs():
                if kept.begins <= moment < kept.ends:
                    return self._of(kept)
        raise NoEpochError

    def for_index(self, now: int | None = None) -> list[Epoch]:
        """Give the epochs for which keys are evaluated now, newest first: the next one begins while one goes on."""
        with self._database.reading() as work:
            moment = work.now if now is None else now
            found = [self._of(kept) for kept in work.tracing_keys.epochs()]
        return [each for each in found if each.indexed(moment)]

    def get(self, number: int) -> Epoch:
        """Give an accepted epoch.

        Raises:
            NoEpochError: there is none.
        """
        with self._database.reading() as work:
            return self._of(work.tracing_keys.epoch(number))

    def document(self, number: int) -> bytes:
        """Give the signed document of an accepted epoch, as it came.

        Raises:
            NoEpochError: there is none.
        """
        with self._database.reading() as work:
            return work.tracing_keys.epoch(number).document

    def newest(self) -> bytes:
        """Give the signed document of the newest epoch.

        Raises:
            NoEpochError: there is none.
        """
        for kept in self.all():
            return kept.document
        raise NoEpochError

    def all(self) -> list[KeptEpoch]:
        """Give all that were accepted, newest first."""
        with self._database.reading() as work:
            return work.tracing_keys.epochs()

    def _of(self, kept: KeptEpoch) -> Epoch:
        if kept.number not in self._read:  # a document never changes once it was accepted
            self._read[kept.number] = epochs.read(kept.document).claimed
        return self._read[kept.number]

    def accept(self, document: bytes) -> Epoch:
        """Verify an epoch's document and go by it from now on; the same again changes nothing.

        Raises:
            HoldersDifferError: the holders are not those of the settings.
            EpochKnownError: there is another of this number.
            UntrustedError, RefusedError: a signature does not fit, or a holder lacks key or mandate.
        """
        with self._database.begin() as work:
            found = self.verified(document, work.now)
            known = {kept.number: kept.digest for kept in work.tracing_keys.epochs()}
            if known.get(found.number, found.digest) != found.digest:
                raise EpochKnownError
            if found.number not in known:
                self._keep(work, found, document)
        return found

    def _keep(self, work: UnitOfWork, found: Epoch, document: bytes) -> None:
        work.tracing_keys.add_epoch(
            KeptEpoch(
                number=found.number,
                digest=found.digest,
                begins=found.begins,
                ends=found.ends,
                document=document,
                accepted_at=work.now,
            )
        )
        work.log.append(EntryKind.EPOCH, stream="", object_=found.digest, now=work.now)

    def verified(self, document: bytes, now: int) -> Epoch:
        """Give the epoch of a document that all five holders of the settings have signed.

        Raises:
            HoldersDifferError: the holders are not those of the settings.
            UntrustedError, RefusedError: a signature does not fit, or a holder lacks key or mandate.
        """
        signed = epochs.read(document)
        self.require_holders(signed.claimed.holders, now)
        for holder, signature in zip(signed.claimed.holders, signed.signatures, strict=True):
            key = self._registry.listed(holder, signature.kid, now=now).key
            if key.status is KeyStatus.COMPROMISED:
                raise KeyCompromisedError
            signature.verify(key.public)
        return signed.claimed

    def require_holders(self, holders: tuple[NodeId, ...], now: int) -> None:
        """Do nothing if these are the five of the settings, each with the mandate and none suspended.

        Raises:
            HoldersDifferError: others, or another order.
            RefusedError: one has no mandate for tracing, or is suspended.
        """
        if holders != self.holders:
            raise HoldersDifferError
        for holder in holders:
            require_tracing(self._registry, holder, now)

    def address(self, holder: NodeId) -> str:
        """Give where a holder is reached."""
        with self._database.reading() as work:
            return self._registry.entry(holder, work.now).address

    def tick(self) -> int:
        """Destroy the shares of epochs that have ended, so that what was recorded stays closed; give the time."""
        with self._database.reading() as work:
            now = work.now
        self._vault.destroy_shares(before=now)
        return now


def until(found: Epoch) -> int:
    """Give when a holder destroys its share."""
    return found.ends + GRACE


def require_tracing(registry: Registry, node: NodeId, now: int) -> None:
    """Do nothing if the node may take part in tracing.

    Raises:
        MandateMissingError: the registry gives it no mandate.
        NodeSuspendedError: it is suspended.
    """
    if Mandate.FAMILY_TRACING not in registry.entry(node, now).mandates:
        raise MandateMissingError
    if registry.barred(node, now):
        raise NodeSuspendedError


def signer_of(registry: Registry, kid: str, *, now: int) -> Sender:
    """Give who signs with *kid* at *now*, where a message names the key alone.

    Raises:
        UnknownSenderError: the registry lists no such key.
        KeyCompromisedError, KeyNotUsableError: it does not count now.
    """
    for node, entry in registry.current(now).entries.items():
        if any(key.kid == kid and key.use is KeyUse.SIG for key in entry.keys):
            return registry.sender(node, kid, now=now)
    raise UnknownSenderError
