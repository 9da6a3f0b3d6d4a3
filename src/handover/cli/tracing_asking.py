"""`handover tracing ask` and `handover tracing status`: searches of this node, from the console."""

from typing import TYPE_CHECKING, Annotated

import typer

from handover.cli import officer, opening, terminal
from handover.cli.options import HERE, AsJson, Data
from handover.domain.ids import MatterId, NodeId

if TYPE_CHECKING:
    from handover.application.routes import Route
    from handover.application.tracing_watch import TracingStatus


def ask(
    matter: Annotated[str, typer.Argument(metavar="MATTER", help="The matter's identifier.")],
    who: Annotated[str, typer.Option("--as", metavar="OFFICER", help="The officer who asks.")],
    node: Annotated[
        list[str] | None, typer.Option(metavar="NODE", help="Whom to ask; may be given again.")
    ] = None,
    person: Annotated[int, typer.Option(help="Which person of the record, counted from 0.")] = 0,
    broadcast: Annotated[
        bool, typer.Option("--broadcast", help="Ask more than one officer may; a second one releases it.")
    ] = False,
    data: Data = HERE,
    as_json: AsJson = False,
) -> None:
    """Ask other nodes for a sought person, without telling them whom; without --node, propose whom to ask.

    Nobody is asked without a consent for tracing or a decision of two officers. The worker sends the questions.

    Example: handover tracing ask 019a3c5e-8c00-7a00-8000-0000000000a1 --as Maria --node gr/athens
    """
    from handover.application.askings import Wanted

    id_ = MatterId(matter)
    with opening.opened(data) as found:
        actor = officer.acting(found, who)
        if not node:
            _show_route(found.tracing.routes.propose(id_, person, actor=actor), as_json=as_json)
            return
        wanted = Wanted(person=person, nodes=tuple(NodeId(each) for each in node), broadcast=broadcast)
        asking = found.tracing.askings.ask(id_, wanted, actor=actor)
    told = {"asking": asking.id, "state": asking.state.value, "nodes": len(wanted.nodes)}
    if as_json:
        terminal.say_json(told)
    else:
        terminal.say_facts(told)


def _show_route(route: "Route", *, as_json: bool) -> None:
    if as_json:
        stops = [{"node": stop.node, "reasons": list(stop.reasons)} for stop in route.stops]
        terminal.say_json({"stops": stops, "others": list(route.others)})
        return
    terminal.say_table(("node", "because of"), ((stop.node, ", ".join(stop.reasons)) for stop in route.stops))
    terminal.say_facts({"others": ", ".join(route.others) or "none"})


def status(
    who: Annotated[str, typer.Option("--as", metavar="OFFICER", help="The officer who looks.")],
    data: Data = HERE,
    as_json: AsJson = False,
) -> None:
    """Show how tracing stands here: epochs, the index's size, what waits for whom, what was asked this year.

    Numbers alone: no record and no person is named.

    Example: handover tracing status --as Maria
    """
    with opening.opened(data) as found:
        seen = found.tracing.sums.status(actor=officer.acting(found, who))
    if as_json:
        terminal.say_json(_as_json(seen))
        return
    terminal.say_facts(
        {
            "epochs": ", ".join(map(str, seen.epochs)) or "none",
            "index": f"{seen.entries} persons, {seen.addresses} addresses",
            "asked this year": seen.sums.get("questions", 0),
            "evaluations this year": seen.sums.get("evaluations", 0),
        }
    )
    rows = [(name, seen.waiting.get(name, 0), seen.heard.get(name, 0)) for name in _names(seen)]
    if rows:
        terminal.say()
        terminal.say_table(("node", "questions waiting", "heard in a week"), rows)


def _names(seen: "TracingStatus") -> list[NodeId]:
    return sorted({*seen.waiting, *seen.heard})


def _as_json(seen: "TracingStatus") -> dict[str, object]:
    return {
        "epochs": list(seen.epochs),
        "entries": seen.entries,
        "addresses": seen.addresses,
        "waiting": dict(seen.waiting),
        "heard": dict(seen.heard),
        "sums": dict(seen.sums),
    }
