"""Acts of weight: the session is fresh before they are done."""

from starlette.responses import Response

from handover.application.facts import Actor
from handover.domain.ids import HandoverId, MatterId
from handover.pages.visit import Visit
from handover.protocol.statement import AssertedAct


def actor(visit: Visit, act: AssertedAct, target: HandoverId | MatterId) -> Actor | Response:
    """Give who acts."""
    del act, target
    visit.node.sessions.require_fresh(visit.signed_in)
    return visit.actor
