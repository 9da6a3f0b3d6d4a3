"""What happens at a node while a delivery of its own is under way."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cases import offer
from federation import federation
from handover.domain.errors import UnreachableError
from handover.domain.handover import State
from handover.domain.ids import Digest, NodeId


class _Interrupted:
    """Withdraws the offer while it is on its way, and loses the answer."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act = act

    def post(self, peer: NodeId, address: str, body: bytes) -> bytes:
        self.act()
        raise UnreachableError("answer lost")

    def push(self, peer: NodeId, address: str, sealed: Digest, offset: int, part: bytes) -> int:
        raise UnreachableError("cut")


def test_what_was_withdrawn_while_it_was_on_its_way_is_not_said_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, _]):
        first, second = fed.officer(athens, "first"), fed.officer(athens, "second")
        sent = offer(fed, athens, "de/hamburg", first, second)
        wire = _Interrupted(lambda: athens.offers.withdraw(sent.id, actor=first))
        with monkeypatch.context() as patched:
            patched.setattr(athens.outbox, "_wire", wire)
            athens.outbox.deliver_due()
        with athens.database.reading() as work:
            kept = {work.envelopes.get(each).act.value: each for each in work.queue.of_handover(sent.id)}
            waiting = work.queue.of_handover(sent.id)
        assert not waiting[kept["offer"]].due
        assert waiting[kept["void"]].due
        fed.clock.pass_(60)
        fed.settle()
        with athens.database.reading() as work:
            assert work.handovers.get(sent.id).state is State.VOIDED
            assert not [each for each in work.queue.of_handover(sent.id).values() if each.problem]
