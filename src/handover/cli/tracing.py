"""`handover tracing`: the search for families, from the command line. Matching two files needs no node."""

from pathlib import Path
from typing import Annotated

import typer

from handover.cli import ceremony, evaluating, terminal, tracing_asking

app = typer.Typer(
    no_args_is_help=True,
    help="Search for families across registers: ask other nodes, compare two files, make weights from known pairs.\n\n"
    "docs/spec/matching.md says what a record holds and how it is compared.",
)

app.add_typer(ceremony.ceremony, name="ceremony")
app.add_typer(ceremony.epoch, name="epoch")
app.command()(evaluating.generate)
app.command()(evaluating.evaluate)
app.command()(tracing_asking.ask)
app.command()(tracing_asking.status)

Asking = Annotated[
    Path, typer.Argument(metavar="A", help="The records that are sought: JSON, one on a line.")
]
Holding = Annotated[Path, typer.Argument(metavar="B", help="The records among which they are sought.")]


@app.command()
def match(
    asking: Asking,
    holding: Holding,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where the scores go, as CSV.")
    ],
    private: Annotated[
        bool, typer.Option("--private", help="Take the real way: key-holders, questions, sealed evidence.")
    ] = False,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Weights made by `fit`, instead of those shipped.")
    ] = None,
) -> None:
    """Write each candidate of two files with its score: id_a,id_b,score.

    A score is log2 of the odds that both are one person. With --private every key goes blinded through three
    key-holders, every sought record becomes a question of the constant size, and what would cross the wire is counted;
    candidates and scores are the same.

    Example: handover tracing match children.jsonl relatives.jsonl -o scores.csv
    """
    from handover.cli import tracing_runs

    found = tracing_runs.match(asking, holding, output, private=private, weights=weights)
    terminal.say_facts(found)


@app.command()
def fit(
    asking: Asking,
    holding: Holding,
    truth: Annotated[Path, typer.Argument(metavar="TRUTH", help="The true pairs, as CSV: id_a,id_b.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the weights go.")],
) -> None:
    """Make a file of weights from two files of records whose true pairs are known.

    Example: handover tracing fit a.jsonl b.jsonl truth.csv -o weights.json
    """
    from handover.cli import tracing_runs

    terminal.say_facts(tracing_runs.fit(asking, holding, truth, output))
