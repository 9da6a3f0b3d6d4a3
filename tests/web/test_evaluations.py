"""A key-holder over HTTP: sizes, refusals that tell a stranger nothing, how long an asker waits, what is public."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from handover.application.evaluating import PATH
from handover.application.key_holding import BURST
from handover.domain.ids import Digest
from handover.node import Node
from handover.protocol import evaluation
from handover.protocol.epoch import Epoch
from handover.protocol.evaluation import ANSWER_SIZE, KEYS, SIZE, Basis, Kind, Request
from handover.protocol.threshold import Batch
from handover.web.app import create_app
from tracing.holding import Scene, scene

BYTES = {"content-type": "application/octet-stream"}
ELEMENTS = Batch.of([b"%d" % number for number in range(KEYS[Kind.QUESTION])]).elements


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, Epoch, TestClient]]:
    with scene(tmp_path_factory.mktemp("five")) as five:
        yield five, five.ceremony(), TestClient(create_app(five.holders[0]), raise_server_exceptions=False)


def request(five: Scene, epoch: Epoch, at: Node, reference: bytes = bytes(16)) -> bytes:
    asked = Request(
        kind=Kind.QUESTION,
        basis=Basis.CONSENT,
        epoch=epoch.number,
        place=1,
        places=(1, 4, 5),
        records=0,
        issued=five.now,
        reference=reference,
        asker=Digest(at.vault.signer.kid),
        elements=ELEMENTS,
    )
    return evaluation.sign(asked, signer=at.vault.signer)


def test_a_request_gets_its_answer_once(made: tuple[Scene, Epoch, TestClient]) -> None:
    five, epoch, client = made
    data = request(five, epoch, five.asker)
    assert len(data) == SIZE[Kind.QUESTION]
    answer = client.post(PATH, content=data, headers=BYTES)
    assert (answer.status_code, len(answer.content)) == (200, ANSWER_SIZE[Kind.QUESTION])
    assert answer.headers["content-type"] == "application/octet-stream"
    again = client.post(PATH, content=data, headers=BYTES)
    assert again.status_code == 409
    assert again.json()["type"].endswith("/evaluation-replayed")


def test_a_stranger_learns_only_that_it_was_refused(made: tuple[Scene, Epoch, TestClient]) -> None:
    five, epoch, client = made
    data = request(five, epoch, five.asker, b"s" * 16)
    bodies = (b"", data[:-1], data[:-1] + bytes([data[-1] ^ 1]), data[:70] + bytes(32) + data[102:])
    answers = {client.post(PATH, content=body, headers=BYTES).content for body in bodies}
    assert len(answers) == 1
    assert client.post(PATH, content=data, headers={"content-type": "application/json"}).status_code == 415
    assert client.post(PATH, content=bytes(8359), headers=BYTES).status_code == 413


def test_an_asker_that_has_had_enough_is_told_how_long_to_wait(made: tuple[Scene, Epoch, TestClient]) -> None:
    five, epoch, client = made
    for number in range(BURST[Kind.QUESTION] // KEYS[Kind.QUESTION]):
        data = request(five, epoch, five.other, number.to_bytes(16, "big"))
        assert client.post(PATH, content=data, headers=BYTES).status_code == 200
    refused = client.post(PATH, content=request(five, epoch, five.other, b"m" * 16), headers=BYTES)
    assert refused.status_code == 429
    assert refused.json()["type"].endswith("/evaluations-spent")
    assert int(refused.headers["retry-after"]) == 61
    sums = client.get(f"{PATH}/{datetime.fromtimestamp(five.now, UTC).year}").json()
    mine = next(each for each in sums["sums"] if each["asker"] == five.other.id)
    assert (mine["questions"], mine["evaluations"]) == (64, 64 * 48)
    assert sums["node"] == five.holders[0].id


def test_epochs_are_there_for_everybody(made: tuple[Scene, Epoch, TestClient]) -> None:
    five, epoch, client = made
    newest = client.get("/federation/v1/epochs/newest")
    assert newest.content == client.get(f"/federation/v1/epochs/{epoch.number}").content
    assert five.other.tracing_keys.epochs.accept(newest.content) == epoch
    for missing in ("99", "0", "one", "-1", "12345678901"):
        assert client.get(f"/federation/v1/epochs/{missing}").status_code == 404
    assert client.get(f"{PATH}/last").status_code == 404


def test_the_worker_fetches_the_newest_epoch_from_whichever_holder_has_it(
    made: tuple[Scene, Epoch, TestClient],
) -> None:
    five, epoch, client = made
    asked: list[str] = []

    def fetch(node: str, address: str, path: str, limit: int) -> bytes:
        asked.append(node)
        if node == five.holders[0].id:
            return b"{}"
        found = client.get(path)
        assert len(found.content) <= limit
        return found.content

    fetching = five.asker.tracing_keys.fetching(fetch)
    fetching.tick()
    assert asked == [five.holders[0].id, five.holders[1].id]
    fetching.tick()
    assert len(asked) == 2  # once an hour
    assert fetching.fetch() == epoch.number
    down = five.asker.tracing_keys.fetching(lambda *_: b"")
    assert down.fetch() is None
