"""Names and places that are kept in memory to be quick, and how they are let go of; the tables stay.

What was erased must not live on in a process that has once read it (docs/spec/retention.md).
"""

from collections.abc import Callable

from handover.matching import hearing, names, places, rarity


def forget() -> None:
    """Let go of every text of a person that was kept to be quick."""
    names.forget()
    places.forget()
    hearing.forget()
    rarity.forget()


def letting_go(work: Callable[[], object]) -> Callable[[], None]:
    """Give what carries out *work* and keeps nothing of it in memory, however it ends."""

    def tick() -> None:
        try:
            work()
        finally:
            forget()

    return tick
