"""All five holders in one process: for comparing two files, and for trying out. Every group operation is real."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from handover.application.evaluating import Part, Reason, parts
from handover.protocol import threshold
from handover.protocol.epoch import Epoch
from handover.protocol.evaluation import ANSWER_SIZE, SIZE, Basis, Kind
from handover.protocol.oprf import VOPRF
from handover.protocol.ristretto import ORDER
from handover.protocol.threshold import PLACES, THRESHOLD, Polynomial

NUMBER: Final = 1
"""The number of the epoch that such holders have."""
_RECORD_KEYS: Final = 64


class LocalHolders:
    """A key that is dealt anew, and three holders that use it. `crossed` counts the bytes that would cross the wire.

    Nobody is suspected here: the holders make no proofs; that their sum is right is checked as it always is.
    """

    def __init__(self, *, lanes: int = 2) -> None:
        dealt = [Polynomial.random() for _ in PLACES]
        self._keys = threshold.public_keys([each.commitments() for each in dealt])
        self._shares = {place: sum(each.at(place) for each in dealt) % ORDER for place in PLACES}
        self._places = PLACES[:THRESHOLD]
        self._lanes = lanes
        self.crossed = 0

    def evaluate(
        self,
        inputs: Sequence[bytes],
        *,
        reason: Reason | None = None,
        epoch: Epoch | None = None,
    ) -> list[bytes]:
        """Give the output of each input, in their order; without *reason*, as for an index of records enough."""
        del epoch
        distinct = list(dict.fromkeys(inputs))
        why = reason or Reason.index(-(-len(distinct) // _RECORD_KEYS), Basis.EITHER)
        cut = list(parts(distinct, why)) if distinct else []
        known: dict[bytes, bytes] = {}
        with ThreadPoolExecutor(self._lanes, thread_name_prefix="holders") as lanes:
            for part, outputs in zip(cut, lanes.map(self._part, cut), strict=True):
                known.update(zip(part.inputs, outputs, strict=False))
                self.crossed += crossing(part.kind)
        return [known[each] for each in inputs]

    def _part(self, part: Part) -> list[bytes]:
        batch = part.batch()
        given = [
            VOPRF.evaluate(threshold.used(self._shares[place], place, self._places), batch.elements)
            for place in self._places
        ]
        return batch.outputs(given, self._keys.whole)


def crossing(kind: Kind) -> int:
    """Give how many bytes a batch of this kind takes, to three holders and back."""
    return THRESHOLD * (SIZE[kind] + ANSWER_SIZE[kind])
