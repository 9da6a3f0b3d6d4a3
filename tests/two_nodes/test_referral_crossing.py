"""What crosses a referral, what a hold keeps, and what a hostile member makes of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from continuing import Case, judged
from federation import Federation, federation
from handover.application.facts import Handover
from handover.application.holds import Wanted as Hold
from handover.domain.continuity import WithdrawalScope
from handover.domain.courses import EndReason
from handover.domain.errors import NotFoundError, OutOfOrderError
from handover.domain.handover import Act, State
from handover.domain.ids import UUID7
from handover.domain.retention import HoldGround
from handover.node import Node
from handover.protocol.delivery import decode_delivery
from referring import at, case_of, prepared, referred, states

DAY = 86400


@pytest.fixture
def fed(tmp_path: Path) -> Iterator[tuple[Federation, list[Node]]]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as found:
        yield found


@pytest.fixture
def case(fed: tuple[Federation, list[Node]]) -> Case:
    return case_of(fed[0], fed[1][0])


def _kept(node: Node, handover: Handover, act: Act) -> bool:
    with node.database.reading() as work:
        for each in work.envelopes.of_handover(handover.id):
            if each.act is act:
                try:
                    work.envelopes.plaintext(each.digest)
                except NotFoundError:
                    return False
                return True
    return False


def _texts(node: Node, handover: Handover, case: Case) -> list[object]:
    lines = node.handovers.timeline(handover.id, actor=case.officer(node))
    return [each.text for each in lines if each.act is Act.ANSWER]


def _released(case: Case, to: Node) -> Handover:
    """Give a referral that was released and has not left."""
    node = case.path[-1]
    sent = prepared(case, to)
    return node.after.referring.release(sent.id, actor=case.officer(node, "second"))


def test_a_withdrawal_that_overtakes_the_referral_leaves_a_tombstone(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south = fed[1]
    sent = _released(case, south)
    carried = north.outbox.pack(south.id)
    north.consents.withdraw(UUID7(sent.ground or ""), actor=case.officer(north))
    fed[0].settle()
    assert states(case, north, south) == (State.ENDED, State.OVER)
    late = south.inbox.receive(decode_delivery(carried))
    assert [getattr(each, "name", None) for each in late.results] == ["round-closed"]
    assert not _kept(south, at(case, south, north), Act.REFERRAL)


def test_an_answer_that_crosses_the_end_is_taken(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south = fed[1]
    sent = referred(case, south)
    got, officer = at(case, south, north), case.officer(south)
    south.after.referrals.answer(got.id, text="The clinic.", actor=officer)
    north.after.referring.end(sent.id, text="Not needed.", actor=case.officer(north))
    north.outbox.deliver_due()  # the end comes first: what was shown is destroyed, the answer is still on its way
    assert at(case, south, north).state is State.OVER
    assert not _kept(south, got, Act.REFERRAL)
    assert _kept(south, got, Act.ANSWER)
    fed[0].settle()
    assert _texts(north, sent, case) == [{"text": "The clinic."}]
    assert not _kept(south, got, Act.ANSWER)
    assert judged(case, north, south).verdict == "valid"


def test_the_last_answer_outlives_the_end_until_it_is_there(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south = fed[1]
    sent = referred(case, south)
    got, officer = at(case, south, north), case.officer(south)
    south.after.referrals.answer(got.id, text="The clinic.", actor=officer)
    south.after.referrals.finish(got.id, reason=EndReason.DONE, text="Done.", actor=officer)
    assert (_kept(south, got, Act.REFERRAL), _kept(south, got, Act.ANSWER)) == (False, True)
    fed[0].settle()
    assert _texts(north, sent, case) == [{"text": "The clinic."}]
    assert not _kept(south, got, Act.ANSWER)


def test_a_question_after_the_end_is_refused(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south = fed[1]
    sent = referred(case, south)
    got = at(case, south, north)
    south.after.referrals.ask(got.id, text="Since when?", actor=case.officer(south))
    north.after.referring.end(sent.id, text="Not needed.", actor=case.officer(north))
    fed[0].settle()
    assert states(case, north, south) == (State.ENDED, State.OVER)
    assert at(case, north, south).question is None
    assert judged(case, north, south).verdict == "valid"


def test_both_end_at_once(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south = fed[1]
    sent = referred(case, south)
    got = at(case, south, north)
    north.after.referring.end(sent.id, text="Not needed.", actor=case.officer(north))
    south.after.referrals.finish(got.id, reason=EndReason.DONE, text="Done.", actor=case.officer(south))
    fed[0].settle()
    assert set(states(case, north, south)) <= {State.OVER, State.ENDED}
    assert judged(case, north, south).verdict == "valid"
    assert not north.outbox.due()
    assert not south.outbox.due()


def test_a_holder_that_is_down_past_the_deadline_is_overdue_and_put_before_people(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south = fed[1]
    referred(case, south, deadline=fed[0].clock.now + DAY)
    fed[0].wire.nodes.pop(south.id)
    for _ in range(3):
        fed[0].clock.pass_(DAY)
        fed[0].publish()
        north.clockwork.tick()
    sent = at(case, north, south)
    assert (sent.state, sent.alarm) == (State.ENDING, "end-overdue")
    assert north.worklist.get(sent.id, actor=case.officer(north)).overdue
    fed[0].wire.nodes[south.id] = south
    fed[0].publish()
    fed[0].clock.pass_(1200)
    fed[0].settle()
    assert states(case, north, south) in ((State.ENDED, State.OVER), (State.OVER, State.ENDED))
    assert at(case, north, south).alarm is None
    assert not _kept(south, at(case, south, north), Act.REFERRAL)


def _hold(fed: Federation, case: Case, node: Node, days: int) -> UUID7:
    second = case.officer(node, "second")
    wanted = Hold(
        ground=HoldGround.COURT_ORDER,
        reason="Order 12/26",
        until=fed.clock.now + days * DAY,
        second_officer=second.officer,
    )
    return node.holds.place(case.matter(node), wanted, actor=case.officer(node)).id


def test_a_hold_keeps_what_was_referred_unread_and_says_so(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south = fed[1]
    sent = referred(case, south)
    got = at(case, south, north)
    until = fed[0].clock.now + 20 * DAY
    hold = _hold(fed[0], case, south, days=20)
    north.after.referring.end(sent.id, text="Not needed.", actor=case.officer(north))
    fed[0].settle()
    assert states(case, north, south) == (State.ENDING, State.RETAINED)
    assert _kept(south, got, Act.REFERRAL)
    seen = north.after.referrals.get(sent.id, actor=case.officer(north))
    assert seen.held_until == until
    with pytest.raises(OutOfOrderError):
        south.after.referrals.open(got.id, actor=case.officer(south))
    assert judged(case, north, south).verdict == "incomplete"
    south.holds.lift(hold, actor=case.officer(south))
    fed[0].clock.pass_(60)
    fed[0].settle()
    assert set(states(case, north, south)) <= {State.ENDED, State.OVER}
    assert not _kept(south, got, Act.REFERRAL)
    assert judged(case, north, south).verdict == "valid"


def test_under_a_hold_the_deadline_ends_it_too(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south = fed[1]
    referred(case, south, deadline=fed[0].clock.now + DAY)
    _hold(fed[0], case, south, days=3)
    fed[0].clock.pass_(DAY + 60)
    fed[0].settle()
    assert states(case, north, south) == (State.ENDING, State.RETAINED)
    fed[0].clock.pass_(3 * DAY)
    fed[0].publish()
    fed[0].settle()
    assert set(states(case, north, south)) <= {State.ENDED, State.OVER}
    assert judged(case, north, south).verdict == "valid"


def test_a_withdrawal_at_the_receiver_ends_it(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south = fed[1]
    referred(case, south)
    got, officer = at(case, south, north), case.officer(south)
    with south.database.reading() as work:
        (shown,) = work.disclosures.of_matter(got.matter)
    south.after.holders.withdraw(
        shown.envelope, scope=WithdrawalScope.GROUND, text="I do not want it.", actor=officer
    )
    fed[0].settle()
    assert set(states(case, north, south)) <= {State.ENDED, State.OVER}
    assert at(case, north, south).reason == "consent-withdrawn"
    assert not _kept(south, got, Act.REFERRAL)


def test_the_ground_of_a_result_is_withdrawn_after_the_end(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south = fed[1]
    sent = referred(case, south)
    got, officer = at(case, south, north), case.officer(south)
    ground = cases.consent(
        fed[0], south, south.cases.matter(got.matter, actor=officer), to=north.id, actor=officer
    )
    south.after.referrals.answer(got.id, text="Asthma.", fields=("health.conditions",), actor=officer)
    south.after.referrals.finish(got.id, reason=EndReason.DONE, text="Done.", actor=officer)
    fed[0].settle()
    south.consents.withdraw(ground.id, actor=officer)
    fed[0].settle()
    with north.database.reading() as work:
        (demand,) = [each for each in work.demands.of_matter(case.matter(north)) if each.incoming]
    north.after.holders.erase(demand.envelope, actor=case.officer(north))
    fed[0].settle()
    assert not _kept(north, sent, Act.ANSWER)
    with south.database.reading() as work:
        (asked,) = work.demands.of_matter(got.matter)
    assert asked.answered is Act.ERASED
    assert judged(case, north, south).verdict == "valid"


def test_a_referral_is_open_while_the_matter_is_offered_and_declined(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south = fed[1]
    referred(case, south)
    cases.offer(
        fed[0], north, south.id, case.officer(north), case.officer(north, "second"),
        matter=north.cases.matter(case.matter(north), actor=case.officer(north)),
    )  # fmt: skip
    fed[0].settle()
    with south.database.reading() as work:
        (offered,) = work.handovers.page(after="", limit=10)
    assert offered.matter == case.matter(south)
    south.handovers.decline(offered.id, code="no-capacity", text="No.", actor=case.officer(south))
    fed[0].settle()
    assert states(case, north, south) == (State.REFERRED, State.SERVING)
    south.after.referrals.open(at(case, south, north).id, actor=case.officer(south))


def test_the_desk_of_handovers_does_not_know_a_referral(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south = fed[1]
    sent = referred(case, south)
    got, officer = at(case, south, north), case.officer(south)
    for act in (
        lambda: south.handovers.open(got.id, actor=officer),
        lambda: south.handovers.ask(got.id, text="?", actor=officer),
        lambda: south.handovers.decline(got.id, code="other", text="No.", actor=officer),
        lambda: north.offers.withdraw(sent.id, actor=case.officer(north)),
    ):
        with pytest.raises(OutOfOrderError):
            act()


def test_the_desk_of_referrals_does_not_know_a_handover(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south = fed[1]
    handed = case.hand_over(south)
    with pytest.raises(NotFoundError):
        north.after.referrals.get(handed.id, actor=case.officer(north))
    with pytest.raises(NotFoundError):
        north.after.referring.end(handed.id, text="No.", actor=case.officer(north))
