import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handover.domain.errors import HandoverError, MalformedError
from handover.protocol import node_entry, strict
from handover.protocol.node_entry import NodeEntry, UnknownKeyError
from handover.protocol.node_key import KeyStatus, KeyUse
from registrar import YEAR, TestNode, without

NOW = 1_800_000_000
NODE = TestNode("gr/athens", now=NOW)
ENTRY = NODE.entry()
DATA = node_entry.encode(ENTRY)


def changed(**members: Any) -> bytes:
    return strict.dumps({**json.loads(DATA), **members})


def test_an_entry_survives_the_way_to_the_wire_and_back() -> None:
    assert node_entry.encode(node_entry.decode(DATA)) == DATA
    assert node_entry.decode(DATA) == replace(ENTRY, keys=node_entry.decode(DATA).keys)
    assert set(node_entry.decode(DATA).keys) == set(ENTRY.keys)


@pytest.mark.parametrize(
    "members",
    [
        {"format": "handover-node/2"},
        {"node": "gr/Athens"},
        {"node": "gr/../de"},
        {"node": "de/hamburg"},
        {"country": "de"},
        {"country": None},
        {"names": {}},
        {"names": []},
        {"names": {"english": "x"}},
        {"names": {"en": ""}},
        {"names": {"en": " x"}},
        {"names": {"en": "Athens\u202eevil"}},
        {"names": {"en": "Athens\u200b"}},
        {"names": {"fr": "b", "en": "a"}},
        {"places": []},
        {"places": ["b", "a"]},
        {"places": ["a", "a"]},
        {"mandates": []},
        {"mandates": ["immigration-enforcement"]},
        {"mandates": ["Child-Protection"]},
        {"mandates": ["family-tracing", "child-protection"]},
        {"mandates": "audit"},
        {"address": "http://athens.example"},
        {"address": "https://athens.example/"},
        {"address": "https://athens.example/path"},
        {"address": "https://user@athens.example"},
        {"address": "https://athens.example?x=1"},
        {"address": "https://Athens.example"},
        {"address": "https://athens.example:0443"},
        {"address": "https://athens.example\n"},
        {"address": "http://127.0.0.1.evil.example"},
        {"address": "ftp://athens.example"},
        {"status": "gone"},
        {"protocols": ["handover"]},
        {"protocols": []},
        {"schemas": ["guardianship/01"]},
        {"liaison": {"hours": "x"}},
        {"liaison": {"hours": "x", "languages": []}},
        {"liaison": {"hours": "x", "languages": ["en"], "telephone": "1"}},
        {"keys": None},
        {"more": 1},
    ],
)
def test_only_the_one_shape_is_read(members: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        node_entry.decode(changed(**members))


@pytest.mark.parametrize(
    "members",
    [
        {"address": "http://127.0.0.1:8001"},
        {"address": "http://[::1]:8001"},
        {"address": "http://localhost"},
        {"address": "https://xn--hxa7a.example:8443"},
        {"names": {"fa": "سازمان \u200cحمایت", "sr-Latn-RS": "x"}},
        {"keys": []},
        {"status": "suspended"},
        {"mandates": ["audit"]},
    ],
)
def test_these_are_entries(members: dict[str, Any]) -> None:
    data = changed(**members)
    assert node_entry.encode(node_entry.decode(data)) == data


@pytest.mark.parametrize("member", sorted(json.loads(DATA)))
def test_a_member_that_is_missing_or_of_another_kind_is_refused(member: str) -> None:
    rest = {name: value for name, value in json.loads(DATA).items() if name != member}
    for value in (rest, {**rest, member: 1}, {**rest, member: None}, {**rest, member: [{}]}):
        with pytest.raises(MalformedError):
            node_entry.decode(strict.dumps(value))


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"7", DATA + b"\n", DATA.replace(b":", b": ", 1), b"\xef\xbb\xbf" + DATA]
)
def test_other_spellings_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        node_entry.decode(data)


def test_keys_stand_in_one_order_and_none_twice() -> None:
    keys = json.loads(DATA)["keys"]
    for wrong in (keys[::-1], [*keys, keys[-1]], keys * 20):
        with pytest.raises(MalformedError):
            node_entry.decode(changed(keys=wrong))


def test_one_key_serves_one_use() -> None:
    sig = next(key for key in ENTRY.keys if key.use is KeyUse.SIG)
    rest = tuple(key for key in ENTRY.keys if key.use is not KeyUse.LOG)
    with pytest.raises(MalformedError):
        node_entry.encode(replace(ENTRY, keys=(*rest, replace(sig, use=KeyUse.LOG))))


@pytest.mark.parametrize("use", [KeyUse.LOG, KeyUse.LOG_PQ])
def test_log_keys_come_in_pairs(use: KeyUse) -> None:
    with pytest.raises(MalformedError):
        node_entry.encode(without(ENTRY, use))


def test_a_key_is_found_by_name_and_use_whatever_its_status() -> None:
    sig = next(key for key in ENTRY.keys if key.use is KeyUse.SIG)
    retired = replace(ENTRY, keys=(replace(sig, status=KeyStatus.RETIRED),))
    assert retired.key(sig.kid, KeyUse.SIG).status is KeyStatus.RETIRED
    with pytest.raises(UnknownKeyError):
        ENTRY.key(sig.kid, KeyUse.LOG)
    with pytest.raises(UnknownKeyError):
        ENTRY.key("nobody", KeyUse.SIG)


def test_the_newest_sealing_key_that_has_begun_is_used() -> None:
    first = next(key for key in ENTRY.keys if key.use is KeyUse.SEAL)
    second = replace(first, kid="second", not_before=NOW + 100)
    entry = replace(ENTRY, keys=(first, second))
    assert entry.sealing_key(NOW + 99) == first
    assert entry.sealing_key(NOW + 100) == second
    with pytest.raises(UnknownKeyError):
        entry.sealing_key(NOW + YEAR)


def test_where_every_sealing_key_has_ended_the_last_one_is_given_to_who_asks_for_that() -> None:
    listed = next(key for key in ENTRY.keys if key.use is KeyUse.SEAL)
    first = replace(listed, not_before=NOW, expires=NOW + 200)
    second = replace(listed, kid="second", not_before=NOW + 100, expires=NOW + YEAR)
    entry = replace(ENTRY, keys=(first, second))
    assert entry.sealing_key(NOW + 2 * YEAR, ended=True) == second
    assert entry.sealing_key(NOW + 50, ended=True) == first
    with pytest.raises(UnknownKeyError):
        entry.sealing_key(NOW - 1, ended=True)


def test_the_log_key_is_the_newest_active_pair_and_old_pairs_stay_known() -> None:
    later = TestNode("gr/athens", now=NOW + 50, generation="2")
    old = tuple(replace(key, status=KeyStatus.RETIRED) for key in ENTRY.keys)
    entry = node_entry.decode(node_entry.encode(replace(ENTRY, keys=(*old, *later.public_keys()))))
    assert entry.log_key().ed25519 == later.log.public
    assert [pair.ed25519 for pair in entry.log_keys()] == [later.log.public, NODE.log.public]
    assert entry.log_key().origin == "gr/athens/log"
    with pytest.raises(UnknownKeyError):
        replace(ENTRY, keys=old).log_key()


def test_the_name_is_given_in_the_language_asked_for_then_english_then_any() -> None:
    entry = replace(ENTRY, names={"el": "Αθήνα", "en": "Athens"})
    assert (entry.name("el"), entry.name("uk")) == ("Αθήνα", "Athens")
    assert replace(ENTRY, names={"el": "Αθήνα"}).name("uk") == "Αθήνα"


def test_an_entry_that_could_not_be_read_is_not_written() -> None:
    with pytest.raises(MalformedError):
        node_entry.encode(replace(ENTRY, address="https://athens.example/path"))


@given(st.binary(max_size=300))
def test_any_bytes_raise_only_our_errors(data: bytes) -> None:
    with pytest.raises(HandoverError):
        node_entry.decode(data)


@settings(max_examples=300)
@given(st.integers(0, len(DATA) - 1), st.integers(0, 255))
def test_no_other_bytes_are_the_same_entry(place: int, value: int) -> None:
    data = bytes((*DATA[:place], value, *DATA[place + 1 :]))
    try:
        other: NodeEntry | None = node_entry.decode(data)
    except HandoverError:
        other = None
    assert (other == node_entry.decode(DATA)) == (data == DATA)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**53) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300)
@given(st.sampled_from(sorted(json.loads(DATA))), _JSON)
def test_any_value_of_a_member_is_read_back_as_it_is_or_refused(member: str, value: Any) -> None:
    try:
        data = changed(**{member: value})
        entry = node_entry.decode(data)
    except HandoverError:
        return
    assert node_entry.encode(entry) == data
