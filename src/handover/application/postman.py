"""Sends notices by mail: what waits for one officer goes together, at most once in ten minutes, until it is taken."""

import random
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from handover.application.backoff import spread
from handover.application.facts import changed
from handover.application.notice import Letter, Notice
from handover.application.ports import Database, UnitOfWork
from handover.domain.errors import RefusedError, UnreachableError
from handover.domain.ids import UUID7

PAUSE: Final = 600
"""Seconds between two mails to one officer; what comes in between goes with the next."""
LEASE: Final = 300
"""Seconds for which a mail that is being sent is left alone by others."""
GIVEN_UP: Final = 3 * 86400
"""Seconds after which a mail that nobody has taken is given up."""
LEAST: Final = 8
"""Attempts that are made at any rate, also when an operator has an old mail sent again: some four hours."""
_LONGEST: Final = 3600  # seconds between two attempts
_AT_ONCE: Final = 20

Wording = Callable[[str, str], tuple[str, str]]
"""Gives subject and text for a language and a reference."""


class MailRefusedError(RefusedError):
    """The mail server will never take this mail."""

    name = "mail-refused"
    title = "The mail server refuses this mail for good."
    advice = "Look at the officer's address; the operator's page shows what the server answered."


class MailDelayedError(UnreachableError):
    """The mail server does not take this mail now."""

    name = "mail-delayed"
    title = "The mail server does not take this mail now."
    advice = "It is tried again by itself."


class MailServerError(UnreachableError):
    """The mail server is away, or does not let this node send."""

    name = "mail-server"
    title = "No mail can be sent: the server is away, or does not let this node in."
    advice = "Check the settings under [mail], and whether the server answers. Nothing is lost."


class Mail(Protocol):
    """Hands mails to a mail server."""

    def send(self, letter: Letter) -> None:
        """Send it; raises MailRefusedError, MailDelayedError, MailServerError, each with the server's answer."""
        ...


class Postman:
    """The worker's desk for mail."""

    def __init__(
        self,
        database: Database,
        mail: Mail,
        wording: Wording,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._mail = mail
        self._wording = wording
        self._jitter = jitter
        self._failures = 0
        self._not_before = 0

    def tick(self) -> int:
        """Send what is due, and give the number of mails that were taken; called again and again by the worker."""
        with self._database.reading() as work:
            now = work.now
            # Where the clock was set back, the pause would last: it is never longer than it can be.
            waits = 0 < self._not_before - now <= _LONGEST
            officers = [] if waits else work.notices.waiting(_AT_ONCE)
        return sum(self._serve(officer) for officer in officers)

    def _serve(self, officer: UUID7) -> bool:
        if self._not_before > self._now():
            return False  # the server failed for another officer just now
        with self._database.begin() as work:
            made = self._make_up(work, officer)
        if made is None:
            return False
        letter, notices = made
        try:
            self._mail.send(letter)
        except MailRefusedError as error:
            self._keep(notices, problem=str(error), due=None)
            return False
        except MailDelayedError as error:
            self._again(notices, str(error))
            return False
        except MailServerError as error:
            self._failures += 1
            self._not_before = self._now() + spread(
                min(_LONGEST, 2 ** min(self._failures + 1, 12)), self._jitter
            )
            self._again(notices, str(error))
            return False
        self._failures, self._not_before = 0, 0
        self._keep(notices, problem=None, due=None, sent=True)
        return True

    def _make_up(self, work: UnitOfWork, officer: UUID7) -> tuple[Letter, Sequence[Notice]] | None:
        """Give the next mail for an officer; what it holds is settled here, so that it is the same at every attempt."""
        due = work.notices.due_for(officer)
        made = next((each.mail for each in due if each.mail is not None), None)
        notices = due if made is None else work.notices.of_mail(made)
        if not notices:
            return None
        account = work.accounts.get(officer)
        if account.email is None or not work.staff.get(officer).may_enter(work.now):
            work.notices.drop(due)
            return None
        last = work.notices.last_sent(officer)
        if made is None and last is not None and work.now - last < PAUSE:
            for each in due:
                work.notices.change(changed(each, due=last + PAUSE))
            return None
        first = notices[0]
        held = [
            changed(
                each,
                mail=first.id,
                reference=first.reference,
                attempts=each.attempts + 1,
                due=work.now + LEASE,
            )
            for each in notices
        ]
        for each in held:
            work.notices.change(each)
        language = account.language or "en"
        subject, text = self._wording(language, first.reference)
        letter = Letter(
            id=first.id,
            to=account.email,
            language=language,
            subject=subject,
            text=text,
            at=first.created_at,
        )
        return letter, held

    def _again(self, notices: Sequence[Notice], problem: str) -> None:
        now, first = self._now(), notices[0]
        wait = spread(min(_LONGEST, 30 * 2 ** min(first.attempts, 10)), self._jitter)
        old = now - first.created_at > GIVEN_UP and first.attempts >= LEAST
        due = None if old else now + wait
        self._keep(notices, problem=problem, due=due)

    def _keep(
        self, notices: Sequence[Notice], *, problem: str | None, due: int | None, sent: bool = False
    ) -> None:
        with self._database.begin() as work:
            for each in notices:
                at = work.now if sent else None
                work.notices.change(changed(each, problem=problem, due=due, sent_at=at))

    def _now(self) -> int:
        with self._database.reading() as work:
            return work.now
