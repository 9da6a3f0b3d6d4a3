"""Accounts: operators decide who has access, officers how they sign in; nobody raises themselves."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from application.door import HERE, LOGIN, PHRASE, Door, door
from handover.adapters import access_tables
from handover.application.access import OPERATOR_HERE, Caller, Change, Visitor
from handover.application.accounts import (
    CodeRefusedError,
    OwnAccessError,
    PasswordFirstError,
)
from handover.application.changes import statement
from handover.application.facts import Actor, OfficerRole
from handover.application.officers import (
    AUDIT_LIFE,
    LONGEST_AUDIT_LIFE,
    OfficerGoneError,
    UnauthenticatedError,
)
from handover.application.passkeys import SignInRefusedError
from handover.application.passwords import LoginNameError, WeakPasswordError, check, normal
from handover.application.permissions import ForbiddenError
from handover.application.sessions import STEP_UP, SignedOutError, StepUpError
from handover.application.sign_in import LinkRefusedError
from handover.domain.errors import MalformedError, NotFoundError
from handover.domain.ids import UUID7
from handover.protocol import strict


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with door(tmp_path_factory.mktemp("accounts")) as opened:
        yield opened


def come(made: Door, name: str = "Eleni P.") -> Visitor:
    return made.see(made.by_link(made.officer(name)).cookie)


def actor(made: Door, *roles: OfficerRole) -> Actor:
    return Actor(officer=made.officer("Anybody", roles), roles=roles, auth="passkey")


@pytest.mark.parametrize("role", [role for role in OfficerRole if role is not OfficerRole.OPERATOR])
def test_only_operators_decide_about_access(made: Door, role: OfficerRole) -> None:
    officer, other = made.officer(), actor(made, role)
    with pytest.raises(ForbiddenError):
        made.desks.accounts.invite(officer, actor=other)
    with pytest.raises(ForbiddenError):
        made.desks.accounts.set_roles(officer, [OfficerRole.LIAISON], actor=other)
    with pytest.raises(ForbiddenError):
        made.desks.accounts.disable(officer, actor=other)


def test_nobody_raises_or_ends_their_own_access(made: Door) -> None:
    operator = made.operator()
    with pytest.raises(OwnAccessError):
        made.desks.accounts.set_roles(operator.officer, list(OfficerRole), actor=operator)
    with pytest.raises(OwnAccessError):
        made.desks.accounts.disable(operator.officer, actor=operator)


def test_what_is_done_to_access_is_kept_and_logged(made: Door) -> None:
    officer, operator = made.officer(), made.operator()
    made.desks.accounts.invite(officer, actor=operator)
    made.desks.accounts.set_roles(officer, [OfficerRole.LIAISON], actor=operator)
    made.desks.accounts.disable(officer, actor=operator)
    changes = made.desks.accounts.changes(actor=actor(made, OfficerRole.AUDITOR), officer=officer)
    assert [(each.what, each.by) for each in changes] == [
        (Change.DISABLED, operator.officer),
        (Change.ROLES_CHANGED, operator.officer),
        (Change.INVITED, operator.officer),
    ]
    assert changes[1].roles == (OfficerRole.LIAISON,)
    with made.node.database.reading() as work:
        logged = [str(strict.loads(document)["object"]) for _, document in work.log.entries("")]  # type: ignore[index, call-overload]
    assert {strict.digest(statement(each)) for each in changes} <= set(logged)
    with pytest.raises(ForbiddenError):
        made.desks.accounts.changes(actor=actor(made, OfficerRole.CASEWORKER))


def test_disabling_ends_sessions_keys_and_links(made: Door) -> None:
    officer = made.officer()
    cookie = made.by_link(officer).cookie
    link = made.desks.accounts.invite(officer, actor=OPERATOR_HERE)
    _, key = made.node.officers.issue_key(officer)
    made.desks.accounts.disable(officer, actor=OPERATOR_HERE)
    with pytest.raises(SignedOutError):
        made.see(cookie)
    with pytest.raises(LinkRefusedError):
        made.desks.sign_in.with_link(link, HERE)
    with pytest.raises(UnauthenticatedError):
        made.node.officers.authenticate(key)
    with pytest.raises(OfficerGoneError):
        made.desks.accounts.invite(officer, actor=OPERATOR_HERE)


def test_who_does_not_exist_is_not_found(made: Door) -> None:
    nobody = UUID7("01900000-0000-7000-8000-000000000000")
    with pytest.raises(NotFoundError):
        made.desks.accounts.invite(nobody, actor=OPERATOR_HERE)
    with pytest.raises(NotFoundError):
        made.desks.accounts.disable(nobody, actor=OPERATOR_HERE)


def test_an_auditor_has_an_end_within_a_year(made: Door) -> None:
    now = made.fed.clock.now
    add = made.node.officers.add
    assert add("A", [OfficerRole.AUDITOR]).until == now + AUDIT_LIFE
    assert add("B", [OfficerRole.AUDITOR], until=now + 1).until == now + 1
    assert add("C", [OfficerRole.CASEWORKER]).until is None
    assert add("D", [OfficerRole.CASEWORKER], until=now + 10**9).until == now + 10**9
    for until in (now, now + LONGEST_AUDIT_LIFE + 1):
        with pytest.raises(MalformedError):
            add("E", [OfficerRole.AUDITOR], until=until)
    with pytest.raises(MalformedError):
        add("E", [OfficerRole.CASEWORKER], until=now)
    officer = made.officer()
    changed = made.desks.accounts.set_roles(officer, [OfficerRole.AUDITOR], actor=OPERATOR_HERE)
    assert changed.until == now + AUDIT_LIFE
    with pytest.raises(MalformedError):
        made.desks.accounts.set_roles(officer, [], actor=OPERATOR_HERE)


def test_officers_set_language_and_address(made: Door) -> None:
    visitor = come(made)
    made.desks.accounts.set_language(visitor, "ar")
    made.desks.accounts.set_email(visitor, " eleni@athens.example ")
    mine = made.desks.accounts.mine(visitor)
    assert (mine.language, mine.email) == ("ar", "eleni@athens.example")
    assert (mine.login, mine.has_password, mine.has_codes, mine.has_provider) == (None, False, False, False)
    made.desks.accounts.set_email(visitor, "")
    assert made.desks.accounts.mine(visitor).email is None


@pytest.mark.parametrize("language", ["", "de", "EN", "ar\n"])
def test_a_language_without_pages_is_refused(made: Door, language: str) -> None:
    with pytest.raises(MalformedError):
        made.desks.accounts.set_language(come(made), language)


@pytest.mark.parametrize(
    "email",
    ["x", "@athens.example", "a@b", "a b@c.example", "a@c.example\nBcc: x@y.example", "a@b@c.example", "a,b@c.example",
     "<a@c.example>", "a@" + "x" * 250 + ".example", "a@.example."],
)  # fmt: skip
def test_what_is_no_address_is_refused(made: Door, email: str) -> None:
    with pytest.raises(MalformedError):
        made.desks.accounts.set_email(come(made), email)


@pytest.mark.parametrize(
    "weak",
    ["", "short", "elevenchars", "passwordpassword", "Password1234!", "aaaaaaaaaaaa", "abcabcabcabc", "123456789012",
     "qwertyuiopasdf", "abcdefghijklmn", "correct horse battery staple", "eleni.p12345", "x" * 300, "Handover2026"],
)  # fmt: skip
def test_what_everybody_tries_first_is_no_password(made: Door, weak: str) -> None:
    with pytest.raises(WeakPasswordError):
        made.desks.accounts.set_password(come(made), LOGIN, weak)


@pytest.mark.parametrize(
    "good", [PHRASE, "πράσινα φώτα στον Πειραιά", "ضوء أخضر فوق الميناء", "vq8%kd0Lz#x2"]
)
def test_length_is_all_that_is_asked_for(good: str) -> None:
    check(normal(good), LOGIN)


@pytest.mark.parametrize("login", ["", "ab", "a b c", "x" * 65, "a\u200bb\tc", "abc\x00d"])
def test_a_login_name_is_short_and_one_word(made: Door, login: str) -> None:
    with pytest.raises(LoginNameError):
        made.desks.accounts.set_password(come(made), login, PHRASE)


def test_a_login_name_is_one_officers(made: Door) -> None:
    visitor = come(made)
    made.desks.accounts.set_password(visitor, "taken", PHRASE)
    made.desks.accounts.set_password(visitor, "taken", PHRASE + " again")
    with pytest.raises(LoginNameError):
        made.desks.accounts.set_password(come(made, "Nikos K."), "TAKEN", PHRASE)


def test_a_new_password_ends_all_other_sessions(made: Door) -> None:
    visitor = made.with_password(made.officer(), "other.sessions")
    other = made.sign_in("other.sessions", Caller()).cookie
    made.desks.accounts.set_password(visitor, "other.sessions", PHRASE + " and more")
    with pytest.raises(SignedOutError):
        made.see(other)
    assert made.desks.sessions.list(visitor.actor.officer, actor=visitor.actor)


def test_who_has_not_just_proved_to_be_there_changes_no_way_in(made: Door) -> None:
    visitor = come(made)
    made.fed.clock.pass_(STEP_UP + 1)
    with pytest.raises(StepUpError):
        made.desks.accounts.set_password(visitor, "too.late", PHRASE)
    with pytest.raises(StepUpError):
        made.desks.accounts.offer_codes(visitor)


def test_codes_come_after_a_password(made: Door) -> None:
    with pytest.raises(PasswordFirstError):
        made.desks.accounts.offer_codes(come(made))


def test_a_secret_counts_once_a_code_of_it_was_typed_in(made: Door) -> None:
    visitor = made.with_password(made.officer(), "codes")
    old = made.totp["codes"]
    offered = made.desks.accounts.offer_codes(visitor)
    assert offered.address.startswith("otpauth://totp/Handover%20gr%20athens:codes?secret=" + offered.secret)
    made.see(made.sign_in("codes").cookie)
    with pytest.raises(CodeRefusedError):
        made.desks.accounts.confirm_codes(visitor, "000000")
    made.totp["codes"] = offered.secret
    made.desks.accounts.confirm_codes(visitor, made.code("codes"))
    with pytest.raises(CodeRefusedError):
        made.desks.accounts.confirm_codes(visitor, made.code("codes"))
    made.fed.clock.pass_(30)
    made.see(made.sign_in("codes").cookie)
    made.fed.clock.pass_(30)
    made.totp["codes"] = old
    with pytest.raises(SignInRefusedError):
        made.sign_in("codes")


def test_nothing_that_tells_who_an_officer_is_stands_in_the_clear(made: Door) -> None:
    visitor = made.with_password(made.officer("Κλειώ Σ."), "klio.s")
    made.desks.accounts.set_email(visitor, "klio@athens.example")
    made.sign_in("klio.s", Caller(address="192.0.2.77", browser="A Very Rare Browser"))
    with made.node.database.engine.connect() as connection:
        rows = [
            value
            for table in (access_tables.account, access_tables.session, access_tables.attempt)
            for row in connection.execute(select(table))
            for value in row
        ]
    stored = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in rows)
    for text in ("klio", "athens.example", "192.0.2.77", "Rare", PHRASE, made.totp["klio.s"], "argon2"):
        assert text.encode() not in stored
