"""`handover restore`: a node whose database is lost goes on from a backup."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handover.cli import opening, terminal
from handover.cli.options import HERE, AsJson, Data

if TYPE_CHECKING:
    from handover.adapters.restoring import Restored


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup, made by `handover backup`.")],
    forget_newer: Annotated[
        bool,
        typer.Option(
            "--forget-newer",
            help="The database that is here knows more than the backup, or cannot be read: forget what it knows.",
        ),
    ] = False,
    data: Data = HERE,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the node's database, when that is lost.

    Stop the node first; vault.json, root.json and handover.toml have to be there. The backup is checked whole before
    anything is changed. Afterwards every matter is in doubt: this node has forgotten what it has signed since, and
    decides nothing about a matter before the other authorities have said it. If it is cut off, call it again.

    Example: handover restore /mnt/backup/athens-2026-11-22.handover-backup
    """
    from handover import node as nodes
    from handover.adapters import restoring

    place, clock = opening.settings_of(data), nodes.system_clock
    keys = opening.vault_of(place)
    done = restoring.restore(file, place=place, vault=keys, clock=clock, forget_newer=forget_newer)
    facts = _facts(done)
    if as_json:
        terminal.say_json(facts)
    else:
        terminal.say_facts({key: value for key, value in facts.items() if value is not None})
        terminal.say("Restored. Start the node: it asks the others for what it has forgotten.")
        terminal.say("What was entered since the backup was made has to be entered again.")


def _facts(done: "Restored") -> dict[str, str | int | None]:
    return {
        "made": terminal.when(done.made_at),
        "incarnation": done.incarnation,
        "entries": done.entries,
        "in_doubt": done.doubtful,
        "erased_again": done.erased,
        "ended_again": done.ended,
        "old": None if done.old is None else str(done.old),
    }
