"""What was decided for a child is known to those who have been responsible: asked, told, under a ground, and logged."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from continuing import Case, begun, handed_over
from federation import Federation, federation
from handover.adapters.cells import ErasedError
from handover.application.decided import Decided, KeptDecision
from handover.application.decisions import NoDecisionsError
from handover.application.demands import AnsweredError
from handover.application.facts import OfficerRole
from handover.application.permissions import ForbiddenError
from handover.domain.consent import GroundError
from handover.domain.continuity import DecisionKind, WithdrawalScope
from handover.domain.errors import MalformedError, NotFoundError, OutOfOrderError
from handover.domain.handover import Act, NotResponsibleError
from handover.domain.record import MatterKind
from handover.node import Node
from handover.protocol.entry import EntryKind

ORDER = Decided(
    kind=DecisionKind.GUARDIANSHIP,
    date="2026-09-14",
    authority="Family court of Rome",
    reference="R.G. 77/2026",
    outcome=f"{cases.MARK} is guardian.",
    reasons="No relative was found.",
)
PLACED = Decided(
    kind=DecisionKind.PLACEMENT,
    date="2026-09-20",
    authority="City of Rome",
    reference="",
    outcome="Foster family",
    reasons="",
)


@pytest.fixture
def three(tmp_path: Path) -> Iterator[tuple[Federation, Node, Node, Node]]:
    with federation(tmp_path, "gr/athens", "it/rome", "de/hamburg") as (fed, [athens, rome, hamburg]):
        yield fed, athens, rome, hamburg


@pytest.fixture
def case(three: tuple[Federation, Node, Node, Node]) -> Case:
    """A case that Rome took over, decided in, and handed on to Hamburg."""
    fed, athens, rome, hamburg = three
    found = handed_over(fed, athens, rome)
    record(found, rome, ORDER)
    found.hand_over(hamburg)
    return found


def record(case: Case, node: Node, decided: Decided) -> KeptDecision:
    return node.after.decisions.record(case.matter(node), decided, actor=case.officer(node))


def ask(case: Case, node: Node, of: Node, *kinds: DecisionKind) -> None:
    round_ = case.round(node, of)
    node.after.decisions.ask(round_.id, kinds, text="For the new plan.", actor=case.officer(node))
    case.fed.settle()


def register(case: Case, node: Node) -> list[KeptDecision]:
    return list(node.after.decisions.of_matter(case.matter(node), actor=case.officer(node)))


def read(case: Case, node: Node, line: KeptDecision) -> Decided | None:
    return node.after.decisions.read(line.id, actor=case.officer(node)).decided


def logged(node: Node, kind: EntryKind) -> int:
    with node.database.reading() as work:
        found = work.log.newest(before=None, limit=1000)
    return sum(f'"{kind.value}"'.encode() in data for _, data in found)


def end_ground(case: Case, node: Node, to: Node) -> None:
    actor = case.officer(node)
    for each in node.consents.of_matter(case.matter(node), actor=actor):
        if to.id in each.ground.recipients:
            node.consents.withdraw(each.id, scope=WithdrawalScope.GROUND, text="No.", actor=actor)


def test_what_a_ground_covers_is_told_by_itself_and_stands_in_the_register_with_its_source(
    case: Case,
) -> None:
    _, rome, hamburg = case.path
    ask(case, hamburg, rome, DecisionKind.GUARDIANSHIP)
    [line] = register(case, hamburg)
    assert (line.peer, line.own, line.kind) == (rome.id, False, DecisionKind.GUARDIANSHIP)
    assert read(case, hamburg, line) == ORDER
    [demand] = [each for each in case.demands(hamburg) if not each.incoming]
    assert (demand.answered, demand.answer) == (Act.DECISION, line.envelope)
    shown = [each for each in case.shown(rome) if each.act is Act.DECISION]
    assert [(each.incoming, each.fields) for each in shown] == [(False, ("guardianship.appointing_order",))]


def test_who_names_no_kind_asks_for_all_and_who_hands_over_asks_as_well(case: Case) -> None:
    _, rome, hamburg = case.path
    record(case, hamburg, PLACED)
    cases.consent(
        case.fed,
        hamburg,
        hamburg.cases.matter(case.matter(hamburg), actor=case.officer(hamburg)),
        to=rome.id,
        actor=case.officer(hamburg),
    )
    ask(case, rome, hamburg)
    told = [each for each in register(case, rome) if not each.own]
    assert [read(case, rome, each) for each in told] == [PLACED]


def test_nothing_is_told_by_halves(case: Case) -> None:
    athens, rome, hamburg = case.path
    fields = ("guardianship.appointing_order",)
    actor = case.officer(hamburg)
    matter = hamburg.cases.matter(case.matter(hamburg), actor=actor)
    cases.consent(case.fed, hamburg, matter, to=rome.id, actor=actor, fields=fields)
    order, placed = record(case, hamburg, ORDER), record(case, hamburg, PLACED)
    ask(case, rome, hamburg)
    assert [each.own for each in register(case, rome)] == [True]
    [demand] = [each for each in case.demands(hamburg) if each.open]
    question = hamburg.after.decisions.question(demand.envelope, actor=actor)
    assert question.text == "For the new plan."
    assert {each.id for each in question.found} == {order.id, placed.id}
    assert question.covered == {order.id}
    with pytest.raises(GroundError):
        hamburg.after.decisions.answer(demand.envelope, [order.id, placed.id], text="", actor=actor)
    hamburg.after.decisions.answer(demand.envelope, [order.id], text="The rest is not covered.", actor=actor)
    case.fed.settle()
    told = [each for each in register(case, rome) if not each.own]
    assert [read(case, rome, each) for each in told] == [ORDER]
    with pytest.raises(AnsweredError):
        hamburg.after.decisions.answer(demand.envelope, [order.id], text="", actor=actor)
    assert athens.id != rome.id


def test_where_nothing_was_decided_an_officer_says_so(case: Case) -> None:
    _, rome, hamburg = case.path
    ask(case, hamburg, rome, DecisionKind.LEGAL_OUTCOME)
    [demand] = [each for each in case.demands(rome) if each.act is Act.DECISIONS_WANTED]
    assert demand.open
    actor = case.officer(rome)
    assert rome.after.decisions.question(demand.envelope, actor=actor).found == ()
    with pytest.raises(MalformedError):
        rome.after.decisions.answer(demand.envelope, [], text=" ", actor=actor)
    rome.after.decisions.answer(demand.envelope, [], text="No proceeding was brought.", actor=actor)
    case.fed.settle()
    [asked] = [each for each in case.demands(hamburg) if not each.incoming]
    assert asked.answered is Act.DECISION
    assert register(case, hamburg) == []
    assert not [each for each in case.shown(rome) if each.act is Act.DECISION]


def test_without_a_ground_that_covers_it_nothing_is_told(case: Case) -> None:
    athens, rome, _ = case.path
    ask(case, athens, rome)
    assert register(case, athens) == []
    [demand] = [each for each in case.demands(rome) if each.act is Act.DECISIONS_WANTED]
    assert demand.open
    [line] = register(case, rome)
    with pytest.raises(GroundError):
        rome.after.decisions.answer(demand.envelope, [line.id], text="", actor=case.officer(rome))
    with pytest.raises(GroundError):
        rome.after.decisions.tell(case.round(rome, athens).id, [line.id], text="", actor=case.officer(rome))
    assert [each.open for each in case.demands(rome) if each.act is Act.DECISIONS_WANTED] == [True]


def test_a_question_that_crosses_the_end_of_the_ground_is_put_before_an_officer(case: Case) -> None:
    _, rome, hamburg = case.path
    case.fed.wire.down.add(rome.id)
    ask(case, hamburg, rome, DecisionKind.GUARDIANSHIP)
    case.fed.wire.down.clear()
    end_ground(case, rome, hamburg)
    case.fed.clock.pass_(3600)
    case.fed.settle()
    assert register(case, hamburg) == []
    [demand] = [each for each in case.demands(rome) if each.act is Act.DECISIONS_WANTED]
    assert demand.open


def test_what_was_told_and_has_not_left_stays_when_the_ground_ends(case: Case) -> None:
    _, rome, hamburg = case.path
    [line] = register(case, rome)
    case.fed.wire.down.add(hamburg.id)
    rome.after.decisions.tell(case.round(rome, hamburg).id, [line.id], text="", actor=case.officer(rome))
    end_ground(case, rome, hamburg)
    case.fed.wire.down.clear()
    case.fed.clock.pass_(3600)
    case.fed.settle()
    assert register(case, hamburg) == []
    assert not [each for each in case.shown(hamburg) if each.act is Act.DECISION]


def test_it_is_told_unasked_and_erased_by_itself_when_the_consent_is_withdrawn(case: Case) -> None:
    _, rome, hamburg = case.path
    [line] = register(case, rome)
    rome.after.decisions.tell(case.round(rome, hamburg).id, [line.id], text="", actor=case.officer(rome))
    case.fed.settle()
    [told] = register(case, hamburg)
    end_ground(case, rome, hamburg)
    case.fed.settle()
    actor = case.officer(hamburg)
    [asked] = [each for each in case.demands(hamburg) if each.about == told.envelope]
    hamburg.after.holders.erase(asked.envelope, actor=actor)
    case.fed.settle()
    assert [each.erased for each in register(case, hamburg)] == [True]
    with pytest.raises(ErasedError):
        read(case, hamburg, told)
    assert read(case, rome, line) == ORDER


def test_a_withdrawal_that_crosses_what_is_told_reaches_it(case: Case) -> None:
    _, rome, hamburg = case.path
    [line] = register(case, rome)
    [offered] = [each for each in case.shown(hamburg) if each.incoming]
    actor = case.officer(hamburg)
    hamburg.after.holders.withdraw(offered.envelope, scope=WithdrawalScope.GROUND, text="No.", actor=actor)
    rome.after.decisions.tell(case.round(rome, hamburg).id, [line.id], text="", actor=case.officer(rome))
    case.fed.settle()
    for node in (rome, hamburg):
        [told] = [each for each in case.shown(node) if each.act is Act.DECISION]
        assert told.withdrawn_at is not None


def test_a_matter_that_is_erased_takes_its_decisions_and_answers_with_it(case: Case) -> None:
    athens, rome, hamburg = case.path
    ask(case, hamburg, rome, DecisionKind.LEGAL_OUTCOME)
    [demand] = [each for each in case.demands(rome) if each.act is Act.DECISIONS_WANTED]
    actor = case.officer(rome)
    rome.after.decisions.answer(demand.envelope, [], text="None.", actor=actor)
    ask(case, athens, rome)
    case.fed.settle()
    for node in (rome, athens):
        node.retention.erase(case.matter(node), actor=case.officer(node))
        assert all(each.erased for each in register(case, node))
    [line] = register(case, rome)
    with pytest.raises(ErasedError):
        read(case, rome, line)
    question = rome.after.decisions.question(demand.envelope, actor=actor)
    assert (question.text, question.found, question.answer) == ("", (), None)


def test_who_was_told_does_not_tell_it_on_as_its_own(case: Case) -> None:
    _, rome, hamburg = case.path
    ask(case, hamburg, rome)
    [told] = register(case, hamburg)
    with pytest.raises(NotFoundError):
        hamburg.after.decisions.tell(
            case.round(hamburg, rome).id, [told.id], text="", actor=case.officer(hamburg)
        )


def test_who_never_was_responsible_has_no_round_to_ask_in(
    three: tuple[Federation, Node, Node, Node],
) -> None:
    fed, athens, rome, hamburg = three
    case = begun(fed, athens)
    sent = cases.offer(
        fed,
        athens,
        rome.id,
        case.officer(athens),
        case.officer(athens, "second"),
        matter=athens.cases.matter(case.matter(athens), actor=case.officer(athens)),
    )
    fed.settle()
    got = case.round(rome, athens)
    for node, round_ in ((athens, sent), (rome, got)):
        with pytest.raises(OutOfOrderError):
            node.after.decisions.ask(round_.id, (), text="What?", actor=case.officer(node))
        with pytest.raises(OutOfOrderError):
            node.after.decisions.tell(round_.id, [], text="", actor=case.officer(node))
    with pytest.raises(NotFoundError):
        hamburg.after.decisions.ask(got.id, (), text="What?", actor=case.officer(hamburg))


def test_a_decision_is_recorded_by_who_is_responsible_and_each_reading_is_logged(case: Case) -> None:
    _, rome, hamburg = case.path
    with pytest.raises(NotResponsibleError):
        record(case, rome, PLACED)
    before = logged(hamburg, EntryKind.DECIDED)
    line = record(case, hamburg, PLACED)
    assert logged(hamburg, EntryKind.DECIDED) == before + 1
    before = logged(hamburg, EntryKind.DISCLOSED)
    read(case, hamburg, line)
    assert logged(hamburg, EntryKind.DISCLOSED) == before + 1
    with pytest.raises(MalformedError):
        record(case, hamburg, Decided(**{**vars(PLACED), "outcome": " "}))
    reader = case.fed.officer(hamburg, "auditor", roles=(OfficerRole.AUDITOR,))
    with pytest.raises(ForbiddenError):
        hamburg.after.decisions.of_matter(case.matter(hamburg), actor=reader)


def test_there_are_no_decisions_for_a_tracing_request(three: tuple[Federation, Node, Node, Node]) -> None:
    fed, athens, _, _ = three
    actor = fed.officer(athens, "first")
    matter = cases.begin(fed, athens, actor, kind=MatterKind.TRACING)
    with pytest.raises(NoDecisionsError):
        athens.after.decisions.record(matter.id, ORDER, actor=actor)
