"""Nodes that disclose what they may not, or to whom they may not."""

import pytest

from handover.application.verifier_report import Rule, Severity, Verdict
from handover.domain.consent import Basis, Purpose
from handover.domain.handover import Act
from handover.domain.ids import Pseudonym
from handover.domain.record import schema
from handover.protocol import envelope as envelopes
from handover.protocol import jws, strict
from handover.protocol.evidence import Word
from paper import DAY, FIELDS, Author, Lines, Paper, Stage, Tale, bundle, by, gather, paper, signed, token
from stories import refuted, rules, told


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return paper(tmp_path_factory.mktemp("registry"), "gr/athens", "de/hamburg", "es/barcelona")


@pytest.fixture
def stage(world: Paper) -> Stage:
    return Stage(world)


def test_a_missing_or_other_record_is_seen(stage: Stage) -> None:
    tale = stage.tale()
    tale.skeleton = Tale(stage.world, stage.b, stage.a).skeleton
    tale.tell(Act.OFFER)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.RECORD)


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": FIELDS[:-1]},
        {"recipients": ("es/barcelona",)},
        {"purposes": (Purpose.FAMILY_TRACING,)},
        {"issuer": "de/hamburg"},
        {"valid_from": 1_790_000_001},
        {"valid_until": 1_790_000_000},
        {"schema": "tracing/1", "fields": (schema("tracing/1").fields[0].path,)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_ground_that_does_not_cover_the_offer_is_refused(stage: Stage, changes: dict[str, object]) -> None:
    tale = stage.tale()
    tale.issue(**changes)
    tale.tell(Act.OFFER)
    report = stage.judge(bundle(stage.a, tale))
    assert rules(report, Severity.INVALID) & {Rule.GROUND, Rule.KEY, Rule.SIGNATURE}, told(report)


def test_a_ground_that_has_just_begun_covers_what_reached_a_clock_that_is_behind(stage: Stage) -> None:
    tale = stage.tale()
    tale.issue(valid_from=tale.now)
    tale.say(Act.OFFER, stage.a, deliver=False)
    tale.deliver(tale.said[Act.OFFER], stage.b, at=tale.now - 60)
    assert Rule.GROUND not in rules(stage.judge(bundle(stage.a, tale)))


def test_a_ground_for_another_round_is_refused(stage: Stage) -> None:
    tale = stage.tale()
    tale.token = stage.tale(name="other").token
    tale.tell(Act.OFFER)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.GROUND)


def test_a_ground_that_expired_before_the_deed_is_refused(stage: Stage) -> None:
    tale = stage.tale(ground_days=1).tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    tale.now += 2 * DAY
    tale.tell(Act.DEED, Act.TAKE_UP_RECEIPT)
    for who in (stage.a, stage.b):
        refuted(stage.judge(bundle(who, tale)), Rule.GROUND)


@pytest.mark.parametrize(("days", "names_it"), [(0, True), (0, False), (2, True)])
def test_an_answer_of_the_offerer_rests_on_the_ground_of_the_offer(
    stage: Stage, days: int, *, names_it: bool
) -> None:
    tale = stage.tale(ground_days=1).tell(Act.OFFER, Act.OPENED)
    tale.say(Act.QUESTION, stage.b)
    tale.now += days * DAY
    tale.say(Act.ANSWER, stage.a, consent=strict.digest(tale.token) if names_it else None)
    report = stage.judge(bundle(stage.a, tale))
    assert (Rule.GROUND in rules(report, Severity.INVALID)) == (days > 0 or not names_it), told(report)
    tale.say(Act.QUESTION, stage.a)
    tale.said[Act.QUESTION] = list(tale.parts)[-1]
    tale.say(Act.ANSWER, stage.b)
    assert rules(stage.judge(bundle(stage.a, tale))) == rules(report), (
        "the receiver's answer discloses nothing"
    )


def test_a_legal_basis_is_shown_as_what_it_is(stage: Stage) -> None:
    tale = stage.tale()
    basis = {
        "basis": Basis.COURT_ORDER,
        "second_officer": Pseudonym(token("second")),
        "review_at": tale.now + DAY,
    }
    tale.issue(**basis)
    tale.whole()
    report = stage.judge(bundle(stage.a, tale))
    assert report.verdict is Verdict.VALID, told(report)
    grounds = [line.ground for line in report.matters[0].timeline if line.ground is not None]
    assert {ground.basis for ground in grounds} == {"court-order"}


def test_a_deed_over_other_fields_is_refused(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    bitmap = strict.b64(tale.schema.bitmap((*FIELDS, "health.conditions")))
    tale.say(Act.DEED, stage.a, fields=bitmap)
    tale.tell(Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.GROUND)


def test_a_field_bitmap_that_is_none_is_refused(stage: Stage) -> None:
    tale = stage.tale()
    tale.say(Act.OFFER, stage.a, fields="AA")
    refuted(stage.judge(bundle(stage.a, tale)), Rule.FIELDS)


@pytest.mark.parametrize(
    "left_out", ["best_interests.reasons", "best_interests.non_refoulement", "child_view.wishes"]
)
def test_an_offer_without_best_interests_is_refused(stage: Stage, left_out: str) -> None:
    tale = stage.tale(fields=tuple(path for path in FIELDS if path != left_out)).whole()
    refuted(stage.judge(bundle(stage.a, tale)), Rule.BEST_INTERESTS)


def test_a_deed_after_the_deadline_is_refused(stage: Stage) -> None:
    tale = stage.tale(deadline=1_790_000_000 + 4 * 3600).tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    tale.now += DAY
    tale.tell(Act.DEED, Act.TAKE_UP_RECEIPT)
    report = stage.judge(bundle(stage.a, tale))
    refuted(report, Rule.DEADLINE)
    refuted(report, Rule.ORDER)


def test_an_offer_after_its_own_deadline_is_refused(stage: Stage) -> None:
    refuted(stage.judge(bundle(stage.a, stage.tale(deadline=1_790_000_000).tell(Act.OFFER))), Rule.DEADLINE)


def test_one_officer_cannot_prepare_and_release(stage: Stage) -> None:
    tale = stage.tale()
    made = tale.envelope(Act.OFFER, stage.a)
    data = envelopes.sign(made, signer=stage.a.signer)
    payload = strict.unb64(data.split(b".")[1])
    other = by(stage.a, "ada", "ben")
    forged = payload.replace(other.released.encode(), other.prepared.encode())
    tale.put(made, jws.sign(forged, typ=envelopes.TYPE, signer=stage.a.signer), stage.a)
    with_same = next(iter(tale.parts.values()))
    found = Lines_of(stage.a, tale, with_same)
    refuted(stage.judge(signed(stage.a, found, tale)), Rule.FOUR_EYES)


def Lines_of(author: Author, tale: Tale, data: bytes) -> Lines:  # noqa: N802
    kept, tale.parts = tale.parts, {}
    found = gather(author, tale)
    tale.parts = kept
    found[Word.ENVELOPE] = [data]
    return found


def test_who_released_the_offer_cannot_countersign_the_deed(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    tale.say(Act.DEED, stage.a, by=by(stage.a, "cem", "ben"))
    tale.tell(Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.FOUR_EYES)


def test_a_deed_that_the_node_gave_by_itself_is_noted(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER)
    tale.say(Act.ACCEPTANCE, stage.b)
    tale.say(Act.DEED, stage.a, by=None)
    tale.tell(Act.TAKE_UP_RECEIPT)
    report = stage.judge(bundle(stage.a, tale))
    assert report.verdict is Verdict.VALID, told(report)
    assert Rule.FOUR_EYES in rules(report, Severity.NOTE)
