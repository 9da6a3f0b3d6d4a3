"""A federation that is set up once: registry, keys, officers, and an empty database of each node to begin with."""

import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from sqlalchemy import Engine

from handover import config, founding, node
from handover.adapters import vault_file
from handover.adapters.engines import make_engine
from handover.adapters.registry import RegistryMirror
from handover.adapters.vault import FileVault
from handover.application.facts import Actor, OfficerRole
from handover.application.registry import FRESH, Registry
from handover.config import Settings
from handover.domain.ids import NodeId
from handover.founding import MIRROR, VAULT
from handover.node import Node
from handover.protocol.registry_files import Read
from handover.simulation.federation import Federation

NODES: Final = ("gr/athens", "de/hamburg", "es/barcelona", "fr/lyon", "it/trieste", "pl/krakow", "pt/porto")
_PASSPHRASE: Final = "a passphrase that guards nothing"  # noqa: S105 - the keys of a simulation
_PLENTY: Final = 1_000_000  # a history of hours is played in moments
_FRESH: Final = 30 * 86400  # where the registry never changes, it is not published anew either


@dataclass(frozen=True, kw_only=True)
class Site:
    """One authority, whose node is opened anew in every history. `officers` prepares and releases."""

    id: NodeId
    settings: Settings
    master: bytes
    vault: FileVault
    mirror: RegistryMirror
    registry: Registry
    source: Read
    template: Path
    engine: Engine
    officers: tuple[Actor, Actor]

    def apart(self, place: Path, root: bytes, federation: Federation, *, changes: bool) -> Self:
        """Give the same site with keys and a mirror of the registry of its own: what happens to them stays there.

        Where the registry *changes*, an old one is too old for acts of weight.
        """
        bound = FRESH if changes else self.settings.registry_fresh
        home = self.settings.data
        shutil.copytree(home / MIRROR, place / MIRROR)
        shutil.copyfile(home / VAULT, place / VAULT)
        mirror = RegistryMirror(place / MIRROR, root=root)
        return replace(
            self,
            vault=FileVault(place / VAULT, self.master, vault_file.read_again(place / VAULT, self.master)),
            mirror=mirror,
            registry=Registry(mirror, root=root, bound=bound),
            source=federation.source,
        )


class World:
    """The sites, in a folder of their own. `began` is the present time, by which the registry was signed."""

    def __init__(self, place: Path, *, began: int) -> None:
        self.place, self.began = place, began
        self.federation = Federation.found(place / "registry", now=began)
        founded = [self._found(name) for name in NODES]
        self.federation.publish(began)
        self.sites = [self._ready(settings) for settings in founded]

    @property
    def root(self) -> bytes:
        """The registry's root, as every node has pinned it."""
        return self.federation.repository.pinned()

    def apart(self, sites: Sequence[Site], *, changes: bool) -> tuple[Federation, list[Site]]:
        """Give a registry and sites for one history in which they change, the registry itself perhaps not."""
        place = self.place / "apart"
        shutil.rmtree(place, ignore_errors=True)
        federation = self.federation.copied(place / "registry")
        return federation, [
            site.apart(place / site.settings.data.name, self.root, federation, changes=changes)
            for site in sites
        ]

    def some(self, seed: int, rng: random.Random) -> list[Site]:
        """Draw the two to seven sites of one history; half of what were seven are six, by a source of their own."""
        sites = rng.sample(self.sites, rng.choice((2, 3, 3, 3, 4, 5, 7)))
        six = len(sites) == 7 and random.Random(f"{seed}-six").random() < 0.5
        return sites[:6] if six else sites

    def close(self) -> None:
        """Close every database."""
        for site in self.sites:
            site.engine.dispose()

    def _found(self, name: str) -> Settings:
        id_ = NodeId(name)
        home = self.place / name.replace("/", "-")
        vault = founding.set_up(home, id_, _PASSPHRASE, self.root, now=self.began)
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
        self.federation.admit(settings, vault, now=self.began)
        return settings

    def _ready(self, settings: Settings) -> Site:
        """Make the database that every history begins with: migrated, with officers and the registry accepted."""
        opened = node.open_node(settings, clock=lambda: self.began)
        try:
            accepted = opened.registry.refresh([self.federation.source], now=self.began)
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
            master=vault_file.read(settings.data / VAULT, _PASSPHRASE)[0],
            vault=opened.vault,
            mirror=opened.mirror,
            registry=opened.registry,
            source=self.federation.source,
            template=template,
            engine=make_engine(f"sqlite:///{path.with_name('history.db')}"),
            officers=officers,
        )


def _officer(opened: Node, name: str) -> Actor:
    made = opened.officers.add(name, tuple(OfficerRole))
    return Actor(officer=made.id, roles=made.roles, auth="api-key")
