"""Origins of logs: one spelling for each incarnation of a node."""

import pytest

from handover.domain.errors import MalformedError
from handover.domain.ids import NodeId
from handover.protocol import checkpoint, log_origin
from handover.protocol.checkpoint import Checkpoint, CheckpointOriginError, LogSigner
from handover.protocol.log_origin import LogOrigin
from handover.protocol.merkle import EMPTY_ROOT

ATHENS = NodeId("gr/athens")


@pytest.mark.parametrize(
    ("incarnation", "text"),
    [(1, "gr/athens/log"), (2, "gr/athens/log/2"), (2**31 - 1, "gr/athens/log/2147483647")],
)
def test_each_incarnation_has_one_origin(incarnation: int, text: str) -> None:
    origin = LogOrigin(node=ATHENS, incarnation=incarnation)

    assert str(origin) == text
    assert LogOrigin.parse(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        *("", "gr/athens", "gr/athens/logs", "gr/athens/log/", "gr/athens/log/0", "gr/athens/log/1", "/log"),
        *("gr/athens/log/02", "gr/athens/log/2147483648", "gr/athens/log/2/3", "gr/athens/log/x", "log/2"),
        *("gr/athens/log/2\n", "gr/athens/log/\u0662", "GR/athens/log", "gr/athens/other"),
    ],
)
def test_no_other_text_names_the_log_of_a_node(text: str) -> None:
    with pytest.raises(MalformedError):
        LogOrigin.parse(text)


def test_a_key_named_for_one_log_does_not_verify_the_other() -> None:
    signer = LogSigner(origin="gr/athens/log/2", ed25519=bytes(32), mldsa44=bytes(32))
    head = Checkpoint(origin="gr/athens/log/2", size=0, root=EMPTY_ROOT)
    note = checkpoint.sign(head, signer, 1_790_000_000)
    first = signer.key.named(str(LogOrigin(node=ATHENS, incarnation=log_origin.FIRST)))

    assert checkpoint.verify(note, first.named("gr/athens/log/2")) == head
    assert first.named(first.origin) is first
    with pytest.raises(CheckpointOriginError):
        checkpoint.verify(note, first)
