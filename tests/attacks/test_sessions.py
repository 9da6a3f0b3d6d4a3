"""Sessions and keys: values for a cookie that an attacker planted, kept, copied or found, and keys of the API."""

import secrets
from collections.abc import Callable, Iterator

import httpx2
import pytest

from application.door import HERE
from attacks.attack import Attack, Leaves, Strike, against
from attacks.house import House, asked, cookie_of, house, signed_in, told, with_passkey
from attacks.siege import named
from handover.application.access import OPERATOR_HERE
from handover.application.facts import OfficerRole
from handover.domain.ids import UUID7
from handover.protocol import strict
from handover.web import examples
from pages.office import COOKIE, Browser
from web.stage import API, Office

MATTERS = "/office/matters"
Prepared = Callable[[House], Strike]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("sessions")) as made:
        yield made


def used(door: House, cookie: str) -> Strike:
    """Give the strike that opens the list of cases with a value for the session's cookie."""
    return door.strike(lambda: told(door.bearing(cookie).get(MATTERS, follow_redirects=False)))


def working(door: House) -> Browser:
    """Give an officer's browser in which the list of cases is shown."""
    browser = door.browser()
    browser.get(MATTERS)
    return browser


def planted(door: House) -> Strike:
    value = strict.b64(secrets.token_bytes(32))
    _, key = door.keyed()
    client = door.bearing(value)
    signed_in(client, key)
    assert client.get(MATTERS).status_code == 200
    return used(door, value)


def planted_own(door: House) -> Strike:
    attacker = working(door)
    _, key = door.keyed()
    prompt, _ = asked(door.stranger())
    form = {"csrf": [attacker.token("/office/account")]}
    client = door.bearing(attacker.cookie)
    assert with_passkey(client, key.answer(prompt), form).status_code == 303
    assert client.get(MATTERS).status_code == 200
    return used(door, attacker.cookie)


def left(door: House) -> Strike:
    browser = working(door)
    kept = browser.cookie
    assert browser.post("/office/sign-out").status_code == 303
    return used(door, kept)


def later(seconds: str) -> Prepared:
    def prepare(door: House) -> Strike:
        browser = working(door)
        return door.at(getattr(door.node.settings, seconds), used(door, browser.cookie).run)

    return prepare


def gone(door: House) -> Strike:
    browser = working(door)
    door.node.officers.disable(UUID7(browser.officer))
    return used(door, browser.cookie)


def demoted(door: House) -> Strike:
    browser = working(door)
    operator = (OfficerRole.OPERATOR,)
    door.node.reception.accounts.set_roles(UUID7(browser.officer), operator, actor=OPERATOR_HERE)
    return used(door, browser.cookie)


def proved_anew(door: House) -> Strike:
    """Give the value of before the officer proved once more to be there."""
    browser = door.browser(passkey=True)
    kept = browser.cookie
    page = browser.client.get("/office/step-up")
    assert browser.confirm(page, "/office/step-up").status_code == 303
    assert cookie_of(browser.client) != kept
    browser.get(MATTERS)
    return used(door, kept)


def of_another_node(door: House) -> Strike:
    return used(door, door.browser(at=door.made.south).cookie)


def from_the_database(door: House) -> Strike:
    browser = working(door)
    with door.node.database.engine.begin() as connection:
        digest = connection.exec_driver_sql(
            "SELECT digest FROM session WHERE officer = ?", (browser.officer,)
        ).scalar_one()
    return used(door, strict.b64(digest))


def by_link(door: House) -> Strike:
    officer = door.node.officers.add(door.name(), tuple(OfficerRole)).id
    secret = door.node.reception.accounts.invite(officer, actor=OPERATOR_HERE)
    cookie = door.node.reception.sign_in.with_link(secret, HERE).cookie
    return used(door, cookie)


def unmarked(door: House) -> Strike:
    cookie = working(door).cookie
    headers = {"cookie": f"{COOKIE.removeprefix('__Host-')}={cookie}"}
    client = door.stranger()
    return door.strike(lambda: told(client.get(MATTERS, headers=headers, follow_redirects=False)))


@against(
    Attack(
        "session-planted",
        "Somebody plants a value for the cookie in an officer's browser, lets the officer sign in, and uses it.",
        "303 signed-out",
        with_=planted,
    ),
    Attack(
        "session-planted-of-ones-own",
        "An officer plants the own session in a colleague's browser, lets the colleague sign in over it, and goes on.",
        "303 signed-out",
        with_=planted_own,
    ),
    Attack(
        "session-after-signing-out",
        "Somebody uses a copy of a session's cookie after the officer has signed out.",
        "303 signed-out",
        with_=left,
    ),
    Attack(
        "session-left-idle",
        "Somebody uses a copy of a session's cookie at a machine that was left.",
        "303 signed-out",
        with_=later("session_idle"),
    ),
    Attack(
        "session-past-its-life",
        "Somebody uses a copy of a session's cookie a day later.",
        "303 signed-out",
        with_=later("session_life"),
    ),
    Attack(
        "session-of-who-has-left",
        "An officer whose access was ended goes on in the session that was open.",
        "303 signed-out",
        with_=gone,
    ),
    Attack(
        "session-of-a-role-taken-away",
        "An officer whose role was taken away goes on in the session that was open.",
        "403 forbidden",
        with_=demoted,
    ),
    Attack(
        "session-of-before-a-proof",
        "Somebody uses a copy of a session's cookie made before the officer proved once more to be there.",
        "303 signed-out",
        with_=proved_anew,
    ),
    Attack(
        "session-of-another-node",
        "An officer of another authority uses the own session's cookie here.",
        "303 signed-out",
        with_=of_another_node,
    ),
    Attack(
        "session-from-the-database",
        "Somebody who has read the database uses what it holds of a session as a cookie.",
        "303 signed-out",
        with_=from_the_database,
    ),
    Attack(
        "session-by-link-used-for-work",
        "Somebody who has taken an officer's one-time link from a mail opens the list of cases.",
        "403 forbidden",
        with_=by_link,
    ),
    Attack(
        "session-cookie-of-a-sibling",
        "A server under the same domain sets a session's cookie without the mark of this host.",
        "303 signed-out",
        with_=unmarked,
    ),
)
def test_a_session_is_worth_nothing_to_another(door: House, case: Attack) -> Strike:
    made: Strike = case.with_(door)
    return made


def bearer(door: House, secret: str) -> Strike:
    """Give the strike that reads with a key of the API."""
    headers = {"authorization": f"Bearer {secret}"}
    return door.strike(lambda: named(door.office.client.get(f"{API}/matters", headers=headers)))


def hired(door: House, at: Office | None = None, **options: object) -> tuple[UUID7, str]:
    office, name = at or door.office, door.name()
    secret = office.hire(name, **options)  # type: ignore[arg-type]
    assert (
        office.client.get(f"{API}/matters", headers={"authorization": f"Bearer {secret}"}).status_code == 200
    )
    return UUID7(office.ids[name]), secret


def expired(door: House) -> Strike:
    _, secret = hired(door, life=60)
    return door.at(60, bearer(door, secret).run)


def key_of_who_has_left(door: House) -> Strike:
    officer, secret = hired(door)
    door.node.officers.disable(officer)
    return bearer(door, secret)


def key_taken_back(door: House) -> Strike:
    officer, secret = hired(door)
    [key] = door.node.reception.accounts.keys(officer, actor=OPERATOR_HERE)
    door.node.reception.accounts.revoke_key(officer, key.id, actor=OPERATOR_HERE)
    return bearer(door, secret)


def key_of_another_node(door: House) -> Strike:
    return bearer(door, hired(door, door.made.south)[1])


def another_secret(door: House) -> Strike:
    one, other = hired(door)[1], hired(door)[1]
    return bearer(door, f"{one.rpartition('_')[0]}_{other.rpartition('_')[2]}")


def reading_key_writes(door: House) -> Strike:
    _, secret = hired(door, scopes=("read",))
    headers = {"authorization": f"Bearer {secret}", "idempotency-key": "a-key-of-its-own"}
    return door.strike(
        lambda: named(door.office.client.post(f"{API}/matters", json=examples.NEW_MATTER, headers=headers))
    )


def key_of_another_role(door: House) -> Strike:
    name = door.name()
    return bearer(door, door.office.hire(name, roles=(OfficerRole.OPERATOR,)))


def cookie_for_the_api(door: House) -> Strike:
    client = door.bearing(working(door).cookie)
    headers = {"idempotency-key": "a-key-of-its-own"}
    return door.strike(
        lambda: named(client.post(f"{API}/matters", json=examples.NEW_MATTER, headers=headers))
    )


def cookie_as_a_key(door: House) -> Strike:
    return bearer(door, f"ho_{door.node.id}_{working(door).cookie}")


def key_in_the_address(door: House) -> Strike:
    _, secret = hired(door)
    asked_for = f"{API}/matters?access_token={secret}&authorization=Bearer%20{secret}"
    return door.strike(lambda: named(door.office.client.get(asked_for)))


def two_keys(door: House) -> Strike:
    headers = [("authorization", f"Bearer {hired(door)[1]}") for _ in range(2)]
    return door.strike(lambda: named(door.office.client.get(f"{API}/matters", headers=headers)))


def key_for_the_pages(door: House) -> Strike:
    _, secret = hired(door)
    headers = {"authorization": f"Bearer {secret}"}
    client = door.stranger()
    return door.strike(lambda: told(client.get(MATTERS, headers=headers, follow_redirects=False)))


@against(
    Attack(
        "key-expired",
        "A program goes on with a key whose time is over.",
        "401 unauthenticated",
        with_=expired,
    ),
    Attack(
        "key-of-who-has-left",
        "A program goes on with the key of an officer whose access was ended.",
        "401 unauthenticated",
        with_=key_of_who_has_left,
    ),
    Attack(
        "key-taken-back",
        "A program goes on with a key that an operator has ended.",
        "401 unauthenticated",
        with_=key_taken_back,
    ),
    Attack(
        "key-of-another-node",
        "A program of another authority uses its key here.",
        "401 unauthenticated",
        with_=key_of_another_node,
    ),
    Attack(
        "key-with-another-secret",
        "An officer puts the own secret behind the name of another officer's key.",
        "401 unauthenticated",
        with_=another_secret,
    ),
    Attack(
        "key-for-reading-writes",
        "A program with a key for reading alone begins a case.",
        "403 forbidden",
        with_=reading_key_writes,
    ),
    Attack(
        "key-of-another-role",
        "A program with an operator's key reads the list of cases.",
        "403 forbidden",
        with_=key_of_another_role,
    ),
    Attack(
        "cookie-for-the-api",
        "Another site lets an officer's browser, with its cookie, call the API.",
        "401 unauthenticated",
        with_=cookie_for_the_api,
    ),
    Attack(
        "cookie-as-a-key",
        "Somebody uses a session's cookie as the secret of a key.",
        "401 unauthenticated",
        with_=cookie_as_a_key,
    ),
    Attack(
        "key-in-the-address",
        "A program puts its key into the address, where proxies and histories keep it.",
        "401 unauthenticated",
        with_=key_in_the_address,
    ),
    Attack(
        "key-twice",
        "A program sends two keys at once, so that a proxy and the node may read different ones.",
        "401 unauthenticated",
        with_=two_keys,
    ),
    Attack(
        "key-for-the-pages",
        "Somebody with a key of the API opens the pages, where no step is bound to a key.",
        "303 signed-out",
        with_=key_for_the_pages,
    ),
)
def test_a_key_acts_for_its_officer_here_and_now(door: House, case: Attack) -> Strike:
    made: Strike = case.with_(door)
    return made


def flags(answer: httpx2.Response) -> str:
    """Tell whether a cookie could be read by a script, go over a line in the clear, or be set by a sibling."""
    set_ = answer.headers.get_list("set-cookie")
    assert set_
    for each in set_:
        name, *rest = (part.strip().lower() for part in each.split(";"))
        marked = (
            name.startswith("__host-") and "path=/" in rest and not any("domain" in part for part in rest)
        )
        if not (marked and {"httponly", "secure", "samesite=lax"} <= set(rest)):
            return "something"
    return "nothing"


def officers_cookies(door: House) -> Strike:
    _, key = door.keyed()
    return door.strike(lambda: flags(signed_in(door.stranger(), key)))


@against(
    Attack(
        "cookies-of-a-stranger",
        "A script, a listener on the line or a server beside reads or sets the cookies of who is not signed in.",
        "nothing",
        with_=lambda door: door.strike(lambda: flags(door.stranger().get("/office/sign-in?language=el"))),
    ),
    Attack(
        "cookies-of-an-officer",
        "A script, a listener on the line or a server beside reads or sets the cookies of an officer who signs in.",
        "nothing",
        Leaves.SIGNED_IN,
        with_=officers_cookies,
    ),
)
def test_cookies_are_for_this_host_alone(door: House, case: Attack) -> Strike:
    made: Strike = case.with_(door)
    return made
