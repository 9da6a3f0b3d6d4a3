"""The same envelopes by file: arriving twice, by different ways, is harmless."""

from pathlib import Path

import pytest

import cases
from federation import federation
from handover.application.facts import Delivery
from handover.domain.errors import MalformedError, NotFoundError
from handover.protocol.delivery import decode_delivery, encode_answer


def test_a_batch_is_carried_by_hand_and_its_receipts_brought_back(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        first, second = fed.officer(north, "first"), fed.officer(north, "second")
        sent = cases.offer(fed, north, "de/hamburg", first, second)
        carried = north.outbox.pack(south.id)
        answer = encode_answer(south.inbox.receive(decode_delivery(carried)))
        assert north.outbox.unpack(carried, answer).receipted == 1
        assert north.outbox.unpack(carried, answer).receipted == 1  # twice is harmless
        fed.settle()
        with north.database.reading() as work:
            assert sent.offer is not None
            assert work.queue.of_handover(sent.id)[sent.offer].delivery is Delivery.RECEIPTED
        with south.database.reading() as work:
            assert len(work.handovers.page(after="", limit=10)) == 1


def test_an_answer_to_something_else_is_not_taken(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        first, second = fed.officer(north, "first"), fed.officer(north, "second")
        cases.offer(fed, north, "de/hamburg", first, second)
        carried = north.outbox.pack(south.id)
        with pytest.raises(MalformedError):
            north.outbox.unpack(carried, b"{}")
        with pytest.raises(NotFoundError):
            south.outbox.unpack(carried, b"{}")
        with pytest.raises(NotFoundError):
            south.outbox.pack(north.id)
