"""The marks see what they are to see: whatever changes at a node is told, so that no attack passes unseen."""

import pytest

from attacks.attack import Attack, Leaves, carry_out
from attacks.siege import Siege

TAKEN = Attack("taken", "A member makes an offer.", "receipt")


def test_what_was_taken_is_seen(siege: Siege) -> None:
    with pytest.raises(AssertionError):
        carry_out(TAKEN, siege.posts(siege.peer.round().offer()))


def test_another_answer_is_seen(siege: Siege) -> None:
    with pytest.raises(AssertionError):
        carry_out(
            Attack("refused", "A member makes an offer.", "signature", Leaves.REFUSAL),
            siege.posts(siege.peer.round().offer()),
        )


def test_a_refusal_that_leaves_no_entry_is_seen(siege: Siege) -> None:
    stranger = siege.peer.round().offer(iss=siege.neighbour.own.id)
    with pytest.raises(AssertionError):
        carry_out(
            Attack("unlogged", "A member speaks for another.", "untrusted", Leaves.REFUSAL),
            siege.posts(stranger),
        )


def test_a_changed_file_is_seen(own: Siege) -> None:
    strike = own.sends(b"{}")
    (own.node.settings.folder / "planted").write_bytes(b"x")
    carry_out(Attack("before", "A stranger sends nothing.", "400 untrusted"), strike)

    def planting() -> str:
        (own.node.settings.folder / "planted").write_bytes(b"y")
        return "400 untrusted"

    with pytest.raises(AssertionError):
        carry_out(
            Attack("planted", "A stranger plants a file.", "400 untrusted"),
            type(strike)(node=own.node, run=planting),
        )
