"""The registry of the simulated federation and who runs it: nodes are admitted, suspended, readmitted, given new keys.

It is the real one, with its folder of pages, its holders and their signatures.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from handover import founding
from handover.adapters.ceremony import Ceremony
from handover.adapters.holder_keys import HolderKey
from handover.adapters.publication import Publication
from handover.adapters.registry import folder
from handover.adapters.repository import Repository
from handover.adapters.vault import FileVault
from handover.config import Settings
from handover.domain.ids import NodeId
from handover.protocol.node_entry import NodeStatus
from handover.protocol.registry_files import Read

_Holder = tuple[HolderKey, CryptoSigner]


@dataclass(frozen=True, kw_only=True)
class Federation:
    """The operators' folder, and the keys of those who sign."""

    place: Path
    holders: tuple[_Holder, ...]
    online: _Holder

    @classmethod
    def found(cls, place: Path, *, now: int) -> Self:
        """Begin a registry that names nobody yet."""
        made = cls(place=place, holders=(_holder(), _holder(), _holder()), online=_holder())
        made.ceremony.init(holders=made.keys, threshold=2, online=made.online[0], now=now)
        made.publish(now)
        return made

    @property
    def repository(self) -> Repository:
        """The pages."""
        return Repository(self.place)

    @property
    def ceremony(self) -> Ceremony:
        """Where pages are prepared."""
        return Ceremony(self.repository)

    @property
    def keys(self) -> list[HolderKey]:
        """The keys of those who sign."""
        return [key for key, _ in self.holders]

    @property
    def source(self) -> Read:
        """Where nodes fetch what is published."""
        return folder(self.repository.public)

    def copied(self, place: Path) -> "Federation":
        """Give the same federation in a folder of its own: what happens to it there stays there."""
        shutil.copytree(self.place, place)
        return Federation(place=place, holders=self.holders, online=self.online)

    def publish(self, now: int) -> None:
        """Let as many holders sign as have to, and make it public."""
        press = Publication(self.repository)
        if self.repository.pending():
            for _, signer in self.holders[:2]:
                press.sign(signer)
        press.publish(self.online[1], now=now)

    def admit(self, settings: Settings, vault: FileVault, *, now: int) -> None:
        """Prepare that a node is named, and its country with it."""
        self.ceremony.add_country(vault.node.country, holders=self.keys, threshold=2, now=now)
        self.ceremony.admit(founding.enrolment_request(settings, vault, now=now), now=now)

    def suspended(self, node: NodeId) -> bool:
        """Tell whether the registry says so now."""
        return self.repository.registry().entry(node).status is NodeStatus.SUSPENDED

    def suspend(self, node: NodeId, *, now: int) -> None:
        """Suspend a node, and publish it."""
        self.ceremony.suspend(node, now=now)
        self.publish(now)

    def readmit(self, node: NodeId, *, now: int) -> None:
        """End the suspension of a node, and publish it."""
        self.ceremony.lift(node, now=now)
        self.publish(now)

    def list_keys(self, settings: Settings, vault: FileVault, *, now: int) -> None:
        """Put the keys that a node has now into its entry, and publish it."""
        self.ceremony.replace_entry(founding.enrolment_request(settings, vault, now=now), now=now)
        self.publish(now)


def _holder() -> _Holder:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    key = HolderKey(name=public.hex()[:8], public=public)
    return key, CryptoSigner(private, key.tuf())
