"""Renewing the keys: after an erasure no copy of what was erased opens any more, wherever it lies.

Every living data key is wrapped under a new key-encryption key, then the older ones are destroyed
(docs/spec/at-rest.md). It may end at any instant, and goes on from there when it is called again.
"""

from collections.abc import Callable
from typing import Final, Protocol

from handover.application.ports import Database, UnitOfWork

LATEST: Final = 7 * 86400
"""Seconds after an erasure within which the keys are renewed, whatever is set."""
AT_ONCE: Final = 500
"""Data keys that are wrapped anew in one transaction: others write in between."""


class Epochs(Protocol):
    """The key-encryption keys of the node, by epoch. A change is durable when the call is over."""

    def epochs(self) -> tuple[int, ...]:
        """Give the living epochs, the newest last."""
        ...

    def add_epoch(self) -> None:
        """Make the key of the next epoch; all that is wrapped from now on is wrapped under it."""
        ...

    def destroy_epochs(self, *, before: int) -> None:
        """Destroy the keys of epochs before *before*."""
        ...


class Renewal:
    """Renews the node's key-encryption key. `within`: seconds after an erasure until the worker does it by itself.

    `settle` makes the database leave no older copies of rows beside it, as far as it can.
    """

    def __init__(
        self, database: Database, epochs: Epochs, settle: Callable[[], object], *, within: int
    ) -> None:
        self._database = database
        self._epochs = epochs
        self._settle = settle
        self._within = min(within, LATEST)

    def tick(self) -> bool:
        """Renew the keys if an erasure has waited long enough, or finish what was begun; tell whether it was done."""
        if len(self._epochs.epochs()) > 1:
            self._finish()
            return True
        with self._database.reading() as work:
            erased = work.keys.erased()
            due = erased is not None and work.now >= erased + self._within
        if due:
            self.renew()
        return due

    def renew(self) -> int:
        """Renew the keys now, and give the new epoch; one that was not finished is finished first."""
        if len(self._epochs.epochs()) > 1:
            self._finish()
        self._epochs.add_epoch()
        return self._finish()

    def _finish(self) -> int:
        newest = self._epochs.epochs()[-1]
        done = False
        while not done:
            self._move()
            with self._database.begin() as work:
                # Whoever writes wraps under the newest key, and only one writes at a time: none can come after this.
                done = work.keys.move(after="", limit=AT_ONCE) is None
                if done:
                    self._destroy(work, newest)
        self._settle()
        return newest

    def _move(self) -> None:
        after: str | None = ""
        while after is not None:
            with self._database.begin() as work:
                after = work.keys.move(after=after, limit=AT_ONCE)

    def _destroy(self, work: UnitOfWork, newest: int) -> None:
        """Every older key is out of use in what is committed already."""
        work.keys.renewed(before=newest)
        self._epochs.destroy_epochs(before=newest)
