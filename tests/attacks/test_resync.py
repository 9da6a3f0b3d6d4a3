"""What is asked and answered after a restore: strangers, replays, whoever has a member's keys, answers without end."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import cases
from attacks.attack import Attack, Leaves, Strike, against
from attacks.siege import Siege, named
from handover.application import resync as resync_desk
from handover.application.allowances import Allowances
from handover.domain.allowance import Allowance
from handover.domain.ids import RoundId
from handover.protocol import jws, resync, strict
from handover.protocol.delivery import Item
from handover.protocol.resync import PATH, REACH, Answer, Place, Round, UnverifiedAnswer, UnverifiedRequest
from peer import Peer
from two_nodes import rotation
from two_nodes.resyncing import HAMBURG, Play, played
from two_nodes.scene import alarms_of
from two_nodes.test_resync import ACCEPTED, request, resigned

BYTES = {"content-type": "application/octet-stream"}
Ask = Callable[[Siege], bytes]


def of(siege: Siege, **changes: object) -> bytes:
    """Give what the hostile member would ask; in its own incarnation, for it was not restored."""
    wanted = replace(request(siege.peer.own, siege.node, 1), **changes)  # type: ignore[arg-type]
    return resync.ask(wanted, signer=siege.peer.signer)


def by_a_stranger(siege: Siege) -> bytes:
    return resync.ask(request(siege.peer.own, siege.node, 1), signer=jws.Ed25519Signer(bytes(32)))


def in_anothers_name(siege: Siege) -> bytes:
    return resync.ask(request(siege.neighbour.own, siege.node), signer=siege.peer.signer)


def with_anothers_log(siege: Siege) -> bytes:
    return of(siege, checkpoint=request(siege.neighbour.own, siege.node, 1).checkpoint)


def of_another_log(siege: Siege) -> bytes:
    """A generation that its log does not have: it would fence off what the member has said before."""
    return of(siege, incarnation=9)


def caught(siege: Siege) -> bytes:
    data = of(siege)
    assert posted(siege, data) == "200"
    return data


def posted(siege: Siege, data: bytes) -> str:
    return named(siege.client.post(PATH, content=data, headers=BYTES))


def claiming(**changes: object) -> Ask:
    """Give a request with members that no program of ours writes."""

    def ask(siege: Siege) -> bytes:
        claims = json.loads(strict.unb64(of(siege).split(b".")[1].decode()))
        return jws.sign(strict.dumps(claims | changes), typ=resync.REQUEST_TYPE, signer=siege.peer.signer)

    return ask


@against(
    Attack(
        "resync-as-a-stranger",
        "A stranger asks, as a member that was restored, for all that the two have said, under a key of its own.",
        "400 untrusted",
        with_=by_a_stranger,
    ),
    Attack(
        "resync-in-anothers-name",
        "A member asks in the name of another, which it says was restored, so that nothing counts that the other says.",
        "400 untrusted",
        with_=in_anothers_name,
    ),
    Attack(
        "resync-with-anothers-log",
        "A member that asks shows the log of another one as its own.",
        "400 untrusted",
        with_=with_anothers_log,
    ),
    Attack(
        "resync-of-another-log",
        "A member names a later incarnation than that of the log that it shows.",
        "400 untrusted",
        with_=of_another_log,
    ),
    Attack(
        "resync-passed-on",
        "A member puts to one node a request that another was to be asked.",
        "400 untrusted",
        with_=lambda siege: of(siege, aud=siege.neighbour.own.id),
    ),
    Attack(
        "resync-replayed",
        "Somebody who has caught the request of a restored node asks it again, to be given all and to use it up.",
        "400 untrusted",
        with_=caught,
    ),
    Attack(
        "resync-kept-for-later",
        "Somebody who has caught a request that never arrived asks it more than ten minutes later.",
        "400 untrusted",
        with_=lambda siege: of(siege, iat=siege.fed.clock.now - REACH - 1),
    ),
    Attack(
        "resync-from-the-future",
        "A member signs requests of a time to come, to be asked when its key is gone.",
        "400 untrusted",
        with_=lambda siege: of(siege, iat=siege.fed.clock.now + REACH + 1),
    ),
    Attack(
        "resync-from-a-negative-place",
        "A member asks for the rest of a round from a place before its beginning.",
        "400 untrusted",
        with_=claiming(after={"round": "A" * 22, "items": -1}),
    ),
    Attack(
        "resync-with-a-long-request",
        "A stranger sends a request of a million bytes.",
        "413 too-large",
        with_=lambda siege: b"x" * 1_000_000,
    ),
)
def test_a_request_is_a_members_own_and_of_now(siege: Siege, case: Attack) -> Strike:
    data = case.with_(siege)
    return Strike(node=siege.node, run=lambda: posted(siege, data))


@against(
    Attack(
        "resync-as-a-form",
        "A page that an officer of a member has open posts a request as a form.",
        "415 media-type",
    )
)
def test_a_request_has_one_media_type(siege: Siege, case: Attack) -> Strike:
    data, form = of(siege), {"content-type": "application/x-www-form-urlencoded"}
    return Strike(node=siege.node, run=lambda: named(siege.client.post(PATH, content=data, headers=form)))


def answered(siege: Siege, by: Peer, incarnation: int = 1) -> Answer:
    """Give what the node answers to a member."""
    wanted = request(by.own, siege.node, incarnation)
    body = resync.ask(wanted, signer=by.signer)
    got = siege.client.post(PATH, content=body, headers=BYTES)
    assert got.status_code == 200, got.text
    data = got.content
    return UnverifiedAnswer.read(data).claimed


@against(
    Attack(
        "resync-to-learn-of-others",
        "A member asks for all that it has ever said and heard, from behind a round of another member.",
        "nothing",
        Leaves.RESYNCED,
    )
)
def test_no_answer_gives_what_others_have_said(own: Siege, case: Attack) -> Strike:
    theirs = [each.round for each in answered(own, own.neighbour).rounds]
    assert theirs
    ours = [each.round for each in answered(own, own.peer).rounds]
    place = Place(round=RoundId(theirs[0]), items=1)

    def run() -> str:
        body = of(own, after=place)
        given = UnverifiedAnswer.read(own.client.post(PATH, content=body, headers=BYTES).content).claimed
        names = [each.round for each in given.rounds]
        return "nothing" if set(names) <= set(ours) else f"{names}"

    return Strike(node=own.node, run=run)


@against(
    Attack(
        "resync-with-the-keys-of-a-suspended-member",
        "Whoever has the keys of a member that was suspended for it asks for the records of children offered to it.",
        "nothing",
        Leaves.RESYNCED,
    )
)
def test_who_is_suspended_is_given_no_record_again(own: Siege, case: Attack) -> Strike:
    officers = [own.fed.officer(own.node, name) for name in ("one", "two")]
    cases.offer(own.fed, own.node, own.peer.own.id, *officers)
    own.fed.settle()
    shown = [item.payload for each in answered(own, own.peer, 2).rounds for item in each.items]
    assert any(shown)
    rotation.suspend(own.fed, own.peer.own)

    def run() -> str:
        given = [item.payload for each in answered(own, own.peer, 2).rounds for item in each.items]
        return "nothing" if given and not any(given) else "a record"

    return Strike(node=own.node, run=run)


@against(
    Attack(
        "resync-without-end",
        "A member asks again and again for all that was said, each time under a lock that deliveries wait for.",
        "429 too-many-requests",
    )
)
def test_who_asks_without_end_has_to_wait(
    own: Siege, monkeypatch: pytest.MonkeyPatch, case: Attack
) -> Strike:
    monkeypatch.setattr(
        own.node.resyncing, "_allowed", Allowances(Allowance(burst=2, rate=1e-6), own.fed.clock)
    )
    assert [posted(own, of(own)) for _ in range(2)] == ["200", "200"]
    return Strike(node=own.node, run=lambda: posted(own, of(own)))


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """Give a story in which Athens was restored and has forgotten its offer; Hamburg, which it asks, is hostile."""
    with played(tmp_path, *ACCEPTED) as made:
        made.restore("A", 1)
        yield made


def goes_on(play: Play, answer: Answer, first: Round) -> Answer:
    """The same item, and more of the round to come."""
    before = UnverifiedRequest.read(play.fed.wire.small[-1][2]).claimed.after
    items = (0 if before is None else before.items) + 1
    given = replace(first, items=first.items[:1], chain=())
    return replace(answer, rounds=(given,), after=Place(round=given.round, items=items))


def goes_nowhere(_play: Play, answer: Answer, first: Round) -> Answer:
    return replace(answer, after=Place(round=first.round, items=99))


def goes_back(play: Play, answer: Answer, first: Round) -> Answer:
    before = UnverifiedRequest.read(play.fed.wire.small[-1][2]).claimed.after
    if before is None:
        return goes_on(play, answer, first)
    return replace(goes_on(play, answer, first), after=Place(round=before.round, items=before.items))


def unsigned(_play: Play, answer: Answer, first: Round) -> Answer:
    """Words of the restored node that it has never signed."""
    [*_, last] = first.items
    item = Item(envelope=last.envelope[:-2] + (b"AA" if last.envelope[-2:] != b"AA" else b"QQ"))
    return replace(answer, rounds=(replace(first, items=(item,)),))


@against(
    Attack(
        "resync-answered-without-end",
        "A member that a restored node asks says each time that there is more of a round, to fill its memory.",
        "nothing",
        Leaves.IN_DOUBT,
        with_=(goes_on, "resync-endless"),
    ),
    Attack(
        "resync-answered-with-an-end-elsewhere",
        "A member that a restored node asks names a place from which to go on that is not the end of its answer.",
        "nothing",
        Leaves.IN_DOUBT,
        with_=(goes_nowhere, "malformed"),
    ),
    Attack(
        "resync-answered-in-a-circle",
        "A member that a restored node asks gives the same place again and again, so that it is asked for ever.",
        "nothing",
        Leaves.IN_DOUBT,
        with_=(goes_back, "malformed"),
    ),
    Attack(
        "resync-answered-with-a-forgery",
        "A member that a restored node asks gives as the node's own words what the node has never signed.",
        "nothing",
        Leaves.IN_DOUBT,
        with_=(unsigned, "signature"),
    ),
)
def test_an_answer_that_lies_leaves_a_restored_node_in_doubt(
    play: Play, monkeypatch: pytest.MonkeyPatch, case: Attack
) -> Strike:
    monkeypatch.setattr(resync_desk, "_MOST_BYTES", 50_000)
    athens, (lie, problem) = play.node("A"), case.with_
    told: list[Round] = []

    def bend(data: bytes) -> bytes:
        answer = UnverifiedAnswer.read(data).claimed
        told.extend(answer.rounds)
        return resigned(play, lie(play, answer, told[0]))

    play.fed.wire.bending[HAMBURG] = bend

    def run() -> str:
        asked = len(play.fed.wire.small)
        athens.resync.tick()
        assert len(play.fed.wire.small) - asked < 50
        assert play.doubts("A")
        assert [each.kind for each in alarms_of(athens)] == ["resync-failed"]
        with athens.database.reading() as work:
            found = [each.problem for each in work.resyncs.all(athens.vault.incarnation)]
        return "nothing" if found == [problem] else f"{found}"

    return Strike(node=athens, run=run)
