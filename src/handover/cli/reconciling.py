"""`handover reconcile`: which message between this node and another is there at one of the two only."""

from typing import TYPE_CHECKING, Annotated

import typer

from handover.cli import opening, terminal
from handover.cli.exits import Exit
from handover.cli.options import HERE, AsJson, Data
from handover.domain.ids import NodeId

if TYPE_CHECKING:
    from handover.application.reconciled import Difference, Reconciled


def reconcile(
    peer: Annotated[str, typer.Argument(metavar="PEER", help="The other node, for example de/hamburg.")],
    data: Data = HERE,
    as_json: AsJson = False,
) -> None:
    """Compare with a peer all that the two have said to one another, and name each message that one of them lacks.

    The worker does the same with every peer each night. Only digests and counts go over the wire; what is still on
    its way is told apart from what is lost. Exit status 0: both have the same, 1: something differs, 2: it could not
    be compared.

    Example: handover reconcile de/hamburg
    """
    with opening.opened(data) as node:
        found = node.reconciling(node.wire).reconcile(NodeId(peer))
    outcome = "could-not" if found.problem else "agrees" if found.agrees else "differs"
    if as_json:
        terminal.say_json(_as_json(found, outcome))
    else:
        _show(found, outcome)
    if outcome != "agrees":
        raise typer.Exit(Exit.INCOMPLETE if found.problem else Exit.REFUSED)


def _show(found: "Reconciled", outcome: str) -> None:
    if found.problem:
        terminal.say_facts({"peer": found.peer, "outcome": f"could not be compared: {found.problem}"})
        return
    words = "both have the same" if outcome == "agrees" else f"{len(found.differences)} messages differ"
    terminal.say_facts(
        {
            "peer": found.peer,
            "outcome": f"{words}, and more" if found.cut else words,
            "entries in the logs": f"{found.own_size} here, {found.peer_size} there",
            "messages with a receipt": f"{found.sent} sent, {found.received} received",
            "on their way": f"{found.waiting} there, {found.coming} here",
            "refused for good there": found.refused,
        }
    )
    if found.differences:
        rows = (
            (each.finding, each.act, "-" if each.index is None else each.index, each.round, each.digest)
            for each in found.differences
        )
        terminal.say_table(("finding", "says", "entry", "round", "digest"), rows)


def _as_json(found: "Reconciled", outcome: str) -> dict[str, object]:
    agreed = {
        "time": terminal.when(found.agreed_at),
        "own": found.agreed_own_size,
        "peer": found.agreed_peer_size,
    }
    return {
        "peer": found.peer,
        "outcome": outcome,
        "problem": found.problem,
        "tried": terminal.when(found.tried_at),
        "done": terminal.when(found.done_at) if found.done_at else None,
        "log": {"own": found.own_size, "peer": found.peer_size},
        "agreed": agreed if found.agreed_at else None,
        "sent": found.sent,
        "received": found.received,
        "waiting": found.waiting,
        "coming": found.coming,
        "refused": found.refused,
        "more": found.cut,
        "differences": [_difference(each) for each in found.differences],
    }


def _difference(each: "Difference") -> dict[str, object]:
    return {
        "digest": each.digest,
        "finding": each.finding.value,
        "round": each.round,
        "says": each.act.value,
        "handover": each.handover,
        "entry": each.index,
    }
