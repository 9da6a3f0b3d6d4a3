"""Questions and answers about what two nodes have said: every vector, and any difference found by few of them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.errors import HandoverError, MalformedError
from handover.domain.ids import Digest
from handover.protocol import digest_tree, receipt, reconciliation, reconciliation_answer, strict
from handover.protocol.digest_tree import LISTED
from handover.protocol.log_origin import LogOrigin
from handover.protocol.reconciliation_answer import Answer, Told
from protocol import act_vectors, log_vectors
from vectors import reconciliation_cases as made
from vectors.made import OTHER_SIGNER, SIGNER

DIGESTS = st.sets(st.binary(min_size=32, max_size=32), max_size=80)


def outcome(given_: dict[str, Any]) -> dict[str, Any]:
    """Give what this code makes of a case."""
    if "digests" in given_:
        digests = [strict.unb64(Digest(each)) for each in given_["digests"]]
        return vars(digest_tree.summary(digests))
    token, public = given_["jws"].encode(), bytes.fromhex(given_["public_hex"])
    if "question" in given_:
        answered = reconciliation_answer.read(token)
        answer = answered.verify(public, question=given_["question"].encode())
        if "receipt" in given_:
            return {"denied": contradicted(given_, answer)}
        again = reconciliation_answer.sign(answer, signer=OTHER_SIGNER)
        return {"kid": answered.kid, "claims": made.claims(again)}
    asked = reconciliation.read(token)
    again = reconciliation.sign(asked.verify(public), signer=SIGNER)
    return {"kid": asked.kid, "claims": made.claims(again)}


def contradicted(given_: dict[str, Any], answer: Answer) -> bool:
    """Tell whether the answer denies what the receipt beside it is for."""
    held = receipt.from_proof(given_["receipt"].encode())
    origin = replace(LogOrigin.claimed(held.checkpoint), node=answer.asked)
    key = log_vectors.log_key(given_["key"]).named(str(origin))
    receipt.verify(held, envelope=given_["envelope"], key=key)
    same = origin.incarnation == answer.incarnation
    return same and answer.denies(given_["envelope"], index=held.index)


@pytest.mark.parametrize("case", log_vectors.cases("reconciliation"))
def test_vectors(case: dict[str, Any]) -> None:
    act_vectors.check(case, outcome)


def test_the_kept_files_are_those_of_the_script() -> None:
    act_vectors.check_kept("reconciliation")


def test_no_changed_byte_passes() -> None:
    for changed in act_vectors.changes(made.NARROWED):
        with pytest.raises(HandoverError):
            reconciliation.read(changed).verify(SIGNER.public)
    for changed in act_vectors.changes(made.NARROW_ANSWER):
        with pytest.raises(HandoverError):
            reconciliation_answer.read(changed).verify(OTHER_SIGNER.public, question=made.NARROWED)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (reconciliation.read, reconciliation_answer.read):
        with pytest.raises(HandoverError):
            read(data)


def denied(digest: bytes, *, index: int = 5) -> bool:
    answer = reconciliation_answer.read(made.NARROW_ANSWER).claimed
    return answer.denies(Digest(strict.b64(digest)), index=index)


def test_an_answer_denies_what_its_list_should_hold_and_nothing_else() -> None:
    assert denied(made.DENIED)
    assert not denied(made.DENIED, index=made.ANSWER.log.size), (
        "what came after the answer is not denied by it"
    )
    here = [each for each in made.SAID if each.hex().startswith(made.NARROW)]
    assert not any(denied(each) for each in here if each != made.DENIED)
    assert not any(denied(each) for each in made.SAID if each not in here), "it says nothing of other parts"
    assert not denied(made.HEARD[0])
    branched = reconciliation_answer.read(made.ANSWERED).claimed
    assert not branched.denies(Digest(strict.b64(made.DENIED)), index=5), "what has branches names no message"


def test_what_the_other_has_said_is_no_denial_of_what_the_asker_has_said() -> None:
    answer = reconciliation_answer.read(made.NARROW_ANSWER).claimed
    other = replace(answer, parts=(replace(answer.parts[0], by=made.HAMBURG),))
    assert not other.denies(Digest(strict.b64(made.DENIED)), index=5)


def test_a_list_may_name_what_its_signer_has_no_receipt_for_and_does_not_count_it() -> None:
    digests = made.messages(3)
    of = {each.digest: each for each in made.listed(digests[:2])} | {
        each.digest: each for each in made.listed(digests[2:], receipted=False)
    }
    ordered = tuple(of[Digest(strict.b64(each))] for each in digests)
    told = Told(by=made.HAMBURG, prefix="", summary=digest_tree.summary(digests[:2]), listed=ordered)
    answer = replace(made.ANSWER, parts=(told,))
    assert reconciliation_answer.read(reconciliation_answer.sign(answer, signer=SIGNER)).claimed == answer


def test_the_deepest_prefix_has_a_list_and_no_branches() -> None:
    prefix = "0" * digest_tree.DEEPEST
    empty = digest_tree.summary([], depth=digest_tree.DEEPEST)
    with pytest.raises(MalformedError):
        Told(by=made.ATHENS, prefix=prefix, summary=replace(empty, count=0), branches=(empty,) * 16)
    assert Told(by=made.ATHENS, prefix=prefix, summary=empty, listed=())


@given(DIGESTS, DIGESTS)
def test_two_sets_have_one_summary_if_and_only_if_they_are_the_same(
    ours: set[bytes], theirs: set[bytes]
) -> None:
    first, second = digest_tree.summary(sorted(ours)), digest_tree.summary(sorted(theirs))
    assert (first == second) == (ours == theirs)


@given(DIGESTS, st.integers(0, 3))
def test_branches_are_the_digests_by_their_next_digit(digests: set[bytes], depth: int) -> None:
    prefix = "7" * depth
    low, high = digest_tree.bounds(prefix)
    under = sorted(each for each in digests if low <= each <= high)
    assert under == sorted(each for each in digests if each.hex().startswith(prefix))
    branches = digest_tree.parted(under, depth=depth)
    assert [each for branch in branches for each in branch] == under
    for digit, branch in enumerate(branches):
        assert all(each.hex()[depth] == f"{digit:x}" for each in branch)


def walked(ours: list[bytes], theirs: list[bytes], prefix: str = "") -> tuple[set[bytes], int]:
    """Give the digests that one has and the other has not, and how many comparisons it took."""
    low, high = digest_tree.bounds(prefix)
    depth = len(prefix)
    mine, other = ([each for each in side if low <= each <= high] for side in (ours, theirs))
    if digest_tree.summary(mine, depth=depth) == digest_tree.summary(other, depth=depth):
        return set(), 1
    if len(other) <= LISTED:
        return set(mine) ^ set(other), 1
    found = [walked(mine, other, f"{prefix}{digit:x}") for digit in range(16)]
    return set().union(*(each for each, _ in found)), 1 + sum(number for _, number in found)


@given(DIGESTS, st.integers(0, 2**16))
def test_whatever_differs_is_found(differing: set[bytes], seed: int) -> None:
    common = [each for each in made.messages(300) if each not in differing]
    apart = {each for each in differing if (each[0] ^ seed) & 1}
    found, _ = walked(sorted({*common, *apart}), sorted({*common, *(differing - apart)}))
    assert found == differing


def test_one_difference_among_ten_thousand_costs_a_few_comparisons() -> None:
    theirs = made.messages(10_000)
    found, comparisons = walked([each for each in theirs if each != theirs[777]], theirs)
    assert found == {theirs[777]}
    assert comparisons <= 1 + 3 * 16
    assert walked(theirs, theirs) == (set(), 1)
