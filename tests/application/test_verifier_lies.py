"""Nodes that lie about files, signatures and logs: each rule has a bundle that breaks it, signed by its exporter."""

from collections.abc import Callable

import pytest

from handover.application.verifier_report import Rule, Severity, Verdict
from handover.domain.handover import Act
from handover.domain.record import MatterKind
from handover.protocol import evidence_lines as lines
from handover.protocol import strict
from handover.protocol.entry import EntryKind
from handover.protocol.evidence import Word
from handover.protocol.jws import Ed25519Signer
from paper import Author, Lines, Paper, Stage, Tale, bundle, gather, paper, signed
from registrar import seed
from stories import refuted, told


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return paper(tmp_path_factory.mktemp("registry"), "gr/athens", "de/hamburg", "es/barcelona")


@pytest.fixture
def stage(world: Paper) -> Stage:
    return Stage(world)


def test_the_paper_tells_the_truth_when_nobody_lies(stage: Stage) -> None:
    tale = stage.tale().whole()
    for who in (stage.a, stage.b):
        report = stage.judge(bundle(who, tale))
        assert report.verdict is Verdict.VALID, told(report)
    report = stage.judge(bundle(stage.a, tale), bundle(stage.b, tale))
    assert report.verdict is Verdict.VALID, told(report)
    assert report.counts["envelopes_anchored"] == 5


def test_a_removed_line_is_named(stage: Stage) -> None:
    data = bundle(stage.a, stage.tale().whole())
    written = data.split(b"\n")
    for place in range(2, len(written) - 1):
        report = stage.judge(b"\n".join(written[:place] + written[place + 1 :]))
        refuted(report, Rule.MANIFEST)
        assert any("named and not there" in each.text for each in report.findings)


def test_reordered_lines_are_seen(stage: Stage) -> None:
    data = bundle(stage.a, stage.tale().whole())
    written = data.split(b"\n")
    for place in range(2, len(written) - 2):
        swapped = [*written[:place], written[place + 1], written[place], *written[place + 2 :]]
        refuted(stage.judge(b"\n".join(swapped)), Rule.MANIFEST)


def test_an_added_line_is_seen(stage: Stage) -> None:
    tale = stage.tale().whole()
    data = bundle(stage.a, tale)
    for line in (
        b"envelope " + tale.parts[tale.said[Act.DEED]],
        b"note hello",
        b"",
        b"receipt x",
        b"node {}",
    ):
        refuted(stage.judge(data + line + b"\n"), Rule.MANIFEST)


def test_a_manifest_of_another_node_is_refused(stage: Stage) -> None:
    tale = stage.tale().whole()
    found = gather(stage.a, tale)
    forged = signed(replace_signer(stage.a, stage.b), found, tale)
    refuted(stage.judge(forged), Rule.KEY)
    stranger = replace_signer(stage.a, stage.a)
    stranger.signer = Ed25519Signer(seed("nobody"))
    refuted(stage.judge(signed(stranger, found, tale)), Rule.KEY)


def replace_signer(author: Author, other: Author) -> Author:
    made = Author(author.node, now=author.now)
    made.signer = other.signer
    return made


def test_a_matter_of_another_kind_is_refused(stage: Stage) -> None:
    refuted(stage.judge(bundle(stage.a, stage.tale().whole(), kind=MatterKind.TRACING)), Rule.MATTER)


def test_a_part_that_nothing_names_is_superfluous(stage: Stage) -> None:
    for name in ("one", "two"):
        stage.a.enter(EntryKind.GROUND, stage.a.matter, strict.digest(name.encode()), stage.a.now)
    tale, other = stage.tale().whole(), Stage(stage.world).tale(name="other", ground_days=3)

    def more(word: Word, text: bytes) -> Callable[[Lines], None]:
        return lambda found: found[word].append(text)

    proof = lines.Consistency(size=1, path=stage.a.tree.consistency(1))
    stray = lines.write_checkpoint(stage.c.signed(1_790_000_000))
    for word, text in (
        (Word.RECORD, other.skeleton),
        (Word.CONSENT, other.token),
        (Word.CONSISTENCY, lines.write_consistency(proof)),
    ):
        refuted(stage.judge(bundle(stage.a, tale, change=more(word, text))), Rule.SUPERFLUOUS)
    report = stage.judge(bundle(stage.a, tale, change=more(Word.CHECKPOINT, stray), also=[stage.c.node]))
    refuted(report, Rule.SUPERFLUOUS)
    some = next(iter(stage.world.sets[0].entries.values()))
    entry = some.replace(b'"active"', b'"suspended"', 1)
    refuted(stage.judge(bundle(stage.a, tale, change=more(Word.NODE, entry))), Rule.SUPERFLUOUS)


@pytest.mark.parametrize("word", list(Word))
def test_a_missing_part_that_the_exporter_hides_is_named(stage: Stage, word: Word) -> None:
    """The exporter signs its manifest anew: what is missing must be told from what is there."""
    tale = stage.tale().whole()
    count = len(gather(stage.a, tale)[word])
    for place in range(count):
        report = stage.judge(bundle(stage.a, tale, change=lambda found, place=place: found[word].pop(place)))  # type: ignore[misc]
        assert report.verdict is not Verdict.VALID, (word, place)


@pytest.mark.parametrize(
    "word", [Word.ENVELOPE, Word.RECEIPT, Word.ENTRY, Word.RECORD, Word.CONSENT, Word.CHECKPOINT]
)
def test_a_part_cannot_be_changed_even_by_the_exporter(stage: Stage, word: Word) -> None:
    tale = stage.tale().whole()
    for place in range(len(gather(stage.a, tale)[word])):

        def change(found: Lines, place: int = place) -> None:
            text = bytearray(found[word][place])
            text[len(text) // 3] ^= 1
            found[word][place] = bytes(text)

        assert stage.judge(bundle(stage.a, tale, change=change)).verdict is not Verdict.VALID


def test_an_envelope_signed_with_another_nodes_key_is_refused(stage: Stage) -> None:
    tale = stage.tale()
    tale.tell(Act.OFFER)
    tale.say(Act.DECLINE, stage.b, signer=stage.a.signer)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.KEY)


def test_an_envelope_between_others_does_not_belong(stage: Stage) -> None:
    tale = Tale(stage.world, stage.b, stage.c).whole()
    foreign = tale.parts[tale.said[Act.OFFER]]
    own = stage.tale().whole()
    report = stage.judge(bundle(stage.a, own, change=lambda found: found[Word.ENVELOPE].append(foreign)))
    refuted(report, Rule.MATTER)


def test_an_unknown_schema_and_a_letter_to_oneself_do_not_belong(stage: Stage) -> None:
    for changes in ({"schema": "asylum/1"}, {"aud": stage.a.node}):
        tale = Stage(stage.world).tale()
        tale.say(Act.OFFER, tale.sender, deliver=False, **changes)
        refuted(stage.judge(bundle(tale.sender, tale)), Rule.MATTER)


def test_a_skeleton_with_a_disclosure_behind_it_is_refused_even_if_the_offer_names_it(stage: Stage) -> None:
    """No value stands in evidence, whatever its exporter signs."""
    tale = stage.tale()
    disclosure = strict.b64(b'["AAAAAAAAAAAAAAAAAAAAAA","a name"]').encode()
    tale.skeleton += b"~" + disclosure
    refuted(stage.judge(bundle(stage.a, tale.whole())), Rule.FORM)


def test_a_far_number_of_the_chain_costs_no_more_than_a_near_one(stage: Stage) -> None:
    tale = stage.tale(epoch=2**31 - 1).whole()
    report = stage.judge(bundle(stage.a, tale))
    refuted(report, Rule.CHAIN_GAP, Severity.INCOMPLETE)
    (gap,) = [each.text for each in report.findings if each.rule is Rule.CHAIN_GAP]
    assert gap == "the deeds number 1 to 2147483646 of the chain are missing"
