"""Runs a command of `handover` in a process that ends itself with SIGKILL at an exact point, or whose clock is wrong.

    python crash.py POINT NUMBER serve --data FOLDER

POINT is one of POINTS, NUMBER counts from 1 how often it is passed; or POINT is `clock` and NUMBER the seconds by
which the node's clock is wrong. Nothing of the node itself knows of this.
"""

import itertools
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

POINTS: Final = ("before-commit", "after-commit", "before-send", "after-send")


def _dies_at(number: int) -> Callable[[], None]:
    passed = itertools.count(1)

    def pass_() -> None:
        if next(passed) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return pass_


def arm(point: str, number: int) -> None:
    """Let this process end at the *number*-th time that it passes *point*."""
    from handover.adapters.engines import reads
    from handover.adapters.logbook import Logbook
    from handover.adapters.peers import HTTPPeers

    die = _dies_at(number)
    if point == "before-commit":

        def before(connection: Connection) -> None:
            if not reads(connection):
                die()

        event.listen(Engine, "commit", before)
    elif point == "after-commit":
        _wrap(Logbook, "committed", before=die)
    else:
        _wrap(HTTPPeers, "post", **{"before" if point == "before-send" else "after": die})


def _wrap(
    of: type,
    name: str,
    *,
    before: Callable[[], None] = lambda: None,
    after: Callable[[], None] = lambda: None,
) -> None:
    inner = getattr(of, name)

    def wrapped(*args: Any, **options: Any) -> Any:
        before()
        try:
            return inner(*args, **options)
        finally:
            after()

    setattr(of, name, wrapped)


def set_clock(seconds: int) -> None:
    """Let the node's clock be wrong by so many seconds."""
    from handover import node

    node.open_node = partial(node.open_node, clock=lambda: int(time.time()) + seconds)


def main() -> int:
    point, number = sys.argv[1], int(sys.argv[2])
    if point == "clock":
        set_clock(number)
    else:
        arm(point, number)
    from handover.cli import main as run

    return run(sys.argv[3:])


if __name__ == "__main__":
    sys.exit(main())
