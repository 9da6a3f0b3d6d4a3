"""A node is put back from a backup in mid-history: the real backup, the real restore, the real questions after it.

What happens here is drawn from a source of its own, so that the histories without a restore do not know of it. One
node at a time is in doubt: what two have forgotten together nobody can give back.
"""

import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from handover.adapters import backup, restoring
from handover.domain.errors import HandoverError
from handover.domain.handover import Claim
from handover.domain.ids import NodeId
from handover.simulation.ending import check_destroyed, erased_offers
from handover.simulation.invariants import View
from handover.simulation.place import Place
from handover.simulation.standing import Standing

_SHARE: Final = 0.2  # of all histories


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One restore: before which steps a node is saved (negative: while the child goes around) and put back."""

    node: int
    saved: int
    back: int
    cut: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The restores of one history; with `ring` the child has been handed around before. Nodes by their place in it."""

    ring: bool
    turns: tuple[Turn, ...]

    @classmethod
    def draw(cls, seed: int, *, steps: int) -> Self | None:
        """Give what the history of *seed* has of it; mostly nothing."""
        rng = random.Random(f"{seed}-restore")
        if rng.random() >= _SHARE:
            return None
        ring = rng.random() < 0.5
        return cls(ring=ring, turns=tuple(cls._turns(rng, steps, ring=ring)))

    @staticmethod
    def _turns(rng: random.Random, steps: int, *, ring: bool) -> Iterator[Turn]:
        for _ in range(rng.choice((1, 1, 2, 3))):
            back = rng.randrange(0 if ring else 10, steps)
            saved = max(0, back - rng.randrange(1, rng.choice((5, 25, 150))))
            around = -rng.randrange(1, 8) if ring and rng.random() < 0.6 else saved
            yield Turn(node=rng.randrange(7), saved=around, back=back, cut=rng.random() < 0.2)


@dataclass(frozen=True, kw_only=True)
class _Data:
    """Where the backup finds the database, as settings say it."""

    url: str
    data: Path
    backup_folder: None = None


@dataclass(kw_only=True)
class Restores:
    """What has been saved, and who is in doubt. `beside` are the nodes with which nobody in this history deals."""

    plan: Plan
    places: Mapping[NodeId, Place]
    beside: Sequence[Place]
    view: View
    standing: Standing | None
    count: Callable[[str], None]
    _saved: dict[Turn, Path] = field(default_factory=dict)

    def step(self, number: int) -> Iterator[tuple[Place, str]]:
        """Save and put back what is due before a step; give who, and a word for it."""
        for turn in self.plan.turns:
            place = self._place(turn)
            if turn.saved == number:
                yield place, self._save(turn, place)
            elif turn.back <= number and turn in self._saved and self._calm(place):
                yield place, self._put_back(turn, place)

    def go_on(self, place: Place) -> int:
        """Let a restored node ask its peers, and count what comes of it; give how many it has asked."""
        id_, view = place.site.id, self.view
        claims, rounds = dict(view.claims[id_]), {line.round for line in view.lines[id_]}
        doubtful = place.doubtful
        asked = place.node.resync.tick()
        view.look(self.places)
        self._note("round come back by resync", {each.round for each in view.lines[id_]} - rounds)
        self._note("doubt lifted", doubtful - place.doubtful)
        self._note("resynced", () if place.in_doubt else (id_,))
        now = view.claims[id_].items()
        moved = [claim for matter, claim in now if claims.get(matter, Claim.NONE) is not claim]
        self._note("chain head gave the case back", [each for each in moved if each is Claim.HOLDER])
        self._note("chain head took the case away", [each for each in moved if each is Claim.NONE])
        return asked

    def asks(self, place: Place) -> str:
        """Let it ask under whatever goes wrong; give a word for what came of it."""
        try:
            return f"asks {self.go_on(place)}"
        except HandoverError as error:
            return f"resync {error.name}"

    def hear(self, rng: random.Random | None = None) -> None:
        """Let those beside hear of the registry: all of them, or some."""
        for place in self.beside:
            if self.standing is not None and (rng is None or rng.random() < 0.3):
                self.standing.hear(place)

    def _note(self, what: str, found: Collection[object]) -> None:
        for _ in found:
            self.count(what)

    def _place(self, turn: Turn) -> Place:
        return list(self.places.values())[turn.node % len(self.places)]

    def _calm(self, place: Place) -> bool:
        """Tell whether every other node can be asked: none is in doubt itself, or suspended, as this one knows."""
        others = {each for each in self.places if each != place.site.id}
        if others & self.view.restoring:
            return False
        if self.standing is None:
            return True
        barred = place.site.registry.barred
        return not any(self.standing.federation.suspended(each) for each in self.places) and not any(
            barred(each, place.now()) for each in others
        )

    def _save(self, turn: Turn, place: Place) -> str:
        home = place.site.vault.path.parent
        path = home / f"{self.plan.turns.index(turn)}.handover-backup"
        url = f"sqlite:///{place.path}"
        backup.make(path, url=url, vault=place.site.vault, data=home, now=place.now())
        self._saved[turn] = path
        return "saved"

    def _put_back(self, turn: Turn, place: Place) -> str:
        """Stop the process, put the database back as the command does, and start."""
        path, vault = self._saved.pop(turn), place.site.vault
        if not place.up:
            place.start()
        erased = erased_offers(place)
        place.stop()
        place.site.engine.dispose()
        if turn.cut:
            vault.raise_incarnation()  # it was cut off after that, and is called again
        where = _Data(url=f"sqlite:///{place.path}", data=vault.path.parent)
        done = restoring.restore(path, place=where, vault=vault, clock=place.now, forget_newer=True)
        if done.old is not None:
            done.old.unlink()
        self._note("erased again", range(done.erased))
        self._note("ended again", range(done.ended))
        again = place.site.id in self.view.restoring
        self.view.put_back(place.site.id, erased)
        place.changed = True
        place.start()
        check_destroyed(place)
        return "restored in doubt" if again else "restored"
