"""Resource exhaustion: members that send without end, and what must not grow with it."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from attacks.attack import Attack, Leaves, Strike, against
from attacks.siege import ENVELOPES, Siege, named
from attacks.siege import siege as laid
from handover.adapters.vault import FileVault
from handover.application import members
from handover.application.endings import Ended
from handover.protocol.delivery import Delivery, Item, encode_delivery
from handover.protocol.entry import EntryKind
from handover.web.app import create_app
from handover.web.doorstep import Doorstep
from handover.web.guard import Guard
from handover.web.quota import Pauses, Quota
from peer import Peer
from two_nodes.scene import alarms_of, entries_of
from web.stage import JSON

BURST = 8
ASKED = 20


@dataclass
class Limited:
    """A siege whose node lets a member send eight envelopes at once, and one more each second."""

    siege: Siege
    spoken: list[int] = field(default_factory=list)

    def post(self, *items: Item) -> str:
        """Post one delivery; give its status or problem, or the first problem in it."""
        body = encode_delivery(Delivery(log_size=0, items=items))
        answer = self.siege.client.post(ENVELOPES, content=body, headers=JSON)
        if answer.status_code != 200:
            self.spoken.append(int(answer.headers["retry-after"]))
        return named(answer)

    def misdirected(self, number: int) -> list[Item]:
        """Give what the hostile member has signed for somebody else."""
        elsewhere = Peer(self.siege.peer.own, self.siege.neighbour.own)
        return [elsewhere.round().offer() for _ in range(number)]

    def flood(self) -> None:
        """Let the hostile member use up what it has."""
        assert self.post(*(self.siege.peer.round().offer() for _ in range(BURST))) == "200"


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Limited]:
    with laid(tmp_path, peer_burst=BURST, peer_rate=1, account_burst=ASKED, account_rate=1e-6) as siege:
        yield Limited(siege)


@against(
    Attack(
        "member-floods",
        "A member goes on sending good offers once it has used up what it may send.",
        "429 too-many-requests",
    )
)
def test_a_member_that_sends_without_end_has_to_wait(limited: Limited, case: Attack) -> Strike:
    limited.flood()
    offer = limited.siege.peer.round().offer()

    def run() -> str:
        answer = limited.post(offer)
        assert limited.spoken == [2]
        return answer

    return Strike(node=limited.siege.node, run=run)


@against(
    Attack(
        "member-floods-with-what-is-refused",
        "A member goes on sending offers without a payload, each of them new.",
        "429 too-many-requests",
    )
)
def test_what_is_refused_counts_as_well(limited: Limited, case: Attack) -> Strike:
    round_ = limited.siege.peer.round
    bad = [Item(envelope=round_().offer().envelope) for _ in range(BURST + 1)]
    assert limited.siege.answered(*bad[:-1]) == ["payload"] * BURST
    return Strike(node=limited.siege.node, run=lambda: limited.post(bad[-1]))


@against(
    Attack(
        "member-repeats-itself",
        "A member sends the same good deliveries again and again.",
        "429 too-many-requests",
    )
)
def test_who_repeats_without_end_has_to_wait(limited: Limited, case: Attack) -> Strike:
    siege = limited.siege
    known = siege.peer.round().offer()
    siege.taken(known)
    for _ in range(BURST):
        assert siege.answered(known) == ["receipt"]

    return Strike(node=siege.node, run=lambda: limited.post(known))


@against(
    Attack(
        "flood-side-by-side",
        "A member sends four deliveries at once, to get as much as four times what it may.",
        "429 too-many-requests",
        Leaves.EIGHT,
    )
)
def test_deliveries_side_by_side_are_one_after_the_other(limited: Limited, case: Attack) -> Strike:
    round_ = limited.siege.peer.round
    deliveries = [[round_().offer() for _ in range(BURST)] for _ in range(4)]

    def run() -> str:
        with ThreadPoolExecutor(4) as lanes:
            answers = Counter(lanes.map(lambda items: limited.post(*items), deliveries))
        assert answers.pop("200") == 1
        (answer,) = answers
        return answer

    return Strike(node=limited.siege.node, run=run)


@against(
    Attack(
        "officer-asks-without-end",
        "A program with an officer's key asks the API for one list after the other.",
        "429 too-many-requests",
    )
)
def test_an_officer_who_asks_without_end_has_to_wait(limited: Limited, case: Attack) -> Strike:
    office = limited.siege.office
    headers = {name: {"authorization": f"Bearer {office.hire(name)}"} for name in ("busy", "calm")}

    def asked(name: str) -> str:
        return named(office.client.get("/api/v1/peers", headers=headers[name]))

    assert {asked("busy") for _ in range(ASKED + 1)} == {"200"}  # a little of it has come back

    def run() -> str:
        answer = asked("busy")
        assert asked("calm") == "200"
        return answer

    return Strike(node=limited.siege.node, run=run)


@against(
    Attack(
        "stranger-asks-without-end",
        "A stranger asks the API with keys that nobody has, and the pages, again and again.",
        "429 too-many-requests",
    )
)
def test_a_stranger_who_asks_without_end_has_to_wait(own: Siege, case: Attack) -> Strike:
    asked = Quota(lambda: 1.0, burst=BURST, rate=1.0)
    step = Doorstep(create_app(own.node), asked=asked, pauses=Pauses(seconds=0))
    stranger = TestClient(Guard(step, secure=True), client=("192.0.2.7", 1))
    wrong = {"authorization": f"Bearer ho_{'a' * 100}"}
    for _ in range(BURST):
        assert named(stranger.get("/api/v1/matters", headers=wrong)) == "401 unauthenticated"
    return Strike(node=own.node, run=lambda: named(stranger.get("/api/v1/matters", headers=wrong)))


@against(
    Attack(
        "allowance-of-another",
        "A member sends what another one has signed for it, so that the other has to wait.",
        "receipt",
        Leaves.ONCE,
    )
)
def test_nobody_uses_up_the_allowance_of_another(limited: Limited, case: Attack) -> Strike:
    siege = limited.siege
    caught = [Peer(siege.neighbour.own, siege.peer.own).round().offer() for _ in range(2 * BURST)]
    assert set(siege.answered(*caught)) == {"wrong-audience"}
    known = siege.neighbour.round().offer()
    siege.taken(known)
    assert set(siege.answered(*[known] * BURST)) == {"receipt"}
    assert limited.post(known) == "429 too-many-requests"
    good = siege.neighbour.round().offer()
    return Strike(node=siege.node, run=lambda: siege.answered(good)[0])


@against(
    Attack(
        "log-filled-by-refusals",
        "A member signs ever new messages that are refused, so that the log grows without end.",
        "wrong-audience",
        Leaves.TOLD,
    )
)
def test_refusals_of_one_member_fill_no_log(limited: Limited, case: Attack) -> Strike:
    siege = limited.siege
    start = len(entries_of(siege.node))
    most = int(members.REFUSALS.burst)
    for at in range(0, most, 64):
        siege.answered(*limited.misdirected(min(64, most - at)))
    kinds = [each.kind for each in entries_of(siege.node, start)]
    assert kinds == [EntryKind.REFUSED] * most
    more = limited.misdirected(64)

    def run() -> str:
        (answer,) = set(siege.answered(*more))
        assert [each.kind for each in alarms_of(siege.node)] == [members.ALARM]
        assert siege.node.inbox.members.unlogged == len(more)
        return answer

    return Strike(node=siege.node, run=run)


@against(
    Attack(
        "ledger-grown-by-endings",
        "A member offers and takes back without end, so that the next ending costs more than the last one did.",
        "receipt",
        Leaves.TAKEN_BACK,
    )
)
def test_an_ending_costs_the_same_however_many_there_were(
    own: Siege, monkeypatch: pytest.MonkeyPatch, case: Attack
) -> Strike:
    counted, mark = Counter[str](), FileVault.mark

    def counting(vault: FileVault, use: str, value: str) -> bytes:
        counted[use] += 1
        return mark(vault, use, value)

    monkeypatch.setattr(FileVault, "mark", counting)
    own.node.database.ledger.note(Ended(what=f"ended key {each}", at=1) for each in range(500))

    def once() -> str:
        round_ = own.peer.round()
        answers = own.answered(round_.offer()) + own.answered(round_.void())
        assert len(set(answers)) == 1
        return answers[0]

    assert once() == "receipt"
    counted.clear()

    def run() -> str:
        answer = once()
        assert 0 < counted["erasures"] < 5, counted
        return answer

    return Strike(node=own.node, run=run)
