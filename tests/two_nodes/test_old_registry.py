"""A node whose registry is old loses no case for it: who signed the earlier deeds may be listed in a newer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from continuing import Case, handed_over
from federation import Federation, federation
from handover.domain.handover import Claim, State
from handover.domain.ids import HandoverId
from handover.node import Node
from handover.protocol.node_key import KeyUse
from two_nodes import rotation
from two_nodes.scene import alarms_of


@pytest.fixture
def three(tmp_path: Path) -> Iterator[tuple[Federation, list[Node]]]:
    with federation(tmp_path, "gr/athens", "de/hamburg", "fr/lyon") as made:
        yield made


def offered(fed: Federation, athens: Node, hamburg: Node, lyon: Node, use: KeyUse) -> tuple[Case, HandoverId]:
    """Offer Lyon a case whose first deed, or whose receipt, is signed with a key that Lyon's registry does not list."""
    fed.clock.pass_(1)
    (athens if use is KeyUse.SIG else hamburg).vault.add_keys(use, begins=fed.clock.now)
    del fed.wire.nodes[lyon.id]
    rotation.republish(fed, athens if use is KeyUse.SIG else hamburg)
    fed.wire.nodes[lyon.id] = lyon
    case = handed_over(fed, athens, hamburg)
    first, second = case.officer(hamburg), case.officer(hamburg, "second")
    matter = hamburg.cases.matter(case.matter(hamburg), actor=first)
    sent = cases.offer(fed, hamburg, lyon.id, first, second, matter=matter)
    fed.settle()
    return case, sent.id


def queued(node: Node, round_: HandoverId) -> tuple[str | None, bool]:
    """Give what the offer was refused for, and whether it is said again."""
    with node.database.reading() as work:
        [offer] = work.queue.of_handover(round_).values()
    return offer.problem, offer.due > 0


def test_an_offer_is_said_again_until_the_receiver_knows_the_keys_of_its_chain(
    three: tuple[Federation, list[Node]],
) -> None:
    fed, [athens, hamburg, lyon] = three
    case, sent = offered(fed, athens, hamburg, lyon, KeyUse.SIG)
    assert queued(hamburg, sent) == ("chain-unlisted", True)
    assert [*alarms_of(hamburg), *alarms_of(lyon)] == []
    fed.refresh(lyon)
    fed.clock.pass_(1000)
    fed.settle()
    got = case.round(lyon, hamburg)
    assert got.state is State.PENDING
    lyon.handovers.open(got.id, actor=case.officer(lyon))
    lyon.handovers.accept(
        got.id,
        responsible={"name": "A", "organisation": "B", "contact": "C"},
        plan="Met at the station.",
        actor=case.officer(lyon),
    )
    fed.settle()
    hamburg.offers.countersign(sent, actor=case.officer(hamburg))
    fed.settle()
    with lyon.database.reading() as work:
        assert work.matters.get(got.matter).claim is Claim.HOLDER


def test_after_a_day_it_is_a_refusal_and_people_are_told(three: tuple[Federation, list[Node]]) -> None:
    fed, [athens, hamburg, lyon] = three
    _, sent = offered(fed, athens, hamburg, lyon, KeyUse.LOG)
    fed.clock.pass_(86_400)
    fed.settle()
    assert queued(hamburg, sent) == ("chain-unlisted", False)
    assert [each.kind for each in alarms_of(hamburg)] == ["refused"]
