"""Statistics of real nodes: each event is counted once, a quarter is published once, and nothing isolates one child."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import select

import cases
from continuing import handed_over
from federation import Federation, federation
from handover.adapters import statistics_tables
from handover.adapters.registry import RegistryMirror
from handover.application import counting, statistics
from handover.application.consents import Terms
from handover.application.counting import Place
from handover.application.facts import Actor, Handover, OfficerRole
from handover.application.permissions import ForbiddenError
from handover.application.registry import (
    KeyCompromisedError,
    KeyNotUsableError,
    Registry,
    RegistryStaleError,
    UnknownSenderError,
)
from handover.application.statistics import Quarterly, Report
from handover.domain.consent import Basis, Purpose
from handover.domain.continuity import OverrideReason, WithdrawalScope
from handover.domain.errors import MalformedError, NotFoundError, UnreachableError, UntrustedError
from handover.domain.handover import Act
from handover.domain.ids import NodeId, Quarter
from handover.domain.record import MatterKind, schema
from handover.domain.statistics import end_of, quarter_of
from handover.domain.suppression import Count, UnprotectedError
from handover.node import Node
from handover.protocol import jws, strict
from handover.protocol import statistics as protocol
from handover.protocol.entry import EntryKind
from handover.protocol.node_key import KeyUse
from two_nodes import rotation
from two_nodes.scene import entries_of

RESPONSIBLE = {"name": "Anna", "organisation": "Jugendamt", "contact": ""}
SUPERVISOR = (OfficerRole.SUPERVISOR,)


@dataclass
class Scene:
    """Three authorities; the first hands over to the others."""

    fed: Federation
    athens: Node
    hamburg: Node
    lyon: Node
    down: set[NodeId] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    @property
    def nodes(self) -> tuple[Node, ...]:
        return (self.athens, self.hamburg, self.lyon)

    @property
    def quarter(self) -> Quarter:
        return quarter_of(self.fed.clock.now)

    def offer(self, to: Node, *, at: Node | None = None, **options: object) -> Handover:
        at = at or self.athens
        first, second = self.fed.officer(at, "first"), self.fed.officer(at, "second")
        sent = cases.offer(self.fed, at, to.id, first, second, **options)  # type: ignore[arg-type]
        self.fed.settle()
        return sent

    def answer(self, to: Node, sent: Handover, *, code: str = "", at: Node | None = None) -> None:
        """Let the receiver decline under *code*, or take over."""
        at = at or self.athens
        other = self.fed.officer(to, "other")
        with to.database.reading() as work:
            got = work.handovers.find(at.id, [sent.round])[sent.round]
        to.handovers.open(got.id, actor=other)
        if code:
            to.handovers.decline(got.id, code=code, text="No.", actor=other)
        else:
            to.handovers.accept(got.id, responsible=RESPONSIBLE, plan="Met.", actor=other)
        self.fed.settle()
        if not code and sent.kind is MatterKind.GUARDIANSHIP:
            at.offers.countersign(sent.id, actor=self.fed.officer(at, "first"))
            self.fed.settle()

    def hand_over(self, to: Node, **options: object) -> Handover:
        sent = self.offer(to, **options)  # type: ignore[arg-type]
        self.answer(to, sent)
        return sent

    def sums(self, node: Node) -> dict[Place, Count]:
        with node.database.reading() as work:
            found = work.statistics.sums(work.statistics.counted_now())
        return {place: count for place, count in found.items() if count.events}

    def quarterly(self, node: Node) -> Quarterly:
        return Quarterly(node.database, node.vault, node.registry, self.fetch)

    def fetch(self, node: NodeId, address: str, path: str, limit: int) -> bytes:
        assert limit == strict.PART_LIMIT
        self.asked.append(f"{address}{path}")
        if node in self.down:
            raise UnreachableError
        return self.fed.wire.nodes[node].statistics.part(Quarter(path.rpartition("/")[2]))

    def end_quarter(self) -> Quarter:
        """Let the quarter end; the registry goes on being published."""
        ended = self.quarter
        for node in self.nodes:
            self.quarterly(node).publish()
        self.fed.clock.now = end_of(ended) + 3600
        self.fed.publish()
        for node in self.nodes:
            self.quarterly(node).publish()
        return ended

    def report(self, node: Node, quarter: Quarter | None = None) -> Report:
        found = node.statistics.report(quarter, actor=self.fed.officer(node, "chief", SUPERVISOR))
        assert found is not None
        return found


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with federation(tmp_path, "gr/athens", "de/hamburg", "fr/lyon") as (fed, nodes):
        yield Scene(fed, nodes[0], nodes[1], nodes[2])


def shown(report: Report, table: str, *, subject: str = "guardianship") -> dict[str, int | None]:
    """Give a table of the node's own counts."""
    return {
        row.cell: None if row.total.withheld else row.total.known
        for row in report.own
        if (row.subject, row.table) == (subject, table)
    }


def test_a_handover_is_counted_once_when_it_ends_by_its_sender_alone(scene: Scene) -> None:
    sent = scene.offer(scene.hamburg)
    assert scene.sums(scene.athens) == scene.sums(scene.hamburg) == {}
    scene.answer(scene.hamburg, sent)
    one = Count(events=1, children=1)
    assert scene.sums(scene.athens) == {
        ("guardianship", "route", "de"): one,
        ("guardianship", "outcome", "taken-up"): one,
        ("guardianship", "time", "within-1-day"): one,
        ("guardianship", "age", "14-15"): one,
        ("guardianship", "sex", "male"): one,
    }
    assert scene.sums(scene.hamburg) == {}


def test_a_decline_is_counted_with_its_reason_and_its_child_once(scene: Scene) -> None:
    matter = cases.begin(scene.fed, scene.athens, scene.fed.officer(scene.athens, "first"))
    for _ in range(2):
        sent = scene.offer(scene.hamburg, matter=matter)
        scene.answer(scene.hamburg, sent, code="no-capacity")
    found = scene.sums(scene.athens)
    assert found["guardianship", "outcome", "declined-no-capacity"] == Count(events=2, children=1)
    assert found["guardianship", "sex", "male"] == Count(events=2, children=1)


def test_a_withdrawal_and_a_deadline_that_passes_are_outcomes(scene: Scene) -> None:
    sent = scene.offer(scene.hamburg)
    scene.athens.offers.withdraw(sent.id, actor=scene.fed.officer(scene.athens, "first"))
    scene.fed.settle()
    scene.offer(scene.lyon, deadline=scene.fed.clock.now + 2 * 86400)
    scene.fed.clock.pass_(2 * 86400 + 1)
    scene.fed.settle()
    found = scene.sums(scene.athens)
    assert found["guardianship", "outcome", "withdrawn"].events == 1
    assert found["guardianship", "outcome", "expired"].events == 1
    assert found["guardianship", "time", "within-3-days"].events == 1


def test_what_was_never_released_is_not_counted(scene: Scene) -> None:
    first = scene.fed.officer(scene.athens, "first")
    matter = cases.begin(scene.fed, scene.athens, first)
    ground = cases.consent(scene.fed, scene.athens, matter, to=scene.hamburg.id, actor=first)
    prepared = scene.athens.offers.prepare(
        matter.id, to=scene.hamburg.id, fields=ground.ground.fields, ground=ground.id, actor=first
    )
    scene.athens.offers.withdraw(prepared.id, actor=first)
    assert scene.sums(scene.athens) == {}


def test_an_erased_record_is_counted_as_not_known(scene: Scene) -> None:
    sent = scene.offer(scene.hamburg)
    with scene.athens.database.begin() as work:
        work.matters.erase(sent.matter)
    scene.answer(scene.hamburg, sent, code="other")
    assert scene.sums(scene.athens)["guardianship", "age", "unknown"].events == 1


def test_tracing_has_no_age_and_is_no_guardianship(scene: Scene) -> None:
    scene.hand_over(scene.hamburg, kind=MatterKind.TRACING)
    assert {place[:2] for place in scene.sums(scene.athens)} == {
        ("tracing", "route"),
        ("tracing", "outcome"),
        ("tracing", "time"),
    }


def test_a_legal_basis_is_counted_when_it_is_recorded_and_a_consent_is_not(scene: Scene) -> None:
    first, second = (scene.fed.officer(scene.athens, name) for name in ("first", "second"))
    matter = cases.begin(scene.fed, scene.athens, first)
    cases.consent(scene.fed, scene.athens, matter, to=scene.hamburg.id, actor=first)
    now = scene.fed.clock.now
    terms = Terms(
        basis=Basis.VITAL_INTERESTS,
        recipients=(scene.hamburg.id,),
        purposes=(Purpose.CHILD_PROTECTION,),
        fields=("identity",),
        valid_from=now,
        valid_until=now + 86400,
        review_at=now + 3600,
        second_officer=second.officer,
        urgency=OverrideReason.MEDICAL_EMERGENCY,
    )
    of = schema("guardianship/1")
    scene.athens.consents.record(matter.id, of, terms, cases.STATEMENT, actor=first)
    assert scene.sums(scene.athens) == {
        ("legal-bases", "basis", "vital-interests"): Count(events=1, children=1)
    }


def test_a_demand_is_counted_with_its_first_answer_by_the_node_that_was_asked(scene: Scene) -> None:
    case = handed_over(scene.fed, scene.athens, scene.hamburg, scene.lyon)
    before = scene.sums(scene.athens)
    actor = case.officer(scene.athens)
    ground = scene.athens.consents.of_matter(case.matter(scene.athens), actor=actor)[0]
    scene.athens.consents.withdraw(ground.id, scope=WithdrawalScope.GROUND, text="No more.", actor=actor)
    scene.fed.settle()
    scene.fed.clock.pass_(31 * 86400)
    [asked, _passed] = case.demands(scene.hamburg)
    with scene.hamburg.database.begin() as work:
        counting.answered(work, replace(asked, incoming=False))  # its own, which another has answered
        counting.answered(work, asked)
        counting.answered(work, replace(asked, answered=Act.LEGAL_HOLD))  # a second answer
    one = Count(events=1, children=1)
    answers = {place: count for place, count in scene.sums(scene.hamburg).items() if place[0] == "answers"}
    assert answers == {
        ("answers", "demand", "consent-withdrawn"): one,
        ("answers", "punctuality", "up-to-30-days-late"): one,
    }
    assert scene.sums(scene.athens) == before


def test_a_small_count_is_in_no_part_and_five_children_are(scene: Scene) -> None:
    scene.quarterly(scene.athens).publish()
    for _ in range(5):
        scene.hand_over(scene.hamburg)
    scene.hand_over(scene.lyon)
    quarter = scene.end_quarter()
    report = scene.report(scene.athens, quarter)
    assert shown(report, "route") == {
        "gr-de": 5,
        "gr-fr": None,
        "gr-gr": None,
        "gr-other": None,
    }
    assert shown(report, "sex") == {"female": None, "male": 6, "other": None, "unknown": None}
    assert set(shown(report, "basis", subject="legal-bases").values()) == {None}


def test_one_child_more_changes_nothing_of_what_is_withheld(scene: Scene) -> None:
    """Differencing: whoever compares the quarter with that of a node without the child learns nothing."""
    scene.hand_over(scene.lyon)
    quarter = scene.end_quarter()
    with_one, without = (scene.report(node, quarter) for node in (scene.athens, scene.hamburg))
    assert [row.total for row in with_one.own] == [row.total for row in without.own]


def test_a_quarter_without_an_event_is_published_like_one_with_few(scene: Scene) -> None:
    first, second = scene.end_quarter(), scene.end_quarter()
    assert scene.report(scene.lyon).quarters == (second, first)
    assert {row.total.known for row in scene.report(scene.lyon).own} == {0}
    assert all(row.total.withheld for row in scene.report(scene.lyon).own)


def test_nothing_is_shown_of_a_quarter_that_goes_on(scene: Scene) -> None:
    for _ in range(5):
        scene.hand_over(scene.hamburg)
    scene.quarterly(scene.athens).publish()
    actor = scene.fed.officer(scene.athens, "chief", SUPERVISOR)
    assert scene.athens.statistics.report(actor=actor) is None
    with pytest.raises(NotFoundError):
        scene.athens.statistics.report(scene.quarter, actor=actor)
    with pytest.raises(NotFoundError):
        scene.athens.statistics.part(scene.quarter)


def test_a_quarter_is_published_once_and_what_comes_late_counts_in_the_next(scene: Scene) -> None:
    scene.quarterly(scene.athens).publish()
    quarter = scene.end_quarter()
    before = scene.athens.statistics.part(quarter)
    now, scene.fed.clock.now = scene.fed.clock.now, end_of(quarter) - 10 * 86400
    scene.hand_over(scene.hamburg)
    assert scene.quarterly(scene.athens).publish() == []
    scene.fed.clock.now = now
    assert scene.quarterly(scene.athens).publish() == []
    assert scene.athens.statistics.part(quarter) == before
    assert scene.sums(scene.athens)["guardianship", "route", "de"].events == 1


def test_what_a_quarter_was_made_of_is_gone_once_it_is_published(scene: Scene) -> None:
    scene.hand_over(scene.hamburg)
    scene.end_quarter()
    with scene.athens.database.engine.connect() as connection:
        marks = connection.execute(select(statistics_tables.statistics_mark)).all()
        sums = connection.execute(select(statistics_tables.statistics_sum)).all()
        connection.rollback()
    assert marks == []
    assert {(row.quarter, row.events) for row in sums} == {(scene.quarter, 0)}


def test_the_log_holds_the_digest_of_what_was_published(scene: Scene) -> None:
    quarter = scene.end_quarter()
    digest = strict.digest(scene.athens.statistics.part(quarter))
    logged = [each.object for each in entries_of(scene.athens) if each.kind is EntryKind.PUBLISHED]
    assert logged == [digest]


def test_nothing_is_published_while_the_registry_is_stale(scene: Scene) -> None:
    quarterly = scene.quarterly(scene.athens)
    quarterly.publish()
    scene.fed.clock.now = end_of(scene.quarter) + 40 * 86400
    with pytest.raises(RegistryStaleError):
        quarterly.publish()
    quarterly.tick()
    assert scene.athens.statistics.report(actor=scene.fed.officer(scene.athens, "chief", SUPERVISOR)) is None


def test_the_worker_publishes_and_asks_the_others(scene: Scene) -> None:
    quarter = scene.end_quarter()
    quarterly = scene.quarterly(scene.athens)
    quarterly.tick()
    assert scene.report(scene.athens, quarter).nodes == ("de/hamburg", "fr/lyon", "gr/athens")
    assert f"https://fr-lyon.example{statistics.PATH}/{quarter}" in scene.asked
    scene.asked.clear()
    quarterly.tick()
    assert scene.asked == []
    scene.fed.clock.pass_(3600)
    quarterly.tick()
    assert len(scene.asked) == 2 * 7  # what is here already is not asked for again


def test_totals_hold_what_all_have_shown_and_say_where_more_was_withheld(scene: Scene) -> None:
    for _ in range(5):
        scene.hand_over(scene.hamburg)
        sent = scene.offer(scene.lyon, at=scene.hamburg)
        scene.answer(scene.lyon, sent, at=scene.hamburg)
    quarter = scene.end_quarter()
    assert scene.quarterly(scene.lyon).collect() == 2
    report = scene.report(scene.lyon, quarter)
    totals = {(row.table, row.cell): row.total for row in report.all if row.subject == "guardianship"}
    assert totals["sex", "male"].known == 10
    assert totals["sex", "male"].withheld  # of Lyon nobody knows whether it has none or four
    assert (totals["route", "gr-de"].known, totals["route", "gr-de"].withheld) == (5, False)
    assert (totals["route", "de-fr"].known, totals["route", "de-fr"].withheld) == (5, False)


def test_a_node_that_is_silent_is_named_and_delays_nobody(scene: Scene) -> None:
    quarter = scene.end_quarter()
    scene.down.add(scene.hamburg.id)
    assert scene.quarterly(scene.athens).collect() == 1
    assert sum("hamburg" in each for each in scene.asked) == 1
    assert scene.report(scene.athens, quarter).missing == (scene.hamburg.id,)


def forged(scene: Scene, quarter: Quarter, **changes: object) -> bytes:
    """Give a part that Hamburg signs."""
    right = {"node": scene.hamburg.id, "issued": scene.fed.clock.now, "quarter": quarter, "subjects": {}}
    return protocol.sign(protocol.Part(**(right | changes)), signer=scene.hamburg.vault.signer)  # type: ignore[arg-type]


def test_only_what_a_node_signed_itself_for_that_quarter_is_kept(scene: Scene) -> None:
    quarter, now = scene.end_quarter(), scene.fed.clock.now
    quarterly = scene.quarterly(scene.athens)
    for document, error in (
        (forged(scene, quarter, node=scene.lyon.id), UnknownSenderError),
        (forged(scene, Quarter("2020-Q1")), MalformedError),
        (forged(scene, quarter, issued=now + 601), UntrustedError),
        (b"x", MalformedError),
    ):
        asked = scene.lyon.id if error is UnknownSenderError else scene.hamburg.id
        with pytest.raises(error):
            quarterly.accept(asked, quarter, document, now)
    assert scene.report(scene.athens, quarter).nodes == (scene.athens.id,)
    quarterly.accept(scene.hamburg.id, quarter, forged(scene, quarter, issued=now + 600), now)


def test_a_part_counts_for_ever_if_its_key_was_in_use_when_it_was_signed(scene: Scene) -> None:
    quarter, now = scene.end_quarter(), scene.fed.clock.now
    quarterly, document = scene.quarterly(scene.athens), scene.hamburg.statistics.part(quarter)
    scene.hamburg.vault.add_keys(KeyUse.SEAL, begins=now)  # a quarter is longer than such a key lasts
    rotation.new_signing_key(scene.fed, scene.hamburg)
    quarterly.accept(scene.hamburg.id, quarter, document, now)
    early = Quarter("2020-Q1")
    with pytest.raises(KeyNotUsableError):
        quarterly.accept(scene.hamburg.id, early, forged(scene, early, issued=end_of(early)), now)


def test_a_part_of_a_key_in_other_hands_counts_for_nothing(scene: Scene) -> None:
    quarter = scene.end_quarter()
    rotation.compromise(scene.fed, scene.hamburg, scene.hamburg.vault.signer.kid)
    assert scene.quarterly(scene.athens).collect() == 1  # that of Lyon
    document = scene.hamburg.statistics.part(quarter)
    with pytest.raises(KeyCompromisedError):
        scene.quarterly(scene.athens).accept(scene.hamburg.id, quarter, document, scene.fed.clock.now)


def test_without_a_registry_nobody_is_asked_and_nobody_is_missing(scene: Scene, tmp_path: Path) -> None:
    quarter, node = scene.end_quarter(), scene.athens
    root = node.pinned_root
    none = Registry(RegistryMirror(tmp_path / "none", root=root), root=root)
    assert Quarterly(node.database, node.vault, none, scene.fetch).collect() == 0
    found = statistics.Statistics(node.database, node.vault, none).look(quarter)
    assert found is not None
    assert (found.nodes, found.missing) == ((node.id,), ())


def test_a_part_that_endangers_a_child_is_not_spread(scene: Scene) -> None:
    quarter = scene.end_quarter()
    small = {"guardianship": {"sex": {"female": 5, "male": None}}}
    document = forged(scene, quarter, subjects=small)
    payload = strict.unb64(document.split(b".")[1]).replace(b'"count":5', b'"count":1')
    bad = jws.sign(payload, typ=protocol.TYPE, signer=scene.hamburg.vault.signer)
    with pytest.raises(UnprotectedError):
        scene.quarterly(scene.athens).accept(scene.hamburg.id, quarter, bad, scene.fed.clock.now)


def test_a_second_part_for_a_quarter_replaces_nothing(scene: Scene) -> None:
    quarter, now = scene.end_quarter(), scene.fed.clock.now
    quarterly = scene.quarterly(scene.athens)
    quarterly.collect()
    scene.asked.clear()
    quarterly.collect()
    assert not [each for each in scene.asked if each.endswith(quarter)]
    with pytest.raises(Exception, match="same moment"):
        quarterly.accept(scene.hamburg.id, quarter, forged(scene, quarter), now)


def test_only_those_who_supervise_audit_or_operate_see_counts(scene: Scene) -> None:
    scene.end_quarter()
    for role in OfficerRole:
        actor: Actor = scene.fed.officer(scene.athens, role.value, (role,))
        if role in (OfficerRole.SUPERVISOR, OfficerRole.AUDITOR, OfficerRole.OPERATOR):
            assert scene.athens.statistics.report(actor=actor) is not None
        else:
            with pytest.raises(ForbiddenError):
                scene.athens.statistics.report(actor=actor)
