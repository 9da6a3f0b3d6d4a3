"""A node dies at every single commit on a question's way, before and after it: nothing is lost, nothing is there twice.

Complete, not sampled: the points are counted, and each is tried once at each side.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from handover.application.facts import Matter
from handover.application.ports import UnitOfWork
from handover.application.traced import KeptAsking
from handover.domain.errors import UnreachableError
from handover.domain.ids import NodeId
from handover.domain.searching import AskingClosedError, CandidateState, ClosingReason, QuestionState
from handover.node import Node
from tracing.permitted import REQUEST
from tracing.rig import Rig, paths, rig

ASKER, HOLDER = NodeId("de/hamburg"), NodeId("gr/athens")
KINDS = ("before commit", "after commit")


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
class Stage:
    """Two nodes that trace, and the point at which one of them dies."""

    rig: Rig
    point: Point

    def __getitem__(self, name: NodeId) -> Node:
        return self.rig.fed.wire.nodes[name]

    def watch(self, name: NodeId) -> None:
        """Make the node's transactions deadly."""
        database = self[name].database
        begin = database.begin

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
        node = self.rig.fed.reopen(name)
        self.rig.nodes[:] = [self[ASKER], self[HOLDER]]
        self.rig.tracing(node)
        self.watch(name)

    def carry(self) -> None:
        """Carry what is said; who dies while it is spoken to does not answer."""

        def guarded(path: str) -> None:
            take = paths()[path]

            def taken(node: Node, body: bytes) -> bytes:
                try:
                    return take(node, body)
                except CrashError:
                    self.reopen(node.id)
                    raise UnreachableError("it died while it was spoken to") from None

            self.rig.fed.wire.paths[path] = taken

        for path in paths():
            guarded(path)

    def live(self, rounds: int = 10) -> None:
        """Let both workers go on, whoever dies on the way."""
        for _ in range(rounds):
            for name in (HOLDER, ASKER):
                try:
                    self[name].tracing.tick()
                except CrashError:
                    self.reopen(name)
            self.rig.fed.clock.pass_(61)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with rig(tmp_path_factory.mktemp("crashes"), ASKER, HOLDER) as made:
        found = Stage(made, Point(ASKER, "never", 0))
        for name in (ASKER, HOLDER):
            found.watch(name)
        found.carry()
        yield found


def story(stage: Stage) -> tuple[Matter, KeptAsking]:
    """Register a child, ask for it, and take the question back."""
    made = stage.rig
    child = made.child(stage[HOLDER])
    asking = made.ask(stage[ASKER], made.child(stage[ASKER], REQUEST), stage[HOLDER])
    return child, asking


def finished(stage: Stage, child: Matter, asking: KeptAsking) -> None:
    """The question was heard once, met the child once, and was taken back."""
    made = stage.rig
    [asked] = made.questions(stage[ASKER], asking)
    assert asked.state is QuestionState.RECEIVED
    own = [each for each in made.candidates(stage[HOLDER], child) if each.question == asked.digest]
    assert [each.state for each in own] == [CandidateState.WAITING]
    standing = stage[HOLDER].tracing.permissions.standing(child.id, actor=made.officer(stage[HOLDER]))
    assert standing.indexed == 1


@pytest.mark.parametrize("victim", [ASKER, HOLDER], ids=["asker", "holder"])
def test_a_node_may_die_at_every_commit(stage: Stage, victim: NodeId) -> None:
    deaths = dict.fromkeys(KINDS, 0)
    for kind in KINDS:
        for number in itertools.count(1):
            stage.point = Point(victim, "never", 0)
            child, asking = story(stage)
            stage.point = Point(victim, kind, number)
            stage.live()
            finished(stage, child, asking)
            close(stage, asking)
            stage.live(3)
            [asked] = stage.rig.questions(stage[ASKER], asking)
            assert asked.state is QuestionState.ERASED
            again = stage.point.died
            stage.point = Point(victim, "never", 0)
            reunited(stage, child)
            if not again:
                break
            deaths[kind] += 1
    assert min(deaths.values()) >= 4, deaths


def close(stage: Stage, asking: KeptAsking) -> None:
    """Take the question back, once more if the node died over it."""
    actor = stage.rig.officer(stage[ASKER])
    while True:
        try:
            stage[ASKER].tracing.askings.close(asking.id, ClosingReason.FOUND, actor=actor)
        except CrashError:
            stage.reopen(ASKER)
            continue
        except AskingClosedError:
            pass
        return


def reunited(stage: Stage, child: Matter) -> None:
    """Let the child leave the index: the next story is about another one."""
    node, made = stage[HOLDER], stage.rig
    actor = made.officer(node)
    for each in node.tracing.permissions.of_matter(child.id, actor=actor):
        node.tracing.permissions.withdraw(child.id, each.id, actor=actor)
