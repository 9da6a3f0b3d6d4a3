"""Whatever the bytes are, there is a report; and one changed byte is enough to be seen."""

import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handover.application.verifier import MOST_FILES, verify
from handover.application.verifier_report import MOST_FINDINGS, Findings, Rule, Severity, Verdict
from handover.domain.errors import MalformedError
from handover.domain.handover import Act
from handover.domain.sentences import sentence
from handover.protocol import evidence, strict
from handover.protocol.evidence import FIRST_LINE, Word
from paper import Author, Paper, Tale, bundle, gather, paper, signed
from stories import rules, told

STEP = 1 if os.environ.get("CI") == "true" else 7  # every byte where there is time for it
SAMPLE = 30 * STEP  # and so seldom the whole verifier is asked where its reader has refused already


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return paper(tmp_path_factory.mktemp("registry"), "gr/athens", "de/hamburg")


@pytest.fixture(scope="module")
def small(world: Paper) -> bytes:
    """The evidence of an offer that was withdrawn: the smallest round that is closed."""
    tale = withdrawn(world)
    return bundle(tale.sender, tale)


def withdrawn(world: Paper) -> Tale:
    a, b = (Author(each.node, now=each.now) for each in world.authors)
    return Tale(world, a, b).tell(Act.OFFER, Act.VOID, Act.VOID_RECEIPT)


def flipped(data: bytes, place: int) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 1 << place % 8
    return bytes(changed)


def refused_by_reader(data: bytes) -> bool:
    """The verifier calls invalid what the reader refuses, and what is not what its manifest says."""
    try:
        return bool(evidence.read(data).faults)
    except MalformedError:
        return True


def test_every_single_changed_byte_is_seen(world: Paper, small: bytes) -> None:
    assert verify([small], root=world.root).verdict is Verdict.VALID
    for place in range(0, len(small), STEP):
        changed = flipped(small, place)
        if place % SAMPLE == 0 or not refused_by_reader(changed):
            report = verify([changed], root=world.root)
            assert report.verdict is Verdict.INVALID, (place, told(report))


def test_a_file_that_ends_early_is_never_valid(world: Paper, small: bytes) -> None:
    ends = [place + 1 for place, byte in enumerate(small) if byte == 0x0A]
    for end in (*ends[:-1], *(each - 1 for each in ends), *range(0, len(small), 1009)):
        assert verify([small[:end]], root=world.root).verdict is Verdict.INVALID


@given(st.binary(max_size=200))
@example(b"")
@example(FIRST_LINE)
@example(FIRST_LINE + b"\nmanifest ")
@example(FIRST_LINE + b"\n" * 50)
def test_any_bytes_give_a_report(data: bytes) -> None:
    report = verify([data])
    assert report.verdict is Verdict.INVALID
    assert rules(report, Severity.INVALID) == {Rule.FORM}


@given(data=st.data())
@settings(max_examples=60)
def test_any_lines_that_are_signed_for_give_a_report(world: Paper, small: bytes, data: st.DataObject) -> None:
    """The exporter signs whatever it likes; the verifier still answers."""
    tale = withdrawn(world)
    lines = gather(tale.sender, tale)
    for _ in range(data.draw(st.integers(1, 3))):
        word = data.draw(st.sampled_from(list(Word)))
        some = [*lines[word], *lines[data.draw(st.sampled_from(list(Word)))], b"x"]
        text = bytearray(data.draw(st.sampled_from(some)))
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 40)))
        text[start:end] = data.draw(st.binary(max_size=20)).replace(b"\n", b"")
        place = data.draw(st.integers(0, len(lines[word])))
        lines[word][place : place + data.draw(st.integers(0, 1))] = [bytes(text) or b"y"]
    verify([signed(tale.sender, lines, tale)], root=world.root)


@given(start=st.integers(0), length=st.integers(0, 400), new=st.binary(max_size=40))
def test_any_other_file_is_invalid(world: Paper, small: bytes, start: int, length: int, new: bytes) -> None:
    start %= len(small)
    changed = small[:start] + new + small[start + length :]
    if changed != small:
        assert verify([changed], root=world.root).verdict is Verdict.INVALID


def test_there_is_at_least_one_file_and_not_too_many(world: Paper, small: bytes) -> None:
    assert rules(verify([])) >= {Rule.FORM}
    report = verify([small] * (MOST_FILES + 1), root=world.root)
    assert Rule.FORM in rules(report)
    assert verify([small, small], root=world.root).verdict is Verdict.VALID


def test_a_flood_of_findings_hides_nothing() -> None:
    findings = Findings()
    for number in range(2 * MOST_FINDINGS):
        findings.note(Rule.FORM, f"{number}", sentence("small"))
    findings.incomplete(Rule.ROUND, "here", sentence("missing"))
    findings.invalid(Rule.CHAIN, "there", sentence("false"))
    findings.invalid(Rule.CHAIN, "there too", sentence("false"))
    assert findings.verdict is Verdict.INVALID
    assert {Rule.ROUND, Rule.CHAIN} < {each.rule for each in findings.found}
    assert len(findings.found) == MOST_FINDINGS + 2


def test_what_a_report_says_is_json(world: Paper, small: bytes, tmp_path: Path) -> None:
    report = verify([small], root=world.root).to_json()
    assert list(report) == ["verdict", "root", "matters", "findings", "counts"]
    (matter,) = strict.array(report["matters"], 1)
    assert isinstance(matter, dict)
    assert {"matter", "kind", "chain", "timeline"} <= matter.keys()
    assert strict.loads(strict.dumps(report), limit=2**20) == report
