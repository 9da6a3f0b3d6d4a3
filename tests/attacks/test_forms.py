"""Forms from elsewhere: what other sites let an officer's browser send, and ways that lead out of these pages."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from attacks.attack import Attack, Leaves, Strike, against
from attacks.house import SIGN_IN, House, asked, house, told, with_passkey
from pages.office import Browser, hidden

EVIL = "https://evil.example"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("forms")) as made:
        yield made


@dataclass
class Offered:
    """A case that was offered, the browser of an officer who may withdraw it, and the form for that."""

    browser: Browser
    path: str
    form: Mapping[str, str]


@pytest.fixture(scope="module")
def offered(door: House) -> Offered:
    path = f"/office/handovers/{door.made.offered()[0]}"
    browser = door.made.browser(door.office, "first")
    return Offered(browser, f"{path}/withdraw", {"csrf": browser.token(path)})


Sending = Callable[[], httpx2.Response]
Prepared = Callable[[House, Offered], Sending]


def headed(**headers: str) -> Prepared:
    """Send the form with its token, as a browser does for a page of another origin."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _door, offered: sending(offered, data=offered.form, headers=named)


def with_token(token: Callable[[House, Offered], str]) -> Prepared:
    """Send the form with another token."""
    return lambda door, offered: sending(offered, data={"csrf": token(door, offered)})


def of_type(media_type: str, content: bytes) -> Prepared:
    """Send the form in another way."""
    return lambda _door, offered: sending(offered, content=content, headers={"content-type": media_type})


def sending(offered: Offered, method: str = "POST", query: str = "", **sent: Any) -> Sending:
    """Give what sends something to the address of the form, with the officer's cookies."""
    path = f"{offered.path}{query}"
    return lambda: offered.browser.client.request(method, path, follow_redirects=False, **sent)


def without_token(_door: House, offered: Offered) -> Sending:
    return sending(offered, data={})


def strangers_token(door: House, _offered: Offered) -> str:
    return hidden(door.stranger().get(SIGN_IN).text)["csrf"][0]


def colleagues_token(door: House, _offered: Offered) -> str:
    return door.browser().token("/office/account")


def token_of_another_node(door: House, _offered: Offered) -> str:
    return door.browser(at=door.made.south).token("/office/account")


def token_turned(_door: House, offered: Offered) -> str:
    token = offered.form["csrf"]
    return token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]


def by_get(_door: House, offered: Offered) -> Sending:
    headers = {"x-http-method-override": "POST"}
    return sending(offered, "GET", f"?csrf={offered.form['csrf']}&_method=POST", headers=headers)


def in_the_address(_door: House, offered: Offered) -> Sending:
    return sending(offered, query=f"?csrf={offered.form['csrf']}", data={})


@against(
    Attack(
        "form-without-token",
        "Another site sends an officer's form without its token.",
        "403 forged-form",
        with_=without_token,
    ),
    Attack(
        "form-with-an-empty-token",
        "Another site sends an officer's form with an empty token.",
        "403 forged-form",
        with_=with_token(lambda *_: ""),
    ),
    Attack(
        "form-with-a-made-up-token",
        "Another site makes a token up that has the right length.",
        "403 forged-form",
        with_=with_token(lambda *_: "A" * 86),
    ),
    Attack(
        "form-with-a-changed-token",
        "Another site changes a letter of a token that it has seen.",
        "403 forged-form",
        with_=with_token(token_turned),
    ),
    Attack(
        "form-with-a-strangers-token",
        "Another site fetches a token of its own at the sign-in page.",
        "403 forged-form",
        with_=with_token(strangers_token),
    ),
    Attack(
        "form-with-a-colleagues-token",
        "An officer puts the own token into a form for a colleague's browser.",
        "403 forged-form",
        with_=with_token(colleagues_token),
    ),
    Attack(
        "form-with-another-nodes-token",
        "An officer of another authority puts a token from there into the form.",
        "403 forged-form",
        with_=with_token(token_of_another_node),
    ),
    Attack(
        "form-from-another-site",
        "Another site sends an officer's form, and has its token.",
        "403 forged-form",
        with_=headed(origin=EVIL),
    ),
    Attack(
        "form-from-a-like-named-site",
        "A site whose name begins with the node's sends an officer's form, and has its token.",
        "403 forged-form",
        with_=headed(origin="https://gr-athens.example.evil.example"),
    ),
    Attack(
        "form-from-another-port",
        "A server at another port of the node's name sends an officer's form, and has its token.",
        "403 forged-form",
        with_=headed(origin="https://gr-athens.example:8443"),
    ),
    Attack(
        "form-from-a-page-in-the-clear",
        "Somebody on the line makes a page of the node's name without TLS that sends the form.",
        "403 forged-form",
        with_=headed(origin="http://gr-athens.example"),
    ),
    Attack(
        "form-from-nowhere",
        "A page in a sandbox, which has no origin, sends an officer's form.",
        "403 forged-form",
        with_=headed(origin="null"),
    ),
    Attack(
        "form-across-sites",
        "A browser says that a form comes from another site, and names no origin.",
        "403 forged-form",
        with_=headed(sec_fetch_site="cross-site"),
    ),
    Attack(
        "form-from-a-sibling",
        "A server under the same domain sends an officer's form.",
        "403 forged-form",
        with_=headed(sec_fetch_site="same-site"),
    ),
    Attack(
        "form-as-json",
        "Another site sends the form as JSON, which needs no page of ours.",
        "415 media-type",
        with_=of_type("application/json", b'{"csrf":""}'),
    ),
    Attack(
        "form-as-plain-text",
        "Another site sends the form as plain text, which a browser asks nobody for.",
        "415 media-type",
        with_=of_type("text/plain", b"csrf="),
    ),
    Attack(
        "form-in-parts",
        "Another site sends the form in parts, where a page takes none.",
        "415 media-type",
        with_=of_type(
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n\r\n--x--\r\n',
        ),
    ),
    Attack(
        "form-by-a-link",
        "Another site acts by a link or a picture, with a field that names the method.",
        "405 method-not-allowed",
        with_=by_get,
    ),
    Attack(
        "token-in-the-address",
        "Another site puts a token that it has seen into the address of a form.",
        "403 forged-form",
        with_=in_the_address,
    ),
)
def test_a_form_from_elsewhere_does_nothing(door: House, offered: Offered, case: Attack) -> Strike:
    send = case.with_(door, offered)
    return door.strike(lambda: told(send()))


def signing_in_as_the_attacker(door: House, client: TestClient) -> Sending:
    """Let an officer's browser sign in as the attacker, whose own page gave the token."""
    _, key = door.keyed()
    prompt, form = asked(door.stranger())
    answer = key.answer(prompt)
    return lambda: with_passkey(client, answer, form)


def by_a_link_of_the_attacker(_door: House, client: TestClient) -> Sending:
    return lambda: client.post("/office/welcome", data={"secret": "A" * 43}, follow_redirects=False)


def signing_out(door: House, _client: TestClient) -> Sending:
    client = door.browser().client
    return lambda: client.post("/office/sign-out", data={}, follow_redirects=False)


@against(
    Attack(
        "sign-in-as-another",
        "Another site signs an officer's browser in as the attacker, to get what is typed.",
        "403 forged-form",
        with_=signing_in_as_the_attacker,
    ),
    Attack(
        "sign-in-by-a-foreign-link",
        "Another site lets a browser use a one-time link of the attacker's.",
        "403 forged-form",
        with_=by_a_link_of_the_attacker,
    ),
    Attack(
        "sign-out-from-elsewhere",
        "Another site signs officers out whenever they open it.",
        "403 forged-form",
        with_=signing_out,
    ),
)
def test_nobody_is_signed_in_or_out_from_elsewhere(door: House, case: Attack) -> Strike:
    send = case.with_(door, door.stranger())
    return door.strike(lambda: told(send()))


def way(answer: httpx2.Response) -> str:
    """Tell whether a browser stays inside the pages."""
    return "nothing" if answer.headers["location"] == "/office" else "something"


@against(
    *(
        Attack(
            f"sign-in-leads-to-{name}",
            f"A link to the sign-in page makes {what}.",
            "nothing",
            Leaves.SIGNED_IN,
            with_=to,
        )
        for name, what, to in (
            ("another-site", "who signs in go on to a site that looks alike", EVIL),
            ("a-site-without-scheme", "a browser fill in the scheme of another site", "//evil.example"),
            ("a-site-behind-a-backslash", "a browser read a backslash as a slash", "/\\evil.example"),
            ("a-site-behind-dots", "a browser go up and out of the pages", "/office/../..//evil.example"),
            ("a-script", "a browser run a script in the address", "javascript:alert(1)"),
            ("a-header", "the answer carry a header of the attacker's", "/office\r\nset-cookie: x=y"),
        )
    )
)
def test_signing_in_leads_nowhere_else(door: House, case: Attack) -> Strike:
    _, key = door.keyed()
    client = door.stranger()
    prompt, form = asked(client)
    answer = key.answer(prompt)
    return door.strike(lambda: way(with_passkey(client, answer, {**form, "to": [case.with_]})))
