"""Checks of how long ago this node and its peers have compared what they said, and of what differed."""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from handover.cli.findings import DAY, Checked, note, ok, warning
from handover.domain.sentences import Names, sentence

if TYPE_CHECKING:
    from handover.application.reconciled import Reconciled
    from handover.domain.ids import NodeId

LATE: Final = 3 * DAY
_NAMED: Final = 5  # peers that a line names
_DAYS: Final = sentence("Nothing was compared for days with: %(peers)s.")
_NEVER: Final = sentence("Nothing was ever compared with: %(peers)s.")


def peers(found: "Sequence[Reconciled]", members: "Collection[NodeId]", now: int) -> Iterator[Checked]:
    """Check that all that was said was compared lately with each peer, and is there at both sides."""
    from handover.application.reconciled import ReconciliationUnsupportedError

    name = "reconciliation"
    known = [each for each in found if each.peer in members]
    old = [each.peer for each in known if each.problem == ReconciliationUnsupportedError.name]
    able = [each for each in known if each.peer not in old]
    late = [each.peer for each in able if each.done_at and now - each.done_at > LATE]
    never = [each.peer for each in able if not each.done_at]
    differing = [each.peer for each in known if each.differences or each.cut]
    if differing:
        text = sentence("Messages that are at one side only, with: %(peers)s.", peers=_named(differing))
        fix = sentence(
            "Run %(command)s with each, and telephone its operator.", command="handover reconcile PEER"
        )
        yield warning(name, text, fix)
    fix = sentence(
        "Run %(command)s with each. See whether the worker runs, and whether the peer answers.",
        command="handover reconcile PEER",
    )
    for words, these in ((_DAYS, late), (_NEVER, never)):
        if these:
            yield warning(name, words.of(peers=_named(these)), fix)
    if old:
        text = sentence("Peers of an older version, which cannot compare: %(peers)s.", peers=_named(old))
        yield note(name, text, sentence("Ask their operators to bring them up to date."))
    if not (differing or late or never or old):
        text = sentence("Peers with which all that was said was compared: %(number)s.", number=len(known))
        yield ok(name, text)


def _named(peers: "Sequence[NodeId]") -> Names:
    more = (f"+{len(peers) - _NAMED}",) if len(peers) > _NAMED else ()
    return Names((*peers[:_NAMED], *more))
