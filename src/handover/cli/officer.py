"""Officers as commands name them: by identifier or whole name, and by the words for roles."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from handover.domain.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from handover.application.facts import Actor, Officer, OfficerRole
    from handover.node import Node

AUTH: Final = "console"
ROLES: Final = ("caseworker", "liaison", "supervisor", "tracing", "auditor", "operator")
Who = Annotated[
    str, typer.Argument(metavar="OFFICER", help="The officer's identifier, or whole name if only one has it.")
]


class WhichOfficerError(RefusedError):
    """A name fits several officers."""

    name = "which-officer"
    title = "Several officers have this name."
    advice = "Name the officer by the identifier that `handover user list` shows."


def roles_of(names: list[str]) -> "list[OfficerRole]":
    """Give the roles of these names; an unknown one is a wrong call."""
    from handover.application.facts import OfficerRole

    if not set(names) <= set(ROLES):
        raise typer.BadParameter(f"a role is one of: {', '.join(ROLES)}")
    return [OfficerRole(name) for name in names]


def acting(node: "Node", text: str) -> "Actor":
    """Give the officer of that identifier or whole name as the one who acts at this console.

    Raises:
        NotFoundError: nobody has it.
        WhichOfficerError: several have the name.
        OfficerGoneError: the officer has left, or the time of access is over.
    """
    from handover.application.facts import Actor
    from handover.application.officers import OfficerGoneError

    found = find(node, text)
    with node.database.reading() as work:
        now = work.now
    if not found.may_enter(now):
        raise OfficerGoneError
    return Actor(officer=found.id, roles=found.roles, auth=AUTH)


def find(node: "Node", text: str) -> "Officer":
    """Give the officer of that identifier or whole name.

    Raises:
        NotFoundError: nobody has it.
        WhichOfficerError: several have the name.
    """
    officers = node.officers.all()
    found = [officer for officer in officers if officer.id == text] or [
        officer for officer in officers if officer.name == text
    ]
    if not found:
        raise NotFoundError("no officer has this identifier or name")
    if len(found) > 1:
        raise WhichOfficerError
    return found[0]
