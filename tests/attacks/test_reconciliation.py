"""Comparing what was said: questions of strangers and about others, replays, answers that lie or never end."""

import json
from collections.abc import Callable
from dataclasses import replace

from attacks.attack import Attack, Leaves, Strike, against
from attacks.siege import Siege, named
from handover.application.reconciliations import PATH, head_of
from handover.domain.handover import Act
from handover.domain.ids import Digest, RoundId
from handover.node import Node
from handover.protocol import digest_tree, jws, strict
from handover.protocol import reconciliation as questions
from handover.protocol import reconciliation_answer as answers
from handover.protocol.digest_tree import Summary
from handover.protocol.reconciliation import FRESH, Part, Question
from handover.protocol.reconciliation_answer import Answer, Listed, Told
from peer import Peer

BYTES = {"content-type": "application/octet-stream"}
NOTHING = digest_tree.summary([])


def question(siege: Siege, *, by: Peer | None = None, to: Node | None = None) -> Question:
    """Give a good question about all that the two have said, by the hostile member; it claims to hold nothing."""
    own, asked = (by or siege.peer).own, to or siege.node
    with own.database.reading() as work:
        log = head_of(work.log.head())
    parts = tuple(Part(by=each, prefix="", summary=NOTHING) for each in sorted((own.id, asked.id)))
    nonce = strict.unb64(strict.digest(b"%d" % len(siege.seen)))[:16]
    siege.seen.append("question")
    return Question(
        asker=own.id, asked=asked.id, issued=siege.fed.clock.now, nonce=nonce, log=log, parts=parts
    )


def signed(siege: Siege, asked: Question) -> bytes:
    return questions.sign(asked, signer=siege.peer.signer)


def by_a_stranger(siege: Siege) -> bytes:
    return questions.sign(question(siege), signer=jws.Ed25519Signer(bytes(32)))


def in_anothers_name(siege: Siege) -> bytes:
    return signed(siege, question(siege, by=siege.neighbour))


def for_another(siege: Siege) -> bytes:
    return signed(siege, question(siege, to=siege.neighbour.own))


def about_another(siege: Siege) -> bytes:
    """A question whose parts are about what a third node has said: only a signer of its own making signs that."""
    claims = json.loads(strict.unb64(signed(siege, question(siege)).split(b".")[1].decode()))
    claims["parts"][0]["by"] = siege.neighbour.own.id
    return jws.sign(strict.dumps(claims), typ=questions.TYPE, signer=siege.peer.signer)


def within_one_another(siege: Siege) -> bytes:
    claims = json.loads(strict.unb64(signed(siege, question(siege)).split(b".")[1].decode()))
    part = claims["parts"][0]
    claims["parts"] = [{**part, "prefix": "0" * number} for number in range(16)]
    return jws.sign(strict.dumps(claims), typ=questions.TYPE, signer=siege.peer.signer)


def caught(siege: Siege) -> bytes:
    data = signed(siege, question(siege))
    assert siege.client.post(PATH, content=data, headers=BYTES).status_code == 200
    return data


def of_before(siege: Siege) -> bytes:
    return signed(siege, replace(question(siege), issued=siege.fed.clock.now - FRESH - 1))


def of_later(siege: Siege) -> bytes:
    return signed(siege, replace(question(siege), issued=siege.fed.clock.now + FRESH + 1))


@against(
    Attack(
        "reconcile-as-a-stranger",
        "A stranger asks a node what it and a member have said, under a key of its own.",
        "400 untrusted",
        with_=by_a_stranger,
    ),
    Attack(
        "reconcile-in-anothers-name",
        "A member asks in the name of another what the node and that other have said.",
        "400 untrusted",
        with_=in_anothers_name,
    ),
    Attack(
        "reconcile-about-another",
        "A member asks what the node and a third have said.",
        "400 untrusted",
        with_=about_another,
    ),
    Attack(
        "reconcile-passed-on",
        "A member puts to one node a question that it was to put to another.",
        "400 untrusted",
        with_=for_another,
    ),
    Attack(
        "reconcile-replayed",
        "Somebody who has caught a member's question asks it again.",
        "400 untrusted",
        with_=caught,
    ),
    Attack(
        "reconcile-kept-for-later",
        "Somebody who has caught a question that never arrived asks it more than ten minutes later.",
        "400 untrusted",
        with_=of_before,
    ),
    Attack(
        "reconcile-from-the-future",
        "A member signs questions of a time to come, to be asked when its key is gone.",
        "400 untrusted",
        with_=of_later,
    ),
    Attack(
        "reconcile-all-again-and-again",
        "A member asks in one question for the same messages sixteen times, so that all are looked through each time.",
        "400 untrusted",
        with_=within_one_another,
    ),
    Attack(
        "reconcile-with-a-long-question",
        "A stranger sends a question of a million bytes.",
        "413 too-large",
        with_=lambda siege: b"x" * 1_000_000,
    ),
)
def test_a_question_is_a_members_own_and_of_now(siege: Siege, case: Attack) -> Strike:
    data = case.with_(siege)
    return Strike(node=siege.node, run=lambda: named(siege.client.post(PATH, content=data, headers=BYTES)))


@against(
    Attack(
        "reconcile-to-learn-of-others",
        "A member asks down to the last digit for digests of messages between the node and another member.",
        "nothing",
        Leaves.ANSWERED,
    )
)
def test_no_answer_tells_of_what_others_have_said(siege: Siege, case: Attack) -> Strike:
    with siege.node.database.reading() as work:
        theirs = work.reconciliations.received(siege.neighbour.own.id)
    assert theirs
    prefix = theirs[0].hex()[: digest_tree.DEEPEST]
    asked = question(siege)
    guessed = tuple(
        replace(each, prefix=prefix, summary=Summary(count=1, digest=Digest("A" * 43)))
        for each in asked.parts
    )
    data = signed(siege, replace(asked, parts=guessed))

    def run() -> str:
        answer = answers.read(siege.client.post(PATH, content=data, headers=BYTES).content).claimed
        counts = {each.summary.count for each in answer.parts}
        return "nothing" if counts == {0} else f"{counts}"

    return Strike(node=siege.node, run=run)


def denying(part: Told) -> Told:
    """The whole, as if nothing had ever been said."""
    return replace(part, listed=(), branches=None, summary=digest_tree.summary([], depth=len(part.prefix)))


def inventing(part: Told) -> Told:
    """As many messages as a list holds, which nobody has said."""
    low, _ = digest_tree.bounds(part.prefix)
    digests = [low[:-1] + bytes([number]) for number in range(digest_tree.LISTED)]
    listed = tuple(
        Listed(digest=Digest(strict.b64(each)), round=siege_round(each), act=Act.DEED) for each in digests
    )
    summary = digest_tree.summary(digests, depth=len(part.prefix))
    return replace(part, listed=listed, branches=None, summary=summary)


def siege_round(digest: bytes) -> RoundId:
    return RoundId(strict.b64(digest[-16:]))


def endless(part: Told) -> Told:
    """Sixteen branches that differ, again and again, to the last digit but one."""
    if len(part.prefix) >= digest_tree.DEEPEST - 1:
        return inventing(part)
    name = part.prefix.encode()
    branches = tuple(Summary(count=20, digest=strict.digest(name + bytes([each]))) for each in range(16))
    return replace(part, listed=None, branches=branches, summary=digest_tree.joined(branches))


@against(
    Attack(
        "reconcile-denying",
        "A member that is asked signs that it has nothing of what it has receipted.",
        "nothing",
        Leaves.COMPARED,
        with_=(denying, "denied"),
    ),
    Attack(
        "reconcile-inventing",
        "A member that is asked names messages that nobody has said, and none that it has, to fill the page of alarms.",
        "nothing",
        Leaves.COMPARED,
        with_=(inventing, "denied, unknown-here"),
    ),
    Attack(
        "reconcile-without-end",
        "A member that is asked answers with ever new branches that differ.",
        "nothing",
        Leaves.TOLD_COMPARED,
        with_=(endless, "64 questions"),
    ),
)
def test_an_answer_that_lies_is_kept_and_bounded(own: Siege, case: Attack) -> Strike:
    own.offered()
    own.node.outbox.deliver_due()
    lie: Callable[[Told], Told] = case.with_[0]

    def bend(data: bytes) -> bytes:
        answer: Answer = answers.read(data).claimed
        asked = questions.read(own.fed.wire.small[-1][2]).claimed.parts
        same = {each.by: Told(by=each.by, prefix=each.prefix, summary=each.summary) for each in asked}
        parts = tuple(
            lie(each) if each.by == own.node.id or lie is endless else same[each.by] for each in answer.parts
        )
        return answers.sign(replace(answer, parts=parts), signer=own.peer.signer)

    own.fed.wire.bending[own.peer.own.id] = bend

    def run() -> str:
        asked = len(own.fed.wire.small)
        made = own.node.reconciling(own.node.wire).reconcile(own.peer.own.id)
        own.fed.wire.bending.clear()
        said = (
            f"{len(own.fed.wire.small) - asked} questions"
            if made.cut
            else ", ".join(sorted({each.finding for each in made.differences}))
        )
        with own.node.database.reading() as work:
            missing = sum(each.kind == "message-missing" for each in work.alarms.all())
        return "nothing" if said == case.with_[1] and missing <= 1 else f"{said}, {missing} alarms"

    return Strike(node=own.node, run=run)
