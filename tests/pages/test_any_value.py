"""Any text in any field of any form is taken or refused, and is never a fault of the node."""

import re
from collections.abc import Iterator

import pytest

from handover.domain.ids import HandoverId
from handover.pages.routes import PAGES
from handover.pages.visit import PREFIX
from pages.fields import Sheet, once
from pages.office import Browser, Offices

PART = re.compile(r"\{(\w+)\}")
FILES = ("/files", "/import")
VALUES = (
    "", " ", "x", "-1", "0", "1e9", "9" * 400, "NaN", "null", "[]", "\u0661\u0662", "\u202e", "é" * 4001, "a b", "١/٢",
    "00000000-0000-7000-8000-000000000000", "de/hamburg", "2026-02-30", "{{7*7}}", "\r\n", "\u2028", "\U0001f600",
)  # fmt: skip
# What the forms send beside what is filled in already when they are opened.
MORE = (
    "kind", "reason", "basis", "recipients", "purposes", "categories", "fields", "second", "given_by", "onward", "to",
    "step", "more", "go", "version", "act", "days", "key", "peer", "roles", "until-day", "until-month", "until-year",
    "deadline-day", "deadline-month", "deadline-year", "credential", "kept", "passkey", "session", "language", "code",
    "login", "password", "again", "email", "secret", "explain-in", "question", "answer", "name", "text", "as", "field",
    "day-day", "day-month", "day-year", "missing-since-day", "missing-since-month", "missing-since-year",
)  # fmt: skip


@pytest.fixture(scope="module")
def names(shared: Offices) -> dict[str, str]:
    sent, _ = shared.accepted()
    node = shared.north.node
    with node.database.reading() as work:
        matter = work.handovers.get(HandoverId(sent)).matter
    actor = shared.browser(shared.north, "anybody").actor
    other = node.officers.add("Somebody", actor.roles).id
    ground = node.consents.of_matter(matter, actor=actor)[0].id
    shown = node.after.holders.register(matter, actor=actor)[0].shown.envelope
    return {
        "matter": matter,
        "handover": sent,
        "ground": ground,
        "officer": other,
        "section": "identity",
        "shown": shown,
    }


def forms(names: dict[str, str]) -> Iterator[str]:
    for page in PAGES:
        known = set(PART.findall(page.path)) <= names.keys()
        if page.post is not None and known and page.path != "/sign-out" and not page.path.endswith(FILES):
            yield PREFIX + PART.sub(lambda found: names[found[1]], page.path)


def opened(browser: Browser, path: str) -> dict[str, list[str]]:
    answer = browser.client.get(path)
    return once(Sheet(answer.text).sent) if answer.status_code == 200 else {}


def token(browser: Browser, fields: dict[str, list[str]]) -> str:
    """Give what the form brought with it against requests of other sites."""
    return fields["csrf"][0] if "csrf" in fields else browser.token("/office/account")


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_any_text_in_every_field_of_a_form_at_once(
    shared: Offices, names: dict[str, str], value: str
) -> None:
    browser = shared.browser(shared.north, "anybody")
    browser.say_why(names["matter"])
    for path in forms(names):
        fields = opened(browser, path)
        sent = {**dict.fromkeys((*fields, *MORE), value), "csrf": token(browser, fields)}
        answer = browser.client.post(path, data=sent, follow_redirects=False)
        assert answer.status_code < 500 or answer.status_code == 503, (path, answer.status_code)


@pytest.mark.parametrize("value", ["x", "9" * 400, "\u0661", ""], ids=range(4))
def test_any_text_in_one_field_of_a_form(shared: Offices, names: dict[str, str], value: str) -> None:
    browser = shared.browser(shared.north, "anybody")
    browser.say_why(names["matter"])
    for path in forms(names):
        if path.endswith("/withdraw") or "staff/" in path:
            continue  # has been carried out once for all
        fields = opened(browser, path)
        for name in list(fields)[:40]:
            sent = {**fields, "csrf": [token(browser, fields)], name: [value]}
            answer = browser.client.post(path, data=sent, follow_redirects=False)
            assert answer.status_code < 500, (path, name)
            if answer.status_code == 403:  # the session may be another one now
                fields = opened(browser, path) or fields
