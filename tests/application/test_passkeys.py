"""Passkeys: made and used by the officer who was asked, once, on this node's pages, by a person who was verified."""

import json
from collections.abc import Iterator
from typing import Any

import cbor2
import pytest
from sqlalchemy import select

from application.door import HERE, LOGIN, Door, door
from authenticator import PRESENT, VERIFIED, Authenticator
from handover.adapters import access_tables
from handover.application.access import OIDC, OPERATOR_HERE, PASSKEY, Caller, Change, Visitor
from handover.application.facts import OfficerRole
from handover.application.passkeys import (
    CHALLENGE_LIFE,
    MOST,
    LastWayInError,
    PasskeyError,
    SignInRefusedError,
    TooManyPasskeysError,
)
from handover.application.permissions import ForbiddenError
from handover.application.sessions import STEP_UP, SignedOutError, StepUpError
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7
from handover.protocol import strict

HOST = "gr-athens.example"
ORIGIN = f"https://{HOST}"
ATTESTED = 0x40  # the flag that says that a credential is in the data
P256 = bytes.fromhex("a5010203262001215820")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with door(tmp_path_factory.mktemp("passkeys")) as opened:
        yield opened


def device(seed: str = "eleni", *, edwards: bool = False, **changes: Any) -> Authenticator:
    return Authenticator(
        seed=seed.encode(), edwards=edwards, count=1, **{"rp_id": HOST, "origin": ORIGIN, **changes}
    )


def challenge_of(options: str) -> bytes:
    return strict.unb64(json.loads(options)["challenge"])


def creation(key: Authenticator, options: str, *, cose: bytes | None = None, **changes: Any) -> str:
    """Give what a browser answers when *key* made a passkey; flags and members of the client data may be changed."""
    flags = changes.pop("flags", PRESENT | VERIFIED)
    client = key.client_data(challenge_of(options), **{"type": "webauthn.create", **changes})
    credential = key.credential
    data = key.data(flags=flags | ATTESTED)
    data += bytes(16) + len(credential).to_bytes(2, "big") + credential + (cose or key.key)
    response = {
        "clientDataJSON": strict.b64(client),
        "attestationObject": strict.b64(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
        "transports": ["internal"],
    }
    return _credential(credential, response)


def assertion(key: Authenticator, options: str, **changes: Any) -> str:
    """Give what a browser answers when *key* was used."""
    signed = key.sign(challenge_of(options), **changes)
    response = {
        "clientDataJSON": strict.b64(signed.client_data),
        "authenticatorData": strict.b64(signed.authenticator_data),
        "signature": strict.b64(signed.signature),
        "userHandle": None,
    }
    return _credential(key.credential, response)


def _credential(credential: bytes, response: dict[str, Any]) -> str:
    name = strict.b64(credential)
    return json.dumps(
        {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
    )


def come(made: Door, officer: UUID7) -> Visitor:
    return made.see(made.by_link(officer).cookie)


def enrol(made: Door, key: Authenticator, officer: UUID7 | None = None) -> Visitor:
    """Let an officer make a passkey; give the session in which that was done."""
    visitor = come(made, officer or made.officer())
    options = made.desks.passkeys.ask_to_register(visitor)
    _, cookie = made.desks.passkeys.register(visitor, creation(key, options), label="telephone")
    return made.see(cookie)


def sign_in(made: Door, key: Authenticator, **changes: Any) -> Visitor:
    options = made.desks.passkeys.ask_to_sign_in()
    return made.see(made.desks.passkeys.sign_in(assertion(key, options, **changes), HERE).cookie)


def refused(made: Door, answer: str) -> str:
    with pytest.raises(SignInRefusedError) as caught:
        made.desks.passkeys.sign_in(answer, HERE)
    return str(caught.value)


@pytest.mark.parametrize("edwards", [False, True])
def test_an_officer_makes_a_passkey_and_signs_in_with_it(made: Door, *, edwards: bool) -> None:
    key = device(f"both {edwards}", edwards=edwards)
    visitor = enrol(made, key)
    assert (visitor.actor.auth, visitor.actor.roles) == (PASSKEY, (OfficerRole.CASEWORKER,))
    again = sign_in(made, key)
    assert (again.actor.officer, again.actor.auth) == (visitor.actor.officer, PASSKEY)
    (kept,) = made.desks.passkeys.all(visitor.actor.officer, actor=visitor.actor)
    assert (kept.label, kept.public_key, kept.last_used_at) == ("telephone", key.key, made.fed.clock.now)


def test_making_a_passkey_turns_the_one_time_session_into_another(made: Door) -> None:
    officer = made.officer()
    old = made.by_link(officer).cookie
    options = made.desks.passkeys.ask_to_register(made.see(old))
    made.desks.passkeys.register(made.see(old), creation(device("turn"), options), label="")
    with pytest.raises(SignedOutError):
        made.see(old)


def test_browsers_are_asked_for_discoverable_verified_keys_of_two_kinds(made: Door) -> None:
    visitor = come(made, made.officer())
    options = json.loads(made.desks.passkeys.ask_to_register(visitor))
    assert options["rp"] == {"id": HOST, "name": "Handover gr/athens"}
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert [each["alg"] for each in options["pubKeyCredParams"]] == [-7, -8]
    assert visitor.actor.officer not in json.dumps(options)
    asked = json.loads(made.desks.passkeys.ask_to_sign_in())
    assert (asked["rpId"], asked["userVerification"], asked["allowCredentials"]) == (HOST, "required", [])


def test_a_device_that_has_a_passkey_is_not_asked_for_another(made: Door) -> None:
    key = device("known")
    options = json.loads(made.desks.passkeys.ask_to_register(enrol(made, key)))
    assert [each["id"] for each in options["excludeCredentials"]] == [strict.b64(key.credential)]


BAD_CREATIONS: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://gr-athens.example.evil.example"},
    "an origin in the clear": {"origin": f"http://{HOST}"},
    "inside another page": {"crossOrigin": True},
    "another ceremony": {"type": "webauthn.get"},
    "another challenge": {"challenge": strict.b64(bytes(32))},
    "nobody verified": {"flags": PRESENT},
    "nobody present": {"flags": VERIFIED},
    "a key of RSA": {"cose": cbor2.dumps({1: 3, 3: -257, -1: b"n" * 256, -2: b"\1\0\1"})},
    "a point off the curve": {"cose": P256 + b"\1" * 32 + bytes.fromhex("225820") + b"\2" * 32},
    "a key of ES256 on P-384": {"cose": cbor2.dumps({1: 2, 3: -7, -1: 2, -2: b"x" * 48, -3: b"y" * 48})},
    "an Ed25519 key of small order": {"cose": bytes.fromhex("a4010103272006215820") + b"\1" + bytes(31)},
}


@pytest.mark.parametrize("what", BAD_CREATIONS)
def test_a_passkey_that_was_not_made_so_is_refused(made: Door, what: str) -> None:
    visitor = come(made, made.officer())
    options = made.desks.passkeys.ask_to_register(visitor)
    with pytest.raises(PasskeyError):
        made.desks.passkeys.register(
            visitor, creation(device(what), options, **BAD_CREATIONS[what]), label=""
        )
    assert not made.desks.passkeys.all(visitor.actor.officer, actor=OPERATOR_HERE)


def test_a_passkey_for_another_site_is_refused(made: Door) -> None:
    visitor = come(made, made.officer())
    options = made.desks.passkeys.ask_to_register(visitor)
    with pytest.raises(PasskeyError):
        made.desks.passkeys.register(visitor, creation(device("site", rp_id="example"), options), label="")


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", "x" * 20_000, '{"response":{}}', '{"response":[]}', "\ud800"]
)
def test_what_is_no_answer_is_refused(made: Door, answer: str) -> None:
    visitor = come(made, made.officer())
    made.desks.passkeys.ask_to_register(visitor)
    with pytest.raises(PasskeyError):
        made.desks.passkeys.register(visitor, answer, label="")
    refused(made, answer)


def test_one_credential_is_one_officers(made: Door) -> None:
    key = device("twice")
    enrol(made, key)
    visitor = come(made, made.officer("Nikos K."))
    options = made.desks.passkeys.ask_to_register(visitor)
    with pytest.raises(PasskeyError):
        made.desks.passkeys.register(visitor, creation(key, options), label="")


def test_what_one_officer_was_asked_another_cannot_answer(made: Door) -> None:
    mine, other = come(made, made.officer()), come(made, made.officer("Nikos K."))
    options = made.desks.passkeys.ask_to_register(mine)
    with pytest.raises(PasskeyError):
        made.desks.passkeys.register(other, creation(device("stolen"), options), label="")


def test_a_passkey_is_made_only_just_after_the_officer_has_proved_to_be_there(made: Door) -> None:
    visitor = enrol(made, device("late"))
    made.fed.clock.pass_(STEP_UP + 1)
    with pytest.raises(StepUpError):
        made.desks.passkeys.ask_to_register(visitor)
    with pytest.raises(StepUpError):
        made.desks.passkeys.register(visitor, "{}", label="")


def test_an_officer_has_at_most_ten_passkeys(made: Door) -> None:
    visitor = enrol(made, device("many 0"))
    for number in range(1, MOST):
        options = made.desks.passkeys.ask_to_register(visitor)
        answer = creation(device(f"many {number}"), options)
        visitor = made.see(made.desks.passkeys.register(visitor, answer, label="")[1])
    with pytest.raises(TooManyPasskeysError):
        made.desks.passkeys.ask_to_register(visitor)


BAD_ANSWERS: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://evil.example"},
    "inside another page": {"crossOrigin": True},
    "another ceremony": {"type": "webauthn.create"},
    "another challenge": {"challenge": strict.b64(bytes(32))},
    "nobody verified": {"flags": PRESENT},
    "nobody present": {"flags": VERIFIED},
}


def test_every_failure_looks_alike(made: Door) -> None:
    key = device("alike")
    enrol(made, key)
    said = set()
    for changes in BAD_ANSWERS.values():
        said.add(refused(made, assertion(key, made.desks.passkeys.ask_to_sign_in(), **changes)))
    wrong_site = device("alike", rp_id="evil.example")
    said.add(refused(made, assertion(wrong_site, made.desks.passkeys.ask_to_sign_in())))
    said.add(refused(made, assertion(device("unknown"), made.desks.passkeys.ask_to_sign_in())))
    said.add(refused(made, "{}"))
    assert said == {"Signing in failed."}


def test_an_answer_counts_once(made: Door) -> None:
    key = device("once")
    enrol(made, key)
    answer = assertion(key, made.desks.passkeys.ask_to_sign_in())
    made.desks.passkeys.sign_in(answer, HERE)
    refused(made, answer)


def test_asking_keeps_nothing(made: Door) -> None:
    def kept() -> int:
        with made.node.database.engine.connect() as connection:
            return len(connection.execute(select(access_tables.challenge)).all())

    before = kept()
    for _ in range(5):
        made.desks.passkeys.ask_to_sign_in()
    assert kept() == before


@pytest.mark.parametrize("place", [0, 23, 24, -1])
def test_a_challenge_that_this_node_did_not_make_is_refused(made: Door, place: int) -> None:
    key = device(f"made up {place}")
    enrol(made, key)
    challenge = bytearray(challenge_of(made.desks.passkeys.ask_to_sign_in()))
    challenge[place] ^= 1
    refused(made, assertion(key, json.dumps({"challenge": strict.b64(bytes(challenge))})))
    refused(made, assertion(key, json.dumps({"challenge": strict.b64(bytes(challenge[:16]))})))


def test_a_wrong_answer_does_not_use_up_what_anybody_could_have_asked_for(made: Door) -> None:
    key = device("used up")
    enrol(made, key)
    options = made.desks.passkeys.ask_to_sign_in()
    refused(made, assertion(key, options, flags=PRESENT))
    made.desks.passkeys.sign_in(assertion(key, options), HERE)


def test_a_step_up_is_answered_once_rightly_or_not(made: Door) -> None:
    key = device("stepped")
    visitor = enrol(made, key)
    options = made.desks.passkeys.ask_to_step_up(visitor)
    for flags in (PRESENT, PRESENT | VERIFIED):
        with pytest.raises(PasskeyError):
            made.desks.passkeys.step_up(visitor, assertion(key, options, flags=flags))


def test_an_answer_that_was_spent_stays_spent_whatever_it_is_shown_for_next(made: Door) -> None:
    key = device("spent")
    key.count = 0  # one whose count does not tell
    visitor = enrol(made, key)
    answer = assertion(key, made.desks.passkeys.ask_to_sign_in())
    made.desks.passkeys.sign_in(answer, HERE)
    with pytest.raises(PasskeyError):
        made.desks.passkeys.step_up(visitor, answer)
    refused(made, answer)


def test_a_challenge_is_answered_within_five_minutes(made: Door) -> None:
    key = device("slow")
    enrol(made, key)
    options = made.desks.passkeys.ask_to_sign_in()
    made.fed.clock.pass_(CHALLENGE_LIFE)
    refused(made, assertion(key, options))


def test_a_copied_key_is_found_by_its_count(made: Door) -> None:
    key = device("copied")
    enrol(made, key)
    sign_in(made, key)
    copy = device("copied")
    refused(made, assertion(copy, made.desks.passkeys.ask_to_sign_in()))


def test_a_passkey_that_keeps_no_count_is_taken(made: Door) -> None:
    key = device("no count")
    key.count = 0
    enrol(made, key)
    sign_in(made, key)
    sign_in(made, key)


def test_a_signature_of_another_key_is_refused(made: Door) -> None:
    key, other = device("mine"), device("theirs")
    enrol(made, key)
    answer = json.loads(assertion(other, made.desks.passkeys.ask_to_sign_in()))
    answer["id"] = answer["rawId"] = strict.b64(key.credential)
    refused(made, json.dumps(answer))


def test_whoever_has_no_access_does_not_come_in(made: Door) -> None:
    key = device("gone")
    made.node.officers.disable(enrol(made, key).actor.officer)
    refused(made, assertion(key, made.desks.passkeys.ask_to_sign_in()))


def test_a_removed_passkey_does_not_count_and_cannot_come_back(made: Door) -> None:
    key, other = device("removed"), device("kept")
    visitor = enrol(made, key)
    options = made.desks.passkeys.ask_to_register(visitor)
    visitor = made.see(made.desks.passkeys.register(visitor, creation(other, options), label="")[1])
    first, _ = made.desks.passkeys.all(visitor.actor.officer, actor=visitor.actor)
    made.desks.passkeys.remove(visitor, first.id)
    refused(made, assertion(key, made.desks.passkeys.ask_to_sign_in()))
    options = made.desks.passkeys.ask_to_register(visitor)
    with pytest.raises(PasskeyError):
        made.desks.passkeys.register(visitor, creation(key, options), label="")
    what = [
        each.what for each in made.desks.accounts.changes(actor=OPERATOR_HERE, officer=visitor.actor.officer)
    ]
    assert what[:3] == [Change.PASSKEY_REMOVED, Change.PASSKEY_ADDED, Change.PASSKEY_ADDED]


def test_nobody_removes_the_last_way_in_nor_anothers(made: Door) -> None:
    visitor = enrol(made, device("last"))
    other = enrol(made, device("others"), made.officer("Nikos K."))
    (mine,) = made.desks.passkeys.all(visitor.actor.officer, actor=visitor.actor)
    with pytest.raises(LastWayInError):
        made.desks.passkeys.remove(visitor, mine.id)
    with pytest.raises(NotFoundError):
        made.desks.passkeys.remove(other, mine.id)
    with pytest.raises(ForbiddenError):
        made.desks.passkeys.all(visitor.actor.officer, actor=other.actor)


def test_who_has_password_and_codes_may_remove_the_only_passkey(made: Door) -> None:
    visitor = made.with_password(made.officer())
    options = made.desks.passkeys.ask_to_register(visitor)
    passkey, cookie = made.desks.passkeys.register(visitor, creation(device("spare"), options), label="x")
    made.desks.passkeys.remove(made.see(cookie), passkey.id)
    assert made.see(made.sign_in(LOGIN).cookie).actor.officer == visitor.actor.officer


def test_a_step_up_with_a_passkey_renews_the_session(made: Door) -> None:
    key = device("step")
    visitor = enrol(made, key)
    made.fed.clock.pass_(STEP_UP + 1)
    options = made.desks.passkeys.ask_to_step_up(visitor)
    passkey, cookie = made.desks.passkeys.step_up(visitor, assertion(key, options))
    assert passkey.credential == key.credential
    made.desks.sessions.require_fresh(made.see(cookie))


def test_a_step_up_can_be_over_the_digest_of_an_act(made: Door) -> None:
    key = device("act")
    visitor = enrol(made, key)
    for _ in range(2):  # asked twice, as when a page was loaded again
        options = made.desks.passkeys.ask_to_step_up(visitor, challenge=b"\7" * 32)
    assert challenge_of(options) == b"\7" * 32
    assert [each["id"] for each in json.loads(options)["allowCredentials"]] == [strict.b64(key.credential)]
    made.desks.passkeys.step_up(visitor, assertion(key, options))


def test_a_step_up_takes_no_passkey_but_ones_own(made: Door) -> None:
    key, other = device("own"), device("not own")
    visitor = enrol(made, key)
    enrol(made, other, made.officer("Nikos K."))
    with pytest.raises(PasskeyError):
        made.desks.passkeys.step_up(visitor, assertion(other, made.desks.passkeys.ask_to_step_up(visitor)))
    with pytest.raises(PasskeyError):  # what was asked for signing in proves nothing else
        made.desks.passkeys.step_up(visitor, assertion(key, made.desks.passkeys.ask_to_sign_in()))


def test_someone_who_signed_in_elsewhere_keeps_that_word(made: Door) -> None:
    officer = made.officer()
    with made.node.database.begin() as work:
        cookie = made.desks.sessions.admit(work, officer, auth=OIDC, caller=Caller()).cookie
    visitor = made.see(cookie)
    options = made.desks.passkeys.ask_to_register(visitor)
    _, cookie = made.desks.passkeys.register(visitor, creation(device("oidc"), options), label="")
    assert made.see(cookie).actor.auth == OIDC
