"""`handover backup`: one file that holds the database, encrypted and read back."""

from pathlib import Path
from typing import Annotated

import typer

from handover.cli import opening, terminal
from handover.cli.options import HERE, AsJson, Data


def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where the backup goes; nothing may be there.")
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Do not make one: read this one back and say what it is.")
    ] = False,
    data: Data = HERE,
    as_json: AsJson = False,
) -> None:
    """Back up the database while the node runs: consistent, encrypted, and read back before it counts.

    The private keys are not inside. Keep vault.json, root.json and handover.toml elsewhere, and the passphrase in
    a third place: a backup opens only with all of them.

    Example: handover backup /mnt/backup/athens-2026-11-22.handover-backup
    """
    from handover import node as nodes
    from handover.adapters import backup as backups

    settings = opening.settings_of(data)
    vault = opening.vault_of(settings)
    if check:
        made = backups.check(file, vault=vault)
    else:
        made = backups.make(file, url=settings.url, vault=vault, data=data, now=nodes.system_clock())
    facts = {
        "node": made.node,
        "made": terminal.when(made.made_at),
        "database": made.kind,
        "bytes": made.size,
        "sha256": made.sha256,
    }
    if as_json:
        terminal.say_json(facts)
    else:
        terminal.say_facts(facts)
        terminal.say("Read back whole. The keys are not inside: keep vault.json apart.")
