"""The registry's operators: fifteen holders and one online key, who sign as docs/guide/registry.md asks."""

import secrets
import time
from collections.abc import Iterable, Mapping
from itertools import cycle
from typing import Final

from securesystemslib.signer import CryptoSigner

from handover.adapters import files, holder_keys
from handover.adapters.ceremony import Ceremony
from handover.adapters.holder_keys import HolderKey
from handover.adapters.publication import Publication
from handover.adapters.repository import Repository
from handover.demo.output import DemoError
from handover.demo.place import Place
from handover.protocol import registry_set
from handover.protocol.registry_set import Registry

_HOLDERS: Final[Mapping[str, tuple[str, str, str]]] = {
    "root": ("ada", "ben", "cem"),
    "gr": ("eleni", "nikos", "thalia"),
    "de": ("frauke", "hinnerk", "silke"),
    "es": ("jordi", "merce", "pau"),
    "hn": ("belkis", "delmer", "yadira"),
}
_WORK: Final = 14  # scrypt cost as a power of two: these keys guard nothing, and sixteen of them are made
_PAIRS: Final = ((0, 1), (1, 2), (0, 2))  # which two of the three sign; each pair has its turn


class Operators:
    """Three holders for the root and three for each country; two of three must sign."""

    threshold: Final = 2

    def __init__(self, place: Place) -> None:
        self._repository = Repository(place.operators)
        self._ceremony = Ceremony(self._repository)
        self._publication = Publication(self._repository)
        self._place = place
        self._passphrase = secrets.token_urlsafe(24).encode()
        self._pairs = cycle(_PAIRS)
        self._keys = {role: [self._key(name) for name in names] for role, names in _HOLDERS.items()}
        self._online = self._key("online")
        files.replace(place.holders / "passphrase", self._passphrase, mode=0o600)

    def found(self) -> str:
        """Found the registry with its countries, pin its root, and give the root's fingerprint."""
        self._ceremony.init(
            holders=self._keys["root"], threshold=self.threshold, online=self._online, now=_now()
        )
        for country in self.countries:
            self._ceremony.add_country(
                country, holders=self._keys[country], threshold=self.threshold, now=_now()
            )
        for role in _HOLDERS:
            self._sign(role)
        self._publish()
        root = self._repository.pinned()
        files.replace(self._place.root, root)
        return registry_set.fingerprint(root)

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries of this federation."""
        return tuple(role for role in _HOLDERS if role != "root")

    def admit(self, requests: Iterable[tuple[str, str, bytes]]) -> Registry:
        """Admit nodes by country, fingerprint as it was read out, and request; give the registry as published.

        Raises:
            DemoError: a fingerprint is not that of its request, or one signature alone was enough.
        """
        admitted = []
        for country, fingerprint, request in requests:
            if registry_set.fingerprint(request) != fingerprint:
                raise DemoError(f"the request from {country} is not the one that its authority read out")
            self._ceremony.admit(request, now=_now())
            admitted.append(country)
        for country in dict.fromkeys(admitted):
            self._sign(country)
        return self._publish()

    def one_is_not_enough(self) -> bool:
        """Tell whether a page with one signature stays unpublished; it is signed in full afterwards."""
        self._ceremony.renew("hn", now=_now())
        first, second = self._signers("hn")
        self._publication.sign(first)
        waiting = self._publication.publish(self._signer("online"), now=_now()).waiting
        self._publication.sign(second)
        return waiting == ("hn",) and not self._publish_waiting()

    def _publish_waiting(self) -> tuple[str, ...]:
        return self._publication.publish(self._signer("online"), now=_now()).waiting

    def _publish(self) -> Registry:
        done = self._publication.publish(self._signer("online"), now=_now())
        if done.waiting:
            raise DemoError(f"the registry still waits for signatures: {', '.join(done.waiting)}")
        return done.registry

    def _sign(self, role: str) -> None:
        for signer in self._signers(role):
            self._publication.sign(signer)

    def _signers(self, role: str) -> tuple[CryptoSigner, CryptoSigner]:
        first, second = next(self._pairs)
        names = _HOLDERS[role]
        return self._signer(names[first]), self._signer(names[second])

    def _signer(self, name: str) -> CryptoSigner:
        path = self._place.holders / f"{name}.key"
        return holder_keys.open_private(path, passphrase=self._passphrase)[1]

    def _key(self, name: str) -> HolderKey:
        return holder_keys.create(self._place.holders, name=name, passphrase=self._passphrase, work=_WORK)


def _now() -> int:
    return int(time.time())
