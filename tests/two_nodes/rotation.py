"""Changes of the registry and of a node's keys while rounds are under way."""

from collections.abc import Callable
from dataclasses import replace

from federation import Federation
from handover.founding import entry_of
from handover.node import Node
from handover.protocol import enrolment
from handover.protocol.node_key import KeyStatus, KeyUse, NodeKey


def republish(fed: Federation, node: Node, *, retired: frozenset[str] = frozenset()) -> None:
    """Enter the node's present keys into the registry, some of them as retired, and let every node know."""
    _enter(fed, node, lambda key: replace(key, status=KeyStatus.RETIRED) if key.kid in retired else key)


def end(fed: Federation, node: Node, kid: str, *, at: int) -> None:
    """Let the term of a key end sooner, and every node know."""
    _enter(fed, node, lambda key: replace(key, expires=at) if key.kid == kid else key)


def _enter(fed: Federation, node: Node, change: Callable[[NodeKey], NodeKey]) -> None:
    entry = entry_of(node.settings, node.vault)
    keys = tuple(map(change, entry.keys))
    request = enrolment.request(
        replace(entry, keys=keys), signer=node.vault.signer, provers=node.vault.provers(), now=fed.clock.now
    )
    fed.ceremony.replace_entry(request, now=fed.clock.now)
    fed.publish()


def new_signing_key(fed: Federation, node: Node, *, retire: bool = True) -> Node:
    """Give the node with a signing key of its own choice; the old one is retired."""
    fed.clock.pass_(1)
    old = node.vault.signer.kid
    node.vault.add_keys(KeyUse.SIG, begins=fed.clock.now)
    republish(fed, node, retired=frozenset({old}) if retire else frozenset())
    return node


def new_sealing_key(fed: Federation, node: Node, *, destroy: bool = True) -> None:
    """Give the node a new sealing key, and destroy the old ones."""
    fed.clock.pass_(1)
    [newest] = node.vault.add_keys(KeyUse.SEAL, begins=fed.clock.now)
    if destroy:
        [last] = [each for each in node.vault.secrets() if each.kid == newest]
        assert node.vault.destroy_sealing_keys(before=last.expires) > 0
    republish(fed, node)


def compromise(fed: Federation, node: Node, kid: str) -> None:
    """Let the operators mark a key as compromised from now on."""
    fed.ceremony.mark_compromised(node.id, kid, since=fed.clock.now, now=fed.clock.now)
    fed.publish()


def suspend(fed: Federation, node: Node) -> None:
    """Let the operators suspend a node."""
    fed.ceremony.suspend(node.id, now=fed.clock.now)
    fed.publish()
