"""Nodes that lie about logs and receipts: what was stored, when, and whether a log shows everybody one tree."""

from dataclasses import replace

import pytest

from handover.application.verifier_report import Rule, Severity, Verdict
from handover.domain.handover import Act
from handover.domain.ids import Digest
from handover.protocol import checkpoint, merkle, strict
from handover.protocol import evidence_lines as lines
from handover.protocol.checkpoint import Checkpoint, LogSigner
from handover.protocol.entry import EntryKind
from handover.protocol.envelope import LogHead
from handover.protocol.evidence import Word
from paper import Lines, Paper, Stage, bundle, paper
from registrar import seed
from stories import refuted, rules, told


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return paper(tmp_path_factory.mktemp("registry"), "gr/athens", "de/hamburg", "es/barcelona")


@pytest.fixture
def stage(world: Paper) -> Stage:
    return Stage(world)


def test_a_swapped_receipt_does_not_anchor(stage: Stage) -> None:
    tale = stage.tale().whole()

    def swap(found: Lines) -> None:
        found[Word.RECEIPT][0] = found[Word.RECEIPT][1]

    report = stage.judge(bundle(stage.a, tale, change=swap))
    refuted(report, Rule.UNANCHORED, Severity.INCOMPLETE)

    def swap_documents(found: Lines) -> None:
        parsed = [lines.read_receipt(text) for text in found[Word.RECEIPT]]
        parsed[0] = replace(parsed[0], document=parsed[3].document)
        found[Word.RECEIPT] = [lines.write_receipt(each) for each in parsed]

    refuted(stage.judge(bundle(stage.a, tale, change=swap_documents)), Rule.RECEIPT)


def test_an_unanchored_act_is_named(stage: Stage) -> None:
    tale = stage.tale()
    tale.say(Act.OFFER, stage.a, deliver=False)
    report = stage.judge(bundle(stage.a, tale))
    assert rules(report) == {Rule.UNANCHORED, Rule.OPEN}, told(report)


def test_a_receipt_of_a_third_node_is_refused(stage: Stage) -> None:
    tale = stage.tale()
    tale.say(Act.OFFER, stage.a, deliver=False)
    tale.deliver(tale.said[Act.OFFER], stage.c)
    refuted(stage.judge(bundle(stage.a, tale, also=[stage.c.node])), Rule.RECEIPT)


def test_an_envelope_stored_before_it_was_signed_is_refused(stage: Stage) -> None:
    tale = stage.tale()
    tale.say(Act.OFFER, stage.a, deliver=False)
    tale.deliver(tale.said[Act.OFFER], stage.b, at=tale.now - 3600)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.TIME)


def test_an_envelope_that_was_not_logged_is_named(stage: Stage) -> None:
    tale = stage.tale().whole()

    def unlog(found: Lines) -> None:
        found[Word.ENTRY] = found[Word.ENTRY][:-1]

    refuted(stage.judge(bundle(stage.a, tale, change=unlog)), Rule.ENTRY_MISSING, Severity.INCOMPLETE)


def test_an_entry_left_out_shows_as_a_gap(stage: Stage) -> None:
    tale = stage.tale().whole()
    report = stage.judge(bundle(stage.a, tale, change=lambda found: found[Word.ENTRY].pop(1)))  # type: ignore[arg-type]
    refuted(report, Rule.ENTRY_GAP, Severity.INCOMPLETE)


def test_an_envelope_left_out_is_named_by_the_log(stage: Stage) -> None:
    tale = stage.tale().whole()
    report = stage.judge(bundle(stage.a, tale, change=lambda found: found[Word.ENVELOPE].pop(2)))  # type: ignore[arg-type]
    refuted(report, Rule.ENVELOPE_MISSING, Severity.INCOMPLETE)
    assert any(tale.said[Act.ACCEPTANCE] in each.text for each in report.findings)


def test_a_log_that_shows_two_trees_is_caught(stage: Stage) -> None:
    tale = stage.tale()
    tale.tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    wrong = LogHead(size=1, root=strict.digest(b"another tree"))
    tale.say(Act.DEED, stage.a, log=wrong)
    tale.tell(Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.LOG_SPLIT)


def test_a_head_that_falls_back_is_caught(stage: Stage) -> None:
    tale = stage.tale()
    tale.tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    old = LogHead(
        size=0,
        root=Digest(
            strict.b64(bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
        ),
    )
    stage.a.enter(EntryKind.GROUND, stage.a.matter, strict.digest(b"x"), tale.now)
    tale.say(Act.QUESTION, stage.a)
    tale.say(Act.DEED, stage.a, log=old)
    tale.tell(Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.LOG_HEAD)


def test_growth_that_is_not_proved_is_named(stage: Stage) -> None:
    tale = stage.tale().whole()
    report = stage.judge(bundle(stage.a, tale, change=lambda found: found[Word.CONSISTENCY].clear()))
    refuted(report, Rule.LOG_GROWTH, Severity.INCOMPLETE)


def test_two_heads_of_one_size_are_caught(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED)
    head = stage.a.head()
    tale.say(Act.QUESTION, stage.a, log=head)
    tale.say(Act.QUESTION, stage.a, log=replace(head, root=strict.digest(b"another tree")))
    refuted(stage.judge(bundle(stage.b, tale)), Rule.LOG_SPLIT)


def test_one_proof_of_growth_is_enough(stage: Stage) -> None:
    tale = stage.tale().whole()

    def twice(found: Lines) -> None:
        found[Word.CONSISTENCY].append(found[Word.CONSISTENCY][0])

    refuted(stage.judge(bundle(stage.a, tale, change=twice)), Rule.LOG_GROWTH)


def test_a_log_that_counts_twice_is_caught(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER)
    stage.b.streams.clear()
    tale.tell(Act.VOID)
    for who in (stage.a, stage.b):
        refuted(stage.judge(bundle(who, tale)), Rule.LOG_SPLIT)


def test_a_log_that_forgets_what_was_before_is_caught(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER)
    stage.b.streams[tale.pair] = (1, strict.digest(b"another entry"))
    tale.tell(Act.VOID)
    for who in (stage.a, stage.b):
        refuted(stage.judge(bundle(who, tale)), Rule.ENTRY)


def test_a_clock_that_goes_back_is_noted(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER)
    tale.now -= 1800
    tale.deliver(tale.say(Act.VOID, stage.a, deliver=False), stage.b, at=tale.now - 1860)
    tale.now += 3600
    tale.tell(Act.VOID_RECEIPT)
    report = stage.judge(bundle(stage.a, tale))
    assert Rule.TIME in rules(report, Severity.NOTE), told(report)


def test_a_checkpoint_of_no_nodes_log_is_refused(stage: Stage) -> None:
    signer = LogSigner(origin="gr/athens/other", ed25519=seed("x"), mldsa44=seed("y"))
    tale = stage.tale()
    tale.say(Act.OFFER, stage.a, deliver=False)
    stage.b.log_signer = signer
    root = Checkpoint(origin="gr/athens/other", size=0, root=merkle.EMPTY_ROOT)
    note = lines.write_checkpoint(checkpoint.sign(root, signer, tale.now))
    report = stage.judge(bundle(stage.a, tale, change=lambda found: found[Word.CHECKPOINT].append(note)))
    refuted(report, Rule.CHECKPOINT)


@pytest.mark.parametrize(
    ("ending", "rule"), [("log/2", Rule.SUPERFLUOUS), ("log/1", Rule.CHECKPOINT), ("log/02", Rule.CHECKPOINT)]
)
def test_a_log_of_a_later_incarnation_is_signed_with_the_nodes_keys_under_its_own_name(
    stage: Stage, ending: str, rule: Rule
) -> None:
    name = str(stage.b.node)
    origin = f"{name}/{ending}"
    signer = LogSigner(origin=origin, ed25519=seed(f"{name} log"), mldsa44=seed(f"{name} log-pq"))
    tale = stage.tale()
    tale.say(Act.OFFER, stage.a, deliver=False)
    root = Checkpoint(origin=origin, size=0, root=merkle.EMPTY_ROOT)
    note = lines.write_checkpoint(checkpoint.sign(root, signer, tale.now))
    report = stage.judge(bundle(stage.a, tale, change=lambda found: found[Word.CHECKPOINT].append(note)))
    assert rules(report, Severity.INVALID) == {rule}, told(report)


def test_an_entry_of_the_nodes_own_stream_belongs_to_no_matter(stage: Stage) -> None:
    tale = stage.tale().whole()
    stage.a.enter(EntryKind.REGISTRY_ACCEPTED, "", strict.digest(stage.world.sets[0].timestamp), tale.now)
    report = stage.judge(bundle(stage.a, tale))
    assert report.verdict is Verdict.VALID, told(report)
    stage.a.enter(EntryKind.REFUSED, "", strict.digest(b"x"), tale.now)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.SUPERFLUOUS)


def test_a_contradiction_that_was_kept_is_shown(stage: Stage) -> None:
    tale = stage.tale().whole()
    stage.a.enter(EntryKind.EQUIVOCATION, tale.pair, strict.digest(b"hidden"), tale.now)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.ENVELOPE_MISSING, Severity.INCOMPLETE)


def test_an_entry_of_another_matter_does_not_belong(stage: Stage) -> None:
    tale = stage.tale().whole()
    stage.a.enter(EntryKind.GROUND, stage.b.matter, strict.digest(b"x"), tale.now)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.MATTER)


def test_two_exports_of_one_node_are_judged_together(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED)
    stage.a.enter(EntryKind.GROUND, stage.a.matter, strict.digest(b"x"), tale.now)
    earlier = bundle(stage.a, tale)
    stage.a.enter(EntryKind.EXPORTED, stage.a.matter, strict.digest(earlier), tale.now)
    tale.tell(Act.ACCEPTANCE, Act.DEED, Act.TAKE_UP_RECEIPT)
    report = stage.judge(earlier, bundle(stage.a, tale))
    assert len(report.matters) == 1
    assert report.verdict is Verdict.VALID, told(report)
    assert Rule.LOG_GROWTH in rules(report, Severity.NOTE)
    assert report.matters[0].responsible == stage.b.node
