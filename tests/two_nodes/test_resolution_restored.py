"""A giver that is restored to before its resolution: the ledger knows it, and the deed is not said again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from federation import federation
from handover.application.verifier import verify
from handover.application.verifier_report import Rule, Verdict
from handover.domain.handover import Act, Claim, State, VoidReason
from handover.domain.resolution import ResolutionOutcome, ResolutionReason
from handover.protocol import envelope as envelopes
from stories import rules, told
from two_nodes import rotation
from two_nodes.restores import Again, settle
from two_nodes.scene import alarms_of
from two_nodes.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        yield Stage(fed, north, south)


@pytest.mark.parametrize("backup", ["accepted", "given", "proposed"])
def test_what_was_resolved_after_the_backup_is_so_again(stage: Stage, tmp_path: Path, backup: str) -> None:
    fed, south = stage.fed, stage.south
    first, second = (fed.officer(stage.north, name) for name in ("first", "second"))
    sent = stage.offer()
    stage.settle()
    stage.accept(sent)
    stage.settle()
    fed.wire.down.add(south.id)
    steps: dict[str, Callable[[], object]] = {
        "accepted": lambda: None,
        "given": lambda: stage.countersign(sent),
        "suspended": lambda: rotation.suspend(fed, south),
        "proposed": lambda: stage.north.after.resolving.propose(
            sent.id, reason=ResolutionReason.DESTROYED, actor=first
        ),
    }
    for name, step in steps.items():
        step()
        if name == backup:
            again = Again(fed, stage.north, tmp_path)
    stage.north.after.resolving.confirm(sent.id, actor=second)
    deed = stage.at_north(sent).deed
    stage.north = again.restored(ended=1)
    with stage.north.database.reading() as work:
        waiting = work.queue.of_handover(sent.id)
        assert Act.DEED not in {work.envelopes.get(each).act for each, row in waiting.items() if row.due}
    fed.refresh(stage.north)
    settle(fed, stage.north)
    with stage.north.database.reading() as work:
        assert not work.doubts.count()
        matter = work.matters.get(sent.matter)
        [kept] = work.resolutions.of_round(sent.id)
    assert (stage.at_north(sent).state, matter.claim) == (State.VOIDING, Claim.HOLDER)
    assert (kept.outcome, kept.deed) == (ResolutionOutcome.CONFIRMED, deed)
    [void] = stage.said(stage.north, sent, Act.VOID)
    assert void.by is not None
    assert (void.reason, void.by.auth) == (VoidReason.RESOLVED, "restored")
    assert void.by.prepared != void.by.released
    fed.ceremony.lift(south.id, now=fed.clock.now)
    fed.publish()
    fed.wire.down.clear()
    settle(fed, stage.north)
    assert stage.outcome(sent) == (State.VOIDED, State.CLOSED, Claim.HOLDER, Claim.NONE)
    assert not [each for each in alarms_of(south) if each.kind != "restored"]
    shown = stage.north.evidence.export(sent.matter, actor=first)
    report = verify([shown], root=fed.repository.pinned())
    assert Rule.EQUIVOCATION not in rules(report), told(report)
    assert report.matters[0].responsible == stage.north.id


def test_a_resolution_that_the_receiver_has_heard_is_given_back_though_it_is_suspended(
    stage: Stage, tmp_path: Path
) -> None:
    """Nobody waits for it, but it is asked: a second void of two officers would contradict the one it has answered."""
    fed, south = stage.fed, stage.south
    first, second = (fed.officer(stage.north, name) for name in ("first", "second"))
    sent = stage.offer()
    stage.settle()
    stage.accept(sent)
    stage.settle()
    fed.wire.down.add(south.id)
    stage.countersign(sent)
    rotation.suspend(fed, south)
    again = Again(fed, stage.north, tmp_path)
    stage.north.after.resolving.propose(sent.id, reason=ResolutionReason.DESTROYED, actor=first)
    stage.north.after.resolving.confirm(sent.id, actor=second)
    fed.wire.down.clear()
    stage.settle()
    before = stage.north.evidence.export(sent.matter, actor=first)
    stage.north = again.restored(ended=1)
    fed.refresh(stage.north)
    settle(fed, stage.north)
    assert stage.outcome(sent) == (State.VOIDED, State.CLOSED, Claim.HOLDER, Claim.NONE)
    assert len(stage.said(stage.north, sent, Act.VOID)) == 1
    assert [each.kind for node in (stage.north, south) for each in alarms_of(node)] == ["restored"]
    bundles = [
        stage.north.evidence.export(sent.matter, actor=first),
        south.evidence.export(stage.at_south(sent).matter, actor=fed.officer(south, "receiving")),
    ]
    for files in ([bundles[0]], bundles, [before, *bundles]):
        report = verify(files, root=fed.repository.pinned())
        assert report.verdict is Verdict.VALID, told(report)  # the new log has the entry `resolved`, too


def test_a_take_up_that_stands_above_a_forgotten_resolution_is_put_before_people(
    stage: Stage, tmp_path: Path
) -> None:
    """The receiver was not gone, and its take-up counts; whoever has resolved the deed may have acted on that since."""
    fed, south = stage.fed, stage.south
    first, second = (fed.officer(stage.north, name) for name in ("first", "second"))
    sent = stage.offer()
    stage.settle()
    stage.accept(sent)
    stage.settle()
    stage.countersign(sent)
    again = Again(fed, stage.north, tmp_path)
    stage.north.outbox.deliver_due()
    fed.wire.down |= {stage.north.id, south.id}
    stage.settle()
    assert stage.at_south(sent).state is State.HOLDING
    rotation.suspend(fed, south)
    stage.north.after.resolving.propose(sent.id, reason=ResolutionReason.UNREACHABLE, actor=first)
    stage.north.after.resolving.confirm(sent.id, actor=second)
    stage.north = again.restored(ended=1)
    fed.ceremony.lift(south.id, now=fed.clock.now)
    fed.publish()
    fed.wire.down.clear()
    settle(fed, stage.north)
    assert stage.outcome(sent) == (State.TRANSFERRED, State.HOLDING, Claim.NONE, Claim.HOLDER)
    [alarm] = [each for each in alarms_of(stage.north) if each.kind == "two-responsible"]
    assert [envelopes.read(each).claimed.act for each in alarm.evidence] == [Act.DEED, Act.TAKE_UP_RECEIPT]
    shown = stage.north.evidence.export(sent.matter, actor=first)
    assert verify([shown], root=fed.repository.pinned()).matters[0].responsible == south.id
