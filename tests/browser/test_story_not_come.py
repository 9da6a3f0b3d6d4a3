"""A child that has not come, played in two browsers before two real nodes."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser.people import cast, countersigned
from handover.pages import languages, words


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_child_that_has_not_come_alarms_both_nodes(tmp_path: Path, browser: Browser, language: str) -> None:
    say = languages.catalogue(language).gettext
    with cast(tmp_path, browser, language) as people:
        sent, taken = countersigned(people)
        first, _ = people.athens
        receiver, _ = people.hamburg
        receiver.wait_for(taken, 'form[action$="/non-arrival"]')
        receiver.page.click("#step-non-arrival summary")
        receiver.date("missing-since", "2026-11-28")
        receiver.send("/non-arrival")
        assert "said=not-arrived" in receiver.page.url
        first.wait_for(sent, f"text={say(words.ALARMS['non-arrival'])}")
