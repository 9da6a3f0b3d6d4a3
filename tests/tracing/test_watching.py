"""Whoever asks far more than others, or tries names one after the other, is put before a person."""

from collections.abc import Iterator

import pytest

from handover.application.traced import HeardQuestion
from handover.application.tracing_alarms import ABOVE, ALIKE, FEW, MANY_ALIKE, SERIES, TracingWatch
from handover.domain.ids import Digest, NodeId
from handover.node import Node
from handover.protocol import question, strict
from handover.protocol.question_header import Header, name_of
from tracing.rig import Rig, rig

ASKER, OTHER = NodeId("de/hamburg"), NodeId("it/rome")


@pytest.fixture
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("watching"), "gr/athens") as made:
        yield made


def made_up(made: Rig, node: Node, number: int, *, shared: int) -> bytes:
    """Give a question of which so many keys are in every other one as well."""
    now = made.fed.clock.now
    header = Header(
        id=number.to_bytes(16, "big"),
        epoch=1,
        tables=bytes(32),
        asker=Digest(node.vault.signer.kid),
        holder=name_of(node.id),
        issued=now,
        expires=now + 1000,
    )
    own = [bytes([place]) + number.to_bytes(63, "big") for place in range(48 - shared)]
    outputs = [*(bytes([255, place]) * 32 for place in range(shared)), *own]
    return question.seal(
        outputs, lambda _: bytes(240), header=header, holder=node.id, signer=node.vault.signer
    )


def hear(made: Rig, node: Node, asker: NodeId, number: int, *, shared: int = 0) -> None:
    with node.database.begin() as work:
        for each in range(number):
            data = made_up(made, node, each, shared=shared)
            heard = HeardQuestion(
                digest=Digest(strict.digest(data + asker.encode())),
                asker=asker,
                epoch=1,
                heard_at=work.now,
                until=work.now + 1000,
                root=0,
            )
            work.tracing.heard.add(heard, data)
        TracingWatch().look(work)


def alarms(made: Rig, node: Node) -> list[tuple[str, str | None]]:
    return [(each.kind, each.peer) for each in node.watch.alarms(actor=made.officer(node))]


def test_an_asker_far_above_the_others_is_seen(one: Rig) -> None:
    [athens] = one.nodes
    hear(one, athens, OTHER, 3)
    hear(one, athens, NodeId("pl/warsaw"), 4)
    hear(one, athens, ASKER, FEW)
    assert alarms(one, athens) == []
    hear(one, athens, NodeId("fr/paris"), FEW + 1)
    assert alarms(one, athens) == [(ABOVE, "fr/paris")]


def test_questions_that_share_their_keys_are_a_series(one: Rig) -> None:
    [athens] = one.nodes
    hear(one, athens, OTHER, MANY_ALIKE + 1, shared=ALIKE - 1)
    assert alarms(one, athens) == []
    hear(one, athens, ASKER, MANY_ALIKE + 1, shared=ALIKE)
    assert alarms(one, athens) == [(SERIES, ASKER)]


def test_it_looks_once_an_hour(one: Rig) -> None:
    [athens] = one.nodes
    watch = TracingWatch()
    with athens.database.begin() as work:
        watch.look(work)
    hear(one, athens, OTHER, 0)
    with athens.database.begin() as work:
        for each in range(FEW + 1):
            digest = strict.digest(each.to_bytes(4, "big"))
            heard = HeardQuestion(
                digest=digest, asker=ASKER, epoch=1, heard_at=work.now, until=work.now, root=0
            )
            work.tracing.heard.add(heard, b"")
        watch.look(work)
    assert alarms(one, athens) == []
    one.fed.clock.pass_(3600)
    with athens.database.begin() as work:
        watch.look(work)
    assert alarms(one, athens) == [(ABOVE, ASKER)]
