"""What strangers of one address may ask of pages and API, and that nobody who is known waits behind them."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from handover.web.app import create_app
from handover.web.doorstep import KNOWN, PIECE, Doorstep
from handover.web.guard import Guard
from handover.web.quota import Pauses, Quota
from web.stage import Stage
from web.test_limits import name_of

HOME, MATTERS = "192.0.2.7", "/api/v1/matters"


def doors(app: ASGIApp, *hosts: str) -> list[TestClient]:
    """Give clients at addresses, each of which may ask three things at once and nothing more."""
    asked = Quota(lambda: 1.0, burst=3, rate=1e-6)
    guarded = Guard(Doorstep(app, asked=asked, pauses=Pauses(seconds=0)), secure=True)
    return [TestClient(guarded, client=(host, 1)) for host in hosts]


def test_a_stranger_that_asks_without_end_has_to_wait(shared: Stage) -> None:
    stranger, neighbour, local = doors(create_app(shared.north.node), HOME, "192.0.2.8", "127.0.0.1")
    wrong = {"authorization": f"Bearer ho_{'a' * 100}"}
    known = {"authorization": f"Bearer {shared.north.hire('first')}"}
    fresh = {"authorization": f"Bearer {shared.north.hire('second')}"}
    assert stranger.get(MATTERS, headers=known).status_code == 200
    paths = [MATTERS, "/api/openapi.json", "/no/such/path", MATTERS]
    assert [stranger.get(path, headers=wrong).status_code for path in paths] == [401, 200, 404, 429]
    assert name_of(stranger.get(MATTERS, headers=fresh)) == "429 too-many-requests"
    assert stranger.get(MATTERS, headers=known).status_code == 200
    assert stranger.get("/livez").status_code == 429
    assert stranger.get("/.well-known/handover").status_code == 200
    assert neighbour.get(MATTERS, headers=wrong).status_code == 401
    assert [local.get(path, headers=wrong).status_code for path in paths] == [401, 200, 404, 401]


async def reads(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the whole body."""
    await Request(scope, receive).body()
    await Response()(scope, receive, send)


def test_a_long_body_counts_as_many_requests() -> None:
    (stranger,) = doors(reads, HOME)
    assert stranger.post("/request", content=b"a" * (PIECE - 1)).status_code == 200
    assert stranger.post("/request", content=b"a" * PIECE).status_code == 200
    assert stranger.get("/request").status_code == 429


def test_who_is_known_no_longer_is_a_stranger_again() -> None:
    now = [True]

    async def gate(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/office":
            scope[KNOWN] = now[0]
        await Response()(scope, receive, send)

    (client,) = doors(gate, HOME)
    assert {client.get(path).status_code for path in ("/office", "/static/a.css") * 5} == {200}
    now[0] = False
    assert [client.get("/office").status_code for _ in range(4)] == [200, 200, 200, 429]
