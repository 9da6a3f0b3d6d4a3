"""`handover refresh`: fetch the registry now."""

from typing import TYPE_CHECKING, Annotated

import typer

from handover.cli import exits, opening, standing, terminal
from handover.cli.exits import Exit
from handover.cli.options import HERE, AsJson, Data

if TYPE_CHECKING:
    from handover.domain.errors import HandoverError
    from handover.node import Node


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
        changed, failed = _ask(node, source or [])
        now = node.clock()
        found = node.registry.current(now)
        fresh = node.registry.fresh(now)
        stands = standing.of(found, node.vault, now)
    facts = {
        "changed": changed,
        "version": found.version,
        "issued": terminal.when(found.issued),
        "fresh": fresh,
        "nodes": len(found.entries),
        "listed": stands is not standing.Standing.NOT_LISTED,
        "standing": stands.value,
    }
    if as_json:
        terminal.say_json(facts)
    else:
        terminal.say_facts({name: _word(value) for name, value in facts.items()})
    if not fresh:
        raise typer.Exit(Exit.INCOMPLETE)
    if source and len(failed) == len(source):
        raise typer.Exit(exits.of(failed[-1]))


def _ask(node: "Node", places: list[str]) -> "tuple[bool, list[HandoverError]]":
    """Ask the named places until one has news, or else the settings' sources; give whether, and what failed."""
    failed: list[HandoverError] = []
    for place in (*places,) or (None,):
        accepted = node.refresher.refresh([node.sources.named(place)] if place else None)
        for error in accepted.failed:
            terminal.warn(
                terminal.clean(f"{place or 'A source'}: {error.title} {error.detail or ''}".rstrip())
            )
        failed += accepted.failed
        if accepted.roots or accepted.timestamp:
            return True, failed
    return False, failed


def _word(value: object) -> object:
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
