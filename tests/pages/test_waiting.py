"""An officer whose browser asks without end is told to wait, on a page like every other refusal."""

from handover.application.callers import Callers
from handover.domain.allowance import Allowance
from pages.office import Offices


def test_a_browser_that_asks_without_end_is_told_to_wait(alone: Offices) -> None:
    browser = alone.browser(alone.north, "busy")
    alone.north.node.__dict__["callers"] = Callers(Allowance(burst=2, rate=0.001), lambda: 0.0)
    browser.get("/office/matters")
    browser.get("/office/matters")
    answer = browser.client.get("/office/matters", headers={"accept": "text/html"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Too much was asked" in answer.text
