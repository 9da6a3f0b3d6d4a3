"""Replay and races: repeats, deliveries at once, what comes from before a restore, what comes too late."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from attacks.attack import Attack, Leaves, Strike, against
from attacks.marks import marks_of
from attacks.siege import Siege
from handover.protocol.delivery import BATCH_LIMIT, Item
from peer import Peer, Round
from two_nodes.scene import digest_of
from two_nodes.test_bad_answer import acceptance, withdraw


def known(siege: Siege) -> tuple[Round, Item]:
    round_ = siege.peer.round()
    offer = round_.offer()
    siege.taken(offer)
    return round_, offer


def known_and_void(siege: Siege) -> Item:
    round_, offer = known(siege)
    siege.taken(round_.void())
    return offer


@against(
    Attack(
        "replay",
        "A stranger sends again an offer that the node has.",
        "receipt",
        with_=lambda siege: known(siege)[1],
    ),
    Attack(
        "replay-with-another-payload",
        "A stranger sends a known envelope again with another payload.",
        "receipt",
        with_=lambda siege: replace(known(siege)[1], payload=b"something else"),
    ),
    Attack(
        "replay-without-payload",
        "A stranger sends a known envelope again without its payload.",
        "receipt",
        with_=lambda siege: replace(known(siege)[1], payload=None),
    ),
    Attack(
        "replay-after-the-void",
        "A stranger sends again an offer that was taken back, to revive it.",
        "receipt",
        with_=known_and_void,
    ),
)
def test_a_replay_changes_nothing(siege: Siege, case: Attack) -> Strike:
    return siege.posts(case.with_(siege))


@against(
    Attack(
        "replay-to-be-heard-from",
        "A stranger sends a known offer again, so that a node goes on calling a member that is not there.",
        "receipt",
    )
)
def test_old_bytes_say_nothing_of_who_is_there(siege: Siege, case: Attack) -> Strike:
    _, offer = known(siege)
    with siege.node.database.begin() as work:
        silent = replace(work.peers.get(siege.peer.own.id), failures=5, not_before=work.now + 32)
        work.peers.put(silent)

    def run() -> str:
        answer = siege.answered(offer)[0]
        with siege.node.database.begin() as work:
            found = work.peers.get(silent.node)
            work.peers.put(replace(found, failures=0, not_before=0))
        return answer if found == silent else "heard"

    return Strike(node=siege.node, run=run)


@against(
    Attack(
        "replay-64-times",
        "A stranger sends one known offer 64 times in one delivery.",
        "receipt",
    )
)
def test_one_envelope_in_a_batch_is_one(siege: Siege, case: Attack) -> Strike:
    _, offer = known(siege)
    return Strike(node=siege.node, run=lambda: only(siege.answered(*[offer] * BATCH_LIMIT)))


@against(
    Attack(
        "replay-of-what-was-refused",
        "A stranger sends an envelope that was refused before 64 times, so that the log grows.",
        "wrong-audience",
    )
)
def test_what_is_refused_again_leaves_nothing(siege: Siege, case: Attack) -> Strike:
    caught = Peer(siege.peer.own, siege.neighbour.own).round().offer()
    assert siege.answered(caught, caught) == ["wrong-audience"] * 2
    return Strike(node=siege.node, run=lambda: only(siege.answered(*[caught] * BATCH_LIMIT)))


@against(
    Attack(
        "replay-of-a-contradiction",
        "A stranger sends a contradiction again whose alarm a person has seen, to have it raised again.",
        "equivocation",
    )
)
def test_a_contradiction_is_an_alarm_once(siege: Siege, case: Attack) -> Strike:
    second = siege.pending().offer()
    assert siege.answered(second) == ["equivocation"]
    siege.clear()
    return Strike(node=siege.node, run=lambda: only(siege.answered(*[second] * BATCH_LIMIT)))


def only(answers: list[str]) -> str:
    """Give the one answer that all got."""
    [answer] = set(answers)
    return answer


@against(
    Attack(
        "delivered-at-once",
        "A member delivers one new offer eight times at the same moment.",
        "receipt",
        Leaves.ONCE,
    )
)
def test_parallel_deliveries_are_one(siege: Siege, case: Attack) -> Strike:
    offer = siege.peer.round().offer()

    def run() -> str:
        before = marks_of(siege.node).tables
        with ThreadPoolExecutor(8) as pool:
            answers = [name for [name] in pool.map(lambda _: siege.answered(offer), range(8))]
        after = marks_of(siege.node).tables
        assert [after[each][0] - before[each][0] for each in ("envelope", "handover", "matter")] == [1, 1, 1]
        return only(answers)

    return Strike(node=siege.node, run=run, object=digest_of(offer))


@against(
    Attack(
        "replay-at-another-node",
        "A stranger delivers to a third node what was sent to this one.",
        "wrong-audience",
        Leaves.REFUSAL,
    )
)
def test_an_envelope_counts_at_one_node(siege: Siege, case: Attack) -> Strike:
    third = siege.neighbour.own
    assert siege.answered(Peer(siege.peer.own, third).round().offer(), at=third.id) == ["receipt"]
    _, offer = known(siege)
    return Strike(node=third, run=lambda: only(siege.answered(offer, at=third.id)), object=digest_of(offer))


def fenced(siege: Siege, again: bool) -> Item:
    """Give what a member said before it was restored, known here or not."""
    round_ = siege.peer.round()
    old = round_.offer()
    if again:
        siege.taken(old)
    siege.taken(siege.peer.round().offer(incarnation=2))
    return old


@against(
    Attack(
        "before-a-restore",
        "A stranger delivers what a member had signed, and not sent, before it was restored.",
        "stale-incarnation",
        Leaves.REFUSAL,
        with_=False,
    ),
    Attack(
        "replay-from-before-a-restore",
        "A stranger sends again what a member sent before it was restored.",
        "stale-incarnation",
        Leaves.REFUSAL,
        with_=True,
    ),
)
def test_what_a_restored_node_has_forgotten_counts_no_more(own: Siege, case: Attack) -> Strike:
    return own.posts(fenced(own, case.with_))


def late_acceptance(siege: Siege) -> Item:
    round_ = siege.offered()
    late: Item = acceptance(siege, round_)
    withdraw(siege, round_)
    return late


@against(
    Attack(
        "acceptance-after-the-withdrawal",
        "A receiver accepts what the sender has withdrawn in the meantime.",
        "receipt",
        Leaves.KEPT,
        with_=late_acceptance,
    ),
)
def test_what_comes_too_late_is_kept_and_moves_nothing(siege: Siege, case: Attack) -> Strike:
    return siege.posts(case.with_(siege))
