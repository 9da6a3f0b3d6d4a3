"""Section "one handover" of the specification, end to end: real keys, databases and registry on both sides."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import cases
from federation import Federation, federation
from handover.application import documents
from handover.application.facts import Actor, Delivery, Handover, OfficerRole
from handover.application.permissions import ForbiddenError, SameOfficerError
from handover.application.registry import NodeSuspendedError
from handover.domain.consent import GroundError, GroundWithdrawnError
from handover.domain.errors import OutOfOrderError
from handover.domain.handover import (
    Act,
    Claim,
    DeedStandsError,
    NotResponsibleError,
    Role,
    State,
)
from handover.domain.ids import HandoverId
from handover.domain.record import MatterKind
from handover.node import Node
from handover.protocol import envelope

RESPONSIBLE = {"name": "Anna Muster", "organisation": "Jugendamt", "contact": "+49 40 000"}


@dataclass
class Pair:
    """Two nodes with two officers at the first and one at the second."""

    fed: Federation
    north: Node
    south: Node

    def __post_init__(self) -> None:
        self.first = self.fed.officer(self.north, "first")
        self.second = self.fed.officer(self.north, "second")
        self.other = self.fed.officer(self.south, "other")

    def offer(self, **options: object) -> tuple[Handover, Handover]:
        """Give a round at both ends, the offer delivered."""
        sent = cases.offer(self.fed, self.north, self.south.id, self.first, self.second, **options)  # type: ignore[arg-type]
        self.fed.settle()
        return sent, self.at(self.south, sent)

    def at(self, node: Node, handover: Handover) -> Handover:
        with node.database.reading() as work:
            if node.id == handover.peer:
                peer = self.north.id if node is self.south else self.south.id
                return work.handovers.find(peer, [handover.round])[handover.round]
            return work.handovers.get(handover.id)

    def states(self, sent: Handover, got: Handover) -> tuple[State, State]:
        with self.north.database.reading() as north, self.south.database.reading() as south:
            return north.handovers.get(sent.id).state, south.handovers.get(got.id).state

    def claims(self, sent: Handover, got: Handover) -> tuple[Claim, Claim]:
        with self.north.database.reading() as north, self.south.database.reading() as south:
            return north.matters.get(sent.matter).claim, south.matters.get(got.matter).claim

    def accept(self, got: Handover) -> None:
        self.south.handovers.open(got.id, actor=self.other)
        self.south.handovers.accept(
            got.id, responsible=RESPONSIBLE, plan="Met at the station.", actor=self.other
        )
        self.fed.settle()

    def take_up(self, sent: Handover, got: Handover) -> None:
        self.accept(got)
        self.north.offers.countersign(sent.id, actor=self.first)
        self.fed.settle()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        yield Pair(fed, north, south)


def acts(node: Node, handover: HandoverId, actor: Actor) -> list[Act]:
    return [line.act for line in node.handovers.timeline(handover, actor=actor)]


def test_responsibility_passes_by_the_deed_and_the_take_up(pair: Pair) -> None:
    sent, got = pair.offer()
    assert pair.states(sent, got) == (State.OFFERED, State.PENDING)
    assert pair.claims(sent, got) == (Claim.HOLDER, Claim.NONE)
    pair.accept(got)
    assert pair.states(sent, got) == (State.ACCEPTED, State.BOUND)
    pair.north.offers.countersign(sent.id, actor=pair.first)
    assert pair.claims(sent, got) == (Claim.RELIEVING, Claim.NONE)
    pair.fed.settle()
    assert pair.states(sent, got) == (State.TRANSFERRED, State.HOLDING)
    assert pair.claims(sent, got) == (Claim.NONE, Claim.HOLDER)
    with pair.north.database.reading() as work:
        said = [envelope.read(each.data).claimed for each in work.envelopes.of_handover(sent.id)]
    signed = {each.act: each.by.role for each in said if each.by is not None}
    assert signed == dict.fromkeys(
        (Act.OFFER, Act.OPENED, Act.ACCEPTANCE, Act.DEED), "liaison"
    )  # of six roles


def test_the_receiver_reads_exactly_what_was_granted(pair: Pair) -> None:
    sent, got = pair.offer(fields=cases.NEEDED)
    values = pair.south.handovers.open(got.id, actor=pair.other)
    assert values.keys() == set(sent.fields)
    assert values["identity.names"] == cases.NAMES
    assert "health.urgent_needs" not in values


def test_the_record_becomes_the_receivers_own(pair: Pair) -> None:
    sent, got = pair.offer()
    pair.take_up(sent, got)
    kept, record = pair.south.cases.read(got.matter, actor=pair.other)
    assert kept.source == "handover from gr/athens"
    assert record.values["identity.names"] == cases.NAMES


def test_what_was_withheld_is_neither_unknown_nor_empty_in_the_receivers_record(pair: Pair) -> None:
    sent, got = pair.offer(fields=cases.NEEDED)
    pair.take_up(sent, got)
    kept, record = pair.south.cases.read(got.matter, actor=pair.other)
    withheld = documents.withheld(kept.document, record.schema)
    assert set(withheld) == {field.path for field in record.schema.fields} - set(sent.fields)


def test_officers_on_both_sides_talk_while_it_runs(pair: Pair) -> None:
    sent, got = pair.offer()
    pair.south.handovers.open(got.id, actor=pair.other)
    pair.south.handovers.ask(got.id, text="Any allergies?", actor=pair.other)
    pair.fed.settle()
    pair.north.handovers.answer(sent.id, text="None known.", actor=pair.first)
    pair.fed.settle()
    lines = pair.south.handovers.timeline(got.id, actor=pair.other)
    assert [line.act for line in lines] == [Act.OFFER, Act.OPENED, Act.QUESTION, Act.ANSWER]
    assert lines[-1].text == {"text": "None known."}


def test_arrival_is_confirmed_and_non_arrival_raises_an_alarm_at_both(pair: Pair) -> None:
    sent, got = pair.offer()
    pair.take_up(sent, got)
    pair.south.handovers.non_arrival(got.id, date="2026-11-22", text="Not on the train.", actor=pair.other)
    pair.fed.settle()
    for node in (pair.north, pair.south):
        with node.database.reading() as work:
            assert [alarm.kind for alarm in work.alarms.all()] == ["non-arrival"]
    pair.south.handovers.arrival(got.id, date="2026-11-23", text="", actor=pair.other)
    pair.fed.settle()
    assert pair.at(pair.north, sent).arrived_at is not None


def test_a_decline_ends_the_round_and_erases_at_the_receiver(pair: Pair) -> None:
    sent, got = pair.offer()
    pair.south.handovers.decline(got.id, code="no-capacity", text="Full.", actor=pair.other)
    pair.fed.settle()
    assert pair.states(sent, got) == (State.VOIDED, State.CLOSED)
    assert pair.claims(sent, got) == (Claim.HOLDER, Claim.NONE)
    with pytest.raises(OutOfOrderError):
        pair.south.handovers.open(got.id, actor=pair.other)


def test_who_prepares_cannot_release_and_who_released_cannot_countersign(pair: Pair) -> None:
    with pytest.raises(SameOfficerError):
        cases.offer(pair.fed, pair.north, "de/hamburg", pair.first, pair.first)
    sent, got = pair.offer()
    pair.accept(got)
    with pytest.raises(SameOfficerError):
        pair.north.offers.countersign(sent.id, actor=pair.second)


def test_a_withdrawal_that_crosses_an_acceptance_wins(pair: Pair) -> None:
    sent, got = pair.offer()
    pair.south.handovers.open(got.id, actor=pair.other)
    pair.south.handovers.accept(got.id, responsible=RESPONSIBLE, plan="Met.", actor=pair.other)
    pair.north.offers.withdraw(sent.id, actor=pair.first)
    pair.fed.settle()
    assert pair.states(sent, got) == (State.VOIDED, State.CLOSED)
    assert pair.claims(sent, got) == (Claim.HOLDER, Claim.NONE)


def test_after_the_deed_nothing_is_withdrawn_by_the_sender_alone(pair: Pair) -> None:
    sent, got = pair.offer()
    pair.accept(got)
    pair.north.offers.countersign(sent.id, actor=pair.first)
    with pytest.raises(DeedStandsError):
        pair.north.offers.withdraw(sent.id, actor=pair.first)


def test_consent_withdrawn_before_the_deed_voids_the_offer(pair: Pair) -> None:
    sent, got = pair.offer()
    pair.accept(got)
    assert sent.ground is not None
    pair.north.consents.withdraw(sent.ground, actor=pair.first)
    assert pair.states(sent, got)[0] is State.VOIDING
    pair.fed.settle()
    assert pair.states(sent, got) == (State.VOIDED, State.CLOSED)
    assert pair.at(pair.north, sent).reason == "consent-withdrawn"
    with pytest.raises(GroundWithdrawnError):
        pair.north.consents.withdraw(sent.ground, actor=pair.first)


def test_a_ground_that_ends_before_the_deed_voids_instead(pair: Pair) -> None:
    sent, got = pair.offer(deadline=pair.fed.clock.now + 20 * 86400)
    pair.accept(got)
    pair.fed.clock.pass_(86000)
    with pair.north.database.begin() as work:
        ground = work.grounds.get(sent.ground)  # type: ignore[arg-type]
        work.grounds.change(ground.id, replace(ground.ground, valid_until=work.now))
    assert pair.north.offers.countersign(sent.id, actor=pair.first).state is State.VOIDING


def test_only_the_senders_deadline_ends_an_offer(pair: Pair) -> None:
    sent, got = pair.offer(deadline=pair.fed.clock.now + 3600)
    pair.accept(got)
    pair.fed.clock.pass_(3700)
    pair.fed.settle()
    assert pair.states(sent, got) == (State.VOIDED, State.CLOSED)
    assert pair.at(pair.north, sent).reason == "expired"


def test_a_tracing_matter_takes_the_deed_automatically(pair: Pair) -> None:
    sent, got = pair.offer(kind=MatterKind.TRACING)
    pair.accept(got)
    assert pair.states(sent, got) == (State.TRANSFERRED, State.HOLDING)


def test_a_second_offer_waits_for_the_first(pair: Pair) -> None:
    sent, _ = pair.offer()
    with pair.north.database.reading() as work:
        matter = work.matters.get(sent.matter)
    with pytest.raises(OutOfOrderError):
        cases.offer(pair.fed, pair.north, "de/hamburg", pair.first, pair.second, matter=matter)


def test_a_case_comes_back_and_is_known(pair: Pair) -> None:
    sent, got = pair.offer()
    pair.take_up(sent, got)
    with pair.south.database.reading() as work:
        matter = work.matters.get(got.matter)
    boss = pair.fed.officer(pair.south, "boss")
    back = cases.offer(pair.fed, pair.south, "gr/athens", pair.other, boss, matter=matter)
    pair.fed.settle()
    assert (back.epoch, back.pair) == (2, sent.pair)
    with pair.north.database.reading() as work:
        returned = work.handovers.find(pair.south.id, [back.round])[back.round]
    assert returned.matter == sent.matter
    pair.north.handovers.open(returned.id, actor=pair.first)
    pair.north.handovers.accept(returned.id, responsible=RESPONSIBLE, plan="Back.", actor=pair.first)
    pair.fed.settle()
    pair.south.offers.countersign(back.id, actor=pair.other)
    pair.fed.settle()
    with pair.north.database.reading() as work:
        home = work.matters.get(sent.matter)
    assert (home.claim, home.epoch, home.holder) == (Claim.HOLDER, 2, "gr/athens")
    assert len(home.chain) == 2


def test_a_case_goes_round_three_nodes_and_is_known_at_home(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg", "es/barcelona") as (fed, nodes):
        athens = nodes[0]
        matter = cases.begin(fed, athens, fed.officer(athens, "first"))
        home = matter.id
        for here, there in zip(nodes, [*nodes[1:], athens], strict=True):
            first, second = fed.officer(here, "first"), fed.officer(here, "second")
            sent = cases.offer(fed, here, there.id, first, second, matter=matter)
            fed.settle()
            reader = fed.officer(there, "first")
            with there.database.reading() as work:
                got = work.handovers.find(here.id, [sent.round])[sent.round]
            there.handovers.open(got.id, actor=reader)
            there.handovers.accept(got.id, responsible=RESPONSIBLE, plan="Met.", actor=reader)
            fed.settle()
            here.offers.countersign(sent.id, actor=first)
            fed.settle()
            with there.database.reading() as work:
                matter = work.matters.get(got.matter)
            assert matter.claim is Claim.HOLDER
        assert matter.id == home
        assert matter.epoch == 3


def test_a_peer_that_is_down_delays_and_loses_nothing(pair: Pair) -> None:
    pair.fed.wire.down.add(pair.south.id)
    sent = cases.offer(pair.fed, pair.north, "de/hamburg", pair.first, pair.second)
    pair.fed.settle()
    with pair.north.database.reading() as work:
        assert [queued.delivery for queued in work.queue.list()] == [Delivery.QUEUED]
        assert work.peers.get(pair.south.id).failures > 0
    pair.fed.wire.down.clear()
    pair.fed.clock.pass_(1000)
    pair.fed.settle()
    assert pair.at(pair.south, sent).state is State.PENDING


def test_a_peer_that_has_had_enough_is_asked_again_when_it_says_and_nothing_has_failed(
    tmp_path: Path,
) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg", peer_burst=1, peer_rate=0.1) as (fed, nodes):
        north, south = nodes
        officers = [fed.officer(north, name) for name in ("first", "second")]
        for _ in range(2):
            cases.offer(fed, north, south.id, officers[0], officers[1])
            north.outbox.deliver_due()
        with north.database.reading() as work:
            waits = work.peers.get(south.id)
            assert {each.attempts for each in work.queue.list()} == {0}
        assert (waits.failures, waits.not_before - fed.clock.now) == (0, 1)
        assert not north.outbox.due()
        fed.clock.pass_(2)
        assert [each.receipted for each in north.outbox.deliver_due()] == [1]


def test_a_lost_answer_brings_the_same_receipt_again(pair: Pair) -> None:
    pair.fed.wire.lose_answers = 1
    sent = cases.offer(pair.fed, pair.north, "de/hamburg", pair.first, pair.second)
    pair.fed.settle()
    pair.fed.clock.pass_(1000)
    pair.fed.settle()
    assert pair.fed.wire.posted[0][1] == pair.fed.wire.posted[1][1]
    with pair.north.database.reading() as work:
        assert sent.offer is not None
        assert sent.offer in work.envelopes.receipts([sent.offer])
    with pair.south.database.reading() as work:
        assert len(work.handovers.page(after="", limit=10)) == 1


def test_a_stale_registry_holds_acts_of_weight_and_goes_on_receiving(pair: Pair) -> None:
    sent, got = pair.offer()
    pair.fed.clock.pass_(2 * 86400)
    pair.accept(got)
    assert pair.states(sent, got) == (State.ACCEPTED, State.BOUND)
    with pytest.raises(Exception, match="too old"):
        pair.north.offers.countersign(sent.id, actor=pair.first)
    pair.fed.publish()
    pair.north.offers.countersign(sent.id, actor=pair.first)
    pair.fed.settle()
    assert pair.states(sent, got) == (State.TRANSFERRED, State.HOLDING)


def test_a_node_that_is_closed_and_opened_goes_on_where_it_was(pair: Pair) -> None:
    sent, got = pair.offer()
    pair.south = pair.fed.reopen("de/hamburg")
    pair.take_up(sent, got)
    assert pair.states(sent, got) == (State.TRANSFERRED, State.HOLDING)


def test_roles_are_asked_at_every_desk(pair: Pair) -> None:
    _, got = pair.offer()
    clerk = pair.fed.officer(pair.south, "operator", (OfficerRole.OPERATOR,))
    with pytest.raises(ForbiddenError):
        pair.south.handovers.open(got.id, actor=clerk)
    with pytest.raises(ForbiddenError):
        pair.south.cases.read(got.matter, actor=clerk)


def test_a_node_that_is_not_responsible_offers_nothing(pair: Pair) -> None:
    sent, got = pair.offer()
    pair.take_up(sent, got)
    with pair.north.database.reading() as work:
        matter = work.matters.get(sent.matter)
    with pytest.raises(NotResponsibleError):
        cases.offer(pair.fed, pair.north, "de/hamburg", pair.first, pair.second, matter=matter)


def test_both_ends_name_their_roles(pair: Pair) -> None:
    sent, got = pair.offer()
    assert (sent.role, got.role) == (Role.SENDER, Role.RECEIVER)
    assert acts(pair.north, sent.id, pair.first) == [Act.OFFER]


def test_no_deed_goes_to_a_node_that_was_suspended_meanwhile(pair: Pair) -> None:
    sent, got = pair.offer()
    pair.accept(got)
    pair.fed.ceremony.suspend(pair.south.id, now=pair.fed.clock.now)
    pair.fed.publish()
    with pytest.raises(NodeSuspendedError):
        pair.north.offers.countersign(sent.id, actor=pair.first)
    pair.north.offers.withdraw(sent.id, actor=pair.first)
    pair.fed.settle()
    assert pair.states(sent, got) == (State.VOIDED, State.CLOSED)


def test_an_answer_discloses_and_asks_for_the_ground(pair: Pair) -> None:
    sent, got = pair.offer()
    pair.south.handovers.open(got.id, actor=pair.other)
    pair.south.handovers.ask(got.id, text="Any allergies?", actor=pair.other)
    pair.fed.settle()
    pair.fed.clock.pass_(31 * 86400)
    with pytest.raises(GroundError):
        pair.north.handovers.answer(sent.id, text="None known.", actor=pair.first)
