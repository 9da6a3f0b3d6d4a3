"""`handover tracing generate|evaluate`: invented registers, and how well the matching finds who is in both."""

import json
from pathlib import Path
from typing import Annotated

import typer

from handover.cli import terminal

Size = Annotated[int, typer.Option(min=20, help="Records in each register.")]
Matches = Annotated[int, typer.Option(min=4, help="Children who are in both.")]


def generate(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where the files go.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same children.")] = 1,
    profile: Annotated[str, typer.Option(help="How badly both offices write: easy, real or hard.")] = "real",
    size: Size = 5000,
    matches: Matches = 1000,
) -> None:
    """Invent two registers, of a border and of a city, and say who is in both.

    Leaves border.jsonl, city.jsonl, truth.csv and cultures.csv. No person in them is real.

    Example: handover tracing generate --seed 7 -o data
    """
    from handover.evaluation import generator
    from handover.evaluation.profiles import PROFILES

    if profile not in PROFILES:
        raise typer.BadParameter(f"profiles are: {', '.join(PROFILES)}")
    if matches > size:
        raise typer.BadParameter("there cannot be more matches than records")
    generator.write(generator.generate(seed, profile, size=size, matches=matches), output)
    terminal.say_facts({"records": f"{size} and {size}", "in both": matches, "folder": str(output)})


def evaluate(
    seeds: Annotated[
        list[int] | None,
        typer.Option("--seed", help="The first is for tuning; at least one more. Default: four."),
    ] = None,
    size: Size = 5000,
    matches: Matches = 1000,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Leave the figures as JSON, too.")
    ] = None,
) -> None:
    """Measure the matching on invented registers and print each target with what was reached.

    Takes some minutes. The invented children are not those that the weights were fitted on.

    Example: handover tracing evaluate --seed 1 --seed 2
    """
    chosen = tuple(seeds or (101, 102, 103, 104))
    if len(chosen) < 2 or matches > size:
        raise typer.BadParameter("two seeds at least, and no more matches than records")
    from handover.cli import evaluating_runs
    from handover.evaluation import targets

    found = evaluating_runs.measured(chosen, size=size, matches=matches)
    rows = targets.lines(found.reached, evaluating_runs.ELSEWHERE)
    terminal.say_table(("id", "measure", "must", "aim", "reached", "verdict"), rows)
    terminal.say_facts(found.more)
    if report is not None:
        document = {"reached": found.reached, **found.more}
        report.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
