"""Officers in a real browser: each has a profile of its own with a passkey, and does what a person would click.

Nothing here reads a text of the pages, so that it works in every language: fields are found by their names, ways by
their addresses.
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from handover.application.access import OPERATOR_HERE
from handover.domain.ids import UUID7
from processes.nodes import Office, Stage, stage

AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PATIENCE = 300.0  # seconds for what another node has to do first


@dataclass
class Person:
    """An officer with a browser profile and a passkey."""

    page: Page
    base: str
    language: str
    checked: set[str] = field(default_factory=set)
    troubles: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.base + path)
        self.look()

    def look(self) -> None:
        """Check what is shown: the right language, and once for each kind of page nothing that axe finds."""
        page = self.page
        page.wait_for_load_state()
        assert page.locator("html").get_attribute("lang") == self.language, page.url
        kind = re.sub(r"[0-9a-f-]{36}", "ID", page.url.partition("?")[0])
        faulty = "!" if page.locator(".govuk-error-summary").count() else ""
        if kind + faulty in self.checked:
            return
        self.checked.add(kind + faulty)
        found = Axe().run(page, options=RULES)
        assert not found.violations_count, f"{kind}: {found.generate_report()}"
        width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width[0] <= width[1], f"{kind} is wider than the window"
        assert not self.troubles, self.troubles

    def fill(self, **fields: str) -> None:
        """Write into fields by name; `__` stands for a hyphen, `_0_` for a row."""
        for name, value in fields.items():
            self.set(name.replace("__", "-"), value)

    def set(self, name: str, value: str) -> None:
        """Write into the field, choose the option, or tick the box of that name."""
        found = self.page.locator(f'main [name="{name}"]')
        kind = found.first.evaluate("each => each.type || each.tagName")
        if kind in ("radio", "checkbox"):
            self.page.locator(f'main [name="{name}"][value="{value}"]').check()
        elif kind == "select-one":
            found.select_option(value)
        else:
            found.fill(value)

    def date(self, name: str, day: str) -> None:
        """Write a date, YYYY-MM-DD, into its three fields."""
        for part, text in zip(("year", "month", "day"), day.split("-"), strict=True):
            self.set(f"{name}-{part}", text)

    def send(self, action: str = "", *, button: str = "button.govuk-button", confirm: bool = False) -> None:
        """Send the form whose address ends so, and confirm with the passkey where that is asked."""
        form = self.page.locator(f'main form[action$="{action}"]' if action else "main form").first
        if not form.is_visible():
            form.locator("xpath=ancestor::details").locator("summary").first.click()
        with self.page.expect_navigation():
            form.locator(button).last.click()
        self.look()
        if confirm:
            with self.page.expect_navigation():
                self.page.click("main form[data-passkey] button")
            self.look()

    def follow(self, address: str) -> None:
        """Follow the first way whose address holds this."""
        with self.page.expect_navigation():
            self.page.locator(f'main a[href*="{address}"]').first.click()
        self.look()

    def wait_for(self, path: str, selector: str) -> None:
        """Open the page again and again until something is on it."""
        end = time.monotonic() + PATIENCE
        self.page.goto(self.base + path)
        while not self.page.locator(selector).count():
            assert time.monotonic() < end, f"{path} never showed {selector}"
            self.page.wait_for_timeout(200)
            self.page.goto(self.base + path)
        self.look()

    @property
    def text(self) -> str:
        """What the page says."""
        return self.page.locator("main").inner_text()

    def why(self) -> None:
        """Say why a record is opened, where that is asked."""
        if self.page.locator('form[action$="/reason"]').count():
            self.set("reason", "handover")
            self.send("/reason")


def hired(browser: Browser, office: Office, number: int, language: str, **options: Any) -> Person:
    """Give an officer who came by a one-time link and made a passkey."""
    with office.opened() as node:
        secret = node.reception.accounts.invite(UUID7(office.officers[number]), actor=OPERATOR_HERE)
    context = browser.new_context(locale=language, timezone_id="UTC", **options)
    page = context.new_page()
    person = Person(page, f"http://localhost:{office.port}", language)
    page.on("pageerror", lambda error: person.troubles.append(str(error)))
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    person.go(f"/office/welcome?language={language}#{secret}")
    person.send()
    person.follow("/office/account/passkey")
    person.fill(label="test")
    person.send("/office/account/passkey")
    page.wait_for_url("**/office/account?said=*")
    return person


@dataclass
class Cast:
    """Two officers at each of two nodes, which are processes of the operating system."""

    stage: Stage
    athens: tuple[Person, Person]
    hamburg: tuple[Person, Person]


@contextmanager
def cast(folder: Path, browser: Browser, language: str, **options: Any) -> Iterator[Cast]:
    """Give two running nodes and their officers, signed in."""
    with stage(folder, "gr/athens", "de/hamburg", wired=False, poll=1) as made:
        for office in made.offices.values():
            office.start()
        found = {
            name: tuple(hired(browser, office, number, language, **options) for number in (0, 1))
            for name, office in made.offices.items()
        }
        yield Cast(made, found["gr/athens"], found["de/hamburg"])  # type: ignore[arg-type]


RECORD: Mapping[str, Mapping[str, str]] = {
    "identity": {
        "identity.names-0-script": "Arab",
        "identity.names-0-order": "given_father_family",
        "identity.names-0-full": "ليلى أحمد حداد",
        "identity.birth_date-year": "2012",
        "identity.birth_date-month": "3",
        "identity.sex": "female",
    },
    "best_interests": {
        "best_interests.kind": "bia",
        "best_interests.date-year": "2026",
        "best_interests.date-month": "9",
        "best_interests.date-day": "1",
        "best_interests.body": "Child protection unit",
        "best_interests.outcome": "handover",
        "best_interests.reasons": "Her aunt wants to look after her.",
        "best_interests.non_refoulement-answer": "no_risk_found",
        "best_interests.non_refoulement-date-year": "2026",
        "best_interests.non_refoulement-date-month": "9",
        "best_interests.non_refoulement-date-day": "1",
        "best_interests.non_refoulement-by": "Child protection unit",
        "best_interests.non_refoulement-reasons": "The aunt has a home.",
    },
    "child_view": {
        "child_view.heard-date-year": "2026",
        "child_view.heard-date-month": "8",
        "child_view.heard-date-day": "20",
        "child_view.heard-by": "Danae",
        "child_view.heard-language": "ar",
        "child_view.heard-interpreter": "present",
        "child_view.wishes-words": "I want to live with my aunt.",
        "child_view.assent": "agrees",
    },
}


def matter(officer: Person, reference: str) -> str:
    """Begin a matter and write its record; give the matter's address."""
    officer.go("/office/matters/new")
    officer.fill(kind="guardianship", reference=reference)
    officer.send("/matters/new")
    address = officer.page.url.partition("?")[0].removeprefix(officer.base)
    for section, fields in RECORD.items():
        officer.go(f"{address}/record/{section}")
        officer.why()
        for name, value in fields.items():
            officer.set(name, value)
        officer.send(f"/record/{section}")
        assert "said=saved" in officer.page.url, officer.text[:900]
    return address


def consented(officer: Person, address: str, *, to: str = "de/hamburg") -> None:
    """Record a consent, step by step."""
    officer.go(f"{address}/consent")
    officer.set("recipients", to)
    officer.send("/consent", button="button.govuk-button:not(.govuk-button--secondary)")
    for category in ("identity", "best-interests", "child-view"):
        officer.set("categories", category)
    for _ in ("what", "explain"):
        officer.send("/consent", button="button.govuk-button:not(.govuk-button--secondary)")
    officer.fill(
        given_by="guardian",
        relation="Nour Haddad, guardian",
        capacity="guardian by court order",
        explained_by="Danae Ioannou",
        language="ar",
        interpreter="none",
        expressed="in writing",
        child_assent="She agrees.",
        text="I agree that Hamburg is told.",
    )
    for _ in ("given", "check"):
        officer.send("/consent", button="button.govuk-button:not(.govuk-button--secondary)")
    assert "said=consent-recorded" in officer.page.url, officer.text


def offered(officer: Person, second: Person, address: str) -> str:
    """Prepare an offer, and release it as the second officer; give the round's address."""
    officer.go(f"{address}/offer")
    officer.send("/offer")
    assert "said=prepared" in officer.page.url, officer.text
    round_ = officer.page.url.partition("?")[0].removeprefix(officer.base)
    second.go(round_)
    second.follow("/release")
    second.send("/release", confirm=True)
    assert "said=released" in second.page.url, second.text
    return round_


def read(officer: Person) -> str:
    """Find the newest offer in the work list, look at what was verified, and read it; give the round's address."""
    officer.wait_for("/office/work", 'tbody a[href*="/handovers/"]')
    officer.follow("/office/handovers/")
    round_ = officer.page.url.removeprefix(officer.base)
    officer.follow("/open")
    officer.why()
    officer.send("/open")
    assert "ليلى أحمد حداد" in officer.text
    return round_


def accepted(people: Cast) -> tuple[str, str]:
    """Hand over up to the acceptance; give the round's addresses at both nodes."""
    first, second = people.athens
    receiver, _ = people.hamburg
    address = matter(first, "ATH-1")
    consented(first, address)
    sent = offered(first, second, address)
    taken = read(receiver)
    receiver.go(taken)
    receiver.send("/accept")  # nothing was filled in: all of it is named, and nothing happens
    assert receiver.page.locator(".govuk-error-summary li").count() == 4
    receiver.fill(
        name="Birgit Claussen",
        organisation="Guardianship service",
        contact="+49 40 123",
        plan="Met by her aunt.",
    )
    receiver.send("/accept", confirm=True)
    assert "said=accepted" in receiver.page.url, receiver.text
    return sent, taken


def countersigned(people: Cast) -> tuple[str, str]:
    """Hand over up to the deed; give the round's addresses at both nodes."""
    (sent, taken), first = accepted(people), people.athens[0]
    first.wait_for(sent, 'a[href$="/countersign"]')
    first.follow("/countersign")
    first.send("/countersign", confirm=True)
    return sent, taken
