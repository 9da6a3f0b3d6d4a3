"""A node with a backup, and work done since; a restore as the command does it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cases
from federation import PASSPHRASE, Federation
from handover.adapters import backup as backups
from handover.adapters import restoring
from handover.adapters.restoring import Restored
from handover.adapters.vault import FileVault
from handover.application.facts import Handover
from handover.node import Node


@dataclass
class Stage:
    """A node with one offer in its backup and one more since."""

    fed: Federation
    north: Node
    south: Node
    backup: Path
    first: Handover
    second: Handover

    @property
    def database(self) -> Path:
        return self.north.settings.data / "handover.db"

    def restore(self, *, forget_newer: bool = True) -> Restored:
        """Stop the node and restore it, as the command does."""
        self.north.close()
        return restore(self.north, self.backup, self.fed.clock, forget_newer=forget_newer)


def restore(node: Node, backup: Path, clock: Callable[[], int], *, forget_newer: bool = True) -> Restored:
    found = FileVault.open(node.settings.data / "vault.json", PASSPHRASE)
    return restoring.restore(backup, place=node.settings, vault=found, clock=clock, forget_newer=forget_newer)


def offered(fed: Federation, north: Node, south: Node) -> Handover:
    sent = cases.offer(fed, north, south.id, fed.officer(north, "first"), fed.officer(north, "second"))
    fed.settle()
    return sent


def staged(fed: Federation, north: Node, south: Node, folder: Path) -> Stage:
    first, path, settings = offered(fed, north, south), folder / "one.backup", north.settings
    backups.make(path, url=settings.url, vault=north.vault, data=settings.data, now=fed.clock.now)
    return Stage(fed, north, south, path, first, offered(fed, north, south))


@dataclass(frozen=True)
class Folder:
    """A copy of a node's folder."""

    data: Path
    backup_folder: Path | None = None

    @property
    def url(self) -> str:
        return f"sqlite:///{self.data / 'handover.db'}"

    @property
    def vault(self) -> FileVault:
        return FileVault.open(self.data / "vault.json", PASSPHRASE)


class Again:
    """A backup of a node, and the node as it goes on from it."""

    def __init__(self, fed: Federation, node: Node, folder: Path) -> None:
        self.fed, self.node = fed, node
        self.path = folder / "one.backup"
        settings = node.settings
        backups.make(self.path, url=settings.url, vault=node.vault, data=settings.data, now=fed.clock.now)
        fed.clock.pass_(60)

    def restored(self, *, ended: int | None = None) -> Node:
        """Restore it; *ended* is how much must have ended again."""
        self.node.close()
        done = restore(self.node, self.path, self.fed.clock)
        node = self.fed.reopen(self.node.id)
        assert ended is None or done.ended == ended, done
        return node


def settle(fed: Federation, node: Node) -> None:
    """Let a restored node ask, and all deliver, until all is said."""
    for _ in range(4):
        node.resync.tick()
        fed.settle()
        fed.clock.pass_(1000)
