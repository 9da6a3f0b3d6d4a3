"""What a restored node is answered: only what the two have said, and what does not hold changes nothing."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import cases
from federation import Federation, federation
from handover.application import resync as resync_desk
from handover.application import resyncing
from handover.application.allowances import TooManyRequestsError
from handover.application.answered import KEPT
from handover.domain.errors import HandoverError, UntrustedError
from handover.domain.handover import Act, Claim, State
from handover.domain.ids import Digest, NodeId, PairId, RoundId
from handover.node import Node
from handover.protocol import checkpoint as checkpoints
from handover.protocol import envelope as envelopes
from handover.protocol import jws, merkle, resync, strict
from handover.protocol.checkpoint import Checkpoint, LogSigner
from handover.protocol.delivery import Item
from handover.protocol.entry import EntryKind
from handover.protocol.log_origin import LogOrigin
from handover.protocol.resync import Answer, Place, Request, Round, UnverifiedAnswer, UnverifiedRequest
from peer import Peer, deliver
from two_nodes.resyncing import HAMBURG, Play, played
from two_nodes.scene import alarms_of, entries_of, log_size, tables_of

ACCEPTED = ("offer", "A>B", "accept", "B>A")
_ANSWERED = frozenset({"answered"})
# What asking leaves behind: whom it asked, what people are told, the peer's standing, what it has shown of the old log.
_ASKING = frozenset({"resync", "alarm", "notice", "peer", "checkpoint"})


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Federation, Node, Node, Node]]:
    with federation(tmp_path, "gr/athens", "de/hamburg", "fr/lyon") as (fed, [athens, hamburg, lyon]):
        yield fed, athens, hamburg, lyon


def log_signer(node: Node, incarnation: int) -> LogSigner:
    secrets = {each.use: each.value for each in node.vault.secrets()}
    origin = str(LogOrigin(node=node.id, incarnation=incarnation))
    return LogSigner(origin=origin, ed25519=secrets["log"], mldsa44=secrets["log-pq"])


def request(by: Node, to: Node, incarnation: int = 2, **changes: object) -> Request:
    """Give what a node would ask that was restored."""
    signer = log_signer(by, incarnation)
    head = Checkpoint(origin=signer.key.origin, size=0, root=merkle.EMPTY_ROOT)
    asked = Request(
        iss=by.id,
        aud=to.id,
        iat=by.clock(),
        incarnation=incarnation,
        checkpoint=checkpoints.sign(head, signer, by.clock()),
        since=0,
        nonce=secrets.token_bytes(16),
    )
    return replace(asked, **changes)  # type: ignore[arg-type]


def asked(by: Node, to: Node, incarnation: int = 2, **changes: object) -> Answer:
    """Let a node ask as a restored one, and give what it is answered."""
    wanted = request(by, to, incarnation, **changes)
    data = resync.ask(wanted, signer=by.vault.signer)
    answer = UnverifiedAnswer.read(to.resyncing.answer(data))
    key = by.registry.sender(to.id, answer.kid, now=by.clock()).key
    return answer.verify(key.public, request=data, asked=wanted)


def test_only_what_the_two_have_said_is_given(pair: tuple[Federation, Node, Node, Node]) -> None:
    fed, athens, hamburg, lyon = pair
    sent = [
        cases.offer(fed, athens, to.id, fed.officer(athens, "first"), fed.officer(athens, "second"))
        for to in (hamburg, lyon)
    ]
    fed.settle()
    given = asked(hamburg, athens)
    assert [each.round for each in given.rounds] == [sent[0].round]
    [item] = given.rounds[0].items
    assert envelopes.read(item.envelope).claimed.aud == hamburg.id
    assert item.payload is not None  # the offer is open: it is still shown
    assert given.after is None
    assert asked(lyon, athens).rounds[0].round == sent[1].round
    assert asked(lyon, hamburg).rounds == ()


def test_a_request_fences_is_logged_once_and_tells_people(pair: tuple[Federation, Node, Node, Node]) -> None:
    _, athens, hamburg, _ = pair
    deliver(athens, Peer(hamburg, athens).round().offer())
    size = log_size(athens)
    given = [asked(hamburg, athens), asked(hamburg, athens)]
    assert given[0].rounds == given[1].rounds
    assert [each.kind for each in entries_of(athens, size)].count(EntryKind.RECEIVED) <= 2
    with athens.database.reading() as work:
        known = work.peers.get(hamburg.id)
    assert (known.fence, known.log_root) == (2, merkle.EMPTY_ROOT)
    assert "restored" in {each.kind for each in alarms_of(athens)}
    late = deliver(athens, Peer(hamburg, athens).round().offer()).results[0]
    assert getattr(late, "name", None) == "stale-incarnation"


def test_many_rounds_come_in_several_answers(pair: tuple[Federation, Node, Node, Node]) -> None:
    _, athens, hamburg, _ = pair
    peer = Peer(hamburg, athens)
    begun = [peer.round() for _ in range(resync.MOST_ROUNDS + 3)]
    for start in range(0, len(begun), 40):
        deliver(athens, *(each.offer() for each in begun[start : start + 40]))
    first = asked(hamburg, athens)
    assert first.after is not None
    assert len(first.rounds) <= resync.MOST_ROUNDS
    rest = asked(hamburg, athens, after=first.after)
    names = [each.round for each in (*first.rounds, *rest.rounds)]
    assert names == sorted(each.round for each in begun)
    assert rest.after is None


def test_what_is_settled_for_long_is_not_given(pair: tuple[Federation, Node, Node, Node]) -> None:
    fed, athens, hamburg, _ = pair
    first, second = fed.officer(athens, "first"), fed.officer(athens, "second")
    sent = cases.offer(fed, athens, hamburg.id, first, second)
    fed.settle()
    athens.offers.withdraw(sent.id, actor=first)
    fed.settle()
    assert len(asked(hamburg, athens).rounds) == 1
    fed.clock.pass_(86400)
    assert asked(hamburg, athens, since=fed.clock.now - 3600).rounds == ()


def test_who_asks_without_end_has_to_wait_and_nobody_else(
    pair: tuple[Federation, Node, Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each answer takes the one writer of the database: the others' deliveries would stand behind it."""
    fed, athens, hamburg, lyon = pair
    assert resyncing.HOURLY.burst >= 1024
    monkeypatch.setattr(resyncing, "HOURLY", replace(resyncing.HOURLY, burst=resyncing.RESTORED + 2))
    athens = fed.reopen(athens.id)
    for _ in range(2):
        asked(hamburg, athens)
    with pytest.raises(TooManyRequestsError):
        asked(hamburg, athens)
    asked(lyon, athens)
    fed.clock.pass_(3600)
    asked(hamburg, athens)


WRONG: dict[str, Callable[[Node, Node], bytes]] = {
    "for another node": lambda by, to: resync.ask(
        replace(request(by, to), aud=NodeId("fr/lyon")), signer=by.vault.signer
    ),
    "made long ago": lambda by, to: resync.ask(request(by, to, iat=by.clock() - 601), signer=by.vault.signer),
    "signed by another": lambda by, to: resync.ask(request(by, to), signer=to.vault.signer),
    "signed by a stranger": lambda by, to: resync.ask(request(by, to), signer=jws.Ed25519Signer(bytes(32))),
    "with a checkpoint of another incarnation": lambda by, to: resync.ask(
        replace(request(by, to), incarnation=3), signer=by.vault.signer
    ),
    "with another's checkpoint": lambda by, to: resync.ask(
        replace(request(by, to), checkpoint=request(to, by).checkpoint), signer=by.vault.signer
    ),
    "nothing at all": lambda by, to: b"",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_no_request_of_a_member_changes_nothing(
    pair: tuple[Federation, Node, Node, Node], wrong: Callable[[Node, Node], bytes]
) -> None:
    _, athens, hamburg, _ = pair
    deliver(athens, Peer(hamburg, athens).round().offer())
    before = (tables_of(athens), log_size(athens))
    with pytest.raises(HandoverError):
        athens.resyncing.answer(wrong(hamburg, athens))
    assert (tables_of(athens), log_size(athens)) == before


def test_an_incarnation_below_the_fence_is_refused(pair: tuple[Federation, Node, Node, Node]) -> None:
    _, athens, hamburg, _ = pair
    asked(hamburg, athens, 3)
    with pytest.raises(HandoverError, match=r"last restore"):
        asked(hamburg, athens, 2)


Bend = Callable[[Play, Answer], Answer]


def _with(answer: Answer, *items: Item, before: Sequence[Round] = ()) -> Answer:
    [given] = answer.rounds
    return replace(answer, rounds=(*before, replace(given, items=(*given.items, *items))))


def _said(play: Play, act: Act, **changes: object) -> Item:
    """Give what Hamburg might sign in this round."""
    found = play.round("B")
    assert found is not None
    with play.node("B").database.reading() as work:
        kept = work.envelopes.of_handover(found.id)
    last = envelopes.read(kept[-1].data).claimed
    said = replace(last, act=act, seq=9, prev=kept[-1].digest, payload=None, by=None, **changes)  # type: ignore[arg-type]
    return Item(envelope=envelopes.sign(said, signer=play.node("B").vault.signer))


def _foreign(play: Play, answer: Answer) -> Answer:
    """Something that Hamburg was told by somebody else."""
    first = envelopes.read(answer.rounds[0].items[0].envelope).claimed
    other = replace(first, iss=NodeId("fr/lyon"))
    return _with(answer, Item(envelope=envelopes.sign(other, signer=play.node("B").vault.signer)))


def _forged(play: Play, answer: Answer) -> Answer:
    """A take-up of this node's own that it has never signed."""
    first = envelopes.read(answer.rounds[0].items[0].envelope)
    data = answer.rounds[0].items[0].envelope
    assert first.claimed.iss == play.node("A").id
    return _with(answer, Item(envelope=data[:-2] + (b"AA" if data[-2:] != b"AA" else b"QQ")))


def _other_matter(play: Play, answer: Answer) -> Answer:
    return _with(answer, _said(play, Act.OPENED, matter=PairId("A" * 22)))


def _other_round(play: Play, answer: Answer) -> Answer:
    return _with(answer, _said(play, Act.OPENED, round=RoundId("A" * 22)))


def _offer(answer: Answer) -> Digest:
    return strict.digest(answer.rounds[0].items[0].envelope)


LIES: dict[str, Bend] = {
    "an envelope of somebody else": _foreign,
    "a forged envelope": _forged,
    "another matter": _other_matter,
    "another round": _other_round,
    "a take-up of a deed that was never given": lambda play, answer: _with(
        answer, _said(play, Act.TAKE_UP_RECEIPT, re=strict.digest(b"no deed"))
    ),
    "a void that was never said": lambda play, answer: _with(
        answer, _said(play, Act.VOID_RECEIPT, re=strict.digest(b"no void"))
    ),
    "a take-up that answers the offer": lambda play, answer: _with(
        answer, _said(play, Act.TAKE_UP_RECEIPT, re=_offer(answer))
    ),
    "a take-up that answers its own acceptance": lambda play, answer: _with(
        answer, _said(play, Act.TAKE_UP_RECEIPT, re=strict.digest(answer.rounds[0].items[-1].envelope))
    ),
    "a receipt of a void that answers the offer": lambda play, answer: _with(
        answer, _said(play, Act.VOID_RECEIPT, re=_offer(answer))
    ),
    "what only the sender says": lambda play, answer: _with(
        answer, _said(play, Act.VOID, reason="withdrawn", re=None)
    ),
    "a checkpoint of a log that has not ended": lambda play, answer: replace(
        answer, checkpoint=request(play.node("A"), play.node("B")).checkpoint
    ),
    "a checkpoint of its own": lambda play, answer: replace(
        answer, checkpoint=request(play.node("B"), play.node("A")).checkpoint
    ),
}


def bent(play: Play, change: Callable[[bytes, Answer], bytes]) -> None:
    """From now on change what Hamburg answers."""
    play.fed.wire.bending[HAMBURG] = lambda data: change(data, UnverifiedAnswer.read(data).claimed)


def resigned(play: Play, answer: Answer) -> bytes:
    return resync.answer(answer, signer=play.node("B").vault.signer)


def unbelieved(play: Play) -> None:
    """Let Athens ask; nothing changes but that people are told, and then it comes to its end with the truth."""
    athens = play.node("A")
    before = tables_of(athens, without=_ASKING)
    athens.resync.tick()
    assert tables_of(athens, without=_ASKING) == before
    assert play.doubts("A")
    assert "resync-failed" in {each.kind for each in alarms_of(athens)}
    play.fed.wire.bending.clear()
    play.fed.clock.pass_(900)
    play.settle("A")
    assert not play.doubts("A")
    assert play.states() == (State.VOIDED, State.CLOSED)
    assert play.claim("A") is Claim.HOLDER


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """Give a story in which Athens has forgotten its offer."""
    with played(tmp_path, *ACCEPTED) as made:
        made.restore("A", 1)
        yield made


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_in_the_answer_refuses_all_of_it(play: Play, lie: Bend) -> None:
    bent(play, lambda data, answer: resigned(play, lie(play, answer)))
    unbelieved(play)


BROKEN: dict[str, Callable[[Play, bytes, Answer], bytes]] = {
    "a false signature": lambda play, data, answer: data[:-3] + (b"AAA" if data[-3:] != b"AAA" else b"QQQ"),
    "signed by another": lambda play, data, answer: resync.answer(
        answer, signer=jws.Ed25519Signer(bytes(32))
    ),
    "an answer to another request": lambda play, data, answer: resigned(
        play, replace(answer, re=strict.digest(b"another"))
    ),
    "no answer": lambda play, data, answer: b"",
    "an older incarnation than is known": lambda play, data, answer: resigned(
        play, replace(answer, iss=play.node("A").id)
    ),
    "an end elsewhere": lambda play, data, answer: resigned(
        play, replace(answer, after=Place(round=answer.rounds[0].round, items=99))
    ),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_does_not_hold_changes_nothing(
    play: Play, broken: Callable[[Play, bytes, Answer], bytes]
) -> None:
    bent(play, lambda data, answer: broken(play, data, answer))
    unbelieved(play)


def test_an_answer_without_end_is_given_up(play: Play) -> None:
    """Each page says that there is more of the same round: there is a last one that is read."""
    wire = play.fed.wire

    def endless(data: bytes) -> bytes:
        answer = UnverifiedAnswer.read(data).claimed
        asked_ = UnverifiedRequest.read(wire.small[-1][2]).claimed
        begun = 0 if asked_.after is None else asked_.after.items
        given = replace(first, items=first.items * 120, chain=())
        after = Place(round=given.round, items=begun + len(given.items))
        return resigned(play, replace(answer, rounds=(given,), after=after))

    first = asked_of(play).rounds[0]
    wire.bending[HAMBURG] = endless
    unbelieved(play)


def without_end(play: Play, copies: int) -> None:
    """Let Hamburg say each time that there is more of the same round."""
    wire, first = play.fed.wire, asked_of(play).rounds[0]

    def endless(data: bytes) -> bytes:
        answer = UnverifiedAnswer.read(data).claimed
        before = UnverifiedRequest.read(wire.small[-1][2]).claimed.after
        given = replace(first, items=first.items[:1] * copies, chain=())
        items = (0 if before is None else before.items) + copies
        return resigned(play, replace(answer, rounds=(given,), after=Place(round=given.round, items=items)))

    wire.bending[HAMBURG] = endless


def test_a_round_that_goes_on_fills_no_memory(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it is held until its end has come: 4096 items with payloads are a gigabyte."""
    athens, wire = play.node("A"), play.fed.wire
    assert resync_desk._MOST_BYTES <= 64 * 1024 * 1024
    monkeypatch.setattr(resync_desk, "_MOST_BYTES", 50_000)
    without_end(play, 1)
    wire.small.clear()
    athens.resync.tick()
    assert 1 < len(wire.small) < 50
    assert "resync-failed" in {each.kind for each in alarms_of(athens)}


def test_an_answer_without_end_holds_up_nobody_and_ends_with_the_suspension(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    lyon, wire = play.fed.add("fr/lyon"), play.fed.wire
    desk = play.node("A").resync
    monkeypatch.setattr(resync_desk, "_IN_TURN", 4)
    without_end(play, 1)
    for number in (1, 2):
        wire.small.clear()
        desk.tick()
        assert [each[0] for each in wire.small].count(HAMBURG) == 4
        assert [each[0] for each in wire.small].count(lyon.id) == 2 - number  # it was heard at the first look
        after = [UnverifiedRequest.read(each[2]).claimed.after for each in wire.small if each[0] == HAMBURG]
        assert [0 if each is None else each.items for each in after] == [*range(4 * number - 4, 4 * number)]
    play.fed.ceremony.suspend(HAMBURG, now=play.fed.clock.now)
    play.fed.publish()
    wire.small.clear()
    desk.tick()  # it is asked as everybody is, and not waited for
    assert [each[0] for each in wire.small] == [HAMBURG] * 4
    assert not play.doubts("A")
    wire.small.clear()
    desk.tick()
    assert not wire.small


def test_a_request_is_answered_once(pair: tuple[Federation, Node, Node, Node]) -> None:
    """Who has caught one learns nothing with it, and uses nothing up of what its member may ask."""
    fed, athens, hamburg, _ = pair
    data = resync.ask(request(hamburg, athens), signer=hamburg.vault.signer)
    athens.resyncing.answer(data)
    before = (tables_of(athens), log_size(athens))
    with pytest.raises(UntrustedError, match="answered before"):
        athens.resyncing.answer(data)
    assert (tables_of(athens), log_size(athens)) == before
    with pytest.raises(UntrustedError, match="answered before"):
        fed.reopen(athens.id).resyncing.answer(data)


def test_who_asks_again_and_again_leaves_no_more_behind(pair: tuple[Federation, Node, Node, Node]) -> None:
    """A log without entries is known, too: each request brings a checkpoint of its own."""
    fed, athens, hamburg, _ = pair
    asked(hamburg, athens)
    before = (tables_of(athens, without=_ANSWERED), log_size(athens))
    asked(hamburg, athens)
    assert (tables_of(athens, without=_ANSWERED), log_size(athens)) == before
    with athens.database.reading() as work:
        assert work.answered.count(hamburg.id, resync.PATH, since=0) == 2
    fed.clock.pass_(KEPT + 1)
    asked(hamburg, athens)
    with athens.database.reading() as work:
        assert work.answered.count(hamburg.id, resync.PATH, since=0) == 1, "the others are forgotten"


def test_a_member_is_not_restored_again_and_again(pair: tuple[Federation, Node, Node, Node]) -> None:
    """Each time a log begins anew that is kept, with an entry in the log of whoever is asked."""
    _, athens, hamburg, _ = pair
    most = int(resyncing.HOURLY.burst) // resyncing.RESTORED
    for incarnation in range(2, most + 2):
        asked(hamburg, athens, incarnation)
    with pytest.raises(TooManyRequestsError):
        asked(hamburg, athens, most + 2)


def asked_of(play: Play) -> Answer:
    """Give what Hamburg would answer."""
    return asked(play.node("A"), play.node("B"))


def test_a_deed_and_a_void_of_one_round_are_a_contradiction(tmp_path: Path) -> None:
    steps = (*ACCEPTED, "countersign", "A>B")
    with played(tmp_path, *steps) as play:
        play.restore("B", 1)
        athens, hamburg = play.node("A"), play.node("B")
        sent = play.round("A")
        assert sent is not None
        with athens.database.reading() as work:
            kept = [each for each in work.envelopes.of_handover(sent.id) if not each.incoming]
        deed = envelopes.read(kept[-1].data).claimed
        void = replace(
            deed,
            act=Act.VOID,
            seq=9,
            prev=kept[-1].digest,
            re=sent.offer,
            reason="withdrawn",
            **dict.fromkeys(("payload", "by", "record", "consent", "fields")),  # type: ignore[arg-type]
        )
        item = Item(envelope=envelopes.sign(void, signer=athens.vault.signer))
        signer = athens.vault.signer
        play.fed.wire.bending[athens.id] = lambda data: resync.answer(
            _with(UnverifiedAnswer.read(data).claimed, item), signer=signer
        )
        hamburg.resync.tick()
        assert play.doubts("B")
        assert play.claim("B") is Claim.NONE
        assert "resync-failed" in {each.kind for each in alarms_of(hamburg)}


def test_a_silent_peer_leaves_everything_in_doubt_and_people_are_told(play: Play) -> None:
    athens = play.node("A")
    play.fed.wire.down = {HAMBURG}
    for number in range(9):
        assert ("resync-failed" in {each.kind for each in alarms_of(athens)}) is (number >= 8)
        athens.resync.tick()
        play.fed.clock.pass_(900)
    assert play.doubts("A")
    play.fed.ceremony.suspend(HAMBURG, now=play.fed.clock.now)
    play.fed.publish()
    athens.resync.tick()
    assert not play.doubts("A")  # nobody waits for who is gone


def test_the_worker_asks_and_the_lost_entries_are_told(play: Play) -> None:
    athens = play.node("A")
    assert athens.worker._resync is not None
    size = log_size(athens)
    play.settle("A")
    with athens.database.reading() as work:
        [answered] = work.resyncs.all(athens.vault.incarnation)
    assert answered.held is not None
    assert answered.held > 0  # what Hamburg had seen of the old log
    kinds = [each.kind for each in entries_of(athens, size)]
    assert kinds.count(EntryKind.RESTORED) == 1
    assert athens.resync.tick() == 0


def test_nothing_is_asked_where_nothing_was_restored(pair: tuple[Federation, Node, Node, Node]) -> None:
    fed, athens, _, _ = pair
    assert athens.resync.tick() == 0
    assert not fed.wire.small
