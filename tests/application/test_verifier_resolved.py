"""Deeds that two officers of their giver have resolved: they count no more, and what is wrong about it is found."""

from pathlib import Path
from typing import Any

import pytest

from handover.application.verifier_report import Report, Rule, Severity, Verdict
from handover.domain.handover import Act
from handover.domain.ids import Digest
from handover.domain.resolution import TAKE_UP_TERM
from handover.protocol import envelope as envelopes
from handover.protocol.entry import EntryKind
from paper import DAY, Paper, Stage, Tale, bundle, by, paper
from stories import refuted, rules, told

EARLY = "the deed was resolved while its receiver had still to be waited for"


def admitted(where: Path) -> Paper:
    return paper(where, "gr/athens", "de/hamburg", "es/barcelona")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return admitted(tmp_path_factory.mktemp("registry"))


@pytest.fixture
def stage(world: Paper) -> Stage:
    return Stage(world)


def given(stage: Stage, *, deliver: bool = False, **options: Any) -> Tale:
    """Give a round whose deed was given; its receiver has it or, as a rule, not."""
    tale = stage.tale(**options).tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    tale.say(Act.DEED, stage.a, deliver=deliver)
    return tale


def resolved(stage: Stage, tale: Tale, *, after: int = TAKE_UP_TERM, deliver: bool = False) -> Digest:
    """Let two officers resolve it; give the digest of the void."""
    tale.now += after
    stage.a.enter(EntryKind.RESOLVED, tale.pair, tale.said[Act.DEED], tale.now)
    said = tale.say(Act.VOID, stage.a, deliver=deliver, reason="resolved", by=by(stage.a, "ada", "cem"))
    tale.now += 3600
    return said


def judged(stage: Stage, tale: Tale, **options: Any) -> Report:
    return stage.judge(bundle(stage.a, tale, **options))


def test_an_overdue_deed_that_was_resolved_leaves_its_giver_responsible(stage: Stage) -> None:
    tale = given(stage)
    resolved(stage, tale)
    report = judged(stage, tale)
    assert report.verdict is Verdict.VALID, told(report)
    [matter] = report.matters
    assert (matter.responsible, matter.chain) == (stage.a.node, ())
    assert {Rule.OPEN, Rule.UNANCHORED} <= rules(report, Severity.NOTE)
    assert any("it counts no more" in line.text for line in matter.timeline)


def test_the_next_deed_of_the_same_number_to_somebody_else_contradicts_nothing(stage: Stage) -> None:
    first = given(stage)
    resolved(stage, first)
    second = Tale(stage.world, stage.a, stage.c, name="second", now=first.now, deadline=first.now + 86400)
    second.whole()
    report = stage.judge(bundle(stage.a, first, second))
    assert Rule.EQUIVOCATION not in rules(report), told(report)
    [matter] = report.matters
    assert (matter.responsible, [link.epoch for link in matter.chain]) == (stage.c.node, [1])


def test_a_receiver_that_closed_the_round_after_all_shows_the_same(stage: Stage) -> None:
    tale = given(stage)
    resolved(stage, tale, deliver=True)
    tale.tell(Act.VOID_RECEIPT)
    for files in ([bundle(stage.a, tale)], [bundle(stage.a, tale), bundle(stage.b, tale)]):
        report = stage.judge(*files)
        assert report.verdict is Verdict.VALID, told(report)
        assert report.matters[0].responsible == stage.a.node


def test_a_deed_that_could_still_be_taken_up_is_not_resolved(stage: Stage) -> None:
    tale = given(stage)
    resolved(stage, tale, after=2 * DAY)
    report = judged(stage, tale)
    refuted(report, Rule.RESOLVED)
    assert any(each.text == EARLY for each in report.findings)


def test_the_last_second_of_the_term_is_waited_for(stage: Stage) -> None:
    tale = given(stage)
    resolved(stage, tale, after=TAKE_UP_TERM - 1)
    assert Rule.RESOLVED in rules(judged(stage, tale))


@pytest.mark.parametrize("how", ["suspended", "compromised"])
def test_a_receiver_that_the_registry_gave_up_is_not_waited_for(tmp_path: Path, how: str) -> None:
    stage = Stage(admitted(tmp_path))
    tale = given(stage)
    tale.now += 3600
    ceremony = stage.world.registrar.ceremony
    if how == "suspended":
        ceremony.suspend(stage.b.node, now=tale.now)
    else:
        ceremony.mark_compromised(stage.b.node, stage.b.signer.kid, since=tale.now, now=tale.now)
    stage.world.publish(tale.now)
    resolved(stage, tale, after=60)
    report = judged(stage, tale)
    assert Rule.RESOLVED not in rules(report), told(report)


def test_a_log_that_does_not_say_so_is_incomplete(stage: Stage) -> None:
    tale = given(stage)
    tale.now += TAKE_UP_TERM
    tale.say(Act.VOID, stage.a, deliver=False, reason="resolved", by=by(stage.a, "ada", "cem"))
    refuted(judged(stage, tale), Rule.RESOLVED, Severity.INCOMPLETE)


def test_an_entry_without_its_void_is_incomplete_and_resolves_nothing(stage: Stage) -> None:
    tale = given(stage)
    stage.a.enter(EntryKind.RESOLVED, tale.pair, tale.said[Act.DEED], tale.now)
    report = judged(stage, tale)
    refuted(report, Rule.RESOLVED, Severity.INCOMPLETE)
    assert [link.epoch for link in report.matters[0].chain] == [1]


def test_a_take_up_that_was_refused_puts_two_in_the_place_of_one(stage: Stage) -> None:
    tale = given(stage, deliver=True)
    late = envelopes.sign(tale.envelope(Act.TAKE_UP_RECEIPT, stage.b), signer=stage.b.signer)
    resolved(stage, tale)
    report = judged(stage, tale, refused=[late])
    refuted(report, Rule.RESOLVED, Severity.INCOMPLETE)
    assert any("both may hold themselves responsible" in each.text for each in report.findings)
    assert Rule.EQUIVOCATION not in rules(report)
    assert report.matters[0].responsible == stage.a.node


def test_both_sides_together_show_who_took_up_what_was_resolved(stage: Stage) -> None:
    tale = given(stage, deliver=True)
    tale.say(Act.TAKE_UP_RECEIPT, stage.b, deliver=False)
    void = resolved(stage, tale)
    ours, theirs = bundle(stage.a, tale), bundle(stage.b, tale, refused=[tale.parts[void]])
    for files in ([theirs], [ours, theirs]):
        report = stage.judge(*files)
        refuted(report, Rule.RESOLVED, Severity.INCOMPLETE)
        assert Rule.EQUIVOCATION not in rules(report), told(report)
    [matter] = stage.judge(theirs).matters
    assert matter.responsible == stage.b.node  # by its own bundle: it has the deed, and refused the void


def test_whoever_took_up_and_closed_contradicts_itself(stage: Stage) -> None:
    tale = given(stage, deliver=True)
    resolved(stage, tale, deliver=True)
    tale.tell(Act.VOID_RECEIPT)
    late = envelopes.sign(tale.envelope(Act.TAKE_UP_RECEIPT, stage.b), signer=stage.b.signer)
    refuted(judged(stage, tale, refused=[late]), Rule.EQUIVOCATION)


def test_a_deed_that_was_taken_up_is_not_resolved_afterwards(stage: Stage) -> None:
    tale = stage.tale().whole()
    resolved(stage, tale)
    refuted(judged(stage, tale), Rule.ORDER)


def test_only_a_deed_is_resolved(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    tale.say(Act.VOID, stage.a, deliver=False, reason="resolved", by=by(stage.a, "ada", "cem"))
    refuted(judged(stage, tale), Rule.ORDER)


def test_a_second_deed_is_still_an_equivocation_where_nothing_was_resolved(stage: Stage) -> None:
    first = stage.tale().whole()
    second = Tale(stage.world, stage.a, stage.c, name="second")
    second.tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    second.say(Act.DEED, stage.a, deliver=False)
    resolved(stage, second)
    report = stage.judge(bundle(stage.a, first, second))
    assert Rule.EQUIVOCATION not in rules(report)
    third = Tale(stage.world, stage.a, stage.c, name="third").whole()
    refuted(stage.judge(bundle(stage.a, first, second, third)), Rule.EQUIVOCATION)
