"""Nodes that lie about what was said, in which order, and what was left out."""

import itertools

import pytest

from handover.application.verifier_report import Report, Rule, Severity, Verdict
from handover.domain.handover import Act
from handover.protocol import act_members, strict
from handover.protocol import envelope as envelopes
from handover.protocol.envelope import Sealed
from handover.protocol.evidence import Word
from paper import DAY, Paper, Stage, Tale, bundle, gather, paper, signed
from stories import refuted, rules, told


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return paper(tmp_path_factory.mktemp("registry"), "gr/athens", "de/hamburg", "es/barcelona")


@pytest.fixture
def stage(world: Paper) -> Stage:
    return Stage(world)


def test_a_gap_in_the_numbers_is_named(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED)
    tale.spoken[stage.b.node] = (3, strict.digest(b"hidden"))
    tale.tell(Act.ACCEPTANCE, Act.DEED, Act.TAKE_UP_RECEIPT)
    report = stage.judge(bundle(stage.a, tale))
    refuted(report, Rule.SEQUENCE_GAP, Severity.INCOMPLETE)
    assert any("envelope 2 to 3 of de/hamburg" in each.text for each in report.findings)


def test_a_false_predecessor_is_refused(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED)
    tale.spoken[stage.b.node] = (1, strict.digest(b"another"))
    tale.tell(Act.ACCEPTANCE, Act.DEED, Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.SEQUENCE)


def test_two_envelopes_with_one_number_prove_equivocation(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    other = tale.envelope(Act.VOID, stage.a)
    contradiction = envelopes.sign(other, signer=stage.a.signer)
    tale.tell(Act.DEED, Act.TAKE_UP_RECEIPT)
    report = stage.judge(bundle(stage.b, tale, refused=[contradiction]))
    refuted(report, Rule.EQUIVOCATION)


def test_a_deed_and_a_void_of_one_round_prove_equivocation(stage: Stage) -> None:
    tale = stage.tale().whole()
    contradiction = envelopes.sign(tale.envelope(Act.VOID, stage.a), signer=stage.a.signer)
    refuted(stage.judge(bundle(stage.b, tale, refused=[contradiction])), Rule.EQUIVOCATION)


def test_another_predecessor_than_the_one_that_came_proves_equivocation(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER)
    other = tale.envelope(Act.QUESTION, stage.a, prev=strict.digest(b"another offer"))
    contradiction = envelopes.sign(other, signer=stage.a.signer)
    refuted(stage.judge(bundle(stage.b, tale, refused=[contradiction])), Rule.EQUIVOCATION)


def test_a_refused_second_deed_proves_equivocation(stage: Stage) -> None:
    tale = stage.tale().whole()
    other = Stage(stage.world).tale(name="other").whole()
    deed = other.parts[other.said[Act.DEED]]
    refuted(stage.judge(bundle(stage.b, tale, refused=[deed])), Rule.EQUIVOCATION)


def test_two_deeds_of_one_epoch_prove_equivocation(stage: Stage) -> None:
    tale = stage.tale().whole()
    second = Tale(stage.world, stage.a, stage.c, name="second").whole()
    report = stage.judge(bundle(stage.a, tale, second))
    refuted(report, Rule.EQUIVOCATION)


def test_an_answer_to_something_else_is_refused(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    tale.say(Act.DEED, stage.a, re=tale.said[Act.OPENED])
    tale.tell(Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.ANSWER)


def test_a_round_of_two_epochs_is_refused(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    tale.say(Act.DEED, stage.a, epoch=2)
    tale.tell(Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.ROUND)


def test_a_receiver_that_voids_is_refused(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER)
    tale.say(Act.VOID, stage.b)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.ROUND)


@pytest.mark.parametrize("came", [True, False])
def test_what_never_came_binds_nobody_who_was_restored_since(stage: Stage, *, came: bool) -> None:
    """A second acceptance of a later incarnation contradicts the first, if anybody shows that this has arrived."""
    tale = stage.tale().tell(Act.OFFER, Act.OPENED)
    tale.say(Act.ACCEPTANCE, stage.b, deliver=came)
    tale.say(Act.ACCEPTANCE, stage.b, incarnation=2)
    report = stage.judge(bundle(stage.b, tale))
    assert (Rule.EQUIVOCATION in rules(report, Severity.INVALID)) is came, told(report)
    tale.say(Act.ACCEPTANCE, stage.b, incarnation=2)  # of one incarnation two are one too many
    refuted(stage.judge(bundle(stage.b, tale)), Rule.EQUIVOCATION)


def test_an_incarnation_that_falls_is_refused(stage: Stage) -> None:
    tale = stage.tale()
    tale.say(Act.OFFER, stage.a, incarnation=2)
    tale.tell(Act.ACCEPTANCE, Act.DEED, Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.INCARNATION)


def test_a_reissue_that_says_something_else_is_refused(stage: Stage) -> None:
    def reissued(**changes: object) -> Report:
        fresh = Stage(stage.world)
        tale = fresh.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
        deed = tale.say(Act.DEED, fresh.a, deliver=False)
        old = envelopes.read(tale.parts[deed]).claimed
        again = tale.envelope(Act.DEED, fresh.a, **{"replaces": deed, "payload": old.payload, **changes})
        tale.said[Act.DEED] = tale.put(again, envelopes.sign(again, signer=fresh.a.signer), fresh.a)
        tale.tell(Act.TAKE_UP_RECEIPT)
        return fresh.judge(bundle(fresh.a, tale))

    report = reissued()
    assert report.verdict is Verdict.VALID, told(report)
    other = strict.digest(b"other")
    refuted(reissued(payload=Sealed(digest=other, commit=other)), Rule.REISSUE)
    refuted(reissued(replaces=strict.digest(b"nothing")), Rule.ENVELOPE_MISSING, Severity.INCOMPLETE)


def test_a_deed_signed_anew_after_its_time_counts_from_its_first_form(stage: Stage) -> None:
    tale = stage.tale(ground_days=1, deadline=stage.a.now + DAY).tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    deed = tale.say(Act.DEED, stage.a, deliver=False)
    old = envelopes.read(tale.parts[deed]).claimed
    tale.now += 3 * DAY
    again = tale.envelope(Act.DEED, stage.a, replaces=deed, payload=old.payload)
    tale.said[Act.DEED] = tale.put(again, envelopes.sign(again, signer=stage.a.signer), stage.a)
    tale.tell(Act.TAKE_UP_RECEIPT)
    report = stage.judge(bundle(stage.a, tale))
    assert report.verdict is Verdict.VALID, told(report)
    # The receiver never had the first form, and cannot show when the deed was decided.
    without = tale.parts.pop(deed)
    report = stage.judge(bundle(stage.b, tale))
    assert report.verdict is Verdict.VALID, told(report)
    assert {Rule.SEQUENCE_GAP, Rule.ENVELOPE_MISSING} <= rules(report, Severity.NOTE)
    tale.parts[deed] = without


def test_an_offer_signed_anew_in_the_last_second_counts_from_its_first_form(stage: Stage) -> None:
    tale = stage.tale(deadline=stage.a.now + DAY)
    offer = tale.say(Act.OFFER, stage.a, deliver=False)
    old = envelopes.read(tale.parts[offer]).claimed
    assert old.deadline is not None
    tale.now = old.deadline
    again = tale.envelope(Act.OFFER, stage.a, replaces=offer, payload=old.payload, deadline=old.deadline)
    tale.said[Act.OFFER] = tale.put(again, envelopes.sign(again, signer=stage.a.signer), stage.a)
    tale.now += 1
    tale.tell(Act.VOID, Act.VOID_RECEIPT)
    for who in (stage.a, stage.b):
        report = stage.judge(bundle(who, tale))
        assert report.verdict is Verdict.VALID, told(report)
        without = tale.parts.pop(offer, None)  # the receiver never had the first form
    assert without is None


def test_a_deed_without_an_acceptance_is_refused(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED)
    tale.say(Act.DEED, stage.a, re=strict.digest(b"no acceptance"))
    tale.tell(Act.TAKE_UP_RECEIPT)
    for who in (stage.a, stage.b):
        report = stage.judge(bundle(who, tale))
        refuted(report, Rule.ANSWER)
        assert Rule.ORDER in rules(report)


MOVES = [Act.OFFER, Act.ACCEPTANCE, Act.DECLINE, Act.DEED, Act.VOID, Act.TAKE_UP_RECEIPT, Act.VOID_RECEIPT]
HONEST = {
    (Act.OFFER, Act.ACCEPTANCE, Act.DEED, Act.TAKE_UP_RECEIPT),
    (Act.OFFER, Act.DECLINE, Act.VOID, Act.VOID_RECEIPT),
    (Act.OFFER, Act.ACCEPTANCE, Act.VOID, Act.VOID_RECEIPT),
    (Act.OFFER, Act.VOID, Act.VOID_RECEIPT),
}


@pytest.mark.parametrize("length", [2, 3, 4])
def test_only_what_the_tables_have_is_valid(stage: Stage, length: int) -> None:
    """All sequences of up to four different moving acts, from both sides; four of them are whole and true."""
    good = set()
    for acts in itertools.permutations(MOVES, length):
        if acts[0] is not Act.OFFER or (length == 4 and Act.OFFER in acts[1:]):
            continue
        fresh = Stage(stage.world)
        tale = fresh.tale()
        for act in acts:
            who = fresh.a if act in (Act.OFFER, Act.DEED, Act.VOID) else fresh.b
            answered = tale.envelope(act, who).re
            if answered is None and "re" in act_members.REQUIRED[act]:
                answered = strict.digest(b"never said")
            tale.say(act, who, re=answered)
            tale.now += 60
        if all(fresh.judge(bundle(who, tale)).verdict is Verdict.VALID for who in (fresh.a, fresh.b)):
            good.add(acts)
    assert good == {acts for acts in HONEST if len(acts) == length}


def test_an_offer_by_a_node_that_is_not_responsible_is_refused(stage: Stage) -> None:
    first = stage.tale().whole()
    again = stage.tale(name="second", epoch=2, now=first.now, deadline=first.now + DAY)
    again.tell(Act.OFFER)
    refuted(stage.judge(bundle(stage.a, first, again)), Rule.CHAIN)


def test_a_missing_deed_of_the_chain_is_named(stage: Stage) -> None:
    tale = stage.tale(epoch=2).whole()
    refuted(stage.judge(bundle(stage.a, tale)), Rule.CHAIN_GAP, Severity.INCOMPLETE)


def test_a_deed_from_before_must_lead_to_who_offers(stage: Stage) -> None:
    before = Tale(stage.world, stage.c, stage.a, name="before").whole()
    other = Stage(stage.world)
    wrong = Tale(other.world, other.c, other.b, name="wrong").whole()
    tale = stage.tale(epoch=2, now=before.now, deadline=before.now + DAY).whole()
    good, bad = (each.parts[each.said[Act.DEED]] for each in (before, wrong))
    report = stage.judge(bundle(stage.b, tale, deeds=[good]))
    assert Rule.CHAIN not in rules(report), told(report)
    refuted(stage.judge(bundle(stage.b, tale, deeds=[bad])), Rule.CHAIN)


def test_a_cut_tail_is_found_with_the_other_sides_bundle(stage: Stage) -> None:
    first = stage.tale().tell(Act.OFFER, Act.DECLINE, Act.VOID, Act.VOID_RECEIPT)
    cut = bundle(stage.a, first, at=first.now)
    second = stage.tale(name="second", now=first.now, deadline=first.now + DAY).whole()
    hidden = gather(stage.a, first, second)
    shown = gather(stage.a, first)
    # The log is shown as it is now; the entries, envelopes and receipts of the second round are left out.
    shown[Word.ENTRY] = hidden[Word.ENTRY][: len(shown[Word.ENVELOPE])]
    late = signed(stage.a, shown, second)
    assert stage.judge(late).verdict is Verdict.VALID, told(stage.judge(late))
    other = bundle(stage.b, first, second)
    refuted(stage.judge(late, other), Rule.OMITTED)
    report = stage.judge(cut, other)
    refuted(report, Rule.OMITTED, Severity.INCOMPLETE)
    assert Rule.OMITTED not in rules(report, Severity.INVALID), told(report)
    assert Rule.ONE_SIDE in rules(stage.judge(late), Severity.NOTE)


def test_bundles_of_different_matters_are_judged_apart(stage: Stage) -> None:
    one = stage.tale().whole()
    other = Stage(stage.world)
    other.a.matter = stage.b.matter
    two = other.tale(name="two").whole()
    report = stage.judge(bundle(stage.a, one), bundle(other.a, two))
    assert len(report.matters) == 2
    assert report.verdict is Verdict.VALID, told(report)


def test_a_missing_take_up_in_the_middle_is_named(stage: Stage) -> None:
    first = stage.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE, Act.DEED)
    back = Tale(stage.world, stage.b, stage.a, name="back", epoch=2, now=first.now, deadline=first.now + DAY)
    refuted(stage.judge(bundle(stage.b, first, back.whole())), Rule.CHAIN_GAP, Severity.INCOMPLETE)


def test_what_never_reached_the_other_side_may_not_have_been_left_out(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER)
    one = bundle(stage.a, tale)
    tale.say(Act.OPENED, stage.b, deliver=False)
    report = stage.judge(one, bundle(stage.b, tale))
    refuted(report, Rule.OMITTED, Severity.INCOMPLETE)
    assert Rule.OMITTED not in rules(report, Severity.INVALID)


def test_an_arrival_before_the_deed_is_refused(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.ACCEPTANCE)
    tale.say(Act.ARRIVAL, stage.b, re=tale.said[Act.OFFER])
    refuted(stage.judge(bundle(stage.b, tale)), Rule.ORDER)


def test_a_deed_from_before_is_believed_only_if_its_giver_signed_it(stage: Stage) -> None:
    before = Tale(stage.world, stage.c, stage.a, name="before")
    before.say(Act.OFFER, stage.c)
    before.say(Act.ACCEPTANCE, stage.a)
    before.say(Act.DEED, stage.c, signer=stage.b.signer)
    tale = Stage(stage.world).tale(epoch=2).whole()
    deed = before.parts[before.said[Act.DEED]]
    report = stage.judge(bundle(tale.receiver, tale, deeds=[deed], also=[stage.c.node]))
    refuted(report, Rule.KEY)
    assert Rule.CHAIN_GAP in rules(report, Severity.INCOMPLETE)


def test_a_deed_that_crosses_a_decline_is_valid(stage: Stage) -> None:
    """Who asked to be released was still bound; the deed found it so."""
    tale = stage.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    decline = tale.say(Act.DECLINE, stage.b, deliver=False)
    tale.tell(Act.DEED)
    tale.deliver(decline, stage.a)
    tale.tell(Act.TAKE_UP_RECEIPT)
    for who in (stage.a, stage.b):
        report = stage.judge(bundle(who, tale))
        assert report.verdict is Verdict.VALID, told(report)
        assert report.matters[0].responsible == stage.b.node


def test_a_late_acceptance_ends_in_a_void_and_never_in_a_deed(stage: Stage) -> None:
    def late(then: Act) -> tuple[Report, Report]:
        fresh = Stage(stage.world)
        tale = fresh.tale(deadline=fresh.a.now + 3600).tell(Act.OFFER)
        accepted = tale.say(Act.ACCEPTANCE, fresh.b, deliver=False)
        tale.now += 3600
        tale.deliver(accepted, fresh.a)
        tale.say(then, fresh.a, **({"reason": "expired"} if then is Act.VOID else {}))  # type: ignore[arg-type]
        tale.now += 60
        tale.tell(Act.VOID_RECEIPT if then is Act.VOID else Act.TAKE_UP_RECEIPT)
        one, other = (fresh.judge(bundle(who, tale)) for who in (fresh.a, fresh.b))
        return one, other

    for report in late(Act.VOID):
        assert report.verdict is Verdict.VALID, told(report)
    for report in late(Act.DEED):
        refuted(report, Rule.ORDER)
        assert Rule.DEADLINE in rules(report)


def test_a_round_in_which_too_much_is_said_is_refused_without_a_search(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER)
    for _ in range(20):
        tale.say(Act.VOID, stage.a)
    report = stage.judge(bundle(stage.b, tale))
    refuted(report, Rule.ORDER)
    refuted(report, Rule.EQUIVOCATION)
