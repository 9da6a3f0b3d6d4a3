"""What the pages need of a node beside what the web layer needs."""

from typing import Protocol

from handover.application.acts import Acts
from handover.application.audits import Audits
from handover.application.backups import BackupDesk
from handover.application.notices import NoticeBoard
from handover.application.offered import Offereds
from handover.application.ports import Clock, Printer
from handover.application.reception import Reception
from handover.application.refresher import Refresher
from handover.application.sessions import Sessions
from handover.application.stepups import StepUps
from handover.domain.sentences import Sentence
from handover.web import parts


class Check(Protocol):
    """The outcome of one check of the node: `level` 0 is well, 1 a note, 2 a warning, 3 a failure; `fix` what to do."""

    @property
    def name(self) -> str:
        """What was looked at."""
        ...

    @property
    def level(self) -> int:
        """How grave it is."""
        ...

    @property
    def text(self) -> Sentence:
        """What was seen."""
        ...

    @property
    def fix(self) -> Sentence | None:
        """What to do, if anything."""
        ...


class Settings(parts.Settings, Protocol):
    """What the operator has set for the pages."""

    @property
    def exit_address(self) -> str:
        """Where the link leads by which an officer leaves a page quickly: a harmless site."""
        ...


class Node(parts.Node, Protocol):
    """One running node, with the desks that officers' pages use."""

    @property
    def settings(self) -> Settings:
        """What the operator has set."""
        ...

    @property
    def clock(self) -> Clock:
        """The time in whole seconds since 1970."""
        ...

    @property
    def reception(self) -> Reception:
        """Where officers come in: accounts, passkeys, sign-in, readings."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        ...

    @property
    def refresher(self) -> Refresher:
        """Keeps the registry fresh."""
        ...

    @property
    def stepups(self) -> StepUps:
        """Confirmations of acts of weight."""
        ...

    @property
    def audits(self) -> Audits:
        """The auditor's desk."""
        ...

    @property
    def pinned_root(self) -> bytes:
        """The registry's root as it was pinned when the node was set up."""
        ...

    @property
    def offereds(self) -> Offereds:
        """Reads offers before they are opened."""
        ...

    @property
    def acts(self) -> Acts:
        """Reads what a round rests on."""
        ...

    @property
    def board(self) -> NoticeBoard:
        """Where notices are seen."""
        ...

    @property
    def backups(self) -> BackupDesk:
        """Where backups are made."""
        ...

    @property
    def printer(self) -> Printer:
        """Makes papers."""
        ...

    @property
    def form_secret(self) -> str:
        """What seals a form that outlives its session."""
        ...
