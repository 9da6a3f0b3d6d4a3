"""What proves that a form was made by this node for this session, and keeps a form over a session's end."""

import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken

from handover.domain.errors import MalformedError
from handover.protocol import strict

LIFE: Final = 12 * 3600  # seconds for which a form outlives its session
_BYTES: Final = 32


def fresh() -> str:
    """Give a new secret for the forms of one session."""
    return strict.b64(secrets.token_bytes(_BYTES))


def masked(secret: str) -> str:
    """Give the secret as it stands in a page: another text each time, so that compression tells nothing of it."""
    plain = sha256(secret.encode()).digest()
    mask = secrets.token_bytes(_BYTES)
    return strict.b64(mask + bytes(a ^ b for a, b in zip(mask, plain, strict=True)))


def fits(token: str, secret: str) -> bool:
    """Tell whether *token* is the secret, masked in whatever way."""
    try:
        data = strict.unb64(token, length=2 * _BYTES)
    except MalformedError:
        return False
    plain = bytes(a ^ b for a, b in zip(data[:_BYTES], data[_BYTES:], strict=True))
    return bool(secret) and hmac.compare_digest(plain, sha256(secret.encode()).digest())


def is_foreign(origin: str, *, own: str, host: str) -> bool:
    """Tell whether a browser names another origin than *own*; a page of the same name without TLS is another one.

    A node that has no address of its own goes by the *host* that it was called by.
    """
    if own:
        return origin not in ("", own)
    return bool(origin) and urlsplit(origin).netloc != host


class Keeper:
    """Seals what an officer had typed when the session ended: the browser carries it, and only that officer sees it."""

    def __init__(self, secret: str) -> None:
        self._box = Fernet(urlsafe_b64encode(sha256(f"kept forms\0{secret}".encode()).digest()))

    def seal(self, officer: str, path: str, sent: Mapping[str, Sequence[str]], *, now: int) -> str:
        """Give the sealed form."""
        data = json.dumps([officer, path, {name: list(values) for name, values in sent.items()}])
        return self._box.encrypt_at_time(data.encode(), now).decode()

    def is_ours(self, sealed: str, *, now: int) -> bool:
        """Tell whether this node sealed it, and not too long ago."""
        try:
            self._box.decrypt_at_time(sealed.encode(), LIFE, now)
        except (InvalidToken, UnicodeEncodeError):
            return False
        return True

    def open(self, sealed: str, officer: str, *, now: int) -> tuple[str, dict[str, list[str]]] | None:
        """Give path and values, or None: not ours, too old, or of another officer."""
        try:
            found = json.loads(self._box.decrypt_at_time(sealed.encode(), LIFE, now))
        except (InvalidToken, UnicodeEncodeError):
            return None
        whose, path, sent = found
        return (path, sent) if whose == officer else None
