"""The endpoint by HTTP: members are answered, strangers learn nothing, an older version's answer is known."""

from dataclasses import replace

import pytest

from federation import Federation
from handover.adapters.peers import HTTPPeers
from handover.application.reconciliations import PATH
from handover.application.refusals import PeerRefusedError
from handover.domain.errors import UntrustedError
from handover.domain.ids import NodeId
from handover.protocol import jws
from handover.protocol import reconciliation as questions
from handover.protocol import reconciliation_answer as answers
from web.stage import Stage
from web.test_limits import name_of
from web.test_server import running

BYTES = {"content-type": "application/octet-stream"}


def asked(stage: Stage) -> bytes:
    """Give a question of Athens to Hamburg that nobody has put yet."""
    north = stage.north.node
    north.reconciling(north.wire).reconcile(stage.south.node.id)
    question = questions.read(stage.fed.wire.small[-1][2]).claimed
    return questions.sign(replace(question, nonce=b"n" * 16), signer=north.vault.signer)


def test_a_member_is_answered_and_a_stranger_learns_that_it_was_refused(own: Stage) -> None:
    own.offered()
    data, client = asked(own), own.south.client
    answer = client.post(PATH, content=data, headers=BYTES)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/jose"
    key = own.north.node.registry.sender(
        own.south.node.id, answers.read(answer.content).kid, now=own.fed.clock.now
    ).key
    assert answers.read(answer.content).verify(key.public, question=data).asked == own.south.node.id
    stranger = questions.sign(questions.read(data).claimed, signer=jws.Ed25519Signer(bytes(32)))
    for body in (data, stranger, data[:-1], b"", b"{}"):
        refused = client.post(PATH, content=body, headers=BYTES)
        assert name_of(refused) == "400 untrusted", body[:20]


def test_a_body_is_bytes_and_of_the_length_of_a_question(shared: Stage) -> None:
    client = shared.south.client
    long = client.post(PATH, content=b"x" * (questions.LIMIT + 1), headers=BYTES)
    assert name_of(long) == "413 too-large"
    other = client.post(PATH, content=b"{}", headers={"content-type": "application/json"})
    assert name_of(other) == "415 media-type"


def test_a_node_that_does_not_know_the_path_says_what_the_asker_understands(shared: Stage) -> None:
    """As a node of an older version answers to what it does not know."""
    unknown = shared.south.client.post("/federation/v1/other", content=b"x", headers=BYTES)
    assert name_of(unknown) == "413 too-large"


def test_over_a_real_socket_a_refusal_keeps_its_name(tmp_path_factory: pytest.TempPathFactory) -> None:
    fed = Federation(tmp_path_factory.mktemp("federation"))
    node = fed.add("gr/athens")
    wire = HTTPPeers(private=True, pins=lambda _: frozenset())
    peer = NodeId("gr/athens")
    try:
        with running(node) as port:
            address = f"http://127.0.0.1:{port}"
            with pytest.raises(PeerRefusedError) as caught:
                wire.ask(peer, address, "/federation/v1/other", b"x", 100)
            assert caught.value.problem == "too-large"
            with pytest.raises(UntrustedError):
                wire.ask(peer, address, PATH, b"x", 100)
    finally:
        wire.close()
        node.close()
