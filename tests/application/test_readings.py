"""Whoever opens a record in the pages says why, once for each matter and day; auditors see who, when and why."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

import cases
from application.door import Door, door
from handover.application.access import BROWSER, OIDC, ReadingReason
from handover.application.facts import Actor, Matter, OfficerRole
from handover.application.permissions import ForbiddenError
from handover.application.readings import ReadingReasonError, ReadingTextError, statement
from handover.domain.errors import MalformedError, NotFoundError
from handover.domain.ids import MatterId
from handover.protocol import strict

DAY = 86400


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with door(tmp_path_factory.mktemp("readings")) as opened:
        yield opened


def in_pages(made: Door, role: OfficerRole = OfficerRole.CASEWORKER) -> Actor:
    return Actor(officer=made.officer("Eleni P.", (role,)), roles=(role,), auth="passkey")


def matter(made: Door) -> Matter:
    return cases.begin(made.fed, made.node, in_pages(made))


def test_a_record_is_shown_in_the_pages_to_who_has_said_why_today(made: Door) -> None:
    found, actor = matter(made), in_pages(made)
    assert made.desks.readings.needed(found.id, actor=actor)
    with pytest.raises(ReadingReasonError):
        made.node.cases.read(found.id, actor=actor)
    made.desks.readings.state(found.id, ReadingReason.CASE_WORK, "", actor=actor)
    assert not made.desks.readings.needed(found.id, actor=actor)
    made.node.cases.read(found.id, actor=actor)
    made.node.cases.read(found.id, actor=actor)


def test_a_reason_counts_for_one_day_one_matter_and_one_officer(made: Door) -> None:
    made.fed.clock.now += DAY - made.fed.clock.now % DAY
    found, actor = matter(made), in_pages(made)
    made.desks.readings.state(found.id, ReadingReason.CASE_WORK, "", actor=actor)
    assert made.desks.readings.needed(matter(made).id, actor=actor)
    assert made.desks.readings.needed(found.id, actor=in_pages(made))
    made.fed.clock.pass_(DAY - 1)
    assert not made.desks.readings.needed(found.id, actor=actor)
    made.fed.clock.pass_(1)
    with pytest.raises(ReadingReasonError):
        made.node.cases.read(found.id, actor=actor)


@pytest.mark.parametrize("auth", sorted(BROWSER))
def test_however_an_officer_signed_in_the_reason_is_asked_for(made: Door, auth: str) -> None:
    assert made.desks.readings.needed(matter(made).id, actor=replace(in_pages(made), auth=auth))


@pytest.mark.parametrize("auth", ["api-key", "console"])
def test_programs_and_the_console_are_logged_without_a_reason(made: Door, auth: str) -> None:
    actor = replace(in_pages(made), auth=auth)
    found = matter(made)
    assert not made.desks.readings.needed(found.id, actor=actor)
    made.node.cases.read(found.id, actor=actor)


def test_auditors_see_who_opened_what_and_why(made: Door) -> None:
    found, actor = matter(made), in_pages(made)
    first = made.desks.readings.state(found.id, ReadingReason.OTHER, "  the court asked ", actor=actor)
    made.desks.readings.state(found.id, ReadingReason.URGENT, "", actor=actor)
    second = made.desks.readings.state(
        found.id, ReadingReason.SUPERVISION, "", actor=replace(in_pages(made), auth=OIDC)
    )
    seen = made.desks.readings.of_matter(found.id, actor=in_pages(made, OfficerRole.AUDITOR))
    assert seen == [first, second]
    assert seen[0].text == "the court asked"
    with pytest.raises(ForbiddenError):
        made.desks.readings.of_matter(found.id, actor=actor)


def test_stating_a_reason_is_logged_under_the_matter(made: Door) -> None:
    found, actor = matter(made), in_pages(made)
    reading = made.desks.readings.state(found.id, ReadingReason.HANDOVER, "before the release", actor=actor)
    with made.node.database.reading() as work:
        documents = [document for _, document in work.log.entries(found.id)]
    assert strict.digest(statement(reading)).encode() in documents[-1]
    assert b'"kind":"disclosed"' in documents[-1]
    assert b"release" not in statement(reading)


@pytest.mark.parametrize("text", ["", "   "])
def test_another_reason_needs_words(made: Door, text: str) -> None:
    with pytest.raises(ReadingTextError):
        made.desks.readings.state(matter(made).id, ReadingReason.OTHER, text, actor=in_pages(made))


@pytest.mark.parametrize("text", ["x" * 501, "a\x00b"])
def test_words_have_a_limit(made: Door, text: str) -> None:
    with pytest.raises(MalformedError):
        made.desks.readings.state(matter(made).id, ReadingReason.OTHER, text, actor=in_pages(made))


@pytest.mark.parametrize("role", [OfficerRole.AUDITOR, OfficerRole.OPERATOR])
def test_a_reason_opens_nothing_for_who_may_not_read(made: Door, role: OfficerRole) -> None:
    found = matter(made)
    with pytest.raises(ForbiddenError):
        made.desks.readings.state(found.id, ReadingReason.CASE_WORK, "", actor=in_pages(made, role))


def test_a_matter_that_is_not_there_is_not_found(made: Door) -> None:
    nothing = MatterId("01900000-0000-7000-8000-000000000000")
    with pytest.raises(NotFoundError):
        made.desks.readings.state(nothing, ReadingReason.CASE_WORK, "", actor=in_pages(made))
    with pytest.raises(NotFoundError):
        made.desks.readings.of_matter(nothing, actor=in_pages(made, OfficerRole.AUDITOR))


def test_what_was_written_is_erased_with_the_matter_and_the_rest_stays(made: Door) -> None:
    found, actor = matter(made), in_pages(made)
    made.desks.readings.state(found.id, ReadingReason.OTHER, "for the hearing", actor=actor)
    with made.node.database.begin() as work:
        work.matters.erase(found.id)
    (seen,) = made.desks.readings.of_matter(found.id, actor=in_pages(made, OfficerRole.AUDITOR))
    assert (seen.officer, seen.reason, seen.text) == (actor.officer, ReadingReason.OTHER, None)
