"""The table of docs/spec/problems.md, made from every class of error that the program has."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Final

import handover
from handover.web.problems import catalogue, status_of


def load_everything() -> None:
    """Import every module, so that every class of error is known."""
    for found in pkgutil.walk_packages(handover.__path__, "handover."):
        if not found.name.endswith("__main__") and ".migrations." not in found.name:
            importlib.import_module(found.name)


def problems_table() -> str:
    """Give a line for each error: name, status, meaning, whether to repeat, what to do."""
    load_everything()
    rows = ["| name | status | what happened | retry | what to do |", "| --- | --- | --- | --- | --- |"]
    for name, kind in catalogue().items():
        again = "yes" if kind.retry else "no"
        rows.append(f"| `{name}` | {status_of(kind)} | {kind.title} | {again} | {kind.advice} |")
    return "\n".join(rows) + "\n"


PROBLEM_PARTS: Final[dict[str, Callable[[], str]]] = {"problems": problems_table}
