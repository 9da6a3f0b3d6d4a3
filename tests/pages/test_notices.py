"""Notices in the pages: officers see their own, operators what could not be delivered."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from handover.adapters.notices import NoticeShelf
from handover.application.facts import OfficerRole
from handover.application.notice import Notice, NoticeKind
from handover.application.sealing import new_id
from handover.domain.ids import UUID7, HandoverId
from handover.pages.notices import KINDS
from pages.office import Browser, Offices, offices


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    with offices(tmp_path_factory.mktemp("notices")) as found:
        yield found


def noted(browser: Browser, **changes: object) -> Notice:
    """Give a notice to the officer of a browser."""
    now = browser.node.clock()
    notice = Notice(
        id=new_id(now),
        officer=UUID7(browser.officer),
        kind=NoticeKind.OFFER,
        about=new_id(now),
        handover=HandoverId(new_id(now)),
        reference=f"reference-{new_id(now)[-6:]}",
        created_at=now,
        mail=None,
        due=now,
    )
    notice = replace(notice, **changes)  # type: ignore[arg-type]
    with browser.node.database.begin() as work:
        assert isinstance(work.notices, NoticeShelf)
        work.notices.add(notice)
    return notice


def test_officers_see_their_own_notices_and_nobody_elses(own: Offices) -> None:
    first, second = own.browser(own.north, "first"), own.browser(own.north, "second")
    mine, other = noted(first), noted(second)
    text = first.get("/office/notices")
    assert mine.reference in text
    assert f"/office/handovers/{mine.handover}" in text
    assert "An offer has come" in text
    assert other.reference not in text


def test_every_kind_of_notice_has_words() -> None:
    assert KINDS.keys() == set(NoticeKind)


def test_operators_see_what_could_not_be_delivered_and_nobody_else_does(own: Offices) -> None:
    operator = own.browser(own.north, "operates", (OfficerRole.OPERATOR,))
    first = own.browser(own.north, "first", (OfficerRole.CASEWORKER,))
    noted(first, due=None, problem="550", attempts=1)
    sent = noted(first, due=None, sent_at=1, problem="SENT-ALREADY")
    text = operator.get("/office/operate/mail")
    assert "550" in text
    assert str(sent.problem) not in text
    assert "/office/operate/mail" in operator.get("/office/operate")
    own.browser(own.north, "works", (OfficerRole.CASEWORKER,)).get("/office/operate/mail", status=403)


def test_whoever_follows_the_link_of_a_mail_signs_in_first_and_comes_back(own: Offices) -> None:
    answer = own.north.client.get("/office/notices", follow_redirects=False)
    assert answer.headers["location"] == "/office/sign-in?next=/office/notices"
