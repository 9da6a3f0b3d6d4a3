"""Which passwords and login names are taken: length counts, and what everybody tries first is refused.

There is no rule of composition and no date of expiry: both make passwords worse.
"""

from typing import Final

from handover.domain.composing import composed
from handover.domain.errors import RefusedError

SHORTEST: Final = 12
LONGEST: Final = 256
_LETTERS: Final = 5  # different ones, at the least
_ORDERS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "0123456789012345678901234567890",
)
_OBVIOUS: Final = (
    "password", "passwort", "passwordpassword", "letmein", "welcome", "admin", "administrator", "qwerty", "azerty",
    "iloveyou", "changeme", "secret", "handover", "monkey", "dragon", "sunshine", "princess", "football", "baseball",
    "master", "superman", "trustno", "correcthorsebatterystaple", "motdepasse", "contraseña", "contrasena",
    "κωδικός", "пароль", "كلمةالسر", "guest", "login", "default", "summer", "winter", "spring", "autumn",
)  # fmt: skip


class WeakPasswordError(RefusedError):
    """A password is long enough and not one that is tried first."""

    name = "weak-password"
    title = "This password is too short or too easy to guess."
    advice = "Take at least 12 characters: four or five words that do not belong together are good."


class LoginNameError(RefusedError):
    """A login name is short, without spaces, and nobody else's."""

    name = "login-name"
    title = "This login name cannot be used."
    advice = "Take another one: 3 to 64 characters without spaces."


def normal(password: str) -> str:
    """Give the password as it is compared: the same on every keyboard. What is too long fits nothing."""
    found = composed(password, "NFKC")
    return found if len(found) <= LONGEST else ""


def normal_login(login: str) -> str:
    """Give the login name as it is looked up."""
    return composed(login, "NFKC").casefold().strip()


def check_login(login: str) -> None:
    """Do nothing if it can be a login name.

    Raises:
        LoginNameError: it cannot.
    """
    if not 3 <= len(login) <= 64 or not login.isprintable() or any(letter.isspace() for letter in login):
        raise LoginNameError


def check(password: str, login: str) -> None:
    """Do nothing if the password, as it is compared, is good enough.

    Raises:
        WeakPasswordError: it is not.
    """
    bare = "".join(letter for letter in password.casefold() if letter.isalnum())
    words = "".join(letter for letter in bare if letter.isalpha())
    weak = (
        len(password) < SHORTEST
        or len(set(bare)) < _LETTERS
        or words.replace("0", "o") in _OBVIOUS
        or _repeats(bare)
        or any(len(bare) >= 8 and bare in order * 2 for order in _ORDERS)
        or (len(login) >= 4 and login in password.casefold() and len(password) - len(login) < SHORTEST - 4)
    )
    if weak:
        raise WeakPasswordError


def _repeats(text: str) -> bool:
    """Tell whether a text is one part said again and again: `passwordpassword`, `abc1abc1abc1`."""
    return any(
        text == (text[:size] * (len(text) // size + 1))[: len(text)] for size in range(1, min(9, len(text)))
    )
