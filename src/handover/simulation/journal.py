"""The journal of a long campaign: which seeds were played and what was found, so that it goes on where it was cut off.

Lines of JSON: the first names the program by the digest of its source, each other one tells of some seeds.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

import handover
from handover.simulation.campaign import Campaign
from handover.simulation.history import Told

_SOURCE: Final = Path(handover.__file__).parent


class JournalError(Exception):
    """With this file the campaign cannot go on."""


class OtherSourceError(JournalError):
    """The journal was begun with another source of the program."""

    def __init__(self) -> None:
        super().__init__(
            "The journal was begun with another source of the program, whose histories are others. Name a new file, "
            "or go on with that source."
        )


class NoJournalError(JournalError):
    """The file is no journal of a campaign."""

    def __init__(self) -> None:
        super().__init__("The file is no journal of a campaign. Name a new one.")


@dataclass
class Journal:
    """A file, and what stands in it."""

    path: Path
    seeds: set[int] = field(default_factory=set)
    campaign: Campaign = field(default_factory=Campaign)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read what there is, or begin; a line that was cut off does not count.

        Raises:
            OtherSourceError: it was begun with another source.
            NoJournalError: it is none.
        """
        made = cls(path)
        if not path.exists():
            made._append({"source": source()})
        data = path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        try:
            head, *lines = [json.loads(line) for line in whole.splitlines()]
            if head["source"] != source():
                raise OtherSourceError
            for line in lines:
                made._take(line)
        except (ValueError, KeyError, TypeError) as error:
            raise NoJournalError from error
        if whole != data:
            path.write_bytes(whole)
        return made

    def left(self, seeds: Iterable[int]) -> list[int]:
        """Give those of *seeds* that were not played yet."""
        return [seed for seed in seeds if seed not in self.seeds]

    def note(self, seeds: Sequence[int], found: Campaign) -> None:
        """Write what was found in *seeds*."""
        failed = [[each.seed, each.violation] for each in found.failed]
        line = {"seeds": list(seeds), "failed": failed, "seen": dict(found.seen), "cpu": found.cpu}
        self._append(line)
        self._take(line)

    def _take(self, line: dict[str, object]) -> None:
        seeds, failed, seen, cpu = (line[name] for name in ("seeds", "failed", "seen", "cpu"))
        if not (isinstance(seeds, list) and isinstance(failed, list) and isinstance(seen, dict)):
            raise NoJournalError
        self.seeds.update(seeds)
        told = [Told(seed=seed, violation=violation) for seed, violation in failed]
        self.campaign.add(
            Campaign(histories=len(seeds), seen=Counter(seen), failed=told, cpu=float(str(cpu)))
        )

    def _append(self, line: dict[str, object]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, separators=(",", ":")) + "\n")


def source() -> str:
    """Give the digest of the program's source, by which the same seed is the same history."""
    digest = hashlib.sha256()
    for path in sorted(_SOURCE.rglob("*.py")):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(_SOURCE)} {len(data)}\n".encode() + data)
    return digest.hexdigest()
