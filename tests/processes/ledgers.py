"""What must hold of the databases of nodes that were killed: each by itself, and all of them together."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, create_engine, select

from domain.joint import JOINT, RETRACTED
from handover.adapters import log_tables, tables
from handover.domain.handover import SETTLED, Act, State
from handover.domain.ids import Digest
from handover.node import Node
from handover.protocol import checkpoint as checkpoints
from handover.protocol import entry as entries
from handover.protocol import envelope as envelopes
from handover.protocol import receipt as receipts
from handover.protocol import strict
from handover.protocol.checkpoint import LogKey
from handover.protocol.delivery import Problem, decode_answer, decode_delivery
from handover.protocol.entry import EntryKind
from handover.protocol.envelope import Envelope
from handover.protocol.receipt import Receipt
from processes.nodes import Office, Stage
from processes.traffic import Story
from protocol.rfc6962 import root_of_hashes

Rows = Sequence[Row[Any]]
ONCE = frozenset(Act) - {Act.QUESTION, Act.ANSWER}  # said once in a round, however often it is repeated
_WAITING = ("queued", "refused")


@dataclass(frozen=True)
class Said:
    """An envelope as a node keeps it, and what it claims."""

    digest: Digest
    incoming: bool
    peer: str
    handover: str
    data: bytes
    claims: Envelope


@dataclass(frozen=True)
class Ledger:
    """All that is read of one node's database."""

    name: str
    said: dict[Digest, Said]
    receipts: dict[Digest, Receipt]
    log: list[tuple[str, bytes]]
    head: Row[Any]
    tiles: Mapping[tuple[int, int], bytes]
    rounds: Rows
    matters: Rows
    records: Rows
    queue: Rows
    owners: frozenset[str]
    deeds: frozenset[bytes]
    keys: Mapping[str, Sequence[LogKey]]


def read(office: Office, names: Iterable[str]) -> Ledger:
    """Give the ledger of an office whose processes do not run."""
    with office.opened() as node, node.database.engine.connect() as connection:
        rows = {
            table.name: connection.execute(select(table)).all()
            for table in (
                *(tables.envelope, tables.receipt, tables.checkpoint, tables.handover, tables.matter),
                *(tables.record, tables.queue, tables.data_key, tables.chain_deed),
                *(log_tables.log_entry, log_tables.log_head, log_tables.log_tile),
            )
        }
        keys = {name: _keys(node, name) for name in names}
    notes = {row.digest: row.note for row in rows["checkpoint"]}
    log = sorted((row.position, row.stream, row.document) for row in rows["log_entry"])
    assert [position for position, _, _ in log] == list(range(len(log))), "the log has a gap"
    return Ledger(
        name=str(office.id),
        said={each.digest: each for each in map(_said, rows["envelope"])},
        receipts={Digest(strict.b64(row.envelope)): _receipt(row, notes) for row in rows["receipt"]},
        log=[(stream, document) for _, stream, document in log],
        head=rows["log_head"][0],
        tiles={(row.level, row.number): row.hashes for row in rows["log_tile"]},
        rounds=rows["handover"],
        matters=rows["matter"],
        records=rows["record"],
        queue=rows["queue"],
        owners=frozenset(row.owner for row in rows["data_key"]),
        deeds=frozenset(row.digest for row in rows["chain_deed"]),
        keys=keys,
    )


def is_signed(office: Office) -> bool:
    """Tell whether the signed head covers every entry of the log; the office's processes may run."""
    head = log_tables.log_head.c
    engine = create_engine(office.settings().url)
    try:
        with engine.connect() as connection:
            return bool(connection.execute(select(head.size == head.signed_size)).scalar_one())
    finally:
        engine.dispose()


def _keys(node: Node, name: str) -> Sequence[LogKey]:
    from handover.domain.ids import NodeId

    return node.registry.entry(NodeId(name), node.clock()).log_keys()


def _said(row: Row[Any]) -> Said:
    digest = Digest(strict.b64(row.digest))
    assert strict.digest(row.data) == digest
    return Said(
        digest, bool(row.incoming), row.peer, row.handover, row.data, envelopes.read(row.data).claimed
    )


def _receipt(row: Row[Any], notes: Mapping[bytes, bytes]) -> Receipt:
    path = tuple(row.path[start : start + 32] for start in range(0, len(row.path), 32))
    return Receipt(entry=row.document, index=row.position, path=path, checkpoint=notes[row.checkpoint])


def check(stage: Stage, stories: Sequence[Story]) -> dict[str, Ledger]:
    """Hold the ledgers of all offices against every rule; their processes must not run, their queues be empty."""
    ledgers = {name: read(office, stage.offices) for name, office in stage.offices.items()}
    for ledger in ledgers.values():
        check_log(ledger)
        check_sequences(ledger)
        check_settled(ledger)
    for ledger in ledgers.values():
        check_receipts(ledger, ledgers)
        check_deliveries(ledger, ledgers)
    check_claims(ledgers, quiet=True)
    check_rounds(ledgers)
    check_wires(stage, ledgers)
    check_stories(stories, ledgers)
    return ledgers


def check_log(ledger: Ledger) -> None:
    """The tree is the one of its entries; each stream counts without a gap; all is there that was said or heard."""
    leaves = [_leaf(document) for _, document in ledger.log]
    assert ledger.head.size == len(leaves) == ledger.head.signed_size
    signed = checkpoints.verify(
        ledger.head.note, checkpoints.key_of(ledger.head.note, ledger.keys[ledger.name])
    )
    assert (signed.size, signed.root) == (len(leaves), root_of_hashes(leaves))
    for (level, number), hashes in ledger.tiles.items():
        assert hashes == b"".join(_row(leaves, level)[number * 256 : number * 256 + 256]), (level, number)
    streams: dict[str, list[bytes]] = defaultdict(list)
    for stream, document in ledger.log:
        streams[stream].append(document)
    objects: dict[EntryKind, Counter[Digest]] = defaultdict(Counter)
    for stream, documents in streams.items():
        prev = None
        for n, document in enumerate(documents, start=1):
            entry = entries.decode(document)
            assert (entry.matter, entry.n, entry.prev) == (stream, n, prev)
            prev = strict.digest(document)
            objects[entry.kind][entry.object] += 1
    ours = Counter(each.digest for each in ledger.said.values() if not each.incoming)
    theirs = Counter(each.digest for each in ledger.said.values() if each.incoming)
    assert objects[EntryKind.SENT] == ours
    assert objects[EntryKind.RECEIVED] == theirs
    assert max(objects[EntryKind.OPENED].values(), default=1) == 1
    assert max(objects[EntryKind.REGISTRY_ACCEPTED].values()) == 1


def _leaf(document: bytes) -> bytes:
    return sha256(b"\x00" + entries.leaf(document)).digest()


def _row(leaves: Sequence[bytes], level: int) -> Sequence[bytes]:
    """Give the hashes of the full subtrees of 256 to the power of *level* leaves."""
    row = leaves
    for _ in range(8 * level):
        row = [sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)]
    return row


def check_sequences(ledger: Ledger) -> None:
    """What one side has said in one round is one chain; nothing is said twice in new bytes."""
    chains: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for each in ledger.said.values():
        chains[each.claims.iss, each.claims.round].append(each)
    for (issuer, _), chain in chains.items():
        chain.sort(key=lambda each: each.claims.seq)
        numbers = [each.claims.seq for each in chain]
        assert len(set(numbers)) == len(numbers), "two envelopes with one number"
        assert {each.claims.incarnation for each in chain} == {1}
        counted = Counter(each.claims.act for each in chain)
        assert all(counted[act] <= 1 for act in ONCE), counted
        if issuer == ledger.name:
            assert numbers == list(range(1, len(chain) + 1))
            assert chain[0].claims.prev is None
            assert all(after.claims.prev == before.digest for before, after in pairwise(chain))


def check_settled(ledger: Ledger) -> None:
    """The values of a settled round are destroyed; what was taken up is a record of one's own, once."""
    adopted = Counter((row.matter, row.source) for row in ledger.records if row.source.startswith("handover"))
    taken = Counter(
        (row.matter, f"handover from {row.peer}") for row in ledger.rounds if row.state == State.HOLDING
    )
    assert adopted == taken
    for row in ledger.rounds:
        if State(row.state) in SETTLED:
            assert row.id not in ledger.owners, "values outlive their round"


def check_receipts(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> None:
    """Every receipt, given or got, verifies, and is in the log that it is of."""
    for digest, receipt in ledger.receipts.items():
        said = ledger.said[digest]
        giver = ledger.name if said.incoming else said.peer
        _check_receipt(digest, receipt, giver, ledger, ledgers)
    assert {each.digest for each in ledger.said.values() if each.incoming} <= ledger.receipts.keys()


def _check_receipt(
    digest: Digest, receipt: Receipt, giver: str, ledger: Ledger, ledgers: Mapping[str, Ledger]
) -> None:
    key = checkpoints.key_of(receipt.checkpoint, ledger.keys[giver])
    entry = receipts.verify(receipt, envelope=digest, key=key)
    assert entry.kind is EntryKind.RECEIVED
    if giver in ledgers:
        assert ledgers[giver].log[receipt.index][1] == receipt.entry
        assert ledgers[giver].said[digest].incoming


def check_deliveries(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> None:
    """What one node has heard the other has said, and nothing that is still said goes without a receipt."""
    for each in ledger.said.values():
        if each.incoming and each.peer in ledgers:
            said = ledgers[each.peer].said[each.digest]
            assert (said.data, said.incoming) == (each.data, False)
    for row in ledger.queue:
        if row.due is not None and row.peer in ledgers:
            assert row.delivery not in _WAITING, (ledger.name, row.act, row.delivery, row.problem)


def check_claims(ledgers: Mapping[str, Ledger], *, quiet: bool) -> None:
    """Of every matter one node is responsible; *quiet*: nothing is on its way, so no deed is without its take-up."""
    claims = {(name, row.id): row for name, ledger in ledgers.items() for row in ledger.matters}
    for chain in _matters(ledgers):
        rows = [claims[each] for each in chain]
        counted = Counter(row.claim for row in rows)
        assert counted["HOLDER"] <= 1, f"two are responsible: {counted}"
        assert counted["HOLDER"] + counted["RELIEVING"] >= 1, f"nobody is responsible: {counted}"
        assert counted["RELIEVING"] <= 1, counted
        if quiet:
            assert counted["RELIEVING"] == 0, counted
            assert len({row.holder for row in rows if row.epoch == max(row.epoch for row in rows)}) == 1


def _matters(ledgers: Mapping[str, Ledger]) -> Iterator[set[tuple[str, str]]]:
    """Give, for each matter of the world, under which names the nodes keep it."""
    group: dict[tuple[str, str], set[tuple[str, str]]] = {
        (name, row.id): {(name, row.id)} for name, ledger in ledgers.items() for row in ledger.matters
    }
    by_round: dict[str, tuple[str, str]] = {}
    for name, ledger in ledgers.items():
        for row in ledger.rounds:
            one, other = (name, row.matter), by_round.setdefault(row.round, (name, row.matter))
            joined = group[one] | group[other] if one in group and other in group else set()
            for each in joined:
                group[each] = joined
    yield from {id(each): each for each in group.values()}.values()


def check_rounds(ledgers: Mapping[str, Ledger]) -> None:
    """The states of both ends are a pair that can be; a deed was taken up once, and both keep it in the chain once."""
    ends: dict[str, dict[str, Row[Any]]] = defaultdict(dict)
    for ledger in ledgers.values():
        for row in ledger.rounds:
            ends[row.round][row.role] = row
    for round_, sides in ends.items():
        sender, receiver = sides["sender"], sides.get("receiver")
        pair = (State(sender.state), State(receiver.state) if receiver else State.UNKNOWN)
        assert pair in JOINT | RETRACTED | {(State.DISCARDED, State.UNKNOWN)}, (round_, pair)
    for ledger in ledgers.values():
        for matter in ledger.matters:
            chain = (
                strict.loads(matter.chain.encode()) if matter.chain.startswith("[") else matter.chain.split()
            )
            assert isinstance(chain, list)
            assert len(chain) == len(set(map(str, chain))), "a deed counts twice"


def check_wires(stage: Stage, ledgers: Mapping[str, Ledger]) -> int:
    """Every receipt that ever left a node is good, and what it is for is stored there; give their number."""
    number = 0
    for name, wire in stage.wires.items():
        ledger = ledgers[name]
        for request, answer in wire.exchanges:
            items = decode_delivery(request).items
            for item, result in zip(items, decode_answer(answer, expected=len(items)).results, strict=True):
                assert not isinstance(result, Problem) or result.retry or result.name == "round-closed", (
                    result
                )
                if not isinstance(result, Problem):
                    digest = strict.digest(item.envelope)
                    _check_receipt(digest, result, name, ledger, ledgers)
                    number += 1
    return number


def check_stories(stories: Sequence[Story], ledgers: Mapping[str, Ledger]) -> None:
    """What was asked for was done once; every round ended as it should, at both ends."""
    ended = {
        "arrived": ("TRANSFERRED", "HOLDING"),
        "voided": ("VOIDED", "CLOSED"),
        "accepted": ("ACCEPTED", "BOUND"),
        "left": ("OFFERED", "PENDING"),
    }
    states = {(name, row.round): row.state for name, ledger in ledgers.items() for row in ledger.rounds}
    for story in stories:
        begun = [row for row in ledgers[story.origin].matters if row.reference == story.name]
        assert len(begun) == 1, (story.name, len(begun))
        for round_, (sender, receiver, how) in story.rounds.items():
            assert (states[sender, round_], states[receiver, round_]) == ended[how], (story.name, how)
        prepared = [each for each in story.asked if each.path == "/handovers" and each.answer.status == 201]
        assert len(prepared) == len(story.rounds)
    wanted = Counter(sender for story in stories for sender, _, _ in story.rounds.values())
    kept = Counter(name for name, ledger in ledgers.items() for row in ledger.rounds if row.role == "sender")
    assert wanted == kept, "an offer was prepared twice"
    asked = sum(each.path.endswith("/question") for story in stories for each in story.asked)
    questions = sum(
        each.claims.act is Act.QUESTION and not each.incoming
        for ledger in ledgers.values()
        for each in ledger.said.values()
    )
    assert questions == asked, "a question was asked twice"
