"""Checks of what a node needs to trace: an epoch that goes on, and its tables. They look and change nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from handover.cli.findings import DAY, Checked, days_left, failure, ok, warning
from handover.domain.sentences import sentence

if TYPE_CHECKING:
    from handover.adapters.database import SQLDatabase

_NAME: Final = "tracing"
_MARKS: Final = (30, 14, 7)  # days: the next ceremony takes five authorities


def epochs(database: "SQLDatabase", holders: int, now: int) -> Iterator[Checked]:
    """Check that a tracing epoch is here, that this node has its tables, and that the next one is in sight.

    A node whose settings name no *holders* does not trace.
    """
    from handover.application.tracing_epochs import fits
    from handover.protocol import epoch as documents

    if not holders:
        return
    with database.reading() as work:
        kept = work.tracing_keys.epochs()
    present = next((each for each in kept if each.begins <= now < each.ends), None)
    fix = sentence("Run %(command)s.", command="handover tracing epoch fetch")
    if present is None:
        text = sentence("No tracing epoch is in force here: nothing is indexed, asked or answered.")
        yield warning(_NAME, text, fix)
        return
    if not fits(documents.read(present.document).claimed):
        text = sentence("The present tracing epoch compares names with other tables than this node has.")
        yield failure(_NAME, text, sentence("Update Handover to the version that the epoch names."))
        return
    if any(each.begins <= present.ends < each.ends for each in kept):
        yield ok(_NAME, sentence("The next tracing epoch is here."))
        return
    text = sentence("The present tracing epoch ends: %(when)s.")
    yield days_left(_NAME, text, (present.ends - now) // DAY, fix=fix, marks=_MARKS)
