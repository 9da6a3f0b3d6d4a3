"""Whatever somebody writes anywhere is text in every page that shows it; every link leads where its reader may go."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import pytest

import cases
from confirming import authenticator, enrol
from handover.application.access import ReadingReason
from handover.application.facts import OfficerRole
from handover.domain.ids import NodeId
from handover.domain.record import MatterKind, Value, schema
from handover.pages.sending import DATE_LIMIT
from pages.fields import Sheet
from pages.office import Browser, Offices, offices

MARKUP = (
    "<script>alert(1)</script>\"><img src=x onerror=alert(1)>' {{7*7}} {% raw %} ${7*7} &lt;b&gt; %(x)s \\"
)
SIGN = "alert(1)"


@dataclass
class Marks(HTMLParser):
    """What a page does that it should not: scripts of its own text, handlers, foreign addresses."""

    text: str
    found: list[str] = field(default_factory=list)
    _script: bool = False

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self._script = tag == "script"
        if any(name.startswith("on") for name in known) or "style" in known:
            self.found.append(f"{tag} {attrs}")
        if tag == "script" and not known.get("src", "").startswith("/office/assets/"):
            self.found.append(f"{tag} {attrs}")
        for name in ("href", "src", "action", "formaction"):
            address = known.get(name, "")
            if address and not address.startswith(("/", "#", "?", "https://", "data:image/", "data:,")):
                self.found.append(f"{tag} {address}")
        if tag in ("iframe", "object", "embed", "base") or known.get("src") == "x":
            self.found.append(tag)

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.found.append(data)
        self._script = False


@dataclass
class Written:
    """Two offices in which markup stands in every text."""

    made: Offices
    matter: str
    sent: str
    got: str


def hostile() -> dict[str, Value]:
    """Give a record that may be offered, with markup in each of its free texts."""

    def changed(value: Value) -> Value:
        if isinstance(value, str) and (" " in value or cases.MARK in value):
            return f"{value} {MARKUP}".strip()
        if isinstance(value, dict):
            return {name: changed(inner) for name, inner in value.items()}
        return [changed(inner) for inner in value] if isinstance(value, list) else value

    return {path: changed(value) for path, value in cases.GUARDIANSHIP.items()}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    with offices(tmp_path_factory.mktemp("markup")) as made:
        yield write(made)


def write(made: Offices) -> Written:
    """Write markup wherever something can be written, through the desks that pages use."""
    fed, north, south = made.fed, made.north.node, made.south.node
    first, second = (made.browser(made.north, f"{name} {MARKUP}").actor for name in ("one", "two"))
    there = made.browser(made.south, f"there {MARKUP}").actor
    matter = north.cases.begin(MatterKind.GUARDIANSHIP, reference=f"A-1 {MARKUP}"[:100], actor=first).id
    north.cases.write(matter, schema("guardianship/1"), hostile(), source="typed", actor=first)  # fmt: skip
    north.reception.readings.state(matter, ReadingReason.OTHER, MARKUP, actor=first)
    kept = cases.consent(fed, north, north.cases.matter(matter, actor=first), to=south.id, actor=first)
    round_ = north.offers.prepare(
        matter, to=NodeId(south.id), fields=kept.ground.fields, ground=kept.id, actor=first
    )
    north.offers.release(round_.id, actor=second)
    fed.settle()
    with south.database.reading() as work:
        got = work.handovers.find(north.id, [round_.round])[round_.round]
    south.reception.readings.state(got.matter, ReadingReason.OTHER, MARKUP, actor=there)
    south.handovers.open(got.id, actor=there)
    south.handovers.ask(got.id, text=f"q {MARKUP}", actor=there)
    fed.settle()
    north.handovers.answer(round_.id, text=f"a {MARKUP}", actor=first)
    fed.settle()
    responsible = dict.fromkeys(("name", "organisation", "contact"), MARKUP)
    south.handovers.accept(got.id, responsible=responsible, plan=f"p {MARKUP}", actor=there)
    fed.settle()
    return Written(made, matter, round_.id, got.id)


def crawl(browser: Browser, *starts: str) -> dict[str, str]:
    """Give every page that links lead to, from where this officer begins; each is there."""
    seen: dict[str, str] = {}
    queue = ["/office", *starts]
    while queue:
        path = queue.pop()
        if path in seen:
            continue
        answer = browser.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code)
        html = answer.headers["content-type"].startswith("text/html")
        seen[path] = answer.text if html else ""
        if html:
            links = [each.partition("#")[0] for each in Sheet(answer.text).links]
            queue += [
                path.partition("?")[0] + each if each.startswith("?") else each
                for each in links
                if each.startswith(("/office", "/verify", "?"))
                and "language=" not in each
                and "sign-out" not in each
            ]
    return seen


ROLES = list(OfficerRole)


@pytest.mark.parametrize("role", ROLES)
def test_markup_is_text_in_every_page_and_every_link_leads_where_its_reader_may_go(
    written: Written, role: OfficerRole
) -> None:
    made = written.made
    for office, matter in ((made.north, written.matter), (made.south, "")):
        browser = made.browser(office, f"{role.value} {MARKUP}", (role,))
        key = authenticator(browser.node, f"{role.value}")
        kept = enrol(browser.node, browser.actor, key)
        with browser.node.database.begin() as work:
            work.accounts.change_passkey(replace(kept, label=MARKUP))
        if matter and role in (OfficerRole.CASEWORKER, OfficerRole.LIAISON):
            browser.say_why(matter)
        pages = crawl(browser)
        assert "&lt;script&gt;alert(1)" in pages["/office/account"]  # the passkey's label
        assert len(pages) > 3
        for path, text in pages.items():
            assert path == "/verify" or not Marks(text).found, (path, Marks(text).found)
            assert "49" not in text.partition("{{")[2][:3], path
            assert "<script>alert" not in text
            assert "<img src=x" not in text


def test_what_was_written_is_shown_as_it_was_written(written: Written) -> None:
    browser = written.made.browser(written.made.north, f"one {MARKUP}")
    for path in (
        "/office/account", "/office/operate/staff", f"/office/matters/{written.matter}", "/office/matters",
        f"/office/matters/{written.matter}/record", f"/office/handovers/{written.sent}", "/office/work",
        f"/office/audit/matters/{written.matter}",
    ):  # fmt: skip
        text = browser.get(path)
        if path.endswith("account"):
            continue
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text, path
        if not path.endswith("work"):
            assert "{{7*7}}" in text or "/matters" in path, path


TEXTS = ("\u202emoc.live", "a\u200fb", "\u2066x", "\u0000", "a\u0007b", "\ud800")


@pytest.mark.parametrize("text", TEXTS[:5], ids=range(5))
def test_what_turns_text_round_is_refused_or_kept_apart(written: Written, text: str) -> None:
    browser = written.made.browser(written.made.north, f"one {MARKUP}")
    at = f"/office/handovers/{written.sent}"
    question = f"turned {ord(text[0])} {text}"
    answer = browser.post(f"{at}/question", {"question": question}, page=at)
    assert answer.status_code in (303, 400, 422)
    shown = browser.get(at)
    if answer.status_code == 303:
        assert f"<bdi>{question}</bdi>" in shown.replace(' dir="auto"', "")
    else:
        assert "\0" not in shown


@pytest.mark.parametrize("path", ["/office/matters/new", "/office/operate/staff", "/office/account/password"])
def test_markup_in_a_form_with_faults_comes_back_as_text(written: Written, path: str) -> None:
    browser = written.made.browser(written.made.north, f"one {MARKUP}")
    names = ("reference", "name", "login", "kind", "roles")
    answer = browser.post(path, {**dict.fromkeys(names, MARKUP), "until-day": MARKUP[:DATE_LIMIT]})
    assert answer.status_code == 422
    assert not Marks(answer.text).found
    assert MARKUP in [value for values in Sheet(answer.text).sent.values() for value in values]


def test_names_of_fields_are_text_as_well(written: Written) -> None:
    browser = written.made.browser(written.made.north, f"one {MARKUP}")
    at = f"/office/handovers/{written.sent}"
    token = browser.token(at)
    browser.node.sessions.end(browser.cookie)
    page = browser.client.post(f"{at}/question", data={"csrf": token, f'x"{MARKUP}': "y", "question": MARKUP})
    assert not Marks(page.text).found
