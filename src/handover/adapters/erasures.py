"""The ledger beside the vault: what was destroyed or has ended for good, so that a restore ends it again.

It is not in a backup. A line has a number, a time, whose data key it was or other identifiers in words, and a code over
it and the line before, under a secret of the node's: no value, no key (docs/spec/at-rest.md, section 6).
"""

import hmac
import os
from collections.abc import Iterable
from contextlib import suppress
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


class LedgerError(HandoverError):
    """The ledger of what has ended is not as it was written."""

    name = "erasures-damaged"
    title = "The ledger of what was erased is damaged, or belongs to other keys."
    advice = (
        "Put the newest copy of erasures.log in its place. Without any, move the file away and end again, by hand, "
        "what was erased, withdrawn or shut out since the backup was made."
    )


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
        return self._read()[0]

    def note(self, ended: Iterable[Ended]) -> None:
        """Append what has ended; where the file does not take it, it is appended with the next."""
        self._late += ended
        if not self._late:
            return
        with suppress(OSError, LedgerError), vault_file.alone(self.path):
            self._append()
            self._late = []

    def catch_up(self, unit: Unit) -> None:
        """Append what the database knows to have ended and the ledger does not: a process was cut off in between."""
        with suppress(LedgerError):
            noted = self.read()
            last, erased = (
                {each.subject: each.what for each in noted},
                {(each.what, each.at) for each in noted},
            )
            self.note(
                each
                for each in endings.known(unit)
                if last.get(each.subject) != each.what
                or (each.kind == ERASED and (each.what, each.at) not in erased)
            )

    def _read(self) -> tuple[list[Ended], str, int]:
        """Give what was noted, the last code, and how long the file is without a line that was cut off."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            data = b""
        whole = data[: data.rfind(b"\n") + 1]
        header, *lines = whole.decode("ascii", "replace").splitlines() or [_HEADER]
        if header != _HEADER:
            raise LedgerError
        found, code = [], header
        for number, line in enumerate(lines, start=1):
            said, _, written = line.rpartition(" ")
            code = self._code(code, said)
            if not hmac.compare_digest(code.encode(), written.encode()) or not said.startswith(f"{number} "):
                raise LedgerError
            _, at, what = said.split(" ", 2)
            found.append(Ended(what=what, at=int(at)))
        return found, code, len(whole)

    def _append(self) -> None:
        known, code, end = self._read()
        lines = [] if end else [_HEADER]
        for number, each in enumerate(self._late, start=len(known) + 1):
            said = f"{number} {each.at} {each.what}"
            code = self._code(code, said)
            lines.append(f"{said} {code}")
        with self.path.open("ab") as file:
            file.truncate(end)
            file.write("".join(f"{line}\n" for line in lines).encode())
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.path.parent)

    def _code(self, before: str, said: str) -> str:
        return strict.b64(self._vault.mark("erasures", f"{before} {said}"))
