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


class Ledger:
    """The file; every process of the node appends to it."""

    def __init__(self, vault: FileVault) -> None:
        self._vault = vault
        self._late: list[Ended] = []
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

    def _read(self) -> _Read:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            data = b""
        whole = data[: data.rfind(b"\n") + 1]
        header, *lines = whole.decode("ascii", "replace").splitlines() or [_HEADER]
        if header != _HEADER:
            raise LedgerError
        found, codes = [], [header]
        for number, line in enumerate(lines, start=1):
            said, _, written = line.rpartition(" ")
            codes.append(self._code(codes[-1], said))
            good = hmac.compare_digest(codes[-1].encode(), written.encode())
            if not good or not said.startswith(f"{number} "):
                raise LedgerError
            _, at, what = said.split(" ", 2)
            found.append(Ended(what=what, at=int(at)))
        return _Read(found=found, codes=codes, size=len(whole))

    def _append(self) -> None:
        read = self._read()
        code, lines = read.codes[-1], [] if read.size else [_HEADER]
        for number, each in enumerate(self._late, start=len(read.found) + 1):
            said = f"{number} {each.at} {each.what}"
            code = self._code(code, said)
            lines.append(f"{said} {code}")
        with self.path.open("ab") as file:
            file.truncate(read.size)
            file.write("".join(f"{line}\n" for line in lines).encode())
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.path.parent)

    def _code(self, before: str, said: str) -> str:
        return strict.b64(self._vault.mark("erasures", f"{before} {said}"))
