"""A matter that went to another authority and came back: whoever is put back, the head of the chain decides."""

from pathlib import Path

import pytest

from handover.application.verifier import verify
from handover.application.verifier_report import Verdict
from handover.domain.handover import Claim
from handover.domain.ids import MatterId
from handover.node import Node
from stories import Story, story, told
from two_nodes.resyncing import ATHENS, HAMBURG, copy, put_back
from two_nodes.soundness import check_log, check_said

LYON = "fr/lyon"


def claim(node: Node, matter: MatterId) -> Claim:
    with node.database.reading() as work:
        return work.matters.get(matter).claim


def deeds(node: Node, matter: MatterId) -> int:
    with node.database.reading() as work:
        return len(work.matters.get(matter).chain)


def kept(play: Story, folder: Path, name: str) -> None:
    """Keep the databases as they are."""
    for node in play.fed.wire.nodes.values():
        copy(node.settings.data / "handover.db", folder / f"{node.id.replace('/', '-')}-{name}.db")


def back(play: Story, folder: Path, side: str, name: str) -> Node:
    """Put one node back to a copy, and let it ask."""
    made_at = play.fed.clock.now
    play.fed.clock.pass_(3600)
    path = folder / f"{side.replace('/', '-')}-{name}.db"
    node = put_back(
        play.fed,
        next(each for each in play.fed.wire.nodes if each == side),
        path,
        restored=True,
        made_at=made_at,
    )
    for _ in range(3):
        node.resync.tick()
        play.fed.settle()
        play.fed.clock.pass_(1000)
    with node.database.reading() as work:
        assert work.doubts.restoration() is None
    play.nodes = [play.fed.wire.nodes[each.id] for each in play.nodes]
    check_log(node)
    check_said(node)
    return node


@pytest.mark.parametrize("moment", ["before", "between"])
@pytest.mark.parametrize("side", [ATHENS, HAMBURG])
def test_a_matter_that_went_and_came_back(tmp_path: Path, side: str, moment: str) -> None:
    with story(tmp_path, ATHENS, HAMBURG) as play:
        athens, hamburg = play.nodes
        matter = play.matter(athens).id
        for node in play.nodes:
            play.second(node)
        play.first(hamburg)
        kept(play, tmp_path, "before")
        there = play.hand_over(athens, hamburg, matter)
        kept(play, tmp_path, "between")
        assert play.hand_over(hamburg, athens, there) == matter
        node = back(play, tmp_path, side, moment)
        athens, hamburg = play.nodes
        if node is hamburg:
            with hamburg.database.reading() as work:
                [there] = [each.id for each in work.matters.page(after="", limit=9)]
        assert (claim(athens, matter), claim(hamburg, there)) == (Claim.HOLDER, Claim.NONE)
        assert (deeds(athens, matter), deeds(hamburg, there)) == (2, 2)
        bundles = [play.export(athens, matter), play.export(hamburg, there)]
        report = verify(bundles, root=play.root)
        assert report.verdict is not Verdict.INVALID, told(report)


def test_a_matter_that_went_on_to_a_third(tmp_path: Path) -> None:
    """Hamburg had it and gave it on; what it forgot of both, each of the two others knows its part of."""
    with story(tmp_path, ATHENS, HAMBURG, LYON) as play:
        athens, hamburg, lyon = play.nodes
        matter = play.matter(athens).id
        for node in play.nodes:
            play.first(node)
            play.second(node)
        kept(play, tmp_path, "before")
        there = play.hand_over(athens, hamburg, matter)
        beyond = play.hand_over(hamburg, lyon, there)
        hamburg = back(play, tmp_path, HAMBURG, "before")
        athens, _, lyon = play.nodes
        with hamburg.database.reading() as work:
            found = work.matters.page(after="", limit=9)
        assert [each.claim for each in found] == [Claim.NONE]  # one matter, found by its chain, and gone on
        assert [len(each.chain) for each in found] == [2]
        assert (claim(athens, matter), claim(lyon, beyond)) == (Claim.NONE, Claim.HOLDER)
