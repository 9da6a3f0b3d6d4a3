"""What a restored node logs once more, later than it happened, is evidence all the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from handover.application.verifier import verify
from handover.application.verifier_report import Rule, Severity, Verdict
from handover.domain.handover import Act, Claim, State
from handover.domain.ids import MatterId
from handover.node import Node
from handover.protocol import envelope
from handover.protocol.node_key import KeyUse
from handover.protocol.registry_set import Registry
from stories import Story, story, told
from two_nodes import rotation
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


def test_what_is_given_back_is_logged_peer_after_peer(tmp_path: Path) -> None:
    """Found with seed 119: first by the one it gave the case to, then by the one it had it from."""
    with story(tmp_path, "pl/krakow", HAMBURG, "fr/lyon") as play:
        krakow, hamburg, lyon = play.nodes
        for node in play.nodes:
            play.first(node)
            play.second(node)
        matter = play.matter(krakow).id
        kept(play, tmp_path, "before")
        there = play.hand_over(krakow, lyon, matter)
        beyond = play.hand_over(lyon, hamburg, there)
        back(play, tmp_path, "fr/lyon", "before")
        krakow, hamburg, lyon = play.nodes
        with lyon.database.reading() as work:
            [there] = [each.id for each in work.matters.page(after="", limit=9)]
        check(play, (krakow, matter), (lyon, there), (hamburg, beyond))


def test_what_a_clock_that_was_ahead_has_dated_is_given_back_when_that_time_has_come(
    play: Story, tmp_path: Path
) -> None:
    """Found with seed 6: a log that has an act before it was signed is no evidence."""
    athens, hamburg = play.nodes
    matter = play.matter(athens).id
    kept(play, tmp_path, "before")
    play.fed.clock.pass_(3600)
    there = play.hand_over(athens, hamburg, matter)
    play.fed.clock.pass_(-3600)
    made_at = play.fed.clock.now
    athens = put_back(play.fed, athens.id, tmp_path / "gr-athens-before.db", restored=True, made_at=made_at)
    athens.resync.tick()
    with athens.database.reading() as work:
        assert work.doubts.stands(matter)
    play.fed.clock.pass_(3600)
    athens.resync.tick()
    with athens.database.reading() as work:
        assert work.matters.get(matter).claim is Claim.NONE
        assert not work.doubts.stands(matter)
    check(play, (athens, matter), (play.fed.wire.nodes[HAMBURG], there))


def test_what_was_lost_of_a_way_back_is_not_what_the_node_had_before(play: Story, tmp_path: Path) -> None:
    """Found with seed 62: it answers that the record of the way back is gone, and goes on with its own."""
    athens, hamburg = play.nodes
    matter = play.matter(athens).id
    kept(play, tmp_path, "before")
    there = play.hand_over(athens, hamburg, matter)
    play.hand_over(hamburg, athens, there)
    with hamburg.database.reading() as work:
        [ground] = [each.id for each in work.grounds.of_matter(there) if each.ground.withdrawn_at is None]
    hamburg.consents.withdraw(ground, actor=play.first(hamburg))
    play.fed.settle()
    back(play, tmp_path, ATHENS, "before")
    athens, hamburg = play.nodes
    play.fed.clock.pass_(60)
    play.offer(athens, hamburg, matter)
    check(play, (athens, matter), (hamburg, there))


def test_what_has_run_out_when_it_was_given_back_accuses_nobody(
    play: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was restored logs then what came long before: the term of a key, or of a country's page, may be over."""
    athens, hamburg = play.nodes
    matter = play.matter(athens).id
    kept(play, tmp_path, "before")
    play.hand_over(athens, hamburg, matter)
    old, over = athens.vault.signer.kid, play.fed.clock.now + 60
    play.fed.clock.pass_(1)
    athens.vault.add_keys(KeyUse.SIG, begins=play.fed.clock.now)
    rotation.end(play.fed, athens, old, at=over)
    play.fed.settle()
    back(play, tmp_path, HAMBURG, "before")
    athens, hamburg = play.nodes
    with hamburg.database.reading() as work:
        [there] = [each.id for each in work.matters.page(after="", limit=9)]
    monkeypatch.setattr(Registry, "lapsed", lambda _, country, at: country == "gr" and at > over)
    report = verify([play.export(hamburg, there)], root=play.root)
    found = {each.rule for each in report.findings if each.severity is Severity.INCOMPLETE}
    assert (report.verdict, {Rule.KEY, Rule.SUSPENDED} - found) == (Verdict.INCOMPLETE, set()), told(report)
    check(play, (athens, matter), (hamburg, there))


def test_a_bundle_from_before_the_restore_accuses_nobody(play: Story, tmp_path: Path) -> None:
    """It shows a void that never arrived: the node has forgotten it, and has said another one since."""
    athens, hamburg = play.nodes
    matter = play.matter(athens).id
    sent = play.offer(athens, hamburg, matter)
    kept(play, tmp_path, "before")
    play.fed.wire.down.add(HAMBURG)
    athens.offers.withdraw(sent.id, actor=play.first(athens))
    old = play.export(athens, matter)
    play.fed.wire.down.clear()
    back(play, tmp_path, ATHENS, "before")
    athens, hamburg = play.nodes
    new, other = play.export(athens, matter), play.export(hamburg, play.at(hamburg, sent, athens).matter)
    for files, expected in (
        ([new, other], Verdict.VALID),
        ([old, new], Verdict.VALID),
        ([old, new, other], Verdict.INCOMPLETE),  # the former void is in one of the three
    ):
        report = verify(files, root=play.root)
        assert report.verdict is expected, told(report)


def test_what_a_clock_that_was_ahead_has_dated_is_no_fall_of_the_incarnation(
    play: Story, tmp_path: Path
) -> None:
    """Found with seed 693: what it said before the restore bears a later time than the first that it said after it."""
    athens, hamburg = play.nodes
    matter = play.matter(athens).id
    there = play.hand_over(athens, hamburg, matter)
    with athens.database.reading() as work:
        [ground] = [each.id for each in work.grounds.of_matter(matter)]
    kept(play, tmp_path, "before")
    play.fed.clock.pass_(3600)
    play.hand_over(hamburg, athens, there)
    play.fed.clock.pass_(-3600)
    made_at = play.fed.clock.now
    athens = put_back(play.fed, athens.id, tmp_path / "gr-athens-before.db", restored=True, made_at=made_at)
    athens.consents.withdraw(ground, actor=play.first(athens))
    play.fed.settle()
    play.fed.clock.pass_(3600)
    athens.resync.tick()
    with athens.database.reading() as work:
        rounds = work.handovers.of_matter(matter)
        mine = [
            each for found in rounds for each in work.envelopes.of_handover(found.id) if not each.incoming
        ]
    said = [envelope.read(each.data).claimed for each in mine]
    assert [each.act for each in said if each.incarnation == 2][:1] == [Act.CONSENT_WITHDRAWN]
    assert [each.act for each in said if each.incarnation == 1 and each.iat > made_at][:1] == [Act.OPENED]
    check(play, (athens, matter), (hamburg, there))
