"""Every page that officers see, in every language: nothing that axe finds, nothing wider than a narrow telephone."""

import pytest
from playwright.sync_api import Browser

from browser.every_page import HERE, look, people
from browser.people import Cast, Person

__all__ = ["people"]


@pytest.mark.parametrize("language", HERE)
def test_a_page_is_right_in_every_language_and_on_a_narrow_screen(
    people: tuple[Cast, list[str], list[str]], language: str
) -> None:
    look(people, language)


def test_without_javascript_a_consent_is_recorded(
    people: tuple[Cast, list[str], list[str]], browser: Browser
) -> None:
    found, own, _ = people
    person = found.athens[0]
    cookies = person.page.context.cookies()
    context = browser.new_context(java_script_enabled=False, locale="en")
    context.add_cookies([{**each} for each in cookies])  # type: ignore[typeddict-item]
    plain = Person(context.new_page(), person.base, "en")
    plain.checked = {"all"}
    address = next(each for each in own if each.startswith("/office/matters/0"))
    page = plain.page
    page.goto(f"{person.base}{address}/consent?language=en")
    page.check('[name="recipients"][value="de/hamburg"]')
    main = "main form button.govuk-button:not(.govuk-button--secondary)"
    page.click(main)
    page.check('[name="categories"][value="identity"]')
    for _ in range(2):
        page.click(main)
    assert page.locator('[name="given_by"]').count() == 4
    page.click(main)  # nothing is filled in: each fault is named, and what was chosen before is still there
    assert page.locator(".govuk-error-summary li").count() >= 7
    assert page.locator('[name="categories"]').get_attribute("value") == "identity"
    context.close()


def test_a_question_is_asked_by_the_keyboard_alone(people: tuple[Cast, list[str], list[str]]) -> None:
    found, _, theirs = people
    person = found.hamburg[0]
    person.language = "en"
    page = person.page
    page.set_viewport_size({"width": 1000, "height": 800})
    page.goto(f"{person.base}{theirs[0]}?language=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "govuk-skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name === 'question'"):
            break
    page.keyboard.type("Does she need anything on the way?")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "said=asked" in page.url
    assert "Does she need anything on the way?" in page.locator("main").inner_text()
