"""The chain in an offer is deeds and, behind them, receipts for them in their order; nothing else passes for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.errors import MalformedError
from handover.protocol import receipt, shown_chain, strict
from protocol.test_receipt import ENVELOPES, RECEIPTS

DEEDS = tuple(b"a.b.%d" % number for number in range(shown_chain.MOST_DEEDS))
BOTH = dict(zip(ENVELOPES, RECEIPTS, strict=True))


def text(number: int) -> bytes:
    return strict.b64(receipt.to_proof(RECEIPTS[number])).encode()


def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the n-th deed have the digest for which the n-th receipt is."""
    digest = strict.digest
    monkeypatch.setattr(
        strict, "digest", lambda data: ENVELOPES[DEEDS.index(data)] if data in DEEDS else digest(data)
    )


def test_what_is_written_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch)
    deeds = DEEDS[:4]
    receipts = {ENVELOPES[3]: RECEIPTS[3], ENVELOPES[1]: RECEIPTS[1]}
    parts = shown_chain.parts(deeds, receipts)
    assert parts == (*deeds, text(1), text(3))
    found = shown_chain.read(parts)
    assert (found.deeds, found.receipts) == (deeds, receipts)
    assert shown_chain.read(()) == shown_chain.ShownChain(deeds=(), receipts={})


def test_what_does_not_fit_beside_the_record_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are named first have the first right."""
    named(monkeypatch)
    last_first = dict(sorted(BOTH.items(), key=lambda item: -ENVELOPES.index(item[0])))
    receipts = {name: found for name, found in last_first.items() if name in ENVELOPES[:32]}
    parts = shown_chain.parts(DEEDS, receipts)
    there = parts[len(DEEDS) :]
    assert sum(map(len, there)) <= shown_chain.RECEIPTS_LIMIT
    assert 8 <= len(there) < 32
    assert there[-1] == text(31)
    assert text(0) not in there


@pytest.mark.parametrize(
    "parts",
    [
        (*DEEDS, b"one.too.many"),
        (DEEDS[0], b"not base64url!"),
        (DEEDS[0], "\N{EM DASH}".encode()),
        (DEEDS[0], strict.b64(b"no proof").encode()),
        (text(0), DEEDS[0]),
        (DEEDS[0], text(0), DEEDS[1]),
        (DEEDS[0], DEEDS[1], text(1), text(0)),
        (DEEDS[0], text(0), text(0)),
        (DEEDS[0], text(1)),
        (text(0),),
    ],
)
def test_anything_else_is_refused(monkeypatch: pytest.MonkeyPatch, parts: tuple[bytes, ...]) -> None:
    named(monkeypatch)
    with pytest.raises(MalformedError):
        shown_chain.read(parts)


@given(st.lists(st.binary(max_size=80)))
def test_any_parts_are_read_or_refused(parts: list[bytes]) -> None:
    try:
        found = shown_chain.read(parts)
    except MalformedError:
        return
    assert shown_chain.parts(found.deeds, found.receipts) == tuple(parts)
