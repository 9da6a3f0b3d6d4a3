"""Bad input about persons' requests: forged complaints, answers that nobody asked for, and complaints left out."""

from dataclasses import replace
from typing import Any

from handover.application.petitions import Filing
from handover.application.sealing import new_id
from handover.domain.continuity import PetitionKind
from handover.domain.handover import Act
from handover.domain.ids import UUID7
from handover.protocol.message import Message
from peer import BODIES, Round, flipped
from two_nodes.scene import Scene


def saying(act: Act, request: UUID7) -> Message:
    """Give what an act says of a request."""
    return Message(nonce=bytes(32), body=BODIES[act] | {"request": request})


def fresh(scene: Scene) -> UUID7:
    """Give a request that the node has never heard of."""
    return new_id(scene.node.clock())


def given(scene: Scene) -> Round:
    """Give a round whose deed the node has taken up."""
    round_, acceptance = scene.bound()
    scene.taken(round_.deed(acceptance))
    return round_


def known(scene: Scene, request: UUID7) -> bool:
    """Tell whether the node knows a request."""
    with scene.node.database.reading() as work:
        return work.petitions.find(request) is not None


def test_a_forged_complaint_is_refused(scene: Scene) -> None:
    round_, request = given(scene), fresh(scene)
    right: dict[str, Any] = {
        "re": round_.digest(Act.DEED),
        "content": saying(Act.COMPLAINT, request),
        "counts": False,
    }
    forged = round_.say(Act.COMPLAINT, signer=scene.neighbour.signer, **right)
    item = round_.say(Act.COMPLAINT, **right)
    scene.strangers_all([forged, replace(item, envelope=flipped(item.envelope, 300))])
    assert not known(scene, request)


def test_a_member_that_was_never_responsible_complains_in_vain(scene: Scene) -> None:
    round_, request = given(scene), fresh(scene)
    stranger = scene.neighbour.round(round=round_.round, pair=round_.pair)
    content = saying(Act.COMPLAINT, request)
    item = stranger.say(Act.COMPLAINT, re=round_.digest(Act.DEED), content=content)
    scene.refused(item, "unknown-round")
    assert not known(scene, request)


def test_a_complaint_before_the_deed_comes_again(scene: Scene) -> None:
    round_ = scene.pending()
    content = saying(Act.COMPLAINT, fresh(scene))
    item = round_.say(Act.COMPLAINT, re=round_.digest(Act.OFFER), content=content)
    scene.refused(item, "too-early", retry=True)


def test_an_answer_that_nobody_asked_for_is_refused(scene: Scene) -> None:
    round_ = given(scene)
    content = saying(Act.COMPLAINT, fresh(scene))
    scene.taken(round_.say(Act.COMPLAINT, re=round_.digest(Act.DEED), content=content))
    answer: dict[str, Any] = {"re": round_.digest(Act.COMPLAINT), "reason": "upheld"}
    scene.refused(round_.say(Act.COMPLAINT_ANSWER, **answer), "mismatch")


def test_a_request_of_another_case_or_kind_is_refused(scene: Scene) -> None:
    first, second, request = given(scene), given(scene), fresh(scene)
    content = saying(Act.COMPLAINT, request)
    scene.taken(first.say(Act.COMPLAINT, re=first.digest(Act.DEED), content=content))
    scene.refused(second.say(Act.COMPLAINT, re=second.digest(Act.DEED), content=content), "mismatch")
    content = saying(Act.ACCESS_WANTED, request)
    scene.refused(first.say(Act.ACCESS_WANTED, re=first.digest(Act.DEED), content=content), "mismatch")


def test_a_request_that_waits_for_an_officer_cannot_be_started_from_outside(scene: Scene) -> None:
    round_ = given(scene)
    handover = scene.find(round_)
    assert handover is not None
    actor = scene.fed.officer(scene.node, "first")
    desk = scene.node.after.petitions
    waiting = desk.file(handover.matter, Filing(kind=PetitionKind.ACCESS, language="en"), actor=actor)
    content = saying(Act.ACCESS_WANTED, waiting.id)
    scene.refused(round_.say(Act.ACCESS_WANTED, re=round_.digest(Act.DEED), content=content), "mismatch")
    assert not desk.get(waiting.id, actor=actor).travels


def test_the_same_complaint_in_other_bytes_is_one(scene: Scene) -> None:
    round_, request = given(scene), fresh(scene)
    handover = scene.find(round_)
    assert handover is not None
    for _ in range(2):
        content = saying(Act.COMPLAINT, request)
        scene.taken(round_.say(Act.COMPLAINT, re=round_.digest(Act.DEED), content=content))
    actor = scene.fed.officer(scene.node, "first")
    assert [each.id for each in scene.node.after.petitions.of_matter(handover.matter, actor=actor)] == [
        request
    ]
