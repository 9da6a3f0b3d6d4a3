"""How this node stands in the registry: what `status`, `refresh` and `doctor` say of it."""

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from handover.adapters.vault import FileVault
    from handover.protocol.registry_set import Registry


class Standing(StrEnum):
    """What the registry says of this node."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    OTHER_KEYS = "other-keys"
    """It names the node, with keys that this folder does not have: nothing that is signed here counts."""
    COMPROMISED = "compromised"
    """It names the node, and says that others may have its signing key: nothing that is signed from then on counts."""
    NOT_LISTED = "not-listed"


WORDS: Final = {
    Standing.ACTIVE: "this node is listed",
    Standing.SUSPENDED: "this node is SUSPENDED",
    Standing.OTHER_KEYS: "this node is listed with OTHER KEYS",
    Standing.COMPROMISED: "this node is listed with COMPROMISED KEYS",
    Standing.NOT_LISTED: "this node is NOT LISTED",
}


def of(registry: "Registry | None", vault: "FileVault", now: int) -> Standing:
    """Give how the node with these keys stands at *now*."""
    from handover.protocol.node_entry import NodeStatus

    entry = registry.entries.get(vault.node) if registry else None
    if registry is None or entry is None:
        return Standing.NOT_LISTED
    own = [key for key in entry.keys if key.kid == vault.signer.kid]
    if not own:
        return Standing.OTHER_KEYS
    if entry.status is NodeStatus.SUSPENDED or registry.lapsed(vault.node.country, now):
        return Standing.SUSPENDED
    if not all(key.sound(now) for key in own):
        return Standing.COMPROMISED
    return Standing.ACTIVE
