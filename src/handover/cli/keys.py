"""`handover keys`: what keys the node has, and the new ones that it needs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from handover.cli import opening, terminal
from handover.cli.options import HERE, AsJson, Data

if TYPE_CHECKING:
    from handover.config import Settings
    from handover.protocol.node_key import NodeKey

GRACE: Final = 14 * 86400  # seconds that a sealing key is kept after its end, for what was sealed to it late

app = typer.Typer(
    no_args_is_help=True,
    help="Look at the node's keys and renew them.\n\n"
    "A sealing key lives 30 days: make the next one every 20 days (`rotate-sealing`, then `enrol`), and destroy "
    "old ones (`destroy-old`), so that recorded traffic stays closed even if this machine is taken later.",
)


@app.command()
def show(data: Data = HERE, as_json: AsJson = False) -> None:
    """Show each key: what for, since when, until when, and what the registry says of it.

    Example: handover keys show --json
    """
    from handover import node as nodes

    settings = opening.settings_of(data)
    now = nodes.system_clock()
    listed = _listed(settings, now)
    found = [
        {
            "use": key.use.value,
            "kid": key.kid,
            "alg": key.alg,
            "from": terminal.when(key.not_before),
            "until": terminal.when(key.expires),
            "days_left": (key.expires - now) // 86400,
            "registry": listed.get(key.kid, "not listed"),
        }
        for key in opening.vault_of(settings).node_keys()
    ]
    if as_json:
        terminal.say_json({"keys": found})
        return
    head = ("use", "key", "from", "until", "days left", "registry")
    terminal.say_table(
        head,
        ([each[name] for name in ("use", "kid", "from", "until", "days_left", "registry")] for each in found),
    )


@app.command("rotate-sealing")
def rotate_sealing(data: Data = HERE) -> None:
    """Make the next sealing key. Peers seal to it once the registry lists it; the older ones still open.

    Restart the node's processes at once, then `handover enrol`, and send the request to the registry's operators.

    Example: handover keys rotate-sealing
    """
    from handover import node as nodes

    vault = opening.vault_of(opening.settings_of(data))
    terminal.say(f"New sealing key: {vault.add_sealing_key(nodes.system_clock())}")
    terminal.say("Restart `serve` and `worker` now: a running process does not have the key yet.")
    terminal.say("Then: handover enrol, and send the request to the registry's operators.")


@app.command("destroy-old")
def destroy_old(data: Data = HERE) -> None:
    """Destroy sealing keys that ended more than 14 days ago. What is sealed to them can never be opened again.

    Example: handover keys destroy-old
    """
    from handover import node as nodes

    vault = opening.vault_of(opening.settings_of(data))
    gone = vault.destroy_sealing_keys(before=nodes.system_clock() - GRACE)
    terminal.say(f"{gone} sealing key{'' if gone == 1 else 's'} destroyed.")
    if gone:
        terminal.say("Restart `serve` and `worker`: a running process still has it in memory.")


@app.command()
def renew(data: Data = HERE) -> None:
    """Make what was erased unreadable in every old copy: backups, write-ahead logs, disks that were replaced.

    Every living data key is put under a new key-encryption key, and the older ones are destroyed. The node may run
    meanwhile; a call that was cut off is finished by the next one. The worker does it by itself within a day of an
    erasure, and `handover backup` before it copies. Backups made before open no more.

    Example: handover keys renew
    """
    with opening.opened(data) as node:
        epoch = node.renewal.renew()
    terminal.say(f"The keys are renewed: epoch {epoch}. Backups made before do not open any more.")
    terminal.say("Make one now: handover backup FILE. Then destroy older copies of vault.json.")


@app.command("change-passphrase")
def change_passphrase(
    new: Annotated[
        Path, typer.Option("--new-passphrase-file", metavar="FILE", help="Holds the new passphrase.")
    ],
    data: Data = HERE,
) -> None:
    """Put the node's keys under another passphrase. The old one opens them no more.

    Example: handover keys change-passphrase --new-passphrase-file /etc/handover/passphrase-2
    """
    from handover.cli.setup import passphrase_in

    vault = opening.vault_of(opening.settings_of(data))
    vault.change_passphrase(passphrase_in(new))
    terminal.say("The keys are under the new passphrase.")
    terminal.say(
        "Name its file as passphrase_file in handover.toml before the next start, and destroy the old file."
    )


def _listed(settings: "Settings", now: int) -> dict[str, str]:
    """Give, by kid, the status that the registry gives this node's keys."""
    from handover import founding
    from handover.adapters.registry import RegistryMirror
    from handover.application.registry import Registry, RegistryMissingError
    from handover.domain.errors import NotFoundError
    from handover.domain.ids import NodeId

    root = (settings.data / founding.ROOT).read_bytes()
    registry = Registry(RegistryMirror(settings.data / founding.MIRROR, root=root), root=root)
    try:
        keys: tuple[NodeKey, ...] = registry.entry(NodeId(settings.node), now).keys
    except (NotFoundError, RegistryMissingError):
        return {}
    return {key.kid: key.status.value for key in keys}
