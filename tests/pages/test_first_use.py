"""What an officer who has never seen the pages has to find on them without being told."""

import re

import pytest
from markupsafe import escape

from federation import START
from handover.application.facts import OfficerRole
from handover.domain.record import schema
from handover.pages import explanation, languages, names, tasks, view
from handover.pages.languages import LANGUAGES
from handover.web import examples
from pages.office import Browser, Offices

HAMBURG = '<bdi>Youth office Hamburg</bdi> (<bdi dir="ltr" class="office-fixed">de/hamburg</bdi>)'
GREEN = re.compile(r'<a href="([^"]+)"[^>]*class="govuk-button"[^>]*>\s*([^<]+?)\s*</a>')
SHOWN = re.compile(r">([0-9A-F]{3}-[0-9A-F]{3})<")


@pytest.fixture(scope="module")
def first(shared: Offices) -> Browser:
    return shared.browser(shared.north, "first")


@pytest.fixture(scope="module")
def receiver(shared: Offices) -> Browser:
    return shared.browser(shared.south, "receiver")


def main(page: str) -> str:
    return page.partition("<main")[2]


def row(page: str, round_: str) -> str:
    """Give the row of a list that names a round."""
    return next(each for each in page.split("<tr") if f"/office/handovers/{round_}" in each)


def green(page: str) -> list[str]:
    """Give the texts of the page's main buttons."""
    return [text for _, text in GREEN.findall(main(page))]


def test_rounds_of_one_authority_are_told_apart_by_a_mark_that_both_offices_see(
    shared: Offices, first: Browser, receiver: Browser
) -> None:
    pairs = [shared.offered() for _ in range(2)]
    marks = []
    for sent, got in pairs:
        there = row(receiver.get("/office/work"), got)
        (mark,) = SHOWN.findall(there)
        assert mark in row(first.get("/office/work"), sent)
        assert mark in row(receiver.get("/office/rounds"), got)
        assert mark in receiver.get(f"/office/handovers/{got}")
        assert "Begun" in there
        assert "Read the offer" in there
        marks.append(mark)
    assert len(set(marks)) == len(pairs)


def test_lists_say_what_this_office_has_to_do_next(shared: Offices, receiver: Browser) -> None:
    sent, got = shared.offered()
    assert "Read the offer" in row(receiver.get("/office/work"), got)
    shared.south.post(f"/handovers/{got}/open")
    assert "Accept or decline" in row(receiver.get("/office/work"), got)
    shared.north.post(f"/handovers/{sent}/question", {"text": "Since when?"})
    shared.fed.settle()
    assert "Answer the question" in row(receiver.get("/office/work"), got)


def test_a_mark_says_nothing_of_the_round() -> None:
    assert tasks.mark("a" * 22) != tasks.mark("b" * 22)
    assert re.fullmatch("[0-9A-F]{3}-[0-9A-F]{3}", tasks.mark("a" * 22))


def test_every_step_names_the_officers_of_this_office_to_the_auditor(shared: Offices) -> None:
    sent, got = shared.accepted()
    shared.north.post(f"/handovers/{sent}/countersign", by="first")
    shared.fed.settle()
    auditor = shared.browser(shared.north, "Aud I. Tor", (OfficerRole.AUDITOR,))
    matter = shared.north.get(f"/handovers/{sent}")["matter"]
    page = auditor.get(f"/office/audit/matters/{matter}")
    said = page.partition("What was signed")[2]
    assert "Prepared by <bdi>first</bdi>, released by <bdi>second</bdi>." in said
    assert "The offer was released by <bdi>second</bdi>; <bdi>first</bdi> countersigned the deed." in said
    assert said.count("(Liaison officer)") == 4  # of all their roles one that may do it
    accepted = said.partition("Acceptance")[2].partition("</li>")[0]
    assert re.search(r'By <bdi dir="ltr" class="office-fixed">[A-Za-z0-9_-]{22}</bdi>\.', accepted)
    assert HAMBURG in accepted
    taken = said.partition("Take-up")[2].partition("</li>")[0]
    assert "By the system itself, no officer acted." in taken
    there = shared.browser(shared.south, "Aud I. Tor", (OfficerRole.AUDITOR,))
    other = there.get(f"/office/audit/matters/{shared.south.get(f'/handovers/{got}')['matter']}")
    assert "By <bdi>first</bdi>." in other.partition("What was signed")[2]


def test_an_empty_matter_leads_to_its_record_and_every_gap_to_its_section(
    shared: Offices, first: Browser
) -> None:
    made = shared.north.post("/matters", examples.NEW_MATTER)["id"]
    page = first.get(f"/office/matters/{made}")
    assert green(page) == ["Write the record"]
    assert "/offer" not in main(page)
    first.say_why(made)
    for place in ("best_interests#best_interests.kind", "child_view#child_view.heard"):
        assert f'href="/office/matters/{made}/record/{place}"' in page
        section, _, field = place.partition("#")
        assert f'id="{field}"' in first.get(f"/office/matters/{made}/record/{section}")
    at = "best_interests#best_interests.non_refoulement"
    assert f'href="/office/matters/{made}/record/{at}"' in page
    assert f'href="/office/matters/{made}/consent"' in page


def test_the_main_button_of_a_matter_is_what_comes_next(shared: Offices, first: Browser) -> None:
    matter = shared.north.post("/matters", examples.NEW_MATTER)["id"]
    some = {**examples.WRITE_RECORD, "sections": {"identity": {"sex": "male"}}}
    shared.north.put(f"/matters/{matter}/record", some)
    assert green(first.get(f"/office/matters/{matter}")) == ["Fill in what is missing"]
    whole = shared.matter()
    assert green(first.get(f"/office/matters/{whole}")) == ["Record a consent"]
    shared.ground(whole)
    page = first.get(f"/office/matters/{whole}")
    assert green(page) == ["Prepare an offer"]
    assert "Before it can be offered" not in page
    sent = shared.prepared(whole)["id"]
    page = first.get(f"/office/matters/{whole}")
    assert GREEN.findall(main(page)) == [(f"/office/handovers/{sent}", "Open the handover")]


def test_a_search_without_a_record_leads_to_it(shared: Offices, first: Browser) -> None:
    made = first.post("/office/matters/new", {"kind": "tracing", "reference": "T-1"}).headers["location"]
    page = first.get(made.partition("?")[0])
    assert green(page) == ["Write the record"]
    assert "Nothing is written yet." in page.partition("What comes next")[2].partition("</ul>")[0]


def test_the_decision_stands_open_on_an_offer_that_was_read(shared: Offices, receiver: Browser) -> None:
    _, got = shared.offered()
    at = f"/office/handovers/{got}"
    assert "Your decision" not in receiver.get(at)
    matter = shared.south.get(f"/handovers/{got}")["matter"]
    receiver.say_why(matter)
    read = receiver.post(f"{at}/open", page=f"{at}/open")
    assert f'href="{at}#decision"' in read.text
    page = receiver.get(at)
    decision = page.partition('id="decision"')[2].partition('id="timeline"')[0]
    for step in ("accept", "decline", "question"):
        assert f'href="#step-{step}"' in decision
        assert f'<section class="office-step" id="step-{step}"' in decision
        assert f'action="{at}/{step}"' in decision
    assert "<details" not in decision


def test_the_day_of_arrival_is_today_unless_another_is_written(shared: Offices, receiver: Browser) -> None:
    sent, got = shared.accepted()
    shared.north.post(f"/handovers/{sent}/countersign", by="first")
    shared.fed.settle()
    form = receiver.get(f"/office/handovers/{got}").partition(f'action="/office/handovers/{got}/arrival"')[2]
    today = languages.day_of(shared.fed.clock.now)
    for part in ("day", "month", "year"):
        field = re.search(rf'<input[^>]*name="day-{part}"[^>]*>', form)
        assert field
        assert f'value="{getattr(today, part)}"' in field[0]


def test_languages_are_offered_and_shown_by_name_and_kept_by_tag(shared: Offices, first: Browser) -> None:
    matter = shared.matter()
    at = f"/office/matters/{matter}/consent"
    day = languages.day_of(START + 300 * 86400)
    sent = {
        "basis": "consent", "recipients": "de/hamburg", "purposes": "child-protection", "onward": "none",
        "until-day": str(day.day), "until-month": str(day.month), "until-year": str(day.year),
        "categories": "health", "step": "explain", "explain-in": "ar",
    }  # fmt: skip
    page = first.post(at, sent).text
    assert '<option value="Arabic"></option>' in page
    assert re.search(r'<input[^>]*id="language"[^>]*value="Arabic"', page)
    told = ("relation", "capacity", "explained_by", "interpreter", "expressed", "child_assent", "text")
    given = {**sent, "step": "given", "given_by": "child", "language": "arabic", **dict.fromkeys(told, "x")}
    first.post(at, given)
    assert first.post(at, {**given, "step": "check"}, page=at).status_code == 303
    first.say_why(matter)
    ground = first.node.consents.of_matter(matter, actor=first.actor)[-1].id  # type: ignore[arg-type]
    _, said = first.node.consents.open(matter, ground, actor=first.actor)  # type: ignore[arg-type]
    assert said["language"] == "ar"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_named_language_is_known_again_in_every_language(language: str) -> None:
    for tag in ("ar", "fa", "uk", "ckb"):
        assert names.language_tag(names.language_name(tag, language).upper(), language) == tag
    assert names.language_tag("Dari, and some Pashto", language) == "Dari, and some Pashto"


def test_authorities_are_named_in_the_readers_language_with_their_code(
    shared: Offices, first: Browser, receiver: Browser
) -> None:
    sent, got = shared.offered()
    matter = shared.north.get(f"/handovers/{sent}")["matter"]
    for path in ("/work", "/rounds", f"/matters/{matter}", f"/handovers/{sent}/leaves", "/matters"):
        page = first.get(f"/office{path}")
        assert HAMBURG in page or "Child protection Athens" in page, path
    assert "Youth office Hamburg" in first.get(f"/office/handovers/{sent}").partition("</h1>")[0]
    greek = receiver.get(f"/office/handovers/{got}?language=el")
    assert "Προστασία παιδιού Αθήνας" in greek.partition("</h1>")[0]
    receiver.get("/office/work?language=en")


def test_an_authority_that_the_registry_does_not_name_is_shown_by_its_code() -> None:
    assert view.named("", "fr/lyon") == view.fixed("fr/lyon")
    assert view.named_text("", "fr/lyon") == view.isolated("fr/lyon")
    assert "<b>" not in view.named("<b>", "fr/lyon")


def test_the_explanation_speaks_to_the_child_and_not_of_it() -> None:
    of = schema("guardianship/1")
    groups = [each.category.value for each in of.fields]
    told = [*explanation.what(of, groups, (), "en"), *explanation.what(of, (), of.all_paths, "en")]
    assert "Who looks after you" in told
    assert [each for each in told if "child" in each.lower()] == []


def test_what_officers_wrote_is_shown_to_whoever_has_said_why(shared: Offices) -> None:
    sent, got = shared.accepted()
    reader = shared.browser(shared.south, "asks first")
    at = f"/office/handovers/{got}"
    plan = escape(str(examples.ACCEPT["plan"]))
    page = reader.get(at)
    assert plan not in page
    assert "Acceptance" in page
    assert "There is a text. Say first why you read it." in page
    asked = reader.get(f"{at}/texts")
    assert "why do you open this record" in asked.lower()
    matter = shared.south.get(f"/handovers/{got}")["matter"]
    reason = {"reason": "handover", "to": f"{at}/texts"}
    stated = reader.post(f"/office/matters/{matter}/reason", reason, page=f"{at}/texts")
    assert stated.headers["location"] == f"{at}/texts"
    assert reader.client.get(f"{at}/texts", follow_redirects=False).headers["location"] == at
    page = reader.get(at)
    assert plan in page
    assert "There is a text." not in page
    assert plan not in shared.browser(shared.north, "asks first").get(f"/office/handovers/{sent}")
