"""Witnesses: logs that a witness must not cosign, and requests that would make it accuse the innocent."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from attacks.attack import Attack, Leaves, Strike, against
from federation import federation
from handover.application.allowances import Allowances
from handover.domain.allowance import Allowance
from handover.domain.errors import HandoverError
from handover.protocol import checkpoint as checkpoints
from handover.protocol import merkle, witness
from handover.protocol.checkpoint import LogSigner
from two_nodes.test_witness import Pair, asked, head

Body = Callable[[Pair], bytes]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Give a log of eleven entries and its witness, which has cosigned it."""
    with federation(tmp_path_factory.mktemp("witness"), "gr/athens", "de/hamburg") as (
        fed,
        [athens, hamburg],
    ):
        made = Pair(fed, athens, hamburg)
        made.grow(11 - head(athens).size)
        made.ask(0)
        made.fed.clock.pass_(3600)
        yield made


def asking(pair: Pair, body: bytes) -> Strike:
    """Give the strike that sends a request to the witness."""

    def run() -> str:
        try:
            pair.witness.witness.add(body)
        except HandoverError as error:
            return error.name
        return "receipt"

    return Strike(node=pair.witness, run=run)


def with_root(pair: Pair, *, size: int, old: int, proof: tuple[bytes, ...] = ()) -> bytes:
    """Give a request for another tree, signed by the log's own node."""
    new = replace(head(pair.log), size=size, root=bytes(32))
    signed = checkpoints.sign(new, pair.signer(), pair.fed.clock.now)
    return witness.encode_request(old_size=old, proof=proof, signed=signed)


def signed_by(origin: str) -> Body:
    """Give a request whose checkpoint a stranger has signed."""

    def body(pair: Pair) -> bytes:
        signer = LogSigner(origin=origin, ed25519=bytes(32), mldsa44=bytes(32))
        signed = checkpoints.sign(replace(head(pair.log), origin=origin), signer, pair.fed.clock.now)
        return witness.encode_request(old_size=0, proof=(), signed=signed)

    return body


def replayed(pair: Pair) -> bytes:
    """Give an old request once more."""
    return asked(pair.log, 0)


def other_incarnations(pair: Pair) -> bytes:
    """Give the checkpoint of one under the name of the log of another incarnation."""
    note = witness.decode_request(asked(pair.log, 0)).note.replace(b"gr/athens/log", b"gr/athens/log/2")
    return witness.encode_request(old_size=0, proof=(), signed=note)


def refused(name: str, attack: str, answer: str, body: Body) -> Attack:
    return Attack(name, attack, answer, with_=body)


@against(
    refused(
        "witness-forged-log",
        "A stranger asks for a cosignature under a checkpoint that it has signed in a member's name.",
        "log-unsigned",
        signed_by("gr/athens/log"),
    ),
    refused(
        "witness-unknown-log",
        "A stranger asks for a cosignature under its own log.",
        "unknown-log",
        signed_by("xx/nobody/log"),
    ),
    refused(
        "witness-own-log",
        "A node is asked to be the witness of its own log.",
        "unknown-log",
        signed_by("de/hamburg/log"),
    ),
    refused(
        "witness-other-incarnation",
        "A checkpoint is shown under the name of the log of another incarnation.",
        "log-unsigned",
        other_incarnations,
    ),
    refused(
        "witness-replay",
        "A stranger sends an old request again, so that the log seems to have gone back.",
        "witness-size",
        replayed,
    ),
    refused(
        "witness-false-proof",
        "A wrong proof is put beside a checkpoint of a member, so that its log seems to contradict itself.",
        "proof-refused",
        lambda pair: with_root(pair, size=20, old=11, proof=(bytes(32),) * 4),
    ),
    refused(
        "witness-endless-proof",
        "A request holds more hashes than a proof can have.",
        "malformed",
        lambda pair: with_root(pair, size=20, old=11, proof=(merkle.EMPTY_ROOT,) * 64),
    ),
)
def test_who_is_not_the_log_makes_a_witness_neither_sign_nor_accuse(pair: Pair, case: Attack) -> Strike:
    return asking(pair, case.with_(pair))


@against(
    Attack(
        "witness-two-trees",
        "A member shows its witness another tree of the size that it has cosigned.",
        "two-trees",
        Leaves.VIEWS,
        with_=lambda pair: with_root(pair, size=11, old=11),
    ),
    Attack(
        "witness-rolled-back",
        "A member puts its database back and signs fewer entries than its witness has seen.",
        "witness-size",
        Leaves.VIEWS,
        with_=lambda pair: with_root(pair, size=5, old=0),
    ),
)
def test_a_log_that_contradicts_itself_is_kept_with_both_signatures(pair: Pair, case: Attack) -> Strike:
    return asking(pair, case.with_(pair))


@against(
    Attack(
        "cosign-without-end",
        "A member lets its log grow by an entry, has it cosigned, and again, so that all others have to wait.",
        "too-many-requests",
    )
)
def test_a_log_that_asks_without_end_has_to_wait(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, case: Attack
) -> Strike:
    allowed = Allowances(Allowance(burst=2, rate=1e-6), pair.fed.clock)
    monkeypatch.setattr(pair.witness.witness, "_allowed", allowed)
    for _ in range(2):
        size = head(pair.log).size
        pair.grow()
        pair.ask(size)
    size = head(pair.log).size
    pair.grow()
    return asking(pair, asked(pair.log, size))
