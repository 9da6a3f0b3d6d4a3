"""Photographs and documents: kept with the matter, sealed for a recipient, pushed beside the envelopes, adopted."""

from dataclasses import dataclass, replace

from handover.application import departures
from handover.application.alarms import raise_alarm
from handover.application.facts import Actor, Handover, KeptParcel
from handover.application.owners import TALK
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Wire
from handover.application.readings import require_stated
from handover.application.registry import Registry
from handover.domain.consent import GroundError
from handover.domain.errors import (
    HandoverError,
    MalformedError,
    NotFoundError,
    RefusedError,
    UntrustedError,
)
from handover.domain.handover import State
from handover.domain.ids import Digest, HandoverId, MatterId, NodeId
from handover.domain.record import Record
from handover.protocol import attachment, strict
from handover.protocol.attachment import LONGEST_FILE, PART, AttachmentError, Parcel
from handover.protocol.entry import EntryKind
from handover.protocol.message import Message
from handover.protocol.strict import Json

MEDIA_TYPES = ("application/pdf", "audio/mp4", "audio/mpeg", "image/jpeg", "image/png", "text/plain")
_PUSHED_AT_ONCE = 16
_UNDECIDED = frozenset({State.PENDING, State.BOUND, State.DECLINED})
_OVER = frozenset({State.VOIDING, State.VOIDED, State.CLOSED, State.DISCARDED})


class AttachmentMissingError(RefusedError):
    """A field that is to be offered names a file that is not kept here."""

    name = "attachment-missing"
    title = "The record names a file that was not uploaded."
    advice = "Upload the file, or leave the field out of the offer."


class AttachmentUnderWayError(RefusedError):
    """The file has not arrived in full."""

    name = "attachment-under-way"
    title = "The file is still on its way from the other node."
    advice = "Try again in a moment; it is fetched by itself."
    retry = True


class AttachmentKnownError(UntrustedError):
    """An offer names a ciphertext that another round has named before."""

    name = "attachment-known"
    title = "The offer names a sealed file that belongs to another round."
    advice = "Seal the file anew for each round."


@dataclass(frozen=True, kw_only=True)
class Pushed:
    """How many parts were sent, and whether the peer has all of it now."""

    sent: int
    taken: bool


class Attachments:
    """The desk for files."""

    def __init__(self, database: Database, registry: Registry, wire: Wire) -> None:
        self._database = database
        self._registry = registry
        self._wire = wire

    def add(self, matter: MatterId, media_type: str, data: bytes, *, actor: Actor) -> Digest:
        """Keep a file with the matter and give its digest, by which the record names it.

        Raises:
            MalformedError: an unknown kind of file, empty, or over 20 MiB.
        """
        require(actor, Right.WRITE_CASE)
        if media_type not in MEDIA_TYPES or not 0 < len(data) <= LONGEST_FILE:
            raise MalformedError("a file is of a known kind and has from one byte to 20 MiB")
        digest = strict.digest(data)
        with self._database.begin() as work:
            work.matters.get(matter)
            work.files.keep(matter, digest, media_type, data)
        return digest

    def read(self, matter: MatterId, digest: Digest, *, actor: Actor) -> tuple[str, bytes]:
        """Give media type and content of a file of the matter; the reading is logged.

        Raises:
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.READ_CASE)
        with self._database.begin() as work:
            require_stated(work, matter, actor)
            found = work.files.get(matter, digest)
            work.log.append(EntryKind.DISCLOSED, stream=matter, object_=digest, now=work.now)
            return found

    def read_offered(self, handover: HandoverId, digest: Digest, *, actor: Actor) -> tuple[str, bytes]:
        """Give a file of an offer that was opened; the reading is logged.

        Raises:
            AttachmentUnderWayError: it has not arrived in full.
            GroundExpiredError: the ground does not count any more; nothing is shown.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = work.handovers.get(handover)
            if found.offer is None or found.opened_at is None or found.state in _OVER:
                raise NotFoundError
            require_stated(work, found.matter, actor)
            if found.state in _UNDECIDED:
                departures.require_shown(work.exhibits.find([found.offer])[found.offer].consent, work.now)
            for kept in work.files.parcels(handover):
                if kept.parcel.file == digest:
                    data = _opened(work, kept, found)
                    work.log.append(EntryKind.DISCLOSED, stream=found.pair, object_=digest, now=work.now)
                    return kept.media_type, data
            raise NotFoundError

    def sender(self, sealed: Digest) -> NodeId:
        """Give the member whose offer has named a ciphertext; raises NotFoundError."""
        with self._database.reading() as work:
            return work.files.parcel(sealed).peer

    def accept(self, sealed: Digest, offset: int, part: bytes) -> int:
        """Keep the next part of a ciphertext that an offer has named; give how many bytes of it are here.

        A part that does not fit changes nothing; a whole that is not the one named is thrown away.

        Raises:
            NotFoundError: no offer here names it.
        """
        with self._database.reading() as work:
            work.files.parcel(sealed)  # whoever names what nobody expects does not come to write
        with self._database.begin() as work:
            kept = work.files.parcel(sealed)
            fits = offset == kept.have and 0 < len(part) <= min(PART, kept.parcel.size - kept.have)
            if not kept.incoming or not fits:
                return kept.have
            kept = work.files.append(kept, part)
            if kept.have < kept.parcel.size:
                return kept.have
            if attachment.digest_of(work.files.parts(sealed)) != sealed:
                work.files.empty(kept)
                return 0
            handover = work.handovers.get(kept.handover)
            if handover.state is State.HOLDING:
                _adopt_one(work, handover, kept)
            return kept.have

    def due(self) -> list[NodeId]:
        """Give the peers that have receipted an offer and not got all its files."""
        with self._database.reading() as work:
            return work.files.recipients()

    def push_due(self) -> int:
        """Push what recipients have not got yet; give the number of parts that were sent."""
        return sum(self.push_to(peer).sent for peer in self.due())

    def push_to(self, peer: NodeId) -> Pushed:
        """Push what *peer* has not got yet, up to the first that it does not take."""
        with self._database.reading() as work:
            waiting = work.files.outgoing(peer, _PUSHED_AT_ONCE)
            address = self._registry.entry(peer, work.now).address
        sent = 0
        for kept in waiting:
            done = self._push(kept, address)
            sent += done.sent
            if not done.taken:
                return Pushed(sent=sent, taken=False)
        return Pushed(sent=sent, taken=True)

    def _push(self, kept: KeptParcel, address: str) -> Pushed:
        sealed, sent = kept.parcel.sealed, 0
        try:
            have = self._wire.push(kept.peer, address, sealed, 0, b"")
            while have < kept.parcel.size:
                part = self._part(kept, have)
                before, have = have, self._wire.push(kept.peer, address, sealed, have, part)
                sent += 1
                if have <= before:
                    return Pushed(sent=sent, taken=False)
        except GroundError:
            pass  # the rest of it never leaves, and does not stand in the way of other files
        except HandoverError:
            return Pushed(sent=sent, taken=False)  # it stays here, and is tried again
        with self._database.begin() as work:
            work.files.drop(sealed)
        return Pushed(sent=sent, taken=True)

    def _part(self, kept: KeptParcel, start: int) -> bytes:
        with self._database.reading() as work:
            departures.require_covered(work, work.handovers.get(kept.handover))
            return work.files.read(kept.parcel.sealed, start, PART)


def pack(work: UnitOfWork, handover: Handover, record: Record) -> list[Json]:
    """Seal every file that the offered fields name; give the body's member `attachments`.

    Raises:
        AttachmentMissingError: a file is not kept here.
    """
    offered = {path: record.values[path] for path in handover.fields}
    parcels: list[Parcel] = []
    for digest, media_type in attachment.named_in(offered).items():
        try:
            _, data = work.files.get(handover.matter, digest)
        except NotFoundError as error:
            raise AttachmentMissingError from error
        parcel, sealed = attachment.seal(data, round_=handover.round)
        kept = _kept(handover, parcel, media_type, incoming=False)
        work.files.append(kept, sealed)
        parcels.append(parcel)
    return attachment.to_json(parcels)


def require_new(work: UnitOfWork, content: Message | None) -> None:
    """Do nothing if no other round has named one of the ciphertexts that an offer names.

    Raises:
        AttachmentKnownError: one of them belongs to another round.
    """
    for parcel in attachment.from_json(content.body["attachments"] if content else []):
        try:
            work.files.parcel(parcel.sealed)
        except NotFoundError:
            continue
        raise AttachmentKnownError


def expect(work: UnitOfWork, handover: Handover, named: Json, media_types: dict[Digest, str]) -> None:
    """Be ready for the files that an offer names; that its record names them was checked."""
    for parcel in attachment.from_json(named):
        work.files.put_parcel(_kept(handover, parcel, media_types[parcel.file], incoming=True))


def _kept(handover: Handover, parcel: Parcel, media_type: str, *, incoming: bool) -> KeptParcel:
    return KeptParcel(
        parcel=parcel,
        handover=handover.id,
        peer=handover.peer,
        incoming=incoming,
        media_type=media_type,
        have=0,
        owner=handover.id if incoming else f"{handover.id}{TALK}",
    )


def settle(work: UnitOfWork, handover: Handover) -> None:
    """At take-up files become the matter's own, those still under way later; after a void they are dropped."""
    for kept in work.files.parcels(handover.id):
        if handover.state in _OVER:
            work.files.drop(kept.parcel.sealed)
        elif handover.state is State.HOLDING:
            if kept.have == kept.parcel.size:
                _adopt_one(work, handover, kept)
            else:
                work.files.put_parcel(replace(kept, owner=handover.matter))


def _adopt_one(work: UnitOfWork, handover: Handover, kept: KeptParcel) -> None:
    """A file that is not the one named is dropped: it must not keep responsibility from passing."""
    try:
        data = _opened(work, kept, handover)
    except AttachmentError:
        raise_alarm(work, AttachmentError.name, peer=handover.peer, handover=handover)
    else:
        work.files.keep(handover.matter, kept.parcel.file, kept.media_type, data)
    work.files.drop(kept.parcel.sealed)


def _opened(work: UnitOfWork, kept: KeptParcel, handover: Handover) -> bytes:
    if kept.have < kept.parcel.size:
        raise AttachmentUnderWayError
    parts = work.files.parts(kept.parcel.sealed)
    return attachment.open_sealed(kept.parcel, parts, round_=handover.round)
