"""The tables of docs/spec/envelope.md, messages.md and consent.md that are made from the code."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from handover.domain import sequence
from handover.domain.consent import Basis
from handover.domain.continuity import (
    DAY,
    DECISION_FIELDS,
    DEMANDS,
    FollowUpState,
    HoldReason,
    OverrideReason,
)
from handover.domain.courses import Course
from handover.domain.handover import Act, DeclineReason
from handover.domain.sequence import AFTER_DEED, BY_RECEIVER, REPLIES, Speaker
from handover.protocol import act_members

COLUMNS: Final = ("re", "record", "fields", "consent", "deadline", "reason", "payload", "by")


def members_table() -> str:
    """Give which act has which member."""
    lines = [f"| act | {' | '.join(f'`{name}`' for name in COLUMNS)} |", f"| --- |{' --- |' * len(COLUMNS)}"]
    lines += [f"| `{act}` | {' | '.join(_cell(act, name) for name in COLUMNS)} |" for act in Act]
    return "\n".join(lines) + "\n"


def _cell(act: Act, name: str) -> str:
    if name in act_members.REQUIRED[act]:
        return "must"
    return "may" if name in act_members.MAY.get(act, frozenset()) else "–"


def decline_reasons() -> str:
    """Give the reasons that a decline may state."""
    return "\n".join(f"- `{reason}`" for reason in DeclineReason) + "\n"


def bases() -> str:
    """Give what a ground may rest on."""
    return "\n".join(f"- `{basis}`" for basis in Basis) + "\n"


def _words(words: Iterable[str]) -> str:
    return "\n".join(f"- `{word}`" for word in words) + "\n"


def continuity_acts() -> str:
    """Give what is said after the deed, by whom, and what it answers."""
    lines = ["| act | said by | `re` | said by |", "| --- | --- | --- | --- |"]
    for act in (each for each in Act if each in AFTER_DEED - {Act.ARRIVAL, Act.NON_ARRIVAL}):
        reply = REPLIES[act]
        speaker = "receiver" if act in BY_RECEIVER else "either"
        to = sequence.answered(Course.HANDOVER, act)
        answered = ", ".join(f"`{each}`" for each in Act if each in to)
        who = {Speaker.OTHER: "the other side", Speaker.SAME: "the same side", Speaker.EITHER: "either"}
        lines.append(f"| `{act}` | {speaker} | {answered} | {who[reply.by]} |")
    return "\n".join(lines) + "\n"


def decision_fields() -> str:
    """Give the fields that telling of a decision needs, by its kind."""
    lines = ["| kind | fields |", "| --- | --- |"]
    for kind, fields in DECISION_FIELDS.items():
        lines.append(f"| `{kind}` | {', '.join(f'`{each}`' for each in fields)} |")
    return "\n".join(lines) + "\n"


def demands() -> str:
    """Give each demand with its answers and its time."""
    lines = ["| demand | answered by | within |", "| --- | --- | --- |"]
    for act, demand in DEMANDS.items():
        answers = ", ".join(f"`{each}`" for each in sorted(demand.answers))
        lines.append(f"| `{act}` | {answers} | {demand.term // DAY} days |")
    return "\n".join(lines) + "\n"


ACT_PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "act-members": members_table,
    "decline-reasons": decline_reasons,
    "bases": bases,
    "continuity-acts": continuity_acts,
    "decision-fields": decision_fields,
    "demands": demands,
    "override-reasons": lambda: _words(OverrideReason),
    "hold-reasons": lambda: _words(HoldReason),
    "follow-up-states": lambda: _words(FollowUpState),
}
