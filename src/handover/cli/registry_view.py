"""What the registry's commands show: the roles, what waits, the nodes, and a request before it is admitted."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from handover.cli import terminal
from handover.domain.errors import MalformedError

if TYPE_CHECKING:
    from handover.adapters.publication import Published
    from handover.adapters.review import Overview, RoleState
    from handover.protocol.enrolment import Enrolment


class NotARequestError(MalformedError):
    """The file is no enrolment request."""

    name = "not-a-request"
    title = "This file is not an enrolment request."
    advice = (
        "Ask the authority for the file that `handover enrol` wrote at its node, and for its fingerprint."
    )


def say_overview(found: "Overview") -> None:
    """Print the roles with what waits, and the nodes."""
    terminal.say(f"Fingerprint of the first root: {found.fingerprint or 'not published yet'}")
    if found.registry is not None:
        terminal.say(f"Version {found.registry.version}, issued {terminal.when(found.registry.issued)}")
    terminal.say()
    terminal.say_table(
        ("role", "version", "expires", "signed by", "waiting"),
        (
            (each.role, each.version or "-", terminal.when(each.expires), _held(each), _waits(each))
            for each in found.roles
        ),
    )
    if found.registry is not None and found.registry.entries:
        terminal.say()
        terminal.say_table(
            ("node", "name", "status", "mandates", "address"),
            (
                (node, entry.name("en"), entry.status, ", ".join(entry.mandates), entry.address)
                for node, entry in sorted(found.registry.entries.items())
            ),
        )


def as_json(found: "Overview") -> dict[str, object]:
    """Give the whole registry for a program; node entries as in docs/spec/registry.md, section 4."""
    from handover.protocol import node_entry

    registry = found.registry
    return {
        "fingerprint": found.fingerprint,
        "version": registry.version if registry else None,
        "root": registry.root if registry else None,
        "issued": registry.issued if registry else None,
        "expires": registry.expires if registry else None,
        "roles": [asdict(each) for each in found.roles],
        "nodes": [json.loads(node_entry.encode(entry)) for _, entry in sorted(registry.entries.items())]
        if registry
        else [],
    }


def _held(role: "RoleState") -> str:
    return f"{role.threshold} of {', '.join(role.holders)}"


def _waits(role: "RoleState") -> str:
    if role.waiting is None:
        return "-"
    signed = ", ".join(role.waiting.signed) or "nobody"
    need = f"{role.waiting.missing} to go" if role.waiting.missing else "complete"
    before = f", with {role.waiting.before} who held it before" if role.waiting.before else ""
    return f"version {role.waiting.version}: {signed}; {need}{before}"


def say_waiting(directory: Path) -> None:
    """Print what waits for signatures in the operators' folder."""
    from handover.adapters.repository import Repository
    from handover.adapters.review import Review

    for role in Review(Repository(directory)).overview().roles:
        if role.waiting is not None:
            terminal.say(f"{role.role}: {_waits(role)} ({_held(role)})")


def confirmed(request: Path, expected: str | None, *, yes: bool) -> bytes:
    """Show a request, and give it only if its fingerprint is the one that the authority read out.

    Raises:
        NotARequestError: the file is none.
        RefusedError: the fingerprint is another than *expected*.
    """
    from handover.adapters import files
    from handover.protocol import enrolment

    data = files.read(request, enrolment.LIMIT)
    try:
        found = enrolment.read(data)
    except MalformedError as error:
        raise NotARequestError(f"{request.name}: {error.detail}") from error
    _confirm(found, data, expected, yes=yes)
    return data


def _confirm(found: "Enrolment", data: bytes, expected: str | None, *, yes: bool) -> None:
    from handover.domain.errors import RefusedError
    from handover.protocol.registry_set import fingerprint

    shown = fingerprint(data)
    entry = found.entry
    terminal.say_facts(
        {
            "Node": entry.node,
            "Name": entry.name("en"),
            "Places": ", ".join(entry.places),
            "Mandates": ", ".join(entry.mandates),
            "Address": entry.address,
            "Signed": f"{terminal.when(found.iat)} with {found.signed_by}",
            "Fingerprint": shown,
        }
    )
    if expected is not None:
        if "".join(expected.split()).lower() != shown.replace(" ", ""):
            raise RefusedError(
                "the fingerprint is another than the one given: this is not the authority's request"
            )
    elif not yes:
        typer.confirm("Did the authority itself read out this fingerprint to you?", abort=True)


def say_publication(done: "Published", public: Path) -> None:
    """Print what was made public, and what still waits."""
    terminal.say(
        f"Published version {done.registry.version} in {public}: {', '.join(done.roles) or 'no new page'}"
    )
    terminal.say(f"The timestamp is to be renewed before {terminal.when(done.registry.terms['timestamp'])}.")
    if done.waiting:
        terminal.say(f"Waiting: {', '.join(done.waiting)}. {done.held_back or ''}".rstrip())


def publication_as_json(done: "Published") -> dict[str, object]:
    """Give what was made public for a program."""
    return {
        "version": done.registry.version,
        "root": done.registry.root,
        "issued": done.registry.issued,
        "expires": done.registry.expires,
        "timestamp": done.registry.digests.timestamp,
        "roles": list(done.roles),
        "waiting": list(done.waiting),
        "held_back": done.held_back,
    }
