"""Linking: what members, auditors or strangers could find out by comparing what each of them has."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import cases
from attacks.attack import Attack, Strike, against
from attacks.siege import Siege
from attacks.siege import siege as laid
from handover.application.facts import Handover
from handover.domain.handover import Act
from handover.protocol import envelope as envelopes
from handover.protocol import jwe, strict
from peer import Peer

RANDOM = re.compile(r"[A-Za-z0-9_-]{22,}")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one member can read of an offer: the sealed bytes, what they open to, every word that looks random."""

    sealed: bytes
    opened: bytes
    words: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What two members were told of one child, and what one of them was told of another."""

    siege: Siege
    one: Told
    other: Told
    second_child: Told


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Comparison]:
    with laid(tmp_path_factory.mktemp("linking")) as siege:
        first = siege.fed.officer(siege.node, "first")
        matters = [cases.begin(siege.fed, siege.node, first).id for _ in range(2)]
        yield Comparison(
            siege=siege,
            one=offered(siege, siege.peer, matters[0]),
            other=offered(siege, siege.neighbour, matters[0]),
            second_child=offered(siege, siege.peer, matters[1]),
        )


def offered(siege: Siege, peer: Peer, matter: Any) -> Told:
    """Offer a child to a member, let it read, and take the offer back."""
    node, officers = siege.node, [siege.fed.officer(siege.node, name) for name in ("first", "second")]
    with node.database.reading() as work:
        of = work.matters.get(matter)
    sent = cases.offer(siege.fed, node, peer.own.id, officers[0], officers[1], matter=of)
    found = told(siege, sent, peer)
    node.offers.withdraw(sent.id, actor=officers[0])
    round_ = peer.answering(sent)
    siege.taken(round_.say(Act.VOID_RECEIPT, re=siege.said_digest(round_, Act.VOID)))
    return found


def told(siege: Siege, sent: Handover, peer: Peer) -> Told:
    with siege.node.database.reading() as work:
        batch = work.queue.batch(peer.own.id, now=siege.fed.clock.now, limit=64)
    [(kept, payload)] = [each for each in batch if each[0].handover == sent.id]
    assert payload is not None
    found = envelopes.read(kept.data)
    claimed = found.claimed
    context = envelopes.context(
        iss=claimed.iss, aud=claimed.aud, round_=claimed.round, jti=claimed.jti, kid=found.kid
    )
    opener = peer.own.vault.opener(jwe.recipient(payload))
    opened = jwe.open_sealed(payload, opener=opener, context=context)
    return Told(sealed=payload, opened=opened, words=frozenset(words(kept.data, opened)) - {found.kid})


def words(envelope: bytes, opened: bytes) -> Iterator[str]:
    """Give every word that looks random, in the envelope, the record, its disclosures and the consent."""
    yield from leaves(json.loads(strict.unb64(envelope.split(b".")[1])))
    content = json.loads(opened)
    jwt, *disclosures = content.pop("record").encode().split(b"~")[:-1]
    yield from leaves(content)
    for part in (jwt.split(b".")[1], content["consent"].encode().split(b".")[1], *disclosures):
        yield from leaves(json.loads(strict.unb64(part)))


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for each in value:
            yield from leaves(each)
    elif isinstance(value, str) and RANDOM.fullmatch(value) and not value.replace("_", "").islower():
        yield value


def common(one: Told, other: Told) -> str:
    assert min(len(one.words), len(other.words)) > 20
    return "something" if one.words & other.words else "nothing"


def blocks(data: bytes) -> set[bytes]:
    return {data[start : start + 16] for start in range(0, len(data) - 16, 16)}


def reused(one: Told, other: Told) -> str:
    """Tell whether two sealed payloads have a key, an initialisation vector or a block in common."""
    first, second = (json.loads(each.sealed) for each in (one, other))
    parts = [
        first[name] == second[name] for name in ("protected", "encrypted_key", "iv", "tag", "ciphertext")
    ]
    shared = blocks(strict.unb64(first["ciphertext"])) & blocks(strict.unb64(second["ciphertext"]))
    return "something" if any(parts) or shared else "nothing"


@against(
    Attack(
        "two-members-compare",
        "Two members that were offered the same child look for a number, digest or pseudonym in common.",
        "nothing",
        with_=lambda it: common(it.one, it.other),
    ),
    Attack(
        "one-member-compares-two-children",
        "A member looks for an officer's pseudonym, or anything else, in common to two children.",
        "nothing",
        with_=lambda it: common(it.one, it.second_child),
    ),
    Attack(
        "nonce-reused",
        "A stranger looks for two payloads under one key, initialisation vector or key stream.",
        "nothing",
        with_=lambda it: reused(it.one, it.second_child),
    ),
    Attack(
        "sizes-compared",
        "A stranger compares the sizes of what two members were sent of one child.",
        "nothing",
        with_=lambda it: "nothing" if len(it.one.sealed) == len(it.other.sealed) else "something",
    ),
)
def test_comparing_tells_nothing(compared: Comparison, case: Attack) -> Strike:
    look: Callable[[Comparison], str] = case.with_
    return Strike(node=compared.siege.node, run=lambda: look(compared))


def test_what_is_in_common_is_seen(compared: Comparison) -> None:
    assert common(compared.one, compared.one) == reused(compared.one, compared.one) == "something"
