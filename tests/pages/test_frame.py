"""What every page has around it: sign-in, forms that are ours, refusals in words, headers, languages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from handover.application.facts import OfficerRole
from handover.pages.routes import PAGES
from pages.office import Browser, Offices, offices


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    with offices(tmp_path_factory.mktemp("pages")) as found:
        yield found


@pytest.fixture(scope="module")
def browser(own: Offices) -> Browser:
    return own.browser(own.north, "first")


def test_whoever_is_not_signed_in_is_asked_who_it_is(own: Offices) -> None:
    answer = own.north.client.get("/office/work", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/office/sign-in?next=/office/work"


def test_a_page_is_never_shown_in_a_frame_nor_kept_by_a_cache(browser: Browser) -> None:
    headers = browser.client.get("/office/work").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"


def test_a_page_says_its_language_and_direction(browser: Browser) -> None:
    assert '<html lang="en" dir="ltr"' in browser.get("/office/help")
    assert '<html lang="ar" dir="rtl"' in browser.get("/office/help?language=ar")
    assert '<html lang="ar" dir="rtl"' in browser.get("/office/help")  # it is remembered
    assert '<html lang="en" dir="ltr"' in browser.get("/office/help?language=en")


def test_a_language_that_is_none_changes_nothing(browser: Browser) -> None:
    assert '<html lang="en"' in browser.get("/office/help?language=../../etc")


def test_an_address_that_is_no_page_is_a_page_that_says_so(browser: Browser) -> None:
    text = browser.get("/office/nothing", status=404)
    assert "There is nothing at this address." in text


def test_the_first_page_is_found_with_and_without_its_last_slash(browser: Browser) -> None:
    for path in ("/", "/office/"):
        assert browser.client.get(path, follow_redirects=False).headers["location"] == "/office"


def test_a_method_that_a_page_does_not_take_is_refused(browser: Browser) -> None:
    answer = browser.client.post("/office/work", data={"csrf": "x"})
    assert answer.status_code == 405


def test_a_form_without_its_token_is_refused(own: Offices, browser: Browser) -> None:
    sent, _ = own.offered()
    answer = browser.client.post(f"/office/handovers/{sent}/question", data={"question": "Where?"})
    assert answer.status_code == 403
    assert "did not come from a page of this session" in answer.text


def test_a_form_with_the_token_of_another_session_is_refused(own: Offices, browser: Browser) -> None:
    sent, _ = own.offered()
    page = f"/office/handovers/{sent}"
    token = own.browser(own.north, "second").token(page)
    answer = browser.client.post(f"{page}/question", data={"csrf": token, "question": "Where?"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_a_form_that_another_site_sends_is_refused(
    own: Offices, browser: Browser, headers: dict[str, str]
) -> None:
    sent, _ = own.offered()
    browser.client.headers.update(headers)
    try:
        answer = browser.post(
            f"/office/handovers/{sent}/question", {"question": "?"}, page=f"/office/handovers/{sent}"
        )
    finally:
        for name in headers:
            del browser.client.headers[name]
    assert answer.status_code == 403


def test_a_role_sees_only_its_ways(own: Offices) -> None:
    operator = own.browser(own.north, "operates", (OfficerRole.OPERATOR,))
    text = operator.get("/office/help")
    assert "/office/operate" in text
    assert 'href="/office/matters"' not in text
    assert "Your role does not allow this." in operator.get("/office/work", status=403)


def test_every_page_that_acts_or_shows_a_case_names_the_right_that_it_needs() -> None:
    bare = {page.path for page in PAGES if page.right is None and not page.open}
    assert not {path for path in bare if path.startswith(("/handovers", "/matters", "/audit", "/operate"))}


def test_a_page_is_small_on_the_wire(browser: Browser) -> None:
    answer = browser.client.get("/office/work", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 60 * 1024


def test_styles_and_scripts_are_kept_by_browsers_and_change_their_address_with_their_content(
    browser: Browser, tmp_path: Path
) -> None:
    del tmp_path
    page = browser.get("/office/help")
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = browser.client.get(address)
    assert "immutable" in answer.headers["cache-control"]
    assert browser.client.get(address.replace("/assets/", "/assets/0")).status_code == 404
    assert "crown" not in answer.text.lower()
    assert "GDS Transport" not in answer.text
