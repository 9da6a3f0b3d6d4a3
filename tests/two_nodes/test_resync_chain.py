"""A matter that went to another authority and came back: whoever is put back, the head of the chain decides."""

from dataclasses import replace
from pathlib import Path

import pytest

from handover.application.verifier import verify
from handover.application.verifier_report import Verdict
from handover.domain.handover import Act, Claim, State
from handover.domain.ids import Digest, MatterId, PairId
from handover.node import Node
from handover.protocol import resync
from handover.protocol.resync import Round, UnverifiedAnswer
from peer import Peer, deliver
from stories import Story, story, told
from two_nodes import rotation
from two_nodes.resyncing import ATHENS, HAMBURG, copy, put_back
from two_nodes.scene import alarms_of
from two_nodes.soundness import check_log, check_said

LYON = "fr/lyon"


def claim(node: Node, matter: MatterId) -> Claim:
    with node.database.reading() as work:
        return work.matters.get(matter).claim


def deeds_of(node: Node, matter: MatterId) -> int:
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
        assert (deeds_of(athens, matter), deeds_of(hamburg, there)) == (2, 2)
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


def known_pair(play: Story, athens: Node, hamburg: Node, matter: MatterId) -> PairId:
    """Let Hamburg know a matter by name: it was offered there once, and the offer was taken back."""
    sent = play.offer(athens, hamburg, matter)
    athens.offers.withdraw(sent.id, actor=play.first(athens))
    play.fed.settle()
    return sent.pair


def shown_by(node: Node, matter: MatterId) -> tuple[bytes, ...]:
    """Give the deeds by which a matter has come to a node."""
    with node.database.reading() as work:
        return tuple(work.envelopes.deed(each) for each in work.matters.get(matter).chain)


def grafted(play: Story, pair: PairId, deeds: tuple[bytes, ...]) -> Round:
    """Give a round in which Hamburg offers Athens a matter, as one that has come to it by *deeds*."""
    athens, hamburg, *_ = play.nodes
    said = Peer(hamburg, athens).round(pair=pair, epoch=len(deeds) + 1)
    return Round(round=said.round, items=(said.offer(evidence=deeds),), chain=deeds)


def lying(play: Story, lie: Round) -> None:
    """Let Hamburg return one round more than there were."""
    hamburg = play.nodes[1]

    def bent(data: bytes) -> bytes:
        answer = UnverifiedAnswer.read(data).claimed
        rounds = tuple(sorted((*answer.rounds, lie), key=lambda each: each.round))
        return resync.answer(replace(answer, rounds=rounds), signer=hamburg.vault.signer)

    play.fed.wire.bending[hamburg.id] = bent


@pytest.mark.parametrize("of", [ATHENS, LYON])
def test_deeds_of_another_child_give_nobody_this_one(tmp_path: Path, of: str) -> None:
    """Hamburg holds another child by a good deed, of Lyon or of Athens itself, and shows it as one about this child."""
    with story(tmp_path, ATHENS, HAMBURG, LYON) as play:
        athens, hamburg, lyon = play.nodes
        for node in play.nodes:
            play.first(node)
            play.second(node)
        mine = play.matter(athens).id
        pair = known_pair(play, athens, hamburg, mine)
        giver = athens if of == ATHENS else lyon
        other = play.hand_over(giver, hamburg, play.matter(giver).id)
        deeds = shown_by(hamburg, other)
        lie = grafted(play, pair, deeds)
        kept(play, tmp_path, "now")

        lying(play, lie)
        athens = back(play, tmp_path, ATHENS, "now")
        assert (claim(athens, mine), deeds_of(athens, mine)) == (Claim.HOLDER, 0)
        assert "two-chains" in {each.kind for each in alarms_of(athens)}


def test_who_has_given_a_deed_is_shown_no_other_way_that_the_child_went(tmp_path: Path) -> None:
    """While Athens waits for Lyon's receipt, Hamburg offers it that very child by the deed of another one."""
    with story(tmp_path, ATHENS, HAMBURG, LYON) as play:
        athens, hamburg, lyon = play.nodes
        mine = play.matter(athens).id
        pair = known_pair(play, athens, hamburg, mine)
        deeds = shown_by(hamburg, play.hand_over(lyon, hamburg, play.matter(lyon).id))
        sent = play.offer(athens, lyon, mine)
        play.open_and_accept(sent, athens, lyon)
        play.fed.wire.down.add(lyon.id)
        athens.offers.countersign(sent.id, actor=play.first(athens))
        lie = Peer(hamburg, athens).round(pair=pair, epoch=2).offer(evidence=deeds)
        assert getattr(deliver(athens, lie).results[0], "name", None) == "chain"
        assert (claim(athens, mine), deeds_of(athens, mine)) == (Claim.RELIEVING, 0)
        play.fed.wire.down.clear()
        play.fed.clock.pass_(1000)
        play.fed.settle()
        assert (claim(athens, mine), deeds_of(athens, mine)) == (Claim.NONE, 1)
        there = play.at(lyon, sent, athens).matter
        assert play.hand_over(lyon, athens, there) == mine
        assert claim(athens, mine) is Claim.HOLDER


def test_what_this_node_took_up_itself_stands_against_what_another_shows(tmp_path: Path) -> None:
    """Athens has forgotten that the child went to Lyon and came back; Hamburg, asked first, says that it went on."""
    with story(tmp_path, ATHENS, HAMBURG, LYON) as play:
        athens, hamburg, lyon = play.nodes
        mine, other = play.matter(athens).id, play.matter(athens).id
        pair = known_pair(play, athens, hamburg, mine)
        kept(play, tmp_path, "before")
        there = play.hand_over(athens, lyon, mine)
        [first] = shown_by(lyon, there)
        play.hand_over(lyon, athens, there)
        deeds = shown_by(hamburg, play.hand_over(lyon, hamburg, play.hand_over(athens, lyon, other)))
        lying(play, grafted(play, pair, (first, deeds[1])))
        athens = back(play, tmp_path, ATHENS, "before")
        assert (claim(athens, mine), claim(lyon, there)) == (Claim.HOLDER, Claim.NONE)
        assert deeds_of(athens, mine) == 2
        assert "two-chains" in {each.kind for each in alarms_of(athens)}


@pytest.mark.parametrize("side", [ATHENS, HAMBURG])
@pytest.mark.parametrize("robbed", [ATHENS, HAMBURG])
def test_what_was_said_before_a_theft_comes_back_and_somebody_is_responsible(
    tmp_path: Path, side: str, robbed: str
) -> None:
    with story(tmp_path, ATHENS, HAMBURG) as play:
        athens, hamburg = play.nodes
        matter = play.matter(athens).id
        for node in play.nodes:
            play.first(node)
            play.second(node)
        kept(play, tmp_path, "before")
        play.hand_over(athens, hamburg, matter)
        stolen_from(play, hamburg if robbed == HAMBURG else athens)
        back(play, tmp_path, side, "before")
        athens, hamburg = play.nodes
        with hamburg.database.reading() as work:
            [there] = work.matters.page(after="", limit=9)
        assert (claim(athens, matter), there.claim) == (Claim.NONE, Claim.HOLDER)
        if robbed == side == ATHENS:  # its own deed is believed, by the receipt that came back with it
            report = verify([play.export(athens, matter)], root=play.root)
            assert [link.taker for link in report.matters[0].chain] == [hamburg.id]


def test_what_a_restored_node_still_has_of_its_own_stands_though_its_key_was_stolen(tmp_path: Path) -> None:
    with story(tmp_path, ATHENS, HAMBURG) as play:
        athens, hamburg = play.nodes
        sent = play.offer(athens, hamburg, play.matter(athens).id)
        kept(play, tmp_path, "offered")
        stolen_from(play, athens)
        athens = back(play, tmp_path, ATHENS, "offered")
        assert play.at(athens, sent, athens).state is State.VOIDED


def test_what_the_peer_logged_after_a_theft_is_nothing_that_this_node_has_said(tmp_path: Path) -> None:
    with story(tmp_path, ATHENS, HAMBURG) as play:
        athens, hamburg = play.nodes
        matter = play.matter(athens).id
        kept(play, tmp_path, "before")
        play.hand_over(athens, hamburg, matter)
        stolen_from(play, athens, ago=86400)
        with pytest.raises(AssertionError, match="restoration"):
            back(play, tmp_path, ATHENS, "before")
        athens = play.fed.wire.nodes[athens.id]
        assert claim(athens, matter) is Claim.HOLDER
        assert "resync-failed" in {each.kind for each in alarms_of(athens)}


def stolen_from(play: Story, node: Node, *, ago: int = 0) -> None:
    """Let a node's signing key be reported stolen, and a new one listed."""
    play.fed.clock.pass_(60)
    old = node.vault.signer.kid
    rotation.new_signing_key(play.fed, node, retire=False)
    now = play.fed.clock.now
    play.fed.ceremony.mark_compromised(node.id, old, since=now - ago, now=now)
    play.fed.publish()


def test_of_a_deed_that_was_said_anew_the_one_that_was_taken_up_stands(tmp_path: Path) -> None:
    """Hamburg has forgotten which of two it took up; with the other one Athens would not know its own child again."""
    with story(tmp_path, ATHENS, HAMBURG) as play:
        athens, hamburg = play.nodes
        matter = play.matter(athens).id
        for node in play.nodes:
            play.first(node)
            play.second(node)
        kept(play, tmp_path, "before")
        sent = play.offer(athens, hamburg, matter)
        play.open_and_accept(sent, athens, hamburg)
        play.fed.wire.lose_answers = 1
        athens.offers.countersign(sent.id, actor=play.first(athens))
        athens.outbox.deliver_due()
        rotation.new_signing_key(play.fed, athens)
        play.fed.clock.pass_(1000)
        athens.outbox.deliver_due()
        play.fed.settle()
        assert deeds_of(athens, matter) == 1
        hamburg = back(play, tmp_path, HAMBURG, "before")
        athens, hamburg = play.nodes
        with hamburg.database.reading() as work:
            [there] = work.matters.page(after="", limit=9)
            [round_] = work.handovers.of_matter(there.id)
            said = [each.act for each in work.envelopes.of_handover(round_.id)]
        assert said.count(Act.DEED) == 2
        assert there.chain == chain_of(athens, matter)


def chain_of(node: Node, matter: MatterId) -> tuple[Digest, ...]:
    with node.database.reading() as work:
        return work.matters.get(matter).chain


def test_an_earlier_key_that_was_stolen_keeps_nobody_in_doubt(tmp_path: Path) -> None:
    """The chain was sound when this node took the case up: what became of the first key since is no lie of its peer."""
    with story(tmp_path, ATHENS, HAMBURG, LYON) as play:
        athens, hamburg, lyon = play.nodes
        for node in play.nodes:
            play.first(node)
            play.second(node)
        kept(play, tmp_path, "before")
        there = play.hand_over(athens, hamburg, play.matter(athens).id)
        play.hand_over(hamburg, lyon, there)
        since, stolen = play.fed.clock.now - 60, athens.vault.signer.kid
        rotation.new_signing_key(play.fed, athens, retire=False)
        play.fed.ceremony.mark_compromised(athens.id, stolen, since=since, now=play.fed.clock.now)
        play.fed.publish()
        lyon = back(play, tmp_path, LYON, "before")
        with lyon.database.reading() as work:
            [matter] = work.matters.page(after="", limit=9)
        assert (matter.claim, len(matter.chain)) == (Claim.HOLDER, 2)
        assert "resync-failed" not in {each.kind for each in alarms_of(lyon)}
