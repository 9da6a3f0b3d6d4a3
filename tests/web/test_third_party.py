"""Anybody checks a running node's log: Go's own packages over a real socket, and a second library for ML-DSA."""

from collections.abc import Iterator
from hashlib import sha256

import pytest
from dilithium_py.ml_dsa import ML_DSA_44  # type: ignore[import-untyped]
from nacl.signing import SigningKey

from federation import federation
from handover.node import Node
from handover.protocol import entry as entries
from handover.protocol import note, strict
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.entry import EntryKind
from oracle import Job, Oracle
from web.test_server import running

MANY = 300  # entries: one full tile, and a part of the next
COSIGNATURE = 4


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with federation(tmp_path_factory.mktemp("federation"), "gr/athens") as (_, (found,)):
        yield found


@pytest.fixture(scope="module")
def job(node: Node) -> Iterator[Job]:
    """Give what is known of a node's log: an earlier checkpoint, receipts of one batch, and where it is read."""
    before = written(node, 3)
    with node.database.begin() as work:
        places = {}
        for number in range(MANY):
            digest = strict.digest(b"%d" % number)
            places[digest] = work.log.append(EntryKind.RECEIVED, stream="", object_=digest, now=work.now)
        receipts = work.log.receipts(places, work.now)
    written(node, 5)
    with running(node) as port:
        yield {
            "Do": "log",
            "URL": f"http://127.0.0.1:{port}",
            "Key": node.registry.entry(node.id, node.clock()).log_key().texts[0],
            "Note": before.decode(),
            "Receipts": [
                {
                    "Index": each.index,
                    "Leaf": strict.b64std(entries.leaf(each.document)),
                    "Path": [strict.b64std(value) for value in each.path],
                    "Note": each.checkpoint.decode(),
                }
                for each in receipts[:: MANY // 10]
            ],
        }


def written(node: Node, number: int) -> bytes:
    """Give the checkpoint after *number* more entries."""
    with node.database.begin() as work:
        for each in range(number):
            work.log.append(EntryKind.DECIDED, stream="", object_=strict.digest(b"d%d" % each), now=work.now)
        return work.log.checkpoint(work.now)


def test_go_reads_the_whole_log_of_a_running_node(oracle: Oracle, job: Job) -> None:
    """Checkpoint, tiles and entries come over HTTP; consistency and inclusion are proved and checked by Go alone."""
    assert oracle([job]) == ["ok"]


def test_go_refuses_what_the_running_node_has_not_signed(oracle: Oracle, job: Job, node: Node) -> None:
    first = job["Receipts"][0]
    other = {**first, "Leaf": strict.b64std(b"another")}
    elsewhere = {**first, "Index": first["Index"] + 1}
    size = job["Note"].split("\n")[1]
    false = [
        job | {"Receipts": [other]},
        job | {"Receipts": [elsewhere]},
        job | {"Note": job["Note"].replace(f"\n{size}\n", f"\n{int(size) - 1}\n", 1)},
        job | {"Key": node.registry.entry(node.id, node.clock()).log_key().named("de/hamburg/log").texts[0]},
    ]
    assert "ok" not in oracle(false)


def test_a_second_library_verifies_the_post_quantum_line_of_a_running_node(job: Job, node: Node) -> None:
    key = node.registry.entry(node.id, node.clock()).log_key()
    for text in (job["Note"], job["Receipts"][-1]["Note"]):
        signed = note.read(text.encode())
        stamped = key.signatures(signed)[1]
        head, time = Checkpoint.parse(signed.text), int.from_bytes(stamped[:8], "big")
        assert ML_DSA_44.verify(key.mldsa44, head.cosigned(key.origin, time), stamped[8:])
        assert not ML_DSA_44.verify(key.mldsa44, head.cosigned(key.origin, time + 1), stamped[8:])


def test_go_verifies_the_lines_of_witnesses_under_a_running_nodes_checkpoint(
    oracle: Oracle, job: Job
) -> None:
    """The plain line is judged by Go's own package, the lines of cosignature/v1 by a small verifier on top of it."""
    once, first = cosigned(job["Note"], "de/hamburg/witness", b"\x01" * 32, 1_790_000_000)
    twice, second = cosigned(once, "it/roma/witness", b"\x02" * 32, 1_790_000_009)
    good = {"Do": "cosigned", "Key": job["Key"], "Note": twice, "Witnesses": [first, second]}
    last = twice.rindex(" ") + 20
    flipped = twice[:last] + ("A" if twice[last] != "A" else "B") + twice[last + 1 :]
    size = job["Note"].split("\n")[1]
    false = [
        good | {"Note": once},
        good | {"Note": flipped},
        good | {"Note": twice.replace(f"\n{size}\n", f"\n{size}1\n", 1)},
        good | {"Witnesses": [first, first.replace("de/hamburg", "it/roma")]},
    ]
    answers = oracle([good, *false])
    assert answers[0] == "ok"
    assert "ok" not in answers[1:]


def cosigned(text: str, name: str, seed: bytes, time: int) -> tuple[str, str]:
    """Give a note with one more line, made here after C2SP tlog-cosignature, and the key as a text."""
    signer = SigningKey(seed)
    key = bytes([COSIGNATURE]) + bytes(signer.verify_key)
    key_id = sha256(name.encode() + b"\n" + key).digest()[:4]
    body = text.partition("\n\n")[0] + "\n"
    signature = signer.sign(f"cosignature/v1\ntime {time}\n{body}".encode()).signature
    line = strict.b64std(key_id + time.to_bytes(8, "big") + signature)
    return f"{text}\u2014 {name} {line}\n", f"{name}+{key_id.hex()}+{strict.b64std(key)}"
