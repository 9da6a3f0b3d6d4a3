"""Two nodes and their registry in a folder: real keys, real databases, addresses of this machine."""

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from bench import case
from handover import config, founding, node
from handover.adapters.ceremony import Ceremony
from handover.adapters.holder_keys import HolderKey
from handover.adapters.publication import Publication
from handover.adapters.registry import folder as files_in
from handover.adapters.repository import Repository
from handover.application.consents import Terms
from handover.application.facts import Actor, OfficerRole
from handover.domain.consent import Basis, Purpose
from handover.domain.ids import HandoverId, NodeId
from handover.domain.record import MatterKind, schema
from handover.node import Node
from handover.protocol.strict import Json

_SETTINGS = """\
node = "{name}"
address = "http://127.0.0.1:{port}"
listen = "127.0.0.1:{port}"
passphrase_file = "{folder}/passphrase"
places = ["Here"]
mandates = ["child-protection", "family-tracing"]
languages = ["en"]
hours = "always"
private_peers = true
worker = false
{more}
[names]
en = "{name}"
"""
# What is measured is how fast a node is, not how much a peer or an officer may ask.
_PLENTY = "peer_burst = 1000000\naccount_burst = 1000000"
_STATEMENT: dict[str, Json] = {
    "given_by": "guardian",
    "capacity": "guardian by court order",
    "relation": "guardian",
    "explained_by": "caseworker",
    "language": "en",
    "interpreter": "none",
    "expressed": "written",
    "child_assent": "agrees",
    "text": "I agree.",
}
_BATCH = 64


@dataclass(frozen=True, kw_only=True)
class Place:
    """One node's folder, name and port."""

    name: str
    folder: Path
    port: int


def free_port() -> int:
    """Give a port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def set_up(folder: Path, names: Sequence[str], more: str = _PLENTY) -> list[Place]:
    """Make the nodes and a registry that names them; each has fetched it. *more*: lines of settings."""
    now = int(time.time())
    repository = Repository(folder / "registry")
    keys = {name: _holder(name) for name in ("one", "two", "online")}
    holders = [keys["one"][0], keys["two"][0]]
    ceremony, press = Ceremony(repository), Publication(repository)
    ceremony.init(holders=holders, threshold=2, online=keys["online"][0], now=now)
    for country in sorted({name.partition("/")[0] for name in names}):
        ceremony.add_country(country, holders=holders, threshold=2, now=now)
    _publish(press, keys, now)
    places = [_node(folder, name, repository.pinned(), more) for name in names]
    for place in places:
        settings = config.load(place.folder)
        with opened(place.folder) as found:
            ceremony.admit(founding.enrolment_request(settings, found.vault, now=now), now=now)
    _publish(press, keys, now)
    for place in places:
        with opened(place.folder) as found:
            for error in found.registry.refresh([files_in(repository.public)], now=now).failed:
                raise error
    return places


def _publish(press: Publication, keys: dict[str, tuple[HolderKey, CryptoSigner]], now: int) -> None:
    for name in ("one", "two"):
        press.sign(keys[name][1])
    press.publish(keys["online"][1], now=now)


def _holder(name: str) -> tuple[HolderKey, CryptoSigner]:
    private = Ed25519PrivateKey.generate()
    key = HolderKey(name=name, public=private.public_key().public_bytes_raw())
    return key, CryptoSigner(private, key.tuf())


def _node(folder: Path, name: str, root: bytes, more: str) -> Place:
    place = Place(name=name, folder=folder / name.replace("/", "-"), port=free_port())
    passphrase = "only for measuring"
    founding.set_up(place.folder, NodeId(name), passphrase, root, now=int(time.time())).save()
    (place.folder / "passphrase").write_text(passphrase)
    text = _SETTINGS.format(name=name, port=place.port, folder=place.folder, more=more)
    (place.folder / config.FILE_NAME).write_text(text)
    return place


@contextmanager
def opened(folder: Path) -> Iterator[Node]:
    """Give the node of *folder*, opened in this process."""
    found = node.open_node(config.load(folder))
    try:
        yield found
    finally:
        found.close()


def officers(at: Node) -> tuple[Actor, Actor]:
    """Give two new officers: one who prepares, one who releases."""
    made = [at.officers.add(name, tuple(OfficerRole)) for name in ("First", "Second")]
    first, second = (Actor(officer=each.id, roles=each.roles, auth="api-key") for each in made)
    return first, second


def prepare(at: Node, to: str, count: int, actor: Actor) -> list[HandoverId]:
    """Give *count* offers, each of a matter and a consent of its own, all but released."""
    of, values = schema("guardianship/1"), case.values()
    now = at.clock()
    terms = Terms(
        basis=Basis.CONSENT,
        recipients=(NodeId(to),),
        purposes=(Purpose.CHILD_PROTECTION,),
        fields=of.all_paths,
        valid_from=now - 60,
        valid_until=now + 30 * 86400,
    )
    found = []
    for start in range(0, count, _BATCH):
        with at.database.begin():  # what happens inside joins this transaction
            for _ in range(min(_BATCH, count - start)):
                matter = at.cases.begin(MatterKind.GUARDIANSHIP, reference="bench", actor=actor).id
                at.cases.write(matter, of, values, source="bench", actor=actor)
                ground = at.consents.record(matter, of, terms, _STATEMENT, actor=actor).id
                offer = at.offers.prepare(
                    matter, to=NodeId(to), fields=of.all_paths, ground=ground, actor=actor
                )
                found.append(offer.id)
    return found
