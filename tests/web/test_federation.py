"""What peers and strangers get: receipts for the ones, one and the same refusal for the others; registry and log."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message

from handover.application.allowances import TooManyRequestsError
from handover.domain.errors import NotFoundError
from handover.domain.ids import NodeId
from handover.protocol import checkpoint, merkle, strict
from handover.protocol.delivery import BATCH_LIMIT, Delivery, Item, decode_answer, encode_delivery
from handover.protocol.entry import EntryKind
from handover.protocol.receipt import Receipt
from handover.web.app import create_app
from handover.web.federation import Federation
from handover.web.problems import BusyError
from handover.web.quota import Quota
from handover.web.quota import name_of as address_of
from web.stage import JSON, Stage
from web.test_limits import name_of

PATH = "/federation/v1/envelopes"


def delivered(stage: Stage) -> tuple[Delivery, bytes]:
    """Give a delivery of one offer as Athens sent it, and its bytes."""
    stage.offered()
    body = next(body for peer, body in reversed(stage.fed.wire.posted) if peer == "de/hamburg")
    value: Any = json.loads(body)
    items = tuple(
        Item(envelope=each["envelope"].encode(), payload=each["payload"] and each["payload"].encode())
        for each in value["items"]
    )
    return Delivery(log_size=0, items=items), body


def post(stage: Stage, body: bytes) -> httpx2.Response:
    return stage.south.client.post(PATH, content=body, headers=JSON)


def test_each_envelope_gets_a_receipt_that_anyone_can_verify(shared: Stage) -> None:
    delivery, body = delivered(shared)
    answer = decode_answer(post(shared, body).content, expected=len(delivery.items))
    assert all(isinstance(each, Receipt) for each in answer.results)
    note = shared.south.client.get("/log/checkpoint").content
    head = checkpoint.verify(note, shared.fed.wire.nodes[NodeId("gr/athens")].registry.entry(
        NodeId("de/hamburg"), shared.fed.clock.now
    ).log_key())  # fmt: skip
    assert head.size > 0


def test_a_repeat_is_answered_byte_for_byte_the_same(shared: Stage) -> None:
    _, body = delivered(shared)
    first, second = post(shared, body), post(shared, body)
    assert first.content == second.content
    assert first.headers["content-type"] == "application/json"


def test_a_bad_envelope_does_not_harm_its_neighbours(shared: Stage) -> None:
    delivery, _ = delivered(shared)
    bad = Item(envelope=delivery.items[0].envelope[:-4] + b"AAAA", payload=delivery.items[0].payload)
    body = encode_delivery(Delivery(log_size=0, items=(bad, *delivery.items, bad)))
    results = json.loads(post(shared, body).content)["results"]
    assert [next(iter(each)) for each in results] == ["problem", "receipt", "problem"]
    assert results[0] == {
        "problem": {"name": "untrusted", "retry": False, "detail": "The input was refused."}
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"log_size":0,"items":[]}',
        b'{"log_size":0,"items":[{"envelope":"Zzyzx","payload":null}],"more":1}',
        b'{"log_size":0.0,"items":[{"envelope":"x","payload":null}]}',
        b'{"log_size":-1,"items":[{"envelope":"x","payload":null}]}',
        b'{"log_size":0,"log_size":0,"items":[{"envelope":"x","payload":null}]}',
        json.dumps(
            {"log_size": 0, "items": [{"envelope": "x", "payload": None}] * (BATCH_LIMIT + 1)}
        ).encode(),
        b"\xef\xbb\xbf{}",
        '{"log_size":0,"items":[]}'.encode("utf-16"),
    ],
)
def test_to_strangers_all_untrusted_input_looks_alike(shared: Stage, body: bytes) -> None:
    answer = post(shared, body)
    assert name_of(answer) == "400 untrusted"
    assert answer.content == post(shared, b"null").content


def test_envelopes_of_strangers_are_counted_and_not_logged(own: Stage) -> None:
    size = own.south.get("/node")["log"]["size"]
    forged = [b"x", b"a.b.c", b"eyJhbGciOiJub25lIn0.e30.", b'{"alg":"none"}']
    body = encode_delivery(Delivery(log_size=0, items=tuple(Item(envelope=each) for each in forged)))
    results = json.loads(post(own, body).content)["results"]
    assert {json.dumps(each) for each in results} == {json.dumps(results[0])}
    assert own.south.get("/node")["log"]["size"] == size
    assert own.south.node.inbox.tally.strangers == len(forged)


def test_the_registry_is_served_as_it_was_accepted(shared: Stage) -> None:
    client = shared.south.client
    for name in ("timestamp.json", "1.root.json"):
        answer = client.get(f"/registry/{name}")
        assert answer.content == shared.south.node.mirror.file(name)
        assert answer.headers["content-type"] == "application/json"
    for path in (
        "/registry/",
        "/registry/..%2fvault.json",
        "/registry/../vault.json",
        "/registry/vault.json",
        "/registry/%00",
    ):
        assert client.get(path).status_code == 404


def test_the_log_grows_and_proves_it(own: Stage) -> None:
    client = own.south.client
    own.offered()
    old = checkpoint.verify(client.get("/log/checkpoint").content, _key(own))
    own.offered()
    new = checkpoint.verify(client.get("/log/checkpoint").content, _key(own))
    assert new.size > old.size
    hashes = client.get(f"/log/tile/0/000.p/{new.size}").content
    leaves = [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
    assert merkle.Tree(_Memory(hashes), new.size).root() == new.root
    bundle = client.get(f"/log/tile/entries/000.p/{new.size}").content
    at = 0
    for leaf in leaves:
        length = int.from_bytes(bundle[at : at + 2], "big")
        assert merkle.leaf_hash(bundle[at + 2 : at + 2 + length]) == leaf
        at += 2 + length
    assert at == len(bundle)


class _Memory:
    def __init__(self, hashes: bytes) -> None:
        self._hashes = hashes

    def get(self, level: int, index: int) -> bytes:
        return self._hashes if (level, index) == (0, 0) else b""


def _key(stage: Stage) -> checkpoint.LogKey:
    entry = stage.north.node.registry.entry(NodeId("de/hamburg"), stage.fed.clock.now)
    return entry.log_key()


@pytest.mark.parametrize(
    "name",
    [
        "0/000",
        "0/000.p/200",
        "9/000",
        "0/0",
        "0/000.p/0",
        "0/000.p/256",
        "0/x000/000",
        "-1/000",
        "entries/001",
        "x",
        "",
    ],
)
def test_what_the_log_does_not_have_is_not_found(shared: Stage, name: str) -> None:
    answer = shared.south.client.get(f"/log/tile/{name}")
    assert answer.status_code == 404


def test_a_full_tile_may_be_kept_for_ever_and_a_part_of_one_may_not(own: Stage) -> None:
    with own.south.node.database.begin() as work:
        for number in range(256):
            work.log.append(
                EntryKind.EXPORTED, stream="", object_=strict.digest(bytes([number])), now=work.now
            )
        work.log.checkpoint(work.now)
    full, part = (own.south.client.get(f"/log/tile/{name}") for name in ("0/000", "0/000.p/7"))
    assert full.content[: 7 * 32] == part.content
    assert "immutable" in full.headers["cache-control"]
    assert part.headers["cache-control"] == "no-cache"


def test_a_node_says_who_it_is_without_being_asked_for_proof(shared: Stage) -> None:
    answer = shared.south.client.get("/.well-known/handover")
    assert answer.json() == {
        "node": "de/hamburg",
        "protocols": ["handover/1"],
        "address": "https://de-hamburg.example",
        "log": "de/hamburg/log",
    }


def test_a_part_of_a_file_that_nobody_has_offered_is_not_read(shared: Stage) -> None:
    async def receive() -> Message:
        raise AssertionError

    scope = {
        "type": "http",
        "method": "PUT",
        "path": "/",
        "path_params": {"sealed": strict.digest(b"unknown")},
        "headers": [(b"upload-offset", b"0")],
        "client": ("192.0.2.7", 1),
    }
    with pytest.raises(NotFoundError):
        asyncio.run(Federation(shared.south.node).push(Request(scope, receive)))


def test_a_part_of_a_file_is_taken_only_where_an_offer_names_it(shared: Stage) -> None:
    headers = {"content-type": "application/octet-stream", "upload-offset": "0"}
    digest = strict.digest(b"unknown")
    for name in (digest, "x", digest[:-1]):
        answer = shared.south.client.put(f"/federation/v1/attachments/{name}", content=b"x", headers=headers)
        assert name_of(answer) == "404 not-found"
    for offset in ("", "-1", "0x1", "01", "1" * 30):
        changed = {**headers, "upload-offset": offset}
        answer = shared.south.client.put(
            f"/federation/v1/attachments/{digest}", content=b"x", headers=changed
        )
        assert name_of(answer) == "400 untrusted"
    wrong = shared.south.client.put(f"/federation/v1/attachments/{digest}", content=b"{}", headers=JSON)
    assert name_of(wrong) == "415 media-type"


class _Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_address_that_is_refused_again_and_again_has_to_wait(own: Stage) -> None:
    seconds = _Time()
    app = create_app(own.south.node)
    app.router.routes[:0] = Federation(own.south.node, Quota(seconds, burst=3, rate=1)).routes()
    stranger = TestClient(app, client=("192.0.2.7", 1))
    neighbour = TestClient(app, client=("192.0.2.8", 1))
    local = TestClient(app, client=("127.0.0.1", 1))
    for client in (stranger, local):
        for _ in range(3):
            assert name_of(client.post(PATH, content=b"{", headers=JSON)) == "400 untrusted"
    answer = stranger.post(PATH, content=b"{", headers=JSON)
    assert name_of(answer) == "429 too-many-requests"
    assert answer.headers["retry-after"] == "1"
    assert name_of(neighbour.post(PATH, content=b"{", headers=JSON)) == "400 untrusted"
    assert name_of(local.post(PATH, content=b"{", headers=JSON)) == "400 untrusted"
    seconds.now += 2
    assert name_of(stranger.post(PATH, content=b"{", headers=JSON)) == "400 untrusted"


def test_an_address_that_reads_without_end_has_to_wait(own: Stage) -> None:
    """A mirror or a witness is shown hundreds of things at once, and the proxy of this machine all that it asks for."""
    delivered(own)
    seconds = _Time()
    app = create_app(own.south.node)
    app.router.routes[:0] = Federation(own.south.node, reads=Quota(seconds, burst=3, rate=1)).routes()
    stranger, neighbour, local = (
        TestClient(app, client=(host, 1)) for host in ("192.0.2.7", "192.0.2.8", "127.0.0.1")
    )
    paths = ["/log/checkpoint", "/.well-known/handover", "/registry/timestamp.json", "/log/checkpoint"]
    assert [local.get(path).status_code for path in paths] == [200] * 4
    assert [stranger.get(path).status_code for path in paths] == [200, 200, 200, 429]
    assert name_of(stranger.get("/log/tile/0/000.p/1")) == "429 too-many-requests"
    assert neighbour.get("/log/checkpoint").status_code == 200
    seconds.now += 2
    assert stranger.get("/log/checkpoint").status_code == 200


def test_addresses_of_one_network_count_as_one_and_few_are_remembered() -> None:
    seconds, scope = _Time(), {"client": ("2001:db8::1", 1)}
    quota = Quota(seconds, burst=1)
    quota.count(scope)
    with pytest.raises(TooManyRequestsError):
        quota.require({"client": ("2001:db8::2", 9)})
    quota.require({"client": ("2001:db8:0:1::1", 9)})
    quota.require({"client": None})
    assert address_of({"client": ("::ffff:192.0.2.1", 1)}) == "192.0.2.1"
    for number in range(10_001):
        quota.count({"client": (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 1)})
    quota.require(scope)


def test_a_node_with_too_much_to_do_says_so(own: Stage) -> None:
    app = create_app(own.south.node)
    app.router.routes[:0] = Federation(own.south.node, most_waiting=0).routes()
    answer = TestClient(app).post(PATH, content=b"{}", headers=JSON)
    assert name_of(answer) == "503 busy"
    assert answer.json()["retry"] is True


def test_who_sends_slowly_holds_back_nobody_else(own: Stage) -> None:
    """However many deliveries one address begins and does not end, others are taken."""
    _, body = delivered(own)

    async def sent(federation: Federation, host: str, *, end: asyncio.Event | None = None) -> int:
        async def receive() -> Message:
            if end is not None:
                await end.wait()
            return {"type": "http.request", "body": body, "more_body": False}

        scope = {"type": "http", "method": "POST", "path": PATH, "headers": [], "client": (host, 1)}
        return (await federation.receive(Request(scope, receive))).status_code

    async def all_of_them() -> None:
        federation, end = Federation(own.south.node), asyncio.Event()
        slow = [asyncio.ensure_future(sent(federation, "192.0.2.7", end=end)) for _ in range(32)]
        done, held = await asyncio.wait(slow, return_when=asyncio.FIRST_COMPLETED)
        assert {type(each.exception()) for each in done} == {BusyError}
        assert await sent(federation, "192.0.2.8") == 200
        assert await sent(federation, "127.0.0.1") == 200
        end.set()
        assert len(held) == 8
        assert {await each for each in held} == {200}
        assert await sent(federation, "192.0.2.7") == 200

    asyncio.run(all_of_them())


def test_who_asks_for_the_log_without_end_waits_behind_its_own_requests(own: Stage) -> None:
    """What is public costs a stranger nothing to ask for, and one thread of the node at most."""
    delivered(own)
    federation = Federation(own.south.node)

    async def asked(host: str) -> str:
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/log/checkpoint",
            "headers": [],
            "client": (host, 1),
        }
        assert (await federation.checkpoint(Request(scope))).status_code == 200
        return host

    async def all_of_them() -> list[str]:
        flood = [asyncio.ensure_future(asked("192.0.2.7")) for _ in range(64)]
        await asyncio.sleep(0)  # all of them wait
        calm = asyncio.ensure_future(asked("192.0.2.8"))
        return [await each for each in asyncio.as_completed([*flood, calm])]

    assert asyncio.run(all_of_them()).index("192.0.2.8") <= 2
