"""Keys and standing: stolen, retired and expired keys, suspended members, mandates."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from attacks.attack import Attack, Leaves, Strike, against
from attacks.siege import Siege
from attacks.siege import siege as laid
from attacks.test_firewall import calls, prepared
from handover.domain.consent import Purpose
from handover.domain.ids import NodeId
from handover.protocol import jws
from handover.protocol.delivery import Item
from peer import Peer, Round
from two_nodes import rotation


@dataclass
class Worn:
    """A siege whose members have lost keys or standing, and what they had begun before."""

    siege: Siege
    stolen: jws.Signer
    retired: jws.Signer
    before_the_theft: tuple[Round, bytes]
    before_the_suspension: tuple[Round, bytes]

    def peer(self, name: str) -> Peer:
        return Peer(self.siege.fed.wire.nodes[NodeId(name)], self.siege.node)


@pytest.fixture(scope="module")
def worn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worn]:
    with laid(tmp_path_factory.mktemp("worn"), "fr/brest", "fr/metz", "fr/nice") as siege:
        fed, nodes = siege.fed, siege.fed.wire.nodes
        for name, mandate in (("fr/tracing", "family-tracing"), ("fr/ombud", "audit")):
            there = Peer(fed.add(name, mandates=(mandate,)), siege.node)
            siege.answered(there.round().offer())  # so that the node has heard of it
        brest, metz, nice = (nodes[NodeId(name)] for name in ("fr/brest", "fr/metz", "fr/nice"))
        begun = [bound_with(siege, Peer(node, siege.node)) for node in (brest, nice)]
        stolen, retired = brest.vault.signer, metz.vault.signer
        rotation.new_signing_key(fed, brest, retire=False)
        rotation.compromise(fed, brest, stolen.kid)
        rotation.new_signing_key(fed, metz)
        rotation.suspend(fed, nice)
        yield Worn(siege, stolen, retired, begun[0], begun[1])


def bound_with(siege: Siege, peer: Peer) -> tuple[Round, bytes]:
    round_ = peer.round()
    siege.taken(round_.offer())
    return round_, siege.accept(round_)


def with_parts(worn: Worn, name: str, **signed: Callable[[Round], object]) -> Item:
    round_ = worn.peer(name).round()
    return round_.offer(**{part: make(round_) for part, make in signed.items()})  # type: ignore[arg-type]


@against(
    Attack(
        "stolen-key-offer",
        "A thief makes an offer with a key that was reported as stolen.",
        "key-compromised",
        Leaves.REFUSAL,
        with_=lambda worn: worn.peer("fr/brest").round().offer(signer=worn.stolen),
    ),
    Attack(
        "stolen-key-deed",
        "A thief gives the deed of a round that the owner of the key had begun.",
        "key-compromised",
        Leaves.REFUSAL,
        with_=lambda worn: deed(worn, worn.stolen),
    ),
    Attack(
        "stolen-key-void",
        "A thief takes back an offer of the owner of the key.",
        "key-compromised",
        Leaves.REFUSAL,
        with_=lambda worn: worn.before_the_theft[0].void(signer=worn.stolen, counts=False),
    ),
    Attack(
        "stolen-key-record",
        "A member offers, under its new key, a record that the stolen key has signed.",
        "key-compromised",
        Leaves.REFUSAL,
        with_=lambda worn: with_parts(
            worn, "fr/brest", issued=lambda round_: round_.issued(signer=worn.stolen)
        ),
    ),
    Attack(
        "stolen-key-consent",
        "A member offers, under its new key, a consent that the stolen key has signed.",
        "key-compromised",
        Leaves.REFUSAL,
        with_=lambda worn: with_parts(
            worn, "fr/brest", token=lambda round_: round_.token(signer=worn.stolen)
        ),
    ),
    Attack(
        "stolen-key-of-another-member",
        "A thief uses the stolen key in the name of a third member.",
        "untrusted",
        with_=lambda worn: worn.peer("fr/metz").round().offer(signer=worn.stolen),
    ),
    Attack(
        "retired-key",
        "Somebody signs an offer with a key that its owner has retired.",
        "key-not-usable",
        Leaves.REFUSAL,
        with_=lambda worn: worn.peer("fr/metz").round().offer(signer=worn.retired),
    ),
    Attack(
        "suspended-offer",
        "A suspended member makes an offer.",
        "node-suspended",
        Leaves.REFUSAL,
        with_=lambda worn: worn.peer("fr/nice").round().offer(),
    ),
    Attack(
        "suspended-second-offer",
        "A suspended member offers anew in a matter of which another round is open.",
        "node-suspended",
        Leaves.REFUSAL,
        with_=lambda worn: worn.peer("fr/nice").round(pair=worn.before_the_suspension[0].pair).offer(),
    ),
    Attack(
        "mandate-of-tracing-alone",
        "A member that may trace, and no more, offers a guardianship.",
        "mandate-missing",
        Leaves.REFUSAL,
        with_=lambda worn: worn.peer("fr/tracing").round().offer(),
    ),
    Attack(
        "mandate-of-audit-alone",
        "An auditor, who may be shown evidence and no case, offers a guardianship.",
        "mandate-missing",
        Leaves.REFUSAL,
        with_=lambda worn: worn.peer("fr/ombud").round().offer(),
    ),
    Attack(
        "tracing-record-for-guardianship",
        "A member that may trace offers a tracing record under the purpose of child protection.",
        "mismatch",
        Leaves.REFUSAL,
        with_=lambda worn: tracing_as_protection(worn.siege.peer),
    ),
)
def test_a_key_and_a_mandate_count_as_the_registry_says_now(worn: Worn, case: Attack) -> Strike:
    return worn.siege.posts(case.with_(worn))


def deed(worn: Worn, signer: jws.Signer) -> Item:
    round_, acceptance = worn.before_the_theft
    return round_.deed(acceptance, signer=signer, counts=False)


def tracing_as_protection(peer: Peer) -> Item:
    round_ = peer.round(of="tracing/1", purpose=Purpose.CHILD_PROTECTION)
    return round_.offer(issued=round_.issued({}), fields=())


@against(
    Attack(
        "key-after-its-time",
        "A member signs with a key an hour after the registry's term for it.",
        "key-not-usable",
        Leaves.REFUSAL,
    )
)
def test_a_key_signs_nothing_after_its_time(worn: Worn, case: Attack) -> Strike:
    siege = worn.siege
    entry = siege.peer.own.registry.entry(siege.peer.own.id, siege.peer.now)
    [key] = [each for each in entry.keys if each.kid == siege.peer.signer.kid]
    return siege.posts_at(key.expires + 3600, siege.peer.round().offer())


@against(
    Attack(
        "key-before-its-time",
        "A member signs with a key an hour before the registry's term for it.",
        "key-not-usable",
        Leaves.REFUSAL,
    )
)
def test_a_key_signs_nothing_before_its_time(worn: Worn, case: Attack) -> Strike:
    siege = worn.siege
    return siege.posts_at(siege.peer.now - 3600, siege.peer.round().void(iat=siege.peer.now - 3600))


@against(
    Attack(
        "freeze-and-wait",
        "A mirror keeps news back for a day, and an officer then releases an offer on the old registry.",
        "503 registry-stale",
        with_=86400,
    )
)
def test_an_act_of_weight_waits_for_a_fresh_registry(worn: Worn, case: Attack) -> Strike:
    siege = worn.siege
    strike = calls(siege, "POST", f"/handovers/{prepared(siege)}/release", by="second")
    return siege.at(siege.peer.now + case.with_, strike)
