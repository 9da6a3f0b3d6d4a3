"""What auditors and liaison officers see when something is wrong fits a narrow screen, from right to left as well."""

from pathlib import Path

from playwright.sync_api import Browser

from browser.people import Person
from browser.seen import seen
from handover.application.facts import OfficerRole
from lying import lie
from pages.office import Browser as Officer
from pages.office import offices
from pages.test_reconciliation import compare, lost
from pages.test_resolution import relieving
from two_nodes import rotation

NARROW = {"width": 320, "height": 800}
REASON = {"reason": "destroyed"}


def fits(browser: Browser, officer: Officer, path: str) -> Person:
    person = seen(browser, officer, "ar", viewport=NARROW)
    person.go(f"{path}?language=ar")
    return person


def test_a_message_that_one_lacks_and_a_log_that_contradicts_itself(tmp_path: Path, browser: Browser) -> None:
    with offices(tmp_path) as made:
        auditor = made.browser(made.north, "audits", (OfficerRole.AUDITOR,))
        sent, _ = made.offered()
        lost(made, sent)
        compare(made)
        page = fits(browser, auditor, "/office/audit/reconciliation").page
        assert page.locator(".office-long").count() == 1
        lie(made.south.node, made.north.node, made.fed.clock.now)
        assert fits(browser, auditor, "/office/audit/witnesses").page.locator("form[action]").count()


def test_a_proposal_to_resolve(tmp_path: Path, browser: Browser) -> None:
    with offices(tmp_path) as made:
        page = f"/office/handovers/{relieving(made).id}/resolution"
        rotation.suspend(made.fed, made.south.node)
        first, second = (
            made.browser(made.north, name, (OfficerRole.LIAISON,)) for name in ("first", "second")
        )
        fits(browser, first, page)
        first.post(f"{page}/propose", REASON, page=page)
        fits(browser, first, page)
        fits(browser, second, page)
