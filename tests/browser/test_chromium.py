from pathlib import Path

import pytest
from playwright.sync_api import Page

from browser import chromium


def test_a_page_is_shown_and_its_script_runs(page: Page) -> None:
    page.set_content("<title>before</title><script>document.title = 'after'</script>")
    assert page.title() == "after"


def test_the_browser_that_is_named_goes_before_those_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "chromium"
    other.write_text("")
    other.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("HANDOVER_CHROMIUM", raising=False)
    assert chromium.path() == str(other)
    monkeypatch.setenv("HANDOVER_CHROMIUM", "/elsewhere/chromium")
    assert chromium.path() == "/elsewhere/chromium"


def test_without_a_browser_nothing_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("HANDOVER_CHROMIUM", raising=False)
    assert chromium.path() is None


def test_only_root_goes_without_the_sandbox() -> None:
    assert "--no-sandbox" in chromium.flags(as_root=True)
    assert "--no-sandbox" not in chromium.flags(as_root=False)
