"""Passwords by argon2id and one-time codes by RFC 6238, with the same work whether or not there is a secret.

At most two passwords are stretched at once: each takes 19 MiB and tens of milliseconds, and a flood of attempts must
not take the node from its peers. Four more may wait, each in a thread: the other threads are for who is signed in.
"""

import hmac
import secrets
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from handover.domain.errors import UnreachableError

MEMORY: Final = 19456  # KiB
PASSES: Final = 2
AT_ONCE: Final = 2
WAITING: Final = 4
_PATIENCE: Final = 10.0  # seconds to wait for a turn
_STEP: Final = 30  # seconds
_NEAR: Final = (-1, 0, 1)  # steps: clocks of telephones are not quite right


class SignInBusyError(UnreachableError):
    """So many are signing in that one more would have to wait too long."""

    name = "sign-in-busy"
    title = "Too many people are signing in at this moment."
    advice = "Wait a minute and try again; a passkey needs no waiting."


class Argon2Passwords:
    """Stretches passwords; safe to use from several threads."""

    def __init__(self, *, at_once: int = AT_ONCE, patience: float = _PATIENCE) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY, parallelism=1)
        self._turns = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + WAITING)
        self._patience = patience
        self._nobody = _of_nobody()
        self._no_secret = self.new_secret()

    def stretch(self, password: str) -> str:
        """Give what is kept of a password.

        Raises:
            SignInBusyError: too many at once.
        """
        with self._turn():
            return self._hasher.hash(password)

    def fits(self, kept: str | None, password: str) -> bool:
        """Tell whether it is that password; where none is kept, the answer costs as much.

        Raises:
            SignInBusyError: too many at once.
        """
        with self._turn():
            try:
                return self._hasher.verify(kept or self._nobody, password)
            except (VerificationError, InvalidHashError):
                return False

    def new_secret(self) -> str:
        """Give a fresh secret for one-time codes: 160 bits in base32."""
        return pyotp.random_base32()

    def address(self, secret: str, *, login: str, issuer: str) -> str:
        """Give the `otpauth:` address that a code app reads."""
        return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)

    def step(self, secret: str | None, code: str, now: int) -> int | None:
        """Give the time step whose code this is, at most one away from now."""
        codes = pyotp.TOTP(secret or self._no_secret)
        found = None
        for near in _NEAR:
            step = now // _STEP + near
            if hmac.compare_digest(codes.at(step * _STEP).encode(), code.encode()):
                found = step
        return found if secret is not None else None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise SignInBusyError
        try:
            if not self._turns.acquire(timeout=self._patience):
                raise SignInBusyError
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._places.release()


def _of_nobody() -> str:
    """Give what no password fits, of the same cost."""
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={MEMORY},t={PASSES},p=1${salt}${digest}"
