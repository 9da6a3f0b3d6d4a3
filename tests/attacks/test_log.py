"""Log and receipts: a receiver that lies about what it has stored, or shows two logs."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from attacks.attack import Attack, Leaves, Strike, against
from federation import federation
from handover.application.backoff import CAP
from handover.protocol import checkpoint as checkpoints
from handover.protocol import entry as entries
from handover.protocol import strict
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.delivery import Answer, decode_delivery
from handover.protocol.entry import Entry, EntryKind
from handover.protocol.receipt import Receipt
from two_nodes.test_lying_receiver import (
    BODIES,
    FORKS,
    LIES,
    Bend,
    Liar,
    grown,
    logged_elsewhere,
    one_line,
    with_receipt,
)


@pytest.fixture(scope="module")
def liar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Liar]:
    """Give a node, and a receiver that lies to it."""
    with federation(tmp_path_factory.mktemp("liar"), "de/hamburg", "fr/lyon") as (fed, [sender, receiver]):
        made = Liar(fed, sender, receiver)
        grown(made)
        yield made


def ready(liar: Liar) -> None:
    """Let all that waits be delivered, and let a person have seen every alarm."""
    liar.honest()
    liar.fed.clock.pass_(CAP)
    liar.deliver()
    with liar.sender.database.begin() as work:
        for alarm in work.alarms.all(1000):
            work.alarms.see(alarm.id, by="the test", at=work.now)


def delivering(liar: Liar) -> Strike:
    """Give the strike that lets the node deliver, and hear what the receiver answers."""
    return Strike(node=liar.sender, run=lambda: liar.deliver().error or "receipt")


def lying(name: str, attack: str, bend: Any, answer: str = "receipt-mismatch") -> Attack:
    return Attack(name, attack, answer, Leaves.AGAIN, with_=bend)


def hashed_as(prefix: bytes) -> Any:
    """Give a receipt over a log that hashes its leaf in another way than RFC 6962 does."""

    def make(liar: Liar, pair: str) -> Bend:
        def bend(answer: Answer) -> Answer:
            digest = strict.digest(decode_delivery(liar.fed.wire.posted[-1][1]).items[0].envelope)
            document = entries.encode(
                Entry(
                    kind=EntryKind.RECEIVED,
                    time=1,
                    matter=pair,
                    n=1,
                    prev=None,
                    object=digest,
                    salt=bytes(16),
                )
            )
            root = hashlib.sha256(prefix + entries.leaf(document)).digest()
            head = Checkpoint(origin="fr/lyon/log", size=1, root=root)
            note = checkpoints.sign(head, liar.receiver.vault.log_signer, 1)
            return Answer(
                results=(Receipt(entry=document, index=0, path=(), checkpoint=note),),
                consistency=(),
                head=note,
            )

        return bend

    return make


def always(bend: Bend) -> Any:
    return lambda liar, pair: bend


@against(
    lying(
        "receipt-for-another-envelope",
        "A receiver answers with an entry about another envelope.",
        always(LIES["an entry about another envelope"]),
    ),
    lying(
        "receipt-of-a-refusal",
        "A receiver answers with an entry that says that it has refused.",
        always(LIES["an entry of another kind"]),
    ),
    lying(
        "receipt-with-another-salt",
        "A receiver opens its entry with another salt.",
        always(LIES["an entry with another salt"]),
        "inclusion-not-proved",
    ),
    lying(
        "receipt-at-another-place",
        "A receiver names another place of its log.",
        always(LIES["another place in the log"]),
        "inclusion-not-proved",
    ),
    lying(
        "receipt-path-too-long",
        "A receiver adds a hash to the path.",
        always(LIES["a path that leads elsewhere"]),
        "inclusion-not-proved",
    ),
    lying(
        "receipt-leaf-as-node",
        "A receiver hashes its leaf as if it were a node of the tree.",
        hashed_as(b"\x01"),
        "inclusion-not-proved",
    ),
    lying(
        "receipt-leaf-without-prefix",
        "A receiver hashes its leaf without the prefix that tells leaves from nodes.",
        hashed_as(b""),
        "inclusion-not-proved",
    ),
    lying(
        "receipt-in-another-matter",
        "A receiver files the envelope under another child's matter.",
        lambda liar, pair: logged_elsewhere(liar),
    ),
    lying(
        "receipt-of-another-origin",
        "A receiver answers with a checkpoint of another node's log, rightly signed by that one.",
        lambda liar, pair: logged_elsewhere(liar, matter=pair, node=liar.sender),
        "checkpoint-origin",
    ),
    lying(
        "checkpoint-of-one-signature",
        "A receiver leaves the post-quantum line out of its checkpoint.",
        always(lambda answer: with_receipt(answer, checkpoint=one_line(answer))),
        "checkpoint-unsigned",
    ),
    lying(
        "checkpoint-changed",
        "A stranger on the way changes one letter of a checkpoint's signature.",
        always(LIES["a checkpoint with a changed signature"]),
        "checkpoint-signature",
    ),
)
def test_a_receipt_that_proves_nothing_counts_as_none(liar: Liar, case: Attack) -> Strike:
    ready(liar)
    sent = liar.offer()
    liar.bent(case.with_(liar, sent.pair))
    return delivering(liar)


@against(
    lying("answer-empty", "A receiver answers with nothing.", BODIES["nothing"], "malformed"),
    lying("answer-of-a-proxy", "A proxy answers with a page in HTML.", BODIES["no JSON"], "malformed"),
    lying(
        "answer-too-few",
        "A receiver answers for fewer envelopes than came.",
        BODIES["one result too few"],
        "malformed",
    ),
    lying(
        "answer-too-many",
        "A receiver answers for more envelopes than came.",
        BODIES["one result too many"],
        "malformed",
    ),
    lying(
        "answer-duplicate-member",
        "A receiver answers with two lists of results.",
        BODIES["a member twice"],
        "malformed",
    ),
    lying(
        "answer-without-its-checkpoint",
        "A receiver names a checkpoint that it does not send.",
        BODIES["a checkpoint that is not there"],
        "malformed",
    ),
    lying(
        "answer-problem-in-words",
        "A receiver writes a child's name where the name of a problem belongs.",
        BODIES["a problem with a name in words"],
        "malformed",
    ),
    lying("answer-deep", "A receiver answers with 100 000 nested arrays.", BODIES["deep"], "malformed"),
    lying(
        "answer-huge",
        "A receiver answers with more than an answer may have.",
        BODIES["too much"],
        "malformed",
    ),
)
def test_an_answer_has_one_form(liar: Liar, case: Attack) -> Strike:
    ready(liar)
    liar.offer()
    liar.fed.wire.bend = case.with_
    return delivering(liar)


def forked(name: str, attack: str, fork: str) -> Attack:
    return Attack(name, attack, "split-view", Leaves.SPLIT, with_=FORKS[fork])


@against(
    forked("log-forked", "A receiver shows another log of the same size.", "another tree of the same size"),
    forked("log-shrunk", "A receiver shows a smaller log than before.", "a smaller tree"),
    forked(
        "log-rewritten", "A receiver shows a larger log with other entries.", "a larger tree of other entries"
    ),
    forked("log-without-proof", "A receiver proves nothing of how its log has grown.", "no proof"),
)
def test_two_logs_of_one_node_are_kept_as_evidence(liar: Liar, case: Attack) -> Strike:
    ready(liar)
    old = grown(liar)
    ready(liar)
    liar.offer()
    with liar.sender.database.reading() as work:
        known = work.peers.get(liar.receiver.id)
    old = Checkpoint(origin=old.origin, size=known.log_size, root=known.log_root)
    liar.bent(lambda answer: case.with_(liar, old, answer))
    return delivering(liar)
