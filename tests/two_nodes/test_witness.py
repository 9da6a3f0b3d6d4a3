"""Nodes cosign one another's logs: only what grows, and what contradicts itself is kept with both signatures."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from federation import Federation, federation
from handover.application import witness as witness_desk
from handover.application.allowances import TooManyRequestsError
from handover.domain.errors import HandoverError, NotFoundError, UntrustedError
from handover.node import Node
from handover.protocol import checkpoint as checkpoints
from handover.protocol import cosignature, merkle, note, strict, witness
from handover.protocol.checkpoint import Checkpoint, LogSigner
from handover.protocol.cosignature import WitnessKey
from handover.protocol.entry import EntryKind
from handover.protocol.evidence_lines import read_consistency
from handover.protocol.node_key import KeyUse
from handover.protocol.witness import (
    LogUnsignedError,
    ProofRefusedError,
    TwoTreesError,
    UnknownLogError,
    WitnessSizeError,
)
from handover.web.app import create_app
from two_nodes import rotation
from two_nodes.scene import alarms_of

TEXT = {"content-type": "text/plain; charset=utf-8"}


@dataclass
class Pair:
    """A log and its witness."""

    fed: Federation
    log: Node
    witness: Node

    def grow(self, entries: int = 1) -> None:
        grow(self.log, entries)

    def ask(self, old_size: int) -> bytes:
        return self.witness.witness.add(asked(self.log, old_size))

    @property
    def key(self) -> WitnessKey:
        entry = self.log.registry.entry(self.witness.id, self.fed.clock.now)
        return WitnessKey(node=self.witness.id, pair=entry.log_key())

    def signer(self, incarnation: int = 1) -> LogSigner:
        secrets = {each.use: each.value for each in self.log.vault.secrets()}
        origin = f"{self.log.id}/log" + (f"/{incarnation}" if incarnation > 1 else "")
        return LogSigner(origin=origin, ed25519=secrets["log"], mldsa44=secrets["log-pq"])


def grow(node: Node, entries: int = 1) -> None:
    """Let a log grow and sign its head."""
    with node.database.begin() as work:
        for number in range(entries):
            object_ = strict.digest(b"%d" % number)
            work.log.append(EntryKind.EXPORTED, stream="", object_=object_, now=work.now)
        work.log.checkpoint(work.now)


def head(node: Node) -> Checkpoint:
    with node.database.reading() as work:
        return work.log.head()


def asked(node: Node, old_size: int) -> bytes:
    """Give what a node asks a witness that has seen *old_size* entries."""
    with node.database.reading() as work:
        signed = work.log.signed_head()
        assert signed is not None
        return witness.encode_request(
            old_size=old_size, proof=tuple(work.log.consistency(old_size)), signed=signed
        )


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        made = Pair(fed, athens, hamburg)
        made.grow(11 - head(athens).size)
        yield made


def views(pair: Pair) -> list[tuple[str, tuple[bytes, ...]]]:
    return [(each.kind, each.evidence) for each in alarms_of(pair.witness) if each.peer == pair.log.id]


def logged(pair: Pair) -> int:
    with pair.witness.database.reading() as work:
        entries = work.log.entries("")
    return sum(b'"kind":"split-view"' in document for _, document in entries)


def test_a_log_that_grows_is_cosigned_and_the_lines_verify_with_the_registrys_keys(pair: Pair) -> None:
    lines = pair.ask(0)
    signed = pair.witness.witness.newest("gr/athens/log")
    assert note.write_lines(note.read(signed).lines[2:]) == lines
    assert cosignature.verify(signed, pair.key) == pair.fed.clock.now
    assert checkpoints.verify(signed, pair.signer().key) == head(pair.log)
    before = head(pair.log).size
    pair.grow(30)
    pair.fed.clock.pass_(60)
    pair.ask(before)
    assert cosignature.verify(pair.witness.witness.newest("gr/athens/log"), pair.key) == pair.fed.clock.now


def test_a_repeat_gets_the_same_lines_and_writes_nothing(pair: Pair) -> None:
    lines = pair.ask(0)
    pair.fed.clock.pass_(3600)
    size = head(pair.log).size
    assert pair.ask(size) == lines
    for old in (0, 3):
        with pytest.raises(WitnessSizeError) as caught:
            pair.ask(old)
        assert caught.value.size == size
    signed = pair.witness.witness.newest("gr/athens/log")
    with pytest.raises(ProofRefusedError):
        pair.witness.witness.add(witness.encode_request(old_size=size, proof=(bytes(32),), signed=signed))
    assert views(pair) == []


def test_a_log_that_asks_without_end_has_to_wait_and_no_other_and_is_accused_still(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each cosignature takes the one writer of the database; a log asks its witnesses once a minute."""
    assert witness_desk.ALLOWED.rate > 1 / 60
    monkeypatch.setattr(witness_desk, "ALLOWED", replace(witness_desk.ALLOWED, burst=2))
    pair.witness = pair.fed.reopen("de/hamburg")
    lyon = pair.fed.add("fr/lyon")
    for known in (False, True):
        size = head(pair.log).size if known else 0
        pair.grow()
        pair.ask(size)
    held = head(pair.log)
    pair.grow()
    with pytest.raises(TooManyRequestsError):
        pair.ask(held.size)
    assert pair.witness.witness.newest("gr/athens/log").split(b"\n")[1] == b"%d" % held.size
    other = checkpoints.sign(replace(held, root=bytes(32)), pair.signer(), pair.fed.clock.now)
    with pytest.raises(TwoTreesError):
        pair.witness.witness.add(witness.encode_request(old_size=held.size, proof=(), signed=other))
    assert logged(pair) == 1
    grow(lyon)
    pair.witness.witness.add(asked(lyon, 0))
    pair.fed.clock.pass_(60)
    pair.ask(held.size)


def test_a_replay_of_an_earlier_checkpoint_is_told_the_size_and_accuses_nobody(pair: Pair) -> None:
    early = asked(pair.log, 0)
    pair.grow(9)
    pair.ask(0)
    pair.fed.clock.pass_(86_400)
    for _ in range(3):
        with pytest.raises(WitnessSizeError):
            pair.witness.witness.add(early)
    assert (views(pair), logged(pair)) == ([], 0)


def test_a_false_proof_beside_a_checkpoint_that_anybody_can_fetch_accuses_nobody(pair: Pair) -> None:
    pair.ask(0)
    size = head(pair.log).size
    pair.grow(5)
    good = witness.decode_request(asked(pair.log, size))
    for proof in ((), (bytes(32),) * len(good.proof), good.proof[::-1]):
        with pytest.raises(ProofRefusedError):
            pair.witness.witness.add(witness.encode_request(old_size=size, proof=proof, signed=good.note))
    assert (views(pair), logged(pair)) == ([], 0)
    pair.ask(size)


def test_another_tree_of_the_same_size_is_kept_with_both_signatures(pair: Pair) -> None:
    pair.ask(0)
    held = head(pair.log)
    other = checkpoints.sign(replace(held, root=bytes(32)), pair.signer(), pair.fed.clock.now)
    for old in (held.size, 0):
        with pytest.raises(TwoTreesError):
            pair.witness.witness.add(witness.encode_request(old_size=old, proof=(), signed=other))
    [(kind, [later, earlier])] = views(pair)
    assert kind == "split-view"
    found = [checkpoints.verify(each, pair.signer().key) for each in (later, earlier)]
    assert [each.size for each in found] == [held.size] * 2
    assert found[0].root != found[1].root
    assert logged(pair) == 1


def test_a_database_put_back_in_silence_is_seen_when_it_signs_again(pair: Pair, tmp_path: Path) -> None:
    """The log goes back, goes on by another way, and overtakes what the witness has seen."""
    folder = pair.log.settings.data
    pair.log.close()
    shutil.copy(folder / "handover.db", tmp_path / "old.db")
    pair.log = pair.fed.reopen("gr/athens")
    pair.grow(4)
    pair.ask(0)
    size = head(pair.log).size
    pair.log.close()
    for name in ("handover.db-wal", "handover.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "old.db", folder / "handover.db")
    pair.log = pair.fed.reopen("gr/athens")
    pair.fed.clock.pass_(3600)
    pair.grow(1)
    with pytest.raises(WitnessSizeError) as caught:
        pair.ask(0)
    assert caught.value.size == size > head(pair.log).size
    [(kind, evidence)] = views(pair)
    assert kind == "log-rolled-back"
    later, earlier = (checkpoints.verify_signed(each, pair.signer().key) for each in evidence)
    assert (later.checkpoint.size < earlier.checkpoint.size, later.time > earlier.time) == (True, True)

    pair.grow(20)
    with pytest.raises(ProofRefusedError):
        pair.ask(size)
    [(kind, [later_note, earlier_note, proof])] = [each for each in views(pair) if each[0] == "split-view"]
    stated, new = read_consistency(proof), checkpoints.verify(later_note, pair.signer().key)
    shown = merkle.earlier_root(old_size=stated.size, size=new.size, root=new.root, path=stated.path)
    assert shown != checkpoints.verify(earlier_note, pair.signer().key).root
    assert logged(pair) == 2


def test_each_incarnation_has_a_log_of_its_own_and_the_old_one_is_not_cosigned_any_more(pair: Pair) -> None:
    pair.ask(0)
    old = head(pair.log)
    second = replace(old, origin="gr/athens/log/2", size=9, root=bytes(32))
    signed = checkpoints.sign(second, pair.signer(2), pair.fed.clock.now)
    pair.witness.witness.add(witness.encode_request(old_size=0, proof=(), signed=signed))
    assert cosignature.verify(pair.witness.witness.newest("gr/athens/log/2"), pair.key)
    pair.grow()
    with pytest.raises(UnknownLogError):
        pair.ask(old.size)
    assert views(pair) == []


def test_a_node_cannot_fill_its_witness_with_incarnations(pair: Pair) -> None:
    empty = Checkpoint(origin="gr/athens/log", size=0, root=merkle.EMPTY_ROOT)

    def add(number: int) -> None:
        signer = pair.signer(number)
        signed = checkpoints.sign(replace(empty, origin=signer.key.origin), signer, pair.fed.clock.now)
        pair.witness.witness.add(witness.encode_request(old_size=0, proof=(), signed=signed))

    for number in range(1, 65):
        add(number)
    with pytest.raises(UnknownLogError):
        add(65)


def test_who_is_not_the_log_gets_nothing(pair: Pair) -> None:
    good = witness.decode_request(asked(pair.log, 0))
    with pytest.raises(UnknownLogError):
        pair.log.witness.add(asked(pair.log, 0))
    stranger = LogSigner(origin="gr/athens/log", ed25519=bytes(32), mldsa44=bytes(32))
    nobody = LogSigner(origin="xx/nobody/log", ed25519=bytes(32), mldsa44=bytes(32))
    outside = LogSigner(origin="example.com/log", ed25519=bytes(32), mldsa44=bytes(32))
    for signer, error in (
        (stranger, LogUnsignedError),
        (nobody, UnknownLogError),
        (outside, UnknownLogError),
    ):
        new = replace(good.checkpoint, origin=signer.key.origin)
        signed = checkpoints.sign(new, signer, pair.fed.clock.now)
        with pytest.raises(error):
            pair.witness.witness.add(witness.encode_request(old_size=0, proof=(), signed=signed))
    for origin in ("gr/athens/log", "xx/nobody/log", "nonsense"):
        with pytest.raises(NotFoundError):
            pair.witness.witness.newest(origin)


def test_over_the_wire_the_answers_are_those_of_the_standard(pair: Pair) -> None:
    client = TestClient(create_app(pair.witness))

    def post(body: bytes) -> tuple[int, str]:
        answer = client.post(witness.PATH, content=body, headers=TEXT)
        return answer.status_code, answer.headers["content-type"]

    body = asked(pair.log, 0)
    answer = client.post(witness.PATH, content=body, headers=TEXT)
    assert (answer.status_code, answer.headers["content-type"]) == (200, TEXT["content-type"])
    assert [line.name for line in witness.decode_lines(answer.content)] == ["de/hamburg/witness"] * 2
    size = head(pair.log).size
    answer = client.post(witness.PATH, content=body, headers=TEXT)
    assert (answer.status_code, answer.headers["content-type"]) == (409, "text/x.tlog.size")
    assert witness.decode_size(answer.content) == size
    shown = client.get("/witness/checkpoint/gr/athens/log")
    assert cosignature.verify(shown.content, pair.key) == pair.fed.clock.now
    assert client.get("/witness/checkpoint/gr/other/log").status_code == 404

    problem = "application/problem+json"
    assert post(b"old 0\n\nnonsense") == (400, problem)
    grow(pair.witness)
    assert post(asked(pair.witness, 0)) == (404, problem)
    stranger = LogSigner(origin="gr/athens/log", ed25519=bytes(32), mldsa44=bytes(32))
    forged = checkpoints.sign(head(pair.log), stranger, pair.fed.clock.now)
    assert post(witness.encode_request(old_size=size, proof=(), signed=forged)) == (403, problem)
    other = checkpoints.sign(replace(head(pair.log), root=bytes(32)), pair.signer(), pair.fed.clock.now)
    assert post(witness.encode_request(old_size=size, proof=(), signed=other)) == (409, problem)
    pair.grow()
    signed = witness.decode_request(asked(pair.log, size)).note
    assert post(witness.encode_request(old_size=size, proof=(), signed=signed)) == (422, problem)
    assert client.post(witness.PATH, content=body).status_code == 415
    assert post(body.ljust(witness.REQUEST_LIMIT + 1)) == (413, problem)


def test_any_body_is_answered_or_refused(pair: Pair) -> None:
    body = asked(pair.log, 0)
    for place in range(0, len(body), 37):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with pytest.raises(HandoverError) as caught:
            pair.witness.witness.add(changed)
        assert isinstance(caught.value, (UntrustedError, UnknownLogError, LogUnsignedError, WitnessSizeError))


def stolen(pair: Pair) -> None:
    """Report the log's keys stolen since a minute ago, and give it new ones."""
    listed = pair.log.registry.entry(pair.log.id, pair.fed.clock.now).keys
    kids = [key.kid for key in listed if key.use in (KeyUse.LOG, KeyUse.LOG_PQ)]
    pair.fed.clock.pass_(1)
    pair.log.vault.add_keys(KeyUse.LOG, begins=pair.fed.clock.now)
    rotation.republish(pair.fed, pair.log)
    for kid in kids:
        since = pair.fed.clock.now - 60
        pair.fed.ceremony.mark_compromised(pair.log.id, kid, since=since, now=pair.fed.clock.now)
    pair.fed.publish()


@pytest.mark.parametrize("incarnation", [1, 2**31 - 1])
def test_who_had_the_keys_of_a_log_once_does_not_silence_its_owner(pair: Pair, incarnation: int) -> None:
    """A log of a later incarnation, or more entries than it has: nobody would cosign the owner's ever again."""
    signer = pair.signer(incarnation)
    fake = Checkpoint(origin=signer.key.origin, size=2**40, root=bytes(32))
    signed = checkpoints.sign(fake, signer, pair.fed.clock.now)
    pair.witness.witness.add(witness.encode_request(old_size=0, proof=(), signed=signed))
    with pytest.raises(HandoverError):
        pair.ask(0)
    stolen(pair)
    pair.grow()
    with pytest.raises(NotFoundError):
        pair.witness.witness.newest(signer.key.origin)
    pair.ask(0)
    assert views(pair) == []
    assert Checkpoint.parse(note.read(pair.witness.witness.newest("gr/athens/log")).text) == head(pair.log)


def test_what_was_cosigned_before_the_theft_binds_the_owner_still(pair: Pair) -> None:
    pair.ask(0)
    pair.fed.clock.pass_(3600)
    stolen(pair)
    other = replace(head(pair.log), size=40, root=bytes(32))
    signed = checkpoints.sign(other, pair.log.vault.log_signer, pair.fed.clock.now)
    with pytest.raises(WitnessSizeError):
        pair.witness.witness.add(witness.encode_request(old_size=0, proof=(), signed=signed))
