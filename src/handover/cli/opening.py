"""Opens what a command works on: settings, keys, or the whole node. Imports are late: they cost half a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handover.adapters.vault import FileVault
    from handover.application.registry import Registry
    from handover.config import Settings
    from handover.node import Node


def settings_of(data: Path) -> "Settings":
    """Give the settings of the node in the folder.

    Raises:
        NotSetUpError: there is no node in it.
        SettingsError: a setting is missing, unknown or wrong.
    """
    from handover import config, founding

    if not (data / founding.VAULT).exists() or not (data / founding.ROOT).exists():
        raise founding.NotSetUpError
    return config.load(data)


def vault_of(settings: "Settings") -> "FileVault":
    """Give the node's keys as it signs with them, without opening its database.

    Raises:
        PassphraseError: the passphrase does not open them.
    """
    from handover import founding, node
    from handover.adapters.vault import FileVault

    vault = FileVault.open(settings.data / founding.VAULT, settings.read_passphrase())
    vault.go_by(registry_of(settings).entry, node.system_clock)
    return vault


def registry_of(settings: "Settings") -> "Registry":
    """Give the registry as the node keeps it."""
    from handover import founding
    from handover.adapters.registry import RegistryMirror
    from handover.application.registry import Registry

    root = (settings.data / founding.ROOT).read_bytes()
    mirror = RegistryMirror(settings.data / founding.MIRROR, root=root)
    return Registry(mirror, root=root, bound=settings.registry_fresh)


@contextmanager
def opened(data: Path) -> Iterator["Node"]:
    """Give the node in the folder, and close its database afterwards.

    Raises:
        NotSetUpError: there is no node in it.
        SettingsError: a setting is missing, unknown or wrong.
        PassphraseError: the passphrase does not open its keys.
    """
    from handover import node

    found = node.open_node(settings_of(data))
    try:
        yield found
    finally:
        found.close()
