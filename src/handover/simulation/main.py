"""`handover-sim`: plays histories, and plays one again."""

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from handover.simulation.campaign import Campaign, run, run_wide, shorten, world
from handover.simulation.history import Told
from handover.simulation.journal import Journal, JournalError

_LAST: Final = 50
_CHUNK: Final = 100


def simulate(
    seeds: Annotated[
        str, typer.Option(metavar="A..B", help="The seeds, both included; or one seed.")
    ] = "1..1000",
    processes: Annotated[int, typer.Option(help="How many at a time; 0: one for each processor.")] = 0,
    short: Annotated[
        bool,
        typer.Option("--shorten/--no-shorten", help="Make the first that fails as short as it still fails."),
    ] = True,
    journal: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Keep what was found here; called again, go on where it was cut off."
        ),
    ] = None,
) -> None:
    """Play histories of real nodes over a wire that loses, repeats, holds back and cuts, with crashes and full disks.

    After every commit: never two responsible, never none. At the end: every round closed alike, nothing lost that
    was receipted, nothing kept that was to be erased, no personal value where it may not be, all evidence valid.

    Exit status: 0 nothing was broken and everything was seen, 1 a rule was broken, 2 something was never seen, or too
    few deeds were given.
    """
    numbers = _numbers(seeds)
    wide = processes or os.cpu_count() or 1
    if journal is not None:
        campaign = _go_on(journal, numbers, wide)
    elif len(numbers) == 1:
        campaign = run(numbers, told=_tell)
    else:
        campaign = run_wide(numbers, processes=wide, chunk=_CHUNK, told=_progress)
    _report(campaign, numbers, short=short)
    if campaign.failed:
        raise typer.Exit(1)
    if (campaign.never or campaign.idle) and len(numbers) >= _CHUNK:
        raise typer.Exit(2)


def _go_on(path: Path, numbers: range, processes: int) -> Campaign:
    try:
        kept = Journal.open(path)
    except JournalError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    left = kept.left(numbers)
    typer.echo(f"{len(numbers) - len(left)} of these histories stand in the journal", err=True)
    run_wide(left, processes=processes, chunk=_CHUNK // 5, told=_progress, note=kept.note)
    return kept.campaign


def _numbers(text: str) -> range:
    first, dots, last = text.partition("..")
    try:
        begin = int(first)
        end = int(last) if dots else begin
    except ValueError as error:
        raise typer.BadParameter("seeds are A..B, two whole numbers") from error
    if end < begin:
        raise typer.BadParameter("A..B begins with the smaller number")
    return range(begin, end + 1)


def _tell(told: Told) -> None:
    for line in told.trace:
        typer.echo(line)


def _progress(campaign: Campaign) -> None:
    typer.echo(f"{campaign.histories} histories, {len(campaign.failed)} violations", err=True)


def _report(campaign: Campaign, numbers: range, *, short: bool) -> None:
    seen = campaign.seen
    typer.echo(f"histories     {campaign.histories}   seeds {numbers.start}..{numbers.stop - 1}")
    typer.echo(f"rate          {campaign.rate:.0f} histories for each minute of one processor")
    typer.echo(f"rounds        {seen['offer']} offered, {seen['countersign']} deeds by officers")
    typer.echo(
        f"crashes       {seen['killed'] + seen['crash before a commit'] + seen['crash while receiving']}"
    )
    typer.echo(
        f"wire          {seen['lost']} lost, {seen['answer lost']} answers lost, {seen['late copy']} late copies"
    )
    typer.echo(
        f"storage       {seen['busy']} busy, {seen['I/O error']} I/O errors, {seen['disk full']} disk full"
    )
    if len(numbers) >= _CHUNK:
        typer.echo(
            f"never seen    {', '.join(campaign.never) or 'nothing: every state, act and fault was reached'}"
        )
        if campaign.idle:
            typer.echo("idle          fewer than one deed in five histories: this campaign says little")
    typer.echo(f"violations    {len(campaign.failed)}")
    for told in campaign.failed[:10]:
        typer.echo(f"  seed {told.seed}: {told.violation}   (again: handover-sim --seeds {told.seed})")
    if campaign.failed and short:
        with world() as made:
            best, without = shorten(campaign.failed[0].seed, world=made)
        typer.echo(f"seed {best.seed}, {len(without)} steps left out: {best.violation}")
        for line in best.trace[-_LAST:]:
            typer.echo(line)


def app() -> typer.Typer:
    """Give the command, as the terminal sees it."""
    made = typer.Typer(add_completion=False)
    made.command()(simulate)
    return made


def main() -> None:
    """Run the command."""
    app()()


if __name__ == "__main__":
    main()
