"""Photographs and documents travel beside the envelopes, resumed where they stopped, and become the receiver's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from federation import Federation, federation
from handover.application.attachments import AttachmentMissingError, AttachmentUnderWayError, Pushed
from handover.domain.errors import NotFoundError
from handover.domain.record import Value, schema
from handover.node import Node
from handover.protocol import strict

PHOTO = b"\x89PNG" + bytes(range(256)) * 9000
RESPONSIBLE = {"name": "Anna Muster", "organisation": "Jugendamt", "contact": ""}


class Scene:
    """A case with a photograph at one node, offered to another."""

    def __init__(self, fed: Federation, north: Node, south: Node) -> None:
        self.fed, self.north, self.south = fed, north, south
        self.first, self.second = fed.officer(north, "first"), fed.officer(north, "second")
        self.other = fed.officer(south, "other")
        self.matter = cases.begin(fed, north, self.first)
        self.digest = strict.digest(PHOTO)
        values: dict[str, Value] = {
            **cases.GUARDIANSHIP,
            "identity.photo": {"media_type": "image/png", "size": len(PHOTO), "digest": str(self.digest)},
        }
        north.cases.write(self.matter.id, schema("guardianship/1"), values, source="typed", actor=self.first)

    def upload(self) -> None:
        self.north.attachments.add(self.matter.id, "image/png", PHOTO, actor=self.first)

    def offer(self) -> None:
        self.sent = cases.offer(
            self.fed, self.north, "de/hamburg", self.first, self.second, matter=self.matter
        )
        self.north.outbox.deliver_due()
        with self.south.database.reading() as work:
            self.got = work.handovers.find(self.north.id, [self.sent.round])[self.sent.round]
        self.south.handovers.open(self.got.id, actor=self.other)

    def take_up(self) -> None:
        self.south.handovers.accept(self.got.id, responsible=RESPONSIBLE, plan="Met.", actor=self.other)
        self.south.outbox.deliver_due()
        self.north.offers.countersign(self.sent.id, actor=self.first)
        self.north.outbox.deliver_due()
        self.south.outbox.deliver_due()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        yield Scene(fed, north, south)


def test_a_photograph_is_read_by_the_officer_who_opened_the_offer(scene: Scene) -> None:
    scene.upload()
    scene.offer()
    with pytest.raises(AttachmentUnderWayError):
        scene.south.attachments.read_offered(scene.got.id, scene.digest, actor=scene.other)
    scene.fed.settle()
    found = scene.south.attachments.read_offered(scene.got.id, scene.digest, actor=scene.other)
    assert found == ("image/png", PHOTO)


def test_files_wait_for_the_receipt_of_their_offer_and_for_no_other_peer(scene: Scene) -> None:
    """However many files one peer does not take, those of another peer are pushed."""
    fed, north = scene.fed, scene.north
    barcelona = fed.add("es/barcelona")
    scene.upload()
    unreceipted = cases.offer(fed, north, barcelona.id, scene.first, scene.second, matter=scene.matter)
    assert north.attachments.due() == []
    north.offers.withdraw(unreceipted.id, actor=scene.first)
    scene.offer()
    assert north.attachments.due() == [scene.south.id]
    assert north.attachments.push_to(barcelona.id) == Pushed(sent=0, taken=True)
    fed.wire.down.add(scene.south.id)
    assert north.attachments.push_to(scene.south.id) == Pushed(sent=0, taken=False)
    fed.wire.down.clear()
    assert north.attachments.push_to(scene.south.id).taken
    assert north.attachments.due() == []


def test_a_file_that_was_not_uploaded_stops_the_release(scene: Scene) -> None:
    with pytest.raises(AttachmentMissingError):
        scene.offer()


def test_the_file_becomes_the_receivers_own_at_take_up(scene: Scene) -> None:
    scene.upload()
    scene.offer()
    scene.fed.settle()
    scene.take_up()
    found = scene.south.attachments.read(scene.got.matter, scene.digest, actor=scene.other)
    assert found == ("image/png", PHOTO)


def test_a_file_that_comes_after_the_take_up_is_adopted_all_the_same(scene: Scene) -> None:
    scene.upload()
    scene.offer()
    scene.take_up()
    scene.fed.settle()
    found = scene.south.attachments.read(scene.got.matter, scene.digest, actor=scene.other)
    assert found == ("image/png", PHOTO)


def test_a_void_drops_the_file(scene: Scene) -> None:
    scene.upload()
    scene.offer()
    scene.fed.settle()
    scene.north.offers.withdraw(scene.sent.id, actor=scene.first)
    scene.fed.settle()
    with pytest.raises(NotFoundError):
        scene.south.attachments.read_offered(scene.got.id, scene.digest, actor=scene.other)


def test_pushing_goes_on_where_it_stopped_and_garbage_is_thrown_away(scene: Scene) -> None:
    scene.upload()
    scene.offer()
    with scene.north.database.reading() as work:
        [parcel] = work.files.outgoing(scene.south.id, 10)
        sealed = work.files.read(parcel.parcel.sealed, 0, parcel.parcel.size)
    accept = scene.south.attachments.accept
    name = parcel.parcel.sealed
    assert accept(name, 0, sealed[:1000]) == 1000
    assert accept(name, 0, sealed[:1000]) == 1000  # a repeat changes nothing
    assert accept(name, 5, sealed[5:50]) == 1000
    assert accept(name, 1000, bytes(1000)) == 2000
    have = 2000
    while have < len(sealed):
        before, have = have, accept(name, have, sealed[have : have + 500_000])
        if have < before:
            break
    assert have == 0  # the whole was not the one named
    scene.fed.settle()
    assert scene.south.attachments.read_offered(scene.got.id, scene.digest, actor=scene.other)[1] == PHOTO


def test_what_no_offer_names_is_not_taken(scene: Scene) -> None:
    with pytest.raises(NotFoundError):
        scene.south.attachments.accept(strict.digest(b"anything"), 0, b"anything")
