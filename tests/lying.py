"""A real node whose log shows another, its witness, two trees of one size."""

from dataclasses import replace

import pytest

from handover.node import Node
from handover.protocol import checkpoint as checkpoints
from handover.protocol import witness
from handover.protocol.checkpoint import LogSigner
from handover.protocol.witness import TwoTreesError
from two_nodes.test_witness import asked, grow, head


def lie(log: Node, to: Node, now: int) -> None:
    """Let *log* show *to* its own tree, and then another that it has signed too."""
    grow(log, 3)
    own = head(log)
    to.witness.add(asked(log, 0))
    secrets = {each.use: each.value for each in log.vault.secrets()}
    signer = LogSigner(origin=own.origin, ed25519=secrets["log"], mldsa44=secrets["log-pq"])
    other = checkpoints.sign(replace(own, root=bytes(32)), signer, now)
    with pytest.raises(TwoTreesError):
        to.witness.add(witness.encode_request(old_size=own.size, proof=(), signed=other))
