"""Bad input, part two: what an envelope says, each member of it, signed well by a member all the same.

Shape is checked before the signature, so to whoever sends it a malformed envelope is a stranger's.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from handover.domain.handover import Act
from handover.protocol import act_members, jws
from handover.protocol import envelope as envelopes
from handover.protocol.delivery import Item
from peer import ANY, Round, signed_anyhow
from two_nodes.scene import Scene

Claims = dict[str, Any]
DIGEST = str(ANY)


def resigned(scene: Scene, item: Item, change: Callable[[bytes], bytes]) -> Item:
    """Give the envelope with other signed bytes, under a signature that fits them."""
    header = {"alg": "Ed25519", "typ": envelopes.TYPE, "kid": scene.peer.signer.kid}
    payload = change(jws.read(item.envelope, typ=envelopes.TYPE).payload)
    return replace(item, envelope=signed_anyhow(payload, header, scene.peer.signer))


def with_members(scene: Scene, item: Item, change: Claims, *, without: str = "") -> Item:
    """Give the envelope with some members changed, and one left out."""

    def changed(payload: bytes) -> bytes:
        claims = json.loads(payload) | change
        claims.pop(without, None)
        return json.dumps(claims, separators=(",", ":")).encode()

    return resigned(scene, item, changed)


def said(round_: Round, act: Act) -> Item:
    """Give an act that is right in itself."""
    right: dict[Act, Callable[[], Item]] = {
        Act.OFFER: round_.offer,
        Act.DEED: lambda: round_.say(Act.DEED, re=ANY, record=ANY, fields="gA", consent=ANY),
        Act.VOID: round_.void,
        Act.DECLINE: lambda: round_.say(Act.DECLINE, re=ANY, reason="other"),
        Act.QUESTION: lambda: round_.say(Act.QUESTION, re=ANY),
    }
    if act in right:
        return right[act]()
    return round_.say(act, re=ANY if "re" in act_members.REQUIRED[act] else None)


TEXTS: dict[str, Callable[[bytes], bytes]] = {
    "member twice": lambda text: text[:-1] + b',"act":"void"}',
    "member twice, first": lambda text: b'{"act":"void",' + text[1:],
    "member twice, escaped": lambda text: text[:-1] + b',"\\u0061ct":"void"}',
    "fraction": lambda text: text.replace(b'"epoch":1', b'"epoch":1.0'),
    "exponent": lambda text: text.replace(b'"epoch":1', b'"epoch":1e0'),
    "not a number": lambda text: text.replace(b'"epoch":1', b'"epoch":NaN'),
    "infinity": lambda text: text.replace(b'"epoch":1', b'"epoch":Infinity'),
    "minus zero": lambda text: text.replace(b'"size":0', b'"size":-0'),
    "beyond 2^53": lambda text: text.replace(b'"size":0', b'"size":9007199254740992'),
    "5000 digits": lambda text: text.replace(b'"size":0', b'"size":' + b"9" * 5000),
    "lone surrogate": lambda text: text.replace(b'"suite":"HO1"', b'"suite":"\\ud800"'),
    "control character": lambda text: text.replace(b'"suite":"HO1"', b'"suite":"HO1\\u0000"'),
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text,
    "UTF-16": lambda text: text.decode().encode("utf-16"),
    "Latin-1": lambda text: text.replace(b"HO1", "HÖ1".encode("latin-1")),
    "deep": lambda text: text.replace(b'"by":', b'"deep":' + b"[" * 13 + b"]" * 13 + b',"by":'),
    "200000 deep": lambda text: b"[" * 30_000 + b"]" * 30_000,
    "cut off": lambda text: text[:-1],
    "two documents": lambda text: text + text,
    "comment": lambda text: b"/**/" + text,
    "trailing comma": lambda text: text[:-1] + b",}",
    "array": lambda text: b"[" + text + b"]",
    "text": lambda text: b'"' + text[:20].replace(b'"', b"") + b'"',
    "null": lambda text: b"null",
    "empty": lambda text: b"",
}


@pytest.mark.parametrize("change", TEXTS.values(), ids=TEXTS)
def test_an_envelope_is_strict_json(scene: Scene, change: Callable[[bytes], bytes]) -> None:
    scene.refused(resigned(scene, scene.peer.round().offer(), change), "untrusted", stranger=True)


def test_white_space_and_order_are_free_because_the_signed_bytes_are_kept(scene: Scene) -> None:
    def spaced(text: bytes) -> bytes:
        return json.dumps(dict(reversed(json.loads(text).items())), indent=1).encode()

    scene.taken(resigned(scene, scene.peer.round().offer(), spaced))


def test_every_member_is_there(scene: Scene) -> None:
    offer = scene.peer.round().offer
    scene.strangers_all([with_members(scene, offer(), {}, without=name) for name in envelopes._MEMBERS])


MEMBERS: dict[str, Claims] = {
    "a member more": {"note": "x"},
    "exp": {"exp": 1},
    "another suite": {"suite": "HO2"},
    "suite as a list": {"suite": ["HO1"]},
    "issuer in capitals": {"iss": "FR/lyon"},
    "issuer with a dot": {"iss": "fr/../lyon"},
    "issuer by address": {"iss": "https://fr-lyon.example"},
    "issuer null": {"iss": None},
    "audience as a list": {"aud": ["de/hamburg"]},
    "audience with a space": {"aud": "de/hamburg "},
    "identifier of version 4": {"jti": "019a9b10-7c00-4000-8000-000000000001"},
    "identifier in capitals": {"jti": "019A9B10-7C00-7000-8000-000000000001"},
    "identifier without hyphens": {"jti": "019a9b107c0070008000000000000001"},
    "time as text": {"iat": "1790000000"},
    "time negative": {"iat": -1},
    "time true": {"iat": True},
    "incarnation zero": {"incarnation": 0},
    "incarnation beyond what can be counted": {"incarnation": 2**31},
    "an act of no table": {"act": "withdraw"},
    "an act in capitals": {"act": "Offer"},
    "an act as a list": {"act": ["offer"]},
    "matter short": {"matter": "AAAAAAAAAAAAAAAAAAAAA"},
    "matter in a second spelling": {"matter": "AAAAAAAAAAAAAAAAAAAAAB"},
    "matter as a local identifier": {"matter": "019a9b10-7c00-7000-8000-000000000001"},
    "epoch zero": {"epoch": 0},
    "epoch beyond what can be counted": {"epoch": 2**31},
    "round padded": {"round": "AAAAAAAAAAAAAAAAAAAAAA=="},
    "seq zero": {"seq": 0},
    "seq beyond what can be counted": {"seq": 2**31, "prev": DIGEST},
    "first with one before it": {"prev": DIGEST},
    "second without one before it": {"seq": 2},
    "enforcement for purpose": {"purpose": "immigration-enforcement"},
    "return for purpose": {"purpose": "return"},
    "purpose as a list": {"purpose": ["child-protection"]},
    "schema without version": {"schema": "guardianship"},
    "schema as a path": {"schema": "../1"},
    "schema with a zero before": {"schema": "guardianship/01"},
    "digest cut": {"record": DIGEST[:-1]},
    "digest in a second spelling": {"record": "A" * 42 + "B"},
    "digest in hexadecimal": {"record": "ab" * 32},
    "bitmap in a second spelling": {"fields": "B"},
    "bitmap in standard base64": {"fields": "++++"},
    "bitmap too long": {"fields": "A" * 65},
    "deadline negative": {"deadline": -1},
    "deadline as text": {"deadline": "2026-12-01"},
    "payload as text": {"payload": DIGEST},
    "payload with a member more": {"payload": {"digest": DIGEST, "commit": DIGEST, "size": 1}},
    "payload without commit": {"payload": {"digest": DIGEST}},
    "payload with a null": {"payload": {"digest": DIGEST, "commit": None}},
    "officers: one member less": {
        "by": {"prepared": "A" * 22, "released": "A" * 21 + "Q", "role": "liaison"}
    },
    "officers by name": {
        "by": {"prepared": "Maria P.", "released": "A" * 21 + "Q", "role": "liaison", "auth": "api-key"}
    },
    "four eyes are two": {
        "by": {"prepared": "A" * 22, "released": "A" * 22, "role": "liaison", "auth": "api-key"}
    },
    "a role in words": {
        "by": {"prepared": "A" * 22, "released": "A" * 21 + "Q", "role": "Maria P.", "auth": "api-key"}
    },
    "sign-in in words": {
        "by": {"prepared": "A" * 22, "released": "A" * 21 + "Q", "role": "liaison", "auth": "by telephone"}
    },
    "log as a number": {"log": 5},
    "log of negative size": {"log": {"size": -1, "root": DIGEST}},
    "log without root": {"log": {"size": 1, "root": None}},
}


@pytest.mark.parametrize("change", MEMBERS.values(), ids=MEMBERS)
def test_every_member_has_its_one_shape(scene: Scene, change: Claims) -> None:
    item = with_members(scene, scene.peer.round().offer(), change)
    scene.refused(item, "untrusted", stranger=True)


VALUES: Claims = {
    "record": DIGEST,
    "fields": "gA",
    "consent": DIGEST,
    "deadline": 1_900_000_000,
    "re": DIGEST,
    "reason": "withdrawn",
    "payload": {"digest": DIGEST, "commit": DIGEST},
    "by": {"prepared": "A" * 22, "released": "A" * 21 + "Q", "role": "liaison", "auth": "api-key"},
}


@pytest.mark.parametrize("act", Act)
def test_each_act_has_its_members_and_no_others(scene: Scene, act: Act) -> None:
    fixed = sorted(act_members.OPTIONAL - act_members.MAY.get(act, frozenset()))
    bad = []
    for name in fixed:
        value = None if name in act_members.REQUIRED[act] else VALUES[name]
        change = {name: value}
        bad.append(with_members(scene, said(scene.peer.round(), act), change))
    scene.strangers_all(bad)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (Act.VOID, "the child Maria P. has left"),
        (Act.VOID, "Withdrawn"),
        (Act.VOID, "no-capacity"),
        (Act.DECLINE, "withdrawn"),
        (Act.DECLINE, "we know this family"),
        (Act.DECLINE, ""),
    ],
)
def test_a_reason_is_a_word_of_its_list_and_never_a_sentence(scene: Scene, act: Act, reason: str) -> None:
    item = with_members(scene, said(scene.peer.round(), act), {"reason": reason})
    scene.refused(item, "untrusted", stranger=True)


def test_a_schema_that_this_node_does_not_know_is_refused_by_name(scene: Scene) -> None:
    item = with_members(scene, scene.peer.round().offer(), {"schema": "guardianship/2"})
    scene.refused(item, "unknown-schema")
