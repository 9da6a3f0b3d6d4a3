"""Evidence of the time after the deed: demands without an answer, and a holder that shows what it has erased."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from handover.application import verifier_continuity
from handover.application.verifier_case import Case, Said, Source
from handover.application.verifier_report import Findings, Rule, Severity
from handover.domain.continuity import DAY
from handover.domain.handover import Act
from handover.protocol import envelope as envelopes
from handover.protocol import strict
from vectors import apart, later, one_round
from vectors.one_round import NORTH, ROUND, SOUTH, T0

ELSEWHERE = apart.said()["referral"].envelope.round
WITHDRAWN = later.said()["consent-withdrawn"].envelope


@dataclass
class _Manifest:
    exported: int


@dataclass
class _Bundle:
    manifest: _Manifest


def said(act: Act, **changes: Any) -> Said:
    """Give an envelope that is believed and anchored by its addressee, an hour after it was signed."""
    whole = (one_round.said() | later.said() | apart.said())[act.value]
    envelope = replace(whole.envelope, **changes)
    return Said(
        envelope=envelope,
        unverified=envelopes.read(whole.data),
        place=f"{act} {envelope.iss} {envelope.iat}",
        believed=True,
        anchor=envelope.aud,
        anchored_at=envelope.iat + 3600,
    )


def judged(*spoken: Said, exported: int = T0 + 1000 * DAY, deeds: tuple[Said, ...] = ()) -> Findings:
    """Give what the verifier finds in these envelopes."""
    sources = [Source(bundle=_Bundle(_Manifest(exported)))]  # type: ignore[arg-type]
    case = Case(sources=sources)
    case.said = {strict.digest(each.place.encode()): each for each in spoken}
    case.deeds = {each.digest: each for each in deeds}
    findings = Findings()
    verifier_continuity.check(case, findings)
    return findings


def rules(findings: Findings) -> list[Rule]:
    return [each.rule for each in findings.found]


def test_a_demand_without_an_answer_is_noted_once_it_is_late() -> None:
    demand = said(Act.CONSENT_WITHDRAWN)
    due = demand.at + 30 * DAY
    assert rules(judged(demand, exported=due)) == []
    [found] = judged(demand, exported=due + DAY).found
    assert (found.rule, found.severity) == (Rule.DEMAND, Severity.NOTE)
    assert str(found.text).endswith("late: 2")


def test_what_was_erased_is_answered_for_good() -> None:
    assert rules(judged(said(Act.CONSENT_WITHDRAWN), said(Act.ERASED))) == []


def test_a_hold_is_an_answer_until_it_ends() -> None:
    demand, hold = said(Act.CONSENT_WITHDRAWN), said(Act.LEGAL_HOLD)
    assert hold.envelope.deadline is not None
    assert rules(judged(demand, hold, exported=hold.envelope.deadline)) == []
    assert rules(judged(demand, hold, exported=hold.envelope.deadline + 1)) == [Rule.DEMAND]


def test_an_answer_to_another_demand_is_none_to_this_one() -> None:
    other = said(Act.ERASED, re=later.said()["complaint"].digest)
    assert rules(judged(said(Act.CONSENT_WITHDRAWN), other)) == [Rule.DEMAND]


@pytest.mark.parametrize(("days", "found"), [(1, [Rule.ERASED]), (-30, [])])
def test_who_has_erased_a_record_has_none_to_show_later(days: int, found: list[Rule]) -> None:
    erased = said(Act.ERASED)
    again = said(Act.OFFER, iss=SOUTH, aud=NORTH, iat=erased.envelope.iat + days * DAY)
    assert rules(judged(said(Act.CONSENT_WITHDRAWN), erased, again)) == found


def test_a_record_that_was_shown_to_it_again_may_be_shown_on() -> None:
    erased = said(Act.ERASED)
    back = said(Act.OFFER, iat=erased.envelope.iat + DAY)
    on = said(Act.OFFER, iss=SOUTH, aud=NORTH, iat=erased.envelope.iat + 2 * DAY)
    assert rules(judged(said(Act.CONSENT_WITHDRAWN), erased, back, on)) == []


def test_a_record_of_another_round_is_not_the_one_that_was_destroyed() -> None:
    erased = said(Act.ERASED)
    other = said(Act.OFFER, iat=erased.envelope.iat - DAY, round=ELSEWHERE)
    on = said(Act.OFFER, iss=SOUTH, aud=NORTH, iat=erased.envelope.iat + DAY)
    assert rules(judged(said(Act.CONSENT_WITHDRAWN), other, erased, on)) == []


def test_a_record_that_was_declined_in_another_round_is_not_kept_either() -> None:
    erased = said(Act.ERASED)
    other = said(Act.OFFER, iat=erased.envelope.iat - DAY, round=ELSEWHERE)
    declined = said(Act.DECLINE, iss=SOUTH, aud=NORTH, iat=erased.envelope.iat, round=ELSEWHERE)
    on = said(Act.OFFER, iss=SOUTH, aud=NORTH, iat=erased.envelope.iat + DAY)
    assert rules(judged(said(Act.CONSENT_WITHDRAWN), other, declined, erased, on)) == [Rule.ERASED]


def test_a_decline_that_the_deed_has_crossed_lets_nothing_go() -> None:
    erased = said(Act.ERASED)
    other = said(Act.OFFER, iat=erased.envelope.iat - DAY, round=ELSEWHERE)
    declined = said(Act.DECLINE, iss=SOUTH, aud=NORTH, iat=erased.envelope.iat, round=ELSEWHERE)
    deed = said(Act.DEED, iat=erased.envelope.iat - 60, round=ELSEWHERE)
    on = said(Act.OFFER, iss=SOUTH, aud=NORTH, iat=erased.envelope.iat + DAY)
    assert rules(judged(said(Act.CONSENT_WITHDRAWN), other, declined, deed, erased, on)) == []


@pytest.mark.parametrize(
    ("changes", "believed", "found"),
    [
        ({"aud": SOUTH, "epoch": 2}, True, []),
        ({"aud": SOUTH, "epoch": 2}, False, [Rule.ERASED]),
        ({"aud": SOUTH, "epoch": 3}, True, [Rule.ERASED]),
        ({"aud": NORTH, "epoch": 2}, True, [Rule.ERASED]),
    ],
)
def test_who_was_given_a_deed_in_a_round_between_others_has_a_record_again(
    changes: dict[str, Any], believed: bool, found: list[Rule]
) -> None:
    erased = said(Act.ERASED)
    late = erased.envelope.iat + 9 * DAY  # by a clock that was wrong; the numbers are in order all the same
    deed = replace(said(Act.DEED, iss="it/trieste", round="other", iat=late, **changes), believed=believed)
    on = said(Act.OFFER, iss=SOUTH, aud=NORTH, iat=erased.envelope.iat + DAY, epoch=3)
    assert rules(judged(said(Act.CONSENT_WITHDRAWN), erased, on, deeds=(deed,))) == found


def test_who_refers_on_what_it_said_to_have_destroyed_has_lied() -> None:
    referral, end = said(Act.REFERRAL), said(Act.END)
    on = said(Act.REFERRAL, iss=SOUTH, aud=NORTH, iat=end.envelope.iat + DAY, round=ROUND)
    assert rules(judged(referral, end, on)) == [Rule.ERASED]


def test_a_record_that_came_by_another_way_may_be_shown_after_the_end_of_a_referral() -> None:
    referral, end = said(Act.REFERRAL), said(Act.END)
    on = said(Act.REFERRAL, iss=SOUTH, aud=NORTH, iat=end.envelope.iat + DAY, round=ROUND)
    offered = said(Act.OFFER, iat=end.envelope.iat - DAY)
    assert rules(judged(offered, referral, end, on)) == []
    assert rules(judged(referral, end)) == []
