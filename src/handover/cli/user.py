"""`handover user`: officers and the API keys by which programs act for them."""

from typing import TYPE_CHECKING, Annotated

import typer

from handover.cli import opening, terminal
from handover.cli.options import HERE, AsJson, Data
from handover.domain.errors import NotFoundError, RefusedError
from handover.domain.ids import UUID7

if TYPE_CHECKING:
    from handover.application.facts import Actor, ApiKey, Officer, OfficerRole
    from handover.node import Node

app = typer.Typer(no_args_is_help=True, help="Enter officers, end their access, and give out API keys.")
key = typer.Typer(no_args_is_help=True, help="API keys: each acts for one named officer, and ends by itself.")
app.add_typer(key, name="key")

AUTH = "console"
ROLES = ("caseworker", "liaison", "supervisor", "tracing", "auditor", "operator")
Who = Annotated[
    str, typer.Argument(metavar="OFFICER", help="The officer's identifier, or whole name if only one has it.")
]


class WhichOfficerError(RefusedError):
    """A name fits several officers."""

    name = "which-officer"
    title = "Several officers have this name."
    advice = "Name the officer by the identifier that `handover user list` shows."


@app.command()
def add(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The officer's name; kept encrypted, sent to nobody.")
    ],
    role: Annotated[list[str], typer.Option(metavar="ROLE", help=f"{', '.join(ROLES)}; once for each role.")],
    data: Data = HERE,
    as_json: AsJson = False,
) -> None:
    """Enter an officer. Two are needed for any handover: whoever prepares an offer cannot release it.

    Example: handover user add "A. Papadopoulou" --role caseworker --role liaison
    """
    roles = _roles(role)
    with opening.opened(data) as node:
        officer = node.officers.add(name, roles)
    if as_json:
        terminal.say_json({"id": officer.id, "roles": list(officer.roles)})
    else:
        terminal.say(f"Officer {officer.id} ({', '.join(officer.roles)})")


@app.command("list")
def list_(data: Data = HERE, as_json: AsJson = False) -> None:
    """Show officers, their roles, and their keys.

    Example: handover user list --json
    """
    with opening.opened(data) as node, node.database.reading() as work:
        now = work.now
        officers = [(officer, work.staff.keys_of(officer.id)) for officer in work.staff.all()]
    if as_json:
        terminal.say_json({"officers": [_as_json(officer, keys) for officer, keys in officers]})
        return
    rows = (
        (
            officer.id,
            officer.name,
            ", ".join(officer.roles),
            f"left {terminal.when(officer.disabled_at)}" if officer.disabled_at else "active",
            sum(_counts(each, now) for each in keys),
        )
        for officer, keys in officers
    )
    terminal.say_table(("officer", "name", "roles", "access", "keys"), rows)


@app.command()
def disable(officer: Who, data: Data = HERE) -> None:
    """End an officer's access at once, with all keys. What the officer did stays in the evidence.

    Example: handover user disable 0198c0de-0000-7000-8000-000000000000
    """
    with opening.opened(data) as node:
        found = node.officers.disable(_find(node, officer).id)
    terminal.say(f"Officer {found.id} has no access any more; all keys are revoked.")


@key.command("add")
def add_key(
    officer: Who,
    scope: Annotated[
        list[str] | None, typer.Option(metavar="read|write", help="What the key is for; both unless given.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days until the key ends.")] = 90,
    data: Data = HERE,
    as_json: AsJson = False,
) -> None:
    """Give out an API key. Its secret is shown this once and not kept.

    Example: handover user key add "A. Papadopoulou" --scope read --days 30
    """
    with opening.opened(data) as node:
        found = _find(node, officer)
        made, secret = node.officers.issue_key(found.id, scopes=scope or ("read", "write"), life=days * 86400)
    if as_json:
        terminal.say_json({**_key_as_json(made), "secret": secret})
        return
    terminal.say_facts(
        {"key": made.id, "scopes": ", ".join(made.scopes), "until": terminal.when(made.expires_at)}
    )
    terminal.say(f"secret  {secret}")
    terminal.say("This is shown once. Send it as: Authorization: Bearer SECRET")


@key.command("list")
def list_keys(officer: Who, data: Data = HERE, as_json: AsJson = False) -> None:
    """Show an officer's API keys, the ended ones too.

    Example: handover user key list "A. Papadopoulou"
    """
    with opening.opened(data) as node:
        found = _find(node, officer)
        with node.database.reading() as work:
            keys = work.staff.keys_of(found.id)
    if as_json:
        terminal.say_json({"keys": [_key_as_json(each) for each in keys]})
        return
    rows = (
        (each.id, ", ".join(each.scopes), terminal.when(each.expires_at), terminal.when(each.revoked_at))
        for each in keys
    )
    terminal.say_table(("key", "scopes", "until", "revoked"), rows)


@key.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="The key's identifier.")], data: Data = HERE
) -> None:
    """End an API key at once.

    Example: handover user key revoke 0198c0de-0000-7000-8000-000000000000
    """
    with opening.opened(data) as node:
        node.officers.revoke_key(UUID7(key_id))
    terminal.say(f"Key {key_id} is revoked.")


def _roles(names: list[str]) -> "list[OfficerRole]":
    from handover.application.facts import OfficerRole

    if not set(names) <= set(ROLES):
        raise typer.BadParameter(f"a role is one of: {', '.join(ROLES)}")
    return [OfficerRole(name) for name in names]


def acting(node: "Node", text: str) -> "Actor":
    """Give the officer of that identifier or whole name as the one who acts at this console.

    Raises:
        NotFoundError: nobody has it.
        WhichOfficerError: several have the name.
        OfficerGoneError: the officer has left.
    """
    from handover.application.facts import Actor
    from handover.application.officers import OfficerGoneError

    found = _find(node, text)
    if found.disabled_at is not None:
        raise OfficerGoneError
    return Actor(officer=found.id, roles=found.roles, auth=AUTH)


def _find(node: "Node", text: str) -> "Officer":
    officers = node.officers.all()
    found = [officer for officer in officers if officer.id == text] or [
        officer for officer in officers if officer.name == text
    ]
    if not found:
        raise NotFoundError("no officer has this identifier or name")
    if len(found) > 1:
        raise WhichOfficerError
    return found[0]


def _counts(found: "ApiKey", now: int) -> bool:
    return found.revoked_at is None and now < found.expires_at


def _as_json(officer: "Officer", keys: "list[ApiKey]") -> dict[str, object]:
    return {
        "id": officer.id,
        "name": officer.name,
        "roles": list(officer.roles),
        "disabled": terminal.when(officer.disabled_at) if officer.disabled_at else None,
        "keys": [_key_as_json(each) for each in keys],
    }


def _key_as_json(found: "ApiKey") -> dict[str, object]:
    return {
        "id": found.id,
        "scopes": list(found.scopes),
        "until": terminal.when(found.expires_at),
        "revoked": terminal.when(found.revoked_at) if found.revoked_at else None,
    }
