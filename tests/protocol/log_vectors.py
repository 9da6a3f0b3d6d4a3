"""Reads the vectors of the log's chapters: `tests/vectors/CHAPTER/NAME.json`, each a case."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from handover.domain.errors import UntrustedError
from handover.protocol.checkpoint import LogKey, LogSigner
from handover.protocol.cosignature import WitnessSigner
from handover.protocol.log_origin import LogOrigin

VECTORS = Path(__file__).parents[1] / "vectors"
PUBLISHED = Path(__file__).parents[3] / "shared" / "vectors"


def read(chapter: str, name: str) -> dict[str, Any]:
    """Return one case."""
    return dict(json.loads((VECTORS / chapter / f"{name}.json").read_text("utf-8")))


def cases(chapter: str, **wanted: str) -> list[Any]:
    """Return the chapter's cases whose input has these members, as parameters of a test, by name."""
    found = {path.stem: read(chapter, path.stem) for path in sorted((VECTORS / chapter).glob("*.json"))}
    return [
        pytest.param(case, id=name)
        for name, case in found.items()
        if all(case["input"].get(key) == value for key, value in wanted.items())
    ]


def published(path: str) -> Any:
    """Return a file of vectors published by others; skips the test where it is not."""
    file = PUBLISHED / path
    if not file.exists():
        pytest.skip(f"published vectors are not here: {path}")
    return json.loads(file.read_text("utf-8"))


def hashes(texts: list[str] | None) -> list[bytes]:
    """Return what base64 texts encode."""
    return [b64decode(text) for text in texts or []]


def log_key(name: str) -> LogKey:
    """Return the public keys of one of the logs of the vectors."""
    return LogKey.parse(*_logs()[name]["keys"])


def log_signer(name: str, *, incarnation: int = 1) -> LogSigner:
    """Return what signs for one of the logs of the vectors; its seeds are published with them."""
    log = _logs()[name]
    seeds = [bytes.fromhex(log[seed]) for seed in ("ed25519_seed", "mldsa44_seed")]
    origin = LogOrigin(node=LogOrigin.parse(log["origin"]).node, incarnation=incarnation)
    return LogSigner(origin=str(origin), ed25519=seeds[0], mldsa44=seeds[1])


def witness_signer(name: str) -> WitnessSigner:
    """Return what signs for a log of the vectors as a witness of other logs."""
    return WitnessSigner(log_signer(name))


def _logs() -> dict[str, Any]:
    return dict(json.loads((VECTORS / "log-keys.json").read_text("utf-8")))


def refused(case: dict[str, Any], act: Callable[[], object]) -> None:
    """Assert that *act* is refused under the name that the case gives."""
    with pytest.raises(UntrustedError) as caught:
        act()
    assert caught.value.name == case["error"]


def flips(value: bytes) -> Iterator[bytes]:
    """Yield *value* with each of its bits changed."""
    for bit in range(len(value) * 8):
        changed = bytearray(value)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def more_refusals_than_successes(chapter: str) -> bool:
    """Tell whether most of a chapter's cases are refusals."""
    found = [read(chapter, path.stem) for path in (VECTORS / chapter).glob("*.json")]
    return sum("error" in case for case in found) * 2 > len(found) > 0
