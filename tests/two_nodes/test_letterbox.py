"""The public page's letterbox: whoever has a case code leaves a request; nothing tells whether a code is one."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from continuing import Case, begun, handed_over
from federation import Federation, federation
from handover.application.access import Caller
from handover.application.letterbox import MOST, MOST_BY_ITSELF, CaseCodeError, LetterboxWaitError
from handover.application.petition import Came, KeptPetition
from handover.application.petitions import Filing, PetitionError, UnconfirmedError
from handover.domain import case_code
from handover.domain.continuity import ComplaintOutcome, PetitionKind
from handover.domain.errors import NotFoundError
from handover.domain.ids import MatterId
from handover.node import Node

COMPLAINT = Filing(kind=PetitionKind.COMPLAINT, language="uk", text="Nobody asked me.", contact="a friend")
ACCESS = replace(COMPLAINT, kind=PetitionKind.ACCESS)
NOBODYS = case_code.spelled(case_code.with_check("23456789ABCDEFGH"))
Two = tuple[Case, Node, Node]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    with federation(tmp_path, "gr/athens", "it/rome") as (fed, [athens, rome]):
        yield handed_over(fed, athens, rome), athens, rome


def code_of(case: Case, node: Node) -> str:
    return node.after.petitions.new_code(case.matter(node), actor=case.officer(node))


def leave(case: Case, node: Node, code: str, filing: Filing = COMPLAINT, address: str = "") -> None:
    node.after.letterbox.leave(code, filing, Caller(address=address))
    case.fed.settle()


def kept(case: Case, node: Node) -> list[KeptPetition]:
    return list(node.after.petitions.of_matter(case.matter(node), actor=case.officer(node)))


def test_a_complaint_with_the_code_of_the_letter_reaches_every_holder(two: Two) -> None:
    case, athens, rome = two
    leave(case, rome, code_of(case, rome).lower().replace("-", " "))
    [here], [there] = kept(case, rome), kept(case, athens)
    assert (here.id, here.came, there.came) == (there.id, Came.PAGE, Came.PEER)
    seen = rome.after.petitions.look(here.id, actor=case.officer(rome))
    assert seen.words is not None
    assert (seen.words.text, seen.words.contact) == ("Nobody asked me.", "a friend")


def test_a_stranger_who_asks_with_a_code_is_told_nothing(two: Two) -> None:
    case, athens, rome = two
    leave(case, rome, code_of(case, rome), ACCESS)
    [here] = kept(case, rome)
    assert not here.travels
    assert kept(case, athens) == []
    seen = rome.after.petitions.look(here.id, actor=case.officer(rome))
    assert [each.answer for each in seen.holders] == [None]


def test_a_code_that_is_none_leaves_no_trace(two: Two) -> None:
    case, athens, rome = two
    leave(case, rome, NOBODYS)
    assert kept(case, rome) == kept(case, athens) == []
    with rome.database.reading() as work:
        assert work.petitions.waiting_drops() == 0


def test_what_is_left_is_kept_alike_whether_the_code_is_one_or_not(two: Two) -> None:
    case, _, rome = two
    for code in (code_of(case, rome), NOBODYS):
        rome.after.letterbox.leave(code, COMPLAINT, Caller())
    with rome.database.reading() as work:
        first, second = work.petitions.dropped(10)
        assert replace(first, id=second.id, mark=second.mark) == second
        assert work.petitions.of_matter(case.matter(rome)) == []


def test_a_new_code_ends_the_one_before(two: Two) -> None:
    case, _, rome = two
    old = code_of(case, rome)
    leave(case, rome, code_of(case, rome))
    leave(case, rome, old)
    assert len(kept(case, rome)) == 1


def test_the_code_itself_is_kept_nowhere(two: Two) -> None:
    case, _, rome = two
    code = case_code.normal(code_of(case, rome))
    assert code is not None
    found = rome.after.petitions.code(case.matter(rome), actor=case.officer(rome))
    assert found is not None
    assert found.made_at == case.fed.clock.now
    for path in rome.settings.data.rglob("*"):
        assert not path.is_file() or code.encode() not in path.read_bytes()


def test_a_matter_that_is_not_there_gets_no_code(two: Two) -> None:
    case, _, rome = two
    with pytest.raises(NotFoundError):
        rome.after.petitions.new_code(
            MatterId("0199a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"), actor=case.officer(rome)
        )


@pytest.mark.parametrize("code", ["", "ABCD", NOBODYS[:-1] + "2", NOBODYS + "2", "O" + NOBODYS[1:]])
def test_a_code_with_a_wrong_letter_is_said_to_be_wrong(two: Two, code: str) -> None:
    case, _, rome = two
    with pytest.raises(CaseCodeError):
        leave(case, rome, code)


def test_a_complaint_without_words_is_not_taken(two: Two) -> None:
    case, _, rome = two
    with pytest.raises(PetitionError):
        leave(case, rome, NOBODYS, replace(COMPLAINT, text=""))


def test_whoever_sends_again_and_again_has_to_wait(two: Two) -> None:
    case, _, rome = two
    letters = case_code.ALPHABET
    for first in letters[:30]:
        code = case_code.with_check(first + "23456789ABCDEFG")
        rome.after.letterbox.leave(code, COMPLAINT, Caller(address="192.0.2.1"))
    with pytest.raises(LetterboxWaitError):
        leave(case, rome, NOBODYS, address="192.0.2.1")
    leave(case, rome, NOBODYS, address="192.0.2.2")
    case.fed.clock.pass_(3600)
    leave(case, rome, NOBODYS, address="192.0.2.1")


def test_the_letterbox_holds_only_so_much(two: Two) -> None:
    _, _, rome = two
    rome.after.letterbox.leave(NOBODYS, COMPLAINT, Caller())
    with rome.database.begin() as work:
        [first] = work.petitions.dropped(1)
        for number in range(1, MOST):
            id_ = f"{first.id[:-4]}{number:04x}"
            work.petitions.drop(replace(first, id=type(first.id)(id_)))
    with pytest.raises(LetterboxWaitError):
        rome.after.letterbox.leave(NOBODYS, COMPLAINT, Caller())


def test_more_than_a_few_complaints_wait_for_an_officer(two: Two) -> None:
    case, athens, rome = two
    code = code_of(case, rome)
    for _ in range(MOST_BY_ITSELF + 1):
        leave(case, rome, code)
    assert len(kept(case, athens)) == MOST_BY_ITSELF
    last = kept(case, rome)[-1]
    actor = case.officer(rome)
    with pytest.raises(UnconfirmedError):
        rome.after.petitions.answer(last.id, outcome=ComplaintOutcome.UPHELD, text="Yes.", actor=actor)
    rome.after.petitions.confirm(last.id, actor=actor)
    case.fed.settle()
    assert len(kept(case, athens)) == MOST_BY_ITSELF + 1


def test_a_case_that_was_never_handed_over_has_a_code_too(two: Two) -> None:
    fed: Federation = two[0].fed
    case = begun(fed, two[1])
    leave(case, two[1], code_of(case, two[1]))
    fed.clock.pass_(31 * 86400)
    two[1].clockwork.tick()
    assert [each.came for each in kept(case, two[1])] == [Came.PAGE]
    kinds = [each.kind for each in two[1].watch.alarms(actor=case.officer(two[1]))]
    assert "request-overdue" in kinds
