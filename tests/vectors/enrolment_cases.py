"""Cases of enrolment requests: one that is sound, and changes of it."""

import json
from dataclasses import replace
from typing import Any, Final

from handover.protocol import enrolment, jwe, jws, node_entry, strict
from handover.protocol.jws import Signer
from handover.protocol.node_key import KeyUse
from registrar import TestNode
from vectors.made import FOLDER, Case, accepted, refused

NOW: Final = 1_800_000_000
NODE: Final = TestNode("gr/athens", now=NOW)
OTHER: Final = TestNode("gr/patras", now=NOW)
_KEPT: Final = FOLDER / "enrolment" / "request.json"


def cases() -> dict[str, Case]:
    """Give the cases of the chapter."""
    request = _request()
    payload = json.loads(jws.read(request.encode(), typ=enrolment.TYPE).payload)
    found = enrolment.read(request.encode())
    expected = {"node": found.entry.node, "kid": found.signed_by, "iat": found.iat, "digest": found.digest}
    return {
        "request": accepted("A request for admission.", {"request": request}, expected),
        "payload-changed": refused(
            "The signature is over other bytes.", {"request": _moved(request)}, "signature"
        ),
        **{name: _changed(payload, *what) for name, what in _changes(payload).items()},
    }


def _request() -> str:
    if _KEPT.exists():
        return str(json.loads(_KEPT.read_text("utf-8"))["input"]["request"])
    return NODE.request().decode()


def _moved(request: str) -> str:
    head, payload, signature = request.split(".")
    return ".".join(
        (head, strict.b64(strict.unb64(payload).replace(b":1800000000", b":1800000001")), signature)
    )


def _changes(payload: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any], str]]:
    proofs = payload["proofs"]
    log, log_pq = (
        next(key.kid for key in NODE.public_keys() if key.use is use) for use in (KeyUse.LOG, KeyUse.LOG_PQ)
    )
    sealing = {"kid": NODE.sealing.kid, "signature": strict.b64(bytes(64))}
    moved = strict.b64(node_entry.encode(replace(NODE.entry(), address="https://elsewhere.example")))
    return {
        "log-key-unproved": (
            "No proof for the log's key.",
            {"proofs": [each for each in proofs if each["kid"] != log]},
            "unproven-key",
        ),
        "log-pq-key-unproved": (
            "No proof for the log's second key.",
            {"proofs": [each for each in proofs if each["kid"] != log_pq]},
            "unproven-key",
        ),
        "proof-zero": (
            "A proof that nobody made.",
            {"proofs": [{**each, "signature": strict.b64(bytes(64))} for each in proofs]},
            "unproven-key",
        ),
        "proof-of-another-entry": ("The proofs are over another entry.", {"entry": moved}, "unproven-key"),
        "proof-not-needed": (
            "A proof for a key that needs none.",
            {"proofs": [*proofs, sealing]},
            "malformed",
        ),
        "small-order-key": (
            "The log's key is a point of small order.",
            {"entry": _small_order()},
            "weak-key",
        ),
        "sealing-key-not-reduced": ("The sealing key is not reduced.", {"entry": _not_reduced()}, "weak-key"),
        "format-later": (
            "A format that this version does not know.",
            {"format": "handover-enrolment/2"},
            "malformed",
        ),
        "member-more": ("No further member.", {"mandates": ["audit"]}, "malformed"),
        "signed-by-another": ("Signed by a key that the entry does not list.", {}, "unproven-key"),
    }


def _changed(payload: dict[str, Any], description: str, change: dict[str, Any], error: str) -> Case:
    signer: Signer = NODE.signer if change else OTHER.signer
    request = jws.sign(strict.dumps({**payload, **change}), typ=enrolment.TYPE, signer=signer)
    return refused(description, {"request": request.decode()}, error)


def _small_order() -> str:
    small = b"\x01" + bytes(31)
    return _with_key(KeyUse.LOG, small, jws.kid_of_ed25519(small))


def _not_reduced() -> str:

    bad = b"\xff" * 1152 + NODE.sealing.public[1152:]
    return _with_key(KeyUse.SEAL, bad, jwe.kid_of_sealing(bad))


def _with_key(use: KeyUse, public: bytes, kid: str) -> str:
    keys = [replace(key, public=public, kid=kid) if key.use is use else key for key in NODE.public_keys()]
    return strict.b64(node_entry.encode(NODE.entry(keys=keys)))
