"""Reads the vectors of one chapter: `tests/vectors/CHAPTER/NAME.json`, each a case."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

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
