"""Two files of descriptions against one another, on every processor there is: what `tracing match` and `fit` run.

A process that is forked sees what its parent has read; so only pieces of work and scores travel between them.
"""

import csv
import hashlib
import multiprocessing
import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar, cast

from handover.application import private_trial
from handover.domain.errors import MalformedError
from handover.matching import fitting, keys, linkage, person, rarity, scoring, view
from handover.matching.fitting import Example
from handover.matching.view import View

Give = TypeVar("Give")
Take = TypeVar("Take")
Found = tuple[int, int, float]  # places in the two files, and the score

_PIECE: Final = 250
_ADDRESS: Final = 16


@dataclass(frozen=True)
class Record:
    """A description of a file: its identifier there, what is compared of it, and its keys or what became of them."""

    id: str
    view: View
    keys: tuple[bytes, ...]


_tasks: list[Callable[[object], object]] = []  # what forked processes carry out: never pickled


def spread(task: Callable[[Give], Take], pieces: Sequence[Give]) -> list[Take]:
    """Return what *task* gives for each of *pieces*, in their order, worked on by all processors."""
    workers = min(os.cpu_count() or 1, len(pieces) // 2)
    if workers < 2 or "fork" not in multiprocessing.get_all_start_methods():
        return [task(piece) for piece in pieces]
    _tasks.append(cast(Callable[[object], object], task))
    try:
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            return cast(list[Take], pool.map(_carry_out, pieces, chunksize=1))
    finally:
        _tasks.pop()


def _carry_out(piece: object) -> object:
    return _tasks[-1](piece)


def pieces(count: int) -> list[range]:
    """Return the places of *count* records in pieces."""
    return [range(start, min(start + _PIECE, count)) for start in range(0, count, _PIECE)]


def lines_of(path: Path) -> list[bytes]:
    """Return the records of a file, as they were written."""
    return [line for line in path.read_bytes().splitlines() if line.strip()]


def read(lines: Sequence[bytes]) -> list[tuple[str, View]]:
    """Return identifier and view of each record.

    Raises:
        MalformedError: a line is no record; it says which, and nothing of what is in it.
    """
    found = []
    for line in lines:
        who = person.read(line)
        found.append((who.id, view.view(who)))
    return found


class Match:
    """All candidates between the two files, and their scores."""

    def __init__(self, asking: Path, holding: Path) -> None:
        """Read both files; what joins them is a pseudorandom function under a key of this run."""
        key = secrets.token_bytes(32)
        self.asking, self.holding = both(asking, holding, partial(_address, key))
        self.held = linkage.Held([record.view for record in self.holding])
        self._index = linkage.index_of(record.keys for record in self.holding)

    def scored(self, weights: scoring.Weights | None = None) -> Iterator[Found]:
        """Give each candidate with its score."""

        def piece(places: range) -> list[Found]:
            return [
                (place, record, score)
                for place in places
                for record, score in self.held.scored(self.asking[place].view, self._of(place), weights)
            ]

        for found in spread(piece, pieces(len(self.asking))):
            yield from found

    def examples(self, truth: set[tuple[str, str]]) -> list[Example]:
        """Return each candidate as an example; *truth* holds the pairs of one person, by their identifiers."""

        def piece(places: range) -> list[Example]:
            found = []
            for place in places:
                who = self.asking[place]
                for record, levels in self.held.compared(who.view, self._of(place)):
                    same = (who.id, self.holding[record].id) in truth
                    found.append(Example(levels, scoring.rare(levels, self.held.rarity), same))
            return found

        return [each for found in spread(piece, pieces(len(self.asking))) for each in found]

    def _of(self, place: int) -> list[int]:
        return linkage.candidates(self.asking[place].keys, self._index)


def both(asking: Path, holding: Path, address: Callable[[bytes], bytes]) -> tuple[list[Record], list[Record]]:
    """Return the records of both files, with the keys of those that ask and of those that are held, as addresses."""
    lines = lines_of(asking), lines_of(holding)
    size = keys.size_class(len(lines[1]))
    view.view(person.Person(given_name="Ali", birth_place="Homs"))  # the tables are read before the fork
    work = [(side, places) for side in (0, 1) for places in pieces(len(lines[side]))]

    def piece(part: tuple[int, range]) -> list[Record]:
        side, places = part
        make = keys.indexed if side else keys.asked
        return [
            Record(who, seen, tuple([address(key.text) for key in make(seen, size=size)]))
            for who, seen in read([lines[side][place] for place in places])
        ]

    found: tuple[list[Record], list[Record]] = ([], [])
    for (side, _), records in zip(work, spread(piece, work), strict=True):
        found[side].extend(records)
    return found


def _address(key: bytes, text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=_ADDRESS, key=key).digest()


class PrivateMatch:
    """The same, on the real way: outputs of three key-holders, one question for each sought record, sealed evidence."""

    def __init__(self, asking: Path, holding: Path) -> None:
        """Read both files, have every key evaluated once, and file the records under their addresses."""
        self.asking, self.holding = both(asking, holding, bytes)
        views = [record.view for record in self.holding]
        self._outputs = self._evaluated()
        filed = private_trial.filed([[self._outputs[key] for key in record.keys] for record in self.holding])
        self._asker = private_trial.Asker(now=int(time.time()))
        self._holding = private_trial.Holding(views, rarity.of(views), filed, self._asker.public)

    def _evaluated(self) -> dict[bytes, bytes]:
        holders = private_trial.KeyHolders.dealt()
        every = sorted(
            {key for side in (self.asking, self.holding) for record in side for key in record.keys}
        )
        size = private_trial.BATCH
        batches = [every[start : start + size] for start in range(0, len(every), size)]
        found = spread(holders.outputs, batches)
        return {
            key: output
            for batch, given in zip(batches, found, strict=True)
            for key, output in zip(batch, given, strict=True)
        }

    def scored(self, weights: scoring.Weights | None = None) -> Iterator[Found]:
        """Give each candidate with its score."""

        def piece(places: range) -> list[Found]:
            return [
                (place, record, score)
                for place in places
                for record, score in self._answered(self.asking[place], weights)
            ]

        for found in spread(piece, pieces(len(self.asking))):
            yield from found

    def _answered(self, asking: Record, weights: scoring.Weights | None) -> list[tuple[int, float]]:
        if not asking.keys:
            return []  # nothing is told by which it could be found
        outputs = [self._outputs[key] for key in asking.keys]
        return self._holding.answered(self._asker.question(asking.view, outputs), weights)

    def crossed(self) -> dict[str, int]:
        """Return how many bytes would cross the wire, and how many keys were evaluated."""
        asked = sum(bool(record.keys) for record in self.asking)
        bytes_of = {
            f"bytes, {kind}": size for kind, size in private_trial.wire(asked, len(self.holding)).items()
        }
        return {"keys evaluated": len(self._outputs), **bytes_of}


def match(
    asking: Path, holding: Path, output: Path, *, private: bool, weights: Path | None
) -> dict[str, object]:
    """Write the scores of all candidates to *output*; return what there is to say about the run."""
    used = None if weights is None else scoring.decoded(weights.read_bytes())
    run = PrivateMatch(asking, holding) if private else Match(asking, holding)
    rows = 0
    with output.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("id_a", "id_b", "score"))
        for place, record, score in run.scored(used):
            table.writerow((run.asking[place].id, run.holding[record].id, f"{score:.4f}"))
            rows += 1
    said: dict[str, object] = {"sought": len(run.asking), "held": len(run.holding), "candidates": rows}
    return {**said, **(run.crossed() if isinstance(run, PrivateMatch) else {})}


def fit(asking: Path, holding: Path, truth: Path, output: Path) -> dict[str, object]:
    """Write the weights fitted to the pairs of *truth* to *output*; return what there is to say about it."""
    pairs = _true_pairs(truth)
    examples = Match(asking, holding).examples(pairs)
    data = scoring.encoded(fitting.fitted(examples, scoring.shipped()))
    output.write_bytes(data)
    met = sum(example.same for example in examples)
    return {
        "candidates": len(examples),
        "true pairs met": f"{met} of {len(pairs)}",
        "weights": hashlib.sha256(data).hexdigest(),
    }


def _true_pairs(path: Path) -> set[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        try:
            return {(row["id_a"], row["id_b"]) for row in rows}
        except (KeyError, ValueError, csv.Error) as error:
            raise MalformedError("true pairs are a table with the columns id_a and id_b") from error
