"""The pages of a search for a family, from permission to a verified link, in every language and on a narrow screen."""

from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser

from browser.people import Person
from browser.seen import seen
from handover.pages.languages import LANGUAGES
from pages.office import offices
from pages.test_contacts import VERDICT, Scene

NARROW = {"width": 320, "height": 800}
Both = tuple[Scene, Person, Person]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Both]:
    """A child's office with a candidate, the office that asks, and a browser at each."""
    with offices(tmp_path_factory.mktemp("tracing")) as made:
        scene = Scene(made)
        yield (
            scene,
            seen(browser, scene.holds, "en", viewport=NARROW),
            seen(browser, scene.asks, "en", viewport=NARROW),
        )


def right(person: Person, paths: Sequence[str]) -> None:
    """Look at pages in every language."""
    for language in LANGUAGES:
        person.language = language
        person.checked.clear()
        for path in paths:
            person.go(f"{path}{'&' if '?' in path else '?'}language={language}")
            assert person.page.locator("h1").count() == 1, path
            assert not person.page.locator(".govuk-error-summary").count(), path


def test_permission_and_asking(both: Both) -> None:
    scene, holds, asks = both
    for person, matter in ((holds, scene.met.child.id), (asks, scene.met.request.id)):
        at = f"/office/matters/{matter}/tracing"
        right(person, [at, f"{at}/permit", f"{at}/protection"])
    right(asks, [f"/office/matters/{scene.met.request.id}/tracing/ask", "/office/tracing"])


def test_candidate(both: Both) -> None:
    scene, holds, _ = both
    right(holds, ["/office/tracing", scene.candidate])


def test_contact_until_the_link_is_verified(both: Both) -> None:
    scene, holds, asks = both
    here, there = scene.released()
    right(asks, [here, f"/office/matters/{scene.met.request.id}/consent?contact={here.rpartition('/')[2]}"])
    for node in (scene.met.asker, scene.met.holder):
        scene.met.ground(node)
    scene.met.ask(scene.met.asker, "Who slept in the room with you?")
    scene.met.settle()
    right(holds, [there])
    scene.met.answer(scene.met.holder, "My brother, and a cat.")
    scene.holds.post(f"{there}/verdict", VERDICT, page=there)
    scene.asks.post(f"{here}/verdict", VERDICT, page=here)
    scene.met.settle()
    right(asks, [here, "/office/tracing"])
    onward = f"/office/matters/{scene.met.child.id}/offer?reunite={there.rpartition('/')[2]}"
    right(holds, [there, onward, f"/office/matters/{scene.met.child.id}"])
