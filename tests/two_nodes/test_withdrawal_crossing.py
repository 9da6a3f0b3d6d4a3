"""A withdrawal that crosses what else is said, or comes to who cannot be reached, is neither lost nor a fault."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

import cases
from continuing import RESPONSIBLE, Case, handed_over, judged
from federation import Federation, federation
from handover.application.verifier_report import Rule, Verdict
from handover.domain.consent import GroundWithdrawnError
from handover.domain.continuity import FOLLOW_UP_FIELDS, FollowUpState, HoldReason, WithdrawalScope
from handover.domain.errors import OutOfOrderError
from handover.domain.handover import Act, State
from handover.domain.ids import Digest
from handover.node import Node
from handover.protocol import envelope as envelopes
from handover.protocol.delivery import Problem, decode_delivery
from handover.protocol.message import Message
from peer import Peer, Round, deliver
from two_nodes import rotation
from two_nodes.scene import alarms_of
from two_nodes.test_withdrawal import DAY, withdraw_first_ground


@pytest.fixture
def three(tmp_path: Path) -> Iterator[tuple[Federation, Node, Node, Node]]:
    with federation(tmp_path, "gr/athens", "it/rome", "de/hamburg") as (fed, [athens, rome, hamburg]):
        yield fed, athens, rome, hamburg


def offered_on(case: Case, to: Node) -> None:
    """Let who is responsible offer the case to another."""
    node = case.path[-1]
    first, second = (case.officer(node, name) for name in ("first", "second"))
    matter = node.cases.matter(case.matter(node), actor=first)
    cases.offer(case.fed, node, to.id, first, second, matter=matter)


def told(case: Case) -> Digest:
    """Let who has taken over tell the one before how the child is, under a consent of its own."""
    sender, receiver = case.path[-2:]
    actor = case.officer(receiver)
    matter = receiver.cases.matter(case.matter(receiver), actor=actor)
    cases.consent(case.fed, receiver, matter, to=sender.id, actor=actor, fields=FOLLOW_UP_FIELDS)
    return receiver.after.follow_ups.tell(
        case.round(receiver, sender).id,
        due=7,
        date="2026-12-01",
        state=FollowUpState.WELL,
        text="She goes to school.",
        actor=actor,
    )


def faults(node: Node) -> list[str]:
    return [each.kind for each in alarms_of(node) if each.kind in ("fault", "refused")]


def go_on(fed: Federation, seconds: int = 901) -> None:
    for _ in range(3):
        fed.clock.pass_(seconds)
        fed.settle()


def mouth(case: Case, own: Node, to: Node) -> Round:
    """Give what speaks with a node's keys in the round that it has with another, from where it is."""
    handover = case.round(own, to)
    return replace(Peer(own, to).answering(handover), seq=handover.seq, last=handover.last)


def test_what_was_offered_on_and_is_not_taken_over_is_voided_when_what_it_came_from_is_withdrawn(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, hamburg = three
    case = handed_over(fed, athens, rome)
    offered_on(case, hamburg)
    fed.settle()
    withdraw_first_ground(case)
    assert case.round(rome, hamburg).state is State.VOIDED
    assert case.round(hamburg, rome).state is State.CLOSED


def test_an_acceptance_that_crosses_a_withdrawal_brings_no_deed(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, hamburg = three
    case = handed_over(fed, athens, rome)
    offered_on(case, hamburg)
    fed.settle()
    got, actor = case.round(hamburg, rome), case.officer(hamburg)
    hamburg.handovers.open(got.id, actor=actor)
    hamburg.handovers.accept(got.id, responsible=RESPONSIBLE, plan="Met.", actor=actor)
    rome_heard = case.round(rome, hamburg)
    withdraw_first_ground(case)
    assert rome_heard.state is State.OFFERED
    assert case.round(rome, hamburg).state is State.VOIDED


def test_a_withdrawal_is_written_down_and_sent_although_the_holder_has_no_living_sealing_key(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    fed.clock.pass_(60 * DAY)  # it was down, and its sealing keys ended
    fed.publish()
    withdraw_first_ground(case)
    rotation.new_sealing_key(fed, rome)
    go_on(fed)
    assert [each.act for each in case.demands(rome)] == [Act.CONSENT_WITHDRAWN]
    assert faults(rome) == faults(athens) == []


def test_a_withdrawal_is_taken_although_a_holder_further_on_has_no_living_sealing_key(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, hamburg = three
    case = handed_over(*three)
    fed.clock.pass_(60 * DAY)
    for node in (athens, rome):
        rotation.new_sealing_key(fed, node)
    withdraw_first_ground(case)
    assert [each.incoming for each in case.demands(rome)] == [True, False]
    rotation.new_sealing_key(fed, hamburg)
    go_on(fed)
    assert [each.incoming for each in case.demands(hamburg)] == [True]


def test_what_is_withdrawn_while_it_waits_does_not_leave_and_its_withdrawal_is_answered(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    fed.wire.down.add(athens.id)
    shown = told(case)
    ground = rome.consents.of_matter(case.matter(rome), actor=case.officer(rome))[-1]
    rome.consents.withdraw(ground.id, actor=case.officer(rome))
    fed.wire.down.clear()
    go_on(fed)
    [said] = case.demands(rome)
    assert (said.about, said.answered) == (shown, Act.ERASED)
    assert faults(rome) == faults(athens) == []
    assert [each.act for each in case.shown(athens)] == [Act.OFFER]


def test_what_rests_on_something_withdrawn_does_not_leave_although_its_own_ground_stands(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, _, rome, hamburg = three
    case = handed_over(*three)
    fed.wire.down.add(rome.id)
    told(case)
    fed.settle()
    [shown] = [each for each in case.shown(hamburg) if each.incoming]
    with hamburg.database.begin() as work:  # as it is where a peer has withdrawn what came before
        for each in work.disclosures.of_matter(case.matter(hamburg)):
            work.disclosures.change(replace(each, withdrawn_at=fed.clock.now))
    fed.wire.down.clear()
    go_on(fed)
    assert shown.act is Act.OFFER
    assert Act.FOLLOW_UP not in [each.act for each in case.shown(rome)]


def test_what_was_withdrawn_before_it_came_is_refused_when_it_comes_late(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    fed.wire.down.add(athens.id)
    told(case)
    packed = rome.outbox.pack(athens.id)
    ground = rome.consents.of_matter(case.matter(rome), actor=case.officer(rome))[-1]
    rome.consents.withdraw(ground.id, actor=case.officer(rome))
    fed.wire.down.clear()
    go_on(fed)
    [result] = athens.inbox.receive(decode_delivery(packed)).results
    assert isinstance(result, Problem)
    assert result.name == GroundWithdrawnError.name


@pytest.mark.parametrize("first_came", [False, True])
def test_a_withdrawal_that_was_signed_anew_is_answered_under_either_name(
    three: tuple[Federation, Node, Node, Node], first_came: bool
) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    fed.wire.down.add(rome.id)
    withdraw_first_ground(case)
    packed = athens.outbox.pack(rome.id)
    if first_came:
        rome.inbox.receive(decode_delivery(packed))
    again(case, athens, Act.CONSENT_WITHDRAWN)
    fed.wire.down.clear()
    go_on(fed)
    rome.after.holders.hold(
        case.demands(rome)[0].envelope,
        reason=HoldReason.RESPONSIBLE,
        text="Guardian.",
        until=fed.clock.now + DAY,
        actor=case.officer(rome),
    )
    go_on(fed, 61)
    assert len(case.demands(rome)) == 1
    assert [each.answered for each in case.demands(athens)] == [Act.LEGAL_HOLD]
    assert faults(athens) == faults(rome) == []
    report = judged(case, athens, rome)
    assert report.verdict is Verdict.VALID, report.findings
    assert not [each for each in report.findings if each.rule is Rule.DEMAND]


def again(case: Case, node: Node, act: Act) -> None:
    """Let a node say something anew in other bytes, as after a restore."""
    with node.database.begin() as work:
        for round_ in work.handovers.of_matter(case.matter(node)):
            for kept in work.envelopes.of_handover(round_.id):
                if kept.act is act and not kept.incoming:
                    node.outbox._reissuer.reissue(work, kept, standing=False)


def test_what_was_shown_and_signed_anew_is_withdrawn_under_either_name(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    first = told(case)
    fed.settle()
    again(case, rome, Act.FOLLOW_UP)
    fed.settle()
    shown = [each for each in case.shown(athens) if each.act is Act.FOLLOW_UP]
    assert len(shown) == 1
    actor = case.officer(athens)
    athens.after.holders.withdraw(first, scope=WithdrawalScope.GROUND, text="", actor=actor)
    go_on(fed)
    assert faults(athens) == faults(rome) == []
    [asked] = case.demands(rome)
    rome.after.holders.erase(asked.envelope, actor=case.officer(rome))
    with rome.database.reading() as work:
        kept = work.envelopes.of_handover(case.round(rome, athens).id)
        owners = [each.owner for each in kept if each.act is Act.FOLLOW_UP]
    assert len(owners) == 2
    assert living(rome, owners) == []


def living(node: Node, owners: list[str]) -> list[str]:
    """Give those of *owners* whose data keys still live."""
    with node.database.engine.connect() as connection:
        rows = connection.execute(text("SELECT owner FROM data_key")).all()
    return [each.owner for each in rows if each.owner in owners]


def test_a_message_that_replaces_one_of_another_kind_is_refused(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    speaker = mouth(case, rome, athens)
    [offer] = case.shown(rome)
    with rome.database.reading() as work:
        kept = work.envelopes.of_handover(case.round(rome, athens).id)
    token = next(envelopes.read(each.data).claimed.consent for each in kept if each.act is Act.OFFER)
    acceptance = next(each.digest for each in kept if each.act is Act.ACCEPTANCE)
    content = Message(nonce=bytes(32), body={"scope": "ground", "text": ""})
    item = speaker.say(
        Act.CONSENT_WITHDRAWN, content=content, re=offer.envelope, consent=token, replaces=acceptance
    )
    [result] = deliver(athens, item).results
    assert isinstance(result, Problem)
    assert result.name == "mismatch"


def test_a_withdrawal_is_said_once_about_each_thing_shown(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    speaker = mouth(case, rome, athens)
    [offer] = case.shown(rome)
    with rome.database.reading() as work:
        token = envelopes.read(work.envelopes.get(offer.envelope).data).claimed.consent
    content = Message(nonce=bytes(32), body={"scope": "ground", "text": ""})
    results = [
        deliver(
            athens, speaker.say(Act.CONSENT_WITHDRAWN, content=content, re=offer.envelope, consent=token)
        ).results[0]
        for _ in range(3)
    ]
    assert [isinstance(each, Problem) for each in results] == [False, True, True]
    assert len(case.demands(athens)) == 1


def test_what_was_offered_and_not_taken_over_is_declined_not_withdrawn(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, _ = three
    case = Case(fed, [athens], {})
    sent = cases.offer(fed, athens, rome.id, case.officer(athens), case.officer(athens, "second"))
    fed.settle()
    got = case.round(rome, athens)
    assert got.offer is not None
    with pytest.raises(OutOfOrderError):
        rome.after.holders.withdraw(
            got.offer, scope=WithdrawalScope.GROUND, text="No.", actor=case.officer(rome)
        )
    with rome.database.reading() as work:
        assert work.disclosures.get(got.offer).withdrawn_at is None
    assert sent.state is State.OFFERED


def test_who_says_that_everything_is_withdrawn_ends_the_consents_of_every_holder(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    _, _, rome, hamburg = three
    case = handed_over(*three)
    withdraw_first_ground(case, WithdrawalScope.MATTER)
    for node in (rome, hamburg):
        actor = case.officer(node)
        grounds = node.consents.of_matter(case.matter(node), actor=actor)
        assert all(each.ground.withdrawn_at is not None for each in grounds), node.id


def test_who_has_erased_a_follow_up_may_still_offer_the_case(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, hamburg = three
    case = handed_over(fed, athens, rome)
    told(case)
    fed.settle()
    actor = case.officer(athens)
    shown = next(each for each in case.shown(athens) if each.act is Act.FOLLOW_UP)
    athens.after.holders.withdraw(shown.envelope, scope=WithdrawalScope.GROUND, text="", actor=actor)
    fed.settle()
    [asked] = case.demands(rome)
    rome.after.holders.erase(asked.envelope, actor=case.officer(rome))
    fed.settle()
    case.hand_over(hamburg)
    report = judged(case, athens, rome, hamburg)
    assert report.verdict is Verdict.VALID, [each for each in report.findings if each.severity != "note"]
