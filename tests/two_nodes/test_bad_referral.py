"""A hostile member that refers, tells of matches or ends what it may not is refused by name, and changes nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handover.application.facts import Handover
from handover.domain.consent import Purpose
from handover.domain.courses import LONGEST, Course
from handover.domain.handover import Act, State
from handover.domain.ids import NodeId
from handover.domain.record import schema
from handover.protocol import sdjwt, strict
from handover.protocol.delivery import Item
from handover.protocol.message import Message
from peer import ANY, Round
from two_nodes import rotation
from two_nodes.scene import Scene, scene
from vectors import apart

FIELDS = ("identity.names",)
BODY = apart.BODIES[Act.REFERRAL]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path) as made:
        yield made


def refer(round_: Round, *, fields: tuple[str, ...] = FIELDS, **changes: Any) -> Item:
    """Refer a matter, all of it right but for what is given."""
    issued, token = round_.issued(), changes.pop("token", None) or round_.token()
    content = changes.pop("content", None) or Message(
        nonce=bytes(32), record=sdjwt.present(issued, fields), consent=token, body=BODY
    )
    named = {
        "record": strict.digest(issued.jwt),
        "fields": strict.b64(schema(round_.of).bitmap(fields)),
        "consent": strict.digest(token),
    }
    return round_.say(Act.REFERRAL, content=content, **(named | changes))


def hit(round_: Round, **changes: Any) -> Item:
    """Tell of a match, all of it right but for what is given."""
    body = dict(changes.pop("body", apart.BODIES[Act.HIT]))
    return round_.say(Act.HIT, content=Message(nonce=bytes(32), body=body), **changes)


def serving(stage: Scene) -> Round:
    """Give a referral of the hostile member that the node works with."""
    round_ = stage.peer.round()
    stage.taken(refer(round_))
    assert stage.state(round_) is State.SERVING
    return round_


def found(stage: Scene, round_: Round) -> Handover:
    handover = stage.find(round_)
    assert handover is not None
    return handover


def test_a_referral_that_is_over_when_it_comes_is_not_stored(stage: Scene) -> None:
    round_ = stage.peer.round()
    stage.refused(refer(round_, deadline=stage.fed.clock.now - 1), "round-closed")
    assert stage.find(round_) is None


def test_a_referral_stands_for_half_a_year_at_most(stage: Scene) -> None:
    ahead = stage.fed.clock.now + LONGEST[Act.REFERRAL]
    stage.refused(refer(stage.peer.round(), deadline=ahead + 1), "deadline")
    stage.taken(refer(stage.peer.round(), deadline=ahead))


def test_a_referral_is_one_envelope_in_its_round(stage: Scene) -> None:
    round_ = serving(stage)
    first = round_.said[Act.REFERRAL]
    second = refer(round_)
    evidence = (second.envelope, first.envelope)
    stage.refused(second, "equivocation", alarm="equivocation", evidence=evidence)


def test_a_referral_shows_what_its_ground_covers(stage: Scene) -> None:
    round_ = stage.peer.round()
    narrow = round_.token(round_.ground(fields=("identity.birth_date",)))
    stage.refused(refer(round_, token=narrow), "ground-fields")
    elsewhere = stage.peer.round()
    other = elsewhere.token(elsewhere.ground(recipients=(NodeId("es/barcelona"),)))
    stage.refused(refer(elsewhere, token=other), "ground-recipient")


def test_a_referral_holds_a_record_and_says_what_for(stage: Scene) -> None:
    round_ = stage.peer.round()
    stage.refused(refer(round_, content=Message(nonce=bytes(32), body=BODY)), "mismatch")
    other = stage.peer.round()
    empty = Message(
        nonce=bytes(32),
        record=sdjwt.present(other.issued(), FIELDS),
        consent=other.token(),
        body={"task": "advice", "text": ""},
    )
    stage.refused(refer(other, content=empty), "message-incomplete")


def test_a_suspended_member_refers_nothing(stage: Scene) -> None:
    rotation.suspend(stage.fed, stage.peer.own)
    stage.refused(refer(stage.peer.round()), "node-suspended")


def test_what_is_a_referral_does_not_become_a_handover(stage: Scene) -> None:
    round_ = serving(stage)
    stage.refused(round_.offer(), "out-of-order")
    other = serving(stage)
    stage.refused(other.void(re=ANY), "out-of-order")
    assert stage.state(round_) is State.SERVING


def test_nobody_confirms_an_end_that_was_not_told(stage: Scene) -> None:
    round_ = serving(stage)
    receipt = round_.say(Act.END_RECEIPT, re=round_.digest(Act.REFERRAL))
    stage.refused(
        receipt, "equivocation", alarm="equivocation",
        evidence=(receipt.envelope, round_.said[Act.REFERRAL].envelope),
    )  # fmt: skip


def test_an_end_of_a_round_never_heard_of_is_remembered(stage: Scene) -> None:
    round_ = stage.peer.round()
    stage.taken(round_.say(Act.END, re=ANY, reason="recalled", content=None, payload=None))
    assert stage.state(round_) is State.OVER
    stage.refused(refer(round_), "round-closed")
    stage.refused(hit(round_), "round-closed")


def test_what_tells_of_a_person_has_a_ground_and_names_its_fields(stage: Scene) -> None:
    round_ = serving(stage)
    named = strict.b64(schema(round_.of).bitmap(FIELDS))
    bare = round_.say(Act.QUESTION, re=round_.digest(Act.REFERRAL), fields=named, counts=False)
    stage.refused(bare, "mismatch")
    nothing = round_.token()
    content = Message(nonce=bytes(32), consent=nothing, body={"text": "Her name?"})
    empty = strict.b64(schema(round_.of).bitmap(()))
    told = round_.say(
        Act.QUESTION, re=round_.digest(Act.REFERRAL), fields=empty, content=content,
        consent=strict.digest(nothing), counts=False,
    )  # fmt: skip
    stage.refused(told, "mismatch")


def test_a_question_in_a_handover_has_no_ground_of_its_own(stage: Scene) -> None:
    round_ = stage.pending()
    named = strict.b64(schema(round_.of).bitmap(FIELDS))
    stage.refused(
        round_.say(Act.QUESTION, re=round_.digest(Act.OFFER), fields=named, counts=False), "mismatch"
    )


def test_a_match_that_nobody_asked_for_is_refused(stage: Scene) -> None:
    round_ = stage.peer.round(of="tracing/1", purpose=Purpose.FAMILY_TRACING)
    statement = dict(apart.BODIES[Act.HIT]["statement"])  # type: ignore[arg-type]
    own = apart.BODIES[Act.HIT] | {"statement": statement | {"node": stage.peer.own.id}}
    stage.refused(hit(round_, body=own), "not-asked")


def test_a_match_whose_index_is_another_nodes_is_refused(stage: Scene) -> None:
    round_ = stage.peer.round(of="tracing/1", purpose=Purpose.FAMILY_TRACING)
    stage.refused(hit(round_), "index-opening")


def test_a_match_is_told_for_tracing_alone(stage: Scene) -> None:
    stage.refused(hit(stage.peer.round()), "mismatch")


def test_a_match_names_nobody(stage: Scene) -> None:
    round_ = stage.peer.round(of="tracing/1", purpose=Purpose.FAMILY_TRACING)
    content = Message(nonce=bytes(32), consent=round_.token(), body=dict(apart.BODIES[Act.HIT]))
    stage.refused(round_.say(Act.HIT, content=content), "mismatch")


def test_a_node_does_not_take_a_referral_of_its_own_matter(stage: Scene) -> None:
    offered = stage.offered()
    own = found(stage, offered)
    round_ = stage.peer.round(pair=own.pair)
    stage.refused(refer(round_), "mismatch")
    assert own.course is Course.HANDOVER
