"""`handover user key`: the API keys by which programs act for officers."""

from typing import TYPE_CHECKING, Annotated

import typer

from handover.cli import opening, terminal
from handover.cli.officer import Who, find
from handover.cli.options import HERE, AsJson, Data
from handover.domain.ids import UUID7

if TYPE_CHECKING:
    from handover.application.facts import ApiKey

app = typer.Typer(no_args_is_help=True, help="API keys: each acts for one named officer, and ends by itself.")


@app.command("add")
def add_key(
    officer: Who,
    scope: Annotated[
        list[str] | None, typer.Option(metavar="read|write", help="What the key is for; both unless given.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days until the key ends.")] = 90,
    data: Data = HERE,
    as_json: AsJson = False,
) -> None:
    """Give out an API key. Its secret is shown this once and not kept; it is logged that there is one.

    Example: handover user key add "A. Papadopoulou" --scope read --days 30
    """
    from handover.application.access import OPERATOR_HERE

    with opening.opened(data) as node:
        made, secret = node.reception.accounts.issue_key(
            find(node, officer).id, scopes=scope or ("read", "write"), life=days * 86400, actor=OPERATOR_HERE
        )
    if as_json:
        terminal.say_json({**as_json_of(made), "secret": secret})
        return
    terminal.say_facts(
        {"key": made.id, "scopes": ", ".join(made.scopes), "until": terminal.when(made.expires_at)}
    )
    terminal.say(f"secret  {secret}")
    terminal.say("This is shown once. Send it as: Authorization: Bearer SECRET")


@app.command("list")
def list_keys(officer: Who, data: Data = HERE, as_json: AsJson = False) -> None:
    """Show an officer's API keys, the ended ones too.

    Example: handover user key list "A. Papadopoulou"
    """
    with opening.opened(data) as node:
        found = find(node, officer)
        with node.database.reading() as work:
            keys = work.staff.keys_of(found.id)
    if as_json:
        terminal.say_json({"keys": [as_json_of(each) for each in keys]})
        return
    rows = (
        (each.id, ", ".join(each.scopes), terminal.when(each.expires_at), terminal.when(each.revoked_at))
        for each in keys
    )
    terminal.say_table(("key", "scopes", "until", "revoked"), rows)


@app.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="The key's identifier.")], data: Data = HERE
) -> None:
    """End an API key at once; it is logged.

    Example: handover user key revoke 0198c0de-0000-7000-8000-000000000000
    """
    from handover.application.access import OPERATOR_HERE

    with opening.opened(data) as node:
        with node.database.reading() as work:
            found = work.staff.key(UUID7(key_id))
        node.reception.accounts.revoke_key(found.officer, found.id, actor=OPERATOR_HERE)
    terminal.say(f"Key {key_id} is revoked.")


def counts(found: "ApiKey", now: int) -> bool:
    """Tell whether the key can be used at *now*."""
    return found.revoked_at is None and now < found.expires_at


def as_json_of(found: "ApiKey") -> dict[str, object]:
    """Give the key as programs read it."""
    return {
        "id": found.id,
        "scopes": list(found.scopes),
        "until": terminal.when(found.expires_at),
        "revoked": terminal.when(found.revoked_at) if found.revoked_at else None,
    }
