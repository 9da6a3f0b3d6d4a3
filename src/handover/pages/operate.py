"""The operator's pages: health with what to do, the queue to each peer, alarms, keys, the registry. No child's data."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from handover.application.backups import LATE
from handover.application.facts import Delivery
from handover.application.permissions import Right
from handover.domain.ids import UUID7, NodeId
from handover.pages import paths, words
from handover.pages.navigation import N_
from handover.pages.visit import Page, Visit

LEVELS: Final = (
    (N_("well"), "green"),
    (N_("note"), "blue"),
    (N_("will break"), "yellow"),
    (N_("broken"), "red"),
)
CHECKS: Final[Mapping[str, str]] = {
    "folder": N_("Data folder"),
    "disk": N_("Disk"),
    "clock": N_("Clock"),
    "database": N_("Database"),
    "schema": N_("Schema of the database"),
    "passphrase": N_("Passphrase"),
    "passphrase-file": N_("File of the passphrase"),
    "erasures": N_("Erasure"),
    "ledger": N_("Ledger of erasures"),
    "restore": N_("Database restored from a backup"),
    "backup": N_("Backups"),
    "settings": N_("Settings"),
    "registry": N_("Registry"),
    "registry-page": N_("Pages of the registry"),
    "entry": N_("Entry of this node"),
    "keys": N_("Keys"),
    "peers": N_("Peers"),
    "queue": N_("Queue"),
    "reconciliation": N_("Comparison with peers"),
    "rounds": N_("Handovers"),
    "alarms": N_("Alarms"),
    "tracing": N_("Family tracing"),
    "witnesses": N_("Witnesses of the log"),
    "mail": N_("Mails to officers"),
    "proxy": N_("Reverse proxy"),
}


def overview(visit: Visit) -> Response:
    """Show what is well, what will break, and what to do."""
    found = sorted(visit.health(), key=lambda each: -each.level)
    return visit.page(
        "operate.html",
        checks=found,
        levels=LEVELS,
        names=CHECKS,
        this=visit.node.authorities.own(actor=visit.actor),
        alarms=visit.node.watch.alarms(actor=visit.actor, seen=False),
        words=words,
    )


def alarms(visit: Visit) -> Response:
    """Show the alarms at which nobody has looked, and those at which somebody has."""
    return visit.page(
        "alarms.html",
        alarms=visit.node.watch.alarms(actor=visit.actor, seen=False),
        seen=visit.node.watch.alarms(actor=visit.actor, seen=True),
        officers={each.id: each.name for each in visit.node.officers.all()},
        words=words,
    )


def look_at(visit: Visit) -> Response:
    """Note that the operator has looked at an alarm."""
    visit.node.watch.look_at(paths.ident(UUID7, visit.form.value("alarm")), actor=visit.actor)
    return visit.go("/operate/alarms", said="looked-at")


def queue(visit: Visit) -> Response:
    """Show what waits for each peer, and what was refused for good."""
    actor = visit.actor
    return visit.page(
        "queue.html",
        depths=visit.node.watch.figures(actor=actor).depths,
        waiting=visit.node.watch.queue(actor=actor, delivery=Delivery.QUEUED),
        refused=visit.node.watch.queue(actor=actor, delivery=Delivery.REFUSED),
        peers={each.entry.node: each.known for each in visit.node.authorities.page(actor=actor, limit=1000)},
    )


def retry(visit: Visit) -> Response:
    """Make everything for one peer due now."""
    peer = paths.ident(NodeId, visit.form.value("peer"))
    visit.node.watch.retry(peer, actor=visit.actor)
    visit.node.worker.wake()
    return visit.go("/operate/queue", said="retried")


def refresh(visit: Visit) -> Response:
    """Fetch the registry now, from whoever has it."""
    visit.form.carry_out(visit.node.refresher.refresh)
    return visit.go("/operate", said="refreshed") if visit.form.valid else overview(visit)


def backups(visit: Visit) -> Response:
    """Show how old the last good backup is, and what to do."""
    return _backups(visit)


def _backups(visit: Visit, *, status: int = 200) -> Response:
    known = visit.node.backups.look(actor=visit.actor)
    old = known.age is None or known.age > LATE
    beside = [] if old else [each for each in visit.health() if each.name == "backup" and each.level > 1]
    return visit.page("backups.html", status=status, known=known, old=old, beside=beside)


def back_up(visit: Visit) -> Response:
    """Make a backup now."""
    visit.form.carry_out(lambda: visit.node.backups.make(actor=visit.actor))
    if not visit.form.valid:
        return _backups(visit, status=422)
    return visit.go("/operate/backups", said="backed-up")


PAGES = (
    Page(path="/operate/backups", get=backups, post=back_up, right=Right.OPERATE),
    Page(path="/operate", get=overview, right=Right.OPERATE),
    Page(path="/operate/alarms", get=alarms, post=look_at, right=Right.OPERATE),
    Page(path="/operate/queue", get=queue, post=retry, right=Right.OPERATE),
    Page(path="/operate/registry", post=refresh, right=Right.OPERATE),
)
