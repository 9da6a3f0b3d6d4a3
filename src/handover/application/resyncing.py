"""Answers a node that was restored: fences what it said before, and gives what the two have said to each other.

All of one answer is one transaction. Only what concerns the two is ever given (docs/spec/restore.md).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from handover.application import before_theft, chains, departures
from handover.application.allowances import Allowances
from handover.application.answers import log_key
from handover.application.facts import Handover, KeptEnvelope
from handover.application.incarnations import StaleIncarnationError, reached
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.registry import Registry, require_usable
from handover.domain.allowance import Allowance
from handover.domain.courses import LIVE, Course
from handover.domain.errors import UntrustedError
from handover.domain.handover import OPEN_OFFER, Act, State
from handover.domain.ids import Digest, NodeId
from handover.domain.sequence import discloses_anew
from handover.protocol import checkpoint as checkpoints
from handover.protocol import resync
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.delivery import Item, size_of
from handover.protocol.entry import EntryKind
from handover.protocol.jwe import SEALED_LIMIT
from handover.protocol.log_origin import LogOrigin
from handover.protocol.message import EVIDENCE_LIMIT
from handover.protocol.resync import (
    MOST_ITEMS,
    MOST_ROUNDS,
    PATH,
    ROOM,
    Answer,
    Place,
    Request,
    Round,
    UnverifiedRequest,
)
from handover.protocol.strict import PART_LIMIT

_STILL_SAID: Final = frozenset(
    {*OPEN_OFFER, *LIVE, State.RELIEVING, State.PENDING, State.BOUND, State.DECLINED}
)
"""States of a round in which what was said goes with its payload still."""

_LARGEST: Final = PART_LIMIT + SEALED_LIMIT
"""Bytes of the largest item: one goes with the longest chain, for each answer has to go on."""
HOURLY: Final = Allowance(burst=1024, rate=1024 / 3600)
"""Requests that are answered to one member: each takes the one writer; this many answers hold 131 072 rounds."""

RESTORED: Final = 64
"""Of these it costs so many to be restored once more: each time its log begins anew here, and stays."""


class Resyncing:
    """The desk at the peer."""

    def __init__(self, database: Database, vault: Vault, registry: Registry) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._now = 0
        self._allowed = Allowances(HOURLY, lambda: self._now)
        self._logged: dict[NodeId, int] = {}

    def answer(self, data: bytes) -> bytes:
        """Give the signed answer to the request of a restored node.

        Raises:
            UntrustedError: no request, none of a member's, not for this node, not made now, or of an old incarnation.
            TooManyRequestsError: this member has asked often enough.
        """
        unverified = UnverifiedRequest.read(data)
        with self._database.reading() as work:
            now = self._now = work.now
        sender = self._registry.listed(unverified.claimed.iss, unverified.kid, now=now)
        request = unverified.verify(sender.key.public, aud=self._vault.node, now=now)
        require_usable(sender.key, now)
        head = checkpoints.verify(request.checkpoint, log_key(request.checkpoint, sender.entry))
        if LogOrigin.parse(head.origin).incarnation != request.incarnation:
            raise StaleIncarnationError
        self._take(request, unverified.digest)
        with self._database.begin() as work:
            self._fence(work, request, head)
            if self._logged.get(request.iss) != request.incarnation:
                work.log.append(EntryKind.RECEIVED, stream="", object_=unverified.digest, now=work.now)
            rounds, after = _page(work, self._registry, request)
            given = Answer(
                iss=self._vault.node,
                aud=request.iss,
                iat=work.now,
                incarnation=self._vault.incarnation,
                re=unverified.digest,
                rounds=rounds,
                checkpoint=work.resyncs.last_checkpoint(request.iss, request.incarnation),
                after=after,
            )
        self._logged[request.iss] = request.incarnation
        return resync.answer(given, signer=self._vault.signer)

    def _take(self, request: Request, digest: Digest) -> None:
        """Each is answered once: who has caught one learns nothing with it, and uses nothing up."""
        with self._database.begin() as work:
            if work.answered.has(digest):
                raise UntrustedError("a request that was answered before")
            self._allowed.require(request.iss)
            self._allowed.spend(request.iss)
            work.answered.put(digest, request.iss, PATH)

    def _fence(self, work: UnitOfWork, request: Request, head: Checkpoint) -> None:
        """From this commit on nothing counts that the node said before it was restored.

        Who shows less of its own log than was seen of it, or another tree, speaks as a generation of before.
        """
        known = work.peers.get(request.iss)
        other = head.size == known.log_size > 0 and head.root != known.log_root
        shorter = (request.incarnation, head.size) < (known.fence, known.log_size)
        if shorter or (request.incarnation == known.fence and other):
            raise StaleIncarnationError
        if request.incarnation > known.fence:
            self._allowed.spend(request.iss, RESTORED)
        new = reached(work, known, request.incarnation)
        if not new.log_root or (head.size and not new.log_size):
            work.envelopes.keep_checkpoint(request.checkpoint)
            new = replace(new, log_size=head.size, log_root=head.root)
        work.queue.hurry(request.iss, now=work.now)
        work.peers.put(replace(new, failures=0, not_before=0, heard_at=work.now))


def _page(work: UnitOfWork, registry: Registry, request: Request) -> tuple[tuple[Round, ...], Place | None]:
    """Give as many rounds as one answer holds, from behind the place that is asked for, and where it ends."""
    begun, names = request.after, work.resyncs.between(request.iss, request.since)
    rounds: list[Round] = []
    room, most = ROOM, MOST_ITEMS
    for name in names:
        if begun is not None and name < begun.round:
            continue
        if len(rounds) == MOST_ROUNDS:
            return tuple(rounds), _end(rounds, begun)
        skipped = begun.items if begun is not None and begun.round == name else 0
        handover = work.handovers.find(request.iss, [name])[name]
        said = work.envelopes.of_handover(handover.id)
        if departures.never_left(work, registry, said):
            continue
        kept = said[skipped:]
        chain = () if skipped else _chain(work, registry, handover)
        room -= sum(map(len, chain))
        items = _fitting(
            work, registry, handover, kept, room=room if rounds else max(room, _LARGEST), most=most
        )
        if items:
            rounds.append(Round(round=name, items=items, chain=chain))
            room, most = room - sum(map(size_of, items)), most - len(items)
        if len(items) < len(kept):
            return tuple(rounds), _end(rounds, begun)
    return tuple(rounds), None


def _end(rounds: Sequence[Round], begun: Place | None) -> Place | None:
    last = rounds[-1]
    before = begun.items if begun is not None and begun.round == last.round else 0
    return Place(round=last.round, items=before + len(last.items))


def _fitting(
    work: UnitOfWork,
    registry: Registry,
    handover: Handover,
    kept: Sequence[KeptEnvelope],
    *,
    room: int,
    most: int,
) -> tuple[Item, ...]:
    items: list[Item] = []
    for each in kept:
        item = Item(envelope=each.data, payload=_payload(work, registry, handover, each))
        room -= size_of(item)
        if len(items) == most or room < 0:
            break
        items.append(item)
    return tuple(items)


def _payload(work: UnitOfWork, registry: Registry, handover: Handover, kept: KeptEnvelope) -> bytes | None:
    """What this side has said and still says goes with its payload, while its ground counts.

    What shows something anew goes without, and so does what tells of a person where the peer takes no part any more.
    """
    still = kept.act is Act.CONSENT_WITHDRAWN or handover.state in _STILL_SAID
    if kept.incoming or not still or discloses_anew(handover.course, kept.act):
        return None
    again = departures.may_show_again(work, registry, handover, kept)
    return work.resyncs.payload(kept.digest) if again else None


def _chain(work: UnitOfWork, registry: Registry, handover: Handover) -> tuple[bytes, ...]:
    """Give what the offer has shown of the deeds before this round, and what dates words of before a theft."""
    dated = before_theft.shown(work, registry, handover)
    if handover.course is Course.CONTACT:
        return dated
    before = work.matters.get(handover.matter).chain[: handover.epoch - 1]
    return (*chains.shown(work, registry, before), *dated)[:EVIDENCE_LIMIT]
