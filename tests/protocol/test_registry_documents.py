"""The chapter on the registry shows what the vectors hold, and names every limit, word and refusal."""

import re
from pathlib import Path

import pytest

from handover.adapters import drafts, files, holder_keys, registry_client
from handover.application import registry
from handover.domain.errors import HandoverError
from handover.protocol import (
    enrolment,
    node_entry,
    node_key,
    registry_files,
    registry_metadata,
    registry_set,
    strict,
)
from handover.protocol.node_entry import Mandate, NodeStatus
from handover.protocol.node_key import ALGORITHM, LENGTH, KeyStatus, KeyUse
from protocol import log_vectors

CHAPTER = (Path(__file__).parents[2] / "docs" / "spec" / "registry.md").read_text("utf-8")
EXAMPLE = re.compile(r"<!-- example: (\S+)/(\S+) (\S+) -->\n```\n(.*?)\[\.\.\.\]\n```\n", re.DOTALL)


def test_examples_are_vectors() -> None:
    found = EXAMPLE.findall(CHAPTER)
    assert len(found) == CHAPTER.count("<!-- example") > 0
    for chapter, name, place, text in found:
        value: object = log_vectors.read(chapter, name)
        for key in place.split("."):
            assert isinstance(value, dict)
            value = value[key]
        assert str(value).startswith(text)


@pytest.mark.parametrize(
    "module",
    [
        enrolment,
        node_entry,
        node_key,
        registry_metadata,
        registry_set,
        registry,
        drafts,
        files,
        holder_keys,
        registry_client,
    ],
)
def test_every_refusal_is_described(module: object) -> None:
    table = CHAPTER.partition("## 8. Refusals")[2]
    for error in vars(module).values():
        if isinstance(error, type) and issubclass(error, HandoverError):
            own = error.__module__ == getattr(module, "__name__", "")
            assert not own or f"`{error.name}`" in table


def test_every_word_of_an_entry_is_described() -> None:
    members = node_entry.encode(node_entry.decode(_entry())).decode()
    for name in set(re.findall(r'"([a-z_]+)":', members)) - {"en"}:
        assert f"`{name}`" in CHAPTER or f'"{name}"' in CHAPTER
    for word in (*Mandate, *NodeStatus, *KeyStatus, *KeyUse, *ALGORITHM.values()):
        assert f"`{word}`" in CHAPTER
    assert f"`{node_entry.FORMAT}`" in CHAPTER
    assert f"`{enrolment.FORMAT}`" in CHAPTER
    assert f"`{enrolment.TYPE}`" in CHAPTER


def _entry() -> bytes:
    case = log_vectors.read("node-entry", "all-keys")
    return str(case["input"]["node_entry"]).encode()


def test_limits_are_those_of_the_code() -> None:
    def spaced(number: int) -> str:
        return f"{number:,}".replace(",", " ")

    text = " ".join(CHAPTER.split())
    for phrase in (
        f"root {spaced(registry_metadata.ROOT_LIMIT)} bytes",
        f"timestamp {spaced(registry_metadata.TIMESTAMP_LIMIT)}, snapshot {spaced(registry_metadata.SNAPSHOT_LIMIT)}",
        f"country pages {spaced(registry_metadata.TARGETS_LIMIT)}",
        f"at most {spaced(strict.PART_LIMIT)} bytes",
        f"at most {spaced(enrolment.LIMIT)} bytes",
        f"1 to {registry_set.LONGEST_CHAIN} pages",
        f"*at* + {registry_set.SKEW}",
        f"at most {node_entry.MOST_KEYS} |",
        f"{LENGTH[KeyUse.LOG_PQ]} bytes",
    ):
        assert phrase in text, phrase
    assert registry_files.ENTRY_LIMIT == strict.PART_LIMIT
    assert registry.FRESH == 24 * 3600
    assert node_key.LONGEST_LIFE == 10 * 366 * 86_400


def test_file_names_are_those_of_the_code() -> None:
    for name in ("timestamp.json", "N.root.json", "N.snapshot.json", "N.targets.json", "N.CC.json"):
        assert f"`{name}`" in CHAPTER
    assert "`nodes/CC/SHA256.SLUG.json`" in CHAPTER
