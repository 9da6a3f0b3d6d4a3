"""Who guesses has to wait, longer each time; and no stranger can make an officer wait for long.

Failures are counted under three keyed digests. By account: after ten, waits of at most half a minute, wherever the
attempts come from. By address: after thirty, at most a quarter of an hour. By browser in which this officer has signed
in before, which shows so by a cookie: after five, at most a quarter of an hour. Such a browser waits for its own
failures alone, so that strangers cannot keep an officer out. One failure is forgotten every five minutes.
"""

from dataclasses import dataclass, replace
from typing import Final

from handover.application.access import Attempts, Caller
from handover.application.ports import UnitOfWork, Vault
from handover.domain.errors import UnreachableError
from handover.protocol import strict

KNOWN: Final = 180 * 86400  # seconds for which a browser is known after an officer signed in there
_FORGOTTEN: Final = 300  # seconds after which one failure is forgotten
_RESTED: Final = 3600  # seconds without a failure, after which it is looked whether any is remembered


@dataclass(frozen=True)
class Limit:
    """So many failures are free; each further one doubles the wait, from one second to the longest."""

    free: int
    longest: int

    def wait(self, failures: int) -> int:
        """Give the seconds to wait after the last failure."""
        over = failures - self.free
        return 0 if over < 0 else min(1 << min(over, 20), self.longest)


ACCOUNT: Final = Limit(10, 30)
ADDRESS: Final = Limit(30, 900)
DEVICE: Final = Limit(5, 900)


class SignInWaitError(UnreachableError):
    """Too many attempts to sign in have failed."""

    name = "sign-in-wait"
    title = "Too many attempts to sign in have failed; for a while no more are taken."
    advice = "Wait some minutes, or sign in with a passkey; the operator can send you a new link."


class Brake:
    """Counts an attempt as failed before it is tried, and takes that back when it succeeds."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def enter(self, work: UnitOfWork, login: str, caller: Caller) -> None:
        """Count an attempt; commit it before the password is looked at, or attempts side by side are free.

        Raises:
            SignInWaitError: too many have failed; this one is not tried and not counted.
        """
        work.doors.drop_attempts(work.now - KNOWN)
        work.doors.drop_failures(work.now - _RESTED, _FORGOTTEN)
        counted = self._counted(work, login, caller)
        for attempts, limit in counted:
            if work.now < attempts.failed_at + limit.wait(_remembered(attempts, work.now)):
                raise SignInWaitError
        for attempts, _ in counted:
            failures = _remembered(attempts, work.now) + 1
            work.doors.put_attempts(replace(attempts, failures=failures, failed_at=work.now))

    def succeeded(self, work: UnitOfWork, login: str, caller: Caller, device: str) -> None:
        """Forget the failures of the account, and know the browser from now on.

        The address is given back this attempt alone: whoever has an account must not free it for guessing at others.
        """
        if not self._known(work, login, caller):
            work.doors.put_attempts(Attempts(key=self._vault.mark("account", login)))
        if caller.address:
            address = work.doors.attempts(self._vault.mark("address", caller.address))
            work.doors.put_attempts(replace(address, failures=max(0, address.failures - 1)))
        if device:
            work.doors.put_attempts(Attempts(key=self._device(login, device), good_at=work.now))

    def _counted(self, work: UnitOfWork, login: str, caller: Caller) -> list[tuple[Attempts, Limit]]:
        if self._known(work, login, caller):
            keys = [(self._device(login, caller.device), DEVICE)]
        else:
            keys = [(self._vault.mark("account", login), ACCOUNT)]
        if caller.address:
            keys.append((self._vault.mark("address", caller.address), ADDRESS))
        return [(work.doors.attempts(key), limit) for key, limit in keys]

    def _known(self, work: UnitOfWork, login: str, caller: Caller) -> bool:
        if not caller.device:
            return False
        return work.doors.attempts(self._device(login, caller.device)).good_at > work.now - KNOWN

    def _device(self, login: str, device: str) -> bytes:
        return self._vault.mark("device", f"{strict.digest(login.encode())}|{device}")


def _remembered(attempts: Attempts, now: int) -> int:
    return max(0, attempts.failures - max(0, now - attempts.failed_at) // _FORGOTTEN)
