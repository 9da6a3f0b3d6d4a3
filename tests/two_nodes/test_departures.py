"""What discloses asks for its ground when it leaves, however long it has waited: offers, answers, files."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import cases
from federation import Federation, federation
from handover.application.facts import Delivery, Handover
from handover.domain.consent import GroundExpiredError
from handover.domain.handover import Act, State
from handover.domain.ids import Digest, NodeId
from handover.domain.record import Value, schema
from handover.node import Node
from handover.protocol import strict
from two_nodes import rotation

DAY = 86400
PHOTO = b"\x89PNG" + bytes(range(256)) * 9000
HAMBURG = NodeId("de/hamburg")
RESPONSIBLE = {"name": "Anna Muster", "organisation": "Jugendamt", "contact": ""}


class Waiting:
    """A case with a photograph, released to another node under a consent of one day; nothing is delivered yet."""

    def __init__(self, fed: Federation, north: Node, south: Node) -> None:
        self.fed, self.north, self.south = fed, north, south
        self.first, self.second = fed.officer(north, "first"), fed.officer(north, "second")
        self.other = fed.officer(south, "other")
        self.matter = cases.begin(fed, north, self.first)
        digest = str(strict.digest(PHOTO))
        photo: Value = {"media_type": "image/png", "size": len(PHOTO), "digest": digest}
        values = {**cases.GUARDIANSHIP, "identity.photo": photo}
        north.cases.write(self.matter.id, schema("guardianship/1"), values, source="typed", actor=self.first)
        north.attachments.add(self.matter.id, "image/png", PHOTO, actor=self.first)
        self.ground = cases.consent(fed, north, self.matter, to=HAMBURG, actor=self.first, days=1)
        fields = self.ground.ground.fields
        self.sent = north.offers.prepare(
            self.matter.id, to=HAMBURG, fields=fields, ground=self.ground.id, actor=self.first
        )
        north.offers.release(self.sent.id, actor=self.second)

    def withdraw(self) -> None:
        self.north.consents.withdraw(self.ground.id, actor=self.first)

    def lapse(self) -> None:
        self.fed.clock.pass_(DAY)

    def received(self) -> Handover:
        self.north.outbox.deliver_due()
        with self.south.database.reading() as work:
            return work.handovers.find(self.north.id, [self.sent.round])[self.sent.round]

    def taken_up(self) -> None:
        got = self.received()
        self.south.handovers.open(got.id, actor=self.other)
        self.south.handovers.accept(got.id, responsible=RESPONSIBLE, plan="Met.", actor=self.other)
        self.south.outbox.deliver_due()
        self.north.offers.countersign(self.sent.id, actor=self.first)
        self.north.outbox.deliver_due()
        self.south.outbox.deliver_due()

    def answer(self) -> Digest:
        """Let the receiver ask and the sender answer; the answer waits."""
        self.south.handovers.ask(self.received().id, text="Which school?", actor=self.other)
        self.south.outbox.deliver_due()
        answered = self.north.handovers.answer(self.sent.id, text="The one at the port.", actor=self.first)
        assert answered.last is not None
        return answered.last

    def came(self) -> list[Act]:
        """Give what has come to the receiver."""
        lines = self.south.handovers.timeline(self.received().id, actor=self.other)
        return [each.act for each in lines if each.incoming]


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Waiting]:
    with federation(tmp_path, "gr/athens", HAMBURG) as (fed, [north, south]):
        yield Waiting(fed, north, south)


ends = pytest.mark.parametrize("end", [Waiting.withdraw, Waiting.lapse], ids=["withdrawn", "over"])
End = Callable[[Waiting], None]


@ends
def test_a_file_stays_here_when_its_ground_has_ended(waiting: Waiting, end: End) -> None:
    waiting.received()
    end(waiting)
    assert waiting.north.attachments.push_due() == 0
    assert waiting.north.attachments.due() == []


@ends
def test_a_file_stays_here_when_its_ground_ends_after_the_deed(waiting: Waiting, end: End) -> None:
    waiting.taken_up()
    end(waiting)
    assert waiting.north.attachments.push_due() == 0
    assert waiting.north.attachments.due() == []


def test_a_withdrawal_stops_a_file_between_two_parts(waiting: Waiting) -> None:
    waiting.taken_up()
    push, parts = waiting.fed.wire.push, []

    def watched(peer: NodeId, address: str, sealed: Digest, offset: int, part: bytes) -> int:
        if part:
            parts.append(part)
            waiting.withdraw()
        return push(peer, address, sealed, offset, part)

    waiting.fed.wire.push = watched  # type: ignore[method-assign]
    waiting.north.attachments.push_due()
    assert len(parts) == 1


@ends
def test_an_answer_that_waits_stays_here_when_its_ground_has_ended(waiting: Waiting, end: End) -> None:
    waiting.answer()
    end(waiting)
    waiting.north.clockwork.tick()
    assert waiting.came() == [Act.OFFER, Act.VOID]


@ends
def test_an_answer_stays_here_when_its_ground_ends_after_the_deed(waiting: Waiting, end: End) -> None:
    waiting.taken_up()
    answer = waiting.answer()
    end(waiting)
    told = [Act.CONSENT_WITHDRAWN] if end is Waiting.withdraw else []
    assert waiting.came() == [Act.OFFER, Act.DEED, *told]
    with waiting.north.database.reading() as work:
        queued = work.queue.of_handover(waiting.sent.id)[answer]
    assert queued.delivery is Delivery.REFUSED
    assert queued.problem == ("ground-withdrawn" if end is Waiting.withdraw else "ground-expired")
    assert waiting.north.outbox.due() == []


def test_what_waits_beside_an_answer_without_ground_leaves(waiting: Waiting) -> None:
    waiting.taken_up()
    waiting.answer()
    waiting.withdraw()
    waiting.north.handovers.ask(waiting.sent.id, text="Is all well?", actor=waiting.first)
    assert waiting.came() == [Act.OFFER, Act.DEED, Act.CONSENT_WITHDRAWN, Act.QUESTION]


def test_an_answer_is_not_sealed_anew_without_a_ground(waiting: Waiting) -> None:
    """It reaches a node that lost the key it was sealed to; the consent is withdrawn before its refusal is back."""
    waiting.taken_up()
    answer = waiting.answer()
    rotation.new_sealing_key(waiting.fed, waiting.south)

    def meanwhile(data: bytes) -> bytes:
        waiting.withdraw()
        return data

    waiting.fed.wire.bend = meanwhile
    waiting.north.outbox.deliver_due()
    with waiting.north.database.reading() as work:
        queued = work.queue.of_handover(waiting.sent.id)
        acts = [work.envelopes.get(digest).act for digest in queued]
    assert queued[answer].problem == "ground-withdrawn"
    assert acts.count(Act.ANSWER) == 1


def test_an_offer_that_waits_ends_with_its_ground(waiting: Waiting) -> None:
    waiting.lapse()
    waiting.north.clockwork.tick()
    assert waiting.came() == [Act.VOID]
    assert waiting.received().state is State.CLOSED


def test_a_file_of_an_offer_is_not_shown_when_the_ground_has_ended(waiting: Waiting) -> None:
    got = waiting.received()
    waiting.north.attachments.push_due()
    waiting.south.handovers.open(got.id, actor=waiting.other)
    digest = strict.digest(PHOTO)
    assert waiting.south.attachments.read_offered(got.id, digest, actor=waiting.other)[1] == PHOTO
    waiting.lapse()
    with pytest.raises(GroundExpiredError):
        waiting.south.attachments.read_offered(got.id, digest, actor=waiting.other)


def test_a_refused_answer_is_not_tried_again_after_the_round_is_void(waiting: Waiting) -> None:
    answer = waiting.answer()
    with waiting.north.database.begin() as work:
        work.queue.refused(answer, problem="fault", retry_at=None)
    waiting.north.offers.withdraw(waiting.sent.id, actor=waiting.first)
    waiting.north.watch.retry(HAMBURG, actor=waiting.first)
    assert waiting.came() == [Act.OFFER, Act.VOID]
