"""The real way of a question between two nodes, in one process: for `tracing match --private` and for measures.

Every key is blinded, evaluated with three shares, added up and checked; every question has its constant size and is
sealed, signed, verified and opened. Only the wire is missing, and the proofs that count when a sum is wrong.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from handover.domain.ids import Digest, NodeId
from handover.matching import evidence, keys, scoring, view
from handover.matching.levels import Levels
from handover.matching.rarity import Rarity
from handover.matching.view import View
from handover.protocol import evaluation, question, threshold
from handover.protocol.evaluation import Kind
from handover.protocol.jws import Ed25519Signer
from handover.protocol.oprf import VOPRF
from handover.protocol.question_header import Header, Row, name_of, row
from handover.protocol.ristretto import ORDER
from handover.protocol.threshold import PLACES, THRESHOLD, Batch, Polynomial, PublicKeys

EPOCH: Final = 1
HOLDER: Final = NodeId("xx/holding")
BATCH: Final = evaluation.KEYS[Kind.INDEX]
_ASKED: Final = PLACES[::2]  # three of the five
_TERM: Final = 30 * 86400

Filed = Mapping[bytes, tuple[bytes, Sequence[int]]]
"""By address: what a key is wrapped under there, and which records stand there."""


@dataclass(frozen=True, repr=False)
class KeyHolders:
    """Five holders of one key, dealt among themselves; three of them are asked."""

    shares: tuple[int, ...]
    public: PublicKeys

    @classmethod
    def dealt(cls) -> "KeyHolders":
        """Give five holders with a fresh key that none of them has."""
        dealers = [Polynomial.random() for _ in PLACES]
        public = threshold.public_keys([dealer.commitments() for dealer in dealers])
        return cls(tuple(sum(dealer.at(place) for dealer in dealers) for place in PLACES), public)

    def outputs(self, inputs: Sequence[bytes]) -> list[bytes]:
        """Give the output of each of at most 256 different keys: blinded, evaluated by three, added up, checked."""
        batch = Batch.of(inputs)
        given = [
            VOPRF.evaluate(
                self.shares[place - 1] * threshold.coefficient(place, _ASKED) % ORDER, batch.elements
            )
            for place in _ASKED
        ]
        return batch.outputs(given, self.public.whole)


class Asker:
    """Makes questions from outputs of keys."""

    def __init__(self, *, now: int) -> None:
        """Make a signing key for this run."""
        self._signer = Ed25519Signer(secrets.token_bytes(32))
        self.public = self._signer.public
        self._now = now

    def question(self, seen: View, outputs: Sequence[bytes]) -> bytes:
        """Give the question about *seen*, sealed for whoever has an equal key."""
        header = Header(
            id=secrets.token_bytes(16),
            epoch=EPOCH,
            tables=view.TABLES,
            asker=Digest(self._signer.kid),
            holder=name_of(HOLDER),
            issued=self._now,
            expires=self._now + _TERM,
        )
        tag = secrets.token_bytes(evidence.TAG_SIZE)
        return question.seal(
            outputs,
            lambda salt: evidence.pack(seen, salt=salt, tag=tag),
            header=header,
            holder=HOLDER,
            signer=self._signer,
        )


class Holding:
    """Answers questions from an index of addresses, and records that it alone can read."""

    def __init__(self, views: Sequence[View], rarity: Rarity, filed: Filed, public: bytes) -> None:
        """Take the records, what is known of their rarity, the index, and the asker's public key."""
        self._views = views
        self._rarity = rarity
        self._filed = filed
        self._public = public

    def answered(self, data: bytes, weights: scoring.Weights | None = None) -> list[tuple[int, float]]:
        """Give each record that opens the question, in their order, with its score."""
        asked = question.read(data).verify(self._public)
        opened = question.opened(asked, self._wrap)
        if opened is None:
            return []
        records = sorted({record for address in opened.addresses for record in self._filed[address][1]})
        found: list[Levels] = [
            evidence.compare(opened.evidence, opened.salt, self._views[record]) for record in records
        ]
        scores = scoring.among([scoring.score(each, self._rarity, weights) for each in found])
        return list(zip(records, scores, strict=True))

    def _wrap(self, address: bytes) -> bytes | None:
        filed = self._filed.get(address)
        return None if filed is None else filed[0]


def filed(outputs: Sequence[Sequence[bytes]]) -> dict[bytes, tuple[bytes, list[int]]]:
    """Give the index of records whose keys have these *outputs*."""
    found: dict[bytes, tuple[bytes, list[int]]] = {}
    for record, own in enumerate(outputs):
        for each in own:
            made: Row = row(each, holder=HOLDER, epoch=EPOCH)
            found.setdefault(made.address, (made.wrap, []))[1].append(record)
    return found


def wire(questions: int, records: int) -> dict[str, int]:
    """Give the bytes that cross the wire for so many questions to one node that has so many records, by their kind."""
    each = THRESHOLD * (evaluation.SIZE[Kind.QUESTION] + evaluation.ANSWER_SIZE[Kind.QUESTION])
    once = THRESHOLD * (evaluation.SIZE[Kind.INDEX] + evaluation.ANSWER_SIZE[Kind.INDEX])
    batches = -(-records * keys.MOST_INDEXED // BATCH)
    return {
        "a question": question.SIZE,
        "its evaluations": each,
        "all questions": questions * question.SIZE,
        "all evaluations of questions": questions * each,
        "all evaluations of the index": batches * once,
    }
