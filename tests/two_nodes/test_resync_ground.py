"""What a restored node is given once more is what it may be shown today: asking is no way around a ground."""

from pathlib import Path

import cases
from federation import federation
from handover.domain.handover import Act
from handover.protocol import envelope as envelopes
from handover.protocol.resync import Answer
from two_nodes import rotation
from two_nodes.resyncing import played
from two_nodes.test_resync import ACCEPTED, asked
from two_nodes.test_showing_mandate import lose_mandate


def shown(given: Answer) -> dict[Act, bool]:
    """Give, for each act that was returned, whether what it shows came with it."""
    items = [item for each in given.rounds for item in each.items]
    return {envelopes.read(item.envelope).claimed.act: item.payload is not None for item in items}


def test_who_is_suspended_is_not_given_an_offer_that_never_came(tmp_path: Path) -> None:
    """Whoever asks has its keys, and may be whom it was suspended for: a record is not shown again either."""
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        first, second = fed.officer(athens, "first"), fed.officer(athens, "second")
        there = cases.offer(fed, athens, hamburg.id, first, second)
        fed.settle()
        cases.offer(fed, athens, hamburg.id, first, second)
        assert shown(asked(hamburg, athens)) == {Act.OFFER: True}
        rotation.suspend(fed, hamburg)
        fed.settle()
        [given] = asked(hamburg, athens).rounds
        assert given.round == there.round
        assert shown(asked(hamburg, athens)) == {Act.OFFER: False}  # that it was made is no secret


def test_who_has_lost_the_mandate_is_shown_nothing_again(tmp_path: Path) -> None:
    with played(tmp_path, "offer", "A>B") as play:
        athens, hamburg = play.node("A"), play.node("B")
        assert shown(asked(hamburg, athens))[Act.OFFER]
        lose_mandate(play.fed, hamburg)
        assert not shown(asked(hamburg, athens))[Act.OFFER]


def test_what_has_lost_its_ground_is_not_given_again(tmp_path: Path) -> None:
    """The answer never left: its ground went before it could."""
    with played(tmp_path, "offer", "A>B") as play:
        athens, hamburg, found = play.node("A"), play.node("B"), play.round("B")
        assert found is not None
        hamburg.handovers.ask(found.id, text="Who meets her?", actor=play.fed.officer(hamburg, "first"))
        play.play("accept", "B>A", "countersign")
        actor = play.fed.officer(athens, "first")
        athens.handovers.answer(play.sent.id, text="Her aunt.", actor=actor)
        assert shown(asked(hamburg, athens)) | {Act.OFFER: True, Act.ANSWER: True} == shown(
            asked(hamburg, athens)
        )
        assert play.sent.ground is not None
        athens.consents.withdraw(play.sent.ground, actor=actor)
        given = shown(asked(hamburg, athens))
        assert (given[Act.OFFER], given[Act.ANSWER]) == (False, False)
        assert given[Act.DEED]


def test_who_is_in_doubt_itself_shows_nothing_again(tmp_path: Path) -> None:
    """Its ground may have been withdrawn on the days that were lost."""
    with played(tmp_path, *ACCEPTED, "countersign") as play:
        play.restore("A", len(play.kept) - 1)
        assert play.doubts("A")
        given = shown(asked(play.node("B"), play.node("A")))
        assert (given[Act.OFFER], Act.DEED in given) == (False, True)
