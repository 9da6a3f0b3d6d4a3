"""The operator's desk for backups: how old the last good one is, and one that is made now."""

import threading
from dataclasses import dataclass
from typing import Final, Protocol

from handover.application.facts import Actor
from handover.application.permissions import Right, require
from handover.application.ports import Clock
from handover.domain.errors import OutOfOrderError, RefusedError

LATE: Final = 2 * 86400
"""Seconds after which the last good backup is too old."""
LAST: Final = 7 * 86400
"""Seconds after which that is a failure."""


class NoBackupFolderError(RefusedError):
    """No folder for backups is set, so none can be made from a page."""

    name = "no-backup-folder"
    title = "This node is not told where its backups go."
    advice = "Set backup_folder to a folder on another disk or machine, let each night's backup go there, and restart."


class BackupUnderWayError(OutOfOrderError):
    """One backup at a time."""

    name = "backup-under-way"
    title = "A backup is being made already."
    advice = "Wait until it is done, then load the page again."


@dataclass(frozen=True, kw_only=True)
class Backups:
    """What is known of backups: when the last good one was made, where a new one goes (None: nowhere)."""

    made_at: int | None
    age: int | None
    folder: str | None


class Archive(Protocol):
    """Makes backups of this node's database."""

    @property
    def folder(self) -> str | None:
        """Where they go; None where that is not set."""
        ...

    def last_made(self) -> int | None:
        """Give when the last good one was made, seconds since 1970."""
        ...

    def make(self, now: int) -> str:
        """Make one, read it back, and give its name; raises a HandoverError where it is not good."""
        ...


class BackupDesk:
    """Where operators see how old the last good backup is, and make one."""

    def __init__(self, archive: Archive, clock: Clock) -> None:
        self._archive = archive
        self._clock = clock
        self._busy = threading.Lock()

    def look(self, *, actor: Actor) -> Backups:
        """Give what is known.

        Raises:
            ForbiddenError: only operators see it.
        """
        require(actor, Right.OPERATE)
        made_at = self._archive.last_made()
        age = None if made_at is None else max(0, self._clock() - made_at)
        return Backups(made_at=made_at, age=age, folder=self._archive.folder)

    def make(self, *, actor: Actor) -> str:
        """Make a backup now, and give its name once it was read back whole.

        Raises:
            ForbiddenError: only operators may.
            NoBackupFolderError: none is set.
            BackupUnderWayError: one is being made already.
            HandoverError: it could not be made, or not be read back.
        """
        require(actor, Right.OPERATE)
        if self._archive.folder is None:
            raise NoBackupFolderError
        if not self._busy.acquire(blocking=False):
            raise BackupUnderWayError
        try:
            return self._archive.make(self._clock())
        finally:
            self._busy.release()
