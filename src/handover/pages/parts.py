"""What the pages need of a node beside what the web layer needs."""

from typing import Protocol

from handover.application.offered import Offereds
from handover.application.ports import Clock
from handover.application.reception import Reception
from handover.application.sessions import Sessions
from handover.web import parts


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
    def offereds(self) -> Offereds:
        """Reads offers before they are opened."""
        ...

    @property
    def form_secret(self) -> str:
        """What seals a form that outlives its session."""
        ...
