"""Seeded histories of two and three nodes with losses, repeats, crashes: safe always, closed at the end."""

from collections import Counter

import pytest

from domain.joint import CLOSED, ViolationError
from domain.simulation import History
from handover.domain.handover import Claim

SEEDS = 400


@pytest.mark.parametrize(("nodes", "rounds"), [(2, 2), (2, 3), (3, 3)])
def test_every_history_is_safe_at_every_step_and_closes_alike_at_both_sides(nodes: int, rounds: int) -> None:
    seen: Counter[str] = Counter()
    for seed in range(SEEDS):
        history = History(seed, nodes=nodes, rounds=rounds)
        try:
            history.run()
            assert set(history.outcomes()) <= CLOSED
            assert [node.claim for node in history.nodes].count(Claim.HOLDER) == 1
        except (AssertionError, ViolationError) as error:
            raise AssertionError(f"seed {seed}, {nodes} nodes, {rounds} rounds: {error}") from error
        seen += history.seen
    for rare in (
        "sender TRANSFERRED", "sender VOIDED", "sender ACCEPTED", "receiver DECLINED", "receiver CLOSED",
        "lost", "repeated", "crash before the commit", "crash before the answer", "late take-up receipt",
        "refused ClosedRoundError", "refused DeedStandsError", "said decline",
    ):  # fmt: skip
        assert seen[rare] > 0, f"never seen: {rare}"


def test_one_seed_is_one_history() -> None:
    one, two = (History(7, nodes=3, rounds=3) for _ in range(2))
    one.run()
    two.run()
    assert one.seen == two.seen
    assert one.outcomes() == two.outcomes()
