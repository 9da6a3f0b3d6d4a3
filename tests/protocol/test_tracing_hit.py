"""A hit shows that its record was in an index that the node has stated, and names nobody."""

from dataclasses import replace

import pytest

from handover.domain.ids import NodeId
from handover.protocol.committed_index import OpeningError
from handover.protocol.tracing_hit import Hit
from vectors import apart


def test_a_hit_is_read_as_it_was_written() -> None:
    assert Hit.from_json(apart.hit().to_json()) == apart.hit()


def test_a_record_of_the_committed_index_is_shown_to_be_one() -> None:
    apart.hit().require_shown(NodeId("gr/athens"))


def test_the_index_of_another_node_shows_nothing() -> None:
    with pytest.raises(OpeningError):
        apart.hit().require_shown(NodeId("de/hamburg"))


def test_a_guess_made_after_the_question_cannot_be_opened() -> None:
    hit = apart.hit()
    guessed = replace(hit, opening=replace(hit.opening, address=bytes(16)))
    with pytest.raises(OpeningError):
        guessed.require_shown(NodeId("gr/athens"))
