"""The check that other nodes vouch for this node's log. It looks and changes nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from handover.cli.findings import Checked, note, ok, warning
from handover.domain.sentences import Names, Span, sentence

if TYPE_CHECKING:
    from handover.adapters.database import SQLDatabase

LATE = 3600  # seconds


def witnesses(database: "SQLDatabase", possible: int, wanted: int, now: int) -> Iterator[Checked]:
    """Check who has cosigned the newest checkpoint, of the *wanted* that there are among the *possible*."""
    with database.reading() as work:
        head = work.log.head()
        newest = work.cosigned.newest(head.origin)
    name, every = "witnesses", min(possible, wanted)
    fix = sentence("See whether the worker runs, and whether the nodes of other countries answer.")
    if not wanted:
        yield note(name, sentence("This node asks nobody to witness its log."))
    elif not possible:
        yield ok(name, sentence("The registry names no node of another country that could witness this log."))
    elif newest is None:
        yield note(name, sentence("No other node has cosigned this node's log yet."), fix)
    elif newest.size < head.size and now - newest.cosigned_at > LATE:
        span = Span(now - newest.cosigned_at)
        text = sentence("This node's log has grown, and no witness has cosigned it for: %(span)s.", span=span)
        yield warning(name, text, fix)
    elif len(newest.witnesses) < every:
        text = sentence(
            "Witnesses of this node's log: %(number)s of %(every)s.",
            number=len(newest.witnesses),
            every=every,
        )
        yield note(name, text, fix)
    else:
        yield ok(name, sentence("This node's log is witnessed by: %(names)s.", names=Names(newest.witnesses)))
