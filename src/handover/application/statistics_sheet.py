"""A report as a file for spreadsheets (RFC 4180): codes in place of words, so that programs may read it, too."""

import csv
import io
from typing import Final

from handover.application.statistics import Report, Row
from handover.domain.suppression import THRESHOLD, Total

__all__ = ["HEAD", "THRESHOLD", "of", "safe"]

HEAD: Final = ("quarter", "subject", "table", "cell", "own", "own_withheld", "all", "all_withheld")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def of(report: Report) -> bytes:
    """Give the file; a count that is withheld is empty, and one in which something is withheld is marked."""
    out = io.StringIO(newline="")
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow(HEAD)
    own = {_place(row): row.total for row in report.own}
    for row in report.all:
        here = own.get(_place(row), Total(withheld=True))
        sheet.writerow(
            [safe(each) for each in (report.quarter, *_place(row), *_pair(here), *_pair(row.total))]
        )
    return out.getvalue().encode()


def safe(text: str) -> str:
    """Give a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _place(row: Row) -> tuple[str, str, str]:
    return row.subject, row.table, row.cell


def _pair(total: Total) -> tuple[str, str]:
    return str(total.known or ""), "yes" if total.withheld else ""
