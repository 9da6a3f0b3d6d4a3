"""Liveness, readiness and the gauges."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from starlette.requests import Request
from starlette.testclient import TestClient

from federation import PASSPHRASE, Federation
from handover import config, founding, node
from handover.domain.ids import NodeId
from handover.web.app import create_app
from handover.web.operate import Health
from handover.web.parts import Node
from web.stage import Office, Stage
from web.test_limits import name_of


def gauges(stage: Stage) -> dict[str, float]:
    headers = {"authorization": f"Bearer {stage.north.hire('operator')}"}
    answer = stage.north.client.get("/metrics", headers=headers)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = re.findall(r"^(handover_\S+) (\S+)$", answer.text, re.MULTILINE)
    return {name: float(value) for name, value in found}


def test_a_process_that_answers_is_alive(shared: Stage) -> None:
    assert shared.north.client.get("/livez").json() == {"live": True}


def test_a_node_is_ready_when_it_can_write_and_has_its_tables_and_keys(own: Stage) -> None:
    parts = {"database": True, "migrations": True, "keys": True, "registry": True}
    answer = own.north.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "parts": parts})
    seconds = [100.0]
    app = create_app(own.north.node)
    app.router.routes[:0] = Health(own.north.node, lambda: seconds[0]).routes()
    client = TestClient(app)
    assert client.get("/readyz").status_code == 200
    with own.north.node.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    assert client.get("/readyz").status_code == 200  # it is not asked again at once: asking costs a write
    seconds[0] += 3
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["migrations"]) == (503, False)


def test_many_who_ask_at_once_whether_the_node_is_ready_cost_one_write(own: Stage) -> None:
    asked: list[Mapping[str, bool]] = []

    class Counted:
        def ready(self) -> Mapping[str, bool]:
            asked.append(own.north.node.ready())
            return asked[-1]

    async def ask() -> list[int]:
        health = Health(cast(Node, Counted()))
        answers = await asyncio.gather(*[health.ready(Request({"type": "http"})) for _ in range(20)])
        return [each.status_code for each in answers]

    assert asyncio.run(ask()) == [200] * 20
    assert len(asked) == 1


def test_an_old_registry_does_not_stop_the_node(own: Stage) -> None:
    own.fed.clock.pass_(2 * 86400)
    answer = own.north.client.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["registry"]) == (200, False)
    assert gauges(own)["handover_registry_fresh"] == 0


def test_the_gauges_show_queues_keys_and_the_registry(own: Stage) -> None:
    own.fed.wire.down.add(own.south.node.id)
    sent = own.prepared()["id"]
    own.north.post(f"/handovers/{sent}/release", by="second")
    own.fed.clock.pass_(100)
    found = gauges(own)
    assert found['handover_queue_depth{peer="de/hamburg"}'] == 1
    assert found['handover_queue_oldest_seconds{peer="de/hamburg"}'] == 100
    assert found['handover_queue_refused{peer="de/hamburg"}'] == 0
    assert found["handover_registry_age_seconds"] == 100
    assert found["handover_strangers_refused_total"] == 0
    assert found['handover_key_days_left{use="seal"}'] == 29
    own.fed.wire.down.clear()
    own.fed.settle()
    after = gauges(own)
    assert 'handover_queue_depth{peer="de/hamburg"}' not in after
    assert after["handover_log_entries"] > 0


def test_the_gauges_are_not_for_strangers(shared: Stage) -> None:
    assert shared.north.client.get("/metrics").status_code == 401


def test_a_node_that_no_registry_names_yet_says_so(tmp_path: Path) -> None:
    fed = Federation(tmp_path)
    folder = tmp_path / "athens"
    founding.set_up(folder, NodeId("gr/athens"), PASSPHRASE, fed.repository.pinned(), now=fed.clock.now)
    opened = node.open_node(
        config.load(folder, node="gr/athens", passphrase=PASSPHRASE), clock=fed.clock, wire=fed.wire
    )
    with TestClient(create_app(opened)) as client:
        office = Office(opened, client)
        shown = office.get("/node")
        assert (shown["entry"], shown["keys"]) == (None, [])
        assert shown["registry"] == {"version": None, "issued_at": None, "fresh": False}
        assert name_of(office.call("GET", "/peers")) == "503 registry-missing"
        gauges = client.get("/metrics", headers={"authorization": f"Bearer {office.hire('first')}"}).text
        assert "handover_registry_age_seconds" not in gauges
        assert client.get("/readyz").status_code == 200
        assert name_of(client.get("/registry/timestamp.json")) == "404 not-found"
    opened.close()
