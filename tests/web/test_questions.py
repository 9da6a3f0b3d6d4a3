"""Questions of tracing over HTTP: one size in, one size out, refusals by name, and what everybody may see."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from handover.application.question_post import PAGE, QUESTIONS, WITHDRAWALS
from handover.domain.searching import QuestionState
from handover.node import Node
from handover.protocol import question_receipt, question_withdrawal, strict, tracing_page
from handover.protocol.question import SIZE
from handover.web.app import create_app
from tracing.rig import Rig, rig

BYTES = {"content-type": "application/octet-stream"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, TestClient]]:
    with rig(tmp_path_factory.mktemp("questions"), "de/hamburg", "gr/athens") as two:
        yield two, TestClient(create_app(two.nodes[1]), raise_server_exceptions=False)


def asked(two: Rig, node: Node) -> bytes:
    """Give the bytes of a question for Athens that it has not got."""
    _, asking = two.asked(node, two.nodes[1])
    node.tracing.tick()
    [found] = two.questions(node, asking)
    assert found.state is QuestionState.SEALED
    with node.database.reading() as work:
        return work.tracing.askings.data(found)


def test_a_question_gets_a_receipt_of_one_size_and_the_same_again(made: tuple[Rig, TestClient]) -> None:
    two, client = made
    data = asked(two, two.nodes[0])
    assert len(data) == SIZE
    answer = client.post(QUESTIONS, content=data, headers=BYTES)
    assert (answer.status_code, len(answer.content)) == (200, question_receipt.SIZE)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert client.post(QUESTIONS, content=data, headers=BYTES).content == answer.content


def test_a_withdrawal_gets_a_receipt_of_the_same_size(made: tuple[Rig, TestClient]) -> None:
    two, client = made
    data, signer = asked(two, two.nodes[0]), two.nodes[0].vault.signer
    client.post(QUESTIONS, content=data, headers=BYTES)
    back = question_withdrawal.sign(strict.digest(data), issued=two.fed.clock.now, signer=signer)
    answer = client.post(WITHDRAWALS, content=back, headers=BYTES)
    assert (answer.status_code, len(answer.content)) == (200, question_receipt.SIZE)


def test_strangers_and_other_shapes_learn_nothing(made: tuple[Rig, TestClient]) -> None:
    two, client = made
    data = asked(two, two.nodes[0])
    bodies = (b"", data[:-1], data[:-1] + bytes([data[-1] ^ 1]), data[:60] + bytes(32) + data[92:])
    assert len({client.post(QUESTIONS, content=body, headers=BYTES).content for body in bodies}) == 1
    assert client.post(QUESTIONS, content=data + b"x", headers=BYTES).status_code == 413
    assert client.post(QUESTIONS, content=data).status_code == 415
    assert client.get(QUESTIONS).status_code == 405


def test_another_class_is_refused_by_its_name(made: tuple[Rig, TestClient]) -> None:
    two, client = made
    data = asked(two, two.nodes[0])
    with two.nodes[1].database.begin() as work:
        known = work.tracing.index.epoch(1)
        assert known is not None
        work.tracing.index.begin(type(known)(number=1, size=known.size * 4, seed=known.seed))
    answer = client.post(QUESTIONS, content=data, headers=BYTES)
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/question-tables")


def test_the_page_says_how_to_ask_and_how_much_was_asked(made: tuple[Rig, TestClient]) -> None:
    two, client = made
    page = tracing_page.decode(client.get(PAGE).content)
    assert (page.node, page.questions) == (two.nodes[1].id, 0)
    assert client.post(PAGE, headers=BYTES).content == client.get(PAGE).content
