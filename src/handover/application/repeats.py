"""A request that comes again under its key is carried out once and answered the same: effect and answer are one."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from handover.application.facts import Actor
from handover.application.ports import Database
from handover.domain.errors import OutOfOrderError


class KeyUsedError(OutOfOrderError):
    """An `Idempotency-Key` belongs to one request."""

    name = "idempotency-key-used"
    title = "This Idempotency-Key was used for another request."
    advice = "Take a new key for a new request; repeat a request with exactly the same bytes."


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Status and body of an answer; `replayed`: the request had been carried out before."""

    status: int
    body: bytes
    replayed: bool = False


class Repeats:
    """Keeps answers in the transaction of their effect, for 30 days, for each officer apart."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def once(
        self, act: Callable[[], Reply], *, key: str, request: bytes, actor: Actor, keeps: bool = True
    ) -> Reply:
        """Carry *act* out, or give the answer that it had when it was carried out under *key* before.

        What fails is not kept: it changed nothing, and may be repeated. With *keeps* false the answer holds values
        that must be erasable: it is not kept, and a repeat carries *act* out again, which must then change nothing.

        Raises:
            KeyUsedError: the key was used for a request with other bytes.
        """
        digest = sha256(request).digest()
        name = sha256(key.encode()).hexdigest()  # a key that somebody made from a name is not stored as it is
        with self._database.begin() as work:
            kept = work.replies.get(actor.officer, name)
            if kept is not None:
                earlier, status, body = kept
                if earlier != digest:
                    raise KeyUsedError
                return Reply(status=status, body=body if keeps else act().body, replayed=True)
            reply = act()
            work.replies.put(
                actor.officer,
                name,
                request=digest,
                status=reply.status,
                answer=reply.body if keeps else b"",
                now=work.now,
            )
            return reply
