"""`handover carry`: the same batches as over the network, in files that a person carries."""

from pathlib import Path
from typing import Annotated

import typer

from handover.cli import opening, terminal
from handover.cli.options import HERE, Data
from handover.domain.ids import NodeId

app = typer.Typer(
    no_args_is_help=True,
    help="Carry envelopes by hand where no network leads.\n\n"
    "Everything in the files is signed and sealed. What arrives twice, by whatever way, is harmless.",
)
File = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The file that is carried.")]

Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Put it in the place of a file that is there already.")
]


@app.command("out")
def carry_out(
    file: File,
    peer: Annotated[str, typer.Option("--peer", metavar="NODE", help="For which node.")],
    overwrite: Overwrite = False,
    data: Data = HERE,
) -> None:
    """Write the next batch for a peer to a file. It stays in the queue until its answer is back.

    A file that is there is not overwritten: it may be under way, and its answer counts with it alone.

    Example: handover carry out --peer de/hamburg to-hamburg.json
    """
    with opening.opened(data) as node:
        node.clockwork.tick()  # what is over by now is not carried
        body = node.outbox.pack(NodeId(peer))
    _write(file, body, overwrite=overwrite)
    terminal.say(f"Written: {file.name}, {len(body)} bytes. Bring the answer back with: handover carry done")


@app.command("in")
def carry_in(
    file: File,
    answer: Annotated[Path, typer.Option("--answer", metavar="FILE", help="Where to write the receipts.")],
    overwrite: Overwrite = False,
    data: Data = HERE,
) -> None:
    """Take a batch that was carried here, and write the receipts to carry back.

    Example: handover carry in to-hamburg.json --answer receipts.json
    """
    from handover.protocol.delivery import Problem, decode_delivery, encode_answer

    delivery = decode_delivery(file.read_bytes())
    with opening.opened(data) as node:
        found = node.inbox.receive(delivery)
    _write(answer, encode_answer(found), overwrite=overwrite)
    refused = sum(isinstance(result, Problem) for result in found.results)
    terminal.say(f"Receipted: {len(found.results) - refused}, refused: {refused}. Carry back: {answer.name}")


@app.command("done")
def carry_done(
    file: File,
    answer: Annotated[Path, typer.Argument(metavar="ANSWER", dir_okay=False, help="What came back.")],
    data: Data = HERE,
) -> None:
    """Take the receipts that were carried back.

    Example: handover carry done to-hamburg.json receipts.json
    """
    with opening.opened(data) as node:
        found = node.outbox.unpack(file.read_bytes(), answer.read_bytes())
    terminal.say(f"Receipted: {found.receipted}, refused: {found.refused}.")


def _write(file: Path, data: bytes, *, overwrite: bool) -> None:
    """Write a file that is carried. Memory sticks know no links, so it is opened rather than put in its place.

    Raises:
        FileExistsAlreadyError: it is there, and nobody said that it may be overwritten.
    """
    from handover.adapters.files import FileExistsAlreadyError

    try:
        with file.open("wb" if overwrite else "xb") as out:
            out.write(data)
    except FileExistsError as error:
        raise FileExistsAlreadyError(file.name) from error
