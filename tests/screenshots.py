"""Takes the pictures of the guides: `python3 dev.py screenshots`. Two real nodes, a made-up child, a real browser."""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FloatRect

    from browser import people

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / "docs" / "guide" / "pictures"


def main() -> None:
    """Tell one handover and take a picture of each page that a guide shows."""
    from browser import chromium, people

    executable = chromium.path()
    if executable is None:
        sys.exit("No Chromium was found: install chromium, or name it in HANDOVER_CHROMIUM.")
    FOLDER.mkdir(exist_ok=True)
    size = {"width": 880, "height": 700}
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium.started(executable) as browser,
        people.cast(Path(folder), browser, "en", viewport=size) as cast,
    ):
        _tell(cast)
    with tempfile.TemporaryDirectory() as folder, chromium.started(executable) as browser:
        _search(Path(folder), browser, viewport=size)


def _search(folder: Path, browser: "Browser", **options: object) -> None:
    """Two offices look for a family: what the one who asks and the one who holds a record see."""
    from browser.seen import seen
    from pages.office import offices
    from pages.test_contacts import VERDICT, Scene

    with offices(folder) as made:
        scene = Scene(made)
        met = scene.met
        asks, holds = (seen(browser, each, "en", **options) for each in (scene.asks, scene.holds))
        take(asks, "tracing-permission", f"/office/matters/{met.request.id}/tracing")
        take(holds, "tracing-candidate", scene.candidate)
        here, there = scene.released()
        met.ground(met.asker)
        met.ground(met.holder)
        met.ask(met.asker, "Who slept in the room with you?")
        met.settle()
        met.answer(met.holder, "My brother, and a grey cat.")
        scene.holds.post(f"{there}/verdict", VERDICT, page=there)
        met.settle()
        take(asks, "tracing-contact", here)


def _tell(cast: "people.Cast") -> None:
    from browser import people

    first, second = cast.athens
    receiver, _ = cast.hamburg
    address = people.matter(first, "ATH-2026-0417")
    take(first, "matter", address)
    first.go(f"{address}/record/best_interests")
    take(first, "record-section")
    people.consented(first, address)
    first.go(f"{address}/consent")
    take(first, "consent")
    first.go(f"{address}/offer")
    first.send("/offer")
    round_ = first.page.url.partition("?")[0].removeprefix(first.base)
    second.go(f"{round_}/release")
    take(second, "what-leaves")
    second.send("/release", confirm=True)
    receiver.wait_for("/office/work", 'tbody a[href*="/handovers/"]')
    take(receiver, "work-list")
    receiver.follow("/office/handovers/")
    take(receiver, "before-opening")
    taken = people.read(receiver)
    take(receiver, "offer-read")
    receiver.go(taken)
    receiver.fill(
        name="Birgit Claussen",
        organisation="Guardianship service",
        contact="+49 40 123",
        plan="Met by her aunt.",
    )
    take(receiver, "accept")
    receiver.send("/accept", confirm=True)
    first.wait_for(round_, 'a[href$="/countersign"]')
    first.follow("/countersign")
    first.send("/countersign", confirm=True)
    receiver.wait_for(taken, 'form[action$="/arrival"]')
    first.wait_for(round_, ".govuk-tag--green")
    take(first, "timeline")
    _goes_on(first, receiver, address, taken)
    first.go("/office/authorities")
    take(first, "authorities")
    first.go("/office/audit")
    take(first, "log")
    first.go("/office/operate")
    take(first, "health")
    receiver.language = "ar"
    receiver.go("/office/work?language=ar")
    take(receiver, "work-list-arabic")


def _goes_on(first: "people.Person", receiver: "people.Person", address: str, taken: str) -> None:
    """What goes on after the take-up: *address* is the matter at the first, *taken* the round at the other."""
    from browser import people

    receiver.go(taken)
    there = receiver.page.locator('main a[href*="/office/matters/"]').first.get_attribute("href") or ""
    take(receiver, "follow-ups", f"{taken}/follow-ups")
    receiver.go(f"{there}/decisions")
    receiver.fill(
        kind="guardianship-order", authority="Family court of Hamburg", outcome="Her aunt is guardian."
    )
    receiver.date("date", "2026-10-05")
    receiver.send("/decisions/record")
    take(receiver, "decisions")
    first.go(f"{address}/record/identity")
    first.why()
    for name, value in people.RECORD["identity"].items():
        first.set(name, "2013" if name.endswith("-year") else value)
    first.send("/record/identity")
    first.go(f"{address}/corrections")
    first.page.locator('main input[name="to"]').first.check()
    first.fill(text="The year of birth was read wrongly.")
    take(first, "corrections")
    first.send("/corrections/send")
    receiver.wait_for(f"{there}/corrections", 'main a[href*="/corrections/"]')
    receiver.follow("/corrections/")
    receiver.why()
    take(receiver, "correction")
    first.go(f"{address}/received")
    first.follow("/withdraw")
    first.fill(scope="ground", words="I do not want Hamburg to have it any more.")
    first.send("/withdraw")
    take(first, "who-received-what")
    receiver.wait_for("/office/demands", 'main a[href*="/office/demands/"]')
    take(receiver, "to-be-answered")
    receiver.follow("/office/demands/")
    take(receiver, "withdrawal")
    first.go(f"{address}/requests")
    first.fill(kind="complaint", text="Nobody asked me before my aunt was called.")
    take(first, "requests")
    take(first, "what-is-erased-when", "/office/retention")


def take(officer: "people.Person", name: str, path: str = "") -> None:
    """Take a picture of the page, or of the page at *path*."""
    if path:
        officer.go(path)
    officer.page.evaluate("window.scrollTo(0, 0)")
    officer.page.screenshot(path=FOLDER / f"{name}.png", full_page=True, clip=_clip(officer))


def _clip(officer: "people.Person") -> "FloatRect":
    height = officer.page.evaluate("document.documentElement.scrollHeight")
    return {"x": 0, "y": 0, "width": 880, "height": min(float(height), 1400)}


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
    main()
