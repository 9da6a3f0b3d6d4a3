"""A withdrawal whose way leads to somebody who cannot be reached any more is taken, kept, and put before a person."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from continuing import Case, handed_over
from federation import Federation, federation
from handover.application.demands import LOST
from handover.domain.continuity import WithdrawalScope
from handover.domain.handover import Act
from handover.node import Node
from handover.protocol.node_key import KeyUse
from two_nodes import rotation
from two_nodes.scene import alarms_of
from two_nodes.test_withdrawal import withdraw_first_ground
from two_nodes.test_withdrawal_crossing import faults, go_on


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with federation(tmp_path, "gr/athens", "it/rome", "de/hamburg", "fr/lyon") as (fed, nodes):
        yield handed_over(fed, *nodes)


def compromised(fed: Federation, node: Node, *uses: KeyUse) -> None:
    """Let every key of a node be in other hands, or those of some uses."""
    for key in node.registry.entry(node.id, fed.clock.now).keys:
        if key.use in (uses or (KeyUse.SIG, KeyUse.SEAL)):
            fed.ceremony.mark_compromised(node.id, key.kid, since=fed.clock.now, now=fed.clock.now)
    fed.publish()


def struck_off(fed: Federation, node: Node) -> None:
    """Let a node leave the registry, and be switched off."""
    page = fed.ceremony._drafts.country(node.id.country, fed.clock.now)
    del page.signed.targets[f"{node.id}.json"]
    fed.ceremony._drafts.keep(node.id.country, page)
    fed.wire.down.add(node.id)
    fed.publish()


LOSSES = pytest.mark.parametrize("lose", [compromised, struck_off])


def lost(node: Node) -> list[str]:
    return [str(each.peer) for each in alarms_of(node) if each.kind == LOST]


@LOSSES
def test_a_withdrawal_is_taken_although_the_next_holder_cannot_be_reached_any_more(
    case: Case, lose: object
) -> None:
    athens, rome, hamburg, _ = case.path
    lose(case.fed, hamburg)  # type: ignore[operator]
    withdraw_first_ground(case)
    go_on(case.fed)
    assert [(each.incoming, each.peer) for each in case.demands(rome)] == [
        (True, athens.id),
        (False, hamburg.id),
    ]
    rome.after.holders.erase(case.demands(rome)[0].envelope, actor=case.officer(rome))
    go_on(case.fed)
    [asked] = case.demands(athens)
    assert asked.answered is Act.ERASED
    assert faults(rome) == faults(athens) == []


@LOSSES
def test_what_cannot_reach_a_holder_stays_demanded_and_is_put_before_officers(
    case: Case, lose: object
) -> None:
    _, rome, hamburg, _ = case.path
    lose(case.fed, hamburg)  # type: ignore[operator]
    withdraw_first_ground(case)
    go_on(case.fed)
    kept = [each for each in case.demands(rome) if not each.incoming]
    assert [(each.peer, each.open) for each in kept] == [(hamburg.id, True)]
    assert lost(rome) == [hamburg.id]
    asked = rome.after.holders.demands(case.matter(rome), actor=case.officer(rome))
    assert hamburg.id in [each.demand.peer for each in asked]


@LOSSES
def test_who_cannot_be_reached_keeps_nothing_from_those_who_can(case: Case, lose: object) -> None:
    athens, rome, hamburg, lyon = case.path
    lose(case.fed, rome)  # type: ignore[operator]
    [shown] = [each for each in case.shown(hamburg) if not each.incoming]
    hamburg.after.holders.withdraw(
        shown.envelope, scope=WithdrawalScope.MATTER, text="", actor=case.officer(hamburg)
    )
    go_on(case.fed)
    assert [each.incoming for each in case.demands(lyon)] == [True]
    assert {each.peer for each in case.demands(hamburg)} == {rome.id, lyon.id}
    assert lost(hamburg) == [rome.id]
    assert case.demands(athens) == []


def test_what_became_unreachable_after_it_was_said_is_put_before_officers(case: Case) -> None:
    _, rome, hamburg, _ = case.path
    case.fed.wire.down.add(hamburg.id)
    withdraw_first_ground(case)
    assert lost(rome) == []
    struck_off(case.fed, hamburg)
    go_on(case.fed)
    assert lost(rome) == [hamburg.id]


def test_who_has_new_keys_again_hears_what_was_kept_for_it(case: Case) -> None:
    _, rome, hamburg, _ = case.path
    compromised(case.fed, hamburg, KeyUse.SEAL)
    withdraw_first_ground(case)
    assert [each for each in case.demands(hamburg) if each.incoming] == []
    assert lost(rome) == [hamburg.id]
    rotation.new_sealing_key(case.fed, hamburg)
    go_on(case.fed)
    assert [each.incoming for each in case.demands(hamburg)] == [True, False]
    assert rome.id in [each.peer for each in case.demands(hamburg)]
