"""Why records are opened: asked in the pages once for each matter and day, logged, and shown to auditors."""

from typing import Final

from handover.application.access import BROWSER, Reading, ReadingReason
from handover.application.facts import Actor
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork
from handover.application.sealing import new_id
from handover.domain.errors import MalformedError, RefusedError
from handover.domain.ids import MatterId
from handover.protocol import strict
from handover.protocol.entry import EntryKind

_DAY: Final = 86400
_TEXT: Final = 500


class ReadingReasonError(RefusedError):
    """Whoever opens a record in the pages says why, once for each matter and day."""

    name = "reading-reason"
    title = "Say first why you open this record."
    advice = "Choose the reason; it is logged, and auditors see it."


class ReadingTextError(RefusedError):
    """`other` explains nothing."""

    name = "reading-text"
    title = "With this reason a few words of explanation are needed."
    advice = "Write why you open the record, without the child's name."


class Readings:
    """The desk for reasons of access."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def needed(self, matter: MatterId, *, actor: Actor) -> bool:
        """Tell whether the officer has to say why before this matter's record is shown today."""
        with self._database.reading() as work:
            return not stated(work, matter, actor)

    def state(self, matter: MatterId, reason: ReadingReason, text: str, *, actor: Actor) -> Reading:
        """Keep and log why the officer opens the record; a second reason of the same day changes nothing.

        Raises:
            ForbiddenError: the officer may not read cases.
            NotFoundError: there is no such matter.
            ReadingTextError: the reason needs words.
            MalformedError: they are too long, or no words.
        """
        require(actor, Right.READ_CASE)
        said = _words(text)
        if reason is ReadingReason.OTHER and not said:
            raise ReadingTextError
        with self._database.begin() as work:
            work.matters.get(matter)
            reading = Reading(
                id=new_id(work.now),
                officer=actor.officer,
                matter=matter,
                day=work.now // _DAY,
                reason=reason,
                text=said,
                at=work.now,
            )
            if not work.readings.stated(reading.officer, matter, reading.day):
                work.readings.add(reading)
                mark = strict.digest(statement(reading))
                work.log.append(EntryKind.DISCLOSED, stream=matter, object_=mark, now=work.now)
            return reading

    def of_matter(self, matter: MatterId, *, actor: Actor) -> list[Reading]:
        """Give who opened the matter's record in the pages, and why, oldest first.

        Raises:
            ForbiddenError: the officer does not audit.
        """
        require(actor, Right.AUDIT)
        with self._database.reading() as work:
            work.matters.get(matter)
            return work.readings.of_matter(matter)


def require_stated(work: UnitOfWork, matter: MatterId, actor: Actor) -> None:
    """Do nothing if the actor has said today why this matter's record is opened; programs and the console need not.

    Raises:
        ReadingReasonError: not yet.
    """
    if not stated(work, matter, actor):
        raise ReadingReasonError


def statement(reading: Reading) -> bytes:
    """Give the bytes whose digest the log holds; what the officer wrote is not in it, so that it can be erased."""
    return strict.dumps(
        {
            "id": reading.id,
            "officer": reading.officer,
            "matter": reading.matter,
            "day": reading.day,
            "reason": reading.reason.value,
            "at": reading.at,
        }
    )


def _words(text: str) -> str:
    said = " ".join(text.split())
    if len(said) > _TEXT or not said.isprintable():
        raise MalformedError("an explanation has at most 500 characters, and no control characters")
    return said


def stated(work: UnitOfWork, matter: MatterId, actor: Actor) -> bool:
    """Tell whether the actor may be shown this matter's record today; programs and the console give no reason."""
    return actor.auth not in BROWSER or work.readings.stated(actor.officer, matter, work.now // _DAY)
