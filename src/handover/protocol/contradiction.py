"""The file that shows that a log contradicts itself: two checkpoints that it signed (docs/spec/witness.md, section 4).

Whether their signatures hold, and whose log it is, is judged elsewhere (`application.verifier_contradiction`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from handover.domain.errors import MalformedError
from handover.protocol import merkle
from handover.protocol.checkpoint import SignedCheckpoint
from handover.protocol.envelope import FUTURE
from handover.protocol.evidence import LINE_LIMIT, Word
from handover.protocol.evidence_lines import Consistency

FIRST_LINE: Final = b"handover-contradiction/1"
LIMIT: Final = 16 * 1024 * 1024  # bytes
LINES_LIMIT: Final = 20_000
_ORDER: Final = (Word.ROOT, Word.TIMESTAMP, Word.PAGE, Word.NODE, Word.CHECKPOINT, Word.CONSISTENCY)
_WORDS: Final = {word.value.encode(): word for word in _ORDER}
Lines = Mapping[Word, Sequence[bytes]]


class Kind(StrEnum):
    """What two checkpoints of one log show of it."""

    TWO_TREES = "two-trees"
    """Two trees of one size."""
    NOT_GROWN = "not-grown"
    """The larger tree does not begin with the smaller."""
    ROLLED_BACK = "rolled-back"
    """The one with fewer entries was signed later."""


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """A file taken apart; nothing in it is verified yet."""

    lines: Mapping[Word, tuple[bytes, ...]]

    def line(self, word: Word, place: int) -> int:
        """Give the number of the line, counted from 1, of the part at *place* among those of *word*."""
        return 2 + sum(len(self.lines[each]) for each in _ORDER[: _ORDER.index(word)]) + place


def write(lines: Lines) -> bytes:
    """Give the file.

    Raises:
        MalformedError: it would be none that `read` takes.
    """
    written = [b"%s %s" % (word.encode(), text) for word in _ORDER for text in lines.get(word, ())]
    data = b"\n".join([FIRST_LINE, *written, b""])
    read(data)
    return data


def is_one(data: bytes) -> bool:
    """Tell whether *data* claims to be such a file."""
    return data.startswith(FIRST_LINE + b"\n")


def read(data: bytes) -> Contradiction:
    """Give the parts of a file.

    Raises:
        MalformedError: it has not the one form.
    """
    if len(data) > LIMIT:
        raise MalformedError("longer than %(limit)s bytes", limit=LIMIT)
    if not is_one(data) or not data.endswith(b"\n"):
        raise MalformedError("not a file on the contradiction of a log")
    if data.count(b"\n") > LINES_LIMIT:
        raise MalformedError("more than %(most)s lines", most=LINES_LIMIT)
    found = list(_parts(data))
    if len(set(found)) != len(found) or sorted(found, key=lambda each: _ORDER.index(each[0])) != found:
        raise MalformedError("lines in another order, or twice")
    lines = {word: tuple(text for each, text in found if each is word) for word in Word}
    if len(lines[Word.CHECKPOINT]) != 2 or len(lines[Word.CONSISTENCY]) > 1:
        raise MalformedError("not two checkpoints, with one proof at most")
    return Contradiction(lines=lines)


def _parts(data: bytes) -> Iterator[tuple[Word, bytes]]:
    for line in data.split(b"\n")[1:-1]:
        name, _, text = line.partition(b" ")
        word = _WORDS.get(name)
        if word is None:
            raise MalformedError("a line of an unknown kind")
        if not 0 < len(text) <= LINE_LIMIT[word]:
            raise MalformedError("a part of the kind %(word)s is empty, too long or not one line", word=word)
        yield word, text


def judge(first: SignedCheckpoint, second: SignedCheckpoint, proof: Consistency | None = None) -> Kind | None:
    """Give why one log cannot honestly have signed both, if that is shown; *proof* leads from the first to the second.

    Raises:
        ConsistencyError: the proof does not lead from so many entries to the second tree.
    """
    old, new = first.checkpoint, second.checkpoint
    if new.size == old.size:
        return None if new.root == old.root else Kind.TWO_TREES
    if new.size < old.size:
        return Kind.ROLLED_BACK if second.time > first.time + FUTURE else None
    if proof is None:
        return None
    if proof.size != old.size:
        raise merkle.ConsistencyError
    earlier = merkle.earlier_root(old_size=old.size, size=new.size, root=new.root, path=proof.path)
    return None if earlier == old.root else Kind.NOT_GROWN
