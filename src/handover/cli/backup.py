"""`handover backup`: one file that holds the database, encrypted and read back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handover.cli import opening, terminal
from handover.cli.options import HERE, AsJson, Data
from handover.domain.errors import HandoverError

if TYPE_CHECKING:
    from handover.adapters.vault import FileVault
    from handover.config import Settings


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

    If something was erased since the last time, the node's keys are renewed first: older backups open no more.

    The private keys are not inside. Keep vault.json, root.json, handover.toml and the passphrase elsewhere.

    Example: handover backup /mnt/backup/athens-2026-11-22.handover-backup
    """
    from handover import node as nodes
    from handover.adapters import backup as backups

    settings = opening.settings_of(data)
    vault = opening.vault_of(settings)
    if check:
        made = backups.check(file, vault=vault)
    else:
        _renew(settings, vault)
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


def _renew(settings: "Settings", vault: "FileVault") -> None:
    """A backup is made all the same where the keys cannot be renewed: it opens until they are."""
    from handover import node as nodes
    from handover.adapters.renewing import renewed_before_backup

    try:
        if renewed_before_backup(settings.url, vault, nodes.system_clock):
            terminal.warn(
                "Something was erased: the keys were renewed first, and older backups open no more."
            )
    except HandoverError as error:
        terminal.warn(f"The keys could not be renewed before the backup: {error.title}")
