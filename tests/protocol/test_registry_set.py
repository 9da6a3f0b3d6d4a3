from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tuf.api.metadata import Root, TargetFile, Timestamp

from handover.domain.errors import MalformedError, UntrustedError
from handover.domain.ids import NodeId
from handover.protocol import registry_metadata as pages
from handover.protocol import registry_set, strict
from handover.protocol.node_entry import NodeStatus
from handover.protocol.registry_metadata import RegistryUntrustedError
from handover.protocol.registry_set import (
    MetadataSet,
    RegistryExpiredError,
    RegistryRollbackError,
    UnknownNodeError,
)
from registrar import HOLDERS, ONLINE, Holder, Registrar, TestNode, holder, rebuilt, retimed, sign

NOW = 1_800_000_000
DAY = 86_400
ATHENS, HAMBURG = NodeId("gr/athens"), NodeId("de/hamburg")


@pytest.fixture(scope="module")
def registrar(tmp_path_factory: pytest.TempPathFactory) -> Registrar:
    registrar = Registrar(Path(tmp_path_factory.mktemp("registry")), now=NOW)
    registrar.found("gr", "de")
    registrar.admit("gr/athens", "de/hamburg")
    return registrar


@pytest.fixture(scope="module")
def found(registrar: Registrar) -> MetadataSet:
    return registrar.repository.published()


def verify(found: MetadataSet, *, at: int = NOW, root: bytes | None = None) -> registry_set.Registry:
    return registry_set.verify(found, root=root or found.root_chain[0], at=at)


def test_a_whole_set_gives_the_registry(found: MetadataSet) -> None:
    registry = verify(found)
    assert (registry.version, registry.root, registry.issued) == (2, 1, NOW)
    assert registry.entry(ATHENS).address == "https://gr-athens.example"
    assert set(registry.entries) == {ATHENS, HAMBURG}
    assert registry.digests.timestamp == strict.digest(found.timestamp)
    assert registry.digests.roots == (strict.digest(found.root_chain[0]),)
    assert registry.expires == registry.terms["timestamp"] == NOW + 7 * DAY
    assert set(registry.terms) == {"root", "timestamp", "snapshot", "targets", "gr", "de"}
    with pytest.raises(UnknownNodeError):
        registry.entry(NodeId("gr/patras"))


def test_the_time_that_counts_is_the_time_asked_about(found: MetadataSet) -> None:
    assert registry_set.claimed_issue(found) == NOW
    verify(found, at=NOW + 7 * DAY - 1)
    with pytest.raises(RegistryExpiredError, match="timestamp"):
        verify(found, at=NOW + 7 * DAY)
    with pytest.raises(RegistryExpiredError, match="root, snapshot, targets, timestamp"):
        verify(found, at=NOW + 400 * DAY)


def test_a_set_that_did_not_exist_yet_proves_nothing(found: MetadataSet) -> None:
    verify(found, at=NOW - 600)
    with pytest.raises(RegistryUntrustedError):
        verify(found, at=NOW - 601)


def test_a_countrys_page_that_expired_bars_that_country_alone(found: MetadataSet) -> None:
    page = pages.load_country(found.roles["gr"], "gr")
    page.signed.expires = datetime.fromtimestamp(NOW + 10, UTC)
    old = sign(page, holder("gr one"), holder("gr two"))
    registry = verify(rebuilt(found, roles={**found.roles, "gr": old}), at=NOW + 10)
    assert [registry.lapsed(country, NOW + 10) for country in ("gr", "de", "fr")] == [True, False, True]
    assert not registry.lapsed("gr", NOW + 9)
    assert ATHENS in registry.entries


@pytest.mark.parametrize("signers", [(), ("gr one",), ("gr one", "de two"), ("ada", "ben")])
def test_a_countrys_page_needs_the_threshold_of_its_own_holders(
    found: MetadataSet, signers: tuple[str, ...]
) -> None:
    page = pages.load_country(found.roles["gr"], "gr")
    data = sign(page, *map(holder, signers))
    with pytest.raises(RegistryUntrustedError, match="gr"):
        verify(rebuilt(found, roles={**found.roles, "gr": data}))


def test_two_signatures_of_one_holder_are_one(found: MetadataSet) -> None:
    page = pages.load_country(found.roles["gr"], "gr")
    sign(page, holder("gr one"))
    copy = page.signatures[holder("gr one").key.keyid]
    page.signatures[holder("gr two").key.keyid] = type(copy)(holder("gr two").key.keyid, copy.signature)
    with pytest.raises(RegistryUntrustedError):
        verify(rebuilt(found, roles={**found.roles, "gr": page.to_bytes()}))


@pytest.mark.parametrize("signers", [("ada",), ("ada", "gr one"), ("online",)])
def test_the_top_page_needs_the_threshold_of_holders(found: MetadataSet, signers: tuple[str, ...]) -> None:
    data = sign(pages.load_targets(found.targets), *map(holder, signers))
    with pytest.raises(RegistryUntrustedError):
        verify(rebuilt(found, targets=data))


def test_snapshot_and_timestamp_are_signed_by_the_online_key(found: MetadataSet) -> None:
    verify(rebuilt(found))
    with pytest.raises(RegistryUntrustedError):
        verify(rebuilt(found, online=holder("ada")))
    page = pages.load_snapshot(found.snapshot)
    page.sign(holder("ada").signer)
    with pytest.raises(RegistryUntrustedError):
        verify(retimed(replace(found, snapshot=page.to_bytes())))


def test_pages_of_different_states_do_not_mix(registrar: Registrar, found: MetadataSet) -> None:
    later = Registrar(registrar.public.parent / "copy", now=NOW)
    later.found("gr", "de")
    later.admit("gr/athens", "de/hamburg")
    later.ceremony.suspend(ATHENS, now=NOW)
    later.sign(*later.of("gr"))
    later.publish()
    new = later.repository.published()
    assert verify(new).entry(ATHENS).status is NodeStatus.SUSPENDED
    for part in ("timestamp", "snapshot", "roles", "entries"):
        with pytest.raises(RegistryUntrustedError):
            verify(replace(new, **{part: getattr(found, part)}))
    for mixed in (replace(new, targets=new.targets[:-1]), replace(new, targets=new.roles["gr"])):
        with pytest.raises(RegistryUntrustedError):
            verify(mixed)


def test_versions_named_and_versions_found_agree(found: MetadataSet) -> None:
    def one_more(page: Timestamp) -> None:
        page.snapshot_meta.version += 1

    with pytest.raises(RegistryUntrustedError, match="snapshot"):
        verify(retimed(found, change=one_more))
    for name in ("targets.json", "gr.json"):
        page = pages.load_snapshot(found.snapshot)
        page.signed.meta[name].version += 1
        page.sign(ONLINE.signer)
        with pytest.raises(RegistryUntrustedError, match="version"):
            verify(retimed(replace(found, snapshot=page.to_bytes())))


def test_the_snapshot_names_every_country_and_no_other(found: MetadataSet) -> None:
    page = pages.load_snapshot(found.snapshot)
    page.signed.meta["fr.json"] = page.signed.meta["gr.json"]
    page.sign(ONLINE.signer)
    more = page.to_bytes()
    del page.signed.meta["fr.json"], page.signed.meta["de.json"]
    page.sign(ONLINE.signer)
    fewer = page.to_bytes()
    del page.signed.meta["targets.json"]
    page.sign(ONLINE.signer)
    for data in (more, fewer, page.to_bytes()):
        with pytest.raises(RegistryUntrustedError):
            verify(retimed(replace(found, snapshot=data)))


def test_what_nothing_names_is_refused(found: MetadataSet) -> None:
    stray = {NodeId("gr/patras"): b"{}"}
    for changed in (
        replace(found, roles={**found.roles, "fr": found.roles["gr"]}),
        replace(found, entries={**found.entries, **stray}),
    ):
        with pytest.raises(RegistryUntrustedError, match="nothing names"):
            verify(changed)


def test_a_part_verifies_and_says_what_it_leaves_out(found: MetadataSet) -> None:
    part = found.part([ATHENS])
    registry = verify(part)
    assert set(registry.entries) == {ATHENS}
    assert registry.absent == {"de"}
    assert verify(replace(found, entries=part.entries)).absent == {"de/hamburg"}
    assert verify(found).absent == frozenset()
    with pytest.raises(UnknownNodeError):
        registry.entry(HAMBURG)


@pytest.mark.parametrize("entry", [b"{}", b"later format", TestNode("gr/patras", now=NOW).request()])
def test_an_entry_that_cannot_be_read_does_not_harm_the_others(found: MetadataSet, entry: bytes) -> None:
    page = pages.load_country(found.roles["gr"], "gr")
    page.signed.targets["gr/athens.json"] = TargetFile.from_data("gr/athens.json", entry)
    data = sign(page, holder("gr one"), holder("gr two"))
    changed = rebuilt(found, roles={**found.roles, "gr": data}, entries={**found.entries, ATHENS: entry})
    registry = verify(changed)
    assert registry.unreadable == {ATHENS}
    assert set(registry.entries) == {HAMBURG}


def test_an_entry_under_another_nodes_name_is_not_used(found: MetadataSet) -> None:
    page = pages.load_country(found.roles["gr"], "gr")
    entry = found.entries[ATHENS]
    page.signed.targets["gr/patras.json"] = TargetFile.from_data("gr/patras.json", entry)
    data = sign(page, holder("gr one"), holder("gr two"))
    patras = NodeId("gr/patras")
    changed = rebuilt(found, roles={**found.roles, "gr": data}, entries={**found.entries, patras: entry})
    assert verify(changed).unreadable == {patras}


def next_root(found: MetadataSet, *signers: Holder, change: Callable[[Root], object]) -> MetadataSet:
    page = pages.load_root(found.root_chain[-1])
    page.signed.version += 1
    change(page.signed)
    return replace(found, root_chain=(*found.root_chain, sign(page, *signers)))


def exchange(root: Root) -> None:
    for role in ("root", "targets"):
        root.revoke_key(HOLDERS[0].key.keyid, role)
        root.add_key(holder("dora").key.tuf(), role)


def test_a_chain_of_roots_is_followed(found: MetadataSet) -> None:
    new = next_root(found, HOLDERS[1], HOLDERS[2], change=exchange)
    again = next_root(new, HOLDERS[1], holder("dora"), change=lambda root: None)
    top = sign(pages.load_targets(found.targets), HOLDERS[1], holder("dora"))
    whole = rebuilt(again, targets=top)
    for pinned in whole.root_chain:
        assert verify(whole, root=pinned).root == 3
    assert len(verify(whole).digests.roots) == 3


@pytest.mark.parametrize("signers", [("ada", "dora"), ("dora", "cem"), ("ada", "ben"), ("ben",)])
def test_a_new_root_needs_the_threshold_of_the_old_and_of_its_own(
    found: MetadataSet, signers: tuple[str, ...]
) -> None:
    # Of the old holders ada, ben and cem two must sign, and of the new ones ben, cem and dora two.
    new = next_root(found, *map(holder, signers), change=exchange)
    with pytest.raises(RegistryUntrustedError):
        verify(new)


def test_a_root_that_drops_a_holder_ends_what_that_holder_signed(found: MetadataSet) -> None:
    new = next_root(found, HOLDERS[1], HOLDERS[2], change=exchange)
    with pytest.raises(RegistryUntrustedError):
        verify(new)


def test_a_chain_has_every_link_and_holds_the_pinned_root(found: MetadataSet) -> None:
    second = next_root(found, *HOLDERS[:2], change=lambda root: None)
    third = next_root(second, *HOLDERS[:2], change=lambda root: None)
    first, two, three = third.root_chain
    assert verify(replace(third, root_chain=(two, three)), root=two).root == 3
    for chain, pinned in (
        ((first, three), first),
        ((two, three), first),
        ((), first),
        ((first,) * 257, first),
        ((two, first), two),
        ((first, first), first),
    ):
        with pytest.raises(RegistryUntrustedError):
            verify(replace(third, root_chain=chain), root=pinned)
    with pytest.raises(RegistryRollbackError):
        verify(found, root=three)


def test_a_root_that_differs_from_the_pinned_one_is_refused(found: MetadataSet) -> None:
    page = pages.load_root(found.root_chain[0])
    other = sign(page, HOLDERS[1], HOLDERS[2])
    assert other != found.root_chain[0]
    with pytest.raises(RegistryUntrustedError, match="pinned"):
        verify(found, root=other)


def test_a_chain_that_ends_before_the_root_that_the_timestamp_names_is_refused(found: MetadataSet) -> None:
    def two(page: Timestamp) -> None:
        page.unrecognized_fields["root"] = 2

    with pytest.raises(RegistryRollbackError):
        verify(retimed(found, change=two))


def test_a_pinned_root_that_is_not_signed_by_itself_is_refused(found: MetadataSet) -> None:
    page = pages.load_root(found.root_chain[0])
    alone = sign(page, HOLDERS[0])
    with pytest.raises(RegistryUntrustedError):
        verify(replace(found, root_chain=(alone,)), root=alone)


def test_a_malformed_page_anywhere_is_refused(found: MetadataSet) -> None:
    for changed in (
        replace(found, timestamp=b"{}"),
        replace(found, root_chain=(b"{}",)),
    ):
        with pytest.raises(UntrustedError):
            verify(changed)
    with pytest.raises(MalformedError):
        verify(found, root=b"{}")


def test_the_fingerprint_is_for_people(found: MetadataSet) -> None:
    shown = registry_set.fingerprint(found.root_chain[0])
    assert len(shown.split(" ")) == 16
    assert {len(group) for group in shown.split(" ")} == {4}
