import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.errors import HandoverError, MalformedError, UntrustedError
from handover.protocol import registry_metadata as pages
from handover.protocol.registry_metadata import RegistryUntrustedError
from handover.protocol.registry_set import MetadataSet
from registrar import Registrar

NOW = 1_800_000_000


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> MetadataSet:
    registrar = Registrar(Path(tmp_path_factory.mktemp("registry")), now=NOW)
    registrar.found("gr")
    registrar.admit("gr/athens")
    return registrar.repository.published()


def load_gr(data: bytes) -> Any:
    return pages.load_country(data, "gr")


def page_of(found: MetadataSet, kind: str) -> tuple[bytes, Callable[[bytes], Any]]:
    return {
        "root": (found.root_chain[0], pages.load_root),
        "timestamp": (found.timestamp, pages.load_timestamp),
        "snapshot": (found.snapshot, pages.load_snapshot),
        "targets": (found.targets, pages.load_targets),
        "gr": (found.roles["gr"], load_gr),
    }[kind]


def dump(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


KINDS = ("root", "timestamp", "snapshot", "targets", "gr")


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_one_spelling(found: MetadataSet, kind: str) -> None:
    data, load = page_of(found, kind)
    assert load(data).to_bytes() == data
    assert dump(json.loads(data)) == data
    for other in (
        data + b"\n",
        data.replace(b":", b": ", 1),
        json.dumps(json.loads(data), separators=(",", ":")).encode()[:-1] + b"} ",
        data.replace(b'"signatures"', b'"signatures":[],"signatures"', 1),
        b"",
        b"{}",
    ):
        with pytest.raises(UntrustedError):
            load(other)


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_read_as_what_it_is(found: MetadataSet, kind: str) -> None:
    _, load = page_of(found, kind)
    for other in KINDS:
        if other != kind:
            with pytest.raises(MalformedError):
                load(page_of(found, other)[0])


@pytest.mark.parametrize("kind", KINDS)
def test_every_member_must_be_there_and_no_other(found: MetadataSet, kind: str) -> None:
    data, load = page_of(found, kind)
    for member in json.loads(data)["signed"]:
        value = json.loads(data)
        del value["signed"][member]
        with pytest.raises(MalformedError):
            load(dump(value))
    for place in ("signed", None):
        value = json.loads(data)
        (value if place is None else value[place])["custom"] = 1
        with pytest.raises(MalformedError):
            load(dump(value))


CHANGES: list[tuple[str, tuple[str | int, ...], Any]] = [
    ("root", ("_type",), "targets"),
    ("root", ("spec_version",), "2.0.0"),
    ("root", ("spec_version",), "1.0."),
    ("root", ("spec_version",), "1.0.\u0663"),
    ("root", ("spec_version",), "1.0.31.1"),
    ("root", ("version",), 0),
    ("root", ("version",), True),
    ("root", ("version",), "1"),
    ("root", ("expires",), "2027-01-15T08:00:00"),
    ("root", ("expires",), "tomorrow"),
    ("root", ("consistent_snapshot",), False),
    ("root", ("keys",), []),
    ("root", ("roles", "root", "threshold"), 0),
    ("root", ("roles", "root", "threshold"), 4),
    ("root", ("roles", "root", "threshold"), True),
    ("root", ("roles", "root", "keyids"), ["00" * 32]),
    ("root", ("roles", "root", "keyids"), []),
    ("root", ("roles", "mirrors"), {"keyids": [], "threshold": 1}),
    ("timestamp", ("issued",), -1),
    ("timestamp", ("issued",), "now"),
    ("timestamp", ("root",), 0),
    ("timestamp", ("meta",), {}),
    ("timestamp", ("meta", "snapshot.json"), {"version": 1}),
    ("timestamp", ("meta", "snapshot.json", "length"), 0),
    ("timestamp", ("meta", "snapshot.json", "version"), 0),
    ("timestamp", ("meta", "snapshot.json", "hashes"), {}),
    ("timestamp", ("meta", "snapshot.json", "hashes"), {"md5": "00" * 16}),
    ("timestamp", ("meta", "snapshot.json", "hashes", "sha256"), "AB" * 32),
    ("snapshot", ("meta", "gr.json", "hashes", "sha512"), "00" * 64),
    ("snapshot", ("meta", "root.json"), {"version": 1, "length": 1, "hashes": {"sha256": "00" * 32}}),
    ("snapshot", ("meta", "../gr.json"), {"version": 1, "length": 1, "hashes": {"sha256": "00" * 32}}),
    ("snapshot", ("meta", "gr"), {"version": 1, "length": 1, "hashes": {"sha256": "00" * 32}}),
    ("snapshot", ("meta",), None),
    ("targets", ("targets",), {"gr/athens.json": {"length": 1, "hashes": {"sha256": "00" * 32}}}),
    ("targets", ("delegations", "roles", 0, "paths"), ["*/*"]),
    ("targets", ("delegations", "roles", 0, "paths"), ["gr/*", "de/*"]),
    ("targets", ("delegations", "roles", 0, "name"), "GR"),
    ("targets", ("delegations", "roles", 0, "name"), "../gr"),
    ("targets", ("delegations", "roles", 0, "name"), "de"),
    ("targets", ("delegations", "roles", 0, "terminating"), False),
    ("targets", ("delegations", "roles", 0, "threshold"), 3),
    ("targets", ("delegations", "succinct_roles"), {}),
    ("targets", ("delegations", "roles"), None),
    ("gr", ("delegations",), {"keys": {}, "roles": []}),
    ("gr", ("targets", "gr/athens.json", "length"), 2**40),
    ("gr", ("targets", "gr/athens.json", "custom"), {}),
]


@pytest.mark.parametrize(("kind", "path", "value"), CHANGES)
def test_other_shapes_are_refused(
    found: MetadataSet, kind: str, path: tuple[str | int, ...], value: Any
) -> None:
    data, load = page_of(found, kind)
    whole = json.loads(data)
    place = whole["signed"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(UntrustedError):
        load(dump(whole))


@pytest.mark.parametrize(
    "path",
    [
        "de/hamburg.json",
        "int/icrc.json",
        "gr/../de/hamburg.json",
        "gr/athens",
        "/etc/passwd.json",
        "gr/.json",
    ],
)
def test_a_country_names_its_own_nodes_alone(found: MetadataSet, path: str) -> None:
    whole = json.loads(found.roles["gr"])
    whole["signed"]["targets"][path] = {"length": 1, "hashes": {"sha256": "00" * 32}}
    with pytest.raises(UntrustedError):
        load_gr(dump(whole))


def test_another_countrys_node_is_named_as_the_fault(found: MetadataSet) -> None:
    with pytest.raises(RegistryUntrustedError):
        pages.load_country(found.roles["gr"], "de")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("keytype", "rsa"),
        ("scheme", "rsassa-pss-sha256"),
        ("keyval", {"public": "zz" * 32}),
        ("keyval", {"public": "01" + "00" * 31}),
        ("keyval", {"public": "ab" * 32, "private": ""}),
        ("x-name", "ada"),
    ],
)
def test_holders_have_sound_ed25519_keys(found: MetadataSet, member: str, value: Any) -> None:
    whole = json.loads(found.root_chain[0])
    key = next(iter(whole["signed"]["keys"].values()))
    key[member] = value
    with pytest.raises(UntrustedError):
        pages.load_root(dump(whole))


def test_one_key_cannot_have_two_names(found: MetadataSet) -> None:
    whole = json.loads(found.root_chain[0])
    keys = whole["signed"]["keys"]
    keys["00" * 32] = next(iter(keys.values()))
    with pytest.raises(MalformedError):
        pages.load_root(dump(whole))
    whole = json.loads(found.root_chain[0])
    role = whole["signed"]["roles"]["root"]
    role["keyids"] = [role["keyids"][0]] * 3
    with pytest.raises(MalformedError):
        pages.load_root(dump(whole))


@pytest.mark.parametrize(
    "signature",
    [{"keyid": "00" * 32, "sig": "AB" * 64}, {"keyid": "00", "sig": "00" * 64}, {"keyid": "00" * 32}, 7],
)
def test_signatures_have_one_spelling(found: MetadataSet, signature: Any) -> None:
    whole = json.loads(found.timestamp)
    whole["signatures"].append(signature)
    with pytest.raises(MalformedError):
        pages.load_timestamp(dump(whole))
    whole["signatures"] = [whole["signatures"][0]] * 2
    with pytest.raises(MalformedError):
        pages.load_timestamp(dump(whole))


def test_a_page_over_its_limit_is_not_parsed() -> None:
    with pytest.raises(MalformedError):
        pages.load_timestamp(b" " * (pages.TIMESTAMP_LIMIT + 1))


@given(st.binary(max_size=200))
def test_any_bytes_raise_only_our_errors(data: bytes) -> None:
    for load in (pages.load_root, pages.load_timestamp, pages.load_snapshot, pages.load_targets, load_gr):
        with pytest.raises(HandoverError):
            load(data)
