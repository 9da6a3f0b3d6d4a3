"""What a hit says sealed: no field of anybody, and the opening of an address against an index that its node has stated.

An index of guesses, made up when a question has come, cannot be opened against an earlier root. When the root was made
the statement says; that it was logged then is what an audit compares (docs/spec/tracing-questions.md).
"""

from dataclasses import dataclass
from typing import Final

from handover.domain.errors import MalformedError
from handover.domain.ids import Digest, NodeId
from handover.protocol import committed_index, strict
from handover.protocol.committed_index import Opening, OpeningError, Statement
from handover.protocol.question_header import ADDRESS_BYTES
from handover.protocol.strict import Json

BANDS: Final = ("strong", "likely", "possible")
LONGEST_CONTACT: Final = 200  # characters
PAIR_BYTES: Final = 16


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One match, told. `pair` is the same for the same two records, and tells nothing of either."""

    band: str
    contact: str
    pair: bytes
    question: Digest
    statement: Statement
    opening: Opening

    def to_json(self) -> dict[str, Json]:
        """Give the body."""
        opening = self.opening
        return {
            "band": self.band,
            "contact": self.contact,
            "pair": strict.b64(self.pair),
            "question": self.question,
            "statement": strict.loads(self.statement.encode()),
            "opening": {
                "address": strict.b64(opening.address),
                "binding": strict.b64(opening.binding),
                "place": opening.place,
                "path": [strict.b64(each) for each in opening.path],
            },
        }

    @classmethod
    def from_json(cls, body: Json) -> "Hit":
        """Give the hit that a body holds; nothing is proved by that.

        Raises:
            MalformedError: it holds none.
        """
        band, contact, pair, question, statement, opening = strict.members(
            body, "band", "contact", "pair", "question", "statement", "opening"
        )
        found = cls(
            band=strict.text(band),
            contact=strict.text(contact, LONGEST_CONTACT),
            pair=strict.unb64(strict.text(pair), length=PAIR_BYTES),
            question=Digest(strict.text(question)),
            statement=Statement.decode(strict.dumps(statement)),
            opening=_opening(opening),
        )
        if found.band not in BANDS or not found.contact.strip():
            raise MalformedError("a hit has a band and a contact")
        return found

    def require_shown(self, node: NodeId) -> None:
        """Do nothing if the record was in an index of *node* that the statement commits it to.

        Raises:
            OpeningError: it is not shown to have been.
        """
        if self.statement.node != node:
            raise OpeningError
        committed_index.verify(self.opening, self.statement)


def check(body: Json) -> None:
    """Do nothing if the body is that of a hit; raises MalformedError."""
    Hit.from_json(body)


def _opening(value: Json) -> Opening:
    address, binding, place, path = strict.members(value, "address", "binding", "place", "path")
    return Opening(
        address=strict.unb64(strict.text(address), length=ADDRESS_BYTES),
        binding=strict.unb64(strict.text(binding), length=committed_index.BINDING_BYTES),
        place=strict.integer(place, 0, (1 << committed_index.LARGEST) - 1),
        path=tuple(
            [
                strict.unb64(strict.text(each), length=committed_index.HASH_BYTES)
                for each in strict.array(path, committed_index.LARGEST)
            ]
        ),
    )
