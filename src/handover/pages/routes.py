"""Every page of a node, in one table; the test of roles and addresses goes through it."""

from collections.abc import Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from handover.pages import (
    account,
    answering,
    askings,
    audit,
    authorities,
    candidates,
    consents,
    contacts,
    corrections,
    decisions,
    evidence_page,
    first,
    followups,
    handovers,
    matters,
    notices,
    offers,
    operate,
    overrides,
    papers,
    petitions,
    reasons,
    received,
    records,
    referrals,
    request,
    resolving,
    retention,
    sign_in,
    staff,
    static,
    statistics,
    traced,
    work,
)
from handover.pages.parts import Check, Node
from handover.pages.shell import Shell
from handover.pages.visit import PREFIX, Page
from handover.web.guard import PlainRoute

PAGES: Final[tuple[Page, ...]] = (
    *first.PAGES,
    *sign_in.PAGES,
    *account.PAGES,
    *work.PAGES,
    *handovers.PAGES,
    *resolving.PAGES,
    *matters.PAGES,
    *reasons.PAGES,
    *records.PAGES,
    *consents.PAGES,
    *offers.PAGES,
    *authorities.PAGES,
    *audit.PAGES,
    *operate.PAGES,
    *staff.PAGES,
    *papers.PAGES,
    *notices.PAGES,
    *statistics.PAGES,
    *answering.PAGES,
    *corrections.PAGES,
    *received.PAGES,
    *retention.PAGES,
    *overrides.PAGES,
    *followups.PAGES,
    *decisions.PAGES,
    *referrals.PAGES,
    *petitions.PAGES,
    *traced.PAGES,
    *askings.PAGES,
    *candidates.PAGES,
    *contacts.PAGES,
)


def routes(node: Node, health: Callable[[], Sequence[Check]] = tuple) -> list[PlainRoute]:
    """Give the routes of the pages of *node*; *health* gives the checks that it can make of itself."""
    return [
        *(PlainRoute(path, _first, methods=["GET"]) for path in ("/", f"{PREFIX}/")),
        *static.ROUTES,
        *evidence_page.ROUTES,
        *Shell(node, (*PAGES, *request.PAGES), health).routes(),
    ]


async def _first(_request: Request) -> Response:
    return RedirectResponse(PREFIX, 303)
