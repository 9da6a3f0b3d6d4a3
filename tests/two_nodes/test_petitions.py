"""A person complains, or asks who received what: it goes to every holder, and each one's answer comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from continuing import Case, begun, handed_over, judged
from federation import Federation, federation
from handover.application.demands import AnsweredError
from handover.application.facts import OfficerRole
from handover.application.permissions import ForbiddenError
from handover.application.petition import Came, KeptPetition
from handover.application.petitions import Filing, PetitionError, Seen
from handover.application.verifier_report import Verdict
from handover.domain.continuity import ComplaintOutcome, PetitionKind
from handover.domain.courses import EndReason
from handover.domain.errors import NotFoundError, OutOfOrderError
from handover.domain.handover import Act
from handover.domain.ids import UUID7
from handover.node import Node
from referring import at, prepared, referred

DAY = 86400
COMPLAINT = Filing(kind=PetitionKind.COMPLAINT, language="uk", text="Nobody asked me.", contact="+380 44 000")
ACCESS = Filing(kind=PetitionKind.ACCESS, language="uk", text="Who knows my address?")
Three = tuple[Federation, Node, Node, Node]


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Three]:
    with federation(tmp_path, "gr/athens", "it/rome", "de/hamburg") as (fed, [athens, rome, hamburg]):
        yield fed, athens, rome, hamburg


def filed(case: Case, node: Node, filing: Filing = COMPLAINT) -> UUID7:
    actor = case.officer(node)
    found = node.after.petitions.file(case.matter(node), filing, actor=actor)
    if filing.kind is PetitionKind.ACCESS:
        node.after.petitions.confirm(found.id, actor=actor)
    case.fed.settle()
    return found.id


def look(case: Case, node: Node, id_: UUID7) -> Seen:
    return node.after.petitions.look(id_, actor=case.officer(node))


def answer(case: Case, node: Node, id_: UUID7, text: str = "We are sorry.") -> None:
    node.after.petitions.answer(id_, outcome=ComplaintOutcome.UPHELD, text=text, actor=case.officer(node))
    case.fed.settle()


def alarms(case: Case, node: Node) -> list[str]:
    return [each.kind for each in node.watch.alarms(actor=case.officer(node))]


def test_a_complaint_reaches_every_holder_with_its_words(three: Three) -> None:
    case = handed_over(*three)
    _, athens, rome, hamburg = three
    id_ = filed(case, hamburg)
    for node in (athens, rome):
        seen = look(case, node, id_)
        assert (seen.petition.kind, seen.petition.came) == (PetitionKind.COMPLAINT, Came.PEER)
        assert seen.words is not None
        assert (seen.words.text, seen.words.contact) == ("Nobody asked me.", "")
        assert [each.id for each in node.after.petitions.waiting(actor=case.officer(node))] == [id_]


def test_an_answer_of_each_holder_reaches_the_node_where_it_was_filed(three: Three) -> None:
    case = handed_over(*three)
    _, athens, rome, hamburg = three
    id_ = filed(case, hamburg)
    for node in (athens, rome, hamburg):
        answer(case, node, id_, f"Said by {node.id}.")
    seen = look(case, hamburg, id_)
    assert {each.node: each.answer and each.answer.text for each in seen.holders} == {
        node.id: f"Said by {node.id}." for node in (athens, rome, hamburg)
    }
    assert {each.answer and each.answer.outcome for each in seen.holders} == {ComplaintOutcome.UPHELD}


def test_whoever_passes_an_answer_on_has_not_answered_itself(three: Three) -> None:
    case = handed_over(*three)
    fed, athens, rome, hamburg = three
    id_ = filed(case, hamburg)
    answer(case, athens, id_)
    [asked] = case.demands(hamburg)
    assert asked.answered is None
    fed.clock.pass_(31 * DAY)
    assert look(case, hamburg, id_).late(fed.clock.now) == (hamburg.id, rome.id)


def test_who_received_what_is_answered_by_every_holder_by_itself(three: Three) -> None:
    case = handed_over(*three)
    _, athens, rome, hamburg = three
    id_ = filed(case, hamburg, ACCESS)
    seen = look(case, hamburg, id_)
    told = {each.node: [one.to for one in each.answer.told] for each in seen.holders if each.answer}
    assert told == {athens.id: [rome.id], rome.id: [hamburg.id], hamburg.id: []}
    [shown] = case.shown(athens)
    [line] = next(each.answer.told for each in seen.holders if each.node == athens.id and each.answer)
    assert (line.at, line.fields, line.erased) == (shown.at, shown.fields, False)
    assert [each.act for each in case.demands(rome)] == [Act.ACCESS_WANTED, Act.ACCESS_WANTED]
    assert all(each.answered is Act.ACCESS_ANSWER for node in three[1:] for each in case.demands(node))


def test_the_words_of_who_asks_for_access_do_not_travel(three: Three) -> None:
    case = handed_over(*three)
    id_ = filed(case, three[3], ACCESS)
    seen = look(case, three[2], id_)
    assert seen.words is not None
    assert seen.words.text == ""


def test_nothing_is_told_before_an_officer_has_confirmed_who_asks(three: Three) -> None:
    case = handed_over(*three)
    fed, athens, rome, _ = three
    actor = case.officer(rome)
    petition = rome.after.petitions.file(case.matter(rome), ACCESS, actor=actor)
    fed.settle()
    assert case.demands(athens) == []
    assert [each.answer for each in look(case, rome, petition.id).holders] == [None]
    rome.after.petitions.turn_away(petition.id, actor=actor)
    with pytest.raises(OutOfOrderError):
        rome.after.petitions.confirm(petition.id, actor=actor)
    assert case.demands(athens) == []


def test_what_was_confirmed_is_not_confirmed_or_turned_away_again(three: Three) -> None:
    case = handed_over(*three)
    rome = three[2]
    id_ = filed(case, rome, ACCESS)
    with pytest.raises(OutOfOrderError):
        rome.after.petitions.confirm(id_, actor=case.officer(rome))
    with pytest.raises(OutOfOrderError):
        rome.after.petitions.turn_away(id_, actor=case.officer(rome))


def test_a_request_is_answered_once_by_each(three: Three) -> None:
    case = handed_over(*three)
    rome = three[2]
    id_ = filed(case, rome)
    answer(case, rome, id_)
    with pytest.raises(AnsweredError):
        answer(case, rome, id_)
    access = filed(case, rome, ACCESS)
    with pytest.raises(AnsweredError):
        answer(case, rome, access)


@pytest.mark.parametrize(
    "filing",
    [
        Filing(kind=PetitionKind.COMPLAINT, language="en", text="  "),
        Filing(kind=PetitionKind.COMPLAINT, language="", text="No."),
        Filing(kind=PetitionKind.COMPLAINT, language="x" * 36, text="No."),
        Filing(kind=PetitionKind.ACCESS, language="en", text="x" * 4001),
        Filing(kind=PetitionKind.ACCESS, language="en", contact="x" * 201),
    ],
)
def test_what_is_not_complete_is_not_taken(three: Three, filing: Filing) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    with pytest.raises(PetitionError):
        filed(case, rome, filing)
    assert rome.after.petitions.of_matter(case.matter(rome), actor=case.officer(rome)) == []


def test_an_answer_has_words(three: Three) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    id_ = filed(case, rome)
    with pytest.raises(PetitionError):
        answer(case, rome, id_, " ")


def test_a_holder_that_is_down_for_weeks_answers_when_it_is_back(three: Three) -> None:
    case = handed_over(*three)
    fed, athens, rome, hamburg = three
    fed.wire.down.add(rome.id)
    id_ = filed(case, hamburg, ACCESS)
    fed.clock.pass_(20 * DAY)
    fed.wire.down.clear()
    fed.settle()
    answered = {each.node for each in look(case, hamburg, id_).holders if each.answer}
    assert answered == {athens.id, rome.id, hamburg.id}


def test_who_has_not_answered_in_time_is_put_before_the_officers_of_both(three: Three) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    filed(case, rome)
    fed.clock.pass_(31 * DAY)
    for node in (athens, rome):
        node.clockwork.tick()
        assert {"demand-overdue", "request-overdue"} <= set(alarms(case, node))


def test_a_complaint_follows_the_case_to_those_who_come_after(three: Three) -> None:
    fed, athens, rome, hamburg = three
    case = handed_over(fed, athens, rome)
    id_ = filed(case, athens)
    case.hand_over(hamburg)
    fed.clock.pass_(120)
    fed.settle()
    assert look(case, hamburg, id_).petition.came is Came.PEER
    answer(case, hamburg, id_)
    assert [each.node for each in look(case, athens, id_).holders if each.answer] == [hamburg.id]


def test_a_case_that_came_back_is_asked_of_each_authority_once(three: Three) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    case.hand_over(athens)
    id_ = filed(case, athens)
    assert len(case.demands(rome)) == 1
    answer(case, rome, id_)
    answer(case, athens, id_)
    assert all(each.answer for each in look(case, athens, id_).holders)


def test_two_requests_that_cross_are_both_answered(three: Three) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    made = [
        node.after.petitions.file(case.matter(node), COMPLAINT, actor=case.officer(node)).id
        for node in (athens, rome)
    ]
    fed.settle()
    for node in (athens, rome):
        for id_ in made:
            answer(case, node, id_)
    for node, id_ in zip((athens, rome), made, strict=True):
        assert all(each.answer for each in look(case, node, id_).holders)


def test_a_withdrawal_destroys_the_words_and_the_evidence_still_verifies(three: Three) -> None:
    case = handed_over(*three)
    _, athens, rome, hamburg = three
    id_ = filed(case, hamburg)
    for node in (athens, rome, hamburg):
        answer(case, node, id_)
    rome.retention.erase(case.matter(rome), actor=case.officer(rome))
    seen = look(case, rome, id_)
    assert seen.words is None
    assert {each.answer.text for each in seen.holders if each.answer} == {""}
    report = judged(case, athens, rome, hamburg)
    assert report.verdict is Verdict.VALID, [each for each in report.findings if each.severity != "note"]
    said = [line.what for line in report.matters[0].timeline]
    assert said.count("complaint") == 2
    assert said.count("complaint-answer") == 3


def test_no_desk_deletes_a_request(three: Three) -> None:
    case = handed_over(*three)
    rome = three[2]
    id_ = filed(case, rome)
    rome.retention.erase(case.matter(rome), actor=case.officer(rome))
    kept: KeptPetition = rome.after.petitions.get(id_, actor=case.officer(rome))
    assert kept.id == id_


def test_who_may_not_decide_does_not_answer(three: Three) -> None:
    fed, athens, rome, _ = three
    case = handed_over(fed, athens, rome)
    id_ = filed(case, rome)
    with pytest.raises(ForbiddenError):
        rome.after.petitions.answer(
            id_,
            outcome=ComplaintOutcome.UPHELD,
            text="No.",
            actor=fed.officer(rome, "auditor", roles=(OfficerRole.AUDITOR,)),
        )
    with pytest.raises(NotFoundError):
        answer(case, athens, UUID7("0199a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"))


def test_a_complaint_arrives_although_the_one_who_passes_it_on_has_erased(three: Three) -> None:
    case = handed_over(*three)
    fed, athens, rome, hamburg = three
    fed.wire.down.add(athens.id)
    id_ = filed(case, hamburg)
    rome.retention.erase(case.matter(rome), actor=case.officer(rome))
    fed.wire.down.clear()
    fed.clock.pass_(DAY)
    fed.settle()
    seen = look(case, athens, id_)
    assert seen.words is not None
    assert seen.words.text == "Nobody asked me."
    answer(case, athens, id_)
    assert [each.node for each in look(case, hamburg, id_).holders if each.answer] == [athens.id]


def test_a_request_reaches_whom_the_case_was_referred_to_and_its_answer_the_whole_chain(three: Three) -> None:
    """Athens hands over to Rome, which refers to Hamburg: what is filed in Athens is answered by Hamburg, too."""
    fed, athens, rome, hamburg = three
    case = handed_over(fed, athens, rome)
    referred(case, hamburg)
    complaint, access = filed(case, athens), filed(case, athens, ACCESS)
    answer(case, hamburg, complaint, "The nurse has said sorry.")
    holders = {each.node: each.answer for each in look(case, athens, complaint).holders}
    assert holders[hamburg.id] is not None
    assert holders[hamburg.id].text == "The nurse has said sorry."  # type: ignore[union-attr]
    told = {
        each.node: each.answer and [one.to for one in each.answer.told]
        for each in look(case, athens, access).holders
    }
    assert told == {athens.id: [rome.id], rome.id: [hamburg.id], hamburg.id: []}
    hamburg.after.referrals.finish(
        at(case, hamburg, rome).id, reason=EndReason.DONE, text="Seen.", actor=case.officer(hamburg)
    )
    fed.settle()
    report = judged(case, athens, rome, hamburg)
    assert report.verdict is Verdict.VALID, [each.text for each in report.findings]


def test_what_is_complained_of_where_a_case_was_referred_to_reaches_the_responsible_authority(
    three: Three,
) -> None:
    fed, athens, rome, _ = three
    case = begun(fed, athens)
    referred(case, rome)
    id_ = filed(case, rome)
    answer(case, athens, id_)
    assert look(case, rome, id_).holders[0].answer is not None


@pytest.mark.parametrize("ended", [False, True], ids=["before", "after"])
def test_a_referral_ends_and_the_answer_to_a_complaint_arrives_all_the_same(
    three: Three, ended: bool
) -> None:
    fed, athens, rome, _ = three
    case = begun(fed, athens)
    referred(case, rome)
    officer = case.officer(rome)
    round_ = at(case, rome, athens).id
    if ended:
        rome.after.referrals.finish(round_, reason=EndReason.DONE, text="Seen.", actor=officer)
        fed.settle()
    id_ = filed(case, athens)
    fed.wire.down.add(athens.id)
    rome.after.petitions.answer(id_, outcome=ComplaintOutcome.UPHELD, text="Sorry.", actor=officer)
    if not ended:
        rome.after.referrals.finish(round_, reason=EndReason.DONE, text="Seen.", actor=officer)
    fed.settle()
    fed.wire.down.discard(athens.id)
    fed.clock.pass_(3600)
    fed.settle()
    [answered] = [each.answer for each in look(case, athens, id_).holders if each.node == rome.id]
    assert answered is not None
    assert answered.text == "Sorry."
    with rome.database.reading() as work:
        for kept in work.envelopes.of_handover(round_):
            if kept.act is Act.COMPLAINT_ANSWER:
                with pytest.raises(NotFoundError):
                    work.envelopes.plaintext(kept.digest)
    assert judged(case, athens, rome).verdict is Verdict.VALID


def test_what_was_prepared_and_never_referred_is_not_told_of_a_request(three: Three) -> None:
    fed, athens, rome, hamburg = three
    case = handed_over(fed, athens, rome)
    prepared(case, hamburg)
    filed(case, athens)
    assert hamburg.id not in case.matters
    with hamburg.database.reading() as work:
        assert work.handovers.page(after="", limit=9) == []
