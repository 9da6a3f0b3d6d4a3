"""`handover refresh`: fetch the registry now."""

from typing import Annotated

import typer

from handover.cli import opening, terminal
from handover.cli.exits import Exit
from handover.cli.options import HERE, AsJson, Data


def refresh(
    data: Data = HERE,
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--from", metavar="PLACE", help="A folder, a node, or an address; the settings' sources if none."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch the registry now: from a folder (a USB stick will do), a peer, or an address.

    Wherever it comes from, it counts only with the signatures that the pinned root asks for, and never if it is
    older than what was accepted before. The worker does this by itself every hour.

    Example: handover refresh --from /media/stick/registry
    """
    with opening.opened(data) as node:
        sources = [node.sources.named(place) for place in source] if source else None
        accepted = node.refresher.refresh(sources)
        now = node.clock()
        for error in accepted.failed:
            terminal.warn(terminal.clean(f"A source failed: {error.title} {error.detail or ''}".rstrip()))
        found = node.registry.current(now)
        fresh = node.registry.fresh(now)
        listed = node.id in found.entries
    facts = {
        "changed": bool(accepted.roots or accepted.timestamp),
        "version": found.version,
        "issued": terminal.when(found.issued),
        "fresh": fresh,
        "nodes": len(found.entries),
        "listed": listed,
    }
    if as_json:
        terminal.say_json(facts)
    else:
        terminal.say_facts({name: _word(value) for name, value in facts.items()})
    if not fresh:
        raise typer.Exit(Exit.INCOMPLETE)


def _word(value: object) -> object:
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
