"""Real bundles of whole handovers: what the verifier says of evidence that is true."""

from pathlib import Path

import pytest

import cases
from handover.application import verdict
from handover.application.reissue import Reissuer
from handover.application.sealing import Saying, Sealer
from handover.application.verifier_report import Rule, Severity, Verdict
from handover.domain.handover import Act, State
from handover.domain.record import MatterKind, schema
from stories import checked, rules, story, told

NAMES = ("gr/athens", "de/hamburg", "es/barcelona")


def test_both_sides_of_a_handover_are_valid_alone_and_together(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens).id
        taken = s.hand_over(athens, hamburg, matter)
        bundles = [s.export(athens, matter), s.export(hamburg, taken)]
        for files in (bundles[:1], bundles[1:], bundles, bundles[::-1]):
            report = checked(files, s)
            assert report.verdict is Verdict.VALID, told(report)
            (found,) = report.matters
            assert found.responsible == hamburg.id
            assert [(link.giver, link.taker, link.epoch) for link in found.chain] == [
                (athens.id, hamburg.id, 1)
            ]
            assert [line.what for line in found.timeline if line.round] == [
                "offer", "opened", "acceptance", "deed", "take-up-receipt",
            ]  # fmt: skip
        assert Rule.ONE_SIDE in rules(checked(bundles[:1], s), Severity.NOTE)
        assert Rule.ONE_SIDE not in rules(checked(bundles, s), Severity.NOTE)


def test_the_timeline_says_who_what_when_by_which_ground_and_which_fields(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens).id
        sent = s.offer(athens, hamburg, matter, fields=cases.NEEDED)
        report = checked([s.export(athens, matter)], s)
        (offer,) = [line for line in report.matters[0].timeline if line.what == "offer"]
        assert (offer.who, offer.to, offer.anchor) == (athens.id, hamburg.id, hamburg.id)
        assert offer.name == athens.registry.entry(athens.id, s.fed.clock.now).name("en")
        assert offer.fields == schema("guardianship/1").in_order(cases.NEEDED)
        assert offer.ground is not None
        assert offer.ground.basis == "consent"
        assert offer.responsible == athens.id
        assert offer.round == sent.round
        written = verdict.text(report)
        assert "best_interests: kind, date, body, outcome, reasons" in written
        assert "INCOMPLETE" in written
        assert cases.MARK not in written + str(report.to_json())


def test_an_open_round_is_incomplete_and_says_so(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens).id
        sent = s.offer(athens, hamburg, matter)
        for expected in (State.OFFERED, State.ACCEPTED):
            assert s.at(athens, sent, athens).state is expected
            report = checked([s.export(athens, matter)], s)
            assert report.verdict is Verdict.INCOMPLETE
            assert rules(report) == {Rule.OPEN}, told(report)
            if expected is State.OFFERED:
                s.open_and_accept(sent, athens, hamburg)
        s.fed.wire.down.add(hamburg.id)
        athens.offers.countersign(sent.id, actor=s.first(athens))
        s.fed.settle()
        report = checked([s.export(athens, matter)], s)
        assert rules(report) == {Rule.OPEN, Rule.UNANCHORED}, told(report)
        assert report.matters[0].responsible == athens.id


def test_a_declined_offer_is_closed_at_both_sides(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens).id
        sent = s.offer(athens, hamburg, matter)
        got = s.at(hamburg, sent, athens)
        hamburg.handovers.decline(got.id, code="no-capacity", text="full", actor=s.first(hamburg))
        s.fed.settle()
        for node, of in ((athens, matter), (hamburg, got.matter)):
            report = checked([s.export(node, of)], s)
            assert report.verdict is Verdict.VALID, told(report)
            assert report.matters[0].responsible == athens.id
            assert report.matters[0].chain == ()
            happened = [line.what for line in report.matters[0].timeline]
            assert happened.index("decline") < happened.index("void"), "what it says came before it"


def test_a_withdrawal_that_crosses_an_acceptance_is_valid(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens).id
        sent = s.offer(athens, hamburg, matter)
        s.open_and_accept(sent, athens, hamburg, settle=False)
        athens.offers.withdraw(sent.id, actor=s.first(athens))
        s.fed.settle()
        got = s.at(hamburg, sent, athens)
        assert got.state is State.CLOSED
        bundles = [s.export(athens, matter), s.export(hamburg, got.matter)]
        for files in (bundles[:1], bundles[1:], bundles):
            report = checked(files, s)
            assert report.verdict is Verdict.VALID, told(report)
            told_in_order = [line.what for line in report.matters[0].timeline]
            assert told_in_order.index("void") < told_in_order.index("void-receipt")
            if "erased" in told_in_order:
                assert told_in_order.index("erased") > told_in_order.index("void-receipt")


def test_an_offer_withdrawn_before_it_arrived_is_valid_evidence_of_a_void(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens).id
        s.fed.wire.down.add(hamburg.id)
        sent = s.offer(athens, hamburg, matter)
        athens.offers.withdraw(sent.id, actor=s.first(athens))
        s.fed.wire.down.clear()
        s.fed.clock.pass_(1000)
        s.fed.settle()
        got = s.at(hamburg, sent, athens)
        assert got.state is State.CLOSED
        report = checked([s.export(hamburg, got.matter)], s)
        assert report.verdict is Verdict.VALID, told(report)
        report = checked([s.export(athens, matter)], s)
        assert report.verdict is Verdict.VALID, told(report)


def test_an_expired_offer_is_valid_evidence_of_an_offer_that_expired(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens).id
        sent = s.offer(athens, hamburg, matter, deadline=s.fed.clock.now + 3600)
        s.fed.clock.pass_(7200)
        s.fed.settle()
        assert s.at(athens, sent, athens).state is State.VOIDED
        report = checked([s.export(athens, matter)], s)
        assert report.verdict is Verdict.VALID, told(report)


def test_a_tracing_handover_needs_no_best_interests_and_no_countersignature(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens, MatterKind.TRACING).id
        taken = s.hand_over(athens, hamburg, matter)
        for node, of in ((athens, matter), (hamburg, taken)):
            report = checked([s.export(node, of)], s)
            assert report.verdict is Verdict.VALID, told(report)
            assert report.matters[0].kind == "tracing"
            assert report.matters[0].responsible == hamburg.id


def test_a_case_that_comes_back_has_a_chain_of_two(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens).id
        taken = s.hand_over(athens, hamburg, matter)
        assert s.hand_over(hamburg, athens, taken) == matter
        for node, of in ((athens, matter), (hamburg, taken)):
            report = checked([s.export(node, of)], s)
            assert report.verdict is Verdict.VALID, told(report)
            assert [link.taker for link in report.matters[0].chain] == [hamburg.id, athens.id]
            assert report.matters[0].responsible == athens.id


def test_a_case_that_goes_on_carries_the_deeds_of_others(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES) as s:
        athens, hamburg, barcelona = s.nodes
        first = s.matter(athens).id
        second = s.hand_over(athens, hamburg, first)
        third = s.hand_over(hamburg, barcelona, second)
        of = {athens.id: first, hamburg.id: second, barcelona.id: third}
        bundles = [s.export(node, of[node.id]) for node in s.nodes]
        for files in ([bundles[1]], [bundles[2]], bundles):
            report = checked(files, s)
            assert report.verdict is Verdict.VALID, told(report)
            assert len(report.matters) == 1
            assert [link.taker for link in report.matters[0].chain] == [hamburg.id, barcelona.id]
            assert report.matters[0].responsible == barcelona.id
        assert checked(bundles[:1], s).matters[0].responsible == hamburg.id


def test_evidence_stands_after_erasure_and_holds_no_personal_value(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens).id
        taken = s.hand_over(athens, hamburg, matter)
        for node, of in ((athens, matter), (hamburg, taken)):
            with node.database.begin() as work:
                rounds = [each.id for each in work.handovers.of_matter(of)]
                work.matters.erase_matter(of, rounds)
            bundle = s.export(node, of)
            report = checked([bundle], s)
            assert report.verdict is Verdict.VALID, told(report)
            assert report.counts["records"] == 1
            assert cases.MARK.encode() not in bundle
            assert "Νίκος".encode() not in bundle


def test_a_matter_that_was_never_offered_is_valid_and_says_who_is_responsible(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, _ = s.nodes
        matter = s.matter(athens).id
        report = checked([s.export(athens, matter)], s)
        assert report.verdict is Verdict.VALID, told(report)
        assert report.matters[0].responsible == athens.id


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_lost_answers_leave_the_evidence_whole(tmp_path: Path, lost: int) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        s.fed.wire.lose_answers = lost
        matter = s.matter(athens).id
        sent = s.offer(athens, hamburg, matter)
        for _ in range(4):
            s.fed.clock.pass_(1000)
            s.fed.settle()
        s.open_and_accept(sent, athens, hamburg)
        athens.offers.countersign(sent.id, actor=s.first(athens))
        s.fed.settle()
        report = checked([s.export(athens, matter)], s)
        assert report.verdict is Verdict.VALID, told(report)


def test_questions_answers_and_arrival_stand_in_the_timeline(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens).id
        sent = s.offer(athens, hamburg, matter)
        got = s.at(hamburg, sent, athens)
        hamburg.handovers.ask(got.id, text="which school?", actor=s.first(hamburg))
        s.fed.settle()
        athens.handovers.answer(sent.id, text="none yet", actor=s.first(athens))
        s.fed.settle()
        s.open_and_accept(sent, athens, hamburg)
        athens.offers.countersign(sent.id, actor=s.first(athens))
        s.fed.settle()
        hamburg.handovers.arrival(got.id, date="2026-11-23", text="", actor=s.first(hamburg))
        s.fed.settle()
        for node, of in ((athens, matter), (hamburg, got.matter)):
            report = checked([s.export(node, of)], s)
            assert report.verdict is Verdict.VALID, told(report)
            lines = [line for line in report.matters[0].timeline if line.round]
            assert [line.what for line in lines] == [
                "offer", "question", "answer", "opened", "acceptance", "deed", "take-up-receipt", "arrival",
            ]  # fmt: skip
            (answer,) = [line for line in lines if line.what == "answer"]
            assert answer.ground is not None


def test_a_sender_that_contradicts_itself_is_shown_by_both_bundles(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens).id
        sent = s.offer(athens, hamburg, matter)
        got = s.open_and_accept(sent, athens, hamburg)
        athens.offers.countersign(sent.id, actor=s.first(athens))
        before = s.at(athens, sent, athens)
        s.fed.settle()
        # A lying node signs a void after its deed and sends it.
        sealer = Sealer(athens.vault, athens.registry)
        with athens.database.begin() as work:
            sealer.say(work, before, Saying(act=Act.VOID, re=before.offer, reason="withdrawn"))
        s.fed.settle()
        for node, of in ((athens, matter), (hamburg, s.at(hamburg, sent, athens).matter)):
            report = checked([s.export(node, of)], s)
            assert report.verdict is Verdict.INVALID
            assert Rule.EQUIVOCATION in rules(report), told(report)
        with hamburg.database.reading() as work:
            assert work.handovers.get(got).state is State.HOLDING


def test_a_restart_between_any_two_steps_changes_nothing(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens).id
        sent = s.offer(athens, hamburg, matter)
        hamburg = s.fed.reopen("de/hamburg")
        got = s.open_and_accept(sent, athens, hamburg)
        athens = s.fed.reopen("gr/athens")
        athens.offers.countersign(sent.id, actor=s.first(athens))
        s.fed.settle()
        with hamburg.database.reading() as work:
            taken = work.handovers.get(got).matter
        bundles = [s.export(athens, matter), s.export(hamburg, taken)]
        report = checked(bundles, s)
        assert report.verdict is Verdict.VALID, told(report)


def test_an_act_that_was_signed_anew_counts_once(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens).id
        s.fed.wire.down.add(hamburg.id)
        sent = s.offer(athens, hamburg, matter)
        s.fed.clock.pass_(60)
        with athens.database.begin() as work:
            (offer,) = work.envelopes.of_handover(sent.id)
            Reissuer(athens.vault, athens.registry).reissue(work, offer, standing=True)
        s.fed.wire.down.clear()
        s.fed.clock.pass_(1000)
        s.fed.settle()
        s.open_and_accept(sent, athens, hamburg)
        athens.offers.countersign(sent.id, actor=s.first(athens))
        s.fed.settle()
        got = s.at(hamburg, sent, athens)
        bundles = [s.export(athens, matter), s.export(hamburg, got.matter)]
        for files in (bundles[:1], bundles[1:], bundles):
            report = checked(files, s)
            assert report.verdict is Verdict.VALID, told(report)
            assert report.matters[0].responsible == hamburg.id
