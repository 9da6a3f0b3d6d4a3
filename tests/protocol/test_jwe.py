"""Sealed payloads: they open with one key in one place, and in every other case tell nothing but that they do not."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from handover.domain.errors import HandoverError, MalformedError, UntrustedError
from handover.domain.ids import UUID7, NodeId, RoundId
from handover.protocol import envelope, jwe, strict
from handover.protocol.jwe import DecryptionError
from protocol import log_vectors
from vectors import jwe_cases
from vectors.jwe_cases import CONTEXT, KEY, OTHER_CONTEXT, OTHER_KEY

PLAINTEXT = b'{"body":{}}' + b" " * 1013
SEALED = jwe.seal(PLAINTEXT, public=KEY.public, kid=KEY.kid, context=CONTEXT)
PUBLISHED = "jose-hpke/hpke-8-to-13-pq-jose-vectors.json"
X_WING = 0x647A  # the number of the hybrid of ML-KEM-768 and X25519 (RFC 9180, section 7.1)


def opened(sealed: bytes, *, key: jwe.SealingKey = KEY, context: bytes = CONTEXT) -> bytes:
    return jwe.open_sealed(sealed, opener=key, context=context)


@settings(max_examples=25)
@given(st.binary(max_size=4096), st.binary(min_size=32, max_size=32))
def test_what_is_sealed_opens(plaintext: bytes, context: bytes) -> None:
    sealed = jwe.seal(plaintext, public=OTHER_KEY.public, kid=OTHER_KEY.kid, context=context)
    assert jwe.recipient(sealed) == OTHER_KEY.kid
    assert opened(sealed, key=OTHER_KEY, context=context) == plaintext


def test_every_changed_byte_is_refused() -> None:
    small = jwe_cases.sealed(strict.unb64(json.loads(SEALED)["protected"])).encode()
    for place in range(len(small)):
        changed = bytearray(small)
        changed[place] ^= 1
        with pytest.raises(UntrustedError):
            opened(bytes(changed))


def test_every_cut_is_refused() -> None:
    for place in range(len(SEALED)):
        with pytest.raises(MalformedError):
            opened(SEALED[:place])
    for place in range(0, len(SEALED), 7):
        with pytest.raises(UntrustedError):
            opened(SEALED[:place] + SEALED[place + 1 :])


@given(st.binary() | st.text(alphabet='{"protected:eyJ,iv}', max_size=99).map(str.encode))
def test_any_bytes_raise_only_errors_of_ours(data: bytes) -> None:
    for act in (opened, jwe.recipient):
        with pytest.raises(HandoverError):
            act(data)


@given(st.sampled_from(jwe_cases.ORDER), st.binary(max_size=64) | st.just(bytes(1641)))
def test_any_part_raises_only_errors_of_ours(name: str, part: bytes) -> None:
    parts = json.loads(SEALED) | {name: strict.b64(part)}
    with pytest.raises(HandoverError):
        opened(json.dumps(parts, separators=(",", ":")).encode())


@given(st.binary(min_size=1120, max_size=1120))
@settings(max_examples=20)
def test_any_encapsulated_key_is_refused_as_what_does_not_open(encapsulated: bytes) -> None:
    header = json.loads(strict.unb64(json.loads(SEALED)["protected"])) | {"ek": strict.b64(encapsulated)}
    sealed = jwe_cases.sealed(json.dumps(header, separators=(",", ":")).encode())
    with pytest.raises(DecryptionError):
        opened(sealed.encode())


def test_a_payload_lifted_into_another_envelope_does_not_open() -> None:
    first = envelope.context(
        iss=NodeId("gr/athens"),
        aud=NodeId("de/hamburg"),
        round_=RoundId("AAAAAAAAAAAAAAAAAAAAAA"),
        jti=UUID7("019a9b10-7c00-7000-8000-000000000001"),
        kid=KEY.kid,
    )
    sealed = jwe.seal(PLAINTEXT, public=KEY.public, kid=KEY.kid, context=first)
    assert opened(sealed, context=first) == PLAINTEXT
    for changes in (
        {"iss": NodeId("gr/patras")},
        {"aud": NodeId("es/barcelona")},
        {"round_": RoundId("AAAAAAAAAAAAAAAAAAAAAQ")},
        {"jti": UUID7("019a9b10-7c00-7000-8000-000000000002")},
        {"kid": OTHER_KEY.kid},
    ):
        other = envelope.context(**_context(changes))
        with pytest.raises(DecryptionError):
            opened(sealed, context=other)
        with pytest.raises(DecryptionError):
            opened(_with_context(sealed, other), context=other)


def _context(changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "iss": NodeId("gr/athens"),
        "aud": NodeId("de/hamburg"),
        "round_": RoundId("AAAAAAAAAAAAAAAAAAAAAA"),
        "jti": UUID7("019a9b10-7c00-7000-8000-000000000001"),
        "kid": KEY.kid,
    } | changes


def _with_context(sealed: bytes, context: bytes) -> bytes:
    parts = json.loads(sealed)
    header = json.loads(strict.unb64(parts["protected"])) | {"ctx": strict.b64(context)}
    parts["protected"] = strict.b64(json.dumps(header, separators=(",", ":")).encode())
    return json.dumps(parts, separators=(",", ":")).encode()


def test_every_failure_to_open_looks_the_same() -> None:
    parts = json.loads(SEALED)
    changed = json.dumps(parts | {"tag": strict.b64(bytes(16))}, separators=(",", ":")).encode()
    wrapped = json.dumps(parts | {"encrypted_key": strict.b64(bytes(48))}, separators=(",", ":")).encode()
    acts: list[Callable[[], bytes]] = [
        lambda: opened(changed),
        lambda: opened(wrapped),
        lambda: opened(SEALED, key=OTHER_KEY),
        lambda: opened(SEALED, context=OTHER_CONTEXT),
        lambda: opened(_with_context(SEALED, OTHER_CONTEXT), context=OTHER_CONTEXT),
    ]
    seen = set()
    for act in acts:
        with pytest.raises(DecryptionError) as caught:
            act()
        seen.add((str(caught.value), caught.value.detail, caught.value.__cause__))
    assert len(seen) == 1


def test_what_a_library_seals_opens_by_the_steps_that_the_chapter_writes_out() -> None:
    parts = json.loads(SEALED)
    protected = parts["protected"].encode()
    encapsulated = strict.unb64(json.loads(strict.unb64(parts["protected"]))["ek"])
    key, nonce = jwe_cases.schedule(encapsulated)
    content_key = AESGCM(key).decrypt(nonce, strict.unb64(parts["encrypted_key"]), b"")
    sealed = strict.unb64(parts["ciphertext"]) + strict.unb64(parts["tag"])
    assert AESGCM(content_key).decrypt(strict.unb64(parts["iv"]), sealed, protected) == PLAINTEXT


def test_each_payload_has_a_key_of_its_own() -> None:
    again = jwe.seal(PLAINTEXT, public=KEY.public, kid=KEY.kid, context=CONTEXT)
    first, second = json.loads(SEALED), json.loads(again)
    assert all(first[name] != second[name] for name in first)


def test_the_shape_is_exact_to_the_byte() -> None:
    parts = json.loads(SEALED)
    assert tuple(parts) == jwe_cases.ORDER
    assert json.dumps(parts, separators=(",", ":")).encode() == SEALED
    header = json.loads(strict.unb64(parts["protected"]))
    assert tuple(header) == ("alg", "kid", "enc", "ek", "ctx")
    assert (header["alg"], header["enc"], header["kid"]) == ("HPKE-9-KE", "A256GCM", KEY.kid)
    assert strict.unb64(header["ctx"]) == CONTEXT
    assert [len(strict.unb64(parts[name])) for name in jwe_cases.ORDER[1:]] == [48, 12, len(PLAINTEXT), 16]


def test_the_longest_payload_fits_and_one_byte_more_does_not() -> None:
    longest = bytes(jwe.PLAINTEXT_LIMIT)
    sealed = jwe.seal(longest, public=KEY.public, kid=KEY.kid, context=CONTEXT)
    assert len(sealed) <= jwe.SEALED_LIMIT
    assert opened(sealed) == longest
    with pytest.raises(MalformedError):
        jwe.seal(longest + b" ", public=KEY.public, kid=KEY.kid, context=CONTEXT)


def test_a_payload_that_is_too_long_is_refused_before_it_is_read() -> None:
    for act in (opened, jwe.recipient):
        with pytest.raises(MalformedError):
            act(SEALED + b"A" * jwe.SEALED_LIMIT)


@pytest.mark.parametrize(
    "changes",
    [
        {"public": b""},
        {"public": bytes(1216)},
        {"public": KEY.public + b"\0"},
        {"public": b"\xff" * 1216},
        {"kid": "short"},
        {"context": b""},
        {"context": bytes(33)},
    ],
    ids=repr,
)
def test_nothing_is_sealed_to_what_is_no_key_or_no_context(changes: dict[str, Any]) -> None:
    given: dict[str, Any] = {"public": KEY.public, "kid": KEY.kid, "context": CONTEXT}
    with pytest.raises(MalformedError):
        jwe.seal(PLAINTEXT, **(given | changes))


def test_a_key_is_made_of_its_seed() -> None:
    fresh = jwe.SealingKey.generate()
    again = jwe.SealingKey(fresh.private)
    assert (again.public, again.kid) == (fresh.public, fresh.kid)
    assert fresh.kid != jwe.SealingKey.generate().kid
    for length in (0, 31, 33, 96):
        with pytest.raises(MalformedError):
            jwe.SealingKey(bytes(length))


def _published() -> dict[str, Any]:
    return next(case for case in log_vectors.published(PUBLISHED) if case["alg"] == "HPKE-9-KE")


def test_the_published_key_has_the_published_thumbprint() -> None:
    jwk = _published()["jwk"]
    key = jwe.SealingKey(strict.unb64(jwk["priv"]))
    assert (strict.b64(key.public), key.kid) == (jwk["pub"], jwk["kid"])


@pytest.mark.parametrize("form", ["flattened", "compact"])
def test_the_published_payload_opens(form: str) -> None:
    case = _published()
    key = jwe.SealingKey(strict.unb64(case["jwk"]["priv"]))
    if form == "compact":
        names = ("protected", "encrypted_key", "iv", "ciphertext", "tag")
        parts = dict(zip(names, case["compact"].split("."), strict=True))
        associated = parts["protected"]
    else:
        parts = case["flattened"]
        associated = f"{parts['protected']}.{parts['aad']}"
    header = json.loads(strict.unb64(parts["protected"]))
    assert len(strict.unb64(header["ek"], length=jwe.ENCAPSULATED_BYTES)) == 1120
    content_key = key.open(
        strict.unb64(header["ek"]) + strict.unb64(parts["encrypted_key"], length=48), info=jwe._INFO
    )
    ciphertext = strict.unb64(parts["ciphertext"]) + strict.unb64(parts["tag"])
    plaintext = AESGCM(content_key).decrypt(strict.unb64(parts["iv"]), ciphertext, associated.encode())
    assert plaintext.startswith(b"You can trust us to stick with you through thick and thin")


@pytest.mark.parametrize("file", [PUBLISHED, "jose-hpke/hpke-0-to-7-jose-vectors.json"])
def test_no_published_payload_passes_for_one_of_ours(file: str) -> None:
    for case in log_vectors.published(file):
        for sealed in (case["compact"], json.dumps(case["flattened"], separators=(",", ":"))):
            with pytest.raises(MalformedError):
                opened(sealed.encode())


def test_no_published_payload_of_another_algorithm_is_read() -> None:
    published = log_vectors.published("wycheproof/json_web_encryption_test.json")
    sealed = [case["jwe"] for group in published["testGroups"] for case in group["tests"]]
    assert sealed
    for each in sealed:
        data = each.encode() if isinstance(each, str) else json.dumps(each, separators=(",", ":")).encode()
        for act in (opened, jwe.recipient):
            with pytest.raises(MalformedError):
                act(data)


def test_published_hybrid_keys_are_those_of_their_seeds() -> None:
    cases = [
        case
        for case in log_vectors.published("hpke/hpke-pq-test-vectors.json")
        if case["kem_id"] == X_WING and case["mode"] == 0
    ]
    assert cases
    for case in cases:
        assert jwe.SealingKey(bytes.fromhex(case["skRm"])).public.hex() == case["pkRm"]
