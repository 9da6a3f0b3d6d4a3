import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.errors import HandoverError, MalformedError, NotFoundError
from handover.protocol import enrolment, jws, node_entry, strict
from handover.protocol.enrolment import IncompleteEntryError, UnprovenKeyError
from handover.protocol.jws import SignatureError
from handover.protocol.node_entry import NodeEntry
from handover.protocol.node_key import KeyStatus, KeyUse, WeakKeyError
from registrar import YEAR, TestNode, seed, without

NOW = 1_800_000_000
NODE = TestNode("gr/athens", now=NOW)
ENTRY = NODE.entry()
REQUEST = NODE.request()


def signed(**members: strict.Json) -> bytes:
    payload = {**json.loads(jws.read(REQUEST, typ=enrolment.TYPE).payload), **members}
    return jws.sign(strict.dumps(payload), typ=enrolment.TYPE, signer=NODE.signer)


def unchecked(entry: NodeEntry) -> bytes:
    """Make a request as hostile software would: nothing of the entry is checked, all proofs are right."""
    encode = node_entry._encode
    data = encode(entry)
    proofs: list[strict.Json] = [
        {
            "kid": key.kid,
            "signature": strict.b64(NODE.provers()[key.kid](enrolment._statement(key.kid, data))),
        }
        for key in entry.keys
        if key.kid in NODE.provers() and key.kid != NODE.signer.kid
    ]
    return signed(entry=strict.b64(data), proofs=proofs)


def test_a_request_proposes_the_entry_and_says_who_signed_when() -> None:
    found = enrolment.read(REQUEST)
    assert node_entry.encode(found.entry) == node_entry.encode(ENTRY)
    assert (found.signed_by, found.iat) == (NODE.signer.kid, NOW)
    assert found.digest == strict.digest(REQUEST)


def test_a_request_signed_by_another_key_is_refused() -> None:
    other = TestNode("gr/patras", now=NOW)
    payload = jws.read(REQUEST, typ=enrolment.TYPE).payload
    with pytest.raises(UnprovenKeyError):
        enrolment.read(jws.sign(payload, typ=enrolment.TYPE, signer=other.signer))


def test_a_changed_request_is_refused() -> None:
    head, payload, signature = REQUEST.split(b".")
    swapped = strict.b64(strict.unb64(payload).replace(b"1800000000", b"1800000001")).encode()
    with pytest.raises(SignatureError):
        enrolment.read(b".".join((head, swapped, signature)))


@pytest.mark.parametrize("use", [KeyUse.LOG, KeyUse.LOG_PQ])
def test_a_log_key_without_its_proof_is_refused(use: KeyUse) -> None:
    kid = next(key.kid for key in ENTRY.keys if key.use is use)
    proofs = json.loads(jws.read(REQUEST, typ=enrolment.TYPE).payload)["proofs"]
    rest = [proof for proof in proofs if proof["kid"] != kid]
    with pytest.raises(UnprovenKeyError):
        enrolment.read(signed(proofs=rest))
    for forged in (b"", bytes(64), bytes(2420)):
        with pytest.raises(UnprovenKeyError):
            enrolment.read(signed(proofs=[*rest, {"kid": kid, "signature": strict.b64(forged)}]))


def test_a_proof_made_for_another_entry_is_refused() -> None:
    other = replace(ENTRY, address="https://elsewhere.example")
    with pytest.raises(UnprovenKeyError):
        enrolment.read(signed(entry=strict.b64(node_entry.encode(other))))


def test_a_second_signing_key_needs_its_own_proof() -> None:
    second = TestNode("gr/athens", now=NOW, generation="2")
    key = next(key for key in second.public_keys() if key.use is KeyUse.SIG)
    entry = replace(ENTRY, keys=(*ENTRY.keys, key))
    with pytest.raises(NotFoundError):
        NODE.request(entry)
    proved = enrolment.request(entry, signer=NODE.signer, provers=NODE.provers() | second.provers(), now=NOW)
    assert enrolment.read(proved).entry.key(key.kid, KeyUse.SIG) == key
    with pytest.raises(UnprovenKeyError):
        enrolment.read(unchecked(entry))


def test_a_proof_for_a_key_that_needs_none_is_refused() -> None:
    proofs = json.loads(jws.read(REQUEST, typ=enrolment.TYPE).payload)["proofs"]
    more: strict.Json = {"kid": NODE.sealing.kid, "signature": strict.b64(bytes(64))}
    with pytest.raises(MalformedError):
        enrolment.read(signed(proofs=[*proofs, more]))


def test_a_key_of_small_order_is_refused_even_with_proofs() -> None:
    small = bytes.fromhex("01" + "00" * 31)
    log = next(key for key in ENTRY.keys if key.use is KeyUse.LOG)
    kid = jws.kid_of_ed25519(small)
    rest = tuple(key for key in ENTRY.keys if key.use is not KeyUse.LOG)
    with pytest.raises(WeakKeyError):
        enrolment.read(unchecked(replace(ENTRY, keys=(*rest, replace(log, public=small, kid=kid)))))


@pytest.mark.parametrize(
    "members",
    [
        {"format": "handover-enrolment/2"},
        {"entry": "AAAA"},
        {"entry": 7},
        {"iat": -1},
        {"iat": "1"},
        {"proofs": {}},
        {"proofs": [{}]},
        {"more": 1},
    ],
)
def test_only_the_one_shape_is_read(members: dict[str, strict.Json]) -> None:
    with pytest.raises(MalformedError):
        enrolment.read(signed(**members))


@given(st.binary(max_size=200))
def test_any_bytes_raise_only_our_errors(data: bytes) -> None:
    with pytest.raises(HandoverError):
        enrolment.read(data)


@pytest.mark.parametrize("use", [KeyUse.SIG, KeyUse.SEAL, KeyUse.LOG, KeyUse.LOG_PQ])
def test_a_node_without_a_usable_key_of_each_use_is_incomplete(use: KeyUse) -> None:
    enrolment.require_complete(ENTRY, NOW)
    with pytest.raises(IncompleteEntryError):
        enrolment.require_complete(without(ENTRY, use), NOW)
    with pytest.raises(IncompleteEntryError):
        enrolment.require_complete(ENTRY, NOW + YEAR)


def test_a_new_entry_keeps_the_keys_that_old_evidence_needs() -> None:
    newer = TestNode("gr/athens", now=NOW + 1, generation="2").public_keys()
    retired = tuple(replace(key, status=KeyStatus.RETIRED) for key in ENTRY.keys)
    kept = replace(ENTRY, keys=(*retired, *newer))
    enrolment.require_successor(ENTRY, kept)
    enrolment.require_successor(ENTRY, without(kept, KeyUse.SEAL))
    for use in (KeyUse.SIG, KeyUse.LOG, KeyUse.LOG_PQ):
        with pytest.raises(MalformedError):
            enrolment.require_successor(ENTRY, replace(without(ENTRY, use), keys=(*newer,)))


def test_a_key_does_not_come_back_nor_change_its_beginning_or_use() -> None:
    sig = next(key for key in ENTRY.keys if key.use is KeyUse.SIG)
    lost = replace(sig, status=KeyStatus.COMPROMISED, compromised_since=NOW + 5)
    old = replace(ENTRY, keys=(lost,))
    enrolment.require_successor(old, old)
    for back in (
        sig,
        replace(sig, status=KeyStatus.RETIRED),
        replace(lost, compromised_since=NOW + 6),
        replace(lost, not_before=NOW - 1),
        replace(lost, use=KeyUse.LOG),
    ):
        with pytest.raises(MalformedError):
            enrolment.require_successor(old, replace(ENTRY, keys=(back,)))


def test_an_entry_does_not_succeed_that_of_another_node() -> None:
    with pytest.raises(MalformedError):
        enrolment.require_successor(ENTRY, TestNode("gr/patras", now=NOW).entry())


def test_a_request_cannot_be_made_for_an_entry_without_the_signing_key() -> None:
    other = jws.Ed25519Signer(seed("somebody else"))
    request = enrolment.request(ENTRY, signer=other, provers=NODE.provers(), now=NOW)
    with pytest.raises(UnprovenKeyError):
        enrolment.read(request)
