"""Bad input about follow-ups: too early, for a day that nobody promised, from the wrong side, ahead of the take-up."""

from typing import Any

import pytest

from handover.domain.continuity import FOLLOW_UP_FIELDS
from handover.domain.followup import Stage
from handover.domain.handover import Act, State
from handover.domain.record import schema
from handover.protocol import strict
from handover.protocol.delivery import Item
from handover.protocol.message import Message
from peer import BODIES, Round
from two_nodes.scene import Scene


def follow_up(scene: Scene, round_: Round, deed: Any, *, due: int = 7, **terms: Any) -> Item:
    """Give a follow-up of the hostile peer under a ground of its own."""
    of = schema(round_.of)
    token = round_.token(round_.ground(fields=FOLLOW_UP_FIELDS, **terms))
    content = Message(nonce=bytes(32), body=BODIES[Act.FOLLOW_UP] | {"due": due}, consent=token)
    return round_.say(
        Act.FOLLOW_UP,
        re=deed,
        content=content,
        consent=strict.digest(token),
        fields=strict.b64(of.bitmap(of.in_order(FOLLOW_UP_FIELDS))),
    )


def stages(scene: Scene, round_: Round) -> list[Stage]:
    handover = scene.find(round_)
    assert handover is not None
    actor = scene.fed.officer(scene.node, "first")
    return [each.stage for each in scene.node.after.follow_ups.plan(handover.id, actor=actor).dates]


def test_a_follow_up_before_the_deed_is_refused(scene: Scene) -> None:
    round_ = scene.accepted()
    scene.refused(follow_up(scene, round_, round_.digest(Act.ACCEPTANCE)), "out-of-order")


def test_a_day_that_nobody_promised_is_refused(scene: Scene) -> None:
    round_ = scene.relieving()
    scene.refused(follow_up(scene, round_, scene.said_digest(round_, Act.DEED), due=8), "mismatch")


def test_the_sender_of_a_round_says_no_follow_up(scene: Scene) -> None:
    round_, acceptance = scene.bound()
    scene.taken(round_.deed(acceptance))
    scene.refused(follow_up(scene, round_, round_.digest(Act.DEED)), "out-of-order")


@pytest.mark.parametrize("due", [0, 7])
def test_a_follow_up_that_overtakes_the_receipt_of_the_take_up_counts(scene: Scene, due: int) -> None:
    round_ = scene.relieving()
    deed = scene.said_digest(round_, Act.DEED)
    scene.taken(follow_up(scene, round_, deed, due=due))
    assert stages(scene, round_) == []
    scene.taken(round_.say(Act.TAKE_UP_RECEIPT, re=deed))
    assert scene.state(round_) is State.TRANSFERRED
    first = Stage.DONE if due else Stage.PLANNED
    assert stages(scene, round_) == [first, Stage.PLANNED, Stage.PLANNED]


def test_a_follow_up_under_a_ground_that_has_ended_is_refused(scene: Scene) -> None:
    round_ = scene.relieving()
    now = scene.node.clock()
    item = follow_up(scene, round_, scene.said_digest(round_, Act.DEED), valid_until=now - 1)
    scene.refused(item, "ground-expired")
