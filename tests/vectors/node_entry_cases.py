"""Cases of node entries: what is read, and what is not. All keys are made of fixed seeds."""

import json
from dataclasses import replace
from typing import Any, Final

from handover.protocol import node_entry, strict
from handover.protocol.node_key import KeyStatus, KeyUse, new_key
from registrar import TestNode
from vectors.made import Case, accepted, refused

NOW: Final = 1_800_000_000
NODE: Final = TestNode("gr/athens", now=NOW)
SMALL: Final = replace(
    NODE.entry(keys=[key for key in NODE.public_keys() if key.use is KeyUse.SIG]),
    names={"el": "Κέντρο Προστασίας Παιδιού Αθήνας", "en": "Athens Child Protection Centre"},
    places=("Athens", "Piraeus"),
)


def cases() -> dict[str, Case]:
    """Give the cases of the chapter."""
    return {
        **_read(),
        **{name: _refused(*what) for name, what in {**_MEMBERS, **_KEYS}.items()},
        **_spellings(),
    }


def _read() -> dict[str, Case]:
    newer = TestNode("gr/athens", now=NOW + 100, generation="2")
    sig = SMALL.keys[0]
    taken = replace(sig, status=KeyStatus.COMPROMISED, compromised_since=NOW + 50)
    tls = new_key(use=KeyUse.TLS, public=bytes(range(32)), not_before=NOW, expires=NOW + 86_400)
    entries = {
        "one-key": ("An entry with one signing key.", SMALL),
        "all-keys": ("An entry with a key of each use.", NODE.entry(keys=(*NODE.public_keys(), tls))),
        "after-compromise": (
            "The old signing key stays, and says since when it does not count.",
            replace(SMALL, keys=(taken, *newer.public_keys())),
        ),
        "no-keys": ("Keys may all be gone; such a node cannot say anything.", replace(SMALL, keys=())),
        "loopback": (
            "An address on the machine itself may do without TLS.",
            replace(SMALL, address="http://[::1]:8701"),
        ),
    }
    return {
        name: _accepted(description, node_entry.encode(entry))
        for name, (description, entry) in entries.items()
    }


def _accepted(description: str, data: bytes) -> Case:
    entry = node_entry.decode(data)
    expected = {
        "node": entry.node,
        "digest": strict.digest(data),
        "address": entry.address,
        "mandates": list(entry.mandates),
        "status": entry.status,
        "kids": [key.kid for key in entry.keys],
        "log_keys": [list(pair.texts) for pair in entry.log_keys()],
    }
    return accepted(description, {"node_entry": data.decode()}, expected)


_MEMBERS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "format-later": ("A format that this version does not know.", {"format": "handover-node/2"}),
    "node-upper-case": ("A node's name is in lower case.", {"node": "gr/Athens"}),
    "node-path": ("A node's name is no path.", {"node": "gr/../de"}),
    "country-of-another": ("The country is the first part of the name.", {"country": "de"}),
    "no-name": ("A node has a name in some language.", {"names": {}}),
    "names-unsorted": ("Names are sorted by language.", {"names": {"fr": "b", "en": "a"}}),
    "name-padded": ("A name does not begin with a space.", {"names": {"en": " Athens"}}),
    "name-turned": ("A name holds no change of direction.", {"names": {"en": "Athens \u202esnehtA"}}),
    "name-hidden": ("A name holds no invisible space.", {"names": {"en": "Ath\u200bens"}}),
    "language-long": ("A language is a short tag.", {"names": {"english": "Athens"}}),
    "no-places": ("A node serves some place.", {"places": []}),
    "places-twice": ("A place is listed once.", {"places": ["Athens", "Athens"]}),
    "no-mandate": ("A node has a mandate.", {"mandates": []}),
    "mandate-enforcement": ("No mandate for enforcement exists.", {"mandates": ["immigration-enforcement"]}),
    "mandates-unsorted": ("Mandates are sorted.", {"mandates": ["family-tracing", "child-protection"]}),
    "address-plain": ("HTTPS only.", {"address": "http://athens.example"}),
    "address-slash": ("An address is a bare origin.", {"address": "https://athens.example/"}),
    "address-user": ("An address names no user.", {"address": "https://me@athens.example"}),
    "address-upper-case": ("A host is in lower case.", {"address": "https://Athens.example"}),
    "address-almost-loopback": (
        "This host is not the machine itself.",
        {"address": "http://127.0.0.1.example"},
    ),
    "status-unknown": ("A status is one of two.", {"status": "gone"}),
    "protocol-without-version": ("A protocol has a version.", {"protocols": ["handover"]}),
    "schema-leading-zero": ("A version has no leading zero.", {"schemas": ["guardianship/01"]}),
    "liaison-telephone": (
        "No further member.",
        {"liaison": {"hours": "x", "languages": ["en"], "telephone": "1"}},
    ),
    "member-more": ("No further member.", {"website": "https://athens.example"}),
    "keys-null": ("Keys are a list.", {"keys": None}),
}

_KEYS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "key-use-unknown": ("A use is one of five.", {"key": {"use": "enc"}}),
    "key-alg-former": ("The algorithm has its present name.", {"key": {"alg": "EdDSA"}}),
    "key-alg-of-another-use": ("The algorithm is that of the use.", {"key": {"alg": "ML-DSA-44"}}),
    "key-kid-of-another": (
        "The name is the thumbprint of the bytes.",
        {"key": {"kid": strict.b64(bytes(32))}},
    ),
    "key-short": ("A signing key has 32 bytes.", {"key": {"public": strict.b64(bytes(31))}}),
    "key-ends-before-it-begins": ("A key ends after it begins.", {"key": {"expires": NOW}}),
    "key-for-ever": ("A key lives ten years at most.", {"key": {"expires": NOW + 4000 * 86_400}}),
    "key-compromised-without-time": (
        "A compromised key says since when.",
        {"key": {"status": "compromised"}},
    ),
    "key-active-with-time": ("No other key says so.", {"key": {"compromised_since": NOW}}),
    "key-member-more": ("No further member.", {"key": {"x5c": []}}),
}


def _refused(description: str, change: dict[str, Any]) -> Case:
    value = json.loads(node_entry.encode(SMALL))
    if "key" in change:
        value["keys"][0] |= change["key"]
    else:
        value |= change
    return refused(description, {"node_entry": strict.dumps(value).decode()}, "malformed")


def _spellings() -> dict[str, Case]:
    text = node_entry.encode(SMALL).decode()
    whole = json.loads(node_entry.encode(NODE.entry()))
    unsorted = {**whole, "keys": whole["keys"][::-1]}
    alone = {**whole, "keys": [key for key in whole["keys"] if key["use"] != "log-pq"]}
    twice = {**whole, "keys": [*whole["keys"], whole["keys"][-1]]}
    texts = {
        "line-feed-at-end": ("Nothing stands behind the document.", text + "\n"),
        "white-space": ("No white space.", text.replace(":", ": ", 1)),
        "member-twice": (
            "A member stands once.",
            text.replace('"node"', '"format":"handover-node/1","node"', 1),
        ),
        "other-order": (
            "Members have one order.",
            json.dumps(json.loads(text), sort_keys=True, separators=(",", ":")),
        ),
        "escaped": ("Text is not escaped without need.", json.dumps(json.loads(text), separators=(",", ":"))),
        "keys-unsorted": ("Keys have one order.", strict.dumps(unsorted).decode()),
        "key-twice": ("A key is listed once.", strict.dumps(twice).decode()),
        "log-key-alone": ("Log keys come in pairs that begin together.", strict.dumps(alone).decode()),
        "empty": ("Not a document.", ""),
    }
    return {name: refused(what, {"node_entry": text}, "malformed") for name, (what, text) in texts.items()}
