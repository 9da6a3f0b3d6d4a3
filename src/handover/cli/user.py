"""`handover user`: officers, how they get into the pages, and the API keys by which programs act for them."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from handover.cli import opening, terminal, user_key
from handover.cli.officer import ROLES, Who, find, roles_of
from handover.cli.options import HERE, AsJson, Data

if TYPE_CHECKING:
    from handover.application.access import Session
    from handover.application.facts import ApiKey, Officer
    from handover.node import Node

app = typer.Typer(
    no_args_is_help=True, help="Enter officers, let them in, end their access, and give out API keys."
)
app.add_typer(user_key.app, name="key")
Until = Annotated[
    str | None,
    typer.Option(
        metavar="DAY",
        help="The last day of access, as 2027-01-31. An auditor's is 90 days away unless given.",
    ),
]


@app.command()
def add(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The officer's name; kept encrypted, sent to nobody.")
    ],
    role: Annotated[list[str], typer.Option(metavar="ROLE", help=f"{', '.join(ROLES)}; once for each role.")],
    until: Until = None,
    data: Data = HERE,
    as_json: AsJson = False,
) -> None:
    """Enter an officer. Two are needed for any handover: whoever prepares an offer cannot release it.

    The one-time link that is printed lets the officer into the pages for the first time: within three days, once.

    Example: handover user add "A. Papadopoulou" --role caseworker --role liaison
    """
    roles = roles_of(role)
    with opening.opened(data) as node:
        officer = node.officers.add(name, roles, until=_end(until))
        link = _link(node, officer)
    if as_json:
        terminal.say_json(
            {"id": officer.id, "roles": list(officer.roles), "until": _when(officer.until), "link": link}
        )
    else:
        terminal.say(f"Officer {officer.id} ({', '.join(officer.roles)}){_until_words(officer)}")
        _say_link(link)


@app.command()
def invite(officer: Who, data: Data = HERE, as_json: AsJson = False) -> None:
    """Make a new one-time link, as when an officer has lost the passkey. It ends every earlier link; it is logged.

    Example: handover user invite "A. Papadopoulou"
    """
    with opening.opened(data) as node:
        link = _link(node, find(node, officer))
    if as_json:
        terminal.say_json({"link": link})
    else:
        _say_link(link)


@app.command("role")
def set_roles(
    officer: Who,
    role: Annotated[list[str], typer.Option(metavar="ROLE", help=f"{', '.join(ROLES)}; once for each role.")],
    until: Until = None,
    data: Data = HERE,
) -> None:
    """Give an officer other roles in place of the present ones, from the next request on; it is logged.

    Example: handover user role "A. Papadopoulou" --role supervisor
    """
    from handover.application.access import OPERATOR_HERE

    roles = roles_of(role)
    with opening.opened(data) as node:
        found = find(node, officer).id
        changed = node.reception.accounts.set_roles(found, roles, actor=OPERATOR_HERE, until=_end(until))
    terminal.say(f"Officer {changed.id} is now {', '.join(changed.roles)}{_until_words(changed)}")


@app.command()
def sessions(officer: Who, data: Data = HERE, as_json: AsJson = False) -> None:
    """Show in which browsers an officer is signed in.

    Example: handover user sessions "A. Papadopoulou"
    """
    from handover.application.access import OPERATOR_HERE

    with opening.opened(data) as node:
        found = node.sessions.list(find(node, officer).id, actor=OPERATOR_HERE)
    if as_json:
        terminal.say_json({"sessions": [_session_as_json(each) for each in found]})
        return
    rows = (
        (each.id, each.auth, terminal.when(each.created_at), terminal.when(each.seen_at), each.browser)
        for each in found
    )
    terminal.say_table(("session", "signed in by", "since", "seen", "browser"), rows)


@app.command()
def end(officer: Who, data: Data = HERE) -> None:
    """End all sessions of an officer, as when a device was lost. Passkeys, keys and roles stay; it is logged.

    Example: handover user end "A. Papadopoulou"
    """
    from handover.application.access import OPERATOR_HERE

    with opening.opened(data) as node:
        found = find(node, officer)
        number = node.sessions.end_all(found.id, actor=OPERATOR_HERE)
    terminal.say(f"Officer {found.id} is signed out everywhere: {number} ended.")


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
            _access(officer, now),
            sum(user_key.counts(each, now) for each in keys),
        )
        for officer, keys in officers
    )
    terminal.say_table(("officer", "name", "roles", "access", "keys"), rows)


@app.command()
def disable(officer: Who, data: Data = HERE) -> None:
    """End an officer's access at once, with all sessions, links and keys. What the officer did stays in the evidence.

    Example: handover user disable 0198c0de-0000-7000-8000-000000000000
    """
    from handover.application.access import OPERATOR_HERE

    with opening.opened(data) as node:
        found = node.reception.accounts.disable(find(node, officer).id, actor=OPERATOR_HERE)
    terminal.say(f"Officer {found.id} has no access any more; all sessions, links and keys are ended.")


def _link(node: "Node", officer: "Officer") -> str:
    """Give the one-time link; its secret stands behind the hash mark, which browsers send to nobody."""
    from handover.application.access import OPERATOR_HERE

    secret = node.reception.accounts.invite(officer.id, actor=OPERATOR_HERE)
    return f"{node.settings.address}/office/welcome#{secret}"


def _say_link(link: str) -> None:
    terminal.say(f"link  {link}")
    terminal.say(
        "This is shown once. It counts once, for three days: give it to the officer and to nobody else."
    )


def _end(day: str | None) -> int | None:
    """Give the end of that day, UTC."""
    if day is None:
        return None
    try:
        found = dt.date.fromisoformat(day)
    except ValueError as error:
        raise typer.BadParameter("a day is written as 2027-01-31") from error
    end = dt.datetime.combine(found, dt.time(), dt.UTC) + dt.timedelta(days=1)
    return int(end.timestamp())


def _when(time: int | None) -> str | None:
    return None if time is None else terminal.when(time)


def _access(officer: "Officer", now: int) -> str:
    if officer.disabled_at is not None:
        return f"left {terminal.when(officer.disabled_at)}"
    if officer.until is None:
        return "active"
    return f"{'until' if officer.may_enter(now) else 'ended'} {terminal.when(officer.until)}"


def _until_words(officer: "Officer") -> str:
    return "" if officer.until is None else f", until {terminal.when(officer.until)}"


def _as_json(officer: "Officer", keys: "list[ApiKey]") -> dict[str, object]:
    return {
        "id": officer.id,
        "name": officer.name,
        "roles": list(officer.roles),
        "disabled": terminal.when(officer.disabled_at) if officer.disabled_at else None,
        "until": _when(officer.until),
        "keys": [user_key.as_json_of(each) for each in keys],
    }


def _session_as_json(found: "Session") -> dict[str, object]:
    return {
        "id": found.id,
        "auth": found.auth,
        "since": terminal.when(found.created_at),
        "seen": terminal.when(found.seen_at),
        "browser": found.browser,
    }
