"""What one question costs: evaluations at the asker, look-ups and answering at a node with a million records."""

import math
import secrets
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from nacl.signing import SigningKey

from bench.linkage.register import EPOCH, Register
from handover.application import comparing
from handover.application.local_holders import crossing
from handover.domain.ids import NodeId
from handover.matching import evidence, rarity, scoring
from handover.matching.rarity import Rarity
from handover.matching.view import View
from handover.protocol import question, strict, threshold
from handover.protocol.evaluation import Kind
from handover.protocol.oprf import VOPRF
from handover.protocol.question_header import Header, name_of
from handover.protocol.ristretto import ORDER
from handover.protocol.threshold import PLACES, THRESHOLD, Batch, Polynomial

KEYS: Final = 48
OURS: Final = 5_000  # rows whose keys are known, spread among the others
_HOLDER: Final = NodeId("gr/athens")


def evaluating(rounds: int = 15) -> dict[str, float]:
    """Give the CPU of the asker for one question, in milliseconds, and the bytes to three holders and back."""
    dealt = [Polynomial.random() for _ in PLACES]
    whole = threshold.public_keys([each.commitments() for each in dealt]).whole
    shares = [sum(each.at(place) for each in dealt) % ORDER for place in PLACES]
    asked, spent = PLACES[:THRESHOLD], []
    for _ in range(rounds):
        inputs = [secrets.token_bytes(40) for _ in range(KEYS)]
        began = time.process_time()
        batch = Batch.of(inputs)
        blinding = time.process_time() - began
        given = [
            VOPRF.evaluate(threshold.used(shares[place - 1], place, asked), batch.elements) for place in asked
        ]
        began = time.process_time()
        batch.outputs(given, whole)
        spent.append((blinding + time.process_time() - began) * 1000)
    return {"asker CPU ms": statistics.median(spent), "bytes": float(crossing(Kind.QUESTION))}


class Asker:
    """Signs as a node does; counts nothing."""

    def __init__(self) -> None:
        self._key = SigningKey.generate()
        self.public = bytes(self._key.verify_key)
        self.kid = strict.digest(self.public)

    def sign(self, data: bytes) -> bytes:
        """Sign *data*."""
        return self._key.sign(data).signature


def answering(folder: Path, records: int, views: Sequence[View], rounds: int = 1000) -> dict[str, float]:
    """Give the median milliseconds that a node with so many records takes for one question, and what it holds.

    Every second question shares a key with a record, is opened and scored; the others share none.
    """
    outputs = [secrets.token_bytes(64) for _ in range(OURS)]
    began = time.perf_counter()
    register = Register(folder, _HOLDER, outputs, records)
    built = time.perf_counter() - began
    asker, spent, busy, looked, hits = Asker(), [], [], [], 0
    own = Rarity(size=records, counts=rarity.of(views).counts)
    for number in range(rounds):
        known = outputs[number % OURS :][:1] if number % 2 else []
        data = _question(asker, known, views[number % len(views)])
        began, worked = time.perf_counter(), time.process_time()
        hits += _answered(data, asker, register, views[number % len(views)], own)
        spent.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        addresses = [each for each, _ in question.read(data).claimed.rows]
        began = time.perf_counter()
        with register.database.reading() as work:
            work.tracing.index.find(EPOCH, addresses)
        looked.append((time.perf_counter() - began) * 1000)
    register.close()
    return {
        "p50 ms": statistics.median(spent), "p99 ms": sorted(spent)[int(len(spent) * 0.99)],
        "CPU p50 ms": statistics.median(busy), "look-ups p50 ms": statistics.median(looked),
        "rows": float(register.rows), "bytes on disk": float(register.path.stat().st_size), "built in s": built,
        "opened": float(hits),
    }  # fmt: skip


def _question(asker: Asker, known: Sequence[bytes], view: View) -> bytes:
    now = int(time.time())
    header = Header(
        id=secrets.token_bytes(16), epoch=1, tables=bytes(32), asker=asker.kid,
        holder=name_of(_HOLDER), issued=now, expires=now + 30 * 86400,
    )  # fmt: skip
    outputs = [*known, *(secrets.token_bytes(64) for _ in range(KEYS - len(known)))]
    return question.seal(
        outputs,
        lambda salt: evidence.pack(view, salt=salt, tag=bytes(8)),
        header=header,
        holder=_HOLDER,
        signer=asker,
    )


def _answered(data: bytes, asker: Asker, register: Register, view: View, own: Rarity) -> int:
    """Do what the matcher of a node does with one question, up to the score of each record that it met."""
    asked = question.read(data).verify(asker.public)
    with register.database.reading() as work:
        entries = work.tracing.index.find(EPOCH, [address for address, _ in asked.rows])
    opened = question.opened(asked, lambda address: comparing.wrap(entries, address))
    if opened is None:
        return 0
    scoring.score(evidence.compare(opened.evidence, opened.salt, view), own)
    return 1


def kolmogorov_smirnov(left: Sequence[float], right: Sequence[float]) -> float:
    """Give the p of the two-sample test: how likely so large a distance is if both come from one distribution."""
    ordered = sorted([(each, 0) for each in left] + [(each, 1) for each in right])
    counts, distance, sizes = [0, 0], 0.0, (len(left), len(right))
    for at, (value, side) in enumerate(ordered):
        counts[side] += 1
        if at + 1 == len(ordered) or ordered[at + 1][0] != value:
            distance = max(distance, abs(counts[0] / sizes[0] - counts[1] / sizes[1]))
    root = math.sqrt(sizes[0] * sizes[1] / (sizes[0] + sizes[1]))
    at_ = (root + 0.12 + 0.11 / root) * distance
    if at_ < 0.2:
        return 1.0
    return min(
        1.0,
        max(0.0, 2 * sum(math.copysign(math.exp(-2 * (k * at_) ** 2), k % 2 - 0.5) for k in range(1, 101))),
    )
