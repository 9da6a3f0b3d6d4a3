"""The ledger beside the vault: what was destroyed or has ended for good, so that a restore ends it again.

It is not in a backup. A line has a number, a time, whose data key it was or other identifiers in words, and a code over
it and the line before, under a secret of the node's: no value, no key (docs/spec/at-rest.md, section 6).
"""

import hmac
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from handover.adapters import endings, vault_file
from handover.adapters.files import sync_folder
from handover.adapters.unit import Unit
from handover.adapters.vault import FileVault
from handover.application.endings import ERASED, Ended
from handover.domain.errors import HandoverError
from handover.protocol import strict

NAME: Final = "erasures.log"
_HEADER: Final = "handover-erasures/1"
_WHOLE: Final = "whole ledger -"
"""A line that says: what the database knew at this time and was not in the file, stands before it."""


class LedgerError(HandoverError):
    """The ledger of what has ended is not as it was written."""

    name = "erasures-damaged"
    title = "The ledger of what was erased is damaged, or belongs to other keys."
    advice = (
        "Put the newest copy of erasures.log in its place. Without any, move the file away and end again, by hand, "
        "what was erased, withdrawn or shut out since the backup was made."
    )


class LedgerShortError(LedgerError):
    """The ledger does not hold what it held when the backup was made."""

    name = "erasures-short"
    title = "The ledger of what was erased ends before the backup was made: its end is missing, or it is an old copy."


@dataclass(frozen=True, kw_only=True)
class End:
    """Where the ledger ended at some time: how many lines it had, and the code of the last."""

    lines: int
    code: str


@dataclass(frozen=True, kw_only=True)
class _Read:
    """What the file holds: `codes` are those of the header and of each line, `size` without a line that was cut off."""

    found: list[Ended]
    codes: list[str]
    size: int


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A place behind a line of the file: how many bytes and lines are before it, and the code of the last."""

    size: int = 0
    lines: int = 0
    code: str = _HEADER


_START: Final = _Place()


class Ledger:
    """The file; every process of the node appends to it.

    What this process has read or written once is not read again to append to it: each line costs the same.
    """

    def __init__(self, vault: FileVault) -> None:
        self._vault = vault
        self._late: list[Ended] = []
        self._known = _START
        self.path = vault.path.with_name(NAME)

    def read(self) -> list[Ended]:
        """Give all that was noted; nothing where there is no ledger.

        Raises:
            LedgerError: a line is not the one that was written.
        """
        return [each for each in self._read().found if each.what != _WHOLE]

    def end(self) -> End:
        """Give where it ends now; raises LedgerError."""
        read = self._read()
        return End(lines=len(read.found), code=read.codes[-1])

    def require(self, end: End | None, *, made_at: int) -> None:
        """Do nothing if it holds what it held where it ended when a backup was made, or if there is no file at all.

        Where its end was lost, and the node has written anew since what its database knew, nothing is missing.

        Raises:
            LedgerError: a line is not the one that was written, or the end is missing.
        """
        if end is None or not self.path.exists():
            return
        read = self._read()
        if any(each.what == _WHOLE and each.at >= made_at for each in read.found):
            return
        if read.codes[end.lines : end.lines + 1] != [end.code]:
            raise LedgerShortError

    def note(self, ended: Iterable[Ended]) -> None:
        """Append what has ended; where the file does not take it, it is appended with the next."""
        self._late += ended
        if not self._late:
            return
        with suppress(OSError, LedgerError), vault_file.alone(self.path):
            self._append()
            self._late = []

    def catch_up(self, unit: Unit, *, newest: bool = True) -> None:
        """Append what the database knows to have ended and the ledger does not: a process was cut off in between.

        After it the file says that it is whole, if the database is the *newest* that there is.
        """
        with suppress(LedgerError):
            noted = self.read()
            last, erased = (
                {each.subject: each.what for each in noted},
                {(each.what, each.at) for each in noted},
            )
            missing = [
                each
                for each in endings.known(unit)
                if last.get(each.subject) != each.what
                or (each.kind == ERASED and (each.what, each.at) not in erased)
            ]
            if missing and newest:
                missing.append(Ended(what=_WHOLE, at=unit.now))
            self.note(missing)

    def _read(self, since: _Place = _START) -> _Read:
        """Read what stands behind a place, and verify it."""
        try:
            with self.path.open("rb") as file:
                file.seek(since.size)
                data = file.read()
        except FileNotFoundError:
            data = b""
        whole = data[: data.rfind(b"\n") + 1]
        lines = whole.decode("ascii", "replace").splitlines()
        if since == _START and lines and lines.pop(0) != _HEADER:
            raise LedgerError
        found, codes = [], [since.code]
        for number, line in enumerate(lines, start=since.lines + 1):
            said, _, written = line.rpartition(" ")
            codes.append(self._code(codes[-1], said))
            good = hmac.compare_digest(codes[-1].encode(), written.encode())
            if not good or not said.startswith(f"{number} "):
                raise LedgerError
            _, at, what = said.split(" ", 2)
            found.append(Ended(what=what, at=int(at)))
        return _Read(found=found, codes=codes, size=since.size + len(whole))

    def _place(self) -> _Place:
        """Give where the file ends now; another process may have written on, or the file be another one."""
        since = self._known
        if self.path.exists() and self.path.stat().st_size >= since.size:
            with suppress(LedgerError):
                return _end_of(self._read(since), since)
        return _end_of(self._read(), _START)

    def _append(self) -> None:
        place = self._place()
        code, lines = place.code, [] if place.size else [_HEADER]
        for number, each in enumerate(self._late, start=place.lines + 1):
            said = f"{number} {each.at} {each.what}"
            code = self._code(code, said)
            lines.append(f"{said} {code}")
        data = "".join(f"{line}\n" for line in lines).encode()
        with self.path.open("ab") as file:
            file.truncate(place.size)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.path.parent)
        self._known = _Place(size=place.size + len(data), lines=place.lines + len(self._late), code=code)

    def _code(self, before: str, said: str) -> str:
        return strict.b64(self._vault.mark("erasures", f"{before} {said}"))


def _end_of(read: _Read, since: _Place) -> _Place:
    return _Place(size=read.size, lines=since.lines + len(read.found), code=read.codes[-1])
