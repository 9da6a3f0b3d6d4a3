"""Changes of the registry and of a node's keys while rounds are under way."""

from dataclasses import replace

from federation import Federation
from handover.adapters.vault_file import new_secret
from handover.founding import entry_of
from handover.node import Node
from handover.protocol import enrolment
from handover.protocol.jws import Ed25519Signer, Signer
from handover.protocol.node_key import KeyStatus, KeyUse


def republish(fed: Federation, node: Node, *, retired: frozenset[str] = frozenset()) -> None:
    """Enter the node's present keys into the registry, some of them as retired, and let every node know."""
    listed = node.registry.entry(node.id, fed.clock.now)
    entry = entry_of(node.settings, node.vault)
    over = {key.kid: key for key in listed.keys if key.status is not KeyStatus.ACTIVE}
    own = [over.get(key.kid, key) for key in entry.keys]
    known = {key.kid for key in own}
    old = [key for key in listed.keys if key.kid not in known and key.use is not KeyUse.SEAL]
    keys = tuple(
        replace(key, status=KeyStatus.RETIRED) if key.kid in retired else key for key in (*own, *old)
    )
    signer = _signer_listed_as_active(fed, node)
    request = enrolment.request(
        replace(entry, keys=keys), signer=signer, provers=node.vault.provers(), now=fed.clock.now
    )
    fed.ceremony.replace_entry(request, now=fed.clock.now)
    fed.publish()


def _signer_listed_as_active(fed: Federation, node: Node) -> Signer:
    listed = {
        key.kid
        for key in node.registry.entry(node.id, fed.clock.now).keys
        if key.use is KeyUse.SIG and key.status is KeyStatus.ACTIVE
    }
    signers = [Ed25519Signer(each.value) for each in node.vault.secrets() if each.use == KeyUse.SIG]
    return next((each for each in signers if each.kid in listed), node.vault.signer)


def new_signing_key(fed: Federation, node: Node, *, retire: bool = True) -> Node:
    """Give the node, opened again with a signing key of its own choice; the old one is retired."""
    fed.clock.pass_(1)
    old = node.vault.signer.kid
    node.vault._content.secrets.append(new_secret(KeyUse.SIG, fed.clock.now))
    node.vault.save()
    again = fed.reopen(node.id)
    republish(fed, again, retired=frozenset({old}) if retire else frozenset())
    return again


def new_sealing_key(fed: Federation, node: Node, *, destroy: bool = True) -> None:
    """Give the node a new sealing key, and destroy the old ones."""
    fed.clock.pass_(1)
    newest = node.vault.add_sealing_key(fed.clock.now)
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
