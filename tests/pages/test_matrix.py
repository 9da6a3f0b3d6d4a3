"""Every page with every role, GET and POST, with identifiers of another authority, of nothing and with malformed ones.

Whoever may not is told so before anything is looked up; what is not there and what is not ours look alike; no value of
a record is shown to a role that may not see it, and to nobody who has not said why.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

import httpx2
import pytest

import cases
from cases import MARK
from handover.application.askings import Wanted as AskedFor
from handover.application.consents import STATEMENT
from handover.application.decided import Decided
from handover.application.facts import OfficerRole
from handover.application.holds import Wanted
from handover.application.overrides import Told
from handover.application.permissions import MAY, Right
from handover.application.petitions import Filing
from handover.application.referring import Wanted as Refer
from handover.application.tracing_permissions import Permit
from handover.domain.continuity import DecisionKind, OverrideReason, PetitionKind, ReferralTask
from handover.domain.retention import HoldGround
from handover.domain.traceable import ProtectionReason, TracingBasis
from handover.pages.routes import PAGES
from handover.pages.visit import PREFIX, Page
from lying import lie
from pages.office import Browser, Offices

NOTHING = "00000000-0000-7000-8000-00000000dead"
MALFORMED = ("x", NOTHING.upper(), "%E2%98%83", "..%2f..", "%0d%0aset-cookie:a=b", "%00", "a" * 900)
PART = re.compile(r"\{(\w+)\}")
REFERENCE = "A-1"
ACTS = (200, 303)  # done, or shown
REFUSES = (401, 403, 404, 405, 409, 415, 422)
ABSENT = {
    **dict.fromkeys(("ground", "hold", "override", "decision", "permission", "asking"), NOTHING),
    **dict.fromkeys(("file", "question"), "A" * 43),
    "section": "nothing",
}
DECIDED = Decided(
    kind=DecisionKind.PLACEMENT,
    date="2026-10-01",
    authority="Youth office",
    reference="",
    outcome=f"With an aunt {MARK}.",
    reasons="",
)


@dataclass
class Scene:
    """A matter in Athens with a round that Hamburg has accepted, and Hamburg's side of it."""

    offices: Offices
    own: dict[str, str]
    other: dict[str, str]

    def browser(self, role: OfficerRole) -> Browser:
        return self.offices.browser(self.offices.north, role.value, (role,))


@pytest.fixture(scope="module")
def scene(shared: Offices) -> Scene:
    fed, north, south = shared.fed, shared.north.node, shared.south.node
    first, second = fed.officer(north, "one"), fed.officer(north, "two")
    matter = cases.begin(fed, north, first)
    sent = cases.offer(fed, north, south.id, first, second, matter=matter)
    fed.settle()
    there = fed.officer(south, "there")
    with south.database.reading() as work:
        got = work.handovers.find(north.id, [sent.round])[sent.round]
    south.handovers.open(got.id, actor=there)
    responsible = {"name": f"G. {MARK}", "organisation": "Youth office", "contact": "+49"}
    south.handovers.accept(got.id, responsible=responsible, plan=f"An aunt {MARK} comes.", actor=there)
    fed.settle()
    ground = north.consents.of_matter(matter.id, actor=first)[0].id
    file = str(north.attachments.add(matter.id, "text/plain", MARK.encode(), actor=first))
    wanted = Wanted(
        ground=HoldGround.LEGAL_CLAIMS,
        reason=f"The claim of {MARK}",
        until=fed.clock.now + 86400,
        second_officer=second.officer,
    )
    hold = north.holds.place(matter.id, wanted, actor=first).id
    names = {"section": "identity", "file": file, "alarm": NOTHING}
    own = {"matter": matter.id, "handover": sent.id, "ground": ground, "officer": first.officer, **names}
    told = Told(
        to="Clinic",
        fields=("health",),
        reason=OverrideReason.MEDICAL_EMERGENCY,
        text="It could not wait.",
        second_officer=second.officer,
    )
    own["hold"] = hold
    lie(south, north, fed.clock.now)
    own["alarm"] = north.log_proofs.all(actor=first)[0].id
    own["override"] = north.after.overrides.tell(matter.id, told, actor=first).id
    filing = Filing(kind=PetitionKind.COMPLAINT, language="en", text=f"They told {MARK}.")
    own["petition"] = north.after.petitions.file(matter.id, filing, actor=first).id
    other = {"matter": got.matter, "handover": got.id, "ground": NOTHING, "officer": there.officer, **names}
    own["shown"], own["demand"] = str(sent.offer), "A" * 43
    other["hold"] = other["override"] = other["petition"] = NOTHING
    other["shown"], other["demand"] = str(sent.offer), "A" * 43
    own["decision"] = north.after.decisions.record(matter.id, DECIDED, actor=first).id
    other["hold"] = other["override"] = other["decision"] = NOTHING
    statement = dict.fromkeys(STATEMENT, f"Said {MARK}")
    permit = Permit(
        basis=TracingBasis.CONSENT,
        statement={**statement, "given_by": "guardian"},
        until=fed.clock.now + 86400,
    )
    own["permission"] = north.tracing.permissions.record(matter.id, permit, actor=first).id
    wanted_of = AskedFor(nodes=(south.id,))
    own["asking"] = north.tracing.askings.ask(matter.id, wanted_of, actor=first).id
    for name in ("candidate", "contact"):
        own[name] = other[name] = NOTHING
    other["asking"] = NOTHING
    north.tracing.protections.protect(matter.id, ProtectionReason.OTHER, f"A danger {MARK}", actor=first)
    other["permission"] = NOTHING
    own["question"] = other["question"] = "A" * 43
    own["correction"] = other["correction"] = "A" * 43
    refer = Refer(
        to=south.id,
        task=ReferralTask.HEALTH,
        text=f"Which clinic takes {MARK}?",
        fields=("health.urgent_needs",),
        ground=ground,
    )
    own["referral"] = north.after.referring.prepare(matter.id, refer, actor=first).id
    other["referral"] = NOTHING
    return Scene(shared, {**own, "rest": "x"}, {**other, "rest": "x"})


def address(page: Page, names: dict[str, str], **changes: str) -> str:
    return PREFIX + PART.sub(lambda found: {**names, **changes}[found[1]], page.path)


def send(browser: Browser, method: str, path: str, token: str) -> httpx2.Response:
    if method == "GET":
        return browser.client.get(path, follow_redirects=False)
    if path.endswith(("/files", "/import")):
        return browser.client.post(path, data={"csrf": token}, files={"file": ("f", b"")})
    return browser.client.post(path, data={"csrf": token}, follow_redirects=False)


def allowed(page: Page, role: OfficerRole) -> bool:
    return page.right is None or role in MAY[page.right]


def pages(*, bound: bool) -> list[Page]:
    """Give the pages of one thing (*bound*), or all others but the one that ends the session."""
    return [page for page in PAGES if bool(PART.search(page.path)) is bound and page.path != "/sign-out"]


@pytest.fixture(scope="module", params=list(OfficerRole), ids=lambda role: str(role.value))
def seat(scene: Scene, request: pytest.FixtureRequest) -> tuple[Scene, Browser, OfficerRole]:
    return scene, scene.browser(request.param), request.param


Seat = tuple[Scene, Browser, OfficerRole]


def test_whoever_may_not_is_refused_whatever_is_named(seat: Seat) -> None:
    scene, browser, role = seat
    token = browser.token("/office/account")
    for page in PAGES:
        if allowed(page, role):
            continue
        for names in (scene.own, scene.other):
            for method in ("GET", "POST"):
                answer = send(browser, method, address(page, names), token)
                assert answer.status_code == 403, (method, page.path)
                assert MARK not in answer.text
                assert REFERENCE not in answer.text


def test_a_page_answers_each_method_as_the_table_says(seat: Seat) -> None:
    scene, browser, role = seat
    for page in [*pages(bound=False), *pages(bound=True)]:
        if not allowed(page, role):
            continue
        for method, there in (("GET", page.get), ("POST", page.post)):
            token = browser.token("/office/account") if method == "POST" else ""
            answer = send(browser, method, address(page, scene.own), token)
            if there is None:
                assert answer.status_code == 405, (method, page.path)
            else:
                assert answer.status_code in (*ACTS, *REFUSES), (method, page.path, answer.status_code)
                assert answer.status_code != 405, (method, page.path)


def test_what_is_not_ours_is_as_if_it_were_not_there(seat: Seat) -> None:
    scene, browser, role = seat
    token = browser.token("/office/account")
    bare = {"matter": NOTHING, "handover": NOTHING, "officer": NOTHING}
    for page in pages(bound=True):
        for method, there in (("GET", page.get), ("POST", page.post)):
            if there is None or not allowed(page, role):
                continue
            not_ours = send(browser, method, address(page, scene.other), token)
            absent = send(browser, method, address(page, {**scene.other, **bare}), token)
            assert not_ours.status_code == absent.status_code == 404, (method, page.path)
            assert neutral(not_ours) == neutral(absent), (method, page.path)


def test_what_hangs_on_one_thing_is_not_found_under_another(seat: Seat) -> None:
    scene, browser, role = seat
    token = browser.token("/office/account")
    for page in pages(bound=True):
        for part in set(PART.findall(page.path)) & ABSENT.keys():
            if page.get is None or not allowed(page, role):
                continue
            answer = send(browser, "GET", address(page, scene.own, **{part: ABSENT[part]}), token)
            asked = "why do you open this record" in answer.text.lower()
            assert answer.status_code == 404 or asked, (page.path, answer.status_code)


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_identifier_names_nothing(scene: Scene, text: str) -> None:
    browser = scene.offices.browser(scene.offices.north, "all")
    token = browser.token("/office/account")
    for page in pages(bound=True):
        for part in set(PART.findall(page.path)):
            for method, there in (("GET", page.get), ("POST", page.post)):
                if there is None:
                    continue
                answer = send(browser, method, address(page, scene.own, **{part: text}), token)
                asked = "why do you open this record" in answer.text.lower()
                refused = answer.status_code in ((404, 405, 413) if "%" in text else (404, 405))
                assert refused or asked, (method, page.path, answer.status_code)
                assert "a=b" not in str(answer.headers)


QUERIES = {
    "/matters": ("before",),
    "/rounds": ("after",),
    "/work": ("after",),
    "/retention": ("after",),
    "/audit": ("before",),
    "/authorities": ("country", "place", "mandate"),
    "/step-up": ("next",),
    "/sign-in/back": ("state", "code"),
    "/help": ("said", "language"),
}
STRANGE = (
    "x",
    "-1",
    "9" * 30,
    "%00",
    "%E2%98%83",
    "1-%00",
    "99999999999-x",
    "%3Cb%3E",
    "%ff",
    "%F0%90%80%80",
)


@pytest.mark.parametrize("text", STRANGE)
def test_a_malformed_query_is_no_fault_of_the_node(scene: Scene, text: str) -> None:
    browser = scene.offices.browser(scene.offices.north, "all")
    for path, names in QUERIES.items():
        for name in names:
            answer = browser.client.get(f"{PREFIX}{path}?{name}={text}", follow_redirects=False)
            assert answer.status_code in (200, 303, 400, 401, 404), (path, name)
            assert "<b>" not in answer.text


def test_no_value_is_shown_to_who_has_not_said_why(seat: Seat) -> None:
    scene, browser, role = seat
    token = browser.token("/office/account")
    said = re.compile(rf"(?:G\.|An aunt) {MARK}")  # what the other side wrote in the acceptance
    for page in pages(bound=True):
        for method in ("GET", "POST"):
            answer = send(browser, method, address(page, scene.own), token)
            rest = said.sub("", answer.text) if Right.READ_CASE in rights(role) else answer.text
            assert MARK not in rest, (method, page.path)


def test_a_value_is_shown_to_who_has_said_why(scene: Scene) -> None:
    for role in OfficerRole:
        if role in MAY[Right.READ_CASE]:
            browser = scene.offices.browser(scene.offices.north, f"says why, {role.value}", (role,))
            browser.say_why(scene.own["matter"])
            assert MARK in browser.get(f"/office/matters/{scene.own['matter']}/record")


def rights(role: OfficerRole) -> set[Right]:
    return {right for right in Right if role in MAY[right]}


def test_the_operator_sees_no_case_and_the_auditor_no_value(scene: Scene) -> None:
    for role in (OfficerRole.OPERATOR, OfficerRole.AUDITOR):
        browser = scene.browser(role)
        for page in PAGES:
            if page.get is None or page.path == "/sign-out":
                continue
            answer = browser.client.get(address(page, scene.own), follow_redirects=False)
            assert MARK not in answer.text, page.path
            if role is OfficerRole.OPERATOR:
                sent = address(page, scene.own)
                assert scene.own["matter"] not in answer.text.replace(sent, ""), page.path
                assert REFERENCE not in answer.text, page.path


def test_whoever_is_not_signed_in_gets_to_no_page(scene: Scene) -> None:
    client = scene.offices.north.client
    for page in PAGES:
        if page.open:
            continue
        answer = client.get(address(page, scene.own), follow_redirects=False)
        assert answer.status_code == 303, page.path
        assert answer.headers["location"].startswith("/office/sign-in?next=/office/"), page.path
        sent = client.post(address(page, scene.own), data={}, follow_redirects=False)
        if not page.path.endswith(("/files", "/import")):
            assert sent.status_code == 401, page.path


@pytest.mark.parametrize("text", MALFORMED)
def test_a_stranger_who_asks_for_nonsense_is_asked_who_it_is(scene: Scene, text: str) -> None:
    answer = scene.offices.north.client.get(f"/office/matters/{text}/record", follow_redirects=False)
    assert answer.status_code in (303, 404)
    assert "a=b" not in str(answer.headers).lower()
    assert unquote(answer.headers.get("location", "/office/sign-in")).isascii()


def neutral(answer: httpx2.Response) -> str:
    """Give the page without what differs from answer to answer: tokens, masks and the address that was asked for."""
    text = re.sub(r'name="csrf" value="[^"]+"', "", answer.text)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}|[A-Za-z0-9_-]{40,}", "", text)
