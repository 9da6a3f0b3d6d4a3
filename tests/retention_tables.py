"""The tables of docs/spec/retention.md that are made from the code."""

from collections.abc import Callable, Mapping
from typing import Final

from handover.domain.retention import DEFAULTS, MEANING, HoldGround, Rule


def rules_table() -> str:
    """Give a line for each rule: records, purpose, what is kept, its name, days."""
    lines = ["| records | purpose | what is kept | `keeping` | days |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| `{rule.schema}` | `{rule.purpose}` | {MEANING[rule.keeping]} | `{rule.keeping}` | {_days(rule)} |"
        for rule in DEFAULTS.values()
    ]
    return "\n".join(lines) + "\n"


def _days(rule: Rule) -> str:
    if rule.days is None:
        return "as long as it is"
    return str(rule.days) if rule.days else "at once"


def hold_grounds() -> str:
    """Give why something must not be erased."""
    return "\n".join(f"- `{ground}`" for ground in HoldGround) + "\n"


RETENTION_PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "retention-rules": rules_table,
    "hold-grounds": hold_grounds,
}
