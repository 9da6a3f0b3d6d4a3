"""/api/v1: this node, its peers, the queue, alarms, and the published schemas of records."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from handover.domain.errors import NotFoundError
from handover.domain.ids import NodeId, Quarter
from handover.protocol.schema import documents
from handover.web import asked, shown, shown_node
from handover.web.calls import ApiRoute, Called, answer, from_cursor

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["node"])


@router.get("/node", response_model=shown_node.NodeShown)
def read_node(call: Called) -> Response:
    """Show this node as its peers see it: entry, keys, registry, log."""
    return answer(shown_node.node(call.node.authorities.own(actor=call.actor)))


@router.get("/peers", response_model=shown.Page[shown_node.PeerShown])
def list_peers(call: Called, wanted: Annotated[asked.PeersAsked, Query()]) -> Response:
    """List the competent authorities that the registry names, by country and mandate."""
    found = call.node.authorities.page(
        actor=call.actor,
        after=from_cursor(wanted.cursor),
        limit=wanted.limit + 1,
        country=wanted.country,
        mandate=wanted.mandate,
    )
    return call.page(
        found,
        wanted.limit,
        name=lambda each: each.entry.node,
        show=shown_node.peer,
        country=wanted.country,
        mandate=wanted.mandate,
    )


@router.get("/queue", response_model=shown.Page[shown_node.QueuedShown])
def list_queue(call: Called, wanted: Annotated[asked.QueueAsked, Query()]) -> Response:
    """Show what waits to be delivered, oldest first, or what was receipted or refused."""
    found = call.node.watch.queue(actor=call.actor, delivery=wanted.delivery, limit=wanted.limit)
    return answer({"data": [shown_node.queued(each) for each in found], "next_cursor": None})


@router.post("/queue/retry", response_model=shown_node.RetriedShown)
def retry_peer(call: Called, wanted: asked.Retry) -> Response:
    """Send everything that waits for one peer now, what it refused for good included."""
    peer = NodeId(wanted.peer)
    return call.once(lambda: {"peer": peer, "envelopes": call.node.watch.retry(peer, actor=call.actor)})


@router.get("/alarms", response_model=shown.Page[shown_node.AlarmShown])
def list_alarms(call: Called, wanted: Annotated[asked.AlarmsAsked, Query()]) -> Response:
    """Show the newest alarms."""
    found = call.node.watch.alarms(actor=call.actor, limit=wanted.limit)
    return answer({"data": [shown_node.alarm(each) for each in found], "next_cursor": None})


@router.get("/statistics", response_model=shown_node.StatisticsShown)
def read_statistics(call: Called, wanted: Annotated[asked.StatisticsAsked, Query()]) -> Response:
    """Show what was published of a closed quarter: this node's counts, and the totals of all."""
    quarter = None if wanted.quarter is None else Quarter(wanted.quarter)
    return answer(shown_node.statistics(call.node.statistics.report(quarter, actor=call.actor)))


@router.get("/schemas/{name}", response_class=Response)
def read_schema(_call: Called, name: str) -> Response:
    """Give the JSON Schema (2020-12) of a record: guardianship-1.schema.json or tracing-1.schema.json."""
    document = documents().get(name)
    if document is None:
        raise NotFoundError
    return Response(document, media_type="application/schema+json")
