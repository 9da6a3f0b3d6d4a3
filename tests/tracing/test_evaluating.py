"""Evaluations over the wire: three of five holders, in any weather; quotas, alarms, and who lied."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handover.application.evaluating import PATH, Reason, reference
from handover.application.key_holding import BURST, HOURLY, Allowance, KeyHolding, Sum, conspicuous
from handover.application.registry import MandateMissingError, UnknownSenderError
from handover.application.tracing_keys import (
    EvaluationReplayedError,
    EvaluationsSpentError,
    EvaluationTimeError,
    HoldersAwayError,
    NoEpochError,
    NotAHolderError,
    Spent,
)
from handover.domain.errors import HandoverError, MalformedError, UnreachableError
from handover.domain.ids import Digest, MatterId, NodeId
from handover.node import Node
from handover.protocol import evaluation, ristretto, strict
from handover.protocol.entry import EntryKind
from handover.protocol.epoch import Epoch
from handover.protocol.evaluation import KEYS, SIZE, Basis, Kind, Request
from handover.protocol.jws import Ed25519Signer, SignatureError
from handover.protocol.threshold import Batch, WrongSumError
from tracing.holding import DAYS, Scene, alarms, logged, scene

INPUTS = [b"key %d" % number for number in range(30)]
MATTER = MatterId("01993b5e-7c00-7000-8000-000000000001")
QUESTION = Reason.question(MATTER, Basis.CONSENT)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, Epoch]]:
    with scene(tmp_path_factory.mktemp("five")) as five:
        yield five, five.ceremony()


@pytest.fixture
def five(made: tuple[Scene, Epoch]) -> Iterator[Scene]:
    found = made[0]
    found.fed.wire.small.clear()
    yield found
    found.fed.wire.down.clear()
    found.fed.wire.bending.clear()
    for each in found.all:
        each.tracing_keys.evaluating._avoided.clear()
    found.fed.clock.pass_(3600)  # every bucket is empty again


@pytest.fixture
def epoch(made: tuple[Scene, Epoch]) -> Epoch:
    return made[1]


def request_of(five: Scene, at: Node, epoch: Epoch, /, **changed: object) -> Request:
    made = Request(
        kind=Kind.QUESTION,
        basis=Basis.CONSENT,
        epoch=epoch.number,
        place=1,
        places=(1, 2, 3),
        records=0,
        issued=five.now,
        reference=reference(bytes(16), MATTER),
        asker=Digest(at.vault.signer.kid),
        elements=Batch.of([b"%d" % number for number in range(KEYS[Kind.QUESTION])]).elements,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def asked(five: Scene, at: Node, epoch: Epoch, /, **changed: object) -> bytes:
    request = request_of(five, at, epoch, **changed)
    return five.holders[0].tracing_keys.holding.evaluate(evaluation.sign(request, signer=at.vault.signer))


def test_three_holders_give_what_the_whole_key_would(five: Scene, epoch: Epoch) -> None:
    given = five.asker.tracing_keys.evaluating.evaluate([*INPUTS, INPUTS[0]], reason=QUESTION)
    assert given == five.outputs(epoch, [*INPUTS, INPUTS[0]])
    assert {len(body) for _, _, body in five.fed.wire.small} == {SIZE[Kind.QUESTION]}
    assert len({peer for peer, path, _ in five.fed.wire.small if path == PATH}) == 3


def test_a_holder_uses_its_own_share_without_the_wire(five: Scene, epoch: Epoch) -> None:
    athens = five.holders[0]
    for _ in range(6):
        assert athens.tracing_keys.evaluating.evaluate(INPUTS[:2], reason=QUESTION) == five.outputs(
            epoch, INPUTS[:2]
        )
    assert athens.id not in {peer for peer, _, _ in five.fed.wire.small}


def test_both_sides_log_what_was_asked_and_an_audit_sees_for_which_matter(five: Scene) -> None:
    five.asker.tracing_keys.evaluating.evaluate(INPUTS, reason=QUESTION)
    sent = [(peer, strict.digest(body)) for peer, _, body in five.fed.wire.small]
    for peer, digest in sent:
        holder = five.fed.wire.nodes[peer]
        assert logged(holder, EntryKind.EVALUATED)[-1] == digest
        assert digest in logged(five.asker, EntryKind.EVALUATED)
    with five.asker.database.reading() as work:
        kept = work.tracing_keys.asked_for(MATTER)[-3:]
    assert {each.request for each in kept} == {digest for _, digest in sent}
    for each in kept:
        assert reference(each.salt, MATTER) == each.reference
        assert reference(each.salt, None) != each.reference
    assert len({each.reference for each in kept}) == 3  # holders cannot put their lists together by it


@pytest.mark.parametrize("number", [1, 2])
def test_holders_that_are_down_are_gone_round(five: Scene, epoch: Epoch, number: int) -> None:
    five.fed.wire.down.update(each.id for each in five.holders[:number])
    evaluating = five.asker.tracing_keys.evaluating
    assert evaluating.evaluate(INPUTS, reason=QUESTION) == five.outputs(epoch, INPUTS)
    five.fed.wire.small.clear()
    assert evaluating.evaluate(INPUTS, reason=QUESTION) == five.outputs(epoch, INPUTS)
    silent = {peer for peer, _, _ in five.fed.wire.small} & five.fed.wire.down
    assert len(silent) <= number  # those known to be silent are asked last
    assert not alarms(five.asker) or alarms(five.asker)[0].kind != "evaluation-wrong"


def test_three_holders_down_are_too_many(five: Scene) -> None:
    five.fed.wire.down.update(each.id for each in five.holders[:3])
    with pytest.raises(HoldersAwayError):
        five.asker.tracing_keys.evaluating.evaluate(INPUTS, reason=QUESTION)
    five.fed.wire.down.clear()
    five.fed.clock.pass_(301)
    assert five.asker.tracing_keys.evaluating.evaluate(INPUTS, reason=QUESTION)


def test_a_holder_that_lies_is_named_with_what_it_signed_and_not_asked_again(
    five: Scene, epoch: Epoch
) -> None:
    liar = five.holders[2]
    share = liar.vault.share(epoch.digest)
    other = ristretto.to_bytes(ristretto.scalar(share) + 1)
    liar.vault.keep_share(epoch.digest, other, begins=epoch.begins, until=epoch.ends + DAYS)
    five.fed.wire.down.update((five.holders[0].id, five.holders[1].id))
    with pytest.raises(HoldersAwayError):
        five.asker.tracing_keys.evaluating.evaluate(INPUTS, reason=QUESTION)
    (alarm,) = [each for each in alarms(five.asker) if each.kind == "evaluation-wrong"]
    assert alarm.peer == liar.id
    request, answer = (strict.unb64(part) for part in alarm.evidence)
    given = evaluation.read_answer(answer, Kind.QUESTION).verify(request, [_public(liar)])
    assert evaluation.read(request).claimed.place == 3
    assert given.elements
    five.fed.wire.down.clear()
    five.fed.clock.pass_(301)
    five.fed.wire.small.clear()
    for _ in range(4):
        assert five.asker.tracing_keys.evaluating.evaluate(INPUTS, reason=QUESTION)
    assert liar.id not in {peer for peer, _, _ in five.fed.wire.small}
    liar.vault.keep_share(epoch.digest, share, begins=epoch.begins, until=epoch.ends + DAYS)


def test_a_sum_that_is_wrong_though_all_proofs_hold_is_not_used(five: Scene, epoch: Epoch) -> None:
    wrong = replace(epoch, keys=replace(epoch.keys, whole=ristretto.BASE))
    with pytest.raises(WrongSumError):
        five.asker.tracing_keys.evaluating.evaluate(INPUTS, reason=QUESTION, epoch=wrong)


@pytest.mark.parametrize(
    "bend",
    [
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda _: b"",
        lambda data: data[:4] + bytes(32) + data[36:],
    ],
)
def test_an_answer_that_is_none_is_gone_round(five: Scene, epoch: Epoch, bend: object) -> None:
    five.fed.wire.bending[five.holders[4].id] = bend  # type: ignore[assignment]
    five.fed.wire.down.add(five.holders[0].id)
    for _ in range(3):
        assert five.asker.tracing_keys.evaluating.evaluate(INPUTS, reason=QUESTION) == five.outputs(
            epoch, INPUTS
        )


def test_a_holder_that_answers_too_late_is_gone_round(five: Scene, epoch: Epoch) -> None:
    def late(_: bytes) -> bytes:
        raise UnreachableError("too late")

    five.fed.wire.bending[five.holders[1].id] = late
    for _ in range(3):
        assert five.asker.tracing_keys.evaluating.evaluate(INPUTS, reason=QUESTION) == five.outputs(
            epoch, INPUTS
        )


def test_an_index_is_evaluated_in_batches_that_state_their_records(five: Scene, epoch: Epoch) -> None:
    many = [b"indexed %d" % number for number in range(300)]
    given = five.asker.tracing_keys.evaluating.evaluate(many, reason=Reason.index(records=9))
    assert given == five.outputs(epoch, many)
    sent = [evaluation.read(body).claimed for _, _, body in five.fed.wire.small]
    assert {(each.kind, each.records) for each in sent} == {(Kind.INDEX, 8), (Kind.RECORD, 1)}


def test_what_does_not_fit_its_reason_is_not_asked(five: Scene) -> None:
    evaluating = five.asker.tracing_keys.evaluating
    with pytest.raises(MalformedError):
        evaluating.evaluate([b"%d" % number for number in range(49)], reason=QUESTION)
    with pytest.raises(MalformedError):
        evaluating.evaluate([b"%d" % number for number in range(65)], reason=Reason.index(records=1))
    assert not five.fed.wire.small


def test_a_request_is_answered_once(five: Scene, epoch: Epoch) -> None:
    data = evaluation.sign(request_of(five, five.asker, epoch), signer=five.asker.vault.signer)
    holding = five.holders[0].tracing_keys.holding
    holding.evaluate(data)
    with pytest.raises(EvaluationReplayedError):
        holding.evaluate(data)
    five.fed.clock.pass_(601)
    with pytest.raises(EvaluationTimeError):
        holding.evaluate(data)


def test_a_request_to_another_place_holder_epoch_or_time_is_refused(five: Scene, epoch: Epoch) -> None:
    with pytest.raises(NotAHolderError):
        asked(five, five.asker, epoch, place=2)
    with pytest.raises(NoEpochError):
        asked(five, five.asker, epoch, epoch=epoch.number + 7)
    for issued in (five.now - 601, five.now + 601):
        with pytest.raises(EvaluationTimeError):
            asked(five, five.asker, epoch, issued=issued)
    request = evaluation.sign(request_of(five, five.asker, epoch), signer=five.asker.vault.signer)
    with pytest.raises(NotAHolderError):
        five.other.tracing_keys.holding.evaluate(request)


def test_only_members_with_the_mandate_are_answered(five: Scene, epoch: Epoch) -> None:
    with pytest.raises(UnknownSenderError):
        asked(five, five.asker, epoch, asker=strict.digest(b"nobody"))
    data = evaluation.sign(request_of(five, five.asker, epoch), signer=Ed25519Signer(bytes(32)))
    with pytest.raises(SignatureError):
        five.holders[0].tracing_keys.holding.evaluate(data)
    elsewhere = five.fed.add("pt/porto", mandates=("child-protection",), tracing_holders=[])
    with pytest.raises(MandateMissingError):
        asked(five, elsewhere, epoch)


def test_a_question_is_evaluated_in_its_epoch_alone_and_an_index_before_it(five: Scene) -> None:
    later = five.ceremony(begins=five.now + 10 * DAYS)
    with pytest.raises(NoEpochError):
        asked(five, five.asker, later)
    elements = Batch.of([b"%d" % number for number in range(KEYS[Kind.RECORD])]).elements
    assert asked(five, five.asker, later, kind=Kind.RECORD, records=1, elements=elements)


def test_a_share_that_was_destroyed_evaluates_nothing(five: Scene, epoch: Epoch) -> None:
    athens = five.holders[0]
    share = athens.vault.share(epoch.digest)
    athens.vault.destroy_shares(before=epoch.ends + 2 * DAYS)
    with pytest.raises(NoEpochError):
        asked(five, five.asker, epoch)
    athens.vault.keep_share(epoch.digest, share, begins=epoch.begins, until=epoch.ends + DAYS)
    assert asked(five, five.asker, epoch, reference=bytes(16))


def test_a_node_that_asks_for_too_much_at_once_waits_and_an_alarm_says_so(five: Scene, epoch: Epoch) -> None:
    for _ in range(BURST[Kind.QUESTION] // KEYS[Kind.QUESTION]):
        asked(five, five.other, epoch)
    with pytest.raises(EvaluationsSpentError) as found:
        asked(five, five.other, epoch)
    assert found.value.seconds == 1 + KEYS[Kind.QUESTION] * 3600 // HOURLY[Kind.QUESTION]
    raised = [each for each in alarms(five.holders[0]) if each.kind == "evaluations-spent"]
    assert [each.peer for each in raised] == [five.other.id]
    assert evaluation.read(strict.unb64(raised[0].evidence[0])).claimed.asker == five.other.vault.signer.kid
    assert asked(five, five.asker, epoch)  # nobody else waits
    five.fed.clock.pass_(found.value.seconds)
    assert asked(five, five.other, epoch)


def test_an_epochs_allowance_is_counted_in_questions_and_records(five: Scene, epoch: Epoch) -> None:
    athens = five.holders[0]
    little = KeyHolding(
        athens.database,
        athens.vault,
        athens.registry,
        athens.tracing_keys.epochs,
        Allowance(questions=0, records=0),
    )
    elements = Batch.of([b"%d" % number for number in range(KEYS[Kind.RECORD])]).elements
    indexed = request_of(five, five.asker, epoch, kind=Kind.RECORD, records=1, elements=elements)
    for request in (request_of(five, five.asker, epoch), indexed):
        with pytest.raises(EvaluationsSpentError) as found:
            little.evaluate(evaluation.sign(request, signer=five.asker.vault.signer))
        assert found.value.seconds == DAYS


def test_holders_that_have_given_enough_are_told_from_holders_that_are_away(
    five: Scene, epoch: Epoch
) -> None:
    def spent(_: bytes) -> bytes:
        raise EvaluationsSpentError

    for each in five.holders[:3]:
        five.fed.wire.bending[each.id] = spent
    with pytest.raises(EvaluationsSpentError):
        five.asker.tracing_keys.evaluating.evaluate(INPUTS, reason=QUESTION)


def test_what_each_node_has_had_in_a_year_is_public(five: Scene, epoch: Epoch) -> None:
    asked(five, five.asker, epoch, reference=bytes(15) + b"s")
    sums = five.holders[0].tracing_keys.holding.sums(datetime.fromtimestamp(five.now, UTC).year)
    mine = next(each for each in sums if each.asker == five.asker.id)
    assert isinstance(mine, Sum)
    assert mine.questions > 0
    assert mine.evaluations >= mine.questions * KEYS[Kind.QUESTION]
    assert five.holders[0].tracing_keys.holding.sums(1999) == []


def test_whoever_asks_far_more_than_the_others_is_seen() -> None:
    def spent(asker: str, requests: int, kind: Kind = Kind.QUESTION) -> Spent:
        return Spent(
            epoch=1, year=2026, asker=NodeId(asker), kind=kind, requests=requests, evaluations=0, records=0
        )

    others = [spent("gr/a", 2), spent("gr/b", 3), spent("gr/c", 900, Kind.INDEX)]
    assert conspicuous([*others, spent("gr/z", 29)], NodeId("gr/z"))
    assert not conspicuous([*others, spent("gr/z", 20), spent("gr/y", 9)], NodeId("gr/z"))
    assert not conspicuous([*others, spent("gr/z", 19)], NodeId("gr/z"))
    assert not conspicuous([others[0], spent("gr/z", 100)], NodeId("gr/z"))


def test_a_conspicuous_asker_raises_an_alarm_and_is_still_answered(five: Scene, epoch: Epoch) -> None:
    athens = five.holders[0]
    generous = KeyHolding(
        athens.database,
        athens.vault,
        athens.registry,
        athens.tracing_keys.epochs,
        Allowance(questions=10**6),
    )
    for each in (five.asker, five.other, five.holders[1]):
        asked(five, each, epoch, reference=b"c" * 16)
    with athens.database.begin() as work:
        work.tracing_keys.spend(
            Spent(
                epoch=epoch.number,
                year=datetime.fromtimestamp(five.now, UTC).year,
                asker=five.holders[2].id,
                kind=Kind.QUESTION,
                requests=10**5,
                evaluations=0,
                records=0,
            )
        )
    hamburg = five.holders[2]
    request = request_of(five, hamburg, epoch)
    assert generous.evaluate(evaluation.sign(request, signer=hamburg.vault.signer))
    raised = [each for each in alarms(athens) if each.kind == "evaluations-many"]
    assert hamburg.id in [each.peer for each in raised]


def _public(node: Node) -> bytes:
    return next(each.public for each in node.vault.secrets() if each.use == "sig")


def test_nothing_but_our_errors_comes_of_any_bytes(five: Scene) -> None:
    for data in (b"", bytes(SIZE[Kind.QUESTION]), b"HOe1" + bytes(SIZE[Kind.QUESTION] - 4)):
        with pytest.raises(HandoverError):
            five.holders[0].tracing_keys.holding.evaluate(data)
