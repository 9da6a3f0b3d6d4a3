"""`handover statistics`: what was published of a quarter."""

from typing import TYPE_CHECKING, Annotated

import typer

from handover.cli import opening, terminal
from handover.cli.options import HERE, AsJson, Data
from handover.domain.ids import Quarter

if TYPE_CHECKING:
    from handover.application.statistics import Report
    from handover.domain.suppression import Total


def statistics(
    data: Data = HERE,
    quarter: Annotated[
        str | None, typer.Option(metavar="QUARTER", help="For example 2026-Q4; the newest, if left out.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table for a spreadsheet.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the counts of a closed quarter: of this node, and the totals of all that have published.

    Counts of fewer than five different children are withheld, and one cell of every table.

    Example: handover statistics --quarter 2026-Q4 --csv
    """
    from handover.application import statistics_sheet
    from handover.web import shown_node

    with opening.opened(data) as node:
        report = node.statistics.look(None if quarter is None else Quarter(quarter))
    if as_json:
        terminal.say_json(shown_node.statistics(report))
    elif report is None:
        terminal.say("Nothing was published yet.")
    elif as_csv:
        typer.echo(statistics_sheet.of(report).decode(), nl=False)
    else:
        _show(report)


def _show(report: "Report") -> None:
    missing = ", ".join(report.missing) or "nobody"
    terminal.say_facts({"quarter": report.quarter, "published": ", ".join(report.nodes), "missing": missing})
    own = {(row.subject, row.table, row.cell): row.total for row in report.own}
    rows = (
        (*place, _said(own.get(place)), _said(row.total))
        for row in report.all
        for place in [(row.subject, row.table, row.cell)]
    )
    terminal.say_table(("subject", "table", "cell", "here", "all"), rows)


def _said(total: "Total | None") -> str:
    if total is None or not total.known:
        return "withheld"
    return f"at least {total.known}" if total.withheld else str(total.known)
