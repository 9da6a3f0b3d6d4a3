"""The work list: what waits for this office, then what waits for others, by deadline."""

from starlette.responses import Response

from handover.application.permissions import Right
from handover.application.worklist import Row, Waits
from handover.pages import answering, followups, paths, tasks, words
from handover.pages.visit import Page, Visit

AT_ONCE = 200
_OURS = frozenset({Waits.SECOND_OFFICER, Waits.THIS_OFFICE})


def work(visit: Visit) -> Response:
    """Show every round in which somebody still has to do something."""
    after = paths.place(visit.asked.get("after", ""))
    rows = visit.node.worklist.unfinished(actor=visit.actor, after=after, limit=AT_ONCE + 1)
    more, rows = len(rows) > AT_ONCE, rows[:AT_ONCE]
    not_arrived = [] if any(after) else visit.node.worklist.not_arrived(actor=visit.actor)
    return visit.page(
        "work.html",
        ours=not_arrived + [row for row in rows if row.seen.waits_for in _OURS],
        others=[row for row in rows if row.seen.waits_for not in _OURS],
        late=late,
        tasks=tasks,
        demands=answering.waiting(visit),
        requests=answering.requests(visit),
        due=visit.node.after.follow_ups.due(actor=visit.actor),
        follow=followups.WORDS,
        near=visit.node.retention.near() if visit.may("retain") else 0,
        words=words,
        more=f"{rows[-1].seen.handover.deadline}-{rows[-1].seen.handover.id}" if more else None,
    )


def ended(visit: Visit) -> Response:
    """Show all rounds, the newest first to be read at the end of the list."""
    rows = visit.node.worklist.page(actor=visit.actor, after=visit.asked.get("after", ""), limit=AT_ONCE + 1)
    more, rows = len(rows) > AT_ONCE, rows[:AT_ONCE]
    return visit.page(
        "rounds.html", rows=rows, tasks=tasks, words=words, more=rows[-1].handover.id if more else None
    )


def late(row: Row, now: int) -> bool:
    """Tell whether the row is marked: its deadline has passed while it was open, or it has stood too long."""
    handover = row.seen.handover
    return row.seen.overdue or (handover.state in words.WITH_DEADLINE and handover.deadline < now)


PAGES = (
    Page(path="/work", get=work, right=Right.READ_CASE),
    Page(path="/rounds", get=ended, right=Right.READ_CASE),
)
