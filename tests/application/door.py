"""One real node and its officers for the tests of sign-in; only time is ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyotp

from federation import Federation
from handover.application.access import OPERATOR_HERE, Caller, SignedIn, Visitor
from handover.application.facts import Actor, OfficerRole
from handover.application.reception import Reception
from handover.domain.ids import UUID7
from handover.node import Node

PHRASE = "seven green lamps over Piraeus"
LOGIN = "eleni.p"
HERE = Caller(address="192.0.2.7", browser="Firefox on Linux")
ROLES = (OfficerRole.CASEWORKER,)


@dataclass
class Door:
    """A node, and what the tests do with it again and again."""

    fed: Federation
    node: Node
    totp: dict[str, str] = field(default_factory=dict)

    @property
    def desks(self) -> Reception:
        return self.node.reception

    def officer(self, name: str = "Eleni P.", roles: tuple[OfficerRole, ...] = ROLES) -> UUID7:
        """Enter an officer; whoever comes later with the name has a number behind it."""
        others = sum(each.name.startswith(name) for each in self.node.officers.all())
        return self.node.officers.add(f"{name} {others + 1}" if others else name, roles).id

    def by_link(self, officer: UUID7, caller: Caller = HERE) -> SignedIn:
        """Let the officer in by a fresh one-time link."""
        secret = self.desks.accounts.invite(officer, actor=OPERATOR_HERE)
        return self.desks.sign_in.with_link(secret, caller)

    def see(self, cookie: str) -> Visitor:
        return self.desks.sessions.find(cookie)

    def with_password(self, officer: UUID7, login: str = LOGIN) -> Visitor:
        """Let the officer make a password and codes; give the session in which that was done."""
        visitor = self.see(self.by_link(officer).cookie)
        self.desks.accounts.set_password(visitor, login, PHRASE)
        self.totp[login] = self.desks.accounts.offer_codes(visitor).secret
        cookie = self.desks.accounts.confirm_codes(visitor, self.code(login))
        self.fed.clock.pass_(30)  # the next code
        return self.see(cookie)

    def code(self, login: str = LOGIN) -> str:
        return pyotp.TOTP(self.totp[login]).at(self.fed.clock.now)

    def sign_in(self, login: str = LOGIN, caller: Caller = HERE) -> SignedIn:
        return self.desks.sign_in.with_password(login, PHRASE, self.code(login), caller)

    def operator(self) -> Actor:
        officer = self.officer("Olga O.", (OfficerRole.OPERATOR,))
        return Actor(officer=officer, roles=(OfficerRole.OPERATOR,), auth="passkey")


@contextmanager
def door(folder: Path, *, database: str = "") -> Iterator[Door]:
    """Give a node of one office."""
    fed = Federation(folder)
    node = fed.add("gr/athens", database=database)
    try:
        yield Door(fed, node)
    finally:
        node.close()
