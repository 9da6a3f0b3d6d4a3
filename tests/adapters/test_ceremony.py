from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from handover.adapters.drafts import CeremonyError
from handover.adapters.holder_keys import HolderKey
from handover.adapters.review import Review
from handover.domain.errors import HandoverError, MalformedError, NotFoundError, UntrustedError
from handover.domain.ids import NodeId
from handover.protocol import enrolment, node_entry, registry_set
from handover.protocol import registry_metadata as pages
from handover.protocol.node_entry import NodeStatus
from handover.protocol.node_key import KeyStatus, KeyUse
from handover.protocol.registry_metadata import RegistryUntrustedError
from registrar import HOLDERS, ONLINE, Registrar, TestNode, holder

NOW = 1_800_000_000
DAY = 86_400
ATHENS = NodeId("gr/athens")
KEYS = [each.key for each in HOLDERS]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Registrar:
    registrar = Registrar(Path(tmp_path_factory.mktemp("first")), now=NOW)
    registrar.found("gr", "de")
    registrar.admit("gr/athens", "de/hamburg")
    return registrar


@pytest.fixture
def registrar(first: Registrar, tmp_path: Path) -> Registrar:
    return first.copy(tmp_path / "operators")


def everything(path: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}


def keys_of(registrar: Registrar, country: str) -> list[HolderKey]:
    return [each.key for each in registrar.of(country)]


def test_nothing_is_published_before_the_threshold_has_signed(tmp_path: Path) -> None:
    registrar = Registrar(tmp_path, now=NOW)
    registrar.ceremony.init(holders=KEYS, threshold=2, online=ONLINE.key, now=NOW)
    for signers in ((), HOLDERS[:1]):
        registrar.sign(*signers)
        with pytest.raises(CeremonyError):
            registrar.publish()
        assert not registrar.public.exists()
    registrar.sign(HOLDERS[2])
    assert registrar.publish().roles == ("root", "targets")


def test_one_holder_signs_once(tmp_path: Path) -> None:
    registrar = Registrar(tmp_path, now=NOW)
    registrar.ceremony.init(holders=KEYS, threshold=2, online=ONLINE.key, now=NOW)
    registrar.sign(HOLDERS[0])
    for nobody in (HOLDERS[0], holder("mallory"), ONLINE):
        with pytest.raises(CeremonyError):
            registrar.sign(nobody)


def test_a_holder_may_sign_one_page_and_leave_another(registrar: Registrar) -> None:
    registrar.ceremony.renew("root", now=NOW)
    registrar.ceremony.renew("targets", now=NOW)
    assert registrar.publication.sign(HOLDERS[0].signer, roles=["root"]) == ("root",)
    assert registrar.publication.waiting_for(HOLDERS[0].key.keyid) == ("targets",)


@pytest.mark.parametrize(
    ("holders", "threshold"), [(KEYS, 0), (KEYS, 4), ([*KEYS, KEYS[0]], 2), ([], 1), ([ONLINE.key, *KEYS], 2)]
)
def test_a_registry_has_distinct_holders_and_a_reachable_threshold(
    tmp_path: Path, holders: list[HolderKey], threshold: int
) -> None:
    registrar = Registrar(tmp_path, now=NOW)
    with pytest.raises(CeremonyError):
        registrar.ceremony.init(holders=holders, threshold=threshold, online=ONLINE.key, now=NOW)


def test_a_registry_is_begun_once(registrar: Registrar) -> None:
    with pytest.raises(CeremonyError):
        registrar.ceremony.init(holders=KEYS, threshold=2, online=ONLINE.key, now=NOW)


@pytest.mark.parametrize("country", ["gr", "GR", "grc", "", "../", "*", "root"])
def test_a_country_is_a_new_two_letter_code(registrar: Registrar, country: str) -> None:
    with pytest.raises(CeremonyError):
        registrar.ceremony.add_country(country, holders=KEYS, threshold=2, now=NOW)


def test_international_bodies_stand_under_int(registrar: Registrar) -> None:
    registrar.ceremony.add_country("int", holders=KEYS, threshold=2, now=NOW)
    registrar.sign(*HOLDERS[:2])
    registrar.ceremony.admit(TestNode("int/red-cross", now=NOW).request(), now=NOW)
    registrar.sign(*HOLDERS[1:])
    registrar.publish()
    assert NodeId("int/red-cross") in registrar.repository.registry().entries


def test_a_country_is_added_by_the_holders_alone(registrar: Registrar) -> None:
    registrar.ceremony.add_country("fr", holders=keys_of(registrar, "fr"), threshold=2, now=NOW)
    registrar.sign(*registrar.of("fr"))
    held = registrar.publish()
    assert held.roles == ()
    assert held.waiting == ("targets", "fr")
    assert held.held_back
    registrar.sign(*HOLDERS[1:])
    assert registrar.publish().roles == ("fr", "targets")
    assert "fr" in registrar.repository.registry().terms


def test_a_country_that_is_not_there_admits_nobody(registrar: Registrar) -> None:
    with pytest.raises(CeremonyError):
        registrar.ceremony.admit(TestNode("fr/paris", now=NOW).request(), now=NOW)


def test_one_of_two_signatures_is_too_few(registrar: Registrar) -> None:
    before = everything(registrar.public)
    registrar.ceremony.admit(TestNode("gr/patras", now=NOW).request(), now=NOW)
    registrar.sign(registrar.of("gr")[0])
    done = registrar.publish()
    assert (done.roles, done.waiting) == ((), ("gr",))
    after = everything(registrar.public)
    assert [path.name for path in after if before.get(path) != after[path]] == ["timestamp.json"]
    assert NodeId("gr/patras") not in registrar.repository.registry().entries


def test_another_countrys_holders_cannot_sign(registrar: Registrar) -> None:
    registrar.ceremony.suspend(ATHENS, now=NOW)
    for stranger in (*registrar.of("de"), *HOLDERS):
        with pytest.raises(CeremonyError):
            registrar.sign(stranger)


def test_one_country_that_waits_does_not_hold_back_another(registrar: Registrar) -> None:
    registrar.ceremony.suspend(ATHENS, now=NOW)
    registrar.ceremony.suspend(NodeId("de/hamburg"), now=NOW)
    registrar.sign(*registrar.of("de"))
    assert registrar.publish().roles == ("de",)
    registry = registrar.repository.registry()
    assert registry.entry(NodeId("de/hamburg")).status is NodeStatus.SUSPENDED
    assert registry.entry(ATHENS).status is NodeStatus.ACTIVE


def test_what_waits_unsigned_never_keeps_the_timestamp_from_going_out(registrar: Registrar) -> None:
    for role in ("root", "targets", "gr"):
        registrar.ceremony.renew(role, now=NOW)
    done = registrar.publish(now=NOW + 5)
    assert (done.roles, done.waiting) == ((), ("root", "targets", "gr"))
    assert registrar.repository.registry().issued == NOW + 5


def test_a_change_after_a_signature_voids_the_signature(registrar: Registrar) -> None:
    registrar.ceremony.suspend(ATHENS, now=NOW)
    registrar.sign(*registrar.of("gr"))
    registrar.ceremony.admit(TestNode("gr/patras", now=NOW).request(), now=NOW)
    assert registrar.publish().roles == ()
    registrar.sign(*registrar.of("gr"))
    assert registrar.publish().roles == ("gr",)
    assert registrar.repository.registry().entry(ATHENS).status is NodeStatus.SUSPENDED
    assert pages.load_country(registrar.repository.published().roles["gr"], "gr").signed.version == 3


def test_a_publication_that_was_cut_short_is_finished_by_the_next(
    registrar: Registrar, monkeypatch: pytest.MonkeyPatch
) -> None:
    registrar.ceremony.rotate_holders(
        "root", out=[KEYS[2]], into=[holder("dora").key], threshold=None, now=NOW
    )
    registrar.sign(*HOLDERS[:2])
    registrar.ceremony.suspend(ATHENS, now=NOW)
    registrar.sign(*registrar.of("gr"))
    rename, crashes, done = Path.replace, 0, False

    def crash(self: Path, target: Path) -> Path:
        nonlocal crashes
        crashes += 1
        rename(self, target)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", crash)
        while not done:
            with pytest.raises(KeyboardInterrupt):
                registrar.publish()
            done = registrar.repository.registry().entry(ATHENS).status is NodeStatus.SUSPENDED
            crashes_so_far = crashes
    assert crashes_so_far >= 6
    registrar.publish()
    assert registrar.repository.pending() == ()
    assert registrar.repository.registry().root == 2


def test_the_clock_does_not_run_backwards(registrar: Registrar) -> None:
    with pytest.raises(CeremonyError, match="clock"):
        registrar.publish(now=NOW - 1)


def test_only_the_online_key_publishes(registrar: Registrar) -> None:
    with pytest.raises(CeremonyError):
        registrar.publication.publish(HOLDERS[0].signer, now=NOW)


def test_an_unchanged_snapshot_stays_until_it_comes_near_its_end(registrar: Registrar) -> None:
    version = registrar.repository.registry().version
    registrar.publish(now=NOW + 16 * DAY)
    assert registrar.repository.registry().version == version
    registrar.publish(now=NOW + 18 * DAY)
    assert registrar.repository.registry().version == version + 1


def test_an_expired_registry_is_not_published(registrar: Registrar) -> None:
    with pytest.raises(UntrustedError):
        registrar.publish(now=NOW + 367 * DAY)


def test_the_online_key_can_be_exchanged(registrar: Registrar) -> None:
    new = holder("online 2")
    registrar.ceremony.rotate_holders("online", out=[ONLINE.key], into=[new.key], threshold=None, now=NOW)
    registrar.sign(*HOLDERS[1:])
    with pytest.raises(CeremonyError):
        registrar.publish()
    done = registrar.publication.publish(new.signer, now=NOW)
    assert done.roles == ("root",)
    assert done.registry.version == 3


def test_a_countrys_holders_can_be_exchanged(registrar: Registrar) -> None:
    one, two = registrar.of("gr")
    three = holder("gr three")
    registrar.ceremony.rotate_holders("gr", out=[one.key], into=[three.key], threshold=None, now=NOW)
    registrar.sign(one, two)
    assert registrar.publish().roles == ("gr",)
    assert registrar.repository.pending() == ("targets", "gr")
    registrar.sign(*HOLDERS[:2], two)
    assert registrar.publish().roles == ()
    registrar.sign(three)
    assert registrar.publish().roles == ("gr", "targets")
    registrar.ceremony.suspend(ATHENS, now=NOW)
    with pytest.raises(CeremonyError):
        registrar.sign(one)
    registrar.sign(two, three)
    registrar.publish()


def test_a_top_page_that_went_out_under_the_old_holders_waits_for_the_new_ones(registrar: Registrar) -> None:
    dora = holder("dora")
    registrar.ceremony.rotate_holders("root", out=[KEYS[2]], into=[dora.key], threshold=None, now=NOW)
    for each in HOLDERS[:2]:
        registrar.publication.sign(each.signer, roles=["targets"])
    assert registrar.publish().roles == ("targets",)
    assert registrar.repository.pending() == ("root", "targets")
    registrar.sign(HOLDERS[0], dora)
    assert registrar.publish().roles == ()
    registrar.sign(HOLDERS[1])
    assert registrar.publish().roles == ("root", "targets")


@pytest.mark.parametrize(
    "change",
    [
        lambda ceremony: ceremony.rotate_holders("fr", out=[], into=[], threshold=None, now=NOW),
        lambda ceremony: ceremony.rotate_holders("gr", out=[KEYS[0]], into=[], threshold=None, now=NOW),
        lambda ceremony: ceremony.rotate_holders("root", out=KEYS[:2], into=[], threshold=None, now=NOW),
        lambda ceremony: ceremony.rotate_holders("root", out=[], into=[], threshold=4, now=NOW),
        lambda ceremony: ceremony.renew("fr", now=NOW),
        lambda ceremony: ceremony.suspend(NodeId("gr/patras"), now=NOW),
        lambda ceremony: ceremony.suspend(NodeId("fr/paris"), now=NOW),
        lambda ceremony: ceremony.lift(NodeId("gr/patras"), now=NOW),
        lambda ceremony: ceremony.mark_compromised(ATHENS, "nobody", since=NOW, now=NOW),
        lambda ceremony: ceremony.admit(TestNode("gr/athens", now=NOW).request(), now=NOW),
        lambda ceremony: ceremony.admit(TestNode("gr/patras", now=NOW + DAY).request(), now=NOW),
        lambda ceremony: ceremony.replace_entry(TestNode("gr/patras", now=NOW).request(), now=NOW),
        lambda ceremony: ceremony.admit(b"x", now=NOW),
    ],
)
def test_a_step_that_the_rules_forbid_changes_nothing(
    registrar: Registrar, change: Callable[[object], None]
) -> None:
    before = everything(registrar.public.parent)
    with pytest.raises(HandoverError):
        change(registrar.ceremony)
    after = {
        path: data
        for path, data in everything(registrar.public.parent).items()
        if "holders" not in path.parts
    }
    assert after == {path: data for path, data in before.items() if "holders" not in path.parts}


def test_a_key_of_another_node_is_not_admitted(registrar: Registrar) -> None:
    thief = TestNode("gr/patras", now=NOW)
    theirs = next(key for key in TestNode("de/hamburg", now=NOW).public_keys() if key.use is KeyUse.SEAL)
    keys = (*(key for key in thief.public_keys() if key.use is not KeyUse.SEAL), theirs)
    with pytest.raises(CeremonyError, match="another node"):
        registrar.ceremony.admit(thief.request(thief.entry(keys=keys)), now=NOW)


def test_a_new_node_has_no_old_keys(registrar: Registrar) -> None:
    node = TestNode("gr/patras", now=NOW)
    extra = next(
        key for key in TestNode("gr/patras", now=NOW, generation="0").public_keys() if key.use is KeyUse.SIG
    )
    entry = node.entry(keys=(*node.public_keys(), replace(extra, status=KeyStatus.RETIRED)))
    with pytest.raises(CeremonyError, match="old keys"):
        registrar.ceremony.admit(node.request(entry), now=NOW)


def test_a_request_does_not_decide_that_a_node_is_active_again(registrar: Registrar) -> None:
    registrar.ceremony.suspend(ATHENS, now=NOW)
    registrar.sign(*registrar.of("gr"))
    registrar.publish()
    node = TestNode("gr/athens", now=NOW)
    moved = replace(node.entry(), address="https://new.example")
    registrar.ceremony.replace_entry(node.request(moved), now=NOW)
    registrar.sign(*registrar.of("gr"))
    registrar.publish()
    entry = registrar.repository.registry().entry(ATHENS)
    assert (entry.address, entry.status) == ("https://new.example", NodeStatus.SUSPENDED)


def rotation(
    old: TestNode, new: TestNode, *, signed_by: TestNode, status: KeyStatus = KeyStatus.RETIRED
) -> bytes:
    since = NOW if status is KeyStatus.COMPROMISED else None
    former = tuple(
        replace(key, status=status, compromised_since=since)
        if key.use is KeyUse.SIG
        else replace(key, status=KeyStatus.RETIRED)
        for key in old.public_keys()
    )
    entry = new.entry(keys=(*former, *new.public_keys()))
    return enrolment.request(entry, signer=signed_by.signer, provers=old.provers() | new.provers(), now=NOW)


def test_a_node_changes_its_keys_with_a_request_under_the_old_one(registrar: Registrar) -> None:
    old, new = TestNode("gr/athens", now=NOW), TestNode("gr/athens", now=NOW + 1, generation="2")
    with pytest.raises(CeremonyError, match="not signed"):
        registrar.ceremony.replace_entry(rotation(old, new, signed_by=new), now=NOW + 1)
    registrar.ceremony.replace_entry(rotation(old, new, signed_by=old), now=NOW + 1)
    registrar.sign(*registrar.of("gr"))
    registrar.publish(now=NOW + 1)
    entry = registrar.repository.registry().entry(ATHENS)
    assert entry.key(old.signer.kid, KeyUse.SIG).status is KeyStatus.RETIRED
    assert entry.key(new.signer.kid, KeyUse.SIG).status is KeyStatus.ACTIVE
    assert len(entry.log_keys()) == 2


def test_a_node_whose_keys_were_compromised_enrols_anew_under_its_name(registrar: Registrar) -> None:
    old, new = TestNode("gr/athens", now=NOW), TestNode("gr/athens", now=NOW + 1, generation="2")
    registrar.ceremony.mark_compromised(ATHENS, old.signer.kid, since=NOW, now=NOW)
    registrar.sign(*registrar.of("gr"))
    registrar.publish()
    with pytest.raises(MalformedError):
        registrar.ceremony.replace_entry(rotation(old, new, signed_by=new), now=NOW + 1)
    request = rotation(old, new, signed_by=new, status=KeyStatus.COMPROMISED)
    registrar.ceremony.replace_entry(request, now=NOW + 1)
    registrar.sign(*registrar.of("gr"))
    registrar.publish(now=NOW + 1)
    key = registrar.repository.registry().entry(ATHENS).key(old.signer.kid, KeyUse.SIG)
    assert (key.status, key.compromised_since) == (KeyStatus.COMPROMISED, NOW)


def test_a_whole_vault_that_was_stolen_is_marked_at_once_and_no_old_key_vouches_for_the_new(
    registrar: Registrar,
) -> None:
    old, new = TestNode("gr/athens", now=NOW), TestNode("gr/athens", now=NOW + 1, generation="2")
    log = next(key.kid for key in old.public_keys() if key.use is KeyUse.LOG)
    registrar.ceremony.mark_compromised(ATHENS, log, since=NOW - 60, now=NOW)
    registrar.ceremony.mark_compromised(ATHENS, None, since=NOW, now=NOW)
    registrar.sign(*registrar.of("gr"))
    registrar.publish()
    keys = registrar.repository.registry().entry(ATHENS).keys
    assert {key.status for key in keys} == {KeyStatus.COMPROMISED}
    since = {key.kid: key.compromised_since for key in keys}
    assert since.pop(log) == NOW - 60  # an earlier report stays
    assert set(since.values()) == {NOW}
    registrar.ceremony.mark_compromised(ATHENS, log, since=NOW - 30, now=NOW)  # by its name it is corrected
    registrar.sign(*registrar.of("gr"))
    registrar.publish()
    [key] = [each for each in registrar.repository.registry().entry(ATHENS).keys if each.kid == log]
    assert key.compromised_since == NOW - 30
    with pytest.raises(MalformedError):
        registrar.ceremony.replace_entry(rotation(old, new, signed_by=old), now=NOW + 1)


def test_a_holder_does_not_sign_for_an_entry_that_is_not_there(registrar: Registrar) -> None:
    registrar.ceremony.suspend(ATHENS, now=NOW)
    pending = registrar.public.parent / "pending/nodes/gr/athens.json"
    good = pending.read_bytes()
    pending.write_bytes(good.replace(b"Somewhere", b"Elsewhere"))
    with pytest.raises(RegistryUntrustedError):
        registrar.sign(registrar.of("gr")[0])
    pending.unlink()
    with pytest.raises(NotFoundError):
        registrar.sign(registrar.of("gr")[0])
    pending.write_bytes(good)
    registrar.sign(*registrar.of("gr"))
    registrar.publish()


def test_a_tampered_pending_page_keeps_no_signature(registrar: Registrar) -> None:
    registrar.ceremony.suspend(ATHENS, now=NOW)
    registrar.sign(*registrar.of("gr"))
    page = registrar.public.parent / "pending/gr.json"
    page.write_bytes(page.read_bytes().replace(b'"version":3', b'"version":4'))
    done = registrar.publish()
    assert (done.roles, done.waiting) == ((), ("gr",))


def test_the_review_says_what_a_signature_would_change(registrar: Registrar) -> None:
    review = Review(registrar.repository)
    registrar.ceremony.suspend(ATHENS, now=NOW)
    registrar.ceremony.admit(TestNode("gr/patras", now=NOW).request(), now=NOW)
    registrar.ceremony.rotate_holders("root", out=[KEYS[0]], into=[holder("dora").key], threshold=3, now=NOW)
    registrar.ceremony.add_country("fr", holders=KEYS, threshold=2, now=NOW)
    country = review.changes("gr")
    assert country[0] == "version 2 -> 3"
    assert "gr/athens: status active -> suspended" in country
    assert any(line.startswith("gr/patras: admitted as Authority of patras, ") for line in country)
    root = review.changes("root")
    assert "root: 2 of ada, ben, cem -> 3 of ben, cem, dora" in root
    assert not any(line.startswith("snapshot") for line in root)
    assert review.changes("targets")[2:] == ("fr: 2 of ada, ben, cem",)
    assert review.changes("fr")[0] == "version none -> 1"
    with pytest.raises(NotFoundError):
        review.changes("de")


def test_the_review_names_changed_keys(registrar: Registrar) -> None:
    old, new = TestNode("gr/athens", now=NOW), TestNode("gr/athens", now=NOW + 1, generation="2")
    entry = new.entry(
        keys=(
            *(
                replace(key, status=KeyStatus.RETIRED)
                for key in old.public_keys()
                if key.use is not KeyUse.SEAL
            ),
            *new.public_keys(),
        )
    )
    request = enrolment.request(entry, signer=old.signer, provers=old.provers() | new.provers(), now=NOW)
    registrar.ceremony.replace_entry(request, now=NOW + 1)
    line = Review(registrar.repository).changes("gr")[2]
    assert f"sig key {old.signer.kid} active -> retired" in line
    assert f"new sig key {new.signer.kid}" in line
    assert f"seal key {old.sealing.kid} no longer listed" in line


def test_the_overview_shows_roles_and_what_waits(registrar: Registrar) -> None:
    registrar.ceremony.suspend(ATHENS, now=NOW)
    registrar.sign(registrar.of("gr")[0])
    found = Review(registrar.repository).overview()
    assert found.fingerprint == registry_set.fingerprint(registrar.repository.pinned())
    roles = {role.role: role for role in found.roles}
    assert list(roles) == ["root", "targets", "snapshot", "timestamp", "de", "gr"]
    assert roles["gr"].waiting is not None
    assert (roles["gr"].waiting.signed, roles["gr"].waiting.missing) == (("gr one",), 1)
    assert (roles["gr"].version, roles["timestamp"].version, roles["snapshot"].version) == (2, 2, 2)
    assert roles["timestamp"].expires == NOW + 7 * DAY


def test_the_overview_before_the_first_publication(tmp_path: Path) -> None:
    registrar = Registrar(tmp_path, now=NOW)
    with pytest.raises(NotFoundError):
        Review(registrar.repository).overview()
    registrar.ceremony.init(holders=KEYS, threshold=2, online=ONLINE.key, now=NOW)
    found = Review(registrar.repository).overview()
    assert (found.fingerprint, found.registry) == (None, None)
    assert [role.version for role in found.roles] == [None] * 4


def test_a_name_that_nobody_kept_is_the_beginning_of_the_key_id(registrar: Registrar) -> None:
    assert registrar.repository.name(ONLINE.key.keyid) == "online"
    assert registrar.repository.name("ab" * 32) == "ab" * 6


def test_the_entry_is_published_as_the_node_proposed_it(registrar: Registrar) -> None:
    data = registrar.repository.published().entries[ATHENS]
    assert data == node_entry.encode(TestNode("gr/athens", now=NOW).entry())
