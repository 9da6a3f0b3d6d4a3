"""The desks of tracing keys: epochs, their ceremonies, this node's shares, and evaluations by the holders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from handover.application.ceremonies import Ceremonies
from handover.application.epochs import Epochs
from handover.application.evaluating import Evaluating
from handover.application.key_holding import Allowance, KeyHolding
from handover.application.ports import Database, Vault, Wire
from handover.application.registry import Registry
from handover.application.tracing_keys import QUESTIONS, RECORDS
from handover.domain.errors import HandoverError, MalformedError
from handover.domain.ids import NodeId
from handover.protocol.epoch import SIGNED_LIMIT
from handover.protocol.threshold import HOLDERS

NEWEST: Final = "/federation/v1/epochs/newest"
_ASK_AGAIN: Final = 3600  # seconds

Fetch = Callable[[NodeId, str, str, int], bytes]
"""Takes a node, its address, a path there and a limit in bytes, and gives what lies there."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the operators say: who the five holders are, and what each asker gets from this node."""

    holders: tuple[NodeId, ...]
    allowance: Allowance

    @classmethod
    def of(cls, holders: Sequence[str], *, questions: int = QUESTIONS, records: int = RECORDS) -> "Terms":
        """Give the terms of settings.

        Raises:
            MalformedError: not five different nodes, nor none.
        """
        if holders and not len(holders) == len(set(holders)) == HOLDERS:
            raise MalformedError("five different nodes hold the keys of tracing")
        return cls(
            holders=tuple([NodeId(each) for each in holders]),
            allowance=Allowance(questions=questions, records=records),
        )


@dataclass(frozen=True, kw_only=True)
class KeyDesks:
    """What a node does about tracing keys; a node that is no holder has no shares, and uses the rest."""

    epochs: Epochs
    ceremonies: Ceremonies
    holding: KeyHolding
    evaluating: Evaluating

    @classmethod
    def of(
        cls,
        database: Database,
        vault: Vault,
        registry: Registry,
        wire: Wire,
        terms: Terms,
    ) -> "KeyDesks":
        """Join them."""
        epochs = Epochs(database, vault, registry, terms.holders)
        holding = KeyHolding(database, vault, registry, epochs, terms.allowance)
        return cls(
            epochs=epochs,
            ceremonies=Ceremonies(database, vault, registry, epochs),
            holding=holding,
            evaluating=Evaluating(database, vault, registry, epochs, wire).beside(holding.evaluate),
        )

    def fetching(self, fetch: Fetch) -> "EpochFetching":
        """Give what fetches epochs from the holders."""
        return EpochFetching(self.epochs, fetch)


class EpochFetching:
    """Called again and again by the worker: fetches the newest epoch from the holders, destroys ended shares."""

    def __init__(self, epochs: Epochs, fetch: Fetch) -> None:
        self._epochs = epochs
        self._fetch = fetch
        self._asked = -_ASK_AGAIN

    def tick(self) -> None:
        """Do what is due."""
        now = self._epochs.tick()
        if self._epochs.holders and not 0 <= now - self._asked < _ASK_AGAIN:
            self._asked = now
            self.fetch()

    def fetch(self) -> int | None:
        """Ask one holder after the other for its newest epoch until one is taken; give its number."""
        for holder in self._epochs.holders:
            try:
                address = self._epochs.address(holder)
                return self._epochs.accept(self._fetch(holder, address, NEWEST, SIGNED_LIMIT)).number
            except HandoverError:
                continue  # it is away, or has none that counts here
        return None
