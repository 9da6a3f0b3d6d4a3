"""What must hold at every instant, whatever was done at once, crashed, or came twice: asked of real nodes."""

from collections import Counter, defaultdict

from domain.joint import JOINT, RETRACTED
from handover.adapters import log_tables
from handover.application.facts import Handover
from handover.domain.handover import Act, Claim, Role, State
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol import entry as entries
from handover.protocol import envelope as envelopes
from handover.protocol import merkle, strict

HOLDS = frozenset({Claim.HOLDER, Claim.RELIEVING})


def check_log(node: Node) -> None:
    """Each entry is in the tree, each stream is without gap, and the signed head is the root of a prefix."""
    with node.database.reading() as work:
        size, root = work.log.head().size, work.log.head().root
    table = log_tables.log_entry
    with node.database.engine.connect() as connection:
        rows = connection.execute(table.select().order_by(table.c.position)).all()
        connection.rollback()
    assert [row.position for row in rows] == list(range(len(rows)))
    leaves = [merkle.leaf_hash(entries.leaf(row.document)) for row in rows]
    assert _root(leaves[:size]) == root
    last: dict[str, tuple[int, str]] = {}
    for row in rows:
        found = entries.decode(row.document)
        n, digest = last.get(found.matter, (0, None))
        assert (found.n, found.prev, row.stream) == (n + 1, digest, found.matter)
        last[found.matter] = (found.n, strict.digest(row.document))


def _root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return merkle.node_hash(_root(leaves[:half]), _root(leaves[half:]))


def check_said(node: Node) -> None:
    """No side has one number twice in a round, or a deed and a void, or an act that moves twice without a reissue."""
    with node.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT handover, incoming, data FROM envelope ORDER BY id").all()
        connection.rollback()
    said: dict[tuple[str, bool], list[envelopes.Envelope]] = defaultdict(list)
    for row in rows:
        said[row.handover, bool(row.incoming)].append(envelopes.read(bytes(row.data)).claimed)
    for every in said.values():
        numbers = Counter((each.incarnation, each.seq) for each in every)
        assert max(numbers.values()) == 1
        acts = Counter(each.act for each in every if each.replaces is None)
        assert not (acts[Act.DEED] and acts[Act.VOID])
        for act in (Act.OFFER, Act.DEED, Act.VOID, Act.ACCEPTANCE, Act.TAKE_UP_RECEIPT, Act.VOID_RECEIPT):
            assert acts[act] <= 1, act


def check_responsible(nodes: dict[NodeId, Node], sent: Handover, origin: Node) -> None:
    """Never none, never two: of the two sides exactly one is responsible, and the pair of states can occur."""
    other = nodes[sent.peer]
    with origin.database.reading() as work:
        ours = work.handovers.get(sent.id)
        claim = work.matters.get(sent.matter).claim
    with other.database.reading() as work:
        theirs = work.handovers.find(origin.id, [sent.round]).get(sent.round)
        there = Claim.NONE if theirs is None else work.matters.get(theirs.matter).claim
    state = State.UNKNOWN if theirs is None else theirs.state
    assert ours.role is Role.SENDER
    assert (ours.state, state) in JOINT | RETRACTED, (ours.state, state)
    if ours.state is State.RELIEVING and state is State.HOLDING:
        assert (claim, there) == (
            Claim.RELIEVING,
            Claim.HOLDER,
        )  # the one still acts, the other is responsible
    else:
        assert [claim in HOLDS, there in HOLDS].count(True) == 1, (claim, there)
