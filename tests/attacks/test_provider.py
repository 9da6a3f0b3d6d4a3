"""The authority's identity provider: answers for somebody else, from somebody else, once more, or not signed by it."""

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from adapters.test_oidc import Liar, another_key, changed, lying, public_key_as_secret, unsigned
from application.door import Door
from application.door import door as doorway
from attacks.attack import Attack, Leaves, Strike, against
from attacks.house import SIGN_IN, told
from handover import config
from handover import node as nodes
from handover.application.provided import WAIT
from handover.node import Node
from handover.pages.routes import routes
from handover.web.app import create_app
from pages.office import hidden
from pages.test_elsewhere import _ON

GROUPS = {"case-staff": ["caseworker"]}
HONEST: dict[str, Any] = {"claims": None, "token": None, "status": 200, "body": None}


@dataclass
class Gate:
    """A node whose officers sign in at a provider that is in the attacker's hands, or speaks as a test tells it."""

    door: Door
    node: Node
    liar: Liar

    def client(self) -> TestClient:
        app = create_app(self.node, routes(self.node))
        return TestClient(app, base_url=self.node.settings.address, raise_server_exceptions=False)

    def departed(self, client: TestClient) -> tuple[str, str]:
        """Send a browser to the provider; give the state and the nonce that it has with it."""
        for name, value in HONEST.items():
            setattr(self.liar, name, value)
        form = hidden(client.get(SIGN_IN).text)
        found = _ON.search(client.post(f"{SIGN_IN}/provider", data=form).text)
        assert found
        asked = parse_qs(urlsplit(html.unescape(found[1])).query)
        return asked["state"][0], asked["nonce"][0]

    def back(self, client: TestClient, state: str, nonce: str, /, **claims: Any) -> str:
        """Come back from the provider, which says who signed in."""
        self.liar.claims = {"nonce": nonce, **claims}
        path = f"{SIGN_IN}/back?state={state}&code=c"
        return told(client.get(path, follow_redirects=False))

    def strike(self, run: Callable[[], str]) -> Strike:
        return Strike(node=self.node, run=run)


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    folder = tmp_path_factory.mktemp("provider")
    (folder / "secret").write_text("of the client")
    with lying() as (liar, _), doorway(folder) as opened:
        asked = {
            "issuer": liar.address,
            "client_id": "handover",
            "client_secret_file": folder / "secret",
            "groups": GROUPS,
        }
        oidc = config.ProviderSettings.model_validate(asked)
        settings = opened.node.settings.model_copy(update={"oidc": oidc})
        opened.node.close()
        node = nodes.open_node(settings, clock=opened.fed.clock, wire=opened.fed.wire)
        made = Gate(opened, node, liar)
        client = made.client()
        assert made.back(client, *made.departed(client)) == "303"
        yield made
        client = made.client()
        assert made.back(client, *made.departed(client)) == "303"
        node.close()


def of_another_browser(gate: Gate) -> Callable[[], str]:
    """Let an officer's browser, which has set out as well, take the attacker's answer."""
    attacker, officer = gate.client(), gate.client()
    state, nonce = gate.departed(attacker)
    gate.departed(officer)
    return lambda: gate.back(officer, state, nonce)


def unasked(gate: Gate) -> Callable[[], str]:
    state, nonce = gate.departed(gate.client())
    return lambda: gate.back(gate.client(), state, nonce)


def of_nothing(gate: Gate) -> Callable[[], str]:
    client = gate.client()
    _, nonce = gate.departed(client)
    return lambda: gate.back(client, "", nonce)


@against(
    Attack(
        "provider-answer-of-another-browser",
        "Somebody sends an officer's browser, which has set out to sign in, to the answer for the attacker's.",
        "401 provider-refused",
        with_=of_another_browser,
    ),
    Attack(
        "provider-answer-unasked",
        "Somebody sends a browser that has asked for nothing to the answer for the attacker's.",
        "401 provider-refused",
        with_=unasked,
    ),
    Attack(
        "provider-answer-of-nothing",
        "Somebody sends a browser back without the state with which it set out.",
        "401 provider-refused",
        with_=of_nothing,
    ),
)
def test_an_answer_is_for_the_browser_that_set_out(gate: Gate, case: Attack) -> Strike:
    return gate.strike(case.with_(gate))


def replayed(gate: Gate) -> Callable[[], str]:
    client = gate.client()
    state, nonce = gate.departed(client)
    kept = dict(client.cookies)
    assert gate.back(client, state, nonce) == "303"
    other = gate.client()
    other.cookies.update({name: value for name, value in kept.items() if "provider" in name})
    return lambda: gate.back(other, state, nonce)


def late(gate: Gate) -> Callable[[], str]:
    client = gate.client()
    state, nonce = gate.departed(client)

    def run() -> str:
        clock = gate.door.fed.clock
        before = clock.now
        clock.pass_(WAIT)
        try:
            return gate.back(client, state, nonce)
        finally:
            clock.now = before

    return run


def saying(**claims: Any) -> Callable[[Gate], Callable[[], str]]:
    """Let the token say something else."""

    def prepare(gate: Gate) -> Callable[[], str]:
        client = gate.client()
        state, nonce = gate.departed(client)
        return lambda: gate.back(client, state, nonce, **claims)

    return prepare


def giving(**lies: Any) -> Callable[[Gate], Callable[[], str]]:
    """Let the provider give another token, or answer in another way."""

    def prepare(gate: Gate) -> Callable[[], str]:
        client = gate.client()
        state, nonce = gate.departed(client)

        def run() -> str:
            for name, value in lies.items():
                setattr(gate.liar, name, value)
            return gate.back(client, state, nonce)

        return run

    return prepare


def of_who_has_left(gate: Gate) -> Callable[[], str]:
    client = gate.client()
    state, nonce = gate.departed(client)
    assert gate.back(client, state, nonce, sub="leaver") == "303"
    [officer] = [each for each in gate.node.officers.all() if each.name == "leaver"]
    gate.node.officers.disable(officer.id)
    client = gate.client()
    state, nonce = gate.departed(client)
    return lambda: gate.back(client, state, nonce, sub="leaver")


ANSWERS: dict[str, tuple[str, str, Callable[[Gate], Callable[[], str]]]] = {
    "once-more": ("sends the provider's answer again", "401 provider-refused", replayed),
    "late": ("sends the provider's answer after its time", "401 provider-refused", late),
    "for-another-request": (
        "puts in a token that was made for another request",
        "401 provider-refused",
        saying(nonce="x" * 43),
    ),
    "for-no-request": (
        "puts in a token that was made for no request",
        "401 provider-refused",
        saying(nonce=None),
    ),
    "of-another-provider": (
        "puts in a token of another provider",
        "401 provider-refused",
        saying(iss="https://evil.example"),
    ),
    "for-another-service": (
        "puts in a token for another service",
        "401 provider-refused",
        saying(aud="another"),
    ),
    "for-two-services": (
        "puts in a token for two services, given to the other",
        "401 provider-refused",
        saying(aud=["handover", "another"], azp="another"),
    ),
    "expired": ("puts in a token whose time is over", "401 provider-refused", saying(exp=1)),
    "of-nobody": ("puts in a token that names nobody", "401 provider-refused", saying(sub="")),
    "of-another-key": (
        "signs a token with a key of their own",
        "401 provider-refused",
        giving(token=another_key),
    ),
    "signed-with-the-public-key": (
        "signs a token with the provider's public key as a secret",
        "401 provider-refused",
        giving(token=public_key_as_secret),
    ),
    "unsigned": (
        "puts in a token that says that it is not signed",
        "401 provider-refused",
        giving(token=unsigned),
    ),
    "changed": ("changes a token", "401 provider-refused", giving(token=changed)),
    "by-redirect": ("answers for the provider with a redirect", "401 provider", giving(status=302)),
    "without-end": (
        "answers for the provider with a megabyte",
        "401 provider",
        giving(body=b'{"a":"' + b"x" * 1_000_000 + b'"}'),
    ),
    "of-another-role": (
        "comes with a group that has no role here",
        "401 no-group",
        saying(sub="cook", groups=["canteen", "operator"]),
    ),
    "of-who-has-left": (
        "comes back after the access here was ended",
        "401 provider-refused",
        of_who_has_left,
    ),
}


@against(
    *(
        Attack(f"provider-token-{name}", f"Somebody {what}.", answer, Leaves.ASKED, with_=prepare)
        for name, (what, answer, prepare) in ANSWERS.items()
    )
)
def test_nobody_comes_in_but_by_a_fresh_token_of_the_provider(gate: Gate, case: Attack) -> Strike:
    return gate.strike(case.with_(gate))
