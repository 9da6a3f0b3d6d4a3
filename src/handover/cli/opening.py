"""Opens what a command works on: settings, keys, or the whole node. Imports are late: they cost half a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handover.adapters.vault import FileVault
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
    """Give the node's keys, without opening its database.

    Raises:
        PassphraseError: the passphrase does not open them.
    """
    from handover import founding
    from handover.adapters.vault import FileVault

    return FileVault.open(settings.data / founding.VAULT, settings.read_passphrase())


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
