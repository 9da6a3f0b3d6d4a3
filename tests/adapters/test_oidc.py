"""Signing in at a real identity provider, a process of its own; and at one that does not keep to the rules."""

import hmac
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwk, jwt

import provider
from application.door import HERE, Door, door
from handover import config, node
from handover.adapters.oidc import AT_ONCE, OIDCProvider, ProviderError, ProviderTerms
from handover.application.access import OIDC, OPERATOR_HERE, Change, Person
from handover.application.facts import OfficerRole
from handover.application.provided import WAIT, NoGroupError, Provided, ProviderRefusedError
from handover.application.sessions import SignedOutError
from handover.domain.errors import HandoverError
from handover.protocol import strict
from handover.web.app import THREADS

KEY = jwk.RSAKey.generate_key(2048, {"kid": "one"})


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """Give the address of a provider that runs as a process of its own."""
    with provider.running() as address:
        yield address


@pytest.fixture(scope="module")
def made(issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    secret = tmp_path_factory.mktemp("secret") / "client"
    secret.write_text("of the client")
    with door(tmp_path_factory.mktemp("oidc")) as opened:
        oidc = config.ProviderSettings.model_validate(
            {
                "issuer": issuer,
                "client_id": "handover",
                "client_secret_file": secret,
                "groups": provider.GROUPS,
            }
        )
        settings = opened.node.settings.model_copy(update={"oidc": oidc})
        opened.node.close()
        again = node.open_node(settings, clock=opened.fed.clock, wire=opened.fed.wire)
        yield replace(opened, node=again)
        again.close()


def go(made: Door, person: str) -> tuple[str, str, str]:
    """Sign in at the provider as *person*; give what came back (state, code) and what the browser kept."""
    assert made.desks.provided is not None
    departure = made.desks.provided.depart()
    answer = httpx2.post(departure.address, data={"sub": person}, trust_env=False)
    back = urlsplit(answer.headers["location"])
    assert (back.netloc, back.path) == ("gr-athens.example", "/office/sign-in/back")
    asked = parse_qs(back.query)
    return asked["state"][0], asked["code"][0], departure.state


def arrive(made: Door, person: str) -> str:
    state, code, kept = go(made, person)
    assert made.desks.provided is not None
    return made.desks.provided.arrive(state=state, kept=kept, code=code, caller=HERE).cookie


def test_the_browser_is_sent_with_pkce_state_and_nonce(made: Door) -> None:
    assert made.desks.provided is not None
    departure = made.desks.provided.depart()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(departure.address).query).items()}
    assert asked["state"] == departure.state
    assert asked["response_type"] == "code"
    assert (asked["code_challenge_method"], len(asked["code_challenge"])) == ("S256", 43)
    assert len(asked["nonce"]) == 43
    assert asked["redirect_uri"] == "https://gr-athens.example/office/sign-in/back"


def test_the_first_sign_in_makes_an_officer_and_the_next_finds_the_same(made: Door) -> None:
    first, second = made.see(arrive(made, "eleni")), made.see(arrive(made, "eleni"))
    assert first.actor.officer == second.actor.officer
    assert (first.name, first.actor.auth, first.actor.roles) == ("Eleni P.", OIDC, (OfficerRole.CASEWORKER,))
    changes = made.desks.accounts.changes(actor=OPERATOR_HERE, officer=first.actor.officer)
    assert [each.what for each in changes] == [Change.CAME_BY_PROVIDER]


def test_groups_become_roles(made: Door) -> None:
    assert made.see(arrive(made, "nikos")).actor.roles == (OfficerRole.CASEWORKER, OfficerRole.LIAISON)
    auditor = made.see(arrive(made, "inspector")).actor
    assert auditor.roles == (OfficerRole.AUDITOR,)
    with made.node.database.reading() as work:
        assert work.staff.get(auditor.officer).until is not None


@pytest.mark.parametrize("person", ["cook", "nobody"])
def test_who_is_in_no_group_of_ours_does_not_come_in(made: Door, person: str) -> None:
    before = len(made.node.officers.all())
    with pytest.raises(NoGroupError):
        arrive(made, person)
    assert len(made.node.officers.all()) == before


def test_roles_follow_the_groups_at_each_sign_in(made: Door, issuer: str) -> None:
    first = made.see(arrive(made, "nikos"))
    put(issuer, "nikos", {"name": "Nikos K.", "groups": ["case-staff"]})
    assert made.see(arrive(made, "nikos")).actor.roles == (OfficerRole.CASEWORKER,)
    cookie = arrive(made, "nikos")
    put(issuer, "nikos", {"name": "Nikos K.", "groups": []})
    with pytest.raises(NoGroupError):
        arrive(made, "nikos")
    with pytest.raises(SignedOutError):
        made.see(cookie)
    put(issuer, "nikos", provider.PEOPLE["nikos"])
    assert made.see(arrive(made, "nikos")).actor.officer == first.actor.officer


def put(issuer: str, person: str, claims: dict[str, Any]) -> None:
    httpx2.put(f"{issuer}/users/{person}", json=claims, trust_env=False).raise_for_status()


def test_who_was_disabled_here_stays_out_whatever_the_provider_says(made: Door, issuer: str) -> None:
    put(issuer, "leaver", {"name": "Left", "groups": ["case-staff"]})
    made.node.officers.disable(made.see(arrive(made, "leaver")).actor.officer)
    with pytest.raises(ProviderRefusedError):
        arrive(made, "leaver")


def test_an_answer_counts_once_in_the_browser_that_was_sent(made: Door) -> None:
    assert made.desks.provided is not None
    state, code, kept = go(made, "eleni")
    for wrong_state, wrong_kept in ((state, ""), ("", kept), (state, state[:-1]), ("", ""), ("é", "é")):
        with pytest.raises(ProviderRefusedError):
            made.desks.provided.arrive(state=wrong_state, kept=wrong_kept, code=code, caller=HERE)
    made.desks.provided.arrive(state=state, kept=kept, code=code, caller=HERE)
    with pytest.raises(ProviderRefusedError):
        made.desks.provided.arrive(state=state, kept=kept, code=code, caller=HERE)


def test_an_answer_that_took_too_long_is_refused(made: Door) -> None:
    assert made.desks.provided is not None
    state, code, kept = go(made, "eleni")
    made.fed.clock.pass_(WAIT)
    with pytest.raises(ProviderRefusedError):
        made.desks.provided.arrive(state=state, kept=kept, code=code, caller=HERE)


def test_a_code_of_another_request_is_refused(made: Door) -> None:
    """Whoever slips an officer a code of their own is found out by PKCE."""
    assert made.desks.provided is not None
    state, _, kept = go(made, "eleni")
    _, foreign, _ = go(made, "nikos")
    with pytest.raises(ProviderRefusedError):
        made.desks.provided.arrive(state=state, kept=kept, code=foreign, caller=HERE)


@dataclass
class Liar:
    """A provider that answers as a test tells it to."""

    address: str = ""
    key: jwk.RSAKey = field(default_factory=lambda: KEY)
    claims: dict[str, Any] | None = None
    header: dict[str, Any] | None = None
    token: Callable[["Liar"], str] | None = None
    metadata: dict[str, Any] | None = None
    status: int = 200
    body: bytes | None = None

    def answer(self, path: str) -> tuple[int, bytes]:
        if self.body is not None or self.status != 200:
            return self.status, self.body or b"{}"
        if path.endswith("openid-configuration"):
            found = {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            }
            return 200, json.dumps({**found, **(self.metadata or {})}).encode()
        if path == "/keys":
            return 200, json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()
        token = self.token(self) if self.token else self.signed()
        return 200, json.dumps({"access_token": "a", "token_type": "Bearer", "id_token": token}).encode()

    def signed(self, key: Any = None, header: dict[str, Any] | None = None) -> str:
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": "handover",
            "sub": "eleni",
            "iat": now,
            "exp": now + 300,
            "nonce": "a nonce",
            "groups": ["case-staff"],
        }
        claims = {
            name: value for name, value in {**claims, **(self.claims or {})}.items() if value is not None
        }
        found = header or {"alg": "RS256", "kid": "one"}
        return jwt.encode(found, claims, key or self.key, algorithms=[found["alg"]])


@contextmanager
def lying(**lies: Any) -> Iterator[tuple[Liar, OIDCProvider]]:
    """Give a provider that lies, and what speaks with it."""
    liar = Liar(**lies)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = liar.answer(urlsplit(self.path).path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        liar.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            terms = ProviderTerms(
                issuer=liar.address, client_id="handover", client_secret="s", redirect="https://h.example"
            )
            yield liar, OIDCProvider(terms)
        finally:
            server.shutdown()
            thread.join()


def person(provider: OIDCProvider) -> Any:
    return provider.person(code="c", nonce="a nonce", verifier="v")


def test_a_token_that_is_right_is_taken() -> None:
    with lying() as (liar, provider):
        found = person(provider)
    assert (found.subject, found.name, found.groups) == (f"{liar.address} eleni", "eleni", ("case-staff",))


@pytest.mark.parametrize(("proved", "waited"), [(-700, 700), (0, 0), (None, None)])
def test_it_is_known_how_long_ago_somebody_proved_it_there(proved: int | None, waited: int | None) -> None:
    now = int(time.time())
    claims = {"iat": now, "auth_time": None if proved is None else now + proved}
    with lying(claims=claims) as (_, provider):
        assert person(provider).waited == waited


def test_who_has_to_prove_it_anew_does_not_come_in_by_an_old_sign_in_there(made: Door) -> None:
    assert made.desks.provided is not None
    departure = made.desks.provided.depart("carried", anew=True)
    asked = parse_qs(urlsplit(departure.address).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    returned = made.desks.provided.returned(state=departure.state, kept=departure.state)
    assert (returned.anew, returned.carried) == (True, "carried")

    class Stale:
        waited: int | None = WAIT + 1

        def address(self, *, state: str, nonce: str, verifier: str, anew: bool = False) -> str:
            raise NotImplementedError

        def person(self, *, code: str, nonce: str, verifier: str) -> Person:
            return Person(subject="https://p x", name="X", groups=("case-staff",), waited=self.waited)

    stale = Stale()
    door_ = Provided(made.node.database, stale, made.node.sessions, {"case-staff": [OfficerRole.CASEWORKER]})
    with pytest.raises(ProviderRefusedError):
        door_.enter(returned, code="c", caller=HERE)
    for stale.waited in (WAIT, None):
        assert door_.enter(returned, code="c", caller=HERE).cookie


@pytest.mark.parametrize(
    "claims",
    [{"iss": "https://evil.example"}, {"iss": None}, {"aud": "another"}, {"aud": None}, {"nonce": "other"},
     {"nonce": None}, {"exp": 1}, {"exp": None}, {"iat": None}, {"sub": None}, {"sub": ""}, {"sub": 7},
     {"sub": "x" * 256}, {"aud": ["handover", "another"], "azp": "another"}],
)  # fmt: skip
def test_a_token_for_somebody_else_or_another_time_is_refused(claims: dict[str, Any]) -> None:
    with lying(claims=claims) as (_, provider), pytest.raises(ProviderRefusedError):
        person(provider)


def another_key(liar: Liar) -> str:
    return liar.signed(jwk.RSAKey.generate_key(2048))


def public_key_as_secret(liar: Liar) -> str:
    """The oldest trick: the public key, which everybody has, as the secret of an HMAC."""
    _, body, _ = liar.signed().split(".")
    head = strict.b64(b'{"alg":"HS256","kid":"one"}')
    secret = liar.key.as_pem(private=False)
    return f"{head}.{body}.{strict.b64(hmac.digest(secret, f'{head}.{body}'.encode(), sha256))}"


def unsigned(liar: Liar) -> str:
    _, body, _ = liar.signed().split(".")
    return f"eyJhbGciOiJub25lIn0.{body}."


def changed(liar: Liar) -> str:
    head, body, signature = liar.signed().split(".")
    return f"{head}.{body[:-2]}AA.{signature}"


@pytest.mark.parametrize(
    "token", [another_key, public_key_as_secret, unsigned, changed, lambda _: "x", lambda _: ""]
)
def test_a_token_that_the_provider_did_not_sign_is_refused(token: Callable[[Liar], str]) -> None:
    with lying(token=token) as (_, provider), pytest.raises(ProviderRefusedError):
        person(provider)


@pytest.mark.parametrize(
    "lies",
    [{"metadata": {"issuer": "https://evil.example"}}, {"metadata": {"token_endpoint": "http://192.0.2.1/token"}},
     {"metadata": {"token_endpoint": 7}}, {"metadata": {"jwks_uri": "file:///etc/passwd"}},
     {"metadata": {"id_token_signing_alg_values_supported": ["HS256", "none"]}}, {"status": 503}, {"status": 302},
     {"status": 401},
     {"body": b"[]"}, {"body": b"<html>"}, {"body": b'{"a":"' + b"x" * 600_000 + b'"}'}],
)  # fmt: skip
def test_a_provider_that_does_not_answer_as_it_must_is_told_so(lies: dict[str, Any]) -> None:
    with lying(**lies) as (_, provider), pytest.raises(ProviderError):
        person(provider)


def test_a_provider_that_is_away_is_told_so() -> None:
    with lying() as (_, provider):
        pass
    with pytest.raises(ProviderError):
        provider.address(state="s", nonce="n", verifier="v")


def test_a_provider_that_is_slow_never_holds_all_threads() -> None:
    assert AT_ONCE < THREADS
    with lying() as (_, provider):
        for _ in range(AT_ONCE):
            assert provider._places.acquire(blocking=False)
        with pytest.raises(ProviderError):
            provider.address(state="s", nonce="n", verifier="v")
        provider._places.release()
        assert provider.address(state="s", nonce="n", verifier="v")


@pytest.mark.parametrize(
    "issuer", ["http://provider.example", "ftp://provider.example", "https://u:p@provider.example", ""]
)
def test_a_provider_is_reached_by_https(issuer: str) -> None:
    terms = ProviderTerms(issuer=issuer, client_id="h", client_secret="", redirect="https://h.example")
    with pytest.raises(ProviderError):
        OIDCProvider(terms).address(state="s", nonce="n", verifier="v")


def test_the_clients_secret_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    settings = config.ProviderSettings(issuer="i", client_id="c", client_secret_file=file, groups={})
    with pytest.raises(config.SettingsError):
        settings.read_secret()
    file.write_text("of the client\n")
    assert settings.read_secret() == "of the client"
    assert config.ProviderSettings(issuer="i", client_id="c", groups={}).read_secret() == ""


def test_an_unknown_role_or_setting_stops_the_start(made: Door) -> None:
    folder = made.node.settings.data
    for table in ('groups = {a = ["king"]}', 'groups = {}\nsecret = "s"'):
        (folder / "handover.toml").write_text(
            f'node = "gr/athens"\n[oidc]\nissuer = "i"\nclient_id = "c"\n{table}\n'
        )
        with pytest.raises(HandoverError, match=re.escape("oidc.")):
            config.load(folder)
    (folder / "handover.toml").unlink()
