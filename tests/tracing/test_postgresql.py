"""The whole way of a question on PostgreSQL: found once, taken back, and nothing left."""

from pathlib import Path

import pytest

import postgres
from handover.domain.searching import CandidateState, ClosingReason, QuestionState
from tracing.rig import joined
from two_nodes.databases import databases, on_postgresql


def test_a_search_is_the_same_on_postgresql(tmp_path: Path) -> None:
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with databases() as made, on_postgresql(tmp_path, made, "de/hamburg", "gr/athens") as (fed, nodes):
        hamburg, athens = nodes
        rig = joined(fed, nodes)
        child = rig.child(athens)
        rig.settle(3)
        _, asking = rig.asked(hamburg, athens)
        rig.settle()
        [asked] = rig.questions(hamburg, asking)
        assert (asked.state, asked.problem) == (QuestionState.RECEIVED, None)
        assert [each.state for each in rig.candidates(athens, child)] == [CandidateState.WAITING]
        hamburg.tracing.askings.close(asking.id, ClosingReason.FOUND, actor=rig.officer(hamburg))
        [permission] = athens.tracing.permissions.of_matter(child.id, actor=rig.officer(athens))
        athens.tracing.permissions.withdraw(child.id, permission.id, actor=rig.officer(athens))
        rig.settle(3)
        [asked] = rig.questions(hamburg, asking)
        assert asked.state is QuestionState.ERASED
        assert [each.state for each in rig.candidates(athens, child)] == [CandidateState.CLOSED]
        with athens.database.reading() as work:
            assert work.tracing.index.count() == (0, 0)
