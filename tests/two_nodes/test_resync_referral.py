"""A referral that a restored node has forgotten comes back as it is, with its time, its end, and what was shown."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from continuing import Case
from federation import Federation, federation
from handover.domain.consent import Basis
from handover.domain.continuity import WithdrawalScope
from handover.domain.courses import EndReason
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act, State
from handover.domain.ids import Digest
from handover.node import Node
from referring import FIELDS, at, case_of, referred, states
from two_nodes.restores import Again, settle

ATHENS, HAMBURG = "gr/athens", "de/hamburg"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Federation, Node, Node, Case]]:
    with federation(tmp_path, ATHENS, HAMBURG) as (fed, [athens, hamburg]):
        yield fed, athens, hamburg, case_of(fed, athens)


def finish(case: Case, node: Node, other: Node) -> None:
    """Let the office that was asked say that it is done."""
    found = at(case, node, other)
    node.after.referrals.finish(found.id, reason=EndReason.DONE, text="Seen.", actor=case.officer(node))
    case.fed.settle()


def gone(node: Node, digest: Digest | None) -> bool:
    """Tell whether what was referred is not here any more."""
    assert digest is not None
    with node.database.reading() as work:
        try:
            work.envelopes.plaintext(digest)
        except NotFoundError:
            return True
    return False


@pytest.mark.parametrize("ended", [False, True])
def test_who_has_referred_knows_it_again_and_whom_it_has_shown_what(
    two: tuple[Federation, Node, Node, Case], tmp_path: Path, *, ended: bool
) -> None:
    fed, athens, hamburg, case = two
    again = Again(fed, athens, tmp_path)
    sent = referred(case, hamburg)
    if ended:
        finish(case, hamburg, athens)
    athens = case.path[0] = again.restored()
    settle(fed, athens)
    found = at(case, athens, hamburg)
    assert (found.round, found.matter, found.deadline) == (sent.round, sent.matter, sent.deadline)
    [shown] = case.shown(athens)
    assert (shown.act, shown.peer, set(shown.fields)) == (Act.REFERRAL, hamburg.id, set(FIELDS))
    assert (shown.basis, shown.ground) == (Basis.CONSENT, None)  # the ground was recorded since, too
    if not ended:
        assert states(case, athens, hamburg) == (State.REFERRED, State.SERVING)
        athens.after.referring.end(found.id, text="Enough.", actor=case.officer(athens))
        fed.settle()
    assert states(case, athens, hamburg) in ((State.ENDED, State.OVER), (State.OVER, State.ENDED))
    assert gone(hamburg, at(case, hamburg, athens).offer)


def test_a_referral_in_the_backup_that_has_ended_since_is_over(
    two: tuple[Federation, Node, Node, Case], tmp_path: Path
) -> None:
    fed, athens, hamburg, case = two
    referred(case, hamburg)
    kept = Again(fed, hamburg, tmp_path)
    finish(case, hamburg, athens)
    assert states(case, athens, hamburg) == (State.OVER, State.ENDED)
    hamburg = kept.restored()
    settle(fed, hamburg)
    assert states(case, athens, hamburg) == (State.OVER, State.ENDED)
    assert gone(hamburg, at(case, hamburg, athens).offer)


def test_who_was_shown_something_and_has_forgotten_it_serves_again_and_destroys_it_in_time(
    two: tuple[Federation, Node, Node, Case], tmp_path: Path
) -> None:
    fed, athens, hamburg, case = two
    again = Again(fed, hamburg, tmp_path)
    sent = referred(case, hamburg)
    hamburg = again.restored()
    settle(fed, hamburg)
    got = at(case, hamburg, athens)
    assert (got.state, got.deadline) == (State.SERVING, sent.deadline)
    record = hamburg.after.referrals.open(got.id, actor=case.officer(hamburg))
    assert record is not None
    with hamburg.database.reading() as work:
        [shown] = work.disclosures.of_matter(got.matter)
    assert shown.incoming
    fed.clock.now = sent.deadline + 1
    for node in (hamburg, athens):
        node.clockwork.tick()
    fed.settle()
    assert {*states(case, athens, hamburg)} <= {State.ENDED, State.OVER}
    assert gone(hamburg, got.offer)


def test_what_was_shown_and_forgotten_is_withdrawn_where_its_ground_is(
    two: tuple[Federation, Node, Node, Case], tmp_path: Path
) -> None:
    fed, athens, hamburg, case = two
    first = referred(case, hamburg)
    assert first.ground is not None
    ground = first.ground
    again = Again(fed, athens, tmp_path)
    prepared = athens.after.referring.again(first.id, deadline=None, actor=case.officer(athens))
    athens.after.referring.release(prepared.id, actor=case.officer(athens, "second"))
    fed.settle()
    fed.wire.down = {hamburg.id}
    athens.consents.withdraw(ground, scope=WithdrawalScope.GROUND, actor=case.officer(athens))
    athens = case.path[0] = again.restored()
    fed.wire.down = set()
    settle(fed, athens)
    assert [(each.ground, each.withdrawn_at is not None) for each in case.shown(athens)] == [
        (ground, True)
    ] * 2
    with hamburg.database.reading() as work:
        found = work.handovers.page(after="", limit=9, course=first.course)
    assert {each.state for each in found} == {State.OVER}
