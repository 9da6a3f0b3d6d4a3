"""Acts of weight through pages: a passkey signs for each, evidence shows it; and two officers at once on one round."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from handover.application.verifier import verify
from handover.application.verifier_report import Verdict
from handover.domain.ids import HandoverId, MatterId
from pages.office import Browser, Offices, offices, options
from stories import told

RESPONSIBLE = {"name": "Anna Muster", "organisation": "Youth office", "contact": "+49 40 000"}
OVER = "The handover is not in a state that allows this step."
ACCEPT = {**RESPONSIBLE, "plan": "An aunt meets the child at the station."}


@dataclass
class Two:
    """Two officers of each office, all with passkeys."""

    made: Offices

    def north(self, name: str = "first") -> Browser:
        return self.made.browser(self.made.north, name, passkey=True)

    def south(self, name: str = "first") -> Browser:
        return self.made.browser(self.made.south, name, passkey=True)

    def state(self, browser: Browser, at: str) -> str:
        with browser.node.database.reading() as work:
            return work.handovers.get(HandoverId(at.rpartition("/")[2])).state.value

    def prepared(self) -> str:
        return f"/office/handovers/{self.made.prepared()['id']}"

    def offered(self) -> tuple[str, str]:
        """Give the round's addresses at both offices; the offer was released and opened through pages."""
        sent = self.prepared()
        done(act(self.north("second"), sent, "release"), "released")
        self.made.fed.settle()
        north, south = self.made.north.node, self.made.south.node
        with north.database.reading() as work:
            round_ = work.handovers.get(HandoverId(sent.rpartition("/")[2])).round
        with south.database.reading() as work:
            got = f"/office/handovers/{work.handovers.find(north.id, [round_])[round_].id}"
        reader = self.south()
        reader.say_why(matter_of(reader, got))
        assert reader.post(f"{got}/open", page=f"{got}/open").status_code == 200
        self.made.fed.settle()
        return sent, got

    def accepted(self) -> tuple[str, str]:
        sent, got = self.offered()
        done(act(self.south(), got, "accept", page=got, **ACCEPT), "accepted")
        self.made.fed.settle()
        return sent, got


def act(browser: Browser, at: str, what: str, *, page: str = "", **sent: str) -> httpx2.Response:
    """Send a weighty form and confirm it with the passkey."""
    asked = browser.post(f"{at}/{what}", sent, page=page or f"{at}/{what}")
    assert asked.status_code == 200, asked.text
    assert "Nothing is done yet" in asked.text
    assert f'href="{at}"' in asked.text  # the way back to the handover
    return browser.confirm(asked, f"{at}/{what}")


def done(answer: httpx2.Response, said: str) -> None:
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].endswith(f"?said={said}")


def matter_of(browser: Browser, at: str) -> MatterId:
    with browser.node.database.reading() as work:
        return work.handovers.get(HandoverId(at.rpartition("/")[2])).matter


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with offices(tmp_path_factory.mktemp("weighty")) as made:
        yield Two(made)


def test_a_handover_through_pages_ends_in_evidence_of_every_signature(two: Two) -> None:
    sent, got = two.accepted()
    done(act(two.north(), sent, "countersign"), "countersigned")
    two.made.fed.settle()
    day = {"day-day": "1", "day-month": "12", "day-year": "2026"}
    assert two.south().post(f"{got}/arrival", day, page=got).status_code == 303
    two.made.fed.settle()
    files = []
    for browser, at in ((two.north(), sent), (two.south(), got)):
        path = f"/office/audit/matters/{matter_of(browser, at)}/evidence"
        asked = browser.post(path)
        assert asked.headers["content-type"].startswith("text/html")
        assert "Take the evidence out" in asked.text
        assert "Nothing is done yet" not in asked.text  # the page stays when the file is saved
        answer = browser.confirm(asked, path)
        assert answer.headers["content-disposition"].endswith('.handover"')
        files.append(answer.content)
    report = verify(files, root=two.made.fed.repository.pinned())
    assert report.verdict is Verdict.VALID, told(report)
    assert report.counts["assertions"] == 5  # offer, acceptance, deed, two exports
    texts = [line.text for line in report.matters[0].timeline if "with a passkey, checked" in line.text]
    assert len(texts) >= 5


def wrongly(browser: Browser, asked: httpx2.Response, path: str) -> Iterator[tuple[str, httpx2.Response]]:
    """Answer the page in every wrong way."""
    assert browser.key is not None
    good = browser.key.answer(options(asked.text))
    for name, changes in (
        ("another challenge", {"challenge": "A" * 43}), ("another site", {"origin": "https://evil.example"}),
        ("a registration", {"type": "webauthn.create"}), ("in a frame", {"crossOrigin": True}),
    ):  # fmt: skip
        yield name, browser.again(asked, path, credential=browser.key.answer(options(asked.text), **changes))
    for name, flags in (("nobody there", 0), ("nobody verified", 1)):
        yield (
            name,
            browser.again(asked, path, credential=browser.key.answer(options(asked.text), flags=flags)),
        )
    for text in ("x", "{}", "[]", "null", good[:-1], "é", "1" * 10_000):
        yield text[:9], browser.again(asked, path, credential=text)
    found = json.loads(good)
    found["response"]["signature"] = "AAAA"
    yield "no signature", browser.again(asked, path, credential=json.dumps(found))


def test_a_wrong_signature_changes_nothing(two: Two) -> None:
    sent = two.prepared()
    browser = two.north("second")
    path = f"{sent}/release"
    asked = browser.post(path)
    for name, answer in wrongly(browser, asked, path):
        assert answer.status_code in (401, 403, 422), name
        assert two.state(browser, sent) == "PREPARED", name


def test_a_signature_counts_once_for_one_act_of_one_officer(two: Two) -> None:
    first, second = two.prepared(), two.prepared()
    browser = two.north("second")
    assert browser.key is not None
    asked = browser.post(f"{first}/release")
    signed = browser.key.answer(options(asked.text))
    for other in (second,):
        answer = browser.again(asked, f"{other}/release", credential=signed)
        assert answer.status_code in (401, 422)
        assert two.state(browser, other) == "PREPARED"
    third = two.north("third")
    page = third.post(f"{first}/release")
    assert third.again(page, f"{first}/release", credential=signed).status_code == 401
    assert two.state(browser, first) == "PREPARED"
    fresh = browser.post(f"{first}/release")
    done(browser.confirm(fresh, f"{first}/release"), "released")
    again = browser.confirm(fresh, f"{first}/release")
    assert again.status_code in (401, 422)
    assert two.state(browser, first) == "OFFERED"


def test_a_signature_for_what_has_changed_meanwhile_changes_nothing(two: Two) -> None:
    sent = two.prepared()
    browser = two.north("second")
    asked = browser.post(f"{sent}/release")
    two.made.fed.clock.pass_(301)
    late = browser.confirm(asked, f"{sent}/release")
    assert late.status_code == 401
    assert two.state(browser, sent) == "PREPARED"


def test_whoever_prepared_is_told_that_a_second_officer_has_to_release(two: Two) -> None:
    sent = two.prepared()
    browser = two.north("first")
    answer = browser.post(f"{sent}/release", page="/office/account")
    assert answer.status_code == 403
    assert "Whoever prepared this cannot release it." in answer.text
    assert two.state(browser, sent) == "PREPARED"


def told_as_it_is(answer: httpx2.Response, reason: str, now: str) -> None:
    """The page gives the reason above, and the round as it is now below."""
    assert answer.status_code == 422, answer.text
    above, _, below = answer.text.partition("<h1")
    assert reason in above
    assert now in below


def test_whoever_countersigns_while_another_withdraws_is_told(two: Two) -> None:
    sent, _ = two.accepted()
    browser, other = two.north("first"), two.north("third")
    asked = browser.post(f"{sent}/countersign")
    assert other.post(f"{sent}/withdraw", page=sent).status_code == 303
    told_as_it_is(browser.confirm(asked, f"{sent}/countersign"), OVER, "withdrawn")
    assert two.state(browser, sent) in ("VOIDING", "VOIDED")


def test_whoever_withdraws_while_another_countersigns_is_told(two: Two) -> None:
    sent, _ = two.accepted()
    browser, other = two.north("first"), two.north("third")
    token = other.token(sent)
    done(act(browser, sent, "countersign"), "countersigned")
    answer = other.client.post(f"{sent}/withdraw", data={"csrf": token}, follow_redirects=False)
    told_as_it_is(answer, "The deed has been given and cannot be withdrawn", "Timeline")
    assert two.state(browser, sent) == "RELIEVING"


def test_of_two_who_release_at_once_the_second_is_told(two: Two) -> None:
    sent = two.prepared()
    second, third = two.north("second"), two.north("third")
    one, other = second.post(f"{sent}/release"), third.post(f"{sent}/release")
    done(second.confirm(one, f"{sent}/release"), "released")
    told_as_it_is(third.confirm(other, f"{sent}/release"), OVER, "Handover to")
    assert len(two.made.north.get(f"/handovers/{sent.rpartition('/')[2]}/timeline")["data"]) == 1


def test_of_two_who_accept_at_once_the_second_is_told_and_loses_nothing(two: Two) -> None:
    _, got = two.offered()
    first, second = two.south("first"), two.south("second")
    second.say_why(matter_of(second, got))
    one = first.post(f"{got}/accept", ACCEPT, page=got)
    other = second.post(f"{got}/accept", {**ACCEPT, "name": "Somebody Else"}, page=got)
    done(first.confirm(one, f"{got}/accept"), "accepted")
    answer = second.confirm(other, f"{got}/accept")
    told_as_it_is(answer, OVER, "Anna Muster")
    assert two.state(first, got) == "BOUND"


def test_whoever_accepts_what_another_has_declined_is_told(two: Two) -> None:
    _, got = two.offered()
    first, second = two.south("first"), two.south("second")
    asked = first.post(f"{got}/accept", ACCEPT, page=got)
    no = {"code": "no-capacity", "reason": "The home is full."}
    answer = second.post(f"{got}/decline", no, page=got)
    assert answer.status_code == 303, answer.text
    told_as_it_is(first.confirm(asked, f"{got}/accept"), OVER, "The home is full.")


def test_of_two_who_decline_at_once_the_second_is_told(two: Two) -> None:
    _, got = two.offered()
    first, second = two.south("first"), two.south("second")
    second.say_why(matter_of(second, got))
    token = second.token(got)
    one = {"code": "no-capacity", "reason": "The home is full."}
    assert first.post(f"{got}/decline", one, page=got).status_code == 303
    other = {"csrf": token, "code": "other", "reason": "I do not know."}
    answer = second.client.post(f"{got}/decline", data=other, follow_redirects=False)
    told_as_it_is(answer, OVER, "The home is full.")
    assert "I do not know." not in second.get(got)


def test_whoever_sends_the_same_form_twice_has_done_it_once(two: Two) -> None:
    _, got = two.offered()
    browser = two.south("first")
    sent = {"csrf": browser.token(got), "code": "no-capacity", "reason": "The home is full."}
    for _ in range(2):
        answer = browser.client.post(f"{got}/decline", data=sent, follow_redirects=False)
        assert answer.status_code == 303
    assert browser.get(got).count("The home is full.") == 1


def test_a_deed_for_which_the_ground_has_ended_is_said_to_be_void(two: Two) -> None:
    sent, _ = two.accepted()
    browser = two.north("first")
    asked = browser.post(f"{sent}/countersign")
    node = two.made.north.node
    ground = node.consents.of_matter(matter_of(browser, sent), actor=browser.actor)[0].id
    node.consents.withdraw(ground, actor=browser.actor)
    answer = browser.confirm(asked, f"{sent}/countersign")
    if answer.status_code == 303:
        done(answer, "void")
    else:
        told_as_it_is(answer, OVER, "withdrawn")
    assert two.state(browser, sent) in ("VOIDING", "VOIDED")


def test_a_faulty_form_for_a_step_that_is_over_says_that_it_is_over(two: Two) -> None:
    _, got = two.offered()
    first, second = two.south("first"), two.south("second")
    token = first.token(got)
    assert (
        second.post(f"{got}/decline", {"code": "no-capacity", "reason": "Full."}, page=got).status_code == 303
    )
    answer = first.client.post(f"{got}/accept", data={"csrf": token, "name": "x"}, follow_redirects=False)
    told_as_it_is(answer, OVER, "Full.")
