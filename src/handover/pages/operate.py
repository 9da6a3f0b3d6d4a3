"""The operator's pages: health with what to do, the queue to each peer, alarms, keys, the registry. No child's data."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from handover.application.facts import Delivery
from handover.application.permissions import Right
from handover.domain.ids import NodeId
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
    "backup": N_("Backups"),
    "settings": N_("Settings"),
    "registry": N_("Registry"),
    "registry-page": N_("Pages of the registry"),
    "entry": N_("Entry of this node"),
    "keys": N_("Keys"),
    "peers": N_("Peers"),
    "queue": N_("Queue"),
    "rounds": N_("Handovers"),
    "alarms": N_("Alarms"),
    "mail": N_("Mails to officers"),
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
        alarms=visit.node.watch.alarms(actor=visit.actor),
        words=words,
    )


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


PAGES = (
    Page(path="/operate", get=overview, right=Right.OPERATE),
    Page(path="/operate/queue", get=queue, post=retry, right=Right.OPERATE),
    Page(path="/operate/registry", post=refresh, right=Right.OPERATE),
)
