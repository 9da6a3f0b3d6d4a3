"""The chapters on names, acts, consent, assertions and threats show what the vectors hold and the code does."""

import re
from typing import Any

import pytest

from handover.domain import statistics as domain_statistics
from handover.domain import suppression
from handover.domain.consent import LONGEST_GROUND, Basis, Onward, Purpose
from handover.domain.errors import HandoverError
from handover.domain.handover import Act, DeclineReason
from handover.protocol import (
    assertion,
    bodies,
    consent,
    digest_tree,
    envelope,
    message,
    part_schemas,
    passkey,
    reconciliation,
    reconciliation_answer,
    statement,
    statistics,
)
from handover.protocol.node_entry import Mandate
from handover.protocol.node_key import KeyUse
from protocol import log_vectors
from protocol.test_log_documents import EXAMPLE, SPEC, shown

NAMES = (
    "names",
    "envelope",
    "payload",
    "consent",
    "messages",
    "assertion",
    "statistics",
    "reconciliation",
    "threats",
)
CHAPTERS = {name: (SPEC / f"{name}.md").read_text("utf-8") for name in NAMES}


@pytest.mark.parametrize("chapter", NAMES)
def test_examples_are_vectors(chapter: str) -> None:
    examples = EXAMPLE.findall(CHAPTERS[chapter])
    assert len(examples) == CHAPTERS[chapter].count("<!-- example")
    assert examples or chapter == "threats"
    for folder, name, place, text in examples:
        value: Any = log_vectors.read(folder, name)
        for key in place.split("."):
            value = value[key]
        assert text == shown(value), (name, place)


@pytest.mark.parametrize(
    ("chapter", "module"),
    [
        ("envelope", envelope),
        ("payload", message),
        ("payload", bodies),
        ("consent", consent),
        ("assertion", passkey),
        ("statistics", suppression),
        ("reconciliation", reconciliation_answer),
    ],
)
def test_every_refusal_is_named(chapter: str, module: object) -> None:
    raised = [
        each for each in vars(module).values() if isinstance(each, type) and issubclass(each, HandoverError)
    ]
    names = {each.name for each in raised} - {"untrusted", "refused"}
    assert {name for name in names if f"`{name}`" not in CHAPTERS[chapter]} == set()


def rows(chapter: str, heading: str) -> list[str]:
    """Give the first column of the first table behind a heading."""
    table = CHAPTERS[chapter].partition(heading)[2].partition("| --- |")[2].partition("\n\n")[0]
    return re.findall(r"^\| (.+?) \|", table, re.MULTILINE)


def test_members_stand_in_their_order() -> None:
    assert rows("envelope", "## 2. Members") == [f"`{name}`" for name in envelope._MEMBERS]
    joined = ", ".join(rows("consent", "## 3. The token"))
    assert joined == ", ".join(f"`{name}`" for name in consent._MEMBERS)
    assert rows("assertion", "## 2. The statement") == [f"`{name}`" for name in statement.MEMBERS]
    assert rows("assertion", "## 4. The attestation") == [f"`{name}`" for name in assertion.CLAIMS]
    assert rows("assertion", "## 5. The assertion") == [f"`{name}`" for name in assertion.MEMBERS]
    assert rows("statistics", "## 4. The part") == [f"`{name}`" for name in statistics.MEMBERS]
    for heading, members in (
        ("## 3. The question", reconciliation.MEMBERS),
        ("A part is what the asker holds", reconciliation.PART_MEMBERS),
        ("## 4. The answer", reconciliation_answer.MEMBERS),
        ("A part has the members", reconciliation_answer.TOLD_MEMBERS[len(reconciliation.PART_MEMBERS) :]),
        ("or `null` |\n\n| member of a message", reconciliation_answer.LISTED_MEMBERS),
    ):
        assert rows("reconciliation", heading) == [f"`{name}`" for name in members]
    assert rows("payload", "## 1. Plaintext") == [
        f"`{name}`" for name in ("record", "consent", "evidence", "nonce", "body")
    ]


def test_every_act_has_its_place() -> None:
    said = rows("payload", "## 2. Bodies")
    assert {act.value for act in bodies._BODIES} == set(re.findall(r"`([a-z-]+)`", " ".join(said)))
    headings = set(re.findall(r"^### ([a-z-]+)$", CHAPTERS["messages"], re.MULTILINE))
    outside = {name.strip("`") for name in rows("messages", "## 3. Acts outside")}
    assert headings | outside == set(Act)


def test_every_word_is_named() -> None:
    for word in (*Purpose, *Mandate, *KeyUse):
        assert f"`{word}`" in CHAPTERS["names"]
    for word in (*Basis, *Onward, *Purpose):
        assert f"`{word}`" in CHAPTERS["consent"]
    for word in statement.AssertedAct:
        assert f"`{word}`" in CHAPTERS["assertion"]
    for subject, tables in domain_statistics.TABLES.items():
        assert f"`{subject}`" in CHAPTERS["statistics"]
        for table in tables:
            assert f"| `{table.name}` |" in CHAPTERS["statistics"]
            for cell in table.cells_of(()):
                assert f"`{cell}`" in CHAPTERS["statistics"] or cell.startswith("declined-")
    for word in DeclineReason:
        assert f"`{word}`" in CHAPTERS["messages"]


def test_limits_are_those_of_the_code() -> None:
    def spaced(number: int) -> str:
        return f"{number:,}".replace(",", " ")

    assert f"{spaced(message.PAYLOAD_LIMIT)} bytes" in CHAPTERS["payload"]
    assert f"whole number of {spaced(message.STEP)} bytes" in CHAPTERS["payload"]
    assert f"At most {message.EVIDENCE_LIMIT} parts" in CHAPTERS["payload"]
    assert f"1 to {spaced(bodies.LONGEST_TEXT)} characters" in CHAPTERS["payload"]
    assert f"1 to {bodies.LONGEST_NAME} characters" in CHAPTERS["payload"]
    assert f"1 to {spaced(envelope.LARGEST_COUNT)}" in CHAPTERS["envelope"]
    assert f"more than {envelope.FUTURE} seconds ahead" in CHAPTERS["envelope"]
    assert f"{LONGEST_GROUND // 86400} days ({spaced(LONGEST_GROUND)} seconds)" in CHAPTERS["consent"]
    assert f"at most {spaced(passkey.CLIENT_DATA_LIMIT)} bytes" in CHAPTERS["assertion"]
    assert f"at most {spaced(assertion.DOCUMENT_LIMIT)} bytes" in CHAPTERS["assertion"]
    assert f"exactly {passkey.AUTHENTICATOR_DATA_BYTES} bytes" in CHAPTERS["assertion"]
    assert f"at most {passkey.SIGNATURE_LIMIT} bytes" in CHAPTERS["assertion"]
    assert f"{statement.TERM} seconds" in CHAPTERS["assertion"]
    assert f"fewer than **{suppression.THRESHOLD}** different children" in CHAPTERS["statistics"]
    assert f"at most {reconciliation.LIMIT:,} bytes" in CHAPTERS["reconciliation"]
    assert f"at most {reconciliation_answer.LIMIT:,} bytes" in CHAPTERS["reconciliation"]
    assert f"from 1 to {reconciliation.MOST_PARTS} parts" in CHAPTERS["reconciliation"]
    assert f"at most {digest_tree.LISTED} digests" in CHAPTERS["reconciliation"]
    assert f"at most {statistics.MOST_SUBJECTS} objects" in CHAPTERS["statistics"]
    assert f"at most {statistics.MOST_TABLES} tables" in CHAPTERS["statistics"]
    assert f"at most {statistics.MOST_CELLS} cells" in CHAPTERS["statistics"]
    assert f"at most {statistics.LONGEST_WORD} characters" in CHAPTERS["statistics"]
    assert f"at most {statistics.LARGEST_THRESHOLD} |" in CHAPTERS["statistics"]
    question = log_vectors.read("payload", "question")["steps"]
    size, spaces = question["bytes"], question["padded"] - question["bytes"]
    assert f"These are {size} bytes; behind them stand {spaces} spaces." in CHAPTERS["payload"]


def test_every_published_schema_is_named_in_a_chapter() -> None:
    named = "".join(CHAPTERS.values()) + (SPEC / "federation.md").read_text("utf-8")
    for name in part_schemas.documents():
        assert f"schemas/{name}" in named, name
