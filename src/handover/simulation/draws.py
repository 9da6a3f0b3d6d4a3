"""What nodes draw of themselves, from the seed: how long they wait, and the names of rounds and records.

Names decide in what order things are taken up: drawn at random, one seed would be many histories. Keys and nonces stay
random; nothing in these histories goes by their order.
"""

import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Final

from handover.application import sealing

_NAMES: Final = random.Random()


def begin(seed: int) -> None:
    """Let the names of a history be counted from the first, and all that is drawn follow from its *seed*."""
    vars(sealing)["_counter"] = itertools.count()
    go_on(f"{seed}")


def go_on(part: str) -> None:
    """Let all that is drawn from here on follow from *part*: a seed, and which step of its history it is."""
    random.seed(part)
    _NAMES.seed(f"{part}-names")


@contextmanager
def seeded() -> Iterator[None]:
    """Let names be drawn from the seed, in this block."""
    kept = {name: vars(sealing)[name] for name in ("secrets", "_counter")}
    vars(sealing)["secrets"] = SimpleNamespace(token_bytes=_NAMES.randbytes, randbits=_NAMES.getrandbits)
    try:
        yield
    finally:
        vars(sealing).update(kept)
