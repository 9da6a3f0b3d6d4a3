"""`handover keys`: what keys the node has, and the new ones that it needs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from handover.cli import opening, terminal
from handover.cli.options import HERE, AsJson, Data
from handover.domain.errors import RefusedError

if TYPE_CHECKING:
    from handover.adapters.keyring import Listing
    from handover.adapters.vault import FileVault
    from handover.protocol.node_key import NodeKey

app = typer.Typer(
    no_args_is_help=True,
    help="Look at the node's keys and renew them.\n\n"
    "A sealing key lives 30 days: make the next one every 20 days (`rotate seal`, then `enrol`), and destroy "
    "old ones (`destroy-old`), so that recorded traffic stays closed even if this machine is taken later.",
)
_LEAD: Final = {"sig": 7, "log": 7, "seal": 0}
"""Days until a new key begins: peers have refreshed the registry by then, for what it signs is refused before."""


class KeyWaitsError(RefusedError):
    """There is a new key of this use that the registry does not list yet."""

    name = "key-waits"
    title = "There is a new key for this already, which the registry does not list yet."
    advice = "Run `handover enrol`, and send the request to the registry's operators."


@app.command()
def show(data: Data = HERE, as_json: AsJson = False) -> None:
    """Show each key: what for, since when, until when, what the registry says of it, and whether it is in use.

    Example: handover keys show --json
    """
    from handover import node as nodes

    settings = opening.settings_of(data)
    now, vault = nodes.system_clock(), opening.vault_of(settings)
    listing = vault.listing()
    found = [
        {
            "use": key.use.value,
            "kid": key.kid,
            "alg": key.alg,
            "from": terminal.when(key.not_before),
            "until": terminal.when(key.expires),
            "days_left": (key.expires - now) // 86400,
            "registry": listed.status.value if (listed := listing.of(key)) else "not listed",
            "state": _state(key, vault, listing),
        }
        for key in vault.node_keys()
    ]
    if as_json:
        terminal.say_json({"keys": found})
        return
    head = ("use", "key", "from", "until", "days left", "registry", "state")
    names = ("use", "kid", "from", "until", "days_left", "registry", "state")
    terminal.say_table(head, ([each[name] for name in names] for each in found))


@app.command()
def rotate(
    use: Annotated[str, typer.Argument(help="What the key is for: sig, log (a pair) or seal.")],
    days: Annotated[
        int | None,
        typer.Option(
            "--in", min=0, max=365, metavar="DAYS", help="When it begins; default: 7 days, for seal at once."
        ),
    ] = None,
    data: Data = HERE,
) -> None:
    """Make the next key of a use. The node goes on with the old one until the registry lists the new one.

    Then `handover enrol`, and send the request to the registry's operators. The node need not be restarted. After
    a theft, use --in 0.

    Example: handover keys rotate sig
    """
    from handover import node as nodes
    from handover.protocol.node_key import KeyUse

    if use not in _LEAD:
        raise typer.BadParameter("the uses are sig, log and seal")
    vault, lead = opening.vault_of(opening.settings_of(data)), _LEAD[use] if days is None else days
    listing = vault.listing()
    if listing.entry and any(key.use == use and listing.of(key) is None for key in vault.node_keys()):
        raise KeyWaitsError
    begins = nodes.system_clock() + lead * 86400
    for kid in vault.add_keys(KeyUse(use), begins=begins):
        terminal.say(f"New key: {kid}")
    terminal.say("Now: handover enrol, and send the request to the registry's operators.")
    until = f"They have until {terminal.when(begins)}" if lead else "It counts as soon as they list it"
    terminal.say(f"{until}; `handover keys show` says where it stands.")


@app.command("destroy-old")
def destroy_old(data: Data = HERE) -> None:
    """Destroy sealing keys that ended more than 14 days ago. What is sealed to them can never be opened again.

    Example: handover keys destroy-old
    """
    from handover import node as nodes
    from handover.application.key_care import GRACE

    vault = opening.vault_of(opening.settings_of(data))
    gone = vault.destroy_sealing_keys(before=nodes.system_clock() - GRACE)
    terminal.say(f"{gone} sealing key{'' if gone == 1 else 's'} destroyed.")


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


def _state(key: "NodeKey", vault: "FileVault", listing: "Listing") -> str:
    """Give whether the node uses the key now, or what it waits for."""
    from handover.protocol.node_key import KeyUse

    log, listed = vault.log_signer.key, listing.of(key)
    used = {vault.signer.public, log.ed25519, log.mldsa44}
    if listing.entry:
        used |= {each.public for each in listing.entry.usable_keys(KeyUse.SEAL, listing.now)[:1]}
    if key.public in used:
        return "in use"
    if listed is None:
        return "waits for the registry"
    return "waits for its time" if listing.now < key.not_before else "old"
