"""Compact JWS: one algorithm and one header; every changed byte is refused; other libraries read what is written."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws as joserfc_jws
from joserfc.jwk import OKPKey
from jwcrypto import jwk as jwcrypto_jwk  # type: ignore[import-untyped]
from jwcrypto import jws as jwcrypto_jws

from handover.domain.errors import HandoverError, MalformedError, UntrustedError
from handover.protocol import jws, strict
from handover.protocol.jws import SignatureError
from protocol import log_vectors
from vectors.made import OTHER_SIGNER, SIGNER

TYPE = "handover-envelope+jwt"
TOKEN = jws.sign(b'{"act":"offer"}', typ=TYPE, signer=SIGNER)
JWK = {"kty": "OKP", "crv": "Ed25519", "x": strict.b64(SIGNER.public), "kid": SIGNER.kid}
# The points of small order in all their encodings (docs/spec/jws.md, section 5), and points that are not reduced.
UNSOUND = (
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "efffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0200000000000000000000000000000000000000000000000000000000000000",
)


def verified(token: bytes) -> bytes:
    return jws.read(token, typ=TYPE).verify(SIGNER.public)


def test_every_changed_byte_is_refused() -> None:
    for changed in log_vectors.flips(TOKEN):
        with pytest.raises(UntrustedError):
            verified(changed)


def test_every_cut_and_every_insertion_is_refused() -> None:
    for place in range(len(TOKEN)):
        for changed in (
            TOKEN[:place],
            TOKEN[:place] + TOKEN[place + 1 :],
            TOKEN[:place] + b"A" + TOKEN[place:],
        ):
            with pytest.raises(UntrustedError):
                verified(changed)


@given(st.binary() | st.text(alphabet="eyJ.-_A=", max_size=60).map(str.encode))
def test_any_bytes_raise_only_errors_of_ours(data: bytes) -> None:
    with pytest.raises(HandoverError):
        verified(data)


@given(st.binary(max_size=80))
def test_any_header_and_any_payload_raise_only_errors_of_ours(part: bytes) -> None:
    header, payload, signature = TOKEN.split(b".")
    encoded = strict.b64_ascii(part)
    for token in (
        b".".join((encoded, payload, signature)),
        b".".join((header, encoded, signature)),
        b".".join((header, payload, encoded)),
    ):
        with pytest.raises(HandoverError):
            verified(token)


@given(st.binary(max_size=300))
def test_other_libraries_verify_what_is_signed_here(payload: bytes) -> None:
    token = jws.sign(payload, typ=TYPE, signer=SIGNER).decode("ascii")
    assert joserfc(token) == payload
    assert jwcrypto(token) == payload
    assert verified(token.encode()) == payload


@pytest.mark.parametrize("oracle", ["joserfc", "jwcrypto"])
def test_other_libraries_refuse_what_is_changed(oracle: str) -> None:
    check: Callable[[str], bytes] = {"joserfc": joserfc, "jwcrypto": jwcrypto}[oracle]
    header, _, signature = TOKEN.decode().split(".")
    with pytest.raises(Exception):  # noqa: B017 (each library has errors of its own)
        check(f"{header}.{strict.b64(b'{}')}.{signature}")


def joserfc(token: str) -> bytes:
    key = OKPKey.import_key({name: JWK[name] for name in ("kty", "crv", "x")})
    return bytes(joserfc_jws.deserialize_compact(token, key, algorithms=["Ed25519"]).payload)


def jwcrypto(token: str) -> bytes:
    key = jwcrypto_jwk.JWK(**JWK)
    assert key.thumbprint() == SIGNER.kid
    checked = jwcrypto_jws.JWS()
    checked.allowed_algs = ["Ed25519", "EdDSA"]
    checked.deserialize(token, key)
    return bytes(checked.payload)


def test_a_token_signed_by_another_library_is_read_here() -> None:
    header = json.loads(strict.unb64(TOKEN.split(b".")[0]))
    private = jwcrypto_jwk.JWK(**JWK, d=strict.b64(bytes(range(32))))
    made = jwcrypto_jws.JWS(b"payload")
    made.allowed_algs = ["Ed25519", "EdDSA"]
    made.add_signature(private, protected=json.dumps(header, separators=(",", ":")))
    assert verified(made.serialize(compact=True).encode()) == b"payload"


def test_the_header_is_exact_to_the_byte() -> None:
    header = f'{{"alg":"Ed25519","typ":"{TYPE}","kid":"{SIGNER.kid}"}}'
    assert strict.unb64(TOKEN.split(b".")[0]) == header.encode()


def test_what_is_read_says_which_key_to_ask_for() -> None:
    unverified = jws.read(TOKEN, typ=TYPE)
    assert (unverified.kid, unverified.payload) == (SIGNER.kid, b'{"act":"offer"}')
    with pytest.raises(SignatureError):
        unverified.verify(OTHER_SIGNER.public)


def test_the_thumbprint_is_that_of_rfc_8037() -> None:
    public = strict.unb64("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    assert jws.kid_of_ed25519(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_the_limit_is_checked_before_anything_else() -> None:
    with pytest.raises(MalformedError, match="longer"):
        jws.read(b"." * (strict.PART_LIMIT + 1), typ=TYPE)
    with pytest.raises(MalformedError, match="longer"):
        jws.read(TOKEN, typ=TYPE, limit=len(TOKEN) - 1)
    assert jws.read(TOKEN, typ=TYPE, limit=len(TOKEN)).kid == SIGNER.kid


@pytest.mark.parametrize("point", UNSOUND)
def test_unsound_public_keys_are_refused(point: str) -> None:
    with pytest.raises(MalformedError):
        jws.check_public_key(bytes.fromhex(point))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_keys_of_another_length_are_refused(length: int) -> None:
    with pytest.raises(MalformedError):
        jws.check_public_key(bytes(length))
    with pytest.raises(MalformedError):
        jws.Ed25519Signer(bytes(length))
    with pytest.raises(SignatureError):
        jws.verify(b"", signature=bytes(64), public=bytes(length))


def test_sound_public_keys_are_taken() -> None:
    jws.check_public_key(SIGNER.public)
    jws.check_public_key(OTHER_SIGNER.public)


def test_published_ed25519_cases_have_the_published_result() -> None:
    published = log_vectors.published("wycheproof/ed25519_test.json")
    for group in published["testGroups"]:
        public = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            assert _holds(public, case) is (case["result"] == "valid"), case["tcId"]


def _holds(public: bytes, case: dict[str, Any]) -> bool:
    try:
        jws.verify(bytes.fromhex(case["msg"]), signature=bytes.fromhex(case["sig"]), public=public)
    except SignatureError:
        return False
    return True


@pytest.mark.parametrize("name", ["json_web_signature_test", "json_web_crypto_test", "json_web_key_test"])
def test_no_published_token_of_another_algorithm_is_read(name: str) -> None:
    published = log_vectors.published(f"wycheproof/{name}.json")
    tokens = [case["jws"] for group in published["testGroups"] for case in group["tests"] if "jws" in case]
    assert tokens
    for token in tokens:
        for typ in ("JWT", TYPE):
            with pytest.raises(MalformedError):
                jws.read(token.encode() if isinstance(token, str) else json.dumps(token).encode(), typ=typ)


@pytest.mark.parametrize("name", ["ML_DSA_44", "ML_DSA_65"])
def test_no_published_token_with_ml_dsa_is_read(name: str) -> None:
    token = log_vectors.published(f"jose-mldsa/{name}.jose.json")["jws"]
    with pytest.raises(MalformedError):
        jws.read(token.encode(), typ="JWT")
