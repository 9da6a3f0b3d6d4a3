"""What is erased when: by rule or by decision; never what a node answers for, and never against a hold."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select

import cases
from federation import federation
from handover.adapters import access_tables, decision_tables, petition_tables, tables, tracing_tables
from handover.adapters.cells import ErasedError
from handover.adapters.metadata import metadata
from handover.adapters.post import to_digest
from handover.adapters.retention_tables import hold as hold_table
from handover.adapters.shredding import SEALED_BY_MATTER
from handover.application.access import PASSWORD, ReadingReason
from handover.application.facts import Actor, Handover, OfficerRole
from handover.application.holds import HoldLiftedError, NothingKeptError, Wanted
from handover.application.owners import TALK
from handover.application.permissions import ForbiddenError
from handover.application.readings import ReadingReasonError, Readings
from handover.application.verifier import verify
from handover.application.verifier_report import Verdict
from handover.config import SettingsError
from handover.domain.errors import NotFoundError
from handover.domain.handover import State
from handover.domain.ids import MatterId
from handover.domain.record import MatterKind
from handover.domain.retention import (
    DAY,
    LONGEST_HOLD,
    HoldError,
    HoldGround,
    Keeping,
    LegalHoldError,
    RoundOpenError,
    StillResponsibleError,
)
from handover.node import Node
from handover.protocol.entry import EntryKind
from two_nodes.databases import Databases, on_postgresql
from two_nodes.scene import entries_of
from two_nodes.test_canary import marked
from two_nodes.test_handover import Pair
from two_nodes.test_notices import staged

PHOTO = b"a photograph" * 100
_BY_OWNER = {
    tables.payload,
    tables.parcel,
    decision_tables.decision,
    petition_tables.drop,
    tracing_tables.heard,
    tracing_tables.entry,  # under its matter's data key; its row names no matter
}
_OF_NODE = {
    tables.officer,
    tables.reply,
    access_tables.account,
    access_tables.passkey,
    access_tables.session,
    access_tables.challenge,
    tracing_tables.epoch,
}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        yield Pair(fed, north, south)


def handed_over(pair: Pair, kind: MatterKind = MatterKind.GUARDIANSHIP) -> tuple[Handover, Handover]:
    """Give a round at both ends that has ended in take-up, with everything that can hang on a matter."""
    matter = cases.begin(pair.fed, pair.north, pair.first, kind=kind)
    pair.north.attachments.add(matter.id, "image/jpeg", PHOTO, actor=pair.first)
    explain(pair.north, matter.id, pair.first)
    sent, got = pair.offer(matter=matter, kind=kind)
    pair.south.handovers.open(got.id, actor=pair.other)
    pair.south.handovers.ask(got.id, text=f"Who is {cases.MARK}?", actor=pair.other)
    pair.fed.settle()
    pair.north.handovers.answer(sent.id, text=f"{cases.MARK} is the aunt.", actor=pair.first)
    pair.fed.settle()
    pair.take_up(sent, got)
    return pair.at(pair.north, sent), pair.at(pair.south, got_of(pair, sent))


def got_of(pair: Pair, sent: Handover) -> Handover:
    return pair.at(pair.south, sent)


def explain(node: Node, matter: MatterId, officer: Actor) -> None:
    said = f"because {cases.MARK} asked"
    Readings(node.database).state(matter, ReadingReason.OTHER, said, actor=officer)


def rows(node: Node, table: Any, *where: Any) -> list[Any]:
    with node.database.engine.connect() as connection:
        found = list(connection.execute(select(table).where(*where)))
        connection.rollback()
    return found


def owners(node: Node) -> set[str]:
    return {row.owner for row in rows(node, tables.data_key)}


def ciphertexts(node: Node) -> list[tuple[bytes, str]]:
    """Give every sealed value of matters and rounds with the place to which it is bound."""
    found = [(row.sealed, f"record|{row.matter}|{row.version}") for row in rows(node, tables.record)]
    found += [(row.sealed, f"ground|{row.id}") for row in rows(node, tables.ground)]
    found += [(row.sealed, f"reading|{row.id}") for row in rows(node, access_tables.reading)]
    found += [(row.sealed, f"hold|{row.id}") for row in rows(node, hold_table)]
    return [(bytes(sealed), place) for sealed, place in found if sealed is not None]


def opens(key: bytes, sealed: bytes, place: str) -> bool:
    try:
        AESGCM(key).decrypt(sealed[:12], sealed[12:], place.encode())
    except InvalidTag:
        return False
    return True


def holding(pair: Pair, **changes: Any) -> Wanted:
    values = {
        "ground": HoldGround.COURT_ORDER,
        "reason": f"Order 12/2026, in the matter of {cases.MARK}",
        "until": pair.fed.clock.now + 365 * DAY,
        "second_officer": pair.second.officer,
    }
    return Wanted(**{**values, **changes})


def test_every_sealed_value_belongs_to_a_matter_to_a_round_or_to_the_node() -> None:
    sealed = {
        table
        for table in metadata.tables.values()
        if any(column.name.startswith("sealed") for column in table.columns)
    }
    assert sealed == {*SEALED_BY_MATTER, *_BY_OWNER, *_OF_NODE}


def test_an_erased_matter_has_no_value_and_no_key_and_no_older_copy_opens(pair: Pair) -> None:
    sent, _ = handed_over(pair)
    north = pair.north
    pair.north.holds.lift(
        pair.north.holds.place(sent.matter, holding(pair), actor=pair.first).id, actor=pair.first
    )
    before = ciphertexts(north)
    assert {place.split("|")[0] for _, place in before} == {"record", "ground", "reading", "hold"}
    mine = {sent.matter, f"{sent.id}{TALK}"}
    assert mine <= owners(north)
    north.retention.erase(sent.matter, actor=pair.first)
    north.renewal.renew()
    assert not {owner for owner in owners(north) if owner.startswith((sent.matter, sent.id))}
    for table in SEALED_BY_MATTER:
        assert all(row.sealed is None for row in rows(north, table, table.c.matter == sent.matter))
    assert not rows(north, tables.payload, tables.payload.c.owner.in_(mine))
    assert not rows(north, tables.parcel, tables.parcel.c.handover == sent.id)
    keys = [north.vault.unwrap(row.epoch, row.wrapped, row.owner) for row in rows(north, tables.data_key)]
    assert keys
    assert not [place for sealed, place in before for key in keys if opens(key, sealed, place)]


def test_an_erased_matter_shows_nothing_to_anybody_and_its_pages_of_acts_stand(pair: Pair) -> None:
    sent, _ = handed_over(pair)
    pair.north.retention.erase(sent.matter, actor=pair.first)
    with pytest.raises(ErasedError):
        pair.north.cases.read(sent.matter, actor=pair.first)
    with pytest.raises(NotFoundError):
        pair.north.attachments.read(sent.matter, rows_digest(pair, sent), actor=pair.first)
    [ground] = pair.north.consents.of_matter(sent.matter, actor=pair.first)
    assert ground.statement == b""
    lines = pair.north.handovers.timeline(sent.id, actor=pair.first)
    assert lines
    assert not marked(repr(lines).encode())
    [reading] = Readings(pair.north.database).of_matter(sent.matter, actor=pair.first)
    assert reading.text is None


def rows_digest(pair: Pair, sent: Handover) -> Any:
    [row] = rows(pair.north, tables.attachment, tables.attachment.c.matter == sent.matter)
    return to_digest(row.digest)


def test_evidence_of_an_erased_matter_is_valid_and_says_that_values_were_destroyed(pair: Pair) -> None:
    sent, _ = handed_over(pair)
    before = verify([pair.north.evidence.export(sent.matter, actor=pair.first)], root=root(pair))
    pair.north.retention.erase(sent.matter, actor=pair.first)
    bundle = pair.north.evidence.export(sent.matter, actor=pair.first)
    report = verify([bundle], root=root(pair))
    assert before.verdict is report.verdict is Verdict.VALID
    told = [each.text for each in report.matters[0].timeline if "destroyed values" in each.text]
    assert len(told) == 2  # of the offer, and of the matter as a whole
    assert not [each for each in before.matters[0].timeline if "destroyed values" in each.text]
    assert not marked(bundle)


def root(pair: Pair) -> bytes:
    return pair.fed.repository.pinned()


def test_what_a_node_answers_for_is_not_erased_by_anybody(pair: Pair) -> None:
    sent, got = pair.offer()
    with pytest.raises(StillResponsibleError):
        pair.north.retention.erase(sent.matter, actor=pair.first)
    with pytest.raises(RoundOpenError):
        pair.south.retention.erase(got.matter, actor=pair.other)
    with pytest.raises(RoundOpenError):
        pair.south.retention.erase_round(got.id, actor=pair.other)
    pair.accept(got)
    pair.fed.wire.down.add(pair.south.id)
    pair.north.offers.countersign(sent.id, actor=pair.first)
    with pytest.raises(StillResponsibleError):
        pair.north.retention.erase(sent.matter, actor=pair.first)
    pair.fed.wire.down.clear()
    pair.fed.clock.pass_(DAY)
    pair.fed.settle()
    assert pair.states(sent, got) == (State.TRANSFERRED, State.HOLDING)
    with pytest.raises(StillResponsibleError):
        pair.south.retention.erase(got.matter, actor=pair.other)
    with pytest.raises(StillResponsibleError):
        pair.south.retention.erase_round(got.id, actor=pair.other)
    assert pair.south.cases.read(got.matter, actor=pair.other)


def test_only_supervisors_and_liaison_officers_decide_what_goes_and_what_stays(pair: Pair) -> None:
    sent, _ = handed_over(pair)
    other = tuple({*OfficerRole} - {OfficerRole.LIAISON, OfficerRole.SUPERVISOR})
    nobody, desk, holds = (
        pair.fed.officer(pair.north, "nobody", other),
        pair.north.retention,
        pair.north.holds,
    )
    placed = holds.place(sent.matter, holding(pair), actor=pair.first)
    for call in (
        lambda: desk.erase(sent.matter, actor=nobody),
        lambda: desk.erase_round(sent.id, actor=nobody),
        lambda: desk.calendar(actor=nobody),
        lambda: desk.of_matter(sent.matter, actor=nobody),
        lambda: holds.place(sent.matter, holding(pair), actor=nobody),
        lambda: holds.lift(placed.id, actor=nobody),
        lambda: holds.open(placed.id, actor=nobody),
        lambda: holds.of_matter(sent.matter, actor=nobody),
    ):
        with pytest.raises(ForbiddenError):
            call()


def test_a_former_holder_keeps_its_copy_for_the_days_of_the_rule_and_no_longer(pair: Pair) -> None:
    sent, got = handed_over(pair)
    north = pair.north
    [planned] = north.retention.calendar(actor=pair.first)
    assert (planned.ended.matter, planned.ended.keeping) == (sent.matter, Keeping.FORMER)
    assert planned.due == sent.updated_at + 180 * DAY
    pair.fed.clock.now = planned.due - 1
    assert north.retention.tick() == 0
    assert sent.matter in owners(north)
    pair.fed.clock.pass_(DAY)
    assert north.retention.tick() == 1
    assert sent.matter not in owners(north)
    assert north.retention.calendar(actor=pair.first) == []
    assert north.retention.of_matter(sent.matter, actor=pair.first).erased_at == pair.fed.clock.now
    assert pair.south.retention.calendar(actor=pair.other) == []
    assert pair.south.cases.read(got.matter, actor=pair.other)


def test_due_erasures_are_carried_out_once_a_day(pair: Pair) -> None:
    sent, _ = handed_over(pair)
    pair.fed.clock.now = (pair.fed.clock.now // DAY + 1) * DAY
    assert pair.north.retention.tick() == 0
    [planned] = pair.north.retention.calendar(actor=pair.first)
    pair.fed.clock.now = (planned.due // DAY + 1) * DAY
    assert pair.north.retention.tick() == 1
    assert pair.north.retention.tick() == 0
    assert sent.matter not in owners(pair.north)


def test_what_comes_up_within_thirty_days_is_counted_for_the_work_list(pair: Pair) -> None:
    handed_over(pair)
    [planned] = pair.north.retention.calendar(actor=pair.first)
    pair.fed.clock.now = planned.due - 31 * DAY
    pair.north.retention.tick()
    assert pair.north.retention.near() == 0
    pair.fed.clock.pass_(DAY)
    pair.north.retention.tick()
    assert pair.north.retention.near() == 1


def test_a_hold_stops_what_is_due_until_it_is_lifted(pair: Pair) -> None:
    sent, _ = handed_over(pair)
    [planned] = pair.north.retention.calendar(actor=pair.first)
    pair.fed.clock.now = planned.due
    placed = pair.north.holds.place(sent.matter, holding(pair), actor=pair.first)
    assert pair.north.retention.tick() == 0
    assert pair.north.retention.near() == 0
    with pytest.raises(LegalHoldError):
        pair.north.retention.erase(sent.matter, actor=pair.first)
    with pytest.raises(LegalHoldError):
        pair.north.retention.erase_round(sent.id, actor=pair.first)
    [planned] = pair.north.retention.calendar(actor=pair.first)
    assert planned.held_until(pair.fed.clock.now) == placed.hold.until
    pair.north.holds.lift(placed.id, actor=pair.second)
    with pytest.raises(HoldLiftedError):
        pair.north.holds.lift(placed.id, actor=pair.second)
    pair.fed.clock.pass_(DAY)
    assert pair.north.retention.tick() == 1


def test_a_hold_ends_by_itself_and_one_beside_it_renews_it(pair: Pair) -> None:
    sent, _ = handed_over(pair)
    [planned] = pair.north.retention.calendar(actor=pair.first)
    pair.fed.clock.now = planned.due
    for days in (2, 4):
        wanted = holding(pair, until=pair.fed.clock.now + days * DAY)
        pair.north.holds.place(sent.matter, wanted, actor=pair.first)
    pair.fed.clock.pass_(3 * DAY)
    assert pair.north.retention.tick() == 0
    pair.fed.clock.pass_(2 * DAY)
    assert pair.north.retention.tick() == 1


def test_a_hold_names_a_fit_second_officer_a_reason_and_an_end_within_two_years(pair: Pair) -> None:
    sent, _ = handed_over(pair)
    caseworker = pair.fed.officer(pair.north, "caseworker", (OfficerRole.CASEWORKER,))
    left = pair.fed.officer(pair.north, "left")
    with pair.north.database.begin() as work:
        work.staff.change(replace(work.staff.get(left.officer), disabled_at=1))
    now = pair.fed.clock.now
    for wrong in (
        {"second_officer": pair.first.officer},
        {"second_officer": caseworker.officer},
        {"second_officer": left.officer},
        {"reason": " "},
        {"reason": "x" * 4001},
        {"until": now},
        {"until": now + LONGEST_HOLD + 1},
    ):
        with pytest.raises(HoldError):
            pair.north.holds.place(sent.matter, holding(pair, **wrong), actor=pair.first)
    assert pair.north.holds.of_matter(sent.matter, actor=pair.first) == []


def test_placing_reading_and_lifting_a_hold_are_logged_and_its_reason_is_sealed(pair: Pair) -> None:
    sent, _ = handed_over(pair)
    before = len(entries_of(pair.north))
    placed = pair.north.holds.place(sent.matter, holding(pair), actor=pair.first)
    assert placed.reason is None
    assert cases.MARK in str(pair.north.holds.open(placed.id, actor=pair.second).reason)
    pair.north.holds.lift(placed.id, actor=pair.first)
    kinds = [each.kind for each in entries_of(pair.north, before)]
    assert kinds == [EntryKind.DECIDED, EntryKind.DISCLOSED, EntryKind.DECIDED]
    [row] = rows(pair.north, hold_table)
    assert not marked(repr(row).encode())
    assert (row.placed_by, row.second_officer) == (pair.first.officer, pair.second.officer)


def test_a_hold_outlives_the_values_and_none_is_placed_on_what_is_gone(pair: Pair) -> None:
    sent, _ = handed_over(pair)
    placed = pair.north.holds.place(sent.matter, holding(pair), actor=pair.first)
    pair.north.holds.lift(placed.id, actor=pair.first)
    pair.north.retention.erase(sent.matter, actor=pair.first)
    standing = pair.north.retention.of_matter(sent.matter, actor=pair.first)
    assert [each.id for each in standing.holds] == [placed.id]
    assert standing.planned == ()
    assert pair.north.holds.open(placed.id, actor=pair.first).reason is None
    with pytest.raises(NothingKeptError):
        pair.north.holds.place(sent.matter, holding(pair), actor=pair.first)


def test_what_was_said_in_a_round_without_take_up_goes_by_a_rule_or_a_decision_and_the_record_stays(
    pair: Pair,
) -> None:
    sent, got = pair.offer()
    pair.south.handovers.decline(
        got.id, code="no-capacity", text=f"No bed for {cases.MARK}.", actor=pair.other
    )
    pair.fed.settle()
    [planned] = pair.north.retention.calendar(actor=pair.first)
    assert (planned.ended.handover, planned.ended.keeping) == (sent.id, Keeping.VOID_TALK)
    again, other = pair.offer()
    pair.south.handovers.decline(other.id, code="no-capacity", text=cases.MARK, actor=pair.other)
    pair.fed.settle()
    assert f"{again.id}{TALK}" in owners(pair.north)
    pair.north.retention.erase_round(again.id, actor=pair.first)
    assert f"{again.id}{TALK}" not in owners(pair.north)
    pair.fed.clock.now = planned.due + DAY
    assert pair.north.retention.tick() == 1
    assert f"{sent.id}{TALK}" not in owners(pair.north)
    assert not marked(repr(pair.north.handovers.timeline(sent.id, actor=pair.first)).encode())
    assert pair.north.cases.read(sent.matter, actor=pair.first)
    report = verify([pair.north.evidence.export(sent.matter, actor=pair.first)], root=root(pair))
    assert report.verdict is Verdict.VALID


def test_what_is_left_of_an_offer_that_was_not_taken_goes_after_its_days(pair: Pair) -> None:
    sent, got = pair.offer()
    explain(pair.south, got.matter, pair.other)
    pair.north.offers.withdraw(sent.id, actor=pair.first)
    pair.fed.settle()
    [planned] = pair.south.retention.calendar(actor=pair.other)
    assert (planned.ended.keeping, planned.rule.days) == (Keeping.NOT_TAKEN, 90)
    pair.fed.clock.now = planned.due + DAY
    assert pair.south.retention.tick() == 1
    assert got.matter not in owners(pair.south)


def test_a_matter_that_comes_back_after_its_erasure_is_whole_again(pair: Pair) -> None:
    sent, got = handed_over(pair)
    pair.north.retention.erase(sent.matter, actor=pair.first)
    there = pair.fed.officer(pair.south, "there")
    with pair.south.database.reading() as work:
        matter = work.matters.get(got.matter)
    back = cases.offer(
        pair.fed, pair.south, pair.north.id, pair.other, there, matter=matter, fields=cases.NEEDED
    )
    pair.fed.settle()
    assert pair.north.retention.of_matter(sent.matter, actor=pair.first).planned == ()
    with pair.north.database.reading() as work:
        [here] = work.handovers.find(pair.south.id, [back.round]).values()
    assert here.matter == sent.matter
    with pytest.raises(RoundOpenError):
        pair.north.retention.erase(sent.matter, actor=pair.first)
    pair.north.handovers.open(here.id, actor=pair.first)
    pair.north.handovers.accept(
        here.id, responsible={"name": "A", "organisation": "B", "contact": ""}, plan="home", actor=pair.first
    )
    pair.fed.settle()
    pair.south.offers.countersign(back.id, actor=pair.other)
    pair.fed.settle()
    assert pair.north.cases.read(sent.matter, actor=pair.first)
    standing = pair.north.retention.of_matter(sent.matter, actor=pair.first)
    assert (standing.erased_at, standing.planned) == (None, ())


def test_the_calendar_goes_by_date_through_every_kind_page_by_page(pair: Pair) -> None:
    for kind in (MatterKind.GUARDIANSHIP, MatterKind.TRACING, MatterKind.GUARDIANSHIP):
        got = pair.offer(kind=kind)[1]
        pair.south.handovers.decline(got.id, code="no-capacity", text="No bed.", actor=pair.other)
        pair.fed.settle()
        pair.fed.clock.pass_(60)
    handed_over(pair)
    whole = pair.north.retention.calendar(actor=pair.first, limit=50)
    assert len(whole) == 4
    assert [each.place for each in whole] == sorted(each.place for each in whole)
    found, after = [], (0, "")
    while part := pair.north.retention.calendar(actor=pair.first, after=after, limit=1):
        found += part
        after = part[-1].place
    assert found == whole


def test_a_setting_makes_a_rule_of_this_node_shorter(tmp_path: Path) -> None:
    with federation(tmp_path) as (fed, _):
        shorter = [{"schema": "guardianship/1", "keeping": "former", "days": 10}]
        pair = Pair(fed, fed.add("gr/athens", retention=shorter), fed.add("de/hamburg"))
        sent, _ = handed_over(pair)
        [planned] = pair.north.retention.calendar(actor=pair.first)
        assert planned.due == sent.updated_at + 10 * DAY


def test_reading_a_reason_in_the_pages_needs_a_reason_of_ones_own(pair: Pair) -> None:
    sent, _ = handed_over(pair)
    placed = pair.north.holds.place(sent.matter, holding(pair), actor=pair.first)
    with pytest.raises(ReadingReasonError):
        pair.north.holds.open(placed.id, actor=replace(pair.second, auth=PASSWORD))


@pytest.mark.parametrize(
    "rule",
    [
        test_an_erased_matter_has_no_value_and_no_key_and_no_older_copy_opens,
        test_a_former_holder_keeps_its_copy_for_the_days_of_the_rule_and_no_longer,
        test_a_hold_stops_what_is_due_until_it_is_lifted,
        test_what_was_said_in_a_round_without_take_up_goes_by_a_rule_or_a_decision_and_the_record_stays,
        test_the_calendar_goes_by_date_through_every_kind_page_by_page,
    ],
)
def test_the_same_holds_on_postgresql(
    rule: Callable[[Pair], None], tmp_path: Path, postgresql: Databases
) -> None:
    with on_postgresql(tmp_path, postgresql, "gr/athens", "de/hamburg") as (fed, [north, south]):
        rule(Pair(fed, north, south))


@pytest.mark.parametrize(
    "rule",
    [
        {"schema": "guardianship/1", "keeping": "former", "days": 181},
        {"schema": "guardianship/1", "keeping": "responsible", "days": 1},
        {"schema": "guardianship/1", "keeping": "former", "days": 1, "laws": ""},
    ],
)
def test_a_node_does_not_start_with_a_rule_that_may_not_be_set(
    tmp_path: Path, rule: dict[str, object]
) -> None:
    with federation(tmp_path) as (fed, _), pytest.raises(SettingsError):
        fed.add("gr/athens", retention=[rule])


def test_supervisors_and_liaison_officers_are_told_once_of_what_comes_up(tmp_path: Path) -> None:
    with staged(tmp_path) as post:
        pair = Pair(post.fed, post.north, post.south)
        handed_over(pair)
        [planned] = pair.north.retention.calendar(actor=pair.first)
        pair.fed.clock.now = planned.due - 29 * DAY
        for _ in range(2):
            pair.north.retention.tick()
            pair.fed.clock.pass_(DAY)
        assert post.kinds(pair.north, post.here).count("erasure") == 1
        assert post.kinds(pair.south, post.there).count("erasure") == 0
