"""What a restored node logs once more, later than it happened, is evidence all the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from handover.application.verifier import verify
from handover.application.verifier_report import Verdict
from handover.domain.handover import Act, State
from handover.domain.ids import MatterId
from handover.node import Node
from stories import Story, story, told
from two_nodes.resyncing import ATHENS, HAMBURG, put_back
from two_nodes.test_resync_chain import back, kept


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Story]:
    """Give two nodes with officers."""
    with story(tmp_path, ATHENS, HAMBURG) as play:
        for node in play.nodes:
            play.first(node)
            play.second(node)
        yield play


def check(play: Story, *held: tuple[Node, MatterId]) -> None:
    """Each bundle verifies, and all together."""
    bundles = [play.export(node, matter) for node, matter in held]
    for files in (*([each] for each in bundles), bundles):
        report = verify(files, root=play.root)
        assert report.verdict is not Verdict.INVALID, told(report)


def test_an_acceptance_that_was_heard_in_time_is_logged_again_after_the_deadline(
    play: Story, tmp_path: Path
) -> None:
    """Found by the simulation with seed 36: its own evidence said that the deed could not have been given."""
    athens, hamburg = play.nodes
    matter = play.matter(athens).id
    kept(play, tmp_path, "before")
    sent = play.offer(athens, hamburg, matter, deadline=play.fed.clock.now + 1800)
    play.open_and_accept(sent, athens, hamburg)
    athens.offers.countersign(sent.id, actor=play.first(athens))
    play.fed.settle()
    back(play, tmp_path, ATHENS, "before")  # an hour later
    athens, hamburg = play.nodes
    check(play, (athens, matter), (hamburg, play.at(hamburg, sent, athens).matter))


def test_what_a_void_has_closed_is_given_back_after_it(play: Story, tmp_path: Path) -> None:
    """The same seed: the void came before the restored node had asked, and the forgotten offer after it."""
    athens, hamburg = play.nodes
    matter = play.matter(athens).id
    kept(play, tmp_path, "before")
    sent = play.offer(athens, hamburg, matter)
    play.open_and_accept(sent, athens, hamburg)
    athens.offers.withdraw(sent.id, actor=play.first(athens))
    made_at = play.fed.clock.now
    hamburg = put_back(
        play.fed, hamburg.id, tmp_path / "de-hamburg-before.db", restored=True, made_at=made_at
    )
    play.fed.settle()
    there = play.at(hamburg, sent, athens)
    assert there.state is State.CLOSED
    hamburg.resync.tick()
    with hamburg.database.reading() as work:
        acts = [each.act for each in work.envelopes.of_handover(there.id)]
    assert acts.index(Act.VOID) < acts.index(Act.OFFER) < acts.index(Act.ACCEPTANCE)
    check(play, (athens, matter), (hamburg, there.matter))
