"""A file proves that a log contradicts itself, proves nothing, or is refused: decided without any node."""

import pytest

from contradicting import (
    NAMES,
    changed,
    false,
    file,
    lines,
    nothing,
    proof,
    proving,
    signed,
    stolen,
    tree,
)
from handover.application import verdict
from handover.application.verifier import verify
from handover.application.verifier_report import Report, Rule, Severity, Verdict
from handover.domain.errors import MalformedError
from handover.domain.handover import Act
from handover.protocol import contradiction, note
from handover.protocol.evidence import Word
from paper import NOW, Paper, Stage, bundle, paper
from stories import told


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return paper(tmp_path_factory.mktemp("paper"), "gr/athens", "de/hamburg", "fr/lyon")


def severities(report: Report, rule: Rule = Rule.CONTRADICTION) -> list[Severity]:
    return [each.severity for each in report.findings if each.rule is rule]


def test_what_proves_something_names_the_authority_in_plain_words(world: Paper) -> None:
    for name, (_, data) in proving(world).items():
        report = verify([data], root=world.root)
        assert report.verdict is Verdict.VALID, told(report)
        [found] = [each for each in report.findings if each.severity is Severity.PROVED]
        assert found.rule is Rule.CONTRADICTION, name
        assert "(gr/athens) signed" in found.text, name
        assert report.counts["contradictions"] == 1
        said = verdict.text(report)
        assert said.index("PROVED (1)") < said.index("WORTH KNOWING")
        witnesses = [each.text for each in report.findings if each.rule is Rule.WITNESS]
        assert any(each.startswith("de/hamburg has cosigned") for each in witnesses), name


def test_what_proves_nothing_says_so_and_accuses_nobody(world: Paper) -> None:
    for name, (_, data) in nothing(world).items():
        report = verify([data], root=world.root)
        assert report.verdict is Verdict.INCOMPLETE, name
        assert severities(report) == [Severity.INCOMPLETE], name
        [text] = [each.text for each in report.findings if each.rule is Rule.CONTRADICTION]
        assert "proves nothing" in text, name


def test_what_is_forged_or_changed_is_refused_by_name_and_accuses_nobody(world: Paper) -> None:
    refused = {name: verify([data], root=world.root) for name, (_, data) in false(world).items()}
    for name, report in refused.items():
        assert report.verdict is Verdict.INVALID, name
        assert Severity.PROVED not in severities(report), name

    def rules(name: str) -> set[Rule]:
        return {each.rule for each in refused[name].findings if each.severity is Severity.INVALID}

    assert rules("forged") == rules("changed-root") == {Rule.CHECKPOINT}
    assert rules("changed-cosignature") == {Rule.WITNESS}
    assert rules("changed-proof") == rules("proof-from-elsewhere") == {Rule.CONTRADICTION}
    assert rules("changed-registry") >= {Rule.SUPERFLUOUS}
    assert rules("proof-too-much") == {Rule.SUPERFLUOUS}
    for name in ("one-checkpoint", "disorder", "unknown-line", "no-line-feed"):
        assert rules(name) == {Rule.FORM}, name


def test_no_letter_of_a_proof_can_be_changed(world: Paper) -> None:
    """Every line is looked at, in three places each."""
    _, data = proving(world)["not-grown"]
    parts = contradiction.read(data).lines
    for word, texts in parts.items():
        for place, text in enumerate(texts):
            for at in (len(word) + 2, len(word) + 1 + len(text) // 2, -3):
                other = changed(data, word, place, at)
                report = verify([other], root=world.root)
                assert report.verdict is not Verdict.VALID, (word, place, at)
                assert Severity.PROVED not in severities(report), (word, place, at)


def test_without_the_pinned_root_nothing_is_proved(
    world: Paper, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _, data = proving(world)["two-trees"]
    other = paper(tmp_path_factory.mktemp("other"), "gr/athens", now=NOW - 10**7)
    for root, expected in ((None, Verdict.INCOMPLETE), (other.root, Verdict.INVALID)):
        report = verify([data], root=root)
        assert (report.verdict, severities(report)) == (expected, [Severity.INCOMPLETE])


def test_without_a_state_of_the_registry_nothing_is_proved(world: Paper) -> None:
    _, data = proving(world)["two-trees"]
    parts = dict(contradiction.read(data).lines)
    for word in (Word.TIMESTAMP, Word.PAGE, Word.NODE):
        parts[word] = ()
    report = verify([contradiction.write(parts)], root=world.root)
    assert (report.verdict, severities(report)) == (Verdict.INCOMPLETE, [])


def test_a_bundle_of_evidence_beside_it_is_judged_by_itself(world: Paper) -> None:
    whole = Stage(world).tale().tell(Act.OFFER, Act.VOID, Act.VOID_RECEIPT)
    shown = bundle(whole.sender, whole)
    report = verify([proving(world)["two-trees"][1], shown], root=world.root)
    assert (report.verdict, len(report.matters)) == (Verdict.VALID, 1), told(report)
    assert severities(report) == [Severity.PROVED]
    both = verify([proving(world)["two-trees"][1], false(world)["changed-root"][1]], root=world.root)
    assert both.verdict is Verdict.INVALID
    assert severities(both) == [Severity.PROVED]  # what another file has wrong takes nothing from this one


def test_a_time_beyond_all_calendars_is_told(world: Paper) -> None:
    log = world.authors[0]
    data = file(world, signed(log, tree(11)), signed(log, tree(7), 2**53 - 1))
    [found] = [each for each in verify([data], root=world.root).findings if each.severity is Severity.PROVED]
    assert "9999-12-31" in found.text


def test_who_holds_a_stolen_key_can_accuse_nobody(tmp_path_factory: pytest.TempPathFactory) -> None:
    world = paper(tmp_path_factory.mktemp("stolen"), *NAMES)
    report = verify([stolen(world)], root=world.root)
    assert (report.verdict, severities(report)) == (Verdict.INCOMPLETE, [Severity.INCOMPLETE])
    assert severities(report, Rule.KEY_COMPROMISED) == [Severity.INCOMPLETE] * 2


@pytest.mark.parametrize("helpers", [1, 2])
def test_who_holds_a_stolen_key_and_is_a_witness_himself_accuses_nobody(
    tmp_path_factory: pytest.TempPathFactory, helpers: int
) -> None:
    """One member that lies may date the word of a witness as it likes; what offices of two states saw is from then."""
    world = paper(tmp_path_factory.mktemp("helped"), *NAMES)
    report = verify([stolen(world, helpers)], root=world.root)
    assert (Severity.PROVED in severities(report)) is (helpers == 2), told(report)


def test_lines_that_a_witness_has_not_signed_are_only_noted_where_nobody_knows_it(world: Paper) -> None:
    log, hamburg, _ = world.authors
    first = signed(log, tree(7), NOW, hamburg)
    bare = note.write(note.read(first).text, note.read(first).lines[:2])
    report = verify([file(world, bare, signed(log, tree(7, other=1)))], root=world.root)
    assert (report.verdict, severities(report)) == (Verdict.VALID, [Severity.PROVED])


def test_of_lines_that_make_no_file_none_is_written(world: Paper) -> None:
    log = world.authors[0]
    made = lines(world, signed(log, tree(7)), signed(log, tree(11, other=3)), proof(tree(11, other=3), 7))
    made[Word.CHECKPOINT] *= 2
    with pytest.raises(MalformedError):
        contradiction.write(made)
