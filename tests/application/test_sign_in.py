"""Signing in with password and code, or by a one-time link: every way to fail looks alike and costs the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from application.door import HERE, LOGIN, PHRASE, Door, door
from handover.application.access import OPERATOR_HERE, PASSWORD, Caller, Change
from handover.application.accounts import LINK_LIFE
from handover.application.brake import ACCOUNT, ADDRESS, DEVICE, SignInWaitError
from handover.application.facts import OfficerRole
from handover.application.officers import UnauthenticatedError
from handover.application.passkeys import SignInRefusedError
from handover.application.sessions import SignedOutError
from handover.application.sign_in import LinkRefusedError, StepUpRefusedError

ELSEWHERE = Caller(address="198.51.100.9", browser="curl")
WRONG = "eight blue lamps over Volos"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path) as opened:
        yield opened


class Counted:
    """Real password work, counted."""

    def __init__(self, made: Door) -> None:
        self.real = made.desks.sign_in._passwords
        self.stretched: list[bool] = []
        self.codes = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)

    def fits(self, kept: str | None, password: str) -> bool:
        self.stretched.append(kept is not None)
        return self.real.fits(kept, password)

    def step(self, secret: str | None, code: str, now: int) -> int | None:
        self.codes += 1
        return self.real.step(secret, code, now)


def refusal(made: Door, login: str, password: str, code: str, caller: Caller = HERE) -> str:
    with pytest.raises(UnauthenticatedError) as caught:
        made.desks.sign_in.with_password(login, password, code, caller)
    error = caught.value
    return f"{error.name}|{error}|{error.title}|{error.advice}|{error.detail}"


def test_password_and_code_begin_a_session(made: Door) -> None:
    officer = made.officer()
    made.with_password(officer)
    visitor = made.see(made.sign_in().cookie)
    assert (visitor.actor.officer, visitor.actor.auth) == (officer, PASSWORD)
    assert visitor.actor.roles == (OfficerRole.CASEWORKER,)


@pytest.mark.parametrize("spelt", ["ELENI.P", "  eleni.p ", "ｅｌｅｎｉ.ｐ"])
def test_a_login_name_has_one_spelling(made: Door, spelt: str) -> None:
    made.with_password(made.officer())
    cookie = made.desks.sign_in.with_password(spelt, PHRASE, made.code(), HERE).cookie
    assert made.see(cookie).actor.auth == PASSWORD


def test_every_failure_gets_the_same_answer_after_the_same_work(made: Door) -> None:
    made.with_password(made.officer())
    gone = made.officer("Nikos K.")
    made.with_password(gone, "nikos.k")
    made.node.officers.disable(gone)
    halfway = made.officer("Maria M.")
    made.desks.accounts.set_password(made.see(made.by_link(halfway).cookie), "maria.m", PHRASE)
    counted = Counted(made)
    made.desks.sign_in._passwords = counted  # type: ignore[assignment]
    used = made.code()
    made.sign_in()
    tries = {
        "no such account": ("nobody", PHRASE, "123456"),
        "wrong password": (LOGIN, WRONG, made.code()),
        "wrong code": (LOGIN, PHRASE, "000000"),
        "code of letters": (LOGIN, PHRASE, "abcdef"),
        "code used before": (LOGIN, PHRASE, used),
        "disabled": ("nikos.k", PHRASE, made.code("nikos.k")),
        "no codes yet": ("maria.m", PHRASE, "123456"),
        "empty": ("", "", ""),
        "endless": (LOGIN, "x" * 100_000, made.code()),
    }
    counted.stretched.clear()
    counted.codes = 0
    answers = {name: refusal(made, *what) for name, what in tries.items()}
    assert len(set(answers.values())) == 1, answers
    assert len(counted.stretched) == counted.codes == len(tries)


def test_a_code_counts_once(made: Door) -> None:
    made.with_password(made.officer())
    code = made.code()
    made.desks.sign_in.with_password(LOGIN, PHRASE, code, HERE)
    with pytest.raises(SignInRefusedError):
        made.desks.sign_in.with_password(LOGIN, PHRASE, code, HERE)


def test_an_older_code_does_not_count_after_a_newer_one(made: Door) -> None:
    made.with_password(made.officer())
    older = made.code()
    made.fed.clock.pass_(30)
    made.sign_in()
    with pytest.raises(SignInRefusedError):
        made.desks.sign_in.with_password(LOGIN, PHRASE, older, HERE)


@pytest.mark.parametrize(("seconds", "counts"), [(-30, True), (30, True), (-90, False), (90, False)])
def test_a_telephone_may_be_half_a_minute_wrong(made: Door, seconds: int, *, counts: bool) -> None:
    made.fed.clock.now -= made.fed.clock.now % 30
    made.with_password(made.officer())
    made.fed.clock.pass_(300)
    code = made.code()
    made.fed.clock.pass_(seconds)
    if counts:
        made.desks.sign_in.with_password(LOGIN, PHRASE, code, HERE)
    else:
        with pytest.raises(SignInRefusedError):
            made.desks.sign_in.with_password(LOGIN, PHRASE, code, HERE)


def fail(made: Door, times: int, caller: Caller = ELSEWHERE, login: str = LOGIN) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefusedError):
            made.desks.sign_in.with_password(login, WRONG, "000000", caller)


def waits(made: Door, caller: Caller, login: str = LOGIN) -> bool:
    """Tell whether an attempt would have to wait, without making it."""
    try:
        with made.node.database.begin() as work:
            made.desks.sign_in._brake.enter(work, login, caller)
            raise ZeroDivisionError
    except ZeroDivisionError:
        return False
    except SignInWaitError:
        return True


@pytest.mark.parametrize("login", [LOGIN, "nobody"])
def test_guessing_at_an_account_has_to_wait_longer_each_time_known_or_not(made: Door, login: str) -> None:
    made.with_password(made.officer())
    nowhere = Caller()
    fail(made, ACCOUNT.free, nowhere, login)
    for wait in (1, 2, 4):
        with pytest.raises(SignInWaitError):
            made.desks.sign_in.with_password(login, PHRASE, "000000", nowhere)
        made.fed.clock.pass_(wait - 1)
        assert waits(made, nowhere, login)
        made.fed.clock.pass_(1)
        fail(made, 1, nowhere, login)


def test_no_stranger_keeps_an_officer_waiting_for_more_than_half_a_minute(made: Door) -> None:
    made.with_password(made.officer())
    for _ in range(40):
        fail(made, 1, Caller())
        made.fed.clock.pass_(ACCOUNT.longest)
    made.see(made.sign_in(caller=HERE).cookie)


def test_a_browser_in_which_the_officer_signed_in_before_waits_for_nobody_else(made: Door) -> None:
    made.with_password(made.officer())
    known = Caller(device=made.sign_in().device)
    made.fed.clock.pass_(30)
    fail(made, ACCOUNT.free, Caller())
    assert waits(made, Caller())
    made.see(made.sign_in(caller=known).cookie)


def test_a_known_browser_waits_for_its_own_failures(made: Door) -> None:
    made.with_password(made.officer())
    known = Caller(device=made.sign_in().device)
    fail(made, DEVICE.free, known)
    assert waits(made, known)
    assert not waits(made, Caller())


def test_a_browser_is_known_for_one_account_alone(made: Door) -> None:
    made.with_password(made.officer())
    made.with_password(made.officer("Nikos K."), "nikos.k")
    known = Caller(device=made.sign_in().device)
    fail(made, ACCOUNT.free, Caller(), "nikos.k")
    assert waits(made, known, "nikos.k")


def test_an_address_that_tries_account_after_account_has_to_wait(made: Door) -> None:
    for number in range(ADDRESS.free):
        fail(made, 1, ELSEWHERE, f"guess{number}")
    assert waits(made, ELSEWHERE, "another")
    assert not waits(made, HERE, "another")


def test_signing_in_does_not_free_an_address_that_guesses(made: Door) -> None:
    made.with_password(made.officer())
    for number in range(ADDRESS.free):
        fail(made, 1, ELSEWHERE, f"guess{number}")
    made.fed.clock.pass_(1)
    made.sign_in(caller=ELSEWHERE)
    assert waits(made, ELSEWHERE, "another")


def test_an_office_behind_one_address_signs_in_without_waiting(made: Door) -> None:
    made.with_password(made.officer())
    for _ in range(ADDRESS.free + 5):
        made.sign_in()
        made.fed.clock.pass_(30)
    assert not waits(made, HERE, "another")


def test_failures_are_forgotten_one_every_five_minutes(made: Door) -> None:
    fail(made, ACCOUNT.free, Caller())
    made.fed.clock.pass_(299)
    fail(made, 1, Caller())
    assert waits(made, Caller())
    made.fed.clock.pass_(300 * 3)
    fail(made, 1, Caller())
    assert not waits(made, Caller())


def test_attempts_at_the_same_moment_are_counted_before_they_are_tried(made: Door) -> None:
    """Whoever sends a hundred at once has a hundred counted: none waits for the answer of another."""
    made.with_password(made.officer())
    for _ in range(ACCOUNT.free):
        with made.node.database.begin() as work:
            made.desks.sign_in._brake.enter(work, LOGIN, Caller())
    with pytest.raises(SignInWaitError):
        made.desks.sign_in.with_password(LOGIN, PHRASE, made.code(), Caller())


def test_a_step_up_takes_password_and_a_fresh_code(made: Door) -> None:
    made.with_password(made.officer())
    cookie = made.sign_in().cookie
    visitor = made.see(cookie)
    made.fed.clock.pass_(600)
    visitor = made.see(cookie)
    new = made.desks.sign_in.step_up(visitor, PHRASE, made.code(), HERE)
    made.desks.sessions.require_fresh(made.see(new))
    with pytest.raises(SignedOutError):
        made.see(cookie)


def test_a_step_up_with_anything_else_is_refused_and_the_session_stays(made: Door) -> None:
    made.with_password(made.officer())
    cookie = made.sign_in().cookie
    visitor = made.see(cookie)
    used = made.code()
    made.fed.clock.pass_(30)
    for password, code in ((WRONG, made.code()), (PHRASE, "000000"), (PHRASE, used)):
        with pytest.raises(StepUpRefusedError):
            made.desks.sign_in.step_up(visitor, password, code, HERE)
    assert made.see(cookie).session == visitor.session


def test_who_has_no_password_steps_up_in_another_way(made: Door) -> None:
    visitor = made.see(made.by_link(made.officer()).cookie)
    with pytest.raises(StepUpRefusedError):
        made.desks.sign_in.step_up(visitor, PHRASE, "000000", HERE)


def test_a_one_time_link_lets_the_officer_in_without_a_role(made: Door) -> None:
    officer = made.officer()
    visitor = made.see(made.by_link(officer).cookie)
    assert (visitor.actor.officer, visitor.actor.roles, visitor.actor.auth) == (officer, (), "one-time-link")


def test_roles_come_with_the_way_in_that_was_made(made: Door) -> None:
    visitor = made.with_password(made.officer())
    assert (visitor.actor.roles, visitor.actor.auth) == ((OfficerRole.CASEWORKER,), PASSWORD)


def test_a_one_time_link_counts_once(made: Door) -> None:
    secret = made.desks.accounts.invite(made.officer(), actor=OPERATOR_HERE)
    made.desks.sign_in.with_link(secret, HERE)
    with pytest.raises(LinkRefusedError):
        made.desks.sign_in.with_link(secret, HERE)


def test_a_one_time_link_counts_for_three_days(made: Door) -> None:
    secret = made.desks.accounts.invite(made.officer(), actor=OPERATOR_HERE)
    made.fed.clock.pass_(LINK_LIFE)
    with pytest.raises(LinkRefusedError):
        made.desks.sign_in.with_link(secret, HERE)


def test_a_newer_link_ends_the_older_one(made: Door) -> None:
    officer = made.officer()
    old, new = (made.desks.accounts.invite(officer, actor=OPERATOR_HERE) for _ in range(2))
    with pytest.raises(LinkRefusedError):
        made.desks.sign_in.with_link(old, HERE)
    made.desks.sign_in.with_link(new, HERE)


def test_a_link_ends_with_the_officers_access(made: Door) -> None:
    officer = made.node.officers.add("Aud I. Tor", [OfficerRole.AUDITOR], until=made.fed.clock.now + 600).id
    secret = made.desks.accounts.invite(officer, actor=OPERATOR_HERE)
    made.fed.clock.pass_(600)
    with pytest.raises(LinkRefusedError):
        made.desks.sign_in.with_link(secret, HERE)


@pytest.mark.parametrize("secret", ["", "x", "A" * 43, "é" * 43])
def test_a_made_up_link_is_refused_in_the_same_words(made: Door, secret: str) -> None:
    with pytest.raises(LinkRefusedError, match="This link does not count"):
        made.desks.sign_in.with_link(secret, HERE)


def test_coming_by_a_link_is_told_in_the_log_and_to_auditors(made: Door) -> None:
    officer = made.officer()
    made.by_link(officer)
    changes = made.desks.accounts.changes(actor=made.operator(), officer=officer)
    assert [each.what for each in changes] == [Change.CAME_BY_LINK, Change.INVITED]
    assert [each.by for each in changes] == [officer, OPERATOR_HERE.officer]
