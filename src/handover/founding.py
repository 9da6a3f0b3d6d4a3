"""What a new node begins with: its keys, the pinned root, and the entry that it proposes to the registry."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from handover.adapters import files
from handover.adapters.server_pins import pin
from handover.adapters.vault import FileVault
from handover.config import Settings
from handover.domain.errors import HandoverError
from handover.domain.ids import NodeId
from handover.domain.record import SCHEMAS
from handover.protocol import enrolment
from handover.protocol.node_entry import Liaison, Mandate, NodeEntry, NodeStatus
from handover.protocol.node_key import FOR_EVIDENCE, KeyStatus, KeyUse, NodeKey

VAULT: Final = "vault.json"
ROOT: Final = "root.json"
MIRROR: Final = "registry"


class NotSetUpError(HandoverError):
    """The data folder holds no node, or not all of it."""

    name = "not-set-up"
    title = "There is no node in this folder, or its setting up was not finished."
    advice = "Run `handover init` in the folder, or name the right one with --data."


def entry_of(settings: Settings, vault: FileVault) -> NodeEntry:
    """Give the entry that this node proposes to the registry's operators, old keys included."""
    return NodeEntry(
        node=vault.node,
        names=settings.names,
        country=vault.node.country,
        places=tuple(settings.places),
        mandates=tuple(Mandate(each) for each in settings.mandates),
        address=settings.address,
        status=NodeStatus.ACTIVE,
        protocols=tuple(settings.protocols),
        schemas=tuple(SCHEMAS),
        liaison=Liaison(hours=settings.hours, languages=tuple(settings.languages)),
        keys=tuple(_keys(settings, vault)),
    )


def _keys(settings: Settings, vault: FileVault) -> Iterator[NodeKey]:
    """Give the keys that are here, as the registry lists them where it does, and those listed that are not here.

    Pins of the server's key are those of the settings; where these have none, those listed stay until they end.
    """
    listing = vault.listing()
    pins = [pin(path) for path in settings.pinned_certificates]
    held = [*vault.node_keys(), *(each for each in pins if listing.now < each.expires)]
    for key in held:
        yield listing.of(key) or key
    here = {key.kid for key in held}
    for key in listing.entry.keys if listing.entry else ():
        if key.kid in here:
            continue
        if key.use is KeyUse.TLS and not pins and listing.now < key.expires:
            yield key
        if key.use in FOR_EVIDENCE:  # nobody can prove it any more
            yield replace(key, status=KeyStatus.RETIRED) if key.status is KeyStatus.ACTIVE else key


def enrolment_request(settings: Settings, vault: FileVault, *, now: int) -> bytes:
    """Give the signed request for this node's entry, with a proof of possession for its keys."""
    return enrolment.request(entry_of(settings, vault), signer=vault.signer, provers=vault.provers(), now=now)


def propose(settings: Settings, vault: FileVault, now: int) -> Path:
    """Write the request into the data folder, in place of an older one, and give its path."""
    path = settings.data / f"{vault.node.replace('/', '-')}.enrolment"
    files.replace(path, enrolment_request(settings, vault, now=now))
    return path


def set_up(folder: Path, node: NodeId, passphrase: str, root: bytes, *, now: int) -> FileVault:
    """Make the keys of a new node and pin the registry's root."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    vault = FileVault.create(folder / VAULT, passphrase, node, now)
    (folder / ROOT).write_bytes(root)
    return vault
