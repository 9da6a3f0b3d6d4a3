"""What a node says of its tracing has one encoding."""

import pytest

from handover.domain.errors import MalformedError
from handover.domain.ids import NodeId
from handover.protocol import tracing_page
from handover.protocol.tracing_page import TracingPage

PAGE = TracingPage(
    node=NodeId("gr/athens"), classes={3: 4096, 4: 16384}, year=2026, evaluations=1200, questions=25
)


def test_a_page_is_read_as_it_was_written() -> None:
    assert tracing_page.decode(PAGE.encode()) == PAGE
    assert b'"classes":[[3,4096],[4,16384]]' in PAGE.encode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"handover-tracing/1", b"handover-tracing/2"),
        (b"[[3,4096],[4,16384]]", b"[[4,16384],[3,4096]]"),
        (b"[[3,4096],[4,16384]]", b"[[3,4096,1]]"),
        (b"[[3,4096],[4,16384]]", b"[[3]]"),
        (b"[[3,4096],[4,16384]]", b"[[1,1],[2,1],[3,1],[4,1],[5,1]]"),
        (b'"year":2026', b'"year":"2026"'),
        (b'"questions":25', b'"questions":25,"more":1'),
        (b'"node"', b'"Node"'),
    ],
)
def test_any_other_page_is_malformed(old: bytes, new: bytes) -> None:
    with pytest.raises(MalformedError):
        tracing_page.decode(PAGE.encode().replace(old, new))
