"""The tables of docs/spec/envelope.md, messages.md and consent.md that are made from the code."""

from collections.abc import Callable, Mapping
from typing import Final

from handover.domain.consent import Basis
from handover.domain.handover import Act, DeclineReason
from handover.protocol import envelope

COLUMNS: Final = ("re", "record", "fields", "consent", "deadline", "reason", "payload", "by")


def members_table() -> str:
    """Give which act has which member."""
    lines = [f"| act | {' | '.join(f'`{name}`' for name in COLUMNS)} |", f"| --- |{' --- |' * len(COLUMNS)}"]
    lines += [f"| `{act}` | {' | '.join(_cell(act, name) for name in COLUMNS)} |" for act in Act]
    return "\n".join(lines) + "\n"


def _cell(act: Act, name: str) -> str:
    if name in envelope.REQUIRED[act]:
        return "must"
    return "may" if name in envelope.MAY.get(act, frozenset()) else "–"


def decline_reasons() -> str:
    """Give the reasons that a decline may state."""
    return "\n".join(f"- `{reason}`" for reason in DeclineReason) + "\n"


def bases() -> str:
    """Give what a ground may rest on."""
    return "\n".join(f"- `{basis}`" for basis in Basis) + "\n"


ACT_PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "act-members": members_table,
    "decline-reasons": decline_reasons,
    "bases": bases,
}
