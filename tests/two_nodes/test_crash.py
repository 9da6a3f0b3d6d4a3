"""A node dies at every single point of a handover: before and after each commit, before and after each delivery.

Complete, not sampled: the points are counted, and each of them is tried once at each side. Then the node is opened
again, everybody goes on, and the case must be held by exactly one of the two at every instant.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

import pytest

import cases
from federation import Federation, Wire
from handover.application.facts import Handover, Matter
from handover.application.ports import UnitOfWork
from handover.domain.errors import UnreachableError
from handover.domain.handover import State
from handover.domain.ids import NodeId
from handover.node import Node
from two_nodes.scene import alarms_of
from two_nodes.soundness import check_log, check_responsible, check_said

NORTH, SOUTH = NodeId("gr/athens"), NodeId("de/hamburg")
RESPONSIBLE = {"name": "Anna Muster", "organisation": "Jugendamt", "contact": ""}
KINDS = ("before commit", "after commit", "before delivery", "after delivery")


class CrashError(BaseException):
    """The process is gone: nothing catches this, nothing is tidied up behind it."""


@dataclass
class Point:
    """One instant at which one node dies."""

    victim: NodeId
    kind: str
    number: int
    passed: int = 0
    died: bool = False

    def reach(self, node: NodeId, kind: str) -> None:
        if (node, kind) == (self.victim, self.kind) and not self.died:
            self.passed += 1
            if self.passed == self.number:
                self.died = True
                raise CrashError


@dataclass
class DeadlyWire(Wire):
    """Carries deliveries between two nodes, of which one may die before, in or after it."""

    stage: "Stage | None" = None

    def post(self, peer: NodeId, address: str, body: bytes) -> bytes:
        assert self.stage is not None
        speaker = NORTH if peer == SOUTH else SOUTH
        self.stage.point.reach(speaker, "before delivery")
        try:
            answer = super().post(peer, address, body)
        except CrashError:
            self.stage.reopen(peer)
            raise UnreachableError("it died while it was spoken to") from None
        self.stage.point.reach(speaker, "after delivery")
        return answer


@dataclass
class Stage:
    """Two nodes, and the point at which one of them dies."""

    fed: Federation
    point: Point = field(default_factory=lambda: Point(NORTH, "never", 0))

    def __getitem__(self, name: NodeId) -> Node:
        return self.fed.wire.nodes[name]

    def watch(self, name: NodeId) -> None:
        """Make the node's transactions deadly."""
        database = self[name].database
        begin: Callable[[], AbstractContextManager[UnitOfWork]] = database.begin

        @contextmanager
        def deadly() -> Iterator[UnitOfWork]:
            outermost = database._open.work is None
            with begin() as work:
                yield work
                if outermost:
                    self.point.reach(name, "before commit")
            if outermost:
                self.point.reach(name, "after commit")

        database.begin = deadly  # type: ignore[method-assign]

    def reopen(self, name: NodeId) -> None:
        """Open the node again, as after a crash."""
        self.fed.reopen(name)
        self.watch(name)

    def drive(self, story: Callable[["Stage", Matter], bool], matter: Matter) -> None:
        """Go on with the story until it is told, whoever dies on the way."""
        for _ in range(60):
            try:
                if story(self, matter):
                    return
            except CrashError:
                self.reopen(self.point.victim)
            self.check(matter)
            self.fed.clock.pass_(20)
        raise AssertionError("the story does not come to its end")

    def check(self, matter: Matter) -> None:
        """Never none, never two: at this instant."""
        sent = self.sent(matter)
        if sent is not None and sent.state is not State.PREPARED:
            check_responsible(dict(self.fed.wire.nodes), sent, self[NORTH])

    def sent_now(self, matter: Matter) -> Handover:
        """Give the round as the sender keeps it now."""
        found = self.sent(matter)
        assert found is not None
        return found

    def sent(self, matter: Matter) -> Handover | None:
        with self[NORTH].database.reading() as work:
            found = work.handovers.of_matter(matter.id)
        assert len(found) <= 2  # a preparation may have been committed unseen, and was then made once more
        return max(found, key=lambda each: (each.state is not State.PREPARED, each.id), default=None)

    def got(self, sent: Handover) -> Handover | None:
        with self[SOUTH].database.reading() as work:
            return work.handovers.find(NORTH, [sent.round]).get(sent.round)

    def settle(self) -> None:
        self.fed.settle(rounds=4)


def released(stage: Stage, matter: Matter) -> Handover:
    """Prepare and release, as far as that is not done."""
    north, fed = stage[NORTH], stage.fed
    first, second = fed.officer(north, "first"), fed.officer(north, "second")
    sent = stage.sent(matter)
    if sent is None:
        [ground] = north.consents.of_matter(matter.id, actor=first)
        fields = ground.ground.fields
        sent = north.offers.prepare(matter.id, to=SOUTH, fields=fields, ground=ground.id, actor=first)
    if sent.state is State.PREPARED:
        sent = north.offers.release(sent.id, actor=second)
    return sent


def accepted(stage: Stage, got: Handover) -> None:
    """Open and accept, as far as that is not done."""
    south, officer = stage[SOUTH], stage.fed.officer(stage[SOUTH], "receiving")
    if got.opened_at is None:
        south.handovers.open(got.id, actor=officer)
    if got.state is State.PENDING:
        south.handovers.accept(got.id, responsible=RESPONSIBLE, plan="Met.", actor=officer)


def handed_over(stage: Stage, matter: Matter) -> bool:
    """One handover from offer to arrival; true when it is told to its end at both nodes."""
    sent = released(stage, matter)
    stage.settle()
    got = stage.got(sent)
    if got is None:
        return False
    if got.state is State.PENDING:
        accepted(stage, got)
        stage.settle()
    sent = stage.sent_now(matter)
    if sent.state is State.ACCEPTED:
        stage[NORTH].offers.countersign(sent.id, actor=stage.fed.officer(stage[NORTH], "first"))
        stage.settle()
    got = stage.got(sent)
    assert got is not None
    if got.state is State.HOLDING and got.arrived_at is None:
        officer = stage.fed.officer(stage[SOUTH], "receiving")
        stage[SOUTH].handovers.arrival(got.id, date="2026-11-22", text="", actor=officer)
        stage.settle()
    sent, got = stage.sent_now(matter), stage.got(sent)
    assert got is not None
    arrived = sent.arrived_at is not None
    return (sent.state, got.state) == (State.TRANSFERRED, State.HOLDING) and arrived


def withdrawn(stage: Stage, matter: Matter) -> bool:
    """A withdrawal that crosses the acceptance; true when the round is closed at both nodes."""
    sent = released(stage, matter)
    got = stage.got(sent)
    if sent.state is State.OFFERED and got is None:
        stage.settle()
        got = stage.got(sent)
        if got is None:
            return False
    if got is not None and got.state is State.PENDING and sent.state is State.OFFERED:
        accepted(stage, got)  # its acceptance has not left when the offer is withdrawn
    if sent.state in (State.OFFERED, State.ACCEPTED):
        stage[NORTH].offers.withdraw(sent.id, actor=stage.fed.officer(stage[NORTH], "first"))
    stage.settle()
    sent = stage.sent_now(matter)
    got = stage.got(sent)
    return got is not None and (sent.state, got.state) == (State.VOIDED, State.CLOSED)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    fed = Federation(tmp_path_factory.mktemp("crash"))
    wire = DeadlyWire()
    fed.wire = wire
    for name in (NORTH, SOUTH):
        fed.add(name)
    wire.stage = made = Stage(fed)
    for name in (NORTH, SOUTH):
        made.watch(name)
    for node, names in ((made[NORTH], ("first", "second")), (made[SOUTH], ("receiving",))):
        for each in names:
            fed.officer(node, each)
    try:
        yield made
    finally:
        for node in fed.wire.nodes.values():
            node.close()


def begun(stage: Stage) -> Matter:
    """Give a matter with a record and a consent."""
    first = stage.fed.officer(stage[NORTH], "first")
    matter = cases.begin(stage.fed, stage[NORTH], first)
    cases.consent(stage.fed, stage[NORTH], matter, to=SOUTH, actor=first)
    return matter


@pytest.mark.parametrize("story", [handed_over, withdrawn], ids=["handed over", "withdrawn"])
@pytest.mark.parametrize("victim", [NORTH, SOUTH], ids=["sender", "receiver"])
def test_a_node_may_die_at_every_point(
    stage: Stage, story: Callable[[Stage, Matter], bool], victim: NodeId
) -> None:
    deaths = dict.fromkeys(KINDS, 0)
    for kind in KINDS:
        for number in itertools.count(1):
            stage.point = Point(victim, "never", 0)
            stage.fed.publish()
            matter = begun(stage)
            stage.point = Point(victim, kind, number)
            stage.drive(story, matter)
            if not stage.point.died:
                break
            deaths[kind] += 1
    stage.point = Point(victim, "never", 0)
    assert min(deaths.values()) >= 1, deaths
    assert sum(deaths.values()) >= 12, deaths
    for name in (NORTH, SOUTH):
        check_log(stage[name])
        check_said(stage[name])
        assert alarms_of(stage[name]) == []
