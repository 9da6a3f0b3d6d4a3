"""The auditor's page is served to everybody, under a policy that lets nothing but its own script run."""

import base64
import re
from collections.abc import Iterator
from hashlib import sha256

import httpx2
import pytest

import verify_words
from handover.pages import evidence_page
from pages.office import offices


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with offices(tmp_path_factory.mktemp("pages")) as found:
        yield found.north.client


def test_nobody_is_asked_who_they_are(client: httpx2.Client) -> None:
    answer = client.get("/verify", follow_redirects=False)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == evidence_page.content()
    assert "set-cookie" not in answer.headers


def test_it_comes_packed_or_as_it_is(client: httpx2.Client) -> None:
    plain = client.get("/verify", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert client.get("/verify", headers={"accept-encoding": "gzip"}).text == plain.text


def test_the_policy_names_script_and_style_by_their_digests(client: httpx2.Client) -> None:
    answer = client.get("/verify")
    policy = answer.headers["content-security-policy"]
    for element in ("script", "style"):
        (inside,) = re.findall(f"<{element}>(.*?)</{element}>", answer.text, re.DOTALL)
        digest = base64.b64encode(sha256(inside.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_its_words_are_those_of_the_catalogues_of_today() -> None:
    assert verify_words.made() == evidence_page.content(), "run `python3 dev.py messages`"
