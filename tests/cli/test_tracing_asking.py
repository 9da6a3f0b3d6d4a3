"""Searches from the console: asked, and seen in numbers; a route is proposed where nobody is named."""

from cli.stage import Call, Stage
from handover import config, node
from handover.application.facts import Actor, OfficerRole
from handover.application.tracing_permissions import Permit
from handover.domain.record import MatterKind, schema
from handover.domain.traceable import TracingBasis
from tracing.permitted import DAY, REQUEST, STATEMENT


def sought(stage: Stage, *, permitted: bool = True) -> str:
    """Give the identifier of a request whose officer is called Maria."""
    opened = node.open_node(config.load(stage.data()))
    try:
        made = opened.officers.add("Maria", (OfficerRole.TRACING, OfficerRole.CASEWORKER))
        actor = Actor(officer=made.id, roles=made.roles, auth="api-key")
        matter = opened.cases.begin(MatterKind.TRACING, reference="T-1", actor=actor)
        opened.cases.write(matter.id, schema("tracing/1"), REQUEST, source="typed", actor=actor)
        if permitted:
            until = opened.clock() + 30 * DAY
            permit = Permit(basis=TracingBasis.CONSENT, statement=STATEMENT, until=until)
            opened.tracing.permissions.record(matter.id, permit, actor=actor)
        return matter.id
    finally:
        opened.close()


def test_without_a_node_a_route_is_proposed_and_nobody_is_asked(stage: Stage, call: Call) -> None:
    matter = sought(stage)
    said = call("tracing", "ask", matter, "--as", "Maria", "--data", stage.data(), "--json").json
    assert said == {"stops": [], "others": []}
    assert "others" in call("tracing", "ask", matter, "--as", "Maria", "--data", stage.data()).out


def test_a_node_that_cannot_be_asked_is_refused(stage: Stage, call: Call) -> None:
    matter = sought(stage)
    ask = ("tracing", "ask", matter, "--as", "Maria", "--data", stage.data())
    assert "The route of the question is not one." in call(*ask, "--node", "it/nowhere", expect=1).err


def test_nobody_is_asked_for_without_permission(stage: Stage, call: Call) -> None:
    matter = sought(stage, permitted=False)
    ask = ("tracing", "ask", matter, "--as", "Maria", "--data", stage.data())
    assert "no consent for tracing" in call(*ask, "--node", "it/nowhere", expect=1).err


def test_the_status_has_numbers_alone(stage: Stage, call: Call) -> None:
    sought(stage)
    status = ("tracing", "status", "--as", "Maria", "--data", stage.data())
    said = call(*status, "--json").json
    assert said == {"epochs": [], "entries": 0, "addresses": 0, "waiting": {}, "heard": {}, "sums": {}}
    assert "index" in call(*status).out
