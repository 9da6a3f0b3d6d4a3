"""What two nodes find when they compare what they have said on SQLite they find on PostgreSQL."""

from collections.abc import Iterator

import pytest

from two_nodes.databases import Databases, on_postgresql
from two_nodes.test_reconciliation import (
    Pair,
    pair,
    test_a_message_whose_round_is_lost_too_is_found_all_the_same,
    test_each_peer_is_compared_with_once_a_day,
    test_the_one_envelope_that_the_peers_disk_has_lost_is_found_and_its_receipt_proves_it,
    test_two_nodes_that_have_lost_nothing_agree_with_one_question,
    test_what_is_on_its_way_is_not_lost,
    test_what_is_receipted_while_the_peer_answers_is_not_disowned,
    test_what_the_peer_has_signed_and_disowns_is_kept_with_its_signature,
    test_what_waits_nowhere_though_its_round_says_it_is_said_again,
    test_what_was_found_once_raises_no_second_alarm_though_a_person_has_seen_the_first,
)

__all__ = [
    "pair",
    "test_a_message_whose_round_is_lost_too_is_found_all_the_same",
    "test_each_peer_is_compared_with_once_a_day",
    "test_the_one_envelope_that_the_peers_disk_has_lost_is_found_and_its_receipt_proves_it",
    "test_two_nodes_that_have_lost_nothing_agree_with_one_question",
    "test_what_is_on_its_way_is_not_lost",
    "test_what_is_receipted_while_the_peer_answers_is_not_disowned",
    "test_what_the_peer_has_signed_and_disowns_is_kept_with_its_signature",
    "test_what_waits_nowhere_though_its_round_says_it_is_said_again",
    "test_what_was_found_once_raises_no_second_alarm_though_a_person_has_seen_the_first",
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, postgresql: Databases) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    with on_postgresql(folder, postgresql, "gr/athens", "de/hamburg", "fr/lyon") as (fed, nodes):
        yield Pair(fed, *nodes)
