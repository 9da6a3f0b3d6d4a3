"""A federation that is set up once: registry, keys, officers, and an empty database of each node to begin with."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner
from sqlalchemy import Engine

from handover import config, founding, node
from handover.adapters.ceremony import Ceremony
from handover.adapters.engines import make_engine
from handover.adapters.holder_keys import HolderKey
from handover.adapters.publication import Publication
from handover.adapters.registry import RegistryMirror, folder
from handover.adapters.repository import Repository
from handover.adapters.vault import FileVault
from handover.application.facts import Actor, OfficerRole
from handover.application.registry import Registry
from handover.config import Settings
from handover.domain.ids import NodeId
from handover.node import Node

NODES: Final = ("gr/athens", "de/hamburg", "es/barcelona", "fr/lyon", "it/trieste", "pl/krakow", "pt/porto")
_PASSPHRASE: Final = "a passphrase that guards nothing"  # noqa: S105 - the keys of a simulation
_PLENTY: Final = 1_000_000  # a history of hours is played in moments
_FRESH: Final = 30 * 86400  # simulated time runs ahead of the registry's


@dataclass(frozen=True, kw_only=True)
class Site:
    """One authority, whose node is opened anew in every history. `officers` prepares and releases."""

    id: NodeId
    settings: Settings
    vault: FileVault
    mirror: RegistryMirror
    registry: Registry
    template: Path
    engine: Engine
    officers: tuple[Actor, Actor]


class World:
    """The sites, in a folder of their own. `began` is the present time, by which the registry was signed."""

    def __init__(self, place: Path, *, began: int) -> None:
        self.place, self.began = place, began
        self._holders = [_holder(), _holder(), _holder()]
        self._online = _holder()
        self._repository = Repository(place / "registry")
        self._ceremony = Ceremony(self._repository)
        keys = [key for key, _ in self._holders]
        self._ceremony.init(holders=keys, threshold=2, online=self._online[0], now=began)
        self._publish()
        founded = [self._found(name) for name in NODES]
        self._publish()
        self.sites = [self._ready(settings) for settings in founded]

    @property
    def root(self) -> bytes:
        """The registry's root, as every node has pinned it."""
        return self._repository.pinned()

    def close(self) -> None:
        """Close every database."""
        for site in self.sites:
            site.engine.dispose()

    def _publish(self) -> None:
        press = Publication(self._repository)
        if self._repository.pending():
            for _, signer in self._holders[:2]:
                press.sign(signer)
        press.publish(self._online[1], now=self.began)

    def _found(self, name: str) -> Settings:
        id_ = NodeId(name)
        home = self.place / name.replace("/", "-")
        vault = founding.set_up(home, id_, _PASSPHRASE, self._repository.pinned(), now=self.began)
        vault.save()
        settings = config.load(
            home,
            node=name,
            names={"en": name},
            places=["here"],
            mandates=["child-protection", "family-tracing"],
            languages=["en"],
            hours="Mon-Fri 9-17",
            address=f"https://{name.replace('/', '-')}.example",
            passphrase=_PASSPHRASE,
            registry_fresh=_FRESH,
            peer_burst=_PLENTY,
        )
        keys = [key for key, _ in self._holders]
        self._ceremony.add_country(id_.country, holders=keys, threshold=2, now=self.began)
        self._ceremony.admit(founding.enrolment_request(settings, vault, now=self.began), now=self.began)
        return settings

    def _ready(self, settings: Settings) -> Site:
        """Make the database that every history begins with: migrated, with officers and the registry accepted."""
        opened = node.open_node(settings, clock=lambda: self.began)
        try:
            accepted = opened.registry.refresh([folder(self._repository.public)], now=self.began)
            for error in accepted.failed:
                raise error
            officers = (_officer(opened, "first"), _officer(opened, "second"))
            with opened.database.begin() as work:
                work.log.checkpoint(work.now)
            path = Path(opened.database.engine.url.database or "")
        finally:
            opened.close()
        template = path.with_name("template.db")
        shutil.copyfile(path, template)
        return Site(
            id=opened.id,
            settings=settings,
            vault=opened.vault,
            mirror=opened.mirror,
            registry=opened.registry,
            template=template,
            engine=make_engine(f"sqlite:///{path.with_name('history.db')}"),
            officers=officers,
        )


def _holder() -> tuple[HolderKey, CryptoSigner]:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    key = HolderKey(name=public.hex()[:8], public=public)
    return key, CryptoSigner(private, key.tuf())


def _officer(opened: Node, name: str) -> Actor:
    made = opened.officers.add(name, tuple(OfficerRole))
    return Actor(officer=made.id, roles=made.roles, auth="api-key")
