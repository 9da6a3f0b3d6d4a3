"""Signing in: passkeys copied, replayed or used for another site, passwords and links guessed or used again."""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pyotp
import pytest

from application.door import HERE, PHRASE
from attacks.attack import Attack, Leaves, Strike, against
from attacks.house import SIGN_IN, House, asked, house, signed_in, told, with_passkey
from authenticator import PRESENT, VERIFIED, Authenticator
from confirming import authenticator, enrol
from handover.application.access import OPERATOR_HERE
from handover.application.accounts import LINK_LIFE
from handover.application.passkeys import CHALLENGE_LIFE
from handover.domain.ids import UUID7
from handover.protocol import strict
from pages.office import hidden, options

EVIL = "https://evil.example"
Answered = Callable[[House, Authenticator, str], str]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("sign-in")) as made:
        yield made


def changed(**changes: Any) -> Answered:
    """Answer as the browser of another page, or an authenticator in another mood, would."""
    return lambda _door, key, prompt: key.answer(prompt, **changes)


def of_another_site(door: House, key: Authenticator, prompt: str) -> str:
    return replace(key, rp_id="evil.example").answer(prompt)


def by_another_key(door: House, key: Authenticator, prompt: str) -> str:
    """Sign with a key of one's own under the name of the officer's."""
    answer = json.loads(authenticator(door.node, "the attacker's").answer(prompt))
    named = strict.b64(key.credential)
    return json.dumps({**answer, "id": named, "rawId": named})


def challenge_of_ones_own(door: House, key: Authenticator, prompt: str) -> str:
    return key.answer(json.dumps({"challenge": strict.b64(secrets.token_bytes(56))}))


def challenge_made_longer(door: House, key: Authenticator, prompt: str) -> str:
    """Put off the end that stands in the challenge, under the mark of the node."""
    said = bytearray(strict.unb64(json.loads(prompt)["challenge"]))
    said[16:24] = (int.from_bytes(said[16:24], "big") + 3600).to_bytes(8, "big")
    return key.answer(json.dumps({"challenge": strict.b64(bytes(said))}))


def challenge_of_another_node(door: House, key: Authenticator, prompt: str) -> str:
    return key.answer(asked(door.stranger(door.made.south))[0])


@against(
    Attack(
        "passkey-at-another-site",
        "Another site passes the sign-in page's challenge on to an officer, and sends the answer here.",
        "401 sign-in-refused",
        with_=changed(origin=EVIL),
    ),
    Attack(
        "passkey-at-a-like-named-site",
        "A site whose name begins with the node's passes the challenge on, and sends the answer here.",
        "401 sign-in-refused",
        with_=changed(origin="https://gr-athens.example.evil.example"),
    ),
    Attack(
        "passkey-over-http",
        "Somebody on the line passes the challenge on from the node's name without TLS.",
        "401 sign-in-refused",
        with_=changed(origin="http://gr-athens.example"),
    ),
    Attack(
        "passkey-in-a-frame",
        "Another site asks for the passkey in a frame of its page.",
        "401 sign-in-refused",
        with_=changed(crossOrigin=True),
    ),
    Attack(
        "passkey-of-another-site",
        "Somebody uses what a passkey has signed for another site's name.",
        "401 sign-in-refused",
        with_=of_another_site,
    ),
    Attack(
        "passkey-registration-for-sign-in",
        "Somebody uses what a passkey has signed when it was made.",
        "401 sign-in-refused",
        with_=changed(type="webauthn.create"),
    ),
    Attack(
        "passkey-without-its-owner",
        "Somebody who has found an officer's key touches it, without its PIN.",
        "401 sign-in-refused",
        with_=changed(flags=PRESENT),
    ),
    Attack(
        "passkey-without-touch",
        "A program on an officer's machine lets the key sign with nobody there.",
        "401 sign-in-refused",
        with_=changed(flags=VERIFIED & ~PRESENT),
    ),
    Attack(
        "passkey-by-another-key",
        "Somebody signs with a key of their own under the name of an officer's.",
        "401 sign-in-refused",
        with_=by_another_key,
    ),
    Attack(
        "challenge-of-ones-own",
        "Somebody uses an answer to a challenge that this node has not made.",
        "401 sign-in-refused",
        with_=challenge_of_ones_own,
    ),
    Attack(
        "challenge-made-longer",
        "Somebody puts off the time until which a challenge counts.",
        "401 sign-in-refused",
        with_=challenge_made_longer,
    ),
    Attack(
        "challenge-of-another-node",
        "Another authority's node passes its own challenge on, and sends the answer here.",
        "401 sign-in-refused",
        with_=challenge_of_another_node,
    ),
)
def test_an_answer_that_is_not_the_officers_to_this_node_opens_nothing(door: House, case: Attack) -> Strike:
    _, key = door.keyed()
    client = door.stranger()
    prompt, form = asked(client)
    answer = case.with_(door, key, prompt)
    return door.strike(lambda: told(with_passkey(client, answer, form)))


def replayed(door: House) -> Strike:
    _, key = door.keyed()
    client, other = door.stranger(), door.stranger()
    prompt, form = asked(client)
    answer = key.answer(prompt)
    assert with_passkey(client, answer, form).status_code == 303
    return door.strike(lambda: told(with_passkey(other, answer, asked(other)[1])))


def late(door: House) -> Strike:
    _, key = door.keyed()
    client = door.stranger()
    prompt, form = asked(client)
    return door.at(CHALLENGE_LIFE, lambda: told(with_passkey(client, key.answer(prompt), form)))


def copied(door: House) -> Strike:
    """Let the officer sign in with a key that counts, and the thief with a copy of it made before."""
    _, key = door.keyed(count=5)
    copy = replace(key)
    signed_in(door.stranger(), key)
    client = door.stranger()
    prompt, form = asked(client)
    return door.strike(lambda: told(with_passkey(client, copy.answer(prompt), form)))


def ended(door: House) -> Strike:
    browser, key = door.keyed()
    spare = replace(key, seed=b"spare " + key.seed)
    enrol(door.node, browser.actor, spare)
    visitor = door.node.sessions.find(browser.cookie)
    first = door.node.reception.passkeys.all(UUID7(browser.officer), actor=browser.actor)[0]
    assert first.credential == key.credential
    door.node.reception.passkeys.remove(visitor, first.id)
    client = door.stranger()
    prompt, form = asked(client)
    return door.strike(lambda: told(with_passkey(client, key.answer(prompt), form)))


def of_who_has_left(door: House) -> Strike:
    browser, key = door.keyed()
    door.node.officers.disable(UUID7(browser.officer))
    client = door.stranger()
    prompt, form = asked(client)
    return door.strike(lambda: told(with_passkey(client, key.answer(prompt), form)))


def secret_of_link(door: House) -> tuple[UUID7, str]:
    officer = door.node.officers.add(door.name(), door.browser().actor.roles).id
    return officer, door.node.reception.accounts.invite(officer, actor=OPERATOR_HERE)


def by_link(door: House, secret: str) -> Callable[[], str]:
    client = door.stranger()
    sent = {**hidden(client.get("/office/welcome").text), "secret": secret}
    return lambda: told(client.post("/office/welcome", data=sent, follow_redirects=False))


def link_used(door: House) -> Strike:
    _, secret = secret_of_link(door)
    assert by_link(door, secret)() == "303"
    return door.strike(by_link(door, secret))


def link_late(door: House) -> Strike:
    _, secret = secret_of_link(door)
    return door.at(LINK_LIFE, by_link(door, secret))


def link_replaced(door: House) -> Strike:
    officer, secret = secret_of_link(door)
    door.node.reception.accounts.invite(officer, actor=OPERATOR_HERE)
    return door.strike(by_link(door, secret))


def link_of_who_has_left(door: House) -> Strike:
    officer, secret = secret_of_link(door)
    door.node.officers.disable(officer)
    return door.strike(by_link(door, secret))


def link_guessed(door: House) -> Strike:
    return door.strike(by_link(door, strict.b64(secrets.token_bytes(32))))


@against(
    Attack(
        "passkey-replayed",
        "Somebody who has recorded a sign-in sends the passkey's answer again.",
        "401 sign-in-refused",
        with_=replayed,
    ),
    Attack(
        "passkey-late",
        "Somebody uses a passkey's answer after the challenge's time.",
        "401 sign-in-refused",
        with_=late,
    ),
    Attack(
        "passkey-copied",
        "Somebody signs in with a copy of a passkey whose count lags behind the original's.",
        "401 sign-in-refused",
        with_=copied,
    ),
    Attack(
        "passkey-ended",
        "Somebody signs in with a passkey that its officer has ended as lost.",
        "401 sign-in-refused",
        with_=ended,
    ),
    Attack(
        "passkey-of-who-has-left",
        "An officer whose access was ended signs in with the passkey.",
        "401 sign-in-refused",
        with_=of_who_has_left,
    ),
    Attack(
        "link-used-again",
        "Somebody who reads an old mail uses a one-time link once more.",
        "401 link-refused",
        with_=link_used,
    ),
    Attack(
        "link-late",
        "Somebody uses a one-time link after its three days.",
        "401 link-refused",
        with_=link_late,
    ),
    Attack(
        "link-replaced",
        "Somebody uses a one-time link in whose place the operator has sent another.",
        "401 link-refused",
        with_=link_replaced,
    ),
    Attack(
        "link-of-who-has-left",
        "An officer whose access was ended uses a one-time link that was never used.",
        "401 link-refused",
        with_=link_of_who_has_left,
    ),
    Attack("link-guessed", "A stranger guesses a one-time link.", "401 link-refused", with_=link_guessed),
)
def test_what_was_used_ended_or_guessed_opens_nothing(door: House, case: Attack) -> Strike:
    made: Strike = case.with_(door)
    return made


class Known:
    """An officer with password and codes."""

    def __init__(self, door: House) -> None:
        self.door = door
        self.login = door.name().replace(" ", ".")
        self.officer = door.node.officers.add(door.name(), door.browser().actor.roles).id
        accounts = door.node.reception.accounts
        cookie = self._by_link()
        accounts.set_password(door.node.sessions.find(cookie), self.login, PHRASE)
        self.secret = accounts.offer_codes(door.node.sessions.find(cookie)).secret
        self.cookie = accounts.confirm_codes(door.node.sessions.find(cookie), self.code())
        door.made.fed.clock.pass_(30)  # the next code

    def _by_link(self) -> str:
        secret = self.door.node.reception.accounts.invite(self.officer, actor=OPERATOR_HERE)
        return self.door.node.reception.sign_in.with_link(secret, HERE).cookie

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(self.door.made.fed.clock.now)

    def tries(self, **changes: str) -> str:
        """Send the form of password and code from a browser that is not known."""
        client = self.door.stranger()
        form = hidden(client.get(SIGN_IN).text)
        sent = {**form, "login": self.login, "password": PHRASE, "code": self.code(), **changes}
        return told(client.post(f"{SIGN_IN}/password", data=sent, follow_redirects=False))


def without_code(known: Known) -> str:
    return known.tries(code="000000")


def with_used_code(known: Known) -> str:
    return known.tries(code=pyotp.TOTP(known.secret).at(known.door.made.fed.clock.now - 30))


def with_a_guess(known: Known) -> str:
    return known.tries(password=PHRASE.upper())


def with_a_name_of_sql(known: Known) -> str:
    return known.tries(login=f"{known.login}' OR '1'='1")


@against(
    Attack(
        "password-without-code",
        "Somebody who knows an officer's password guesses the code.",
        "401 sign-in-refused",
        Leaves.COUNTED,
        with_=without_code,
    ),
    Attack(
        "code-used-again",
        "Somebody who looked over an officer's shoulder types password and code once more.",
        "401 sign-in-refused",
        Leaves.COUNTED,
        with_=with_used_code,
    ),
    Attack(
        "password-guessed",
        "Somebody who sees an officer's codes guesses the password.",
        "401 sign-in-refused",
        Leaves.COUNTED,
        with_=with_a_guess,
    ),
    Attack(
        "sign-in-name-of-a-query",
        "Somebody writes a piece of a database's language into the sign-in name.",
        "401 sign-in-refused",
        Leaves.COUNTED,
        with_=with_a_name_of_sql,
    ),
)
def test_password_and_code_count_together_and_once(door: House, case: Attack) -> Strike:
    known = Known(door)
    return door.strike(lambda: case.with_(known))


@against(
    Attack(
        "passwords-in-a-row",
        "Somebody tries one password after the other for an officer's name.",
        "401 sign-in-wait",
        Leaves.COUNTED,
    )
)
def test_who_tries_passwords_has_to_wait(door: House, case: Attack) -> Strike:
    known = Known(door)

    def run() -> str:
        said = [with_a_guess(known) for _ in range(10)]
        assert set(said) == {"401 sign-in-refused"}
        return known.tries()  # even the right ones are not looked at now

    return door.strike(run)


@against(
    Attack(
        "officer-kept-out",
        "Somebody fails without end under an officer's name, to keep that officer out.",
        "303",
        Leaves.SIGNED_IN,
    )
)
def test_nobody_keeps_an_officer_out(door: House, case: Attack) -> Strike:
    known = Known(door)
    client = door.stranger()
    form = hidden(client.get(SIGN_IN).text)

    def own() -> str:
        sent = {**form, "login": known.login, "password": PHRASE, "code": known.code()}
        return told(client.post(f"{SIGN_IN}/password", data=sent, follow_redirects=False))

    assert own() == "303"
    door.made.fed.clock.pass_(30)
    client.post("/office/sign-out", data={"csrf": token_of(client)})
    form = hidden(client.get(SIGN_IN).text)
    for _ in range(20):
        with_a_guess(known)
    return door.strike(own)


def token_of(client: Any) -> str:
    return hidden(client.get("/office/sign-out").text)["csrf"][0]


def nobody_proved(door: House) -> Strike:
    """Leave a session alone for longer than a proof counts, and make a passkey in it."""
    browser = door.browser(passkey=True)
    form = {"csrf": browser.token("/office/account"), "label": "mine", "credential": "{}"}
    return door.at(
        301, lambda: told(browser.client.post("/office/account/passkey", data=form, follow_redirects=False))
    )


def proved_by_another(door: House) -> Strike:
    """Answer the question for an officer's passkey with a colleague's."""
    browser, (_, other) = door.browser(passkey=True), door.keyed()
    page = browser.client.get("/office/step-up")
    answer = other.answer(options(page.text))
    return door.strike(lambda: told(browser.again(page, "/office/step-up", credential=answer)))


def proved_by_signing_in(door: House) -> Strike:
    """Answer the question for a proof with what was signed for a sign-in."""
    browser = door.browser(passkey=True)
    assert browser.key is not None
    page = browser.client.get("/office/step-up")
    answer = browser.key.answer(asked(door.stranger())[0])
    return door.strike(lambda: told(browser.again(page, "/office/step-up", credential=answer)))


def signed_in_by_proof(door: House) -> Strike:
    """Sign in with what was signed as a proof in a session."""
    browser = door.browser(passkey=True)
    assert browser.key is not None
    answer = browser.key.answer(options(browser.client.get("/office/step-up").text))
    client = door.stranger()
    form = asked(client)[1]
    return door.strike(lambda: told(with_passkey(client, answer, form)))


@against(
    Attack(
        "session-left-open-for-a-passkey",
        "Somebody at a machine that was left makes a passkey of their own in the open session.",
        "401 step-up",
        Leaves.ASKED,
        with_=nobody_proved,
    ),
    Attack(
        "proof-of-a-colleague",
        "An officer proves with the own passkey to be the one in whose session they sit.",
        "401 step-up",
        Leaves.ASKED,
        with_=proved_by_another,
    ),
    Attack(
        "proof-by-a-sign-in",
        "Somebody uses what a passkey has signed for signing in as the proof for a step of weight.",
        "401 step-up",
        Leaves.ASKED,
        with_=proved_by_signing_in,
    ),
    Attack(
        "sign-in-by-a-proof",
        "Somebody uses what a passkey has signed as a proof for signing in.",
        "401 sign-in-refused",
        with_=signed_in_by_proof,
    ),
)
def test_a_proof_is_for_one_officer_and_one_kind_of_step(door: House, case: Attack) -> Strike:
    made: Strike = case.with_(door)
    return made
