"""`handover queue`: what this node says and has no receipt for yet."""

from typing import TYPE_CHECKING, Annotated

import typer

from handover.cli import opening, terminal
from handover.cli.options import HERE, AsJson, Data
from handover.domain.ids import NodeId

if TYPE_CHECKING:
    from handover.application.facts import Queued

app = typer.Typer(
    no_args_is_help=True,
    help="Look at what waits for peers, and try again at once.\n\n"
    "Nothing in the queue is ever lost or given up by itself while a round still needs it.",
)
_MOST = 10_000


@app.command()
def show(
    data: Data = HERE,
    refused: Annotated[bool, typer.Option("--refused", help="Only what a peer has refused.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=_MOST, help="How many, oldest first.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Show each envelope that waits or was refused: to whom, what it says, how often it was tried.

    Example: handover queue show --refused
    """
    from handover.application.facts import Delivery

    with opening.opened(data) as node, node.database.reading() as work:
        now = work.now
        kinds = (Delivery.REFUSED,) if refused else (Delivery.QUEUED, Delivery.REFUSED)
        found = [
            (each, work.envelopes.get(each.envelope).act.value)
            for kind in kinds
            for each in work.queue.list(delivery=kind, limit=limit)
            if kind is Delivery.REFUSED or each.due
        ][:limit]
    if as_json:
        terminal.say_json({"queue": [_as_json(each, act) for each, act in found]})
        return
    if not found:
        terminal.say("Nothing waits.")
        return
    rows = (
        (each.peer, act, each.delivery, each.attempts, each.problem or "-", _due(each, now), each.envelope)
        for each, act in found
    )
    terminal.say_table(("peer", "says", "delivery", "tries", "problem", "next try", "envelope"), rows)


@app.command()
def retry(
    data: Data = HERE,
    peer: Annotated[str | None, typer.Option(metavar="NODE", help="Only what is for this peer.")] = None,
) -> None:
    """Make what waits due now, and say again what was refused. The worker delivers it.

    After a refusal, first remove its cause: the same bytes get the same answer.

    Example: handover queue retry --peer de/hamburg
    """
    with opening.opened(data) as node, node.database.begin() as work:
        peers = [NodeId(peer)] if peer else [each.peer for each in work.queue.depths()]
        number = sum(work.queue.again(each, now=work.now) for each in peers)
    terminal.say(f"{number} envelope{'' if number == 1 else 's'} due now.")


def _due(each: "Queued", now: int) -> str:
    if not each.due:
        return "by hand"
    return "now" if each.due <= now else f"in {terminal.span(each.due - now)}"


def _as_json(each: "Queued", act: str) -> dict[str, object]:
    return {
        "envelope": each.envelope,
        "handover": each.handover,
        "peer": each.peer,
        "says": act,
        "delivery": each.delivery.value,
        "attempts": each.attempts,
        "problem": each.problem,
        "due": terminal.when(each.due) if each.due else None,
    }
