"""A report as people read it."""

from pathlib import Path

import pytest

from handover.application import verdict, verdict_page
from handover.application.verifier import verify
from handover.application.verifier_report import Findings, Report, Rule, Verdict
from handover.domain.handover import Act
from handover.domain.sentences import sentence
from handover.protocol import registry_set
from paper import Paper, Stage, bundle, paper


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return paper(tmp_path_factory.mktemp("registry"), "gr/athens", "de/hamburg", "es/barcelona")


def test_the_verdict_comes_first_and_every_step_follows(world: Paper) -> None:
    stage = Stage(world)
    tale = stage.tale().whole()
    report = stage.judge(bundle(stage.a, tale))
    written = verdict.text(report)
    assert written.startswith("VERDICT: VALID\n")
    assert registry_set.fingerprint(world.root) in written
    assert "Responsible by this evidence: Authority of hamburg (de/hamburg)" in written
    assert "1. Authority of athens (gr/athens) to Authority of hamburg (de/hamburg): deed 2026-" in written
    assert "ground: consent, in force 2026-" in written
    assert "        identity: names\n        best_interests: kind" in written
    assert written.count("identity: names") == 1, "the deed's fields are those of the offer"
    assert "ground and fields: as before in this round" in written
    assert "by the word of" not in written
    assert "    1. 2026-" in written
    assert written.count("RESPONSIBLE FROM HERE ON: Authority of hamburg (de/hamburg)") == 1
    assert written.count("responsible after this: ") == len(report.matters[0].timeline) - 1
    assert max(map(len, written.partition("Chain of responsibility")[2].splitlines())) <= 110
    chain = report.to_json()["matters"]
    assert "taken_up_at" in str(chain)


def test_what_is_false_stands_before_what_is_missing_and_what_is_noted(world: Paper) -> None:
    stage = Stage(world)
    tale = stage.tale(deadline=stage.a.now)
    tale.say(Act.OFFER, stage.a, deliver=False)
    written = verdict.text(stage.judge(bundle(stage.a, tale)))
    places = [
        written.index(title) for title in ("FALSE OR NOT ALLOWED", "MISSING", "WORTH KNOWING", "MATTER")
    ]
    assert places == sorted(places)
    assert "(by the word of gr/athens alone)" in written
    assert "Chain of responsibility: no deed was given" in written


def test_without_a_root_or_a_matter_the_text_says_so(world: Paper) -> None:
    assert "Pinned root: none was given" in verdict.text(verify([b"x"]))


def test_the_files_that_were_checked_are_named_with_their_digests() -> None:
    report, files = verify([b"x"]), [("a<b>.handover", "2d711642")]
    assert "  File 1: a<b>.handover, SHA-256 2d711642\n" in verdict.text(report, files)
    assert "a&lt;b&gt;.handover" in verdict_page.page(report, files)
    assert "2d711642" in verdict_page.page(report, files)


def test_a_finding_about_a_file_names_it() -> None:
    report, files = verify([b"x", b"y"]), [("same.handover", "2d71"), ("same.handover", "a1fc")]
    assert "  [form] file 2: same.handover\n" in verdict.text(report, files)
    assert "file 2: same.handover, rule" in verdict_page.page(report, files)
    assert "  File 2: same.handover, SHA-256 a1fc\n" in verdict.text(report, files)
    assert "  [form] file 2\n" in verdict.text(report)


def test_one_of_a_kind_is_counted_in_the_singular() -> None:
    counts = {"bundles": 1, "envelopes": 2, "entries": 1, "envelopes_believed": 1, "registries": 0}
    report = Report(verdict=Verdict.VALID, root=None, matters=(), findings=(), counts=counts)
    assert verdict.counted(report) == "1 bundle, 2 envelopes, 1 entry, 1 envelope believed, 0 registries"


def test_an_act_of_one_officer_names_this_officer_once() -> None:
    for act in Act:
        assert verdict.acted({"prepared": "A", "released": "A"}, act) == "officer: A"


def test_of_two_officers_is_said_what_each_did() -> None:
    two = {"prepared": "A", "released": "B"}
    for act in (Act.OFFER, Act.REFERRAL):
        assert verdict.acted(two, act) == "officers: prepared by A, released by B"
    deed = "officers: the offer was released by A, the deed countersigned by B"
    assert verdict.acted(two, Act.DEED) == deed
    assert verdict.acted(two, Act.VOID) == "officers: first A, second B"


def test_a_root_that_is_none_is_not_said_to_be_missing(world: Paper) -> None:
    stage = Stage(world)
    data = bundle(stage.a, stage.tale().tell(Act.OFFER))
    assert "Pinned root: what was given is not usable as one" in verdict.text(verify([data], root=b"x"))


def test_a_take_up_that_is_not_shown_is_said(world: Paper) -> None:
    stage = Stage(world)
    tale = stage.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE, Act.DEED)
    assert "take-up not shown" in verdict.text(stage.judge(bundle(stage.a, tale)))


def test_a_long_list_is_cut_with_the_number_that_is_left_out() -> None:
    findings = Findings()
    for number in range(250):
        findings.note(Rule.FORM, f"line {number}", sentence("text"))
    report = Report(verdict=Verdict.VALID, root=None, matters=(), findings=tuple(findings.found), counts={})
    assert "... and 50 more" in verdict.text(report)


def test_every_verdict_has_its_meaning(tmp_path: Path) -> None:
    assert set(verdict.MEANING) == set(Verdict)


def test_the_page_says_the_same_and_needs_nothing_from_elsewhere(world: Paper) -> None:
    stage = Stage(world)
    tale = stage.tale().whole()
    written = verdict_page.page(stage.judge(bundle(stage.a, tale)))
    assert "Verdict: valid" in written
    assert "Authority of athens offers Authority of hamburg" in written
    assert "best_interests: kind" in written
    assert "<script" not in written
    assert "http://" not in written
    assert "https://" not in written
    assert written.count("<tr>") == written.count("</tr>") == 6
    open_round = Stage(world).tale().tell(Act.OFFER)
    assert "No deed was given" in verdict_page.page(stage.judge(bundle(open_round.sender, open_round)))


def test_the_page_escapes_what_a_file_says() -> None:
    findings = Findings()
    findings.invalid(Rule.FORM, "<b>", sentence("<script>"))
    report = Report(verdict=Verdict.INVALID, root=None, matters=(), findings=tuple(findings.found), counts={})
    written = verdict_page.page(report)
    assert "<b>" not in written
    assert "&lt;script&gt;" in written
