"""What is kept of accounts, sessions and readings comes back as it was, on both databases."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import cases
import postgres
from application.door import Door, door
from handover.adapters.metadata import metadata
from handover.application.access import (
    OPERATOR_HERE,
    PASSWORD,
    Attempts,
    Caller,
    Challenge,
    ChallengeKind,
    ReadingReason,
)
from handover.application.facts import Actor, OfficerRole
from handover.application.passkeys import SignInRefusedError
from handover.application.sessions import SignedOutError
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7
from two_nodes.databases import databases

KINDS = ["sqlite", pytest.param("postgresql", marks=postgres.needed)]


@pytest.fixture(scope="module", params=KINDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("access")
    if request.param == "sqlite":
        with door(folder) as opened:
            yield opened
        return
    with databases() as server, door(folder, database=server.migrated()) as opened:
        yield opened


def test_the_migrations_make_the_tables_that_the_program_knows(made: Door) -> None:
    with made.node.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_an_officer_comes_goes_and_comes_again(made: Door) -> None:
    officer = made.officer()
    made.with_password(officer)
    signed_in = made.sign_in()
    visitor = made.see(signed_in.cookie)
    assert visitor.actor.auth == PASSWORD
    with pytest.raises(SignInRefusedError):
        made.sign_in()  # the same code
    made.desks.sessions.end(signed_in.cookie)
    with pytest.raises(SignedOutError):
        made.see(signed_in.cookie)
    made.fed.clock.pass_(30)
    made.see(made.sign_in(caller=Caller(device=signed_in.device)).cookie)
    assert made.desks.sessions.end_all(officer, actor=OPERATOR_HERE) == 2


def test_what_a_browser_was_asked_is_given_once(made: Door) -> None:
    asked = Challenge(
        digest=b"d" * 32,
        kind=ChallengeKind.OIDC,
        officer=None,
        secret=b"nonce",
        expires_at=made.fed.clock.now + 1,
    )
    with made.node.database.begin() as work:
        work.doors.ask(asked)
        work.doors.drop_challenges(made.fed.clock.now)
        assert work.doors.take(asked.digest) == asked
        assert work.doors.take(asked.digest) is None
        work.doors.ask(replace(asked, officer=made_up()))
        assert work.doors.take(asked.digest) == replace(asked, officer=made_up())
        work.doors.ask(asked)
        work.doors.drop_challenges(made.fed.clock.now + 2)
        assert work.doors.take(asked.digest) is None


def made_up() -> UUID7:
    return UUID7("01900000-0000-7000-8000-000000000000")


def test_attempts_are_remembered_for_as_long_as_they_count(made: Door) -> None:
    kept = Attempts(key=b"k" * 32, failures=3, failed_at=5, good_at=4)
    with made.node.database.begin() as work:
        assert work.doors.attempts(kept.key) == Attempts(key=kept.key)
        work.doors.put_attempts(kept)
        work.doors.drop_attempts(made.fed.clock.now)
        assert work.doors.attempts(kept.key) == kept
        work.doors.drop_attempts(made.fed.clock.now + 1)
        assert work.doors.attempts(kept.key) == Attempts(key=kept.key)


def test_failures_of_nobody_are_forgotten_once_none_is_remembered(made: Door) -> None:
    now = made.fed.clock.now
    over, failed, known = (
        Attempts(key=name * 32, failures=number, failed_at=now - 600, good_at=good)
        for name, number, good in ((b"o", 2, 0), (b"f", 3, 0), (b"k", 2, 4))
    )
    with made.node.database.begin() as work:
        for each in (over, failed, known):
            work.doors.put_attempts(each)
        work.doors.drop_failures(now, 300)
        assert work.doors.attempts(over.key) == over
        work.doors.drop_failures(now + 1, 300)
        assert work.doors.attempts(over.key) == Attempts(key=over.key)
        assert [work.doors.attempts(each.key) for each in (failed, known)] == [failed, known]


def test_what_is_not_there_is_not_found(made: Door) -> None:
    with made.node.database.reading() as work:
        with pytest.raises(NotFoundError):
            work.doors.session(made_up())
        assert work.doors.find(b"x" * 32) is None
        assert work.accounts.invitation(b"x" * 32) is None
        assert work.accounts.passkey_of(b"x") is None
        assert work.accounts.of_login("nobody") is None
        assert work.accounts.of_subject("nobody") is None
        assert work.accounts.get(made_up()).login is None


def test_a_reading_comes_back_with_its_text(made: Door) -> None:
    actor = Actor(officer=made.officer(), roles=(OfficerRole.CASEWORKER,), auth=PASSWORD)
    matter = cases.begin(made.fed, made.node, actor)
    reading = made.desks.readings.state(matter.id, ReadingReason.COMPLAINT, "ζητήθηκε", actor=actor)
    auditor = Actor(officer=made.officer(), roles=(OfficerRole.AUDITOR,), auth=PASSWORD)
    assert made.desks.readings.of_matter(matter.id, actor=auditor) == [reading]
