"""The chain of deeds in an offer: each as it was signed, and its taker's receipt (docs/spec/payload.md, section 3).

The receipt shows when somebody else had logged a deed: so one whose key was reported stolen later still counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from handover.domain.errors import MalformedError
from handover.domain.ids import Digest
from handover.protocol import entry, receipt, strict
from handover.protocol.receipt import Receipt

MOST_DEEDS: Final = 32
RECEIPTS_LIMIT: Final = 72 * 1024
"""The most bytes of a payload that its receipts take together, so that record and deeds have room beside them."""


@dataclass(frozen=True, kw_only=True)
class ShownChain:
    """The deeds, the first one first, and the receipts that go with them, by the digest of their deed; unverified."""

    deeds: tuple[bytes, ...]
    receipts: Mapping[Digest, Receipt]


def parts(deeds: Sequence[bytes], receipts: Mapping[Digest, Receipt]) -> tuple[bytes, ...]:
    """Give the evidence of an offer: the deeds, and behind them those of *receipts* that fit, in the order of *deeds*.

    Those that *receipts* names first have the first right to the room there is.
    """
    texts: dict[Digest, bytes] = {}
    left = RECEIPTS_LIMIT
    for name, found in receipts.items():
        text = strict.b64(receipt.to_proof(found)).encode("ascii")
        if len(text) <= left:
            texts[name] = text
            left -= len(text)
    names = [strict.digest(deed) for deed in deeds]
    return (*deeds, *(texts[name] for name in names if name in texts))


def read(evidence: Sequence[bytes]) -> ShownChain:
    """Give the chain that the evidence of an offer shows.

    Raises:
        MalformedError: too many deeds, a receipt that is none, of no deed before it, or out of their order.
    """
    deeds = tuple(part for part in evidence if b"." in part)
    proofs = [
        receipt.from_proof(strict.unb64(part.decode("ascii", "replace"))) for part in evidence[len(deeds) :]
    ]
    found = {entry.decode(each.entry).object: each for each in proofs}
    names = [strict.digest(deed) for deed in deeds]
    in_order = [name for name in names if name in found] == list(found) and len(found) == len(proofs)
    if len(deeds) > MOST_DEEDS or tuple(evidence[: len(deeds)]) != deeds or not in_order:
        raise MalformedError("not the chain of deeds and their receipts")
    return ShownChain(deeds=deeds, receipts=found)
