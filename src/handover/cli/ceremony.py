"""`handover tracing ceremony` and `handover tracing epoch`: how five authorities make a key that none of them has."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handover.cli import opening, terminal
from handover.cli.options import HERE, AsJson, Data

if TYPE_CHECKING:
    from handover.node import Node
    from handover.protocol.epoch import Epoch

ceremony = typer.Typer(
    no_args_is_help=True,
    help="Make the key of a tracing epoch among five holders: plan, contribute, conclude, join.\n\n"
    "Each step takes files and writes one. Nothing in them is secret; docs/guide/tracing-keys.md goes through it.",
)
epoch = typer.Typer(no_args_is_help=True, help="The tracing epochs that this node goes by.")

Output = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the file is written.")]
PlanFile = Annotated[Path, typer.Argument(metavar="PLAN", help="The plan with which the ceremony began.")]
_LARGEST = 65536  # bytes of one file


@ceremony.command()
def plan(
    number: Annotated[int, typer.Option(min=1, help="The epoch's number: one more than that of the last.")],
    begins: Annotated[str, typer.Option(metavar="TIME", help="As 2027-01-01T00:00:00Z.")],
    ends: Annotated[str, typer.Option(metavar="TIME", help="At most 400 days later.")],
    output: Output,
    data: Data = HERE,
) -> None:
    """Begin a ceremony, at any holder: among the five of the settings, with this program's tables and weights.

    Example: handover tracing ceremony plan --number 1 --begins 2027-01-01T00:00Z --ends 2027-04-01T00:00Z -o plan.json
    """
    from handover.matching.scoring import WEIGHTS
    from handover.matching.view import TABLES

    first, last = _time(begins), _time(ends)
    _written(
        data,
        output,
        lambda node: node.tracing_keys.ceremonies.plan(
            number=number, begins=first, ends=last, tables=TABLES, weights=WEIGHTS
        ),
    )


@ceremony.command()
def contribute(file: PlanFile, output: Output, data: Data = HERE) -> None:
    """Deal a secret of this holder's own to all five, sealed to each. The secret itself is not kept.

    Example: handover tracing ceremony contribute plan.json -o athens.contribution
    """
    read = _read(file)
    _written(data, output, lambda node: node.tracing_keys.ceremonies.contribute(read))


@ceremony.command()
def conclude(
    file: PlanFile,
    contributions: Annotated[
        list[Path], typer.Argument(metavar="CONTRIBUTION...", help="Those of all five holders, in any order.")
    ],
    output: Output,
    data: Data = HERE,
) -> None:
    """Check all contributions, keep this holder's share, and sign the epoch's document. Who is wrong is named.

    Example: handover tracing ceremony conclude plan.json *.contribution -o athens.signature
    """
    read, given = _read(file), [_read(each) for each in contributions]
    _written(data, output, lambda node: node.tracing_keys.ceremonies.conclude(read, given))


@ceremony.command()
def join(
    signatures: Annotated[
        list[Path], typer.Argument(metavar="SIGNATURE...", help="Those of all five holders, in any order.")
    ],
    output: Output,
    data: Data = HERE,
) -> None:
    """Put the five signatures under one document, which every node then accepts.

    Example: handover tracing ceremony join *.signature -o epoch-1.json
    """
    given = [_read(each) for each in signatures]
    _written(data, output, lambda node: node.tracing_keys.ceremonies.join(given))


@epoch.command()
def accept(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The signed document of an epoch.")],
    data: Data = HERE,
) -> None:
    """Verify an epoch's document against this node's settings and registry, and go by it from now on.

    Example: handover tracing epoch accept epoch-1.json
    """
    read = _read(file)
    with opening.opened(data) as node:
        found = node.tracing_keys.epochs.accept(read)
    terminal.say_facts(_facts(found))


@epoch.command()
def fetch(data: Data = HERE) -> None:
    """Ask the five holders for their newest epoch and accept it; the worker does so every hour.

    Example: handover tracing epoch fetch
    """
    from handover.application.tracing_keys import NoEpochError

    with opening.opened(data) as node:
        number = node.tracing_keys.fetching(node.peers.get).fetch()
        if number is None:
            raise NoEpochError
        found = node.tracing_keys.epochs.get(number)
    terminal.say_facts(_facts(found))


@epoch.command()
def show(data: Data = HERE, as_json: AsJson = False) -> None:
    """Show the epochs that were accepted, and whether this node still has its share of each.

    Example: handover tracing epoch show --json
    """
    with opening.opened(data) as node:
        found = [
            (kept.number, kept.begins, kept.ends, kept.digest, _has_share(node, kept.number))
            for kept in node.tracing_keys.epochs.all()
        ]
    if as_json:
        names = ("epoch", "begins", "ends", "document", "share")
        terminal.say_json([dict(zip(names, each, strict=True)) for each in found])
        return
    rows = [
        (number, terminal.when(begins), terminal.when(ends), "yes" if share else "no", digest)
        for number, begins, ends, digest, share in found
    ]
    terminal.say_table(("epoch", "begins", "ends", "share", "document"), rows)


def _has_share(node: "Node", number: int) -> bool:
    from handover.domain.errors import NotFoundError

    try:
        node.vault.share(node.tracing_keys.epochs.get(number).digest)
    except NotFoundError:
        return False
    return True


def _facts(found: "Epoch") -> dict[str, object]:
    return {
        "epoch": found.number,
        "begins": terminal.when(found.begins),
        "ends": terminal.when(found.ends),
        "holders": ", ".join(found.holders),
        "document": found.digest,
    }


def _written(data: Path, output: Path, make: "Callable[[Node], bytes]") -> None:
    from handover.adapters import files
    from handover.protocol import strict

    with opening.opened(data) as node:
        made = make(node)
    files.replace(output, made)
    terminal.say(f"{output}  {len(made)} bytes, digest {strict.digest(made)}")


def _read(path: Path) -> bytes:
    from handover.domain.errors import MalformedError

    with path.open("rb") as file:
        found = file.read(_LARGEST + 1)
    if len(found) > _LARGEST:
        raise MalformedError("longer than %(limit)s bytes", limit=_LARGEST)
    return found


def _time(text: str) -> int:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("not a time such as 2027-01-01T00:00:00Z") from error
    if found.tzinfo is None:
        raise typer.BadParameter("a time needs its zone, for example a Z at its end")
    return int(found.timestamp())
