"""`handover witness`: what this node holds against logs of other nodes, and the file that proves it to anybody."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handover.cli import opening, terminal
from handover.cli.evidence import auditor
from handover.cli.options import HERE, AsJson, Data
from handover.domain.ids import UUID7

if TYPE_CHECKING:
    from handover.application.log_proofs import Shown

app = typer.Typer(
    no_args_is_help=True,
    help="Prove that the log of another node contradicts itself.\n\n"
    "A witness keeps two checkpoints that an honest log cannot both have signed. Nothing in them is about a person.",
)


@app.command("list")
def list_(data: Data = HERE, as_json: AsJson = False) -> None:
    """List the logs that have contradicted themselves before this node, with both checkpoints.

    Example: handover witness list
    """
    with opening.opened(data) as node:
        found = node.log_proofs.all(actor=auditor(node, None))
    if as_json:
        terminal.say_json([_as_json(each) for each in found])
    elif found:
        rows = (
            (
                each.id,
                each.kind,
                each.node,
                terminal.when(each.found_at),
                f"{each.first.size}, {each.second.size}",
            )
            for each in found
        )
        terminal.say_table(("identifier", "kind", "node", "found", "entries"), rows)
    else:
        terminal.say("No log of which this node knows has contradicted itself.")


@app.command()
def export(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="Which one, as `handover witness list` names it.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where the proof is written.")
    ],
    officer: Annotated[
        str | None,
        typer.Option("--as", metavar="OFFICER", help="On whose behalf; else the operator at this console."),
    ] = None,
    data: Data = HERE,
) -> None:
    """Write the proof that a log contradicts itself to a file. Who has the pinned root can verify it without any node.

    It holds both checkpoints with the signatures of the log and of witnesses, and the registry that lists the keys.
    That it was exported is logged.

    Example: handover witness export 0198c0de-0000-7000-8000-000000000000 -o athens.handover
    """
    from handover.adapters import files

    with opening.opened(data) as node:
        proof = node.log_proofs.export(UUID7(identifier), actor=auditor(node, officer))
        files.replace(output, proof)
    terminal.say(f"{output}  {len(proof)} bytes. Verify: handover verify {output} --root root.json")


def _as_json(each: "Shown") -> dict[str, object]:
    return {
        "id": each.id,
        "kind": each.kind,
        "node": each.node,
        "found": terminal.when(each.found_at),
        "log": each.first.origin,
        "entries": [each.first.size, each.second.size],
        "witnesses": list(each.witnesses),
    }
