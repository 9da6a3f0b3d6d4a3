"""A referral between two real nodes: shown for a task and a time, answered, ended; responsibility never moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from continuing import Case, judged
from federation import Federation, federation
from handover.application.permissions import SameOfficerError
from handover.application.referrals import FinishReasonError
from handover.application.referring import FileReferredError
from handover.application.registry import MandateMissingError
from handover.application.verifier_report import Rule
from handover.domain.consent import GroundError
from handover.domain.courses import EndReason
from handover.domain.errors import NotFoundError, OutOfOrderError
from handover.domain.handover import Act, Claim, NotResponsibleError, State
from handover.domain.ids import UUID7
from handover.domain.record import Value, schema
from handover.node import Node
from handover.pages.said import english
from handover.protocol.bodies import IncompleteMessageError
from referring import FIELDS, at, case_of, prepared, referred, states

DAY = 86400


@pytest.fixture
def fed(tmp_path: Path) -> Iterator[tuple[Federation, list[Node]]]:
    with federation(tmp_path, "gr/athens", "de/hamburg", "fr/lyon") as found:
        yield found


@pytest.fixture
def case(fed: tuple[Federation, list[Node]]) -> Case:
    return case_of(fed[0], fed[1][0])


def _values(case: Case, node: Node, other: Node) -> object:
    found = at(case, node, other)
    return node.after.referrals.open(found.id, actor=case.officer(node))


def _is_erased(case: Case, node: Node, other: Node) -> bool:
    found = at(case, node, other)
    with node.database.reading() as work:
        for kept in work.envelopes.of_handover(found.id):
            if kept.act in (Act.REFERRAL, Act.QUESTION, Act.ANSWER, Act.END):
                with pytest.raises(NotFoundError):
                    work.envelopes.plaintext(kept.digest)
        shown = [each for each in work.disclosures.of_matter(found.matter) if each.act is Act.REFERRAL]
    return all(each.erased_at is not None for each in shown)


def test_a_referral_is_read_answered_and_done_and_nothing_is_kept(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south, _ = fed[1]
    sent = referred(case, south)
    assert states(case, north, south) == (State.REFERRED, State.SERVING)
    assert _values(case, south, north).keys() == set(FIELDS)  # type: ignore[attr-defined]
    got, officer = at(case, south, north), case.officer(south)
    south.after.referrals.answer(got.id, text="The clinic at the harbour.", actor=officer)
    south.after.referrals.finish(got.id, reason=EndReason.DONE, text="He is seen there.", actor=officer)
    fed[0].settle()
    assert states(case, north, south) == (State.OVER, State.ENDED)
    assert (at(case, north, south).reason, at(case, south, north).reason) == ("done", "done")
    assert _is_erased(case, south, north)
    lines = north.handovers.timeline(sent.id, actor=case.officer(north))
    assert [each.text for each in lines if each.act is Act.ANSWER] == [{"text": "The clinic at the harbour."}]
    report = judged(case, north, south)
    assert report.verdict == "valid"
    happened = {line.what: english(line.sentence) for line in report.matters[0].timeline if line.round}
    assert " refers the case of a child to " in happened["referral"]
    assert happened["opened"].endswith(" has read the referral")
    assert happened["end"].endswith(" ends the referral: What was asked for is done")


def test_responsibility_stays_where_it_is(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south, _ = fed[1]
    referred(case, south)
    with north.database.reading() as work:
        assert work.matters.get(case.matter(north)).claim is Claim.HOLDER
        assert work.matters.get(case.matter(north)).epoch == 0
    with south.database.reading() as work:
        matter = work.matters.get(case.matter(south))
    assert (matter.claim, matter.holder, matter.chain) == (Claim.NONE, north.id, ())


def test_it_ends_by_itself_at_both_sides(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south, _ = fed[1]
    referred(case, south, deadline=fed[0].clock.now + DAY)
    fed[0].clock.pass_(DAY + 600)
    fed[0].settle()
    assert set(states(case, north, south)) <= {State.OVER, State.ENDED}
    assert at(case, north, south).reason == "expired"
    assert _is_erased(case, south, north)
    assert judged(case, north, south).verdict == "valid"


def test_a_receiver_erases_by_its_own_clock_though_the_sender_is_silent(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south, _ = fed[1]
    referred(case, south, deadline=fed[0].clock.now + DAY)
    fed[0].wire.nodes.pop(north.id)
    fed[0].clock.pass_(DAY + 600)
    south.clockwork.tick()
    assert at(case, south, north).state is State.ENDING
    assert _is_erased(case, south, north)
    fed[0].wire.nodes[north.id] = north
    fed[0].settle()
    assert set(states(case, north, south)) <= {State.OVER, State.ENDED}


def test_after_its_time_nothing_is_shown(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south, _ = fed[1]
    referred(case, south, deadline=fed[0].clock.now + DAY)
    fed[0].clock.pass_(DAY + 600)
    with pytest.raises(OutOfOrderError):
        _values(case, south, north)


def test_a_receiver_may_say_that_it_does_not_take_it_on(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south, _ = fed[1]
    referred(case, south)
    got, officer = at(case, south, north), case.officer(south)
    with pytest.raises(FinishReasonError):
        south.after.referrals.finish(got.id, reason=EndReason.EXPIRED, text="No.", actor=officer)
    with pytest.raises(IncompleteMessageError):
        south.after.referrals.finish(got.id, reason=EndReason.NOT_TAKEN, text=" ", actor=officer)
    south.after.referrals.finish(got.id, reason=EndReason.NOT_TAKEN, text="No place.", actor=officer)
    fed[0].settle()
    assert at(case, north, south).reason == "not-taken"


def test_a_sender_may_end_it_early(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south, _ = fed[1]
    sent = referred(case, south)
    north.after.referring.end(sent.id, text="She found a clinic.", actor=case.officer(north))
    fed[0].settle()
    assert states(case, north, south) == (State.ENDED, State.OVER)
    assert at(case, south, north).reason == "recalled"
    assert _is_erased(case, south, north)
    assert judged(case, north, south).verdict == "valid"


def test_a_prepared_referral_is_discarded_and_nobody_hears_of_it(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south, _ = fed[1]
    sent = prepared(case, south)
    north.after.referring.end(sent.id, text="Not needed.", actor=case.officer(north))
    fed[0].settle()
    assert at(case, north, south).state is State.DISCARDED


def test_four_eyes(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south, _ = fed[1]
    sent = prepared(case, south)
    with pytest.raises(SameOfficerError):
        north.after.referring.release(sent.id, actor=case.officer(north))


def test_it_is_extended_by_a_further_one(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south, _ = fed[1]
    sent = referred(case, south)
    again = north.after.referring.again(
        sent.id, deadline=fed[0].clock.now + 20 * DAY, actor=case.officer(north)
    )
    north.after.referring.release(again.id, actor=case.officer(north, "second"))
    fed[0].settle()
    assert again.id != sent.id
    assert again.fields == sent.fields
    asked = south.after.referrals.asks(at(case, south, north).id, actor=case.officer(south))
    assert asked["task"] == "health"
    assert at(case, south, north).matter == case.matter(south)


def test_a_result_comes_back_under_a_ground_of_the_receiver(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south, _ = fed[1]
    referred(case, south)
    got, officer = at(case, south, north), case.officer(south)
    answer = {"text": "Asthma since birth.", "fields": ("health.conditions",), "actor": officer}
    with pytest.raises(GroundError):
        south.after.referrals.answer(got.id, **answer)  # type: ignore[arg-type]
    cases.consent(fed[0], south, south.cases.matter(got.matter, actor=officer), to=north.id, actor=officer)
    south.after.referrals.answer(got.id, **answer)  # type: ignore[arg-type]
    fed[0].settle()
    with north.database.reading() as work:
        shown = [each for each in work.disclosures.of_matter(case.matter(north)) if each.incoming]
    assert [(each.act, each.fields) for each in shown] == [(Act.ANSWER, ("health.conditions",))]
    report = judged(case, north, south)
    assert report.verdict == "incomplete"
    assert {each.rule for each in report.findings} == {Rule.OPEN, Rule.AS_OF}


def test_a_file_is_not_referred(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south, _ = fed[1]
    actor, matter = case.officer(north), case.matter(north)
    digest = north.attachments.add(matter, "image/png", b"\x89PNG", actor=actor)
    photo: Value = {"media_type": "image/png", "size": 4, "digest": str(digest)}
    values = cases.GUARDIANSHIP | {"identity.photo": photo}
    north.cases.write(matter, schema("guardianship/1"), values, source="typed", actor=actor)
    with pytest.raises(FileReferredError):
        prepared(case, south, fields=("identity.photo",))


def test_only_a_node_with_the_mandate_is_asked(fed: tuple[Federation, list[Node]], case: Case) -> None:
    other = fed[0].add("es/barcelona", mandates=("family-tracing",))
    with pytest.raises(MandateMissingError):
        prepared(case, other)


def test_who_is_not_responsible_any_more_refers_nothing(
    fed: tuple[Federation, list[Node]], case: Case
) -> None:
    north, south, lyon = fed[1]
    sent = prepared(case, lyon)
    case.hand_over(south)
    assert at(case, north, lyon).state is State.DISCARDED
    with pytest.raises(OutOfOrderError):
        north.after.referring.release(sent.id, actor=case.officer(north, "second"))
    with pytest.raises(NotResponsibleError):
        north.after.referring.again(sent.id, deadline=None, actor=case.officer(north))


def test_when_responsibility_passes_the_referral_ends(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south, lyon = fed[1]
    referred(case, lyon)
    case.hand_over(south)
    fed[0].settle()
    assert states(case, north, lyon) == (State.ENDED, State.OVER)
    assert at(case, lyon, north).reason == "responsibility-passed"
    assert _is_erased(case, lyon, north)
    assert judged(case, north, south, lyon).verdict == "valid"


def test_a_withdrawn_consent_ends_it(fed: tuple[Federation, list[Node]], case: Case) -> None:
    north, south, _ = fed[1]
    sent = referred(case, south)
    north.consents.withdraw(UUID7(sent.ground or ""), actor=case.officer(north))
    fed[0].settle()
    assert states(case, north, south) == (State.ENDED, State.OVER)
    assert at(case, south, north).reason == "consent-withdrawn"
    assert _is_erased(case, south, north)
