"""For operators: is the process alive, can the node work, and what its gauges show."""

import json
import time
from collections.abc import Callable, Iterable

from anyio import Lock
from anyio.to_thread import run_sync
from fastapi import APIRouter
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from handover.application.facts import Actor
from handover.web.calls import ApiRoute, Called
from handover.web.guard import PlainRoute
from handover.web.parts import Node

_NEEDED = ("database", "migrations", "keys")
_KEPT = 2.0  # seconds for which an answer about readiness is given again: it costs a write

router = APIRouter(route_class=ApiRoute, include_in_schema=False)


@router.get("/metrics")
def metrics(call: Called) -> Response:
    """Give the gauges in the text format of Prometheus; the key of any officer may read them."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(_Gauges(call.node, call.actor))
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4; charset=utf-8")


class _Gauges(Collector):
    """Reads the node's figures once. Peers are authorities, not persons: they are the only label."""

    def __init__(self, node: Node, actor: Actor) -> None:
        self._node = node
        self._actor = actor

    def collect(self) -> Iterable[Metric]:
        """Give all families."""
        yield from self._queue()
        deliveries = CounterMetricFamily(
            "handover_deliveries",
            "Envelopes by peer and outcome since the start.",
            labels=["peer", "outcome"],
        )
        for (peer, outcome), number in sorted(self._node.worker.tallies().items()):
            deliveries.add_metric([peer, outcome], number)
        yield deliveries
        yield CounterMetricFamily(
            "handover_strangers_refused",
            "Envelopes that no node of the registry has signed, since the start.",
            value=self._node.inbox.tally.strangers,
        )
        yield CounterMetricFamily(
            "handover_refusals_unlogged",
            "Refusals of members beyond those that the log keeps, since the start.",
            value=self._node.inbox.members.unlogged,
        )

    def _queue(self) -> Iterable[Metric]:
        figures = self._node.watch.figures(actor=self._actor)
        depth = GaugeMetricFamily(
            "handover_queue_depth", "Envelopes that wait for a receipt.", labels=["peer"]
        )
        age = GaugeMetricFamily(
            "handover_queue_oldest_seconds", "Age of the oldest of them.", labels=["peer"]
        )
        stuck = GaugeMetricFamily(
            "handover_queue_refused", "Envelopes that were refused and wait for a person.", labels=["peer"]
        )
        for each in figures.depths:
            depth.add_metric([each.peer], each.waiting)
            age.add_metric([each.peer], 0 if each.since is None else max(0, figures.now - each.since))
            stuck.add_metric([each.peer], each.refused)
        yield from (depth, age, stuck)
        days = GaugeMetricFamily("handover_key_days_left", "Days until a new key is needed.", labels=["use"])
        for use, left in sorted(figures.key_days.items()):
            days.add_metric([use], left)
        yield days
        yield GaugeMetricFamily("handover_log_entries", "Entries of this node's log.", value=figures.log_size)
        fresh = "Whether offers and deeds may rest on the registry."
        yield GaugeMetricFamily("handover_registry_fresh", fresh, value=int(figures.registry_fresh))
        if figures.registry_age is not None:
            text = "Age of the registry's timestamp."
            yield GaugeMetricFamily("handover_registry_age_seconds", text, value=figures.registry_age)


class Health:
    """Answers the two questions that a supervisor asks, to anybody and without details."""

    def __init__(self, node: Node, seconds: Callable[[], float] = time.monotonic) -> None:
        self._node = node
        self._seconds = seconds
        self._asked = -_KEPT
        self._found: dict[str, bool] = {}
        self._asking = Lock()

    def routes(self) -> list[PlainRoute]:
        """Give the routes."""
        return [
            PlainRoute("/livez", self.live, methods=["GET"]),
            PlainRoute("/readyz", self.ready, methods=["GET"]),
        ]

    async def live(self, _request: Request) -> Response:
        """Say that the process answers."""
        return Response('{"live":true}', media_type="application/json")

    async def ready(self, _request: Request) -> Response:
        """Say, part by part, whether the node can work: 200 when it can, 503 when it cannot."""
        async with self._asking:  # however many ask at once, one question answers them all
            if self._seconds() - self._asked >= _KEPT:
                self._found = dict(await run_sync(self._node.ready))
                self._asked = self._seconds()
        ready = all(self._found[part] for part in _NEEDED)
        body = json.dumps({"ready": ready, "parts": self._found})
        return Response(body, 200 if ready else 503, media_type="application/json")
