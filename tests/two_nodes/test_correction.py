"""A later version of a record goes to those who hold the earlier one and are covered; they choose what to take over."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cases import GUARDIANSHIP
from continuing import Case, begun, handed_over, judged
from federation import Federation, federation
from handover.application.corrections import Compared, CorrectionDecidedError, NothingCorrectedError
from handover.application.recipients import Recipient
from handover.application.registry import NodeSuspendedError
from handover.application.verifier_report import Verdict
from handover.domain.consent import GroundWithdrawnError
from handover.domain.errors import MalformedError, NotFoundError
from handover.domain.handover import Act, NotResponsibleError
from handover.domain.record import Value, schema
from handover.node import Node
from two_nodes.test_withdrawal import withdraw_first_ground

OF = schema("guardianship/1")
DATE = "identity.birth_date"
NEW: dict[str, Value] = {DATE: {"date": "2013-03", "precision": "month"}}
Three = tuple[Federation, Node, Node, Node]


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Three]:
    with federation(tmp_path, "gr/athens", "it/rome", "de/hamburg") as (fed, [athens, rome, hamburg]):
        yield fed, athens, rome, hamburg


def write(case: Case, node: Node, changes: dict[str, Value]) -> None:
    case.fed.clock.pass_(60)
    actor, matter = case.officer(node), case.matter(node)
    _, known = node.cases.read(matter, actor=actor)
    node.cases.write(matter, OF, {**known.values, **changes}, source="typed", actor=actor)


def to(case: Case, node: Node, peer: Node) -> Recipient:
    found = node.after.corrections.recipients(case.matter(node), actor=case.officer(node))
    return next(each for each in found if each.handover.peer == peer.id)


def send(case: Case, node: Node, peer: Node) -> None:
    handover = to(case, node, peer).handover.id
    node.after.corrections.send(handover, text="The year was wrong.", actor=case.officer(node))
    case.fed.settle()


def came(case: Case, node: Node) -> Compared:
    actor = case.officer(node)
    [kept] = node.after.corrections.of_matter(case.matter(node), actor=actor)
    return node.after.corrections.read(kept.envelope, actor=actor)


def value(case: Case, node: Node, path: str) -> Value:
    return node.cases.read(case.matter(node), actor=case.officer(node))[1].values[path]


def test_whoever_is_still_covered_sees_old_and_new_side_by_side(three: Three) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    write(case, athens, NEW)
    assert to(case, athens, rome).changed == (DATE,)
    send(case, athens, rome)
    found = came(case, rome)
    assert [(each.path, each.old, each.new) for each in found.differences] == [
        (DATE, GUARDIANSHIP[DATE], NEW[DATE])
    ]
    assert found.text == "The year was wrong."
    assert value(case, rome, DATE) == GUARDIANSHIP[DATE]


def test_what_is_taken_over_becomes_a_new_version_and_says_where_it_came_from(three: Three) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    write(case, athens, {**NEW, "identity.sex": "female"})
    send(case, athens, rome)
    actor, desk = case.officer(rome), rome.after.corrections
    envelope = came(case, rome).kept.envelope
    version = desk.take(envelope, fields=[DATE], actor=actor)
    assert version.source == "correction of gr/athens"
    assert value(case, rome, DATE) == NEW[DATE]
    assert value(case, rome, "identity.sex") == GUARDIANSHIP["identity.sex"]
    assert [each.path for each in came(case, rome).differences] == ["identity.sex"]
    for again in (
        lambda: desk.take(envelope, fields=["identity.sex"], actor=actor),
        lambda: desk.dismiss(envelope, actor=actor),
    ):
        with pytest.raises(CorrectionDecidedError):
            again()


def test_what_is_dismissed_stays_readable_and_changes_nothing(three: Three) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    write(case, athens, NEW)
    send(case, athens, rome)
    actor, desk = case.officer(rome), rome.after.corrections
    assert len(desk.waiting(actor=actor)) == 1
    desk.dismiss(came(case, rome).kept.envelope, actor=actor)
    assert desk.waiting(actor=actor) == []
    assert came(case, rome).differences
    assert value(case, rome, DATE) == GUARDIANSHIP[DATE]


@pytest.mark.parametrize("fields", [[], ["education.needs", "nothing.there"]])
def test_only_what_a_correction_states_is_taken_over(three: Three, fields: list[str]) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    write(case, athens, NEW)
    send(case, athens, rome)
    actor = case.officer(rome)
    with pytest.raises(MalformedError):
        rome.after.corrections.take(came(case, rome).kept.envelope, fields=fields, actor=actor)


def test_whoever_is_not_covered_any_more_is_told_nothing(three: Three) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    write(case, athens, NEW)
    withdraw_first_ground(case)
    assert isinstance(to(case, athens, rome).problem, GroundWithdrawnError)
    with pytest.raises(GroundWithdrawnError):
        send(case, athens, rome)
    assert rome.after.corrections.of_matter(case.matter(rome), actor=case.officer(rome)) == []


def test_whoever_has_the_newest_version_is_not_told_again(three: Three) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    with pytest.raises(NothingCorrectedError):
        send(case, athens, rome)
    write(case, athens, NEW)
    send(case, athens, rome)
    with pytest.raises(NothingCorrectedError):
        send(case, athens, rome)


def test_a_suspended_authority_is_told_nothing(three: Three) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    write(case, athens, NEW)
    fed.ceremony.suspend(rome.id, now=fed.clock.now)
    fed.publish()
    assert isinstance(to(case, athens, rome).problem, NodeSuspendedError)
    with pytest.raises(NodeSuspendedError):
        send(case, athens, rome)


def test_whoever_has_passed_the_record_on_passes_the_correction_on_under_its_own_ground(
    three: Three,
) -> None:
    case = handed_over(*three)
    _, athens, rome, hamburg = three
    write(case, athens, NEW)
    send(case, athens, rome)
    assert hamburg.after.corrections.of_matter(case.matter(hamburg), actor=case.officer(hamburg)) == []
    rome.after.corrections.take(came(case, rome).kept.envelope, fields=[DATE], actor=case.officer(rome))
    assert to(case, rome, hamburg).changed == (DATE,)
    send(case, rome, hamburg)
    assert [each.path for each in came(case, hamburg).differences] == [DATE]
    hamburg.after.corrections.take(
        came(case, hamburg).kept.envelope, fields=[DATE], actor=case.officer(hamburg)
    )
    assert value(case, hamburg, DATE) == NEW[DATE]
    report = judged(case, athens, rome, hamburg)
    assert report.verdict is Verdict.VALID, [each for each in report.findings if each.severity != "note"]
    assert [line.who for line in report.matters[0].timeline if line.what == "correction"] == [
        athens.id,
        rome.id,
    ]


def test_a_second_correction_answers_the_first(three: Three) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    for sex in ("female", "male", "female"):
        write(case, athens, {"identity.sex": sex})
        send(case, athens, rome)
    found = [each for each in case.shown(rome) if each.act is Act.CORRECTION]
    assert len(found) == 3
    report = judged(case, athens, rome)
    assert report.verdict is Verdict.VALID, [each for each in report.findings if each.severity != "note"]


def test_a_correction_of_what_was_erased_is_not_kept(three: Three) -> None:
    fed, athens, rome, hamburg = three
    case = handed_over(fed, athens, rome, hamburg)
    write(case, athens, NEW)
    rome.retention.erase(case.matter(rome), actor=case.officer(rome))
    send(case, athens, rome)
    with pytest.raises(NotFoundError):
        came(case, rome)
    assert rome.after.corrections.waiting(actor=case.officer(rome)) == []


def test_a_withdrawn_correction_is_erased_with_the_rest(three: Three) -> None:
    case = handed_over(*three)
    _, athens, rome, _ = three
    write(case, athens, NEW)
    send(case, athens, rome)
    withdraw_first_ground(case)
    for asked in [each for each in case.demands(rome) if each.incoming and each.open]:
        with rome.database.reading() as work:
            still = work.demands.get(asked.envelope).open
        if still:
            rome.after.holders.erase(asked.envelope, actor=case.officer(rome))
    case.fed.settle()
    assert {each.answered for each in case.demands(athens)} == {Act.ERASED}
    with pytest.raises(NotFoundError):
        came(case, rome)


def test_who_never_took_over_has_no_copy_to_correct(three: Three) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    athens.retention.erase(case.matter(athens), actor=case.officer(athens))
    with pytest.raises(NotResponsibleError):
        athens.cases.write(case.matter(athens), OF, GUARDIANSHIP, source="typed", actor=case.officer(athens))


PHOTO = "identity.photo"


def with_photo(case: Case, node: Node, data: bytes) -> dict[str, Value]:
    """Keep a photograph at a node, and give the field that names it."""
    digest = node.attachments.add(case.matter(node), "image/png", data, actor=case.officer(node))
    return {PHOTO: {"media_type": "image/png", "size": len(data), "digest": str(digest)}}


def test_that_a_file_was_wrong_is_told_in_words_and_the_file_stays_here(three: Three) -> None:
    fed, athens, rome, _ = three
    case = begun(fed, athens)
    write(case, athens, with_photo(case, athens, b"\x89PNG another child"))
    case.hand_over(rome)
    assert to(case, athens, rome).files == ()
    write(case, athens, with_photo(case, athens, b"\x89PNG this child"))
    found = to(case, athens, rome)
    assert (found.changed, found.files) == ((), (PHOTO,))
    assert PHOTO not in found.fields
    send(case, athens, rome)
    compared = came(case, rome)
    assert (compared.differences, compared.text) == ((), "The year was wrong.")
    with pytest.raises(NothingCorrectedError):
        send(case, athens, rome)
