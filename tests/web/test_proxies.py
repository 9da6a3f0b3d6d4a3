"""A reverse proxy speaks for everybody, wherever it stands, and says for whom where it is believed."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send

from handover.cli import checks
from handover.cli.findings import Level
from handover.config import Settings, SettingsError, load
from handover.web.proxies import Proxies, is_proxy
from handover.web.quota import name_of
from web.stage import Stage
from web.test_server import Hasty, answered, running

HERE = ("127.0.0.0/8", "::1")


@pytest.mark.parametrize(
    ("host", "proxies", "found"),
    [
        ("127.0.0.1", HERE, True),
        ("::1", HERE, True),
        ("::ffff:127.0.0.1", HERE, True),
        ("192.0.2.7", HERE, False),
        ("192.0.2.7", ("192.0.2.0/24",), True),
        ("127.0.0.1", ("192.0.2.0/24",), False),
        ("2001:db8::1", ("2001:db8::/32",), True),
        ("nobody", HERE, False),
        ("", HERE, False),
    ],
)
def test_whose_address_is_a_proxy(host: str, proxies: tuple[str, ...], *, found: bool) -> None:
    assert is_proxy(host, proxies) is found


@pytest.mark.parametrize(
    ("host", "counted"),
    [("192.0.2.7", ""), ("::ffff:192.0.2.7", ""), ("198.51.100.1", "198.51.100.1"), (None, "")],
)
def test_what_a_proxy_sends_that_names_nobody_has_no_address(host: str | None, counted: str) -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope)

    async def nothing() -> Message:
        return {}

    async def nowhere(_message: Message) -> None:
        return None

    scope = {"type": "http", "client": host and (host, 1)}
    asyncio.run(Proxies(app, proxies=["192.0.2.7"])(scope, nothing, nowhere))
    assert name_of(seen[0]) == counted


@contextmanager
def behind(stage: Stage, *, tells: bool, proxies: list[str]) -> Iterator[int]:
    """Serve a node to this machine as to a proxy, or as to anybody."""
    settings = stage.north.node.settings.model_copy(update={"proxy_tells": tells, "proxies": proxies})
    with running(replace(stage.north.node, settings=settings), Hasty) as port:
        yield port


def asked(port: int, *, for_: str, times: int = 1) -> set[str]:
    """Ask the API for matters so often, as if for somebody; give the statuses of the answers."""
    head = f"GET /api/v1/matters HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {for_}\r\nConnection: close\r\n\r\n".encode()
    return {answered(port, head).split(b" ", 2)[1].decode() for _ in range(times)}


def test_one_who_floods_through_a_proxy_waits_alone(shared: Stage) -> None:
    with behind(shared, tells=True, proxies=["127.0.0.1"]) as port:
        assert "429" in asked(port, for_="203.0.113.5", times=300)
        assert asked(port, for_="203.0.113.5, 203.0.113.6", times=40) == {"401"}
        assert "429" in asked(port, for_="203.0.113.6, 203.0.113.5", times=300)


def test_who_is_no_proxy_is_not_believed_and_holds_few_connections(shared: Stage) -> None:
    with behind(shared, tells=True, proxies=["192.0.2.1"]) as port:
        assert "429" in {
            *asked(port, for_="203.0.113.5", times=200),
            *asked(port, for_="203.0.113.6", times=200),
        }
        held = [socket.create_connection(("127.0.0.1", port), timeout=300) for _ in range(Hasty.per_address)]
        assert answered(port, b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n") == b""
        for each in held:
            each.close()


def settings_of(folder: Path, *lines: str) -> Settings:
    (folder / "handover.toml").write_text("\n".join(('node = "gr/athens"', *lines)) + "\n")
    return load(folder)


PUBLIC, TELLS = 'address = "https://athens.example"', "proxy_tells = true"
EVERYWHERE = 'listen = "0.0.0.0:8700"'


@pytest.mark.parametrize(
    ("lines", "level"),
    [
        ((), None),
        ((PUBLIC, "private_peers = true"), None),
        ((PUBLIC,), Level.WARNING),
        ((PUBLIC, TELLS), Level.OK),
        ((PUBLIC, TELLS, 'listen = "[::1]:8700"'), Level.OK),
        ((PUBLIC, TELLS, 'listen = "localhost:8700"'), Level.OK),
        ((PUBLIC, TELLS, EVERYWHERE), Level.WARNING),
        ((PUBLIC, TELLS, EVERYWHERE, 'proxies = ["172.17.0.1"]'), Level.OK),
    ],
)
def test_doctor_sees_a_proxy_behind_which_nobody_is_told_apart(
    tmp_path: Path, lines: tuple[str, ...], level: Level | None
) -> None:
    found = list(checks.proxy(settings_of(tmp_path, *lines)))
    assert [each.level for each in found] == ([] if level is None else [level])


@pytest.mark.parametrize(
    "wrong", ['["everywhere"]', '["192.0.2.1/24"]', '["0.0.0.0/0"]', '["::/0"]', '["*"]']
)
def test_a_proxy_is_an_address_or_a_network_and_not_everybody(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SettingsError):
        settings_of(tmp_path, f"proxies = {wrong}")
