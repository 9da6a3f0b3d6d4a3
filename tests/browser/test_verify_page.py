"""The auditor's page as people use it: files in, verdict out, in six languages, without a network."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route

from browser import auditor
from browser.auditor import agreed, give, judged
from handover.application import verdict
from handover.application.verifier import verify
from handover.application.verifier_report import Rule
from handover.domain.handover import Act
from handover.pages import evidence_page
from handover.protocol.evidence import Word
from paper import Lines, Paper, Stage, bundle, paper
from stories import rules

SERVED: Final = "https://node.example/verify"
AXE: Final = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
NO_ML_DSA: Final = """
const real = SubtleCrypto.prototype.importKey;
SubtleCrypto.prototype.importKey = function (format, data, algorithm, ...rest) {
  if (algorithm === "ML-DSA-44") return Promise.reject(new DOMException("unknown", "NotSupportedError"));
  return real.call(this, format, data, algorithm, ...rest);
};
"""
NO_ED25519: Final = NO_ML_DSA.replace("ML-DSA-44", "Ed25519")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return paper(tmp_path_factory.mktemp("registry"), "gr/athens", "de/hamburg", "es/barcelona")


@pytest.fixture(scope="module")
def evidence(world: Paper) -> tuple[bytes, bytes]:
    """Both sides' bundles of one handover."""
    stage = Stage(world)
    tale = stage.tale().whole()
    return bundle(stage.a, tale), bundle(stage.b, tale)


@pytest.fixture
def opened(page: Page) -> Iterator[Page]:
    """The page, opened from the disk; no script of it may fail."""
    errors: list[object] = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(auditor.ADDRESS)
    yield page
    assert not errors


def _verdict(page: Page) -> str:
    return page.locator("#verdict h2").inner_text()


def test_files_and_root_give_the_verdict_and_who_is_responsible(
    opened: Page, world: Paper, evidence: tuple[bytes, bytes]
) -> None:
    give(opened, ("a.handover", evidence[0]), ("b.handover", evidence[1]), ("root.json", world.root))
    assert _verdict(opened) == "Verdict: valid"
    (matter,) = verify(evidence, root=world.root).matters
    shown = opened.locator("#report").inner_text()
    assert f"({matter.responsible})" in opened.locator(".responsible").inner_text()
    for line in matter.timeline:
        assert line.text in _plain(shown)
        if line.officers is not None:
            assert f"O{verdict.acted(line.officers, line.what)[1:]}" in _plain(shown)
    assert len(opened.locator(".timeline > li").all()) == len(matter.timeline)


def _plain(text: str) -> str:
    """Without the marks that keep names and times apart from the direction of the sentence."""
    return text.translate(dict.fromkeys(map(ord, "\u2066\u2068\u2069")))


def test_a_typed_fingerprint_is_as_good_as_the_root(
    opened: Page, world: Paper, evidence: tuple[bytes, bytes]
) -> None:
    give(opened, ("a.handover", evidence[0]), pin=world.root)
    assert _verdict(opened) == "Verdict: valid"
    opened.locator("#pin").fill("0" * 64)
    opened.locator("#pin").blur()
    opened.locator("#verdict.invalid").wait_for()


def test_without_a_root_the_evidence_is_incomplete_and_the_fingerprint_is_shown(
    opened: Page, evidence: tuple[bytes, bytes]
) -> None:
    give(opened, ("a.handover", evidence[0]))
    assert _verdict(opened) == "Verdict: incomplete"
    assert "compare it with one you trust" in opened.locator("#report").inner_text()


def test_a_fingerprint_that_is_none_is_told_beside_the_field(opened: Page) -> None:
    opened.locator("#pin").fill("abc")
    opened.locator("#pin").blur()
    assert "no fingerprint" in opened.locator("#pin-wrong").inner_text()
    assert opened.locator("#pin").get_attribute("aria-invalid") == "true"


def test_dropped_files_are_taken_wherever_they_fall(
    opened: Page, world: Paper, evidence: tuple[bytes, bytes]
) -> None:
    opened.evaluate(
        """([evidence, root]) => {
          const carried = new DataTransfer();
          carried.items.add(new File([evidence], "a.handover"));
          carried.items.add(new File([root], "root.json"));
          document.querySelector("h1").dispatchEvent(
            new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
        }""",
        [evidence[0].decode(), world.root.decode()],
    )
    opened.locator("#verdict.valid").wait_for()
    assert opened.locator("#given li").count() == 2


def test_what_this_browser_cannot_check_is_said_and_the_verdict_says_so(
    context: BrowserContext, world: Paper, evidence: tuple[bytes, bytes]
) -> None:
    context.add_init_script(NO_ML_DSA)
    page = context.new_page()
    page.goto(auditor.ADDRESS)
    give(page, ("a.handover", evidence[0]), ("root.json", world.root))
    assert _verdict(page) == "Verdict: valid as far as a browser can check"
    lines = verify(evidence[:1], root=world.root).counts["checkpoints"]
    assert f"(ML-DSA-44): {lines}." in page.locator("#unchecked-lines").inner_text()
    assert (
        "witness" not in page.locator("section:has(#unchecked-lines)").inner_text()
    )  # their lines are checked
    give(page, ("cut.handover", evidence[1][:-40]))
    page.locator("#verdict.invalid").wait_for()


def test_a_browser_without_the_signatures_gives_no_verdict(
    context: BrowserContext, world: Paper, evidence: tuple[bytes, bytes]
) -> None:
    context.add_init_script(NO_ED25519)
    page = context.new_page()
    page.goto(auditor.ADDRESS)
    give(page, ("a.handover", evidence[0]), ("root.json", world.root))
    assert _verdict(page) == "Verdict: this browser cannot check"
    assert page.locator("#report").inner_text() == ""


def _false_line(lines: Lines) -> None:
    """Make the post-quantum line of the manifest's checkpoint false, and leave the other as it is."""
    note = lines[Word.CHECKPOINT][0]
    place = note.rindex(b" ") + 2000
    other = b"A" if note[place : place + 1] != b"A" else b"B"
    lines[Word.CHECKPOINT][0] = note[:place] + other + note[place + 1 :]


def test_a_false_post_quantum_line_is_seen_where_the_browser_knows_them_and_else_told_unchecked(
    opened: Page, context: BrowserContext, world: Paper
) -> None:
    stage = Stage(world)
    forged = bundle(stage.a, stage.tale().whole(), change=_false_line)
    assert Rule.CHECKPOINT in rules(agreed(opened, [forged], world.root))
    context.add_init_script(NO_ML_DSA)
    page = context.new_page()
    page.goto(auditor.ADDRESS)
    assert judged(page, [forged], world.root)["word"] == "partly"


def _serve(route: Route) -> None:
    headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": evidence_page.policy()}
    route.fulfill(body=evidence_page.content(), headers=headers)


def test_it_works_under_its_own_policy_and_asks_for_nothing(
    context: BrowserContext, world: Paper, evidence: tuple[bytes, bytes]
) -> None:
    asked: list[str] = []
    said: list[str] = []
    context.route("**/*", _serve)
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(SERVED)
    give(page, ("a.handover", evidence[0]), ("root.json", world.root))
    assert _verdict(page) == "Verdict: valid"
    assert asked == [SERVED]
    assert not said
    assert (
        page.evaluate("fetch('https://elsewhere.example/').then(() => 'sent', () => 'refused')") == "refused"
    )
    assert asked == [SERVED]


def test_the_policy_has_no_way_for_any_other_script() -> None:
    policy = evidence_page.policy()
    assert "unsafe" not in policy
    assert policy.count("'sha256-") == 2
    assert policy.startswith("default-src 'none'; script-src 'sha256-")


def test_a_name_that_looks_like_markup_is_shown_as_text(opened: Page) -> None:
    opened.evaluate("document.body.append(el('p', { id: 'odd' }, '<img src=x onerror=alert(1)>'))")
    assert opened.locator("#odd").inner_text() == "<img src=x onerror=alert(1)>"
    assert opened.locator("img").count() == 0
    assert opened.evaluate(
        "(() => { try { document.body.innerHTML = 'x'; return 'set' } catch { return 'refused' } })()"
    ) == "refused"  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fr", "es", "el", "uk", "ar"])
def test_every_language_fits_a_small_screen_and_breaks_no_rule_of_access(
    browser: Browser, world: Paper, language: str
) -> None:
    stage = Stage(world)
    tale = stage.tale().tell(Act.OFFER, Act.DECLINE)
    context = browser.new_context(locale=language, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(auditor.ADDRESS)
    assert page.locator("#language").input_value() == language
    give(page, ("a.handover", bundle(stage.a, tale)), ("root.json", world.root))
    for each in page.locator("summary").all():
        each.click()
    root = page.locator("html")
    assert root.get_attribute("lang") == language
    assert root.get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    found = Axe().run(page, options=AXE)
    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_it_is_used_with_the_keyboard_alone(opened: Page) -> None:
    reached = []
    for _ in range(4):
        opened.keyboard.press("Tab")
        reached.append(opened.evaluate("document.activeElement.id"))
    assert reached[:3] == ["language", "files", "pin"]
    opened.locator("#language").select_option("ar")
    assert opened.locator("h1").inner_text() == "التحقق من أدلة التسليم"
    status = opened.locator("#verdict")
    assert (status.get_attribute("role"), status.get_attribute("aria-live")) == ("status", "polite")


def test_a_change_of_language_tells_the_same_verdict_in_other_words(
    opened: Page, world: Paper, evidence: tuple[bytes, bytes]
) -> None:
    give(opened, ("a.handover", evidence[0]), ("root.json", world.root))
    opened.locator("#language").select_option("fr")
    assert _verdict(opened) == "Verdict\u202f: valables"
    assert "propose à" in opened.locator(".timeline li").first.inner_text()


def test_what_was_found_is_told_in_the_language_of_the_reader_with_names_set_apart(
    opened: Page, evidence: tuple[bytes, bytes]
) -> None:
    give(opened, ("a.handover", evidence[0]))
    opened.locator("#language").select_option("ar")
    found = opened.locator("#report section").first.locator("li").first
    assert "لم يُقدَّم جذر؛ جذر ملف الأدلة نفسه هو" in found.inner_text()
    assert re.fullmatch(r"(?:[0-9a-f]{4} ?){16}", found.locator("bdi").first.inner_text())
    assert opened.locator("#report [lang=en]").count() == 0
    opened.locator("#language").select_option("en")
    assert "no root was given; the bundle's own is" in found.inner_text()


def test_the_report_is_saved_as_the_program_gives_it(
    opened: Page, world: Paper, evidence: tuple[bytes, bytes], tmp_path: Path
) -> None:
    give(opened, ("a.handover", evidence[0]), ("root.json", world.root))
    with opened.expect_download() as waiting:
        opened.locator("#save").click()
    waiting.value.save_as(tmp_path / "verdict.json")
    saved = json.loads((tmp_path / "verdict.json").read_text("utf-8"))
    expected = verify(evidence[:1], root=world.root).to_json()
    assert saved.pop("unchecked") == {"ml_dsa_44_lines": 0}
    assert saved == expected


def test_on_paper_stands_the_verdict_and_no_form(
    opened: Page, world: Paper, evidence: tuple[bytes, bytes]
) -> None:
    give(opened, ("a.handover", evidence[0]), ("root.json", world.root))
    opened.emulate_media(media="print")
    assert opened.locator("#verdict").is_visible()
    assert opened.locator(".sign").is_visible()
    for hidden in ("#files", "#tools", "#language"):
        assert not opened.locator(hidden).is_visible()


def test_starting_over_forgets_everything(opened: Page, world: Paper, evidence: tuple[bytes, bytes]) -> None:
    give(opened, ("a.handover", evidence[0]), ("root.json", world.root))
    opened.locator("#again").click()
    assert opened.locator("#report").inner_text() == ""
    assert not opened.locator("#given-box").is_visible()
    assert opened.evaluate("document.activeElement.id") == "files"
