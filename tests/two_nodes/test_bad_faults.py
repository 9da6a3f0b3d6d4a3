"""Bad input, part ten: what goes wrong inside a node for one message, or for one file, harms nothing beside it."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

import cases
from federation import federation
from handover.adapters.engines import StorageError
from handover.application.consents import Terms
from handover.application.facts import Actor, Delivery, OfficerRole
from handover.application.inbox import Inbox
from handover.application.outbox import Round as Delivered
from handover.application.permissions import ForbiddenError, SameOfficerError
from handover.application.rounds import Rounds
from handover.application.worker import Worker
from handover.domain.consent import Basis, GroundError
from handover.domain.errors import OutOfOrderError, RefusedError
from handover.domain.handover import Act, Claim, State
from handover.domain.ids import NodeId
from handover.domain.record import MatterKind, Value, schema
from handover.protocol import attachment, strict
from handover.protocol.delivery import Problem
from handover.protocol.message import Message
from handover.protocol.strict import Json
from peer import ANY, FIELDS, Round, deliver
from two_nodes.scene import Scene, alarms_of, entries_of, log_size, tables_of, verified
from two_nodes.soundness import check_log

RESPONSIBLE = {"as": "officer", "name": "Anna", "organisation": "Jugendamt", "contact": ""}


@pytest.mark.parametrize(
    "error", [OutOfOrderError("late"), RefusedError("late"), ValueError("a name"), KeyError("a name")]
)
@pytest.mark.parametrize("where", ["checking", "writing"])
def test_a_fault_with_one_message_is_an_alarm_and_its_neighbours_are_stored(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, error: Exception, where: str
) -> None:
    if where == "checking" and isinstance(error, RefusedError):
        return  # that is a refusal
    scene.clear()
    rounds = [scene.neighbour.round(), scene.peer.round(), scene.neighbour.round()]
    good, bad, also = (each.offer() for each in rounds)
    inner: Any = Rounds.check if where == "checking" else Rounds.move

    def breaks(self: Rounds, work: Any, handover: Any, cause: Any) -> Any:
        if handover.round == rounds[1].round:
            if where == "writing":
                inner(self, work, handover, cause)  # it has written by now
            raise error
        return inner(self, work, handover, cause)

    before, size = tables_of(scene.node, without=frozenset({"alarm"})), log_size(scene.node)
    with monkeypatch.context() as patched:
        patched.setattr(Rounds, inner.__name__, breaks)
        [alone] = deliver(scene.node, bad).results
        assert isinstance(alone, Problem)
        assert (alone.name, alone.retry) == ("fault", True)
        assert tables_of(scene.node, without=frozenset({"alarm"})) == before
        assert [entry.kind for entry in entries_of(scene.node, size)] == ["refused"]
        answer = deliver(scene.node, good, bad, also)
        assert isinstance(answer.results[1], Problem)
        verified(scene.node, answer, good, 0)
        verified(scene.node, answer, also, 2)
    [alarm] = alarms_of(scene.node)
    assert (alarm.kind, alarm.peer, alarm.evidence) == ("fault", scene.peer.own.id, (bad.envelope,))
    assert [scene.state(each) for each in rounds] == [State.PENDING, None, State.PENDING]
    assert "a name" not in alone.detail
    scene.taken(bad)  # the same bytes, once the fault is mended
    assert scene.state(rounds[1]) is State.PENDING
    check_log(scene.node)


def test_all_of_a_batch_may_be_faulty(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise ValueError

    items = [scene.peer.round().offer() for _ in range(5)]
    with monkeypatch.context() as patched:
        patched.setattr(Inbox, "_write", breaks)
        results = deliver(scene.node, *items).results
    assert [getattr(each, "name", "") for each in results] == ["fault"] * 5
    for item in items:
        scene.taken(item)


def test_a_disk_that_is_full_is_no_messages_fault_and_ends_the_delivery(scene: Scene) -> None:
    scene.clear()
    known = scene.peer.round()
    scene.taken(known.offer())
    items = [scene.peer.round().offer(), known.void(), scene.peer.round().offer()]
    before, size = tables_of(scene.node), log_size(scene.node)
    pages = Pages(limit=1)
    event.listen(scene.node.database.engine, "begin", pages)
    with pytest.raises(StorageError):
        deliver(scene.node, *items)
    assert (tables_of(scene.node), log_size(scene.node)) == (before, size)
    pages.limit = 1 << 30
    answer = deliver(scene.node, *items)
    for place, item in enumerate(items):
        verified(scene.node, answer, item, place)
    event.remove(scene.node.database.engine, "begin", pages)
    assert not alarms_of(scene.node)


@dataclass(eq=False)
class Pages:
    """How large the database may become; SQLite takes the pages that are there for the least."""

    limit: int

    def __call__(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {self.limit}")


def test_an_automatic_deed_waits_for_a_key_of_the_peer(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    round_ = scene.offered(kind=MatterKind.TRACING)
    body: dict[str, Json] = {"responsible": {**RESPONSIBLE}, "plan": "Search.", "follow_ups": []}
    acceptance = round_.say(
        Act.ACCEPTANCE,
        re=scene.said_digest(round_, Act.OFFER),
        content=Message(nonce=bytes(32), body=body),
    )
    registry = scene.node.registry
    with monkeypatch.context() as patched:

        def none(node: NodeId, now: int) -> None:
            raise RefusedError("no key")

        patched.setattr(registry, "sealing_key", none)
        scene.taken(acceptance)
        assert scene.state(round_) is State.ACCEPTED
        scene.node.clockwork.tick()
        assert scene.state(round_) is State.ACCEPTED
    scene.node.clockwork.tick()
    assert scene.state(round_) is State.RELIEVING


def photographed(
    scene: Scene, round_: Round, data: bytes, **changes: Any
) -> tuple[Any, attachment.Parcel, bytes]:
    """Give an offer with a photograph, its parcel and the ciphertext."""
    digest = strict.digest(data)
    photo: Value = {"media_type": "image/png", "size": len(data), "digest": str(digest)}
    values = dict(cases.GUARDIANSHIP) | {"identity.photo": photo}
    parcel, sealed = attachment.seal(data, round_=round_.round)
    parcel = replace(parcel, **changes)
    fields = schema("guardianship/1").in_order((*FIELDS, "identity.photo"))
    body: dict[str, Json] = {"note": "", "attachments": attachment.to_json([parcel])}
    return round_.offer(issued=round_.issued(values), fields=fields, body=body), parcel, sealed


def test_a_file_that_is_not_the_one_named_does_not_keep_responsibility_from_passing(scene: Scene) -> None:
    scene.clear()
    round_ = scene.peer.round()
    other, ciphertext = attachment.seal(b"something else", round_=round_.round)
    offer, parcel, _ = photographed(
        scene, round_, b"a photograph", sealed=other.sealed, size=other.size, key=other.key
    )
    scene.taken(offer)
    assert scene.node.attachments.accept(parcel.sealed, 0, ciphertext) == len(ciphertext)
    scene.taken(round_.deed(scene.accept(round_)))
    assert scene.state(round_) is State.HOLDING
    found = scene.find(round_)
    assert found is not None
    assert [(alarm.kind, alarm.handover) for alarm in alarms_of(scene.node)] == [("attachment", found.id)]
    with scene.node.database.reading() as work:
        assert work.matters.get(found.matter).claim is Claim.HOLDER
        assert work.files.parcels(found.id) == []


def test_a_ciphertext_belongs_to_the_round_that_named_it_first(scene: Scene) -> None:
    one, two = scene.peer.round(), scene.neighbour.round()
    offer, parcel, _ = photographed(scene, one, b"a photograph")
    scene.taken(offer)
    taken = {"sealed": parcel.sealed, "size": parcel.size, "key": parcel.key}
    hijack, _, _ = photographed(scene, scene.peer.round(), b"another photograph", **taken)
    scene.refused(hijack, "attachment-known")
    theirs, _, _ = photographed(scene, two, b"another photograph", **taken)
    [problem] = deliver(scene.node, theirs).results
    assert getattr(problem, "name", "") == "attachment-known"
    found = scene.find(one)
    assert found is not None
    with scene.node.database.reading() as work:
        assert work.files.parcel(parcel.sealed).handover == found.id


def test_one_file_is_named_once_in_an_offer(scene: Scene) -> None:
    round_ = scene.peer.round()
    _, parcel, _ = photographed(scene, round_, b"a photograph")
    data = b"a photograph"
    photo: Value = {"media_type": "image/png", "size": len(data), "digest": str(strict.digest(data))}
    fields = schema("guardianship/1").in_order((*FIELDS, "identity.photo"))
    body: dict[str, Json] = {"note": "", "attachments": attachment.to_json([parcel, parcel])}
    issued = round_.issued(dict(cases.GUARDIANSHIP) | {"identity.photo": photo})
    fresh = scene.peer.round(pair=round_.pair)
    scene.refused(fresh.offer(issued=issued, fields=fields, body=body, counts=False), "mismatch")


def test_what_was_still_to_be_said_goes_with_the_values_of_a_voided_round(scene: Scene) -> None:
    """A question that had not left when the void came: its text is gone, so it is not sent without it."""
    round_ = scene.pending()
    found = scene.find(round_)
    assert found is not None
    scene.node.handovers.ask(
        found.id, text="Any allergies?", actor=scene.fed.officer(scene.node, "receiving")
    )
    scene.taken(round_.void())
    with scene.node.database.reading() as work:
        queued = work.queue.of_handover(found.id)
        waiting = [work.envelopes.get(each).act for each, row in queued.items() if row.due]
    assert waiting == [Act.VOID_RECEIPT]


def test_a_worker_does_not_spin_when_its_own_node_fails() -> None:
    """A full disk must not become a storm of requests to the peer."""
    calls = []

    class Failing:
        def due(self) -> list[NodeId]:
            return [NodeId("de/hamburg")]

        def deliver_to(self, peer: NodeId) -> Delivered:
            calls.append(peer)
            raise OSError("no space left")

    class Idle:
        def tick(self) -> int:
            return 0

        push_due = tick

    class Files(Idle):
        def peers_due(self) -> list[NodeId]:
            return []

    stop, reported = threading.Event(), []
    worker = Worker(Failing(), Idle(), Idle(), Files(), poll=0.05)  # type: ignore[arg-type]
    running = threading.Thread(target=worker.run, args=(stop, lambda part, error: reported.append(part)))
    running.start()
    stop.wait(0.5)
    stop.set()
    worker.wake()
    running.join(10)
    assert 1 <= len(calls) < 100
    assert "de/hamburg" in reported


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Any]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        yield fed, north, south


def test_four_eyes_are_two_people_with_the_right_to_it(office: Any) -> None:
    fed, north, south = office
    first, clerk = fed.officer(north, "first"), fed.officer(north, "clerk", (OfficerRole.CASEWORKER,))
    reader = replace(fed.officer(north, "second"), scopes=("read",))
    matter = cases.begin(fed, north, clerk)
    ground = cases.consent(fed, north, matter, to="de/hamburg", actor=clerk)
    prepared = north.offers.prepare(
        matter.id, to=south.id, fields=ground.ground.fields, ground=ground.id, actor=clerk
    )
    for actor in (clerk, reader):
        with pytest.raises(ForbiddenError):
            north.offers.release(prepared.id, actor=actor)
    by_liaison = north.offers.prepare(
        matter.id, to=south.id, fields=ground.ground.fields, ground=ground.id, actor=first
    )
    with pytest.raises(SameOfficerError):
        north.offers.release(by_liaison.id, actor=first)
    sent = north.offers.release(prepared.id, actor=first)
    fed.settle()
    other = fed.officer(south, "other")
    with south.database.reading() as work:
        got = work.handovers.find(north.id, [sent.round])[sent.round]
    south.handovers.open(got.id, actor=other)
    south.handovers.accept(
        got.id, responsible={"name": "Anna", "organisation": "J", "contact": ""}, plan="Met.", actor=other
    )
    fed.settle()
    with pytest.raises(SameOfficerError):
        north.offers.countersign(sent.id, actor=first)
    for actor in (clerk, reader):
        with pytest.raises(ForbiddenError):
            north.offers.countersign(sent.id, actor=actor)
    with north.database.reading() as work:
        assert work.handovers.get(sent.id).state is State.ACCEPTED
    assert north.offers.countersign(sent.id, actor=fed.officer(north, "third")).state is State.RELIEVING


def test_a_basis_that_is_not_consent_has_a_second_officer_who_is_still_there(office: Any) -> None:
    fed, north, _ = office
    first, gone = fed.officer(north, "first"), fed.officer(north, "gone")
    matter = cases.begin(fed, north, first)

    def record(second: Any, **changes: Any) -> Any:
        terms = Terms(
            basis=Basis.COURT_ORDER,
            recipients=(NodeId("de/hamburg"),),
            purposes=(cases.PURPOSES[MatterKind.GUARDIANSHIP],),
            fields=("identity",),
            valid_from=fed.clock.now,
            valid_until=fed.clock.now + 86400,
            review_at=fed.clock.now + 3600,
            second_officer=second,
        )
        of = schema("guardianship/1")
        return north.consents.record(matter.id, of, replace(terms, **changes), cases.STATEMENT, actor=first)

    for second, changes in ((None, {}), (first.officer, {}), (gone.officer, {"review_at": None})):
        with pytest.raises(GroundError):
            record(second, **changes)
    assert record(gone.officer).ground.second_officer == gone.officer
    north.officers.disable(gone.officer)
    guest = north.officers.add("guest", (OfficerRole.CASEWORKER,), until=fed.clock.now + 60)
    record(guest.id)
    fed.clock.pass_(60)
    operator = fed.officer(north, "operator", (OfficerRole.OPERATOR,))
    for second in (gone.officer, guest.id, operator.officer):
        with pytest.raises(GroundError):
            record(second)
    with pytest.raises(GroundError):
        record(fed.officer(north, "third").officer, review_at=fed.clock.now)


def test_who_has_left_acts_no_more(office: Any) -> None:
    fed, north, _ = office
    officer: Actor = fed.officer(north, "first")
    _, bearer = north.officers.issue_key(officer.officer)
    assert north.officers.authenticate(bearer).officer == officer.officer
    north.officers.disable(officer.officer)
    with pytest.raises(Exception, match="could not be established"):
        north.officers.authenticate(bearer)


def test_a_receipt_that_never_comes_is_seen_as_waiting(office: Any) -> None:
    fed, north, south = office
    fed.wire.down.add(south.id)
    sent = cases.offer(fed, north, south.id, fed.officer(north, "first"), fed.officer(north, "second"))
    fed.settle()
    with north.database.reading() as work:
        [queued] = work.queue.of_handover(sent.id).values()
        [depth] = work.queue.depths()
    assert (queued.delivery, depth.waiting) == (Delivery.QUEUED, 1)
    assert ANY not in [queued.envelope]
