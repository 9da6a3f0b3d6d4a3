"""Sessions: one cookie for one officer, with an end; nobody else's can be seen, kept, or forged."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import select

from application.door import HERE, Door, door
from handover.adapters import access_tables
from handover.application.access import OIDC, OPERATOR_HERE, PASSKEY, SignedIn
from handover.application.facts import OfficerRole
from handover.application.permissions import ForbiddenError
from handover.application.sessions import (
    STEP_UP,
    Ended,
    SignedOutError,
    StepUpError,
)
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7
from handover.protocol import strict

IDLE, LIFE = 1800, 43200


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with door(tmp_path_factory.mktemp("sessions")) as opened:
        yield opened


def enter(made: Door, officer: UUID7, auth: str = PASSKEY) -> SignedIn:
    with made.node.database.begin() as work:
        return made.desks.sessions.admit(work, officer, auth=auth, caller=HERE)


def test_a_session_tells_who_is_there_and_how_that_was_proved(made: Door) -> None:
    officer = made.officer("Ada A.", (OfficerRole.LIAISON,))
    visitor = made.see(enter(made, officer).cookie)
    assert (visitor.actor.officer, visitor.actor.roles, visitor.actor.auth) == (
        officer,
        (OfficerRole.LIAISON,),
        PASSKEY,
    )
    assert visitor.name == "Ada A."
    assert visitor.language is None


def test_only_a_digest_of_the_cookie_is_kept(made: Door) -> None:
    cookie = enter(made, made.officer()).cookie
    with made.node.database.engine.connect() as connection:
        rows = connection.execute(select(access_tables.session)).all()
    kept = [value for row in rows for value in row if isinstance(value, bytes)]
    secret = strict.unb64(cookie)
    assert sha256(secret).digest() in kept
    assert not [value for value in kept if secret in value or cookie.encode() in value]


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "A" * 44, "é" * 43, "=" * 43])
def test_a_cookie_that_means_nothing_is_nobody(made: Door, cookie: str) -> None:
    with pytest.raises(SignedOutError):
        made.see(cookie)
    assert made.desks.sessions.ended(cookie) is None
    made.desks.sessions.end(cookie)


def test_a_session_ends_when_nothing_is_done(made: Door) -> None:
    cookie = enter(made, made.officer()).cookie
    made.fed.clock.pass_(IDLE - 1)
    made.see(cookie)
    made.fed.clock.pass_(IDLE - 1)
    made.see(cookie)
    made.fed.clock.pass_(IDLE)
    with pytest.raises(SignedOutError):
        made.see(cookie)


def test_a_session_ends_however_much_is_done(made: Door) -> None:
    cookie = enter(made, made.officer()).cookie
    for _ in range(LIFE // 1200 - 1):
        made.fed.clock.pass_(1200)
        made.see(cookie)
    made.fed.clock.pass_(1200)
    with pytest.raises(SignedOutError):
        made.see(cookie)


def test_being_seen_is_written_once_a_minute_at_most(made: Door) -> None:
    cookie = enter(made, made.officer()).cookie
    (session,) = made.desks.sessions.list(made.see(cookie).actor.officer, actor=OPERATOR_HERE)
    made.fed.clock.pass_(59)
    visitor = made.see(cookie)
    assert made.desks.sessions.list(visitor.actor.officer, actor=OPERATOR_HERE) == [session]
    made.fed.clock.pass_(1)
    made.see(cookie)
    (seen,) = made.desks.sessions.list(visitor.actor.officer, actor=OPERATOR_HERE)
    assert seen == replace(session, seen_at=made.fed.clock.now)


def test_signing_out_ends_the_session_for_good(made: Door) -> None:
    cookie = enter(made, made.officer()).cookie
    made.desks.sessions.end(cookie)
    made.desks.sessions.end(cookie)
    with pytest.raises(SignedOutError):
        made.see(cookie)


def test_each_sign_in_has_a_cookie_that_nobody_could_know_before(made: Door) -> None:
    officer = made.officer()
    first, second = enter(made, officer), enter(made, officer)
    assert first.cookie != second.cookie
    assert made.see(first.cookie).session != made.see(second.cookie).session


def test_a_step_up_gives_the_session_another_cookie_and_the_old_one_is_worth_nothing(made: Door) -> None:
    old = enter(made, made.officer()).cookie
    visitor = made.see(old)
    made.fed.clock.pass_(STEP_UP + 1)
    with pytest.raises(StepUpError):
        made.desks.sessions.require_fresh(visitor)
    with made.node.database.begin() as work:
        new = made.desks.sessions.renew(work, visitor.session)
    with pytest.raises(SignedOutError):
        made.see(old)
    made.desks.sessions.require_fresh(made.see(new))
    assert made.see(new).session == visitor.session
    assert made.see(new).csrf != visitor.csrf


def test_an_ended_session_is_not_renewed(made: Door) -> None:
    cookie = enter(made, made.officer()).cookie
    visitor = made.see(cookie)
    made.desks.sessions.end(cookie)
    with pytest.raises(SignedOutError), made.node.database.begin() as work:
        made.desks.sessions.renew(work, visitor.session)


def test_whoever_typed_something_is_known_after_the_session_has_ended(made: Door) -> None:
    officer = made.officer()
    cookie = enter(made, officer).cookie
    csrf = made.see(cookie).csrf
    made.desks.sessions.end(cookie)
    assert made.desks.sessions.ended(cookie) == Ended(officer=officer, csrf=csrf)


def test_officers_see_and_end_their_own_sessions_and_operators_all(made: Door) -> None:
    officer, other = made.officer(), made.officer("Nikos K.")
    visitor, stranger = made.see(enter(made, officer).cookie), made.see(enter(made, other).cookie)
    second = made.see(enter(made, officer, OIDC).cookie)
    listed = made.desks.sessions.list(officer, actor=visitor.actor)
    assert [(each.id, each.auth, each.browser) for each in listed] == [
        (visitor.session, PASSKEY, "Firefox on Linux"),
        (second.session, OIDC, "Firefox on Linux"),
    ]
    with pytest.raises(ForbiddenError):
        made.desks.sessions.list(officer, actor=stranger.actor)
    with pytest.raises(NotFoundError):
        made.desks.sessions.revoke(second.session, actor=stranger.actor)
    with pytest.raises(ForbiddenError):
        made.desks.sessions.end_all(officer, actor=stranger.actor)
    made.desks.sessions.revoke(second.session, actor=visitor.actor)
    assert [each.id for each in made.desks.sessions.list(officer, actor=visitor.actor)] == [visitor.session]
    assert made.desks.sessions.end_all(officer, actor=made.operator()) == 1
    assert not made.desks.sessions.list(officer, actor=OPERATOR_HERE)


def test_whoever_is_disabled_is_out_at_once_with_every_session(made: Door) -> None:
    officer = made.officer()
    cookie = enter(made, officer).cookie
    made.node.officers.disable(officer)
    with pytest.raises(SignedOutError):
        made.see(cookie)
    assert not made.desks.sessions.list(officer, actor=OPERATOR_HERE)


def test_changed_roles_count_from_the_next_request(made: Door) -> None:
    officer = made.officer()
    cookie = enter(made, officer).cookie
    made.desks.accounts.set_roles(officer, [OfficerRole.AUDITOR], actor=OPERATOR_HERE)
    assert made.see(cookie).actor.roles == (OfficerRole.AUDITOR,)


def test_an_auditor_is_out_when_the_time_is_over_whatever_was_used(made: Door) -> None:
    until = made.fed.clock.now + 600
    officer = made.node.officers.add("Aud I. Tor", [OfficerRole.AUDITOR], until=until).id
    cookie = enter(made, officer).cookie
    _, key = made.node.officers.issue_key(officer)
    made.fed.clock.pass_(599)
    made.see(cookie)
    made.node.officers.authenticate(key)
    made.fed.clock.pass_(1)
    with pytest.raises(SignedOutError):
        made.see(cookie)
    with pytest.raises(Exception, match="Who acts could not be established"):
        made.node.officers.authenticate(key)


def test_a_session_that_ended_long_ago_is_forgotten(made: Door) -> None:
    old = enter(made, made.officer()).cookie
    made.fed.clock.pass_(LIFE + 31 * 86400)
    enter(made, made.officer())
    assert made.desks.sessions.ended(old) is None
