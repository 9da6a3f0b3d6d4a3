"""The vectors of the chapter on the registry: this code agrees with them, and they with their script."""

from typing import Any

import pytest

from handover.domain.ids import NodeId
from handover.protocol import enrolment, node_entry, strict
from handover.protocol.registry_set import MetadataSet
from protocol import log_vectors
from vectors import made, make_registry, registry_cases

CHAPTERS = make_registry.chapters()


def outcome(case: dict[str, Any]) -> dict[str, Any]:
    """Return what this code makes of a case."""
    match case["input"]:
        case {"node_entry": document}:
            return _entry(document.encode())
        case {"request": request}:
            found = enrolment.read(request.encode())
            return {
                "node": found.entry.node,
                "kid": found.signed_by,
                "iat": found.iat,
                "digest": found.digest,
            }
        case {"root": root, "at": at, **parts}:
            return registry_cases.outcome(_set(dict(parts)), at=at, root=root.encode())
    raise AssertionError("a case of no known kind")


def _entry(data: bytes) -> dict[str, Any]:
    entry = node_entry.decode(data)
    return {
        "node": entry.node,
        "digest": strict.digest(data),
        "address": entry.address,
        "mandates": list(entry.mandates),
        "status": entry.status,
        "kids": [key.kid for key in entry.keys],
        "log_keys": [list(pair.texts) for pair in entry.log_keys()],
    }


def _set(parts: dict[Any, Any]) -> MetadataSet:
    return MetadataSet(
        root_chain=tuple(page.encode() for page in parts["root_chain"]),
        timestamp=parts["timestamp"].encode(),
        snapshot=parts["snapshot"].encode(),
        targets=parts["targets"].encode(),
        roles={country: page.encode() for country, page in parts["roles"].items()},
        entries={NodeId(node): entry.encode() for node, entry in parts["entries"].items()},
    )


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
