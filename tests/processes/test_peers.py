"""Calls to peers that keep no rule: no limit of size, time or place is passed, whatever the other side does."""

import gzip
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.adapters.connections import is_public
from handover.adapters.peers import (
    HTTPPeers,
    PeerAddressError,
    PeerAnswerError,
    PeerKeyError,
    PeerUnreachableError,
    wait_of,
)
from handover.application.refusals import PeerRefusedError, PeerSpentError
from handover.domain.errors import HandoverError, MalformedError, NotFoundError
from handover.domain.ids import Digest, NodeId
from handover.protocol.witness import WitnessSizeError
from processes import strange as s
from processes.strange import Behaviour, Certificate, answering, sized, strange

PEER = NodeId("de/hamburg")
TOTAL = 1.0
_BY_ITSELF = 100  # seconds: no behaviour of these servers ends so soon
BODY = b'{"items":[]}'


_opened: list[HTTPPeers] = []


def wire(*, pins: Iterable[bytes] = (), private: bool = True) -> HTTPPeers:
    made = HTTPPeers(private=private, pins=lambda _: frozenset(pins), total=TOTAL)
    _opened.append(made)
    return made


@pytest.fixture(autouse=True)
def _closing() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def fails(behaviour: Behaviour, error: type[HandoverError], body: bytes = BODY) -> float:
    """Post to a server that behaves so, expect *error*, and give the seconds that it took."""
    began = time.monotonic()
    with strange(behaviour) as server, pytest.raises(error):
        wire().post(PEER, server.address, body)
    return time.monotonic() - began


def test_an_answer_is_given_and_the_connection_kept() -> None:
    with strange(answering(sized(b'{"a":1}'))) as server:
        peers = wire()
        assert peers.post(PEER, server.address, BODY) == b'{"a":1}'
        assert peers.post(PEER, server.address, BODY) == b'{"a":1}'
        assert server.connections == 1
        head = server.requests[0].partition(b"\r\n\r\n")[0].lower()
    assert head.startswith(b"post /federation/v1/envelopes http/1.1\r\n")
    assert b"accept-encoding: identity" in head
    assert b"content-type: application/json" in head


def test_a_file_is_pushed_from_an_offset_and_read_by_name() -> None:
    digest = Digest("A" * 43)
    with strange(answering(sized(b'{"have":7}'))) as server:
        assert wire().push(PEER, server.address, digest, 4, b"abc") == 7
        assert b"Upload-Offset: 4" in server.requests[0]
        assert wire().get(PEER, server.address, "/registry/root.json", 64) == b'{"have":7}'
    with strange(answering(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")) as server:
        with pytest.raises(NotFoundError):
            wire().get(PEER, server.address, "/registry/root.json", 64)
        with pytest.raises(PeerAnswerError):
            wire().post(PEER, server.address, BODY)


@pytest.mark.parametrize(
    "kind",
    [
        b"",
        b"Content-Type: text/html; charset=utf-8\r\n",
        b"Content-Type: application/problem+json\r\n",
        b"Content-Type: application/json; charset=utf-16\r\n",
        b"Content-Type: application/json\r\nContent-Type: text/plain\r\n",
    ],
)
def test_an_answer_of_another_media_type_is_none_and_delivery_is_tried_again(kind: bytes) -> None:
    text = b"HTTP/1.1 200 OK\r\n" + kind + b"Content-Length: 10\r\n\r\n" + b'{"have":7}'
    with strange(answering(text)) as server:
        peers = wire()
        for asked in (
            lambda: peers.post(PEER, server.address, BODY),
            lambda: peers.push(PEER, server.address, Digest("A" * 43), 4, b"abc"),
        ):
            with pytest.raises(PeerAnswerError) as refused:
                asked()
            assert refused.value.retry


@pytest.mark.parametrize("kind", [b"application/json", b'Application/JSON; charset="UTF-8"'])
def test_json_is_json_however_it_is_spelled(kind: bytes) -> None:
    text = b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\nContent-Length: 2\r\n\r\n{}"
    with strange(answering(text)) as server:
        assert wire().post(PEER, server.address, BODY) == b"{}"


def test_a_small_question_goes_as_bytes_to_its_path_and_an_answer_of_its_size_comes_back() -> None:
    with strange(answering(sized(b"answer"))) as server:
        assert wire().ask(PEER, server.address, "/federation/v1/evaluations", b"\0asked", 6) == b"answer"
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert head.startswith(b"POST /federation/v1/evaluations HTTP/1.1\r\n")
        assert b"Content-Type: application/octet-stream" in head
        assert body == b"\0asked"
        with pytest.raises(PeerAnswerError):
            wire().ask(PEER, server.address, "/federation/v1/evaluations", b"", 5)


def test_a_peer_that_has_given_enough_is_told_from_one_that_is_away() -> None:
    with (
        strange(answering(b"HTTP/1.1 429 Wait\r\nContent-Length: 0\r\n\r\n")) as server,
        pytest.raises(PeerSpentError),
    ):
        wire().ask(PEER, server.address, "/federation/v1/evaluations", b"", 64)
    with (
        strange(answering(b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n")) as server,
        pytest.raises(PeerUnreachableError),
    ):
        wire().ask(PEER, server.address, "/federation/v1/evaluations", b"", 64)


def test_a_peer_that_has_had_enough_says_for_how_long() -> None:
    with (
        strange(answering(b"HTTP/1.1 429 Wait\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n")) as server,
        pytest.raises(PeerSpentError) as told,
    ):
        wire().post(PEER, server.address, BODY)
    assert told.value.seconds == 17


@given(st.lists(st.binary(max_size=12), max_size=2))
def test_however_a_wait_is_spelled_it_is_a_second_at_least_and_a_quarter_of_an_hour_at_most(
    values: list[bytes],
) -> None:
    fields = [(b"Retry-After", value) for value in values]
    assert 1 <= PeerSpentError(wait_of(fields)).seconds <= 900


def test_a_witness_gives_its_lines_or_the_size_that_it_knows() -> None:
    size = b"HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\nContent-Length: 3\r\n\r\n"
    with strange(answering(sized(b"lines"))) as server:
        assert wire().cosign(PEER, server.address, b"old 0\n") == b"lines"
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert head.startswith(b"POST /witness/add-checkpoint HTTP/1.1\r\n")
        assert b"Content-Type: text/plain; charset=utf-8" in head
        assert body == b"old 0\n"
    with strange(answering(size + b"11\n")) as server, pytest.raises(WitnessSizeError) as caught:
        wire().cosign(PEER, server.address, b"old 0\n")
    assert caught.value.size == 11
    with strange(answering(size + b"x1\n")) as server, pytest.raises(MalformedError):
        wire().cosign(PEER, server.address, b"old 0\n")


PROBLEM = b'{"type":"https://handover.example/problems/question-tables","retry":false}'


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (PROBLEM, PeerRefusedError),
        (PROBLEM.replace(b"question-tables", b"Not A Name"), PeerAnswerError),
        (b"<html>", PeerAnswerError),
        (b"[]", PeerAnswerError),
        (b'{"type":"x"', PeerAnswerError),
    ],
)
def test_a_small_question_is_refused_by_the_name_of_a_problem(
    body: bytes, error: type[HandoverError]
) -> None:
    answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    with strange(answering(answer)) as server, pytest.raises(error) as told:
        wire().ask(PEER, server.address, "/federation/v1/tracing/questions", b"abc", 64)
    if isinstance(told.value, PeerRefusedError):
        assert (told.value.problem, told.value.again) == ("question-tables", False)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with strange(answering(sized(b"{}"))) as other:
        head = f"HTTP/1.1 {status} Elsewhere\r\nLocation: {other.address}/\r\nContent-Length: 0\r\n\r\n"
        fails(answering(head.encode()), PeerAnswerError)
        assert other.connections == 0


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with strange(answering(sized(b"{}"))) as server, strange(answering(sized(b'{"proxy":1}'))) as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.address)
        assert wire().post(PEER, server.address, BODY) == b"{}"
        assert proxy.connections == 0


def test_no_cookie_is_kept() -> None:
    with strange(answering(sized(b"{}", b"Set-Cookie: who=you; Path=/\r\n"))) as server:
        peers = wire()
        for _ in range(2):
            peers.post(PEER, server.address, BODY)
        assert b"cookie" not in server.requests[1].lower()


@pytest.mark.parametrize("coding", [b"gzip", b"deflate", b"br", b"x-unknown", b"identity, gzip"])
def test_a_content_coding_is_refused(coding: bytes) -> None:
    fails(
        answering(sized(gzip.compress(b"{}"), b"Content-Encoding: " + coding + b"\r\n")),
        PeerAnswerError,
    )


def test_an_answer_of_64_megabytes_is_not_read() -> None:
    fails(answering(HEAD_64 + b"x" * 1024), PeerAnswerError)  # whoever waits for it is unreachable in the end


HEAD_64 = s.HEAD + b"Content-Length: 67108864\r\n\r\n"


def test_an_endless_answer_is_left_at_its_limit() -> None:
    fails(s.endless, PeerAnswerError)


def test_a_file_longer_than_allowed_is_refused() -> None:
    with strange(answering(sized(b"x" * 65))) as server, pytest.raises(PeerAnswerError):
        wire().get(PEER, server.address, "/registry/root.json", 64)


SLOW: dict[str, tuple[Behaviour, bytes]] = {
    "a byte of the head at a time": (s.slow_head, BODY),
    "a byte of the body at a time": (s.slow_body, BODY),
    "promises": (s.promising, BODY),
    "no answer": (s.silent, BODY),
    "nothing read": (s.deaf, b"x" * 8 * 1024 * 1024),
}


@pytest.mark.parametrize("name", SLOW)
def test_the_whole_exchange_ends_in_time(name: str) -> None:
    behaviour, body = SLOW[name]
    assert TOTAL - 0.1 <= fails(behaviour, PeerUnreachableError, body) < _BY_ITSELF


def test_each_thread_has_a_time_of_its_own() -> None:
    """A slow exchange neither lengthens nor shortens another over the same connections."""
    peers, ends = wire(), []

    def ask(server: s.StrangeServer) -> None:
        began = time.monotonic()
        with pytest.raises(PeerUnreachableError):
            peers.post(PEER, server.address, BODY)
        ends.append(time.monotonic() - began)

    with strange(s.slow_body) as server:
        threads = [threading.Thread(target=ask, args=(server,)) for _ in range(4)]
        for thread in threads:
            thread.start()
            time.sleep(0.2)
        for thread in threads:
            thread.join()
    assert len(ends) == 4
    assert all(TOTAL - 0.1 <= each < TOTAL + 1.5 for each in ends)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 599])
def test_a_peer_that_cannot_now_is_asked_again_later(status: int) -> None:
    fails(answering(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode()), PeerUnreachableError)


@pytest.mark.parametrize("status", [201, 204, 206, 400, 401, 403, 413, 418])
def test_any_other_status_is_no_answer(status: int) -> None:
    fails(answering(f"HTTP/1.1 {status} What\r\nContent-Length: 0\r\n\r\n".encode()), PeerAnswerError)


GARBAGE: dict[str, bytes] = {
    "nothing": b"",
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a broken length": s.HEAD + b"Content-Length: -1\r\n\r\n",
    "two lengths": s.HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a body cut off": s.HEAD + b"Content-Length: 100\r\n\r\nabc",
    "a head without end": s.HEAD + b"X-Long: " + b"a" * 300_000,
    "a broken chunk": s.HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
}


@pytest.mark.parametrize("name", GARBAGE)
def test_what_is_no_answer_at_all_counts_as_none(name: str) -> None:
    def behave(visit: s.Visit) -> None:
        visit.request()
        visit.say(GARBAGE[name])

    assert fails(behave, PeerUnreachableError) < TOTAL


def test_a_server_that_came_back_is_reached_again() -> None:
    peers = wire()
    with strange(answering(sized(b"{}"))) as server:
        peers.post(PEER, server.address, BODY)
    with strange(answering(sized(b"{}")), port=server.port) as again:
        assert peers.post(PEER, server.address, BODY) == b"{}"
        assert again.connections == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://203.0.113.5:80",
        "http://peer.example",
        "ftp://127.0.0.1",
        "https://user@127.0.0.1",
        "https://127.0.0.1?x=1",
        "https://127.0.0.1#x",
        "file:///etc/passwd",
        "127.0.0.1",
    ],
)
def test_an_address_that_is_not_https_or_holds_more_is_refused(address: str) -> None:
    with pytest.raises(PeerAddressError):
        wire().post(PEER, address, BODY)


Resolve = Callable[[str], list[str]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Make every name resolve to what is given; the answer lists the names that were asked for."""
    real = socket.getaddrinfo

    def set_(*addresses: str) -> list[str]:
        asked: list[str] = []

        def resolve(host: str, port: int, *args: Any, **options: Any) -> list[Any]:
            try:
                ipaddress.ip_address(host)
            except ValueError:
                asked.append(host)
                return [each for address in addresses for each in real(address, port, *args, **options)]
            return real(host, port, *args, **options)

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        return asked

    return set_


def test_private_addresses_are_refused_unless_allowed(
    names: Callable[..., list[str]], tmp_path: Path
) -> None:
    names("127.0.0.1")
    with strange(answering(sized(b"{}")), Certificate(tmp_path).context()) as server:
        for address in (server.address, f"https://peer.example:{server.port}"):
            with pytest.raises(PeerAddressError):
                wire(private=False).post(PEER, address, BODY)
        assert server.connections == 0
    with pytest.raises(PeerAddressError):  # not in the clear either
        wire(private=False).post(PEER, f"http://127.0.0.1:{server.port}", BODY)


def test_one_private_address_among_others_is_enough_to_refuse(names: Callable[..., list[str]]) -> None:
    names("1.1.1.1", "127.0.0.1")
    with pytest.raises(PeerAddressError):
        wire(private=False).post(PEER, "https://peer.example", BODY)


def test_in_the_clear_only_this_machine_is_spoken_to(names: Callable[..., list[str]]) -> None:
    names("192.0.2.1")
    with pytest.raises(PeerAddressError):
        wire().post(PEER, "http://localhost:9", BODY)


def test_a_name_is_resolved_once_and_its_next_address_tried(names: Callable[..., list[str]]) -> None:
    asked = names("::1", "127.0.0.1")
    with strange(answering(sized(b"{}"))) as server:  # listens on 127.0.0.1 alone
        assert wire().post(PEER, f"http://localhost:{server.port}", BODY) == b"{}"
    assert asked == ["localhost"]


def test_a_name_that_nobody_knows_is_a_peer_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_args: Any, **_options: Any) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(PeerUnreachableError):
        wire().post(PEER, "https://peer.example", BODY)


PUBLIC = ("1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450::1")
NOT_PUBLIC = (
    *("0.0.0.0", "0.1.2.3",  # noqa: S104 - nobody binds to it
    "127.0.0.1", "127.255.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.1.1"),
    *("100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1"),
    *("224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:1.1.1.1", "64:ff9b::7f00:1", "64:ff9b:1::1"),
    *("100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "fc00::1", "fd00::1", "fe80::1", "fec0::1", "ff02::1"),
    *("5f00::1", "4000::1"),
)  # fmt: skip


@pytest.mark.parametrize("text", PUBLIC)
def test_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


def test_a_pinned_key_is_enough_and_no_other_is_spoken_to(tmp_path: Path) -> None:
    mine, other = Certificate(tmp_path), Certificate(tmp_path, "other")
    with strange(answering(sized(b"{}")), mine.context()) as server:
        assert wire(pins=[mine.pin]).post(PEER, server.address, BODY) == b"{}"
        assert wire(pins=[other.pin, mine.pin]).post(PEER, server.address, BODY) == b"{}"
        seen = len(server.requests)
        with pytest.raises(PeerKeyError):
            wire(pins=[other.pin]).post(PEER, server.address, BODY)
        time.sleep(0.2)
        assert len(server.requests) == seen


def test_not_a_byte_goes_to_a_server_with_another_key(tmp_path: Path) -> None:
    heard: list[bytes] = []
    done = threading.Event()

    def listen(visit: s.Visit) -> None:
        try:
            heard.append(visit.connection.recv(1024))
        finally:
            done.set()

    with strange(listen, Certificate(tmp_path).context()) as server:
        with pytest.raises(PeerKeyError):
            wire(pins=[b"x" * 32]).post(PEER, server.address, BODY)
        assert done.wait(5)
    assert heard in ([], [b""])  # the handshake was all


def test_a_key_that_is_pinned_no_more_is_not_used_over_an_old_connection(tmp_path: Path) -> None:
    mine = Certificate(tmp_path)
    pins = {mine.pin}
    peers = wire(pins=pins)
    with strange(answering(sized(b"{}")), mine.context()) as server:
        peers.post(PEER, server.address, BODY)
        pins.clear()
        pins.add(b"x" * 32)
        with pytest.raises(PeerKeyError):
            peers.post(PEER, server.address, BODY)


def test_without_a_pin_the_web_pki_decides(tmp_path: Path) -> None:
    with strange(answering(sized(b"{}")), Certificate(tmp_path).context()) as server:
        with pytest.raises(PeerUnreachableError):
            wire().post(PEER, server.address, BODY)
        assert server.requests == []


def test_a_pinned_server_speaks_tls_1_3(tmp_path: Path) -> None:
    mine = Certificate(tmp_path)
    with strange(answering(sized(b"{}")), mine.context(newest=ssl.TLSVersion.TLSv1_2)) as server:
        with pytest.raises(PeerUnreachableError):
            wire(pins=[mine.pin]).post(PEER, server.address, BODY)
        assert server.requests == []


def test_a_handshake_that_never_ends_is_left_in_time(tmp_path: Path) -> None:
    began = time.monotonic()
    with strange(s.silent_socket) as server, pytest.raises(PeerUnreachableError):
        wire(pins=[b"x" * 32]).post(PEER, server.address.replace("http:", "https:"), BODY)
    assert time.monotonic() - began < _BY_ITSELF
