from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from handover.application.registry import (
    FRESH,
    KeyCompromisedError,
    KeyNotUsableError,
    MandateMissingError,
    NodeSuspendedError,
    Registry,
    RegistryMissingError,
    RegistryStaleError,
    RegistryStore,
    SchemaUnsupportedError,
    UnknownSenderError,
)
from handover.domain.consent import Purpose
from handover.domain.errors import NotFoundError, UnreachableError
from handover.domain.ids import Digest, NodeId
from handover.protocol import enrolment, strict
from handover.protocol.node_entry import Mandate, UnknownKeyError
from handover.protocol.node_key import KeyStatus, KeyUse
from handover.protocol.registry_files import Read
from handover.protocol.registry_set import MetadataSet, RegistryRollbackError, UnknownNodeError
from registrar import YEAR, Registrar, TestNode

NOW = 1_800_000_000
DAY = 86_400
ATHENS, HAMBURG = NodeId("gr/athens"), NodeId("de/hamburg")
TRACING, PROTECTION = Purpose.FAMILY_TRACING, Purpose.CHILD_PROTECTION


@dataclass
class Shelf:
    """A store in memory that accepts whatever set the source names."""

    sets: list[MetadataSet]

    def load(self) -> MetadataSet:
        if not self.sets:
            raise NotFoundError
        return self.sets[-1]

    def marker(self) -> str:
        return str(len(self.sets) or "")

    def update(self, source: Read, *, now: int) -> MetadataSet:
        source("", now)
        return self.load()

    def at(self, timestamp: Digest) -> MetadataSet:
        return next(each for each in self.sets if strict.digest(each.timestamp) == timestamp)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Registrar:
    registrar = Registrar(Path(tmp_path_factory.mktemp("first")), now=NOW)
    registrar.found("gr", "de")
    registrar.admit("gr/athens", "de/hamburg")
    return registrar


@pytest.fixture
def registrar(first: Registrar, tmp_path: Path) -> Registrar:
    return first.copy(tmp_path / "operators")


@pytest.fixture
def shelf(registrar: Registrar) -> Shelf:
    return Shelf([registrar.repository.published()])


@pytest.fixture
def registry(registrar: Registrar, shelf: Shelf) -> Registry:
    store: RegistryStore = shelf
    return Registry(store, root=registrar.repository.pinned())


def bring(
    shelf: Shelf, registrar: Registrar, *holders_of: str, now: int = NOW
) -> Callable[[str, int], bytes]:
    """Return a source that publishes what waits, and puts the result on the shelf."""

    def source(_: str, __: int) -> bytes:
        for country in holders_of:
            registrar.sign(*registrar.of(country))
        registrar.publish(now=now)
        shelf.sets.append(registrar.repository.published())
        return b""

    return source


def unreachable(_: str, __: int) -> bytes:
    raise UnreachableError


def test_a_node_without_a_registry_says_so(registrar: Registrar) -> None:
    empty = Registry(Shelf([]), root=registrar.repository.pinned())
    with pytest.raises(RegistryMissingError):
        empty.current(NOW)
    with pytest.raises(RegistryStaleError):
        empty.require_fresh(NOW)
    assert not empty.fresh(NOW)


def test_an_act_of_weight_needs_a_timestamp_younger_than_a_day(registry: Registry) -> None:
    registry.require_fresh(NOW + FRESH - 1)
    with pytest.raises(RegistryStaleError):
        registry.require_fresh(NOW + FRESH)


def test_the_bound_can_be_set(registrar: Registrar, shelf: Shelf) -> None:
    strict_one = Registry(shelf, root=registrar.repository.pinned(), bound=60)
    assert strict_one.fresh(NOW + 59)
    assert not strict_one.fresh(NOW + 60)


def test_a_stale_registry_still_says_whose_signature_counts(registry: Registry) -> None:
    late = NOW + 30 * DAY
    kid = TestNode("gr/athens", now=NOW).signer.kid
    assert registry.sender(ATHENS, kid, now=late).entry.node == ATHENS
    assert registry.entry(ATHENS, late).node == ATHENS
    assert registry.recipient(ATHENS, PROTECTION, "guardianship/1", now=late).node == ATHENS


def test_a_recipient_has_the_mandate_and_reads_the_schema(
    registrar: Registrar, shelf: Shelf, registry: Registry
) -> None:
    node = TestNode("gr/patras", now=NOW)
    entry = replace(node.entry(), mandates=(Mandate.CHILD_PROTECTION,), schemas=("guardianship/1",))
    registrar.ceremony.admit(node.request(entry), now=NOW)
    registry.refresh([bring(shelf, registrar, "gr")], now=NOW)
    patras = NodeId("gr/patras")
    assert registry.recipient(patras, PROTECTION, "guardianship/1", now=NOW).node == patras
    with pytest.raises(MandateMissingError):
        registry.recipient(patras, TRACING, "tracing/1", now=NOW)
    with pytest.raises(SchemaUnsupportedError):
        registry.recipient(patras, PROTECTION, "guardianship/2", now=NOW)
    with pytest.raises(UnknownNodeError):
        registry.recipient(NodeId("fr/paris"), PROTECTION, "guardianship/1", now=NOW)


def test_a_suspended_node_gets_no_offers_but_closes_its_rounds(
    registrar: Registrar, shelf: Shelf, registry: Registry
) -> None:
    kid = TestNode("gr/athens", now=NOW).signer.kid
    assert not registry.sender(ATHENS, kid, now=NOW).barred
    registrar.ceremony.suspend(ATHENS, now=NOW)
    registry.refresh([bring(shelf, registrar, "gr")], now=NOW)
    with pytest.raises(NodeSuspendedError):
        registry.recipient(ATHENS, PROTECTION, "guardianship/1", now=NOW)
    assert registry.sender(ATHENS, kid, now=NOW).barred
    assert registry.sealing_key(ATHENS, NOW).use is KeyUse.SEAL
    registrar.ceremony.lift(ATHENS, now=NOW)
    registry.refresh([bring(shelf, registrar, "gr")], now=NOW)
    assert not registry.sender(ATHENS, kid, now=NOW).barred


def test_the_nodes_of_a_lapsed_country_stand_as_suspended(registry: Registry) -> None:
    late = NOW + YEAR
    with pytest.raises(NodeSuspendedError):
        registry.recipient(ATHENS, PROTECTION, "guardianship/1", now=late)


def test_a_compromised_key_is_refused(registrar: Registrar, shelf: Shelf, registry: Registry) -> None:
    kid = TestNode("gr/athens", now=NOW).signer.kid
    registrar.ceremony.mark_compromised(ATHENS, kid, since=NOW - 5, now=NOW)
    registry.refresh([bring(shelf, registrar, "gr")], now=NOW)
    with pytest.raises(KeyCompromisedError):
        registry.sender(ATHENS, kid, now=NOW)


def test_a_retired_key_is_refused_and_the_new_one_taken(
    registrar: Registrar, shelf: Shelf, registry: Registry
) -> None:
    old, new = TestNode("gr/athens", now=NOW), TestNode("gr/athens", now=NOW + 1, generation="2")
    retired = tuple(replace(key, status=KeyStatus.RETIRED) for key in old.public_keys())
    entry = new.entry(keys=(*retired, *new.public_keys()))
    provers = old.provers() | new.provers()
    request = enrolment.request(entry, signer=old.signer, provers=provers, now=NOW)
    registrar.ceremony.replace_entry(request, now=NOW + 1)
    registry.refresh([bring(shelf, registrar, "gr", now=NOW + 1)], now=NOW + 1)
    assert registry.sender(ATHENS, new.signer.kid, now=NOW + 1).key.kid == new.signer.kid
    with pytest.raises(KeyNotUsableError):
        registry.sender(ATHENS, old.signer.kid, now=NOW + 1)


def test_a_key_counts_in_its_time_with_ten_minutes_of_grace(registry: Registry) -> None:
    kid = TestNode("gr/athens", now=NOW).signer.kid
    for good in (NOW - 600, NOW, NOW + YEAR + 599):
        assert registry.sender(ATHENS, kid, now=good).key.kid == kid
    for bad in (NOW - 601, NOW + YEAR + 600):
        with pytest.raises(KeyNotUsableError):
            registry.sender(ATHENS, kid, now=bad)


def test_unknown_nodes_and_keys_look_alike(registry: Registry) -> None:
    kid = TestNode("gr/athens", now=NOW).signer.kid
    for node, name in ((HAMBURG, kid), (NodeId("fr/paris"), kid), (ATHENS, "x"), (ATHENS, "")):
        with pytest.raises(UnknownSenderError) as caught:
            registry.sender(node, name, now=NOW)
        assert str(caught.value) == UnknownSenderError.title


def test_a_key_of_another_use_does_not_sign_envelopes(registry: Registry) -> None:
    log = TestNode("gr/athens", now=NOW).log.kid
    with pytest.raises(UnknownSenderError):
        registry.sender(ATHENS, log, now=NOW)


def test_without_a_sealing_key_in_its_time_nothing_is_sealed(registry: Registry) -> None:
    assert registry.sealing_key(ATHENS, NOW).kid == TestNode("gr/athens", now=NOW).sealing.kid
    with pytest.raises(UnknownKeyError):
        registry.sealing_key(ATHENS, NOW + YEAR)


def test_a_refresh_reports_what_was_newly_accepted(
    registrar: Registrar, shelf: Shelf, registry: Registry
) -> None:
    accepted = registry.refresh([bring(shelf, registrar)], now=NOW)
    assert (accepted.roots, accepted.timestamp) == ((), strict.digest(shelf.load().timestamp))
    registrar.ceremony.renew("root", now=NOW)
    registrar.sign(*registrar.holders[:2])
    accepted = registry.refresh([bring(shelf, registrar)], now=NOW)
    assert accepted.roots == (strict.digest(shelf.load().root_chain[-1]),)
    assert registry.refresh([lambda _, __: b""], now=NOW).timestamp is None


def test_the_first_registry_is_reported_whole(registrar: Registrar) -> None:
    shelf = Shelf([])
    registry = Registry(shelf, root=registrar.repository.pinned())
    accepted = registry.refresh([bring(shelf, registrar)], now=NOW)
    assert accepted.timestamp == registry.current(NOW).digests.timestamp
    assert accepted.roots == registry.current(NOW).digests.roots


def test_the_next_source_is_asked_when_one_fails_or_has_nothing_new(
    registrar: Registrar, shelf: Shelf, registry: Registry
) -> None:
    def behind(_: str, __: int) -> bytes:
        raise RegistryRollbackError

    accepted = registry.refresh(
        [unreachable, behind, lambda _, __: b"", bring(shelf, registrar), unreachable], now=NOW
    )
    assert [type(error) for error in accepted.failed] == [UnreachableError, RegistryRollbackError]
    assert accepted.timestamp is not None
    accepted = registry.refresh([unreachable], now=NOW)
    assert (accepted.timestamp, len(accepted.failed)) == (None, 1)
    assert registry.current(NOW).entry(ATHENS)


def test_what_another_process_stored_is_noticed(
    registrar: Registrar, shelf: Shelf, registry: Registry
) -> None:
    before = registry.current(NOW)
    registrar.publish(now=NOW + 1)
    shelf.sets.append(registrar.repository.published())
    assert registry.current(NOW + 4) is before
    assert registry.current(NOW + 5).issued == NOW + 1
    assert registry.current(NOW + 11) is registry.current(NOW + 20)


def test_who_is_not_known_is_looked_for_in_what_another_process_has_just_stored(
    registrar: Registrar, shelf: Shelf, registry: Registry
) -> None:
    paris = TestNode("fr/paris", now=NOW)
    with pytest.raises(UnknownSenderError):
        registry.listed(paris.node, paris.signer.kid, now=NOW)
    registrar.ceremony.add_country(
        "fr", holders=[each.key for each in registrar.of("fr")], threshold=2, now=NOW
    )
    registrar.sign(*registrar.holders[:2])
    registrar.admit("fr/paris")
    bring(shelf, registrar, now=NOW)("", 0)
    assert registry.listed(paris.node, paris.signer.kid, now=NOW).entry.node == paris.node


def test_the_set_behind_an_act_can_be_had_again(registry: Registry, shelf: Shelf) -> None:
    assert registry.metadata(registry.current(NOW).digests.timestamp) == shelf.sets[0]


def test_a_refresh_that_stores_but_then_fails_is_seen(
    registrar: Registrar, shelf: Shelf, registry: Registry
) -> None:
    def stores_and_fails(_: str, __: int) -> bytes:
        bring(shelf, registrar, now=NOW + 1)("", 0)
        raise UnreachableError

    registry.refresh([stores_and_fails], now=NOW + 1)
    assert registry.current(NOW + 10).issued == NOW + 1
