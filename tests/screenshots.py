"""Takes the pictures of the guides: `python3 dev.py screenshots`. Two real nodes, a made-up child, a real browser."""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect

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
    first.go("/office/authorities")
    take(first, "authorities")
    first.go("/office/audit")
    take(first, "log")
    first.go("/office/operate")
    take(first, "health")
    receiver.language = "ar"
    receiver.go("/office/work?language=ar")
    take(receiver, "work-list-arabic")


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
