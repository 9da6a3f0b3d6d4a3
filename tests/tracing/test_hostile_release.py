"""A candidate that waits is released only while its record may be found by the one who asked: it is looked at again."""

from collections.abc import Callable

import pytest

from handover.domain.searching import CandidateDecidedError
from handover.domain.traceable import ProtectionReason
from tracing.meeting import Meeting
from tracing.permitted import CHILD, UNTOLD, write


def _ends_by_itself(made: Meeting) -> None:
    made.rig.fed.clock.pass_(301 * 86400)


def _withdrawn(made: Meeting) -> None:
    desk, actor = made.holder.tracing.permissions, made.officer(made.holder)
    [given] = desk.of_matter(made.child.id, actor=actor)
    desk.withdraw(made.child.id, given.id, actor=actor)


def _protected(made: Meeting) -> None:
    made.holder.tracing.protections.protect(
        made.child.id, ProtectionReason.WITNESS, "A witness.", actor=made.officer(made.holder)
    )


def _names_who_must_not_be_told(made: Meeting) -> None:
    write(made.rig.fed, made.holder, made.child, {**CHILD, "protection.not_to_be_told": UNTOLD})


def _excluded(made: Meeting) -> None:
    made.holder.tracing.protections.exclude(made.child.id, [made.asker.id], actor=made.officer(made.holder))


def _reunified(made: Meeting) -> None:
    write(made.rig.fed, made.holder, made.child, {**CHILD, "family.tracing_status": "reunified"})


CHANGES: list[Callable[[Meeting], None]] = [
    _ends_by_itself,
    _withdrawn,
    _protected,
    _names_who_must_not_be_told,
    _excluded,
    _reunified,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.__name__)
def test_a_record_that_may_not_be_found_now_is_not_told_of(
    met: Meeting, change: Callable[[Meeting], None]
) -> None:
    waiting = met.candidate()
    change(met)
    with pytest.raises(CandidateDecidedError):
        met.holder.after.hits.release(waiting.id, actor=met.officer(met.holder))
    assert met.holder.after.hits.tick() == 0
    met.settle()
    with met.asker.database.reading() as work:
        assert work.handovers.of_matter(met.request.id) == []


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.__name__)
def test_a_candidate_that_may_not_be_told_of_leaves_the_lists(
    met: Meeting, change: Callable[[Meeting], None]
) -> None:
    change(met)
    met.rig.settle()
    actor = met.officer(met.holder)
    assert list(met.holder.tracing.candidates.waiting(actor=actor)) == []
    assert list(met.holder.tracing.candidates.weekly(actor=actor)) == []
