"""The public page: whoever has a case code leaves a request there. What was left is looked at later, by the worker.

So a code that is one and a code that is none get the same answer after the same work: nobody has looked yet.
"""

from dataclasses import replace
from typing import Final

from handover.application import notices
from handover.application.access import Caller
from handover.application.alarms import raise_alarm
from handover.application.brake import Brake, SignInWaitError
from handover.application.petition import Came, Dropped, KeptPetition, Words
from handover.application.petitioning import TERM, Petitioning
from handover.application.petitions import Filing
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.sealing import new_id
from handover.domain import case_code
from handover.domain.continuity import DAY, PetitionKind
from handover.domain.errors import MalformedError, NotFoundError, UnreachableError

MOST: Final = 1000  # requests that wait to be looked at
MOST_BY_ITSELF: Final = 8  # complaints of one case within 30 days that travel without an officer
OVERDUE: Final = "request-overdue"
_AT_ONCE: Final = 50
_EVERY: Final = 60  # seconds between looks for peers that came after a request


class CaseCodeError(MalformedError):
    """The code has a letter that cannot be right: its check letter says so."""

    name = "case-code"
    title = "This is no case code: a letter is missing, or is another one."
    advice = "Compare it with the letter, sign by sign."


class LetterboxWaitError(UnreachableError):
    """Whoever sends again and again has to wait, and the letterbox holds only so much."""

    name = "request-wait"
    title = "Too much was sent here; for a while no more is taken."
    advice = "Wait some minutes and send it again, or go to any authority that has cared for you."


class Letterbox:
    """Takes what is left at the public page."""

    def __init__(self, database: Database, vault: Vault, brake: Brake) -> None:
        self._database = database
        self._vault = vault
        self._brake = brake

    def leave(self, code: str, filing: Filing, caller: Caller) -> None:
        """Keep a request until the worker looks at it; nothing tells whether the code is one.

        Raises:
            CaseCodeError: it cannot be one, as anybody can see.
            PetitionError: the request is not complete.
            LetterboxWaitError: too many were sent with this code, from this address, or at all.
        """
        filing.require()
        typed = case_code.normal(code)
        if typed is None:
            raise CaseCodeError
        with self._database.begin() as work:
            try:
                self._brake.enter(work, f"case code {typed}", caller)
            except SignInWaitError as error:
                raise LetterboxWaitError from error
            if work.petitions.waiting_drops() >= MOST:
                raise LetterboxWaitError
            dropped = Dropped(
                id=new_id(work.now),
                mark=self._vault.mark("case-code", typed),
                kind=filing.kind,
                language=filing.language,
                words=Words(text=filing.text, contact=filing.contact),
                at=work.now,
            )
            work.petitions.drop(dropped)


class PetitionClock:
    """What time brings to requests: those that were left are filed, new holders are asked, late answers alarm."""

    def __init__(self, database: Database, vault: Vault, petitioning: Petitioning) -> None:
        self._database = database
        self._vault = vault
        self._petitioning = petitioning
        self._looked = 0

    def tick(self) -> None:
        """Do what is due."""
        with self._database.reading() as work:
            left = work.petitions.waiting_drops()
            late = [each for each in work.petitions.waiting(_AT_ONCE) if each.due < work.now]
            look = abs(work.now - self._looked) >= _EVERY
            young = work.petitions.since(work.now - max(TERM.values())) if look else ()
            now = work.now
        self._looked = now if look else self._looked
        if not (left or late or young):
            return
        with self._database.begin() as work:
            for dropped in work.petitions.dropped(_AT_ONCE):
                self._take(work, dropped)
            for petition in late:
                self._alarm(work, petition)
            for petition in young:
                self._petitioning.spread(work, petition)

    def _take(self, work: UnitOfWork, dropped: Dropped) -> None:
        """File what was left, if the code is one; a code that is none leaves no trace."""
        matter = work.petitions.of_code(dropped.mark)
        work.petitions.forget(dropped.id)
        if matter is None:
            return
        filing = Filing(kind=dropped.kind, language=dropped.language)
        petition = filing.petition(matter, Came.PAGE, dropped.at)
        if dropped.kind is PetitionKind.COMPLAINT and self._few(work, petition):
            petition = replace(petition, confirmed_at=work.now)
        self._petitioning.file(work, petition, dropped.words)
        if petition.travels:
            self._petitioning.spread(work, petition)
        notices.petition(work, str(petition.id))

    def _few(self, work: UnitOfWork, petition: KeptPetition) -> bool:
        """Nobody can bury the holders under complaints: more than a few travel once an officer has seen them."""
        since = work.now - 30 * DAY
        earlier = work.petitions.of_matter(petition.matter)
        return sum(each.came is Came.PAGE and each.filed_at > since for each in earlier) < MOST_BY_ITSELF

    def _alarm(self, work: UnitOfWork, petition: KeptPetition) -> None:
        """Put it before the officers of the newest round of the case that this office has not answered."""
        rounds = work.handovers.of_matter(petition.matter)
        try:
            current = work.petitions.get(petition.id)
        except NotFoundError:
            return
        if current.answered_at is None:
            raise_alarm(work, OVERDUE, peer=self._vault.node, handover=rounds[-1] if rounds else None)
