"""For every state that two sides can be in: either of them is put back to any moment before it, asks, and goes on.

Never two are responsible, never none, what was in the air moves nothing, and the evidence of both sides verifies.
"""

from pathlib import Path
from typing import Final

import pytest

from domain.joint import JOINT, RETRACTED
from handover.application.verifier import verify
from handover.application.verifier_report import Verdict
from handover.domain.handover import Claim, State
from stories import told
from two_nodes.resyncing import HOLDS, Play, played

P, U = State.PREPARED, State.UNKNOWN
TAKEN: Final = (State.TRANSFERRED, State.HOLDING)
OVER: Final = (State.VOIDED, State.CLOSED)
ACCEPTED: Final = ("offer", "A>B", "accept", "B>A")
STORIES: Final[dict[tuple[State, State], tuple[str, ...]]] = {
    (P, U): (),
    (State.OFFERED, U): ("offer",),
    (State.OFFERED, State.PENDING): ("offer", "A>B"),
    (State.OFFERED, State.BOUND): ("offer", "A>B", "accept"),
    (State.OFFERED, State.DECLINED): ("offer", "A>B", "decline"),
    (State.ACCEPTED, State.BOUND): ACCEPTED,
    (State.ACCEPTED, State.DECLINED): (*ACCEPTED, "decline"),
    (State.RELIEVING, State.BOUND): (*ACCEPTED, "countersign"),
    (State.RELIEVING, State.DECLINED): (*ACCEPTED, "decline", "countersign"),
    (State.RELIEVING, State.HOLDING): (*ACCEPTED, "countersign", "A>B"),
    TAKEN: (*ACCEPTED, "countersign", "A>B", "B>A"),
    (State.VOIDING, U): ("offer", "withdraw"),
    (State.VOIDING, State.PENDING): ("offer", "A>B", "withdraw"),
    (State.VOIDING, State.BOUND): ("offer", "A>B", "accept", "withdraw"),
    (State.VOIDING, State.DECLINED): ("offer", "A>B", "decline", "withdraw"),
    (State.VOIDING, State.CLOSED): ("offer", "A>B", "withdraw", "A>B"),
    OVER: ("offer", "A>B", "withdraw", "A>B", "B>A"),
}


def test_every_joint_state_has_its_story() -> None:
    assert STORIES.keys() == JOINT | RETRACTED


def sender_comes_to(kept: State, receiver: State) -> tuple[State, State]:
    """Where a restored sender comes to, by what it still knew and where the receiver is."""
    if receiver is State.HOLDING or (kept is State.RELIEVING and receiver is not State.CLOSED):
        return TAKEN
    if receiver is U and kept in (P, U):
        return (kept, U)
    return OVER


def receiver_comes_to(sender: State, kept: State) -> tuple[State, State]:
    """Where a restored receiver comes to: what it still knew, it says again under its new incarnation."""
    if sender in (State.RELIEVING, State.TRANSFERRED):
        return TAKEN
    if sender in (State.VOIDING, State.VOIDED) or kept is State.DECLINED:
        return OVER
    if sender is State.ACCEPTED or kept is State.BOUND:
        return (State.ACCEPTED, State.BOUND)
    return (sender, U if sender is P else State.PENDING)


@pytest.mark.parametrize("side", ["A", "B"])
@pytest.mark.parametrize("joint", STORIES, ids=lambda each: "-".join(each).lower())
def test_whoever_is_put_back_to_whenever_one_side_is_responsible(
    tmp_path: Path, joint: tuple[State, State], side: str
) -> None:
    with played(tmp_path, *STORIES[joint]) as play:
        assert play.states() == joint
        for number in play.moments(side):
            play.restore(side, number)
            kept = play.states()["AB".index(side)]
            assert play.doubts(side)
            play.settle(side)
            expected = sender_comes_to(kept, joint[1]) if side == "A" else receiver_comes_to(joint[0], kept)
            check(play, expected, where=f"put back to {number}, {kept}", matter=side == "B" or number > 0)
            play.arrive_late()
            play.settle(side)
            check(
                play, expected, where=f"put back to {number}, {kept}, late", matter=side == "B" or number > 0
            )


def check(play: Play, expected: tuple[State, State], *, where: str, matter: bool) -> None:
    """See that both sides agree, that one is responsible, and that what both show holds."""
    assert not any(play.doubts(side) for side in "AB"), where
    assert play.states() == expected, where
    claims = (play.claim("A"), play.claim("B"))
    holder = "B" if expected == TAKEN else "A"
    if not matter and expected[1] is U:
        assert claims == (Claim.NONE, Claim.NONE)  # a case that only the lost database knew is lost
        return
    assert [each in HOLDS for each in claims] == [side == holder for side in "AB"], (where, claims)
    if expected[1] is U:
        return
    files = []
    for side in "AB":
        found = play.round(side)
        assert found is not None
        node = play.node(side)
        files.append(node.evidence.export(found.matter, actor=play.fed.officer(node, "second")))
    report = verify(files, root=play.fed.repository.pinned())
    assert report.verdict is not Verdict.INVALID, where + told(report)
