"""After the deed: the auditor's page says of demands and of what was erased what the program says."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from application.test_verifier_continuity import ELSEWHERE, judged, said
from browser import auditor
from handover.application.verifier_case import Said
from handover.application.verifier_report import Rule
from handover.domain.continuity import DAY
from handover.domain.handover import Act
from vectors.one_round import NORTH, ROUND, SOUTH, T0

EXPORTED = T0 + 1000 * DAY
_ASK = """([spoken, exported, deeds]) => {
  const sources = [{ bundle: { manifest: { exported } } }];
  const [said, chain] = [spoken, deeds].map((list) => new Map(list.map((each, at) => [at, each])));
  const matter = { said, sources, deeds: chain };
  const findings = new Findings();
  checkContinuity(matter, findings);
  return [...findings.found.values()].map(({ rule, place, severity, text, said }) => [
    rule, place, severity, text, said.text in TRANSLATED,
  ]);
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    found = context.new_page()
    found.goto(auditor.ADDRESS)
    yield found
    context.close()


def _of(each: Said) -> dict[str, Any]:
    envelope = each.envelope
    words = {
        name: getattr(envelope, name)
        for name in ("act", "iss", "aud", "round", "epoch", "re", "deadline", "replaces", "record")
    }
    return {
        "envelope": words,
        "at": each.at,
        "digest": each.digest,
        "place": each.place,
        "believed": each.believed,
        "replaced": each.replaced,
    }


def agreed(page: Page, *spoken: Said, exported: int = EXPORTED, deeds: tuple[Said, ...] = ()) -> list[Rule]:
    """Give the rules that program and page say are broken, once they have said the same."""
    expected = [
        [each.rule, each.place, each.severity, each.text, True]
        for each in judged(*spoken, exported=exported, deeds=deeds).found
    ]
    assert (
        page.evaluate(_ASK, [[_of(each) for each in spoken], exported, [_of(each) for each in deeds]])
        == expected
    )
    return [Rule(str(each[0])) for each in expected]


def test_a_demand_is_late_by_the_same_days(page: Page) -> None:
    demand, hold = said(Act.CONSENT_WITHDRAWN), said(Act.LEGAL_HOLD)
    due = demand.at + 30 * DAY
    assert agreed(page, demand, exported=due) == []
    assert agreed(page, demand, exported=due + DAY) == [Rule.DEMAND]
    assert agreed(page, demand, said(Act.ERASED)) == []
    assert hold.envelope.deadline is not None
    assert agreed(page, demand, hold, exported=hold.envelope.deadline) == []
    assert agreed(page, demand, hold, exported=hold.envelope.deadline + 1) == [Rule.DEMAND]


def test_who_shows_what_it_has_erased_is_found_by_both(page: Page) -> None:
    demand, erased = said(Act.CONSENT_WITHDRAWN), said(Act.ERASED)
    again = said(Act.OFFER, iss=SOUTH, aud=NORTH, iat=erased.envelope.iat + 2 * DAY)
    assert agreed(page, demand, erased, again) == [Rule.ERASED]
    back = said(Act.OFFER, iat=erased.envelope.iat + DAY)
    assert agreed(page, demand, erased, back, again) == []
    other = said(Act.OFFER, iat=erased.envelope.iat - DAY, round=ELSEWHERE)
    assert agreed(page, demand, other, erased, again) == []
    declined = said(Act.DECLINE, iss=SOUTH, aud=NORTH, iat=erased.envelope.iat, round=ELSEWHERE)
    assert agreed(page, demand, other, declined, erased, again) == [Rule.ERASED]
    crossed = said(Act.DEED, iat=other.envelope.iat, round=ELSEWHERE)
    assert agreed(page, demand, other, declined, crossed, erased, again) == []


def test_who_has_a_record_by_a_deed_between_others_may_show_it(page: Page) -> None:
    demand, erased = said(Act.CONSENT_WITHDRAWN), said(Act.ERASED)
    deed = said(Act.DEED, iss="it/trieste", round="other", epoch=2)
    again = said(Act.OFFER, iss=SOUTH, aud=NORTH, iat=erased.envelope.iat + DAY, epoch=3)
    assert agreed(page, demand, erased, again, deeds=(deed,)) == []
    assert agreed(page, demand, erased, again, deeds=(replace(deed, believed=False),)) == [Rule.ERASED]


def test_who_refers_on_what_it_said_to_have_destroyed_is_found_by_both(page: Page) -> None:
    referral, end = said(Act.REFERRAL), said(Act.END)
    on = said(Act.REFERRAL, iss=SOUTH, aud=NORTH, iat=end.envelope.iat + DAY, round=ROUND)
    assert agreed(page, referral, end, on) == [Rule.ERASED]
    assert agreed(page, referral, end) == []
    offered = said(Act.OFFER, iat=end.envelope.iat - DAY)
    assert agreed(page, offered, referral, end, on) == []
