"""The vectors of the chapters strict, jws, jwe and record: this code agrees with them, and they with their script."""

from typing import Any

import pytest

from handover.domain.record import to_wire
from handover.protocol import jwe, jws, sdjwt, strict
from protocol import log_vectors
from vectors import made, make

CHAPTERS = make.chapters()


def outcome(case: dict[str, Any]) -> dict[str, Any]:
    """Give what this code makes of a case."""
    match case["input"]:
        case {"json": document}:
            return _document(document.encode())
        case {"json_hex": document}:
            return _document(bytes.fromhex(document))
        case {"base64url": text}:
            return {"hex": strict.unb64(text).hex()}
        case {"base64": text}:
            return {"hex": strict.unb64std(text).hex()}
        case {"jws": token, "typ": typ, "public_hex": public}:
            signed = jws.read(token.encode(), typ=typ)
            return {"kid": signed.kid, "payload_hex": signed.verify(bytes.fromhex(public)).hex()}
        case {"jwe": sealed, "private_hex": private, "context_hex": context}:
            return _opened(sealed.encode(), bytes.fromhex(private), bytes.fromhex(context))
        case {"presentation": presentation, "public_hex": public}:
            return _record(presentation.encode(), bytes.fromhex(public))
    raise AssertionError("a case of no known kind")


def _document(data: bytes) -> dict[str, Any]:
    return {"compact": strict.dumps(strict.loads(data)).decode("utf-8")}


def _opened(sealed: bytes, private: bytes, context: bytes) -> dict[str, Any]:
    key = jwe.SealingKey(private)
    plaintext = jwe.open_sealed(sealed, opener=key, context=context)
    return {"kid": jwe.recipient(sealed), "plaintext": plaintext.decode("ascii")}


def _record(presentation: bytes, public: bytes) -> dict[str, Any]:
    unverified = sdjwt.read(presentation)
    verified = unverified.verify(public)
    return {
        "kid": unverified.kid,
        "issuer": verified.issuer,
        "jti": verified.jti,
        "iat": verified.iat,
        "schema": verified.schema.name,
        "matter": verified.matter,
        "record": verified.digest,
        "values": {path: to_wire(value) for path, value in verified.values.items()},
    }


@pytest.mark.parametrize("case", [case for chapter in CHAPTERS for case in log_vectors.cases(chapter)])
def test_the_code_agrees_with_the_vectors(case: dict[str, Any]) -> None:
    if "error" in case:
        log_vectors.refused(case, lambda: outcome(case))
    else:
        assert outcome(case) == case["expected"]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_vectors_are_as_their_script_makes_them(chapter: str) -> None:
    kept = {path.stem: path.read_text("utf-8") for path in (made.FOLDER / chapter).glob("*.json")}
    assert kept == {name: made.text(case) for name, case in CHAPTERS[chapter].items()}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_most_vectors_are_refusals(chapter: str) -> None:
    assert log_vectors.more_refusals_than_successes(chapter)
