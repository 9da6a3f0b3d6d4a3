"""Officers of two running nodes hand a child over in the browser, in English and in Arabic, with passkeys."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser.people import Person, cast, consented, countersigned, matter, offered, read
from handover.application import verifier
from handover.application.verifier_report import Verdict
from handover.domain.handover import DeclineReason, State, VoidReason
from handover.pages import languages, words


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_child_is_handed_over_and_arrives(tmp_path: Path, browser: Browser, language: str) -> None:
    with cast(tmp_path, browser, language) as people:
        sent, taken = countersigned(people)
        first, _ = people.athens
        receiver, _ = people.hamburg
        receiver.wait_for(taken, 'form[action$="/arrival"]')
        receiver.page.click("#step-arrival summary")
        receiver.date("day", "2026-11-28")
        receiver.send("/arrival")
        assert "said=arrived" in receiver.page.url, receiver.text
        first.wait_for(sent, ".govuk-tag--green")
        assert "de/hamburg" in first.text
        bundle = evidence(first)
        report = verifier.verify([bundle], root=(tmp_path / "gr-athens" / "root.json").read_bytes())
        assert report.verdict is Verdict.VALID, report.findings
        assert report.matters[0].responsible == "de/hamburg"
        counts = {line.what for line in report.matters[0].timeline}
        assert {"offer", "acceptance", "deed", "arrival"} <= counts


def evidence(officer: Person) -> bytes:
    """Take the evidence out as the page offers it."""
    officer.follow("/office/audit/matters/")
    officer.follow("/evidence")
    with officer.page.expect_navigation():
        officer.page.click('form[action$="/evidence"] button')
    officer.look()
    with officer.page.expect_download() as saved:
        officer.page.click("main form[data-passkey] button")
    return Path(saved.value.path()).read_bytes()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_offer_is_declined_and_another_withdrawn(tmp_path: Path, browser: Browser, language: str) -> None:
    say = languages.catalogue(language).gettext
    with cast(tmp_path, browser, language) as people:
        first, second = people.athens
        receiver, _ = people.hamburg
        address = matter(first, "ATH-2")
        consented(first, address)
        sent = offered(first, second, address)
        taken = read(receiver)
        receiver.go(taken)
        receiver.fill(code="no-capacity", reason="No place before June.")
        receiver.send("/decline")
        assert "said=declined" in receiver.page.url
        first.wait_for(sent, "text=No place before June.")
        assert say(words.DECLINES[DeclineReason.NO_CAPACITY]) in first.text
        first.wait_for(sent, f"text={say(words.NEXT[State.VOIDED])}")
        sent = offered(first, second, address)
        first.go(sent)
        first.page.click("#step-withdraw summary")
        first.send("/withdraw")
        assert "said=withdrawn" in first.page.url
        first.wait_for(sent, f"text={say(words.NEXT[State.VOIDED])}")
        assert say(words.VOIDS[VoidReason.WITHDRAWN]) in first.text
